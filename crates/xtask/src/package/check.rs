//! What Debian's and the desktop's own tools say about a package that was made.

use super::{Profile, said};
use crate::process;
use anyhow::{Context, Result};
use std::{path::Path, process::Command};

/// Fails on an error that one of them finds; warnings are shown.
pub(super) fn check(deb: &Path, profile: Profile) -> Result<()> {
    let folder = tempfile::tempdir().context("make a folder")?;
    said(Command::new("dpkg-deb").arg("--extract").arg(deb).arg(folder.path()))?;
    let share = folder.path().join("usr/share");
    process::run(Command::new("desktop-file-validate").arg(share.join("applications/dev.millwright.desktop.desktop")))?;
    let metainfo = share.join("metainfo/dev.millwright.desktop.metainfo.xml");
    process::run(Command::new("appstreamcli").args(["validate", "--no-net"]).arg(metainfo))?;
    if profile == Profile::Release {
        process::run(Command::new("lintian").arg("--fail-on=error").arg(deb))?;
    }
    Ok(())
}
