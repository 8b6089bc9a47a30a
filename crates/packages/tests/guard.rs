//! The guard before a change, run by every shell that is here against a dpkg of our own.

#![allow(clippy::unwrap_used)] // helpers of tests are tests

use millwright_packages::PackageManager;
use millwright_packages::apt::{ExpectedPackage, ExpectedStanding};
use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

const SHELLS: [&[&str]; 4] = [&["sh"], &["dash"], &["bash"], &["busybox", "sh"]];

/// What the host has, in `dpkg-query`'s words for the format that the script asks for.
const THERE: &str = "\
ii  dpkg:amd64 1.21.22
ii  dpkg-dev:all 1.21.22
ii  g++:amd64 4:12.2.0-3
ii  libc6:amd64 2.36-9+deb12u14
ii  libc6:i386 2.36-9
ii  libstdc++6:amd64 12.2.0-14
ii  nginx:amd64 1.22.1-9+deb12u4
ii  nginx-common:all 1.22.1-9
hi  held:amd64 1.0
iF  failed:amd64 1.0
iHR broken:amd64 1.0
hi  everything:all 2.0
iU  everything-else:all 2.0
ii  numeric:all 1.10
ii  exponent:all 1e2
ri  doomed:amd64 1.0
rc  configuration:amd64 1.0
un  never: 
rc  libfoo:amd64 1.0
ii  libfoo:i386 1.0
";

/// A directory that goes when the test ends.
struct Directory(PathBuf);

impl Directory {
    fn new(name: &str) -> Self {
        let path = std::env::temp_dir().join(format!("millwright-guard-{name}-{}", std::process::id()));
        fs::create_dir_all(&path).unwrap();
        Self(path)
    }

    fn program(&self, name: &str, text: &str) {
        let path = self.0.join(name);
        fs::write(&path, text).unwrap();
        fs::set_permissions(&path, fs::Permissions::from_mode(0o755)).unwrap();
    }
}

impl Drop for Directory {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.0);
    }
}

/// A dpkg that has exactly these packages.
fn host(name: &str, there: &str) -> Directory {
    let directory = Directory::new(name);
    fs::write(directory.0.join("there"), there).unwrap();
    let list = format!("#!/bin/sh\n[ \"$1 $2\" = '-W -f' ] || exit 2\ncat '{}/there'\n", directory.0.display());
    directory.program("dpkg-query", &list);
    directory
}

/// What the script said and ended with, which must be the same under each shell.
fn run(tools: &Path, expected: &[ExpectedPackage]) -> (String, Option<i32>) {
    let script = PackageManager::Apt.unchanged_script(expected);
    // As a file: a script of thousands of packages is longer than one argument may be.
    let file = tools.join("script.sh");
    fs::write(&file, script).unwrap();
    let path = format!("{}:{}", tools.display(), std::env::var("PATH").unwrap());
    let mut answers = Vec::new();
    for shell in SHELLS {
        let mut command = Command::new(shell[0]);
        command.args(&shell[1..]).arg(&file).env("PATH", &path).stdin(Stdio::null());
        let Ok(output) = command.output() else { continue };
        answers.push((shell, (String::from_utf8(output.stdout).unwrap(), output.status.code())));
    }
    let (_, first) = answers[0].clone();
    for (shell, answer) in answers {
        assert_eq!(answer, first, "{shell:?}");
    }
    first
}

fn installed(name: &str, version: &str) -> ExpectedPackage {
    let standing = ExpectedStanding::Installed { version: version.parse().unwrap() };
    ExpectedPackage { name: name.parse().unwrap(), standing }
}

fn absent(name: &str) -> ExpectedPackage {
    ExpectedPackage { name: name.parse().unwrap(), standing: ExpectedStanding::Absent }
}

#[test]
fn each_way_in_which_a_package_can_stand() {
    let host = host("each", THERE);
    for (expected, difference) in [
        (installed("g++", "4:12.2.0-3"), ""),
        (installed("libstdc++6", "12.2.0-14"), ""),
        (installed("libc6", "2.36-9+deb12u14"), ""),
        (installed("libc6:amd64", "2.36-9+deb12u14"), ""),
        (installed("libc6:i386", "2.36-9"), ""),
        (installed("libc6:i386", "2.36-8"), "libc6:i386 was 2.36-8 and is 2.36-9\n"),
        (installed("libc6:arm64", "2.36-9"), "libc6:arm64 was 2.36-9 and is not installed\n"),
        // The architecture is that of the version to come, which need not be that of the one that is there.
        (installed("nginx-common:amd64", "1.22.1-9"), ""),
        (installed("nginx-common", "1.22.1-9"), ""),
        (installed("nginx:all", "1.22.1-9+deb12u4"), ""),
        (installed("nginx", "1.22.1-9"), "nginx was 1.22.1-9 and is 1.22.1-9+deb12u4\n"),
        (installed("gone", "1.0"), "gone was 1.0 and is not installed\n"),
        (installed("configuration", "1.0"), "configuration was 1.0 and is not installed\n"),
        (installed("never", "1.0"), "never was 1.0 and is not installed\n"),
        (installed("held", "1.0"), "held is held now\n"),
        (installed("failed", "1.0"), "failed is not configured\n"),
        (installed("broken", "1.0"), "broken is not configured\n"),
        (installed("everything", "1.0"), "everything was 1.0 and is 2.0\neverything is held now\n"),
        (
            installed("everything-else", "1.0"),
            "everything-else was 1.0 and is 2.0\neverything-else is not configured\n",
        ),
        // The same number, and not the same version.
        (installed("numeric", "1.1"), "numeric was 1.1 and is 1.10\n"),
        (installed("exponent", "100"), "exponent was 100 and is 1e2\n"),
        // Somebody wants it gone, and it is whole.
        (installed("doomed", "1.0"), ""),
        // A foreign architecture does not stand in for the native one.
        (installed("libfoo", "1.0"), "libfoo was 1.0 and is not installed\n"),
        (absent("libfoo"), ""),
        (absent("libfoo:i386"), "libfoo:i386 was not installed and is 1.0\n"),
        (absent("gone"), ""),
        (absent("configuration"), ""),
        (absent("never"), ""),
        (absent("nginx"), "nginx was not installed and is 1.22.1-9+deb12u4\n"),
        (absent("failed"), "failed was not installed and is 1.0\n"),
        // Names are not patterns.
        (absent("lib.tdc++6"), ""),
        (absent("libstdc"), ""),
    ] {
        let code = if difference.is_empty() { 0 } else { 65 };
        assert_eq!(run(&host.0, std::slice::from_ref(&expected)), (difference.to_owned(), Some(code)), "{expected:?}");
    }
}

#[test]
fn every_difference_is_told_and_nothing_else() {
    let host = host("all", THERE);
    let expected = [installed("nginx", "1.22.1-9"), installed("g++", "4:12.2.0-3"), absent("libc6"), absent("gone")];
    let told = "nginx was 1.22.1-9 and is 1.22.1-9+deb12u4\nlibc6 was not installed and is 2.36-9+deb12u14\n";
    assert_eq!(run(&host.0, &expected), (told.to_owned(), Some(65)));
    assert_eq!(run(&host.0, &[]), (String::new(), Some(0)));
}

/// More than an argument list or a pipe could take at once.
#[test]
fn thousands_of_packages_are_one_question() {
    let name = |number: u32| format!("package-with-a-rather-long-name-{number}");
    let many: String = (0..6000).map(|number| format!("ii  {}:amd64 1.0-{number}\n", name(number))).collect();
    let there = format!("ii  dpkg:amd64 1.21.22\n{many}");
    assert!(there.len() > 256 * 1024);
    let host = host("thousands", &there);
    let mut expected: Vec<ExpectedPackage> =
        (0..6000).map(|number| installed(&name(number), &format!("1.0-{number}"))).collect();
    assert_eq!(run(&host.0, &expected), (String::new(), Some(0)));
    expected[5999] = installed(&name(5999), "0.9");
    let told = format!("{} was 0.9 and is 1.0-5999\n", name(5999));
    assert_eq!(run(&host.0, &expected), (told, Some(65)));
}

/// "Unchanged" must not come out of a dpkg that cannot answer.
#[test]
fn a_dpkg_that_fails_is_neither_unchanged_nor_changed() {
    let host = host("fails", THERE);
    host.program("dpkg-query", "#!/bin/sh\nexit 2\n");
    assert_eq!(run(&host.0, &[]), (String::new(), Some(2)));
}

#[test]
fn the_script_is_exactly_this_text() {
    let expected = [installed("nginx", "1.22.1-9"), installed("libc6:amd64", "2.36-9+deb12u4"), absent("libnew1")];
    insta::assert_snapshot!("unchanged", PackageManager::Apt.unchanged_script(&expected));
}

/// The real dpkg of a Debian that runs the tests.
#[test]
fn the_real_dpkg_understands_the_question() {
    let Ok(output) = Command::new("dpkg-query").args(["-W", "-f", "${Version}", "dpkg"]).output() else { return };
    let Ok(version) = String::from_utf8(output.stdout) else { return };
    if !output.status.success() {
        return;
    }
    let nowhere = Directory::new("nowhere");
    assert_eq!(run(&nowhere.0, &[installed("dpkg", &version), absent("millwright-nonesuch")]).1, Some(0));
    let (told, code) = run(&nowhere.0, &[installed("dpkg", "0.0.1")]);
    assert_eq!((told, code), (format!("dpkg was 0.0.1 and is {version}\n"), Some(65)));
}
