//! The RPM package, by rpmbuild, which also finds the libraries that it needs.

use super::{
    Profile, Release,
    build::Built,
    changelog,
    contents::{Format, contents, stage},
    package_version, said,
};
use anyhow::{Context, Result, bail};
use std::{
    fs,
    path::{Path, PathBuf},
    process::Command,
};

const SPEC: &str = include_str!("millwright.spec");

/// Makes the package; where it is.
pub(super) fn make(release: &Release, built: &Built, out: &Path) -> Result<PathBuf> {
    let contents = contents(release, built, Format::Rpm)?;
    let folder = tempfile::tempdir().context("make a folder")?;
    let (staged, made) = (folder.path().join("staged"), folder.path().join("made"));
    stage(&contents, &staged)?;
    let version = package_version(&release.version);
    let files: String = contents.iter().map(|content| format!("{}\n", listed(&content.path))).collect();
    let spec = SPEC
        .replace("@VERSION@", &version)
        .replace("@FILES@", files.trim_end())
        .replace("@CHANGELOG@", &changelog::rpm(&release.changes, package_version));
    let spec_file = folder.path().join("millwright.spec");
    fs::write(&spec_file, spec).context("write the spec file")?;
    let payload = match release.profile {
        Profile::Release => "w9.xzdio",
        Profile::Development => "w1.zstdio",
    };
    let mut command = Command::new("rpmbuild");
    command.args(["-bb", "--noclean"]).arg("--buildroot").arg(folder.path().join("root"));
    for (name, value) in [
        ("_topdir", folder.path().join("top").display().to_string()),
        ("_rpmdir", made.display().to_string()),
        ("_rpmfilename", "%{NAME}-%{VERSION}-%{RELEASE}.%{ARCH}.rpm".to_owned()),
        ("staged", staged.display().to_string()),
        ("_binary_payload", payload.to_owned()),
        // What would tell one build from the next: its machine, its time, the times of the files.
        ("_buildhost", "localhost".to_owned()),
        ("use_source_date_epoch_as_buildtime", "1".to_owned()),
        ("clamp_mtime_to_source_date_epoch", "1".to_owned()),
        ("_build_id_links", "none".to_owned()),
        // The programs are stripped and the pages compressed already.
        ("debug_package", "%{nil}".to_owned()),
        ("__os_install_post", "%{nil}".to_owned()),
    ] {
        command.arg("--define").arg(format!("{name} {value}"));
    }
    said(command.arg(&spec_file).env("SOURCE_DATE_EPOCH", release.epoch.to_string()))?;
    let mut packages = fs::read_dir(&made).with_context(|| format!("list {}", made.display()))?.flatten();
    let (Some(package), None) = (packages.next(), packages.next()) else { bail!("rpmbuild made not one package") };
    let place = out.join(package.file_name());
    fs::copy(package.path(), &place).with_context(|| format!("write {}", place.display()))?;
    Ok(place)
}

/// A line of the spec's list of files.
fn listed(path: &str) -> String {
    let kind = if path.starts_with("usr/share/licenses/") {
        "%license "
    } else if path.starts_with("usr/share/man/") {
        "%doc "
    } else {
        ""
    };
    format!("{kind}\"/{path}\"")
}
