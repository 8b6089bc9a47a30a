//! The page's tests: its logic under vitest, then the whole of it in a browser on the real engine.

use super::{PartResult, tally::Tally};
use crate::{process, window, workspace};
use anyhow::{Context, Result};
use serde::Deserialize;
use std::{
    fs,
    path::{Path, PathBuf},
    process::Command,
};

/// The engine's programs that the browser tests start, and the variables that name them.
const PROGRAMS: [(&str, &str, &str); 4] = [
    ("MILLWRIGHT_SERVE", "millwright-api", "serve"),
    ("MILLWRIGHT_SEED", "millwright-api", "seed"),
    ("MILLWRIGHT_LOOPBACK_FLEET", "millwright-journeys", "loopback_fleet"),
    ("MILLWRIGHT_MACHINE_FLEET", "millwright-journeys", "machine_fleet"),
];

/// What vitest writes about a run.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Report {
    num_passed_tests: usize,
    num_failed_tests: usize,
    num_pending_tests: usize,
    success: bool,
}

/// Runs both. A run that tells nothing has failed.
pub(super) fn run(result: &mut PartResult) -> Result<()> {
    let page = window::page_folder();
    vitest(&page, window::npm(&page), result)?;
    let browser = window::browser_tests_folder();
    window::install_packages(&browser)?;
    let mut command = window::npm(&browser);
    for (variable, program) in engine_programs()? {
        command.env(variable, program);
    }
    command.env("MILLWRIGHT_FILES", page.join("dist"));
    vitest(&browser, command, result)
}

/// Builds what the browser tests and screenshots start; each variable with its program.
pub(crate) fn engine_programs() -> Result<Vec<(&'static str, PathBuf)>> {
    for (_, package, example) in PROGRAMS {
        process::run(workspace::cargo().args(["build", "--quiet", "--package", package, "--example", example]))?;
    }
    let examples = workspace::target_folder()?.join("debug/examples");
    Ok(PROGRAMS.map(|(variable, _, example)| (variable, examples.join(example))).into())
}

fn vitest(folder: &Path, mut command: Command, result: &mut PartResult) -> Result<()> {
    let report = workspace::target_folder()?.join("vitest-report.json");
    if report.exists() {
        fs::remove_file(&report).with_context(|| format!("remove {}", report.display()))?;
    }
    command.args(["test", "--", "--reporter=verbose", "--reporter=json"]);
    command.arg(format!("--outputFile.json={}", report.display()));
    eprintln!("-- {}", folder.display());
    let status = command.status().context("start npm")?;
    let said = fs::read(&report).ok().and_then(|text| serde_json::from_slice::<Report>(&text).ok());
    let repeat_with = format!("npm --prefix {} test", folder.display());
    let tally = said.as_ref().map_or(Tally { failed: 1, ..Tally::default() }, |said| Tally {
        passed: said.num_passed_tests,
        failed: said.num_failed_tests,
        ignored: said.num_pending_tests,
    });
    // A file that cannot even be loaded is no failed test, and still a failure.
    if !status.success() || said.is_none_or(|said| !said.success || said.num_passed_tests == 0) {
        result.failed.push(format!("{repeat_with}   ({status})"));
    }
    result.tally += Tally { failed: tally.failed.max(usize::from(!status.success())), ..tally };
    Ok(())
}
