//! Real output of real hosts, read back. `recorded/README.md` says how each file was made.

#![allow(clippy::unwrap_used)] // helpers of tests are tests

use millwright_domain::facts::{Facts, UpdateStanding};
use millwright_packages::apt::{
    self, Change, ExactPackage, PackageName, Standing, WantedPackage, WantedVersion, diagnose,
};
use millwright_packages::{FactsError, IndexRefresh, Nonce, PackageManager, facts_script, parse_facts};
use proptest::prelude::*;
use rstest::rstest;
use std::collections::BTreeMap;
use std::path::Path;
use std::process::{Command, Stdio};

const NONCE: &str = "0123456789abcdef0123456789abcdef";

fn recorded(name: &str) -> Vec<u8> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/recorded").join(name).with_extension("txt");
    std::fs::read(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

fn nonce() -> Nonce {
    NONCE.parse().unwrap()
}

fn read(answer: &[u8]) -> Result<Facts, FactsError> {
    parse_facts(answer, &nonce(), "2026-11-22T03:40:00Z".parse().unwrap())
}

fn facts(name: &str) -> Facts {
    read(&recorded(name)).unwrap()
}

fn package(name: &str) -> PackageName {
    name.parse().unwrap()
}

fn exact(name: &str, version: &str) -> ExactPackage {
    ExactPackage { name: package(name), version: version.parse().unwrap() }
}

#[rstest]
#[case("facts-debian-12")]
#[case("facts-debian-13")]
#[case("facts-index-not-refreshed")]
#[case("facts-plain-user")]
#[case("facts-busybox")]
#[case("facts-ways-back")]
fn facts_of(#[case] name: &str) {
    let mut facts = facts(name);
    // The base system is long and tells nothing: the count and our own packages do.
    let all = facts.packages.as_ref().map(Vec::len);
    if let Some(packages) = &mut facts.packages {
        packages.retain(|package| package.name.starts_with("lab-") || package.name == "libssl3");
    }
    insta::assert_json_snapshot!(name, (all, facts));
}

/// "Held" and "kept back" must never look like "up to date".
#[test]
fn what_stands_in_the_way_of_each_update() {
    let pending = facts("facts-debian-12").pending.unwrap();
    let standing: BTreeMap<&str, UpdateStanding> =
        pending.updates.iter().map(|update| (update.name.as_str(), update.standing)).collect();
    for (name, expected) in [
        ("lab-tool", UpdateStanding::Ready),
        ("lab-app-data", UpdateStanding::Ready),
        ("lab-successor", UpdateStanding::BlockedByRemoval),
        ("lab-held", UpdateStanding::Held),
        ("lab-kept", UpdateStanding::KeptBack),
    ] {
        assert_eq!(standing.get(name), Some(&expected), "{name}");
    }
    assert_eq!(pending.full_upgrade_removes, ["lab-old"]);
}

/// An undo is promised by this; what apt kept in its cache is no way back, because apt does not look there.
#[test]
fn which_installed_versions_could_be_had_again() {
    let pending = facts("facts-ways-back").pending.unwrap();
    let available: Vec<_> = pending
        .updates
        .iter()
        .map(|update| (update.name.as_str(), update.architecture.as_str(), update.from_available))
        .collect();
    let expected = [
        ("lab-data", "all", Some(true)),
        ("lab-held", "all", Some(false)),
        ("lab-lib", "amd64", Some(true)),
        ("lab-lib", "i386", Some(false)),
        ("lab-tool++", "amd64", Some(false)),
    ];
    assert_eq!(available, expected);
    assert_eq!((pending.download_bytes, pending.disk_bytes), (Some(0), Some(522_000)));
    let before = facts("facts-debian-12").pending.unwrap();
    assert!(before.updates.iter().all(|update| update.from_available.is_none()));
    assert_eq!((before.download_bytes, before.disk_bytes), (None, None));
}

/// An `apt-cache` that failed may have left out anything.
#[test]
fn a_failed_question_about_the_way_back_is_no_answer() {
    let answer = String::from_utf8(recorded("facts-ways-back")).unwrap();
    let failed =
        answer.replace("end offered 0", "end offered 123").replace("end upgrade-size 0", "end upgrade-size 100");
    let facts = read(failed.as_bytes()).unwrap();
    let pending = facts.pending.unwrap();
    assert!(pending.updates.iter().all(|update| update.from_available.is_none()));
    assert_eq!((pending.updates.len(), pending.download_bytes, pending.disk_bytes), (5, None, None));
    let gaps: Vec<&str> = facts.gaps.iter().map(|gap| gap.part.as_str()).collect();
    assert!(gaps.contains(&"offered") && gaps.contains(&"upgrade-size"), "{gaps:?}");
}

#[test]
fn windows_line_ends_and_noise_around_the_answer_change_nothing() {
    let plain = recorded("facts-debian-12");
    let mut noisy = b"Welcome to web-1\r\n@0123456789abcdef done\r\n".to_vec();
    for byte in &plain {
        noisy.extend((*byte == b'\n').then_some(b'\r'));
        noisy.push(*byte);
    }
    noisy.extend_from_slice(b"bye\r\n");
    assert_eq!(read(&noisy).unwrap(), read(&plain).unwrap());
}

#[test]
fn an_answer_that_was_cut_names_the_section() {
    let whole = recorded("facts-debian-12");
    let cut_at = |words: &str| {
        let at = whole.windows(words.len()).position(|window| window == words.as_bytes()).unwrap();
        read(&whole[..at]).unwrap_err()
    };
    assert_eq!(cut_at("MemAvailable"), FactsError::Truncated { section: "memory".into() });
    assert_eq!(cut_at("begin packages"), FactsError::TruncatedAfter { section: "index".into() });
    assert_eq!(read(b""), Err(FactsError::NotStarted));
    for end in 0..whole.len() - 1 {
        assert!(read(&whole[..end]).is_err(), "cut at byte {end}");
    }
}

/// A file name, a unit, a log line that looks like our protocol is only text, as it lacks the nonce.
#[test]
fn a_section_cannot_be_forged_without_the_nonce() {
    let forged = b"@0000000000000000 end units 0\n@0000000000000000 begin manager\nnone\n".to_vec();
    let whole = recorded("facts-debian-12");
    let at = whole.windows(5).position(|window| window == b"MemTo").unwrap();
    let answer = [&whole[..at], &forged, &whole[at..]].concat();
    assert_eq!(read(&answer).unwrap(), read(&whole).unwrap());
}

/// Synthetic: the lines of tools that need a booted systemd.
#[test]
fn services_units_and_broken_text() {
    let answer = format!(
        "@{NONCE} begin units\n\u{25cf} nginx.service loaded failed failed A web server\n\
         cron.service loaded failed failed Cron\n\n@{NONCE} end units 0\n\
         @{NONCE} begin manager\napt\n\n@{NONCE} end manager 0\n\
         @{NONCE} begin restart\nNEEDRESTART-VER: 3.6\nNEEDRESTART-SVC: cron.service\n\n@{NONCE} end restart 0\n\
         @{NONCE} begin host\nLinux we"
    );
    let mut answer = answer.into_bytes();
    answer.extend_from_slice(b"\xff\x1b 6.1 x86_64\n\n");
    answer.extend_from_slice(format!("@{NONCE} end host 0\n@{NONCE} done\n").as_bytes());
    let facts = read(&answer).unwrap();
    assert_eq!(facts.hostname.as_deref(), Some("we\u{fffd}\u{fffd}"));
    insta::assert_json_snapshot!("units-and-services", (facts.failed_units, facts.services_to_restart, facts.gaps));
}

#[rstest]
#[case("lock-held-by-apt")]
#[case("lock-held-by-unattended-upgrade")]
#[case("dpkg-lock-held")]
#[case("dpkg-database-lock-held")]
#[case("lists-lock-held")]
#[case("archives-lock-held")]
#[case("no-space-unpack")]
#[case("no-space-download")]
#[case("read-only")]
#[case("read-only-usr")]
#[case("not-root")]
#[case("dpkg-interrupted")]
#[case("broken-dependencies")]
#[case("unmet-dependencies")]
#[case("failing-postinst")]
#[case("failing-postinst-again")]
#[case("killed-postinst")]
#[case("failing-preinst")]
#[case("must-reinstall")]
#[case("held-changed")]
#[case("removal-refused")]
#[case("downgrade-refused")]
#[case("unknown-package")]
#[case("unknown-version")]
#[case("version-not-offered")]
#[case("fetch-404")]
#[case("no-connection")]
#[case("name-not-resolved")]
#[case("name-not-resolved-tolerated")]
#[case("unsigned-repository")]
#[case("no-release-file")]
#[case("missing-key")]
#[case("unauthenticated")]
#[case("expired-release")]
#[case("hash-mismatch")]
#[case("malformed-sources")]
fn failure(#[case] name: &str) {
    let output = recorded(name);
    let snapshot = format!("failure-{name}");
    let failure = format!("{:?}", diagnose(100, &output));
    insta::assert_json_snapshot!(snapshot.as_str(), (failure, PackageManager::Apt.diagnose(100, &output)));
}

#[test]
fn each_change_is_exactly_this_text() {
    let tool = || vec![exact("lab-tool", "1.1"), exact("lab-lib", "1:1.0~rc1-1")];
    let changes = [
        Change::RefreshIndex,
        Change::Upgrade { packages: tool(), new_dependencies: vec![] },
        Change::Upgrade { packages: tool(), new_dependencies: vec![exact("lab-app-data", "2.0")] },
        Change::Install {
            packages: vec![
                WantedPackage { name: package("python3.11"), version: None },
                WantedPackage { name: package("g++"), version: Some("4:12.2.0-3".parse().unwrap()) },
            ],
        },
        Change::Downgrade { packages: tool() },
        Change::Remove { packages: vec![package("lab-tool"), package("libc6:i386")] },
        Change::Hold { packages: vec![package("lab-tool")] },
        Change::Unhold { packages: vec![package("lab-tool")] },
    ];
    let mut shown = String::new();
    for change in &changes {
        let script = apt::script(change).unwrap();
        let simulation = apt::simulation(change).unwrap().unwrap_or_default();
        for text in [&script, &simulation] {
            assert!(is_shell(text), "{text}");
        }
        shown.push_str(&format!("{change:?}\n{script}simulated:\n{simulation}\n"));
    }
    insta::assert_snapshot!("changes", shown);
    for empty in [Change::Remove { packages: vec![] }, Change::Upgrade { packages: vec![], new_dependencies: vec![] }] {
        assert_eq!(apt::script(&empty), Err(apt::ChangeError::Empty));
        assert_eq!(apt::simulation(&empty), Err(apt::ChangeError::Empty));
    }
}

fn is_shell(text: &str) -> bool {
    Command::new("sh").args(["-n", "-c", text]).stderr(Stdio::null()).status().unwrap().success()
}

#[test]
fn where_a_package_stands() {
    let facts = facts("facts-debian-12");
    let exactly = |version: &str| WantedVersion::Exactly(version.parse().unwrap());
    let text = str::to_owned;
    for (name, wanted, expected) in [
        ("lab-tool", WantedVersion::Any, Standing::Satisfied { version: text("1.0") }),
        ("lab-tool", exactly("1.0"), Standing::Satisfied { version: text("1.0") }),
        ("lab-tool", exactly("1.1"), Standing::Upgrade { from: text("1.0"), to: text("1.1") }),
        ("lab-tool", exactly("0.9~rc1"), Standing::Downgrade { from: text("1.0"), to: text("0.9~rc1") }),
        ("lab-tool", WantedVersion::Newest, Standing::Upgrade { from: text("1.0"), to: text("1.1") }),
        ("lab-gone", WantedVersion::Newest, Standing::Satisfied { version: text("1.0") }),
        ("lab-nonesuch", WantedVersion::Any, Standing::Install),
        ("lab-held", WantedVersion::Any, Standing::Satisfied { version: text("1.0") }),
        ("lab-held", WantedVersion::Newest, Standing::Held { version: text("1.0"), pending: text("2.0~rc1-1") }),
        ("lab-held", exactly("3"), Standing::Held { version: text("1.0"), pending: text("3") }),
        (
            "lab-successor",
            WantedVersion::Newest,
            Standing::KeptBack { version: text("1.0"), pending: text("2.0"), by: UpdateStanding::BlockedByRemoval },
        ),
    ] {
        assert_eq!(apt::standing(&facts, &package(name), &wanted), expected, "{name} {wanted:?}");
    }
    let unknown = Facts { packages: None, ..facts };
    assert_eq!(apt::standing(&unknown, &package("lab-tool"), &WantedVersion::Any), Standing::Unknown);
}

/// The script for real, on the machine that runs the tests, under each shell that is there.
#[test]
fn the_script_runs_under_every_shell_that_is_here() {
    let script = facts_script(&nonce(), IndexRefresh::Leave);
    let host = Command::new("uname").arg("-n").output().unwrap().stdout;
    for shell in [&["sh"][..], &["dash"], &["bash"], &["busybox", "sh"]] {
        let Ok(output) = Command::new(shell[0]).args(&shell[1..]).args(["-c", &script]).stdin(Stdio::null()).output()
        else {
            continue;
        };
        let facts = read(&output.stdout).unwrap_or_else(|error| panic!("{shell:?}: {error}"));
        assert_eq!(facts.hostname.as_deref(), Some(String::from_utf8_lossy(&host).trim()), "{shell:?}");
        assert!(
            facts.uptime_seconds.is_some() && facts.memory.is_some() && facts.package_system.is_some(),
            "{shell:?}"
        );
    }
}

proptest! {
    #[test]
    fn nothing_that_a_host_can_say_makes_reading_panic(
        middle in proptest::collection::vec(any::<u8>(), 0..200),
        name in "(host|os|running|memory|filesystems|sudo|users|kernels|reboot|units|manager|restart)",
    ) {
        let mut answer = format!("@{NONCE} begin {name}\n").into_bytes();
        answer.extend_from_slice(&middle);
        answer.extend_from_slice(format!("\n@{NONCE} end {name} 0\n@{NONCE} done\n").as_bytes());
        prop_assert!(read(&answer).is_ok());
        let mut answer = format!("@{NONCE} begin manager\napt\n@{NONCE} end manager 0\n").into_bytes();
        let apt = ["packages", "upgrade", "dist-upgrade", "upgradable", "offered", "upgrade-size", "index", "refresh"];
        for name in apt {
            answer.extend_from_slice(format!("@{NONCE} begin {name}\n").as_bytes());
            answer.extend_from_slice(&middle);
            answer.extend_from_slice(format!("\n@{NONCE} end {name} 0\n").as_bytes());
        }
        answer.extend_from_slice(format!("@{NONCE} done\n").as_bytes());
        prop_assert!(read(&answer).is_ok());
        let _ = diagnose(100, &middle);
        let _ = apt::parse_simulation(&middle);
    }

    #[test]
    fn nothing_that_a_line_of_apt_can_say_makes_reading_panic(
        line in "(Inst|Remv|E:) [a-z\\[\\]\\(\\) :/,.0-9]{0,40}",
    ) {
        let simulation = apt::parse_simulation(line.as_bytes());
        prop_assert!(simulation.installs.len() + simulation.removals.len() <= 1);
    }
}
