//! `cargo xtask serve`: the window's files and the engine over loopback HTTP, for development and browser tests.

use crate::{
    process::exit_code,
    setup::{self, Purpose},
    workspace,
};
use anyhow::{Context, Result, bail};
use std::{path::PathBuf, process::ExitCode};

/// What is served.
#[derive(Debug, clap::Args)]
pub(crate) struct Options {
    /// The workspace's folder; it is made if it is not there
    #[arg(long, env = "MILLWRIGHT_WORKSPACE")]
    workspace: PathBuf,
    /// The port on 127.0.0.1; any free one if none is given
    #[arg(long, default_value_t = 0)]
    port: u16,
}

/// Serves until it is interrupted. The address with the token is all that it prints.
pub(crate) fn run(options: &Options) -> Result<ExitCode> {
    setup::prepare(&[Purpose::Build])?;
    let files = workspace::root().join("ui/dist");
    if !files.join("index.html").is_file() {
        bail!("the window is not built yet: run `npm --prefix ui ci` and `npm --prefix ui run build`");
    }
    let mut command = workspace::cargo();
    command.args(["run", "--quiet", "--package", "millwright-api", "--example", "serve", "--"]);
    command.arg(std::path::absolute(&options.workspace)?).arg(files).arg(options.port.to_string());
    let status = command.status().context("start cargo")?;
    Ok(exit_code(status))
}
