//! `cargo xtask screenshots`: a picture of each screen, light and dark, with 3 clients and with 500.

use crate::{
    process,
    setup::{self, Purpose},
    test, window,
};
use anyhow::Result;
use std::{path::PathBuf, process::ExitCode};

/// Where they go.
#[derive(Debug, clap::Args)]
pub(crate) struct Options {
    /// The folder
    #[arg(long, default_value = "target/screenshots")]
    folder: PathBuf,
}

/// Takes them of made-up fleets.
pub(crate) fn run(options: &Options) -> Result<ExitCode> {
    setup::prepare(&[Purpose::Build, Purpose::Window, Purpose::WindowTests])?;
    window::build_page()?;
    let folder = window::browser_tests_folder();
    window::install_packages(&folder)?;
    let pictures = std::path::absolute(&options.folder)?;
    let mut command = window::npm(&folder);
    command.args(["test"]).envs(test::engine_programs()?);
    command.env("MILLWRIGHT_FILES", window::page_folder().join("dist")).env("MILLWRIGHT_SCREENSHOTS", &pictures);
    process::run(&mut command)?;
    println!("{}", pictures.display());
    Ok(ExitCode::SUCCESS)
}
