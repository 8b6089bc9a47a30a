//! What Debian's and the desktop's own tools say about a package that was made.

use super::{Profile, said};
use crate::process;
use anyhow::{Context, Result, bail};
use std::{fs, path::Path, process::Command};

/// A technician fetches it over whatever network is there.
const MOST_BYTES: u64 = 12_000_000;

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
        let size = fs::metadata(deb).with_context(|| deb.display().to_string())?.len();
        if size > MOST_BYTES {
            bail!("{} has {size} bytes, and may have {MOST_BYTES}", deb.display());
        }
    }
    Ok(())
}
