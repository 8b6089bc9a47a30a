//! The Debian package, by Debian's own tools.

use super::{
    Profile, Release,
    build::Built,
    changelog::MAINTAINER,
    contents::{Content, Format, contents, stage},
    package_version, said,
};
use anyhow::{Context, Result};
use std::{
    fs,
    path::{Path, PathBuf},
    process::Command,
};

/// What is called where it is there: `pkexec` installs an update, xdg-utils opens a link of a page's.
const RECOMMENDS: &str = "pkexec, xdg-utils";

const DESCRIPTION: &str = "workbench for managed service providers
 Millwright installs products, patches packages and runs support procedures on
 the hosts of many clients, over plain SSH, with nothing to install on them.
 .
 Every change is shown first as a plan with the exact commands for each host.
 Tasks run detached on the host, so that a closed laptop or a lost network
 never breaks an upgrade. Every act lands in an audit chain that shows
 tampering. There is no server, no account and no telemetry.
 .
 This package has the window and the command millwright, which work on one
 workspace side by side.
";

/// Makes the package; where it is.
pub(super) fn make(release: &Release, built: &Built, out: &Path) -> Result<PathBuf> {
    let contents = contents(release, built, Format::Deb)?;
    let folder = tempfile::tempdir().context("make a folder")?;
    let root = folder.path().join("root");
    stage(&contents, &root)?;
    let architecture = said(Command::new("dpkg").arg("--print-architecture"))?.trim().to_owned();
    let version = package_version(&release.version);
    let control = format!(
        "Package: millwright\nVersion: {version}\nArchitecture: {architecture}\nMaintainer: {MAINTAINER}\n\
         Installed-Size: {}\nDepends: ca-certificates, {}\nRecommends: {RECOMMENDS}\nSection: admin\nPriority: optional\n\
         Homepage: https://github.com/millwright/millwright\nDescription: {DESCRIPTION}",
        contents.iter().map(Content::kibibytes).sum::<usize>(),
        depends(&root, folder.path())?,
    );
    let debian = root.join("DEBIAN");
    let paths: Vec<&str> = contents.iter().map(|content| content.path.as_str()).collect();
    let sums = said(Command::new("md5sum").args(&paths).current_dir(&root))?;
    fs::create_dir(&debian)
        .and_then(|()| fs::write(debian.join("control"), control))
        .and_then(|()| fs::write(debian.join("md5sums"), sums))
        .with_context(|| format!("write {}", debian.display()))?;
    said(Command::new("chmod").arg("-R").arg("u=rwX,go=rX").arg(&debian))?;
    let package = out.join(format!("millwright_{version}_{architecture}.deb"));
    let mut command = Command::new("dpkg-deb");
    // One thread: with more, what comes out depends on how many there are.
    command.args(["--root-owner-group", "--threads-max=1"]);
    match release.profile {
        Profile::Release => command.args(["-Zxz", "-z9"]),
        Profile::Development => command.args(["-Zzstd", "-z1"]),
    };
    command.arg("--build").arg(&root).arg(&package);
    said(command.env("SOURCE_DATE_EPOCH", release.epoch.to_string()))?;
    Ok(package)
}

/// The packages of the libraries that the programs are linked with, in the versions that have what they use.
fn depends(root: &Path, folder: &Path) -> Result<String> {
    // It looks for the file that describes a source package, and wants no more of it than its name.
    fs::create_dir_all(folder.join("debian")).context("make a folder")?;
    fs::write(folder.join("debian/control"), "Source: millwright\n").context("write debian/control")?;
    let mut command = Command::new("dpkg-shlibdeps");
    command.arg("-O").args(["millwright-desktop", "millwright"].map(|name| root.join("usr/bin").join(name)));
    let said = said(command.current_dir(folder))?;
    let depends = said.trim().strip_prefix("shlibs:Depends=");
    Ok(depends.with_context(|| format!("dpkg-shlibdeps said `{}`", said.trim()))?.to_owned())
}
