//! What a command needs from this machine, and getting it.
//!
//! One list: `.ci/run` and the README rely on it too. On Debian and its descendants what is missing is installed with
//! apt, each package named first; elsewhere it is named, and the command stops. Nothing is downloaded from anywhere but
//! the distribution, crates.io, npm and, for what checks files and for the benchmark's peers, PyPI.

mod needs;

use crate::{process, workspace};
use anyhow::{Context, Result, bail};
pub(crate) use needs::Purpose;
use needs::{Missing, missing};
use std::{
    fs,
    path::{Path, PathBuf},
    process::{Command, Stdio},
};

/// Makes sure that everything for these purposes is here.
pub(crate) fn prepare(purposes: &[Purpose]) -> Result<()> {
    let before = missing(purposes);
    if before.is_empty() {
        return Ok(());
    }
    eprintln!("This machine lacks:");
    for Missing { package, what, why } in &before {
        eprintln!("  {:<20} {what}: {why}", package.unwrap_or("-"));
    }
    if before.iter().any(|missing| missing.package.is_none()) {
        bail!("what has no package in the first column cannot be installed: arrange it, then try again");
    }
    if !is_debian() {
        bail!("install these with your system's package manager (the first column has Debian's names), then try again");
    }
    let packages = needs::packages(&before);
    install(&packages)?;
    let after = missing(purposes);
    if !after.is_empty() {
        let left: Vec<_> = after.iter().map(|missing| missing.what.as_str()).collect();
        bail!("still not here after the installation: {}", left.join(", "));
    }
    Ok(())
}

/// A command-line tool from crates.io.
#[derive(Debug)]
pub(crate) struct CargoTool {
    /// Its crate, which is also the name of its program.
    pub(crate) name: &'static str,
    /// The version that the workspace is checked with.
    pub(crate) version: &'static str,
    /// What it is for.
    pub(crate) why: &'static str,
}

/// The program of a tool; built into the target folder, so that a developer's own tools stay as they are.
pub(crate) fn cargo_tool(tool: &CargoTool) -> Result<PathBuf> {
    let folder = workspace::target_folder()?.join("tools");
    let program = folder.join("bin").join(tool.name);
    if version_of(Path::new(tool.name)).as_deref() == Some(tool.version) {
        return Ok(PathBuf::from(tool.name));
    }
    // Not every tool tells its version; cargo wrote down what it installed.
    let record = fs::read_to_string(folder.join(".crates.toml")).unwrap_or_default();
    if program.is_file() && record.contains(&format!("\"{} {} (", tool.name, tool.version)) {
        return Ok(program);
    }
    eprintln!("Building {} {} ({}) into {}, once", tool.name, tool.version, tool.why, folder.display());
    let build = folder.join("build");
    let mut command = workspace::cargo();
    // Unoptimized and without debug information: half the time, and it is quick enough.
    command.args(["install", "--locked", "--debug", "--force", tool.name, "--version", tool.version, "--root"]);
    command.arg(&folder).env("CARGO_TARGET_DIR", &build).env("CARGO_PROFILE_DEV_DEBUG", "0");
    process::run(&mut command)?;
    // Only the program is needed from now on, and its parts weigh ten times as much.
    fs::remove_dir_all(&build).with_context(|| format!("remove {}", build.display()))?;
    Ok(program)
}

/// A virtual environment in the target folder with exactly the packages of a requirements file; made anew when that
/// changes.
pub(crate) fn python_environment(name: &str, requirements: &str) -> Result<PathBuf> {
    let environment = workspace::target_folder()?.join(name);
    let installed = environment.join("requirements.txt");
    if fs::read_to_string(&installed).is_ok_and(|text| text == requirements) {
        return Ok(environment);
    }
    let versions: Vec<_> = requirements.lines().filter(|line| line.contains("==")).collect();
    eprintln!("Installing from PyPI into {}, once: {}", environment.display(), versions.join(", "));
    process::run(Command::new("python3").args(["-m", "venv", "--clear"]).arg(&environment))?;
    let wanted = environment.join("wanted.txt");
    let write = |path: &Path| fs::write(path, requirements).with_context(|| format!("write {}", path.display()));
    write(&wanted)?;
    let mut pip = Command::new(environment.join("bin/pip"));
    process::run(pip.args(["install", "--quiet", "--disable-pip-version-check", "--requirement"]).arg(&wanted))?;
    // Only now: an installation that was broken off is started again.
    write(&installed)?;
    Ok(environment)
}

/// The second word of what `--version` prints, if the program is there.
fn version_of(program: &Path) -> Option<String> {
    let output = Command::new(program).arg("--version").stderr(Stdio::null()).output().ok()?;
    let text = String::from_utf8(output.stdout).ok()?;
    text.split_whitespace().nth(1).map(str::to_owned)
}

fn is_debian() -> bool {
    let release = fs::read_to_string("/etc/os-release").unwrap_or_default();
    release
        .lines()
        .filter_map(|line| line.strip_prefix("ID=").or_else(|| line.strip_prefix("ID_LIKE=")))
        .any(|value| value.trim_matches('"').split(' ').any(|name| name == "debian"))
}

fn install(packages: &[&str]) -> Result<()> {
    let by_hand = format!("apt-get install {}", packages.join(" "));
    let mut command = if rustix::process::geteuid().is_root() {
        Command::new("sh")
    } else if needs::find_program("sudo").is_some() {
        let mut sudo = Command::new("sudo");
        sudo.arg("sh");
        sudo
    } else {
        bail!("installing needs root, and there is no sudo: run `{by_hand}` as root, then try again");
    };
    eprintln!("$ {by_hand}");
    let status = command
        .args(["-c", include_str!("setup/install.sh"), "install"])
        .args(packages)
        .status()
        .context("start the installation")?;
    if !status.success() {
        bail!("`{by_hand}` failed ({status}): see what apt said above");
    }
    Ok(())
}
