//! `cargo xtask run -- ARGS`: builds and runs the command `millwright`.

use crate::{
    process::exit_code,
    setup::{self, Purpose},
    workspace,
};
use anyhow::{Context, Result};
use std::{env, ffi::OsString, process::ExitCode};

/// What `millwright` is to be told.
#[derive(Debug, clap::Args)]
pub(crate) struct Options {
    /// Arguments for `millwright`
    #[arg(trailing_var_arg = true, allow_hyphen_values = true)]
    arguments: Vec<OsString>,
}

/// Ends with the exit code of `millwright`.
pub(crate) fn run(options: &Options) -> Result<ExitCode> {
    setup::prepare(&[Purpose::Build])?;
    // Paths among the arguments are meant from where one stands, not from the workspace's root.
    let here = env::current_dir().context("find the current folder")?;
    let mut command = workspace::cargo();
    command.current_dir(here).args(["run", "--quiet", "--package", "millwright-cli", "--bin", "millwright"]);
    command.arg("--manifest-path").arg(workspace::root().join("Cargo.toml")).arg("--");
    let status = command.args(&options.arguments).status().context("start cargo")?;
    Ok(exit_code(status))
}
