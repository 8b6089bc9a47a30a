//! `cargo xtask window`: builds the page and the desktop application around it, and opens it.

use crate::{process, workspace};
use anyhow::{Context, Result, bail};
use std::{
    fs,
    path::{Path, PathBuf},
    process::{Command, ExitCode, ExitStatus},
};

/// What the window is to show.
#[derive(Debug, clap::Args)]
pub(crate) struct Options {
    /// The workspace's folder; the usual one when none is named
    #[arg(long, value_name = "DIR")]
    workspace: Option<PathBuf>,

    /// Build as it is shipped: slower to build, faster to run
    #[arg(long)]
    release: bool,
}

/// Builds the application, opens it, and ends with its exit code.
pub(crate) fn run(options: &Options) -> Result<ExitCode> {
    let profile = if options.release { Profile::Release } else { Profile::Development };
    let binary = build(profile)?;
    Ok(process::exit_code(open(&binary, options.workspace.as_deref())?))
}

/// How the application is built.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Profile {
    /// Quick to build, with the developer's tools in the page.
    Development,
    /// As it is shipped.
    Release,
}

/// Builds the page, then the application with the page inside; where it lies.
pub(crate) fn build(profile: Profile) -> Result<PathBuf> {
    build_page()?;
    let mut command = workspace::cargo();
    command.args(["build", "--locked", "--package", "millwright-desktop"]);
    let folder = match profile {
        Profile::Development => "debug",
        Profile::Release => {
            command.arg("--release");
            "release"
        }
    };
    process::run(&mut command).context("Debian's package libwebkit2gtk-4.1-dev has what the window is built on")?;
    let name = format!("millwright-desktop{}", std::env::consts::EXE_SUFFIX);
    Ok(workspace::target_folder()?.join(folder).join(name))
}

/// Builds the page into `ui/dist`, which the application takes in when it is compiled.
pub(crate) fn build_page() -> Result<()> {
    let page = page_folder();
    install_packages(&page)?;
    process::run(npm(&page).args(["run", "build"]))
}

/// Where the page is made.
pub(crate) fn page_folder() -> PathBuf {
    workspace::root().join("ui")
}

/// Where its tests in a browser are.
pub(crate) fn browser_tests_folder() -> PathBuf {
    workspace::root().join("tests/playwright")
}

/// Installs what a folder's lock file says, if that is not there yet.
pub(crate) fn install_packages(folder: &Path) -> Result<()> {
    if dependencies_are_old(folder)? {
        process::run(npm(folder).args(["ci", "--no-audit", "--no-fund"]))?;
    }
    Ok(())
}

/// Opens the window and waits until it is closed.
pub(crate) fn open(binary: &Path, folder: Option<&Path>) -> Result<ExitStatus> {
    let mut command = Command::new(binary);
    if let Some(folder) = folder {
        command.arg("--workspace").arg(folder);
    }
    eprintln!("$ {}", process::shown(&command));
    command.status().with_context(|| format!("start {}", binary.display()))
}

pub(crate) fn npm(page: &Path) -> Command {
    let mut command = Command::new(if cfg!(windows) { "npm.cmd" } else { "npm" });
    command.current_dir(page);
    command
}

/// Whether what is installed is not what the lock file says: npm keeps its own record of what it installed.
fn dependencies_are_old(page: &Path) -> Result<bool> {
    let lock = page.join("package-lock.json");
    let wanted = fs::metadata(&lock).and_then(|lock| lock.modified());
    let Ok(wanted) = wanted else { bail!("{} cannot be read: the page is not here", lock.display()) };
    let installed = fs::metadata(page.join("node_modules/.package-lock.json")).and_then(|record| record.modified());
    Ok(installed.map_or(true, |installed| installed < wanted))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dependencies_are_installed_when_the_lock_file_is_newer() {
        let page = tempfile::tempdir().unwrap();
        assert!(dependencies_are_old(page.path()).is_err(), "no lock file is no page");
        let lock = page.path().join("package-lock.json");
        fs::write(&lock, "{}").unwrap();
        assert!(dependencies_are_old(page.path()).unwrap(), "nothing is installed");
        fs::create_dir(page.path().join("node_modules")).unwrap();
        fs::write(page.path().join("node_modules/.package-lock.json"), "{}").unwrap();
        assert!(!dependencies_are_old(page.path()).unwrap());
    }
}
