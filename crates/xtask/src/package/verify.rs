//! `--verify`: the same source at another place gives the same packages, byte for byte.
//!
//! The second build is this very command in a copy of the checkout with a target folder of its own, as somebody else
//! would run it. What differs is named file by file.

use super::{Release, said};
use crate::{process, workspace};
use anyhow::{Context, Result, bail};
use semver::Version;
use std::{
    collections::BTreeMap,
    fs,
    path::{Path, PathBuf},
    process::{Command, ExitCode},
};

/// Builds again and compares; ends with 1 when anything differs.
pub(super) fn builds_the_same_elsewhere(
    release: &Release,
    version: Option<&Version>,
    packages: &[PathBuf],
) -> Result<ExitCode> {
    let place = workspace::target_folder()?.join("package/verify");
    if place.exists() {
        fs::remove_dir_all(&place).with_context(|| format!("remove {}", place.display()))?;
    }
    let (source, out) = (place.join("another/place/source"), place.join("out"));
    copy_source(&source)?;
    let mut command = workspace::cargo();
    command.current_dir(&source).args(["run", "--quiet", "--locked", "--package", "millwright-xtask", "--", "package"]);
    command.arg("--out").arg(&out);
    if let Some(version) = version {
        command.arg("--version").arg(version.to_string());
    }
    command.env("CARGO_TARGET_DIR", place.join("target")).env("SOURCE_DATE_EPOCH", release.epoch.to_string());
    process::run(&mut command)?;
    let mut differing = 0;
    for package in packages {
        let name = package.file_name().context("a package has a name")?;
        let again = out.join(name);
        let [first, second] = [package, &again].map(|file| fs::read(file).with_context(|| file.display().to_string()));
        if first? == second? {
            println!("the same, byte for byte: {}", name.to_string_lossy());
            continue;
        }
        differing += 1;
        println!("DIFFERS: {}", name.to_string_lossy());
        for line in differences(package, &again)? {
            println!("  {line}");
        }
    }
    if differing > 0 {
        println!("{differing} of {} packages differ; the second ones are in {}", packages.len(), out.display());
        return Ok(ExitCode::FAILURE);
    }
    // Gigabytes that nobody needs once they agree.
    fs::remove_dir_all(&place).with_context(|| format!("remove {}", place.display()))?;
    Ok(ExitCode::SUCCESS)
}

/// Copies what git has or would add: no build product comes along.
fn copy_source(to: &Path) -> Result<()> {
    let mut command = Command::new("git");
    command.args(["ls-files", "-z", "--cached", "--others", "--exclude-standard"]).current_dir(workspace::root());
    for name in said(&mut command)?.split('\0').filter(|name| !name.is_empty()) {
        let (from, file) = (workspace::root().join(name), to.join(name));
        // One that was deleted and not committed is still in git's list.
        if !from.exists() {
            continue;
        }
        let folder = file.parent().context("each file has a folder")?;
        fs::create_dir_all(folder).with_context(|| format!("make {}", folder.display()))?;
        fs::copy(&from, &file).with_context(|| format!("copy {name}"))?;
    }
    Ok(())
}

/// What is different within two packages.
fn differences(one: &Path, other: &Path) -> Result<Vec<String>> {
    let (one, other) = (listing(one)?, listing(other)?);
    let paths: Vec<&String> = one.keys().chain(other.keys().filter(|path| !one.contains_key(*path))).collect();
    let lines: Vec<String> = paths
        .into_iter()
        .filter_map(|path| match (one.get(path), other.get(path)) {
            (Some(one), Some(other)) => (one != other).then(|| format!("{path}: {one} and {other}")),
            (Some(_), None) => Some(format!("{path}: only in the first")),
            (None, _) => Some(format!("{path}: only in the second")),
        })
        .collect();
    if lines.is_empty() {
        return Ok(vec!["no file, but what is said about them (times, order, compression)".to_owned()]);
    }
    Ok(lines)
}

/// Each file in a package, with the sum of what is in it.
fn listing(package: &Path) -> Result<BTreeMap<String, String>> {
    if package.extension().is_some_and(|extension| extension == "rpm") {
        let query = "[%{FILENAMES}\t%{FILEDIGESTS}\n]requirements\t[%{REQUIRES} ]\n";
        let text = said(Command::new("rpm").args(["-qp", "--qf", query]).arg(package))?;
        let pairs = text.lines().filter_map(|line| line.split_once('\t'));
        return Ok(pairs.map(|(path, sum)| (path.to_owned(), sum.to_owned())).collect());
    }
    let folder = tempfile::tempdir().context("make a folder")?;
    said(Command::new("dpkg-deb").arg("--raw-extract").arg(package).arg(folder.path()))?;
    let find = ["-type", "f", "-exec", "sha256sum", "{}", "+"];
    let text = said(Command::new("find").arg(".").args(find).current_dir(folder.path()))?;
    let mut sums = BTreeMap::new();
    for line in text.lines() {
        let Some((sum, path)) = line.split_once("  ") else { bail!("sha256sum said `{line}`") };
        sums.insert(path.trim_start_matches('.').to_owned(), sum.to_owned());
    }
    Ok(sums)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A package of two files, the second of which is given.
    fn package(folder: &Path, name: &str, path: &str, content: &str) -> PathBuf {
        let root = folder.join(name);
        fs::create_dir_all(root.join("DEBIAN")).unwrap();
        let control = "Package: p\nVersion: 1\nArchitecture: all\nMaintainer: A <a@example.com>\nDescription: p\n";
        for (path, content) in [("DEBIAN/control", control), ("same", "same"), (path, content)] {
            fs::write(root.join(path), content).unwrap();
        }
        let package = folder.join(format!("{name}.deb"));
        said(Command::new("dpkg-deb").args(["--root-owner-group", "--build"]).arg(&root).arg(&package)).unwrap();
        package
    }

    #[test]
    fn what_differs_is_named_and_nothing_else() {
        let folder = tempfile::tempdir().unwrap();
        let package = |name, path, content| package(folder.path(), name, path, content);
        let (one, other) = (package("one", "program", "a"), package("other", "program", "b"));
        let lines = differences(&one, &other).unwrap();
        assert!(matches!(&lines[..], [line] if line.starts_with("/program: ca978112")), "{lines:?}");
        let lines = differences(&one, &package("more", "another", "a")).unwrap();
        assert_eq!(lines, ["/program: only in the first", "/another: only in the second"]);
        assert!(differences(&one, &one).unwrap()[0].starts_with("no file"));
    }
}
