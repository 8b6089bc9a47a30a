//! What the tests of the real window need: the application, and the program that drives it.

use crate::{
    process,
    setup::{self, CargoTool},
    workspace,
};
use anyhow::{Context, Result};
use std::{
    env,
    ffi::{OsStr, OsString},
};

const TAURI_DRIVER: CargoTool =
    CargoTool { name: "tauri-driver", version: "2.1.0", why: "drives the real window as a browser is driven" };

/// Builds both; the environment of the tests.
pub(super) fn prepare() -> Result<Vec<(OsString, OsString)>> {
    let driver = setup::cargo_tool(&TAURI_DRIVER)?;
    // With the features of the whole workspace, as the tests were built: nothing is compiled twice.
    process::run(workspace::cargo().args(["build", "--workspace", "--bin", "millwright-desktop"]))?;
    let application = workspace::target_folder()?.join("debug/millwright-desktop");
    let folders = env::var_os("PATH").unwrap_or_default();
    let own = driver.parent().unwrap_or(OsStr::new("").as_ref()).to_owned();
    let path = env::join_paths(env::split_paths(&folders).chain([own])).context("a PATH for the window's tests")?;
    Ok(vec![("MILLWRIGHT_DESKTOP_BINARY".into(), application.into()), ("PATH".into(), path)])
}
