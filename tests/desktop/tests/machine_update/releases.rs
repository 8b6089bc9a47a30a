//! Releases as a maintainer makes them: keys, packages that believe them, signatures, manifests, all by `cargo xtask`.

use millwright_desktop_tests::Computer;
use millwright_journeys::{
    laptop::{self, Packaging},
    xtask,
};
use millwright_lab::cache_folder;
use std::{
    fs,
    path::{Path, PathBuf},
    process::Command,
};

const PASSWORD: &str = "five random words of a test\n";

/// A maintainer's folder.
pub(crate) struct Releases {
    folder: PathBuf,
}

/// A package with its signature, as a manifest describes it.
pub(crate) struct Release<'a> {
    pub(crate) version: &'a str,
    pub(crate) package: &'a Path,
    pub(crate) counter: u64,
    pub(crate) notes: &'a str,
    /// What it follows, which was described before.
    pub(crate) previous: Option<&'a Release<'a>>,
}

impl Releases {
    /// The keys are made once, in the lab's cache: packages that believe other ones would have to be built anew, and a
    /// key is refused a place in the checkout.
    pub(crate) fn prepare(folder: &Path) -> Self {
        let releases = Self { folder: folder.to_owned() };
        let believed = releases.believed();
        fs::create_dir_all(&believed).unwrap();
        write_if_other(&folder.join("password"), PASSWORD);
        for name in ["primary", "offline"] {
            let keys = keys();
            if !keys.join(format!("{name}.pub")).exists() {
                let words = ["release", "keygen", "--name", name, "--folder", keys.to_str().unwrap()];
                run(Command::new(xtask()).args(words).args(releases.password()));
            }
            let public = fs::read_to_string(keys.join(format!("{name}.pub"))).unwrap();
            write_if_other(&believed.join(format!("{name}.pub")), &public);
        }
        let settings = format!(
            "endpoint = \"{}/{{channel}}/manifest.json\"\nkeys = [\"primary\", \"offline\"]\n\
             allow_insecure_transport = true\n",
            Computer::releases()
        );
        write_if_other(&believed.join("release.toml"), &settings);
        releases
    }

    /// Builds a version's package, which believes these releases.
    pub(crate) fn package(&self, version: &str) -> PathBuf {
        laptop::debian_package(Packaging { version: Some(version), release: Some(&self.believed()) }, &self.folder)
    }

    /// Signs a package and describes it.
    pub(crate) fn describe(&self, release: &Release<'_>) {
        let Release { version, package, counter, notes, previous } = release;
        let (out, artifacts) = (self.described(release), package.parent().unwrap());
        fs::create_dir_all(&out).unwrap();
        fs::write(out.join("notes"), notes).unwrap();
        let key = ["--key".into(), keys().join("primary.key")];
        run(Command::new(xtask())
            .args(["release", "sign", "--version", version])
            .args(&key)
            .args(self.password())
            .arg(package));
        let mut publish = Command::new(xtask());
        publish.args([
            "release",
            "publish",
            "--dry-run",
            "--channel",
            "stable",
            "--rollout",
            "1",
            "--version",
            version,
        ]);
        publish.args(&key).args(self.password()).arg("--counter").arg(counter.to_string());
        publish.arg("--artifacts").arg(artifacts).arg("--notes").arg(out.join("notes")).arg("--out").arg(&out);
        publish.arg("--release").arg(self.believed());
        publish.arg("--base-url").arg(format!("{}/packages/{counter}/", Computer::releases()));
        if let Some(previous) = previous {
            publish.arg("--previous").arg(self.described(previous).join("manifest.json"));
        }
        run(&mut publish);
    }

    /// Uploads a package.
    pub(crate) fn upload(&self, release: &Release<'_>, server: &Path) {
        let packages = server.join("packages").join(release.counter.to_string());
        fs::create_dir_all(&packages).unwrap();
        fs::copy(release.package, packages.join(release.package.file_name().unwrap())).unwrap();
    }

    /// Uploads what says that a version is the newest one.
    pub(crate) fn announce(&self, release: &Release<'_>, server: &Path) {
        let channel = server.join("stable");
        fs::create_dir_all(&channel).unwrap();
        for name in ["manifest.json.minisig", "manifest.json"] {
            fs::copy(self.described(release).join(name), channel.join(name)).unwrap();
        }
    }

    /// A later version that puts itself in and never comes up: whatever opens a page ends it.
    ///
    /// Its programs are those of the package, with the version in them replaced.
    pub(crate) fn that_never_comes_up(&self, package: &Path, from: &str, version: &str) -> PathBuf {
        let name = package.file_name().unwrap().to_str().unwrap().replace(from, version);
        self.made_from(package, "broken", &name, |root| {
            for file in ["usr/bin/millwright", "usr/bin/millwright-desktop", "DEBIAN/control"] {
                replace_all(&root.join(file), from, version);
            }
            let library = root.join("usr/lib/millwright/broken.so");
            fs::create_dir_all(library.parent().unwrap()).unwrap();
            let source = self.folder.join("broken.c");
            fs::write(&source, "#include <stdlib.h>\nunsigned long webkit_web_view_get_type(void) { abort(); }\n")
                .unwrap();
            run(Command::new("cc").args(["-shared", "-fPIC", "-o"]).arg(&library).arg(&source));
            // The loader reads it for each program, and the package takes it away again with itself.
            fs::create_dir_all(root.join("etc")).unwrap();
            fs::write(root.join("etc/ld.so.preload"), "/usr/lib/millwright/broken.so\n").unwrap();
        })
    }

    /// The same version, needing a package that is nowhere.
    pub(crate) fn that_needs(&self, package: &Path, needs: &str) -> PathBuf {
        let name = package.file_name().unwrap().to_str().unwrap();
        self.made_from(package, "needing", name, |root| {
            let control = root.join("DEBIAN/control");
            let text = fs::read_to_string(&control).unwrap();
            let changed = text.replace("\nDepends: ", &format!("\nDepends: {needs}, "));
            assert_ne!(changed, text);
            fs::write(control, changed).unwrap();
        })
    }

    /// Another package from what one unpacks to.
    fn made_from(&self, package: &Path, kind: &str, name: &str, change: impl FnOnce(&Path)) -> PathBuf {
        let (root, folder) = (self.folder.join(kind), self.folder.join(format!("package-{kind}")));
        if root.exists() {
            fs::remove_dir_all(&root).unwrap();
        }
        run(Command::new("dpkg-deb").arg("--raw-extract").arg(package).arg(&root));
        change(&root);
        fs::remove_file(root.join("DEBIAN/md5sums")).unwrap();
        fs::create_dir_all(&folder).unwrap();
        let made = folder.join(name);
        run(Command::new("dpkg-deb").args(["--root-owner-group", "-Zzstd", "-z1", "--build"]).arg(&root).arg(&made));
        made
    }

    /// What packages of these releases are built with.
    fn believed(&self) -> PathBuf {
        self.folder.join("release")
    }

    fn described(&self, release: &Release<'_>) -> PathBuf {
        self.folder.join(format!("described-{}", release.counter))
    }

    fn password(&self) -> [PathBuf; 2] {
        ["--password-file".into(), self.folder.join("password")]
    }
}

fn keys() -> PathBuf {
    cache_folder().unwrap().join("keys-of-a-test")
}

/// Leaves a file's time alone when it stays the same: cargo looks at that.
fn write_if_other(path: &Path, content: &str) {
    if fs::read_to_string(path).ok().as_deref() != Some(content) {
        fs::write(path, content).unwrap();
    }
}

/// Replaces a text in a file by one that is as long.
fn replace_all(path: &Path, from: &str, to: &str) {
    assert_eq!(from.len(), to.len());
    let mut bytes = fs::read(path).unwrap();
    let places: Vec<usize> = bytes
        .windows(from.len())
        .enumerate()
        .filter(|(_, window)| *window == from.as_bytes())
        .map(|(at, _)| at)
        .collect();
    assert!(!places.is_empty(), "{from} is not in {}", path.display());
    for at in places {
        bytes[at..at + to.len()].copy_from_slice(to.as_bytes());
    }
    fs::write(path, bytes).unwrap();
}

fn run(command: &mut Command) {
    let output = command.output().unwrap();
    assert!(output.status.success(), "{command:?}:\n{}", String::from_utf8_lossy(&output.stderr));
}
