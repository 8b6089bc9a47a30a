//! `cargo xtask package`: the window and the command as a Debian package and an RPM, made here and without a download.
//!
//! Owns: what is in the packages, and that the same source gives the same bytes wherever it is built. Does not own the
//! bundles of Windows and macOS, nor AppImage: those are tauri's, set up in `src-tauri/tauri.conf.json`.

mod build;
mod changelog;
mod check;
mod contents;
mod deb;
mod rpm;
mod verify;

use crate::{
    setup::{self, Purpose},
    workspace,
};
use anyhow::{Context, Result, bail};
use contents::Format;
use semver::Version;
use serde::Deserialize;
use std::{
    env, fs,
    path::{Path, PathBuf},
    process::{Command, ExitCode},
};

/// What is packed, and how.
#[derive(Debug, clap::Args)]
pub(crate) struct Options {
    /// Build a second time from a copy of the source at another place, and compare the packages byte for byte
    #[arg(long, conflicts_with = "debug")]
    verify: bool,

    /// Pack what tests run on: unoptimized, quick to build, and not the same everywhere
    #[arg(long)]
    debug: bool,

    /// Make this one only
    #[arg(long, value_name = "FORMAT", conflicts_with = "verify")]
    only: Option<Format>,

    /// The version that all of it says it is; the workspace's own when none is given
    #[arg(long, value_name = "X.Y.Z")]
    version: Option<Version>,

    /// Where the packages are put; `package` in the target folder when no folder is named
    #[arg(long, value_name = "DIR")]
    out: Option<PathBuf>,
}

/// One release on this machine's architecture.
#[derive(Debug)]
struct Release {
    version: Version,
    /// Whether that is the version in `Cargo.toml`.
    is_own_version: bool,
    profile: Profile,
    /// When the source was last changed, in seconds since 1970: every time in a package.
    epoch: i64,
    changes: Vec<changelog::Entry>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Profile {
    Development,
    Release,
}

/// Makes the packages and says where they are and how large.
pub(crate) fn run(options: &Options) -> Result<ExitCode> {
    setup::prepare(&[Purpose::Build, Purpose::Window, Purpose::Package])?;
    let out = match &options.out {
        Some(folder) => std::path::absolute(folder).context("find the current folder")?,
        None => workspace::target_folder()?.join("package/out"),
    };
    let release = Release::of(options)?;
    let packages = make(&release, options.only, &out)?;
    for package in &packages {
        let size = fs::metadata(package).with_context(|| format!("look at {}", package.display()))?.len();
        println!("{:>6.2} MB  {}", size as f64 / 1e6, package.display());
    }
    if options.verify {
        return verify::builds_the_same_elsewhere(&release, options.version.as_ref(), &packages);
    }
    Ok(ExitCode::SUCCESS)
}

fn make(release: &Release, only: Option<Format>, out: &Path) -> Result<Vec<PathBuf>> {
    fs::create_dir_all(out).with_context(|| format!("make {}", out.display()))?;
    let built = build::build(release)?;
    let mut packages = Vec::new();
    if only != Some(Format::Rpm) {
        let deb = deb::make(release, &built, out)?;
        check::check(&deb, release.profile)?;
        packages.push(deb);
    }
    if only != Some(Format::Deb) {
        packages.push(rpm::make(release, &built, out)?);
    }
    Ok(packages)
}

impl Release {
    fn of(options: &Options) -> Result<Self> {
        let own = own_version()?;
        let version = options.version.clone().unwrap_or_else(|| own.clone());
        let epoch = epoch()?;
        let text = fs::read_to_string(workspace::root().join("src-tauri/CHANGELOG.md"))
            .context("read src-tauri/CHANGELOG.md")?;
        let mut changes = changelog::read(&text)?;
        if changes.first().is_none_or(|newest| newest.version != version) {
            if options.version.is_none() {
                bail!(
                    "src-tauri/CHANGELOG.md does not begin with {version}, which Cargo.toml names: say there what changed"
                );
            }
            changes.insert(0, changelog::Entry::of_a_trial(version.clone(), epoch)?);
        }
        let profile = if options.debug { Profile::Development } else { Profile::Release };
        Ok(Self { is_own_version: version == own, version, profile, epoch, changes })
    }
}

/// A version as dpkg and rpm order it: what leads to a release comes before it.
fn package_version(version: &Version) -> String {
    version.to_string().replacen('-', "~", 1).replace('-', ".")
}

/// The version in `[workspace.package]`, which is the only one in the source.
fn own_version() -> Result<Version> {
    #[derive(Deserialize)]
    struct Metadata {
        packages: Vec<Package>,
    }
    #[derive(Deserialize)]
    struct Package {
        name: String,
        version: Version,
    }
    let text = said(workspace::cargo().args(["metadata", "--no-deps", "--format-version=1"]))?;
    let metadata: Metadata = serde_json::from_str(&text).context("read what `cargo metadata` printed")?;
    let window = metadata.packages.into_iter().find(|package| package.name == "millwright-desktop");
    Ok(window.context("the workspace has no millwright-desktop")?.version)
}

/// `SOURCE_DATE_EPOCH` where it is set, else the time of the last commit.
fn epoch() -> Result<i64> {
    let text = match env::var("SOURCE_DATE_EPOCH") {
        Ok(text) => text,
        Err(_) => said(Command::new("git").args(["log", "-1", "--format=%ct"]).current_dir(workspace::root()))
            .context("without a git checkout, SOURCE_DATE_EPOCH must say from when the source is")?,
    };
    text.trim().parse().with_context(|| format!("`{}` is no time in seconds", text.trim()))
}

/// What a program printed; a failure has its complaint.
fn said(command: &mut Command) -> Result<String> {
    let line = crate::process::shown(command);
    let output = command.output().with_context(|| format!("start `{line}`"))?;
    if !output.status.success() {
        bail!("`{line}` failed ({}):\n{}", output.status, String::from_utf8_lossy(&output.stderr).trim());
    }
    String::from_utf8(output.stdout).with_context(|| format!("`{line}` printed what is no text"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn package_managers_order_versions_as_they_were_meant() {
        for (version, expected) in [("0.9.1", "0.9.1"), ("1.0.0-beta.2", "1.0.0~beta.2"), ("1.0.0-rc-1", "1.0.0~rc.1")]
        {
            assert_eq!(package_version(&version.parse().unwrap()), expected);
        }
    }

    #[test]
    fn the_changes_of_this_version_are_told() {
        let text = fs::read_to_string(workspace::root().join("src-tauri/CHANGELOG.md")).unwrap();
        assert_eq!(changelog::read(&text).unwrap()[0].version, own_version().unwrap());
    }
}
