//! Building the two programs that are packed.

use super::{Profile, Release, said};
use crate::{process, window, workspace};
use anyhow::{Context, Result, bail};
use std::{
    env,
    path::{Path, PathBuf},
    process::Command,
};

/// The programs, as cargo left them.
#[derive(Debug)]
pub(super) struct Built {
    pub(super) window: PathBuf,
    pub(super) command: PathBuf,
}

/// Builds the page and both programs.
pub(super) fn build(release: &Release) -> Result<Built> {
    window::build_page()?;
    let mut command = workspace::cargo();
    command.args(["build", "--locked"]);
    let target = workspace::target_folder()?;
    let folder = match release.profile {
        Profile::Development => {
            // As `cargo xtask test` builds them: what it has compiled is not compiled again.
            command.args(["--workspace", "--bin", "millwright-desktop", "--bin", "millwright"]);
            target.join("debug")
        }
        Profile::Release => {
            // A folder of its own: other flags than a developer's would build everything anew in turns.
            let target = target.join("package");
            command.args(["--release", "--bins", "--package", "millwright-desktop", "--package", "millwright-cli"]);
            command.env("CARGO_ENCODED_RUSTFLAGS", remapping(&target)?).env("CARGO_TARGET_DIR", &target);
            // OpenSSL writes down when it was built, and would look for its parts where it was built: it has all inside.
            command.env("SOURCE_DATE_EPOCH", release.epoch.to_string());
            command.env("GNUMAKEFLAGS", "ENGINESDIR=/nonexistent MODULESDIR=/nonexistent");
            command.env("CARGO_INCREMENTAL", "0");
            target.join("release")
        }
    };
    if release.is_own_version {
        command.env_remove("MILLWRIGHT_VERSION");
    } else {
        command.env("MILLWRIGHT_VERSION", release.version.to_string());
    }
    process::run(&mut command)?;
    Ok(Built { window: folder.join("millwright-desktop"), command: folder.join("millwright") })
}

/// Flags for rustc after which no program holds a path of this machine.
fn remapping(target: &Path) -> Result<String> {
    let home = match env::var_os("CARGO_HOME") {
        Some(folder) => PathBuf::from(folder),
        None => PathBuf::from(env::var_os("HOME").context("HOME is not set")?).join(".cargo"),
    };
    let compiler = said(Command::new("rustc").args(["--print", "sysroot"]).current_dir(workspace::root()))?;
    // Where two fit, the later one counts: the target folder may lie in the checkout.
    let places = [
        (home.as_path(), "/cargo"),
        (Path::new(compiler.trim()), "/rust"),
        (workspace::root(), "/millwright"),
        (target, "/target"),
    ];
    let mut flags = Vec::new();
    for (from, to) in places {
        let Some(from) = from.to_str() else { bail!("{} is no text, which rustc cannot do with", from.display()) };
        flags.push(format!("--remap-path-prefix={from}={to}"));
    }
    Ok(flags.join("\u{1f}"))
}
