//! The whole way: keys, signatures, a manifest; and what must not be possible.

use super::{Command, artifacts::target_of, run};
use clap::Parser;
use millwright_updates::{Manifest, Rollout};
use std::{fs, path::Path, process::ExitCode};

#[derive(Debug, Parser)]
struct Line {
    #[command(subcommand)]
    command: Command,
}

fn release(words: &[&str]) -> anyhow::Result<ExitCode> {
    run(&Line::try_parse_from(std::iter::once(&"release").chain(words))?.command)
}

fn text(path: &Path) -> &str {
    path.to_str().unwrap()
}

#[test]
fn a_package_tells_what_it_is_for() {
    let cases = [
        ("Millwright_0.1.0_amd64.deb", "linux-x86_64-deb"),
        ("Millwright-0.1.0-1.x86_64.rpm", "linux-x86_64-rpm"),
        ("Millwright-0.1.0-1.aarch64.rpm", "linux-aarch64-rpm"),
        ("Millwright_0.1.0_amd64.AppImage", "linux-x86_64-appimage"),
        ("Millwright_aarch64.app.tar.gz", "darwin-aarch64-app"),
        ("Millwright_0.1.0_x64-setup.exe", "windows-x86_64-nsis"),
    ];
    for (name, target) in cases {
        assert_eq!(target_of(name).unwrap().unwrap().as_str(), target);
    }
    assert!(target_of("Millwright_0.1.0_amd64.deb.sig").unwrap().is_none());
    target_of("Millwright.app.tar.gz").unwrap_err();
}

#[test]
fn a_release_is_made_and_withdrawn() {
    let folder = tempfile::tempdir().unwrap();
    let path = |name: &str| folder.path().join(name);
    let (keys, packages, out, belief) = (path("keys"), path("packages"), path("out"), path("belief"));
    let password = path("password");
    fs::write(&password, "five random words are enough\n").unwrap();
    let password = ["--password-file", text(&password)];
    for name in ["primary", "offline"] {
        release(&[&["keygen", "--name", name, "--folder", text(&keys)], password.as_slice()].concat()).unwrap();
    }
    let again = release(&[&["keygen", "--name", "primary", "--folder", text(&keys)], password.as_slice()].concat());
    assert!(again.unwrap_err().to_string().contains("never overwritten"));
    assert!(fs::read_to_string(keys.join("primary.key")).unwrap().starts_with("untrusted comment: millwright primary"));

    fs::create_dir(&belief).unwrap();
    for name in ["primary.pub", "offline.pub"] {
        fs::copy(keys.join(name), belief.join(name)).unwrap();
    }
    let settings =
        "endpoint = \"https://updates.example.org/{channel}/manifest.json\"\nkeys = [\"primary\", \"offline\"]\n";
    fs::write(belief.join("release.toml"), settings).unwrap();

    fs::create_dir(&packages).unwrap();
    let deb = packages.join("Millwright_0.2.0_amd64.deb");
    let rpm = packages.join("Millwright-0.2.0-1.x86_64.rpm");
    for file in [&deb, &rpm] {
        fs::write(file, format!("the package {}", file.display())).unwrap();
    }
    let key = keys.join("primary.key");
    let signing = [&["--key", text(&key)], password.as_slice()].concat();
    release(&[&["sign", "--version", "0.2.0", text(&deb), text(&rpm)], signing.as_slice()].concat()).unwrap();

    let notes = path("notes");
    fs::write(&notes, "Better.\n").unwrap();
    let publish = |more: &[&str]| {
        let fixed = [
            "publish",
            "--artifacts",
            text(&packages),
            "--channel",
            "stable",
            "--notes",
            text(&notes),
            "--out",
            text(&out),
            "--base-url",
            "https://updates.example.org/0.2.0/",
            "--release",
            text(&belief),
        ];
        release(&[fixed.as_slice(), &signing, more].concat())
    };
    let version = ["--version", "0.2.0", "--dry-run", "--counter", "5", "--rollout", "0.1"];
    publish(&version).unwrap();
    let manifest: Manifest = serde_json::from_slice(&fs::read(out.join("manifest.json")).unwrap()).unwrap();
    assert_eq!((manifest.counter, manifest.targets.len(), manifest.notes.as_str()), (5, 2, "Better."));
    let latest: serde_json::Value = serde_json::from_slice(&fs::read(out.join("latest.json")).unwrap()).unwrap();
    for target in ["linux-x86_64-deb", "linux-x86_64-rpm"] {
        assert!(
            latest["platforms"][target]["url"].as_str().unwrap().starts_with("https://updates.example.org/0.2.0/Mill")
        );
    }
    publish(&["--version", "0.2.0", "--dry-run", "--counter", "6", "--rollout", "0"]).unwrap();
    let withdrawn: Manifest = serde_json::from_slice(&fs::read(out.join("manifest.json")).unwrap()).unwrap();
    assert_eq!(withdrawn.rollout, Rollout::NONE);

    // What must not be possible; nothing is written then.
    fs::remove_dir_all(&out).unwrap();
    fs::write(path("previous"), serde_json::to_vec(&manifest).unwrap()).unwrap();
    let previous = path("previous");
    let refused = |more: &[&str]| {
        let error = format!("{:#}", publish(more).unwrap_err());
        assert!(!out.exists(), "{error}");
        error
    };
    assert!(refused(&["--counter", "6", "--rollout", "1"]).contains("nothing is uploaded from here"));
    let long = ["--version", "0.2.0", "--dry-run", "--counter", "6", "--rollout", "1", "--expires-in", "1y"];
    assert!(refused(&long).contains("up to 90 days"));
    let same = ["--version", "0.2.0", "--dry-run", "--counter", "7", "--rollout", "1", "--previous", text(&previous)];
    assert!(refused(&same).contains("does not come before"));
    let other = refused(&["--version", "0.3.0", "--dry-run", "--counter", "7", "--rollout", "1"]);
    assert!(other.contains("signed for 0.2.0"), "{other}");
    fs::write(&deb, "changed").unwrap();
    let changed = refused(&["--version", "0.2.0", "--dry-run", "--counter", "7", "--rollout", "1"]);
    assert!(changed.contains("not what its signature was made for"), "{changed}");
    let wrong = path("wrong");
    fs::write(&wrong, "not this one\n").unwrap();
    let wrong = release(&["sign", "--key", text(&key), "--password-file", text(&wrong), text(&deb)]).unwrap_err();
    assert!(format!("{wrong:#}").contains("Wrong password"), "{wrong:#}");
}

#[test]
fn a_secret_key_never_lies_in_the_checkout() {
    let folder = crate::workspace::root().join("crates/updates/release");
    let error = release(&["keygen", "--name", "primary", "--folder", text(&folder)]).unwrap_err();
    assert!(error.to_string().contains("lies in this checkout"), "{error}");
}
