//! `cargo xtask types`: the window's TypeScript types, from the engine's table of commands.

use crate::{process::shown, workspace};
use anyhow::{Context, Result, bail};
use std::{fs, process::ExitCode};

const FILE: &str = "ui/src/backend/generated/commands.ts";

/// Writes the file anew.
pub(crate) fn run() -> Result<ExitCode> {
    let mut command = workspace::cargo();
    command.args(["run", "--quiet", "--package", "millwright-api", "--example", "typescript"]);
    let output = command.output().with_context(|| format!("start `{}`", shown(&command)))?;
    if !output.status.success() {
        bail!("`{}` failed:\n{}", shown(&command), String::from_utf8_lossy(&output.stderr));
    }
    let path = workspace::root().join(FILE);
    fs::create_dir_all(path.parent().context("the file has a folder")?)?;
    fs::write(&path, output.stdout).with_context(|| format!("write {FILE}"))?;
    println!("{FILE} is what the engine says");
    Ok(ExitCode::SUCCESS)
}
