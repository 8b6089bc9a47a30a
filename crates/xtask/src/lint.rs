//! `cargo xtask lint`: what a machine can say about the code without running it.
//!
//! Every check runs, whatever the others said. Known vulnerabilities are not among them: their database cannot be had
//! from crates.io; `cargo deny check advisories` asks for it where GitHub can be reached.

mod inside;
mod length;
mod workflows;

use crate::{
    process,
    setup::{self, CargoTool, Purpose},
    window, workspace,
};
use anyhow::{Context, Result, bail};
use clap::builder::PossibleValuesParser;
use std::{
    fs,
    path::{Path, PathBuf},
    process::{Command, ExitCode},
    time::Instant,
};

const CARGO_DENY: CargoTool =
    CargoTool { name: "cargo-deny", version: "0.20.2", why: "licences, sources, and who may use which crate" };

/// What is installed from PyPI for the checks, pinned.
const PYTHON_TOOLS: &str = include_str!("lint/tools/requirements.txt");

/// One check: its name and what runs it.
type Check = (&'static str, fn() -> Result<()>);

const CHECKS: &[Check] = &[
    ("format", format),
    ("length of files", length::check),
    ("scripts", scripts),
    ("dependencies", dependencies),
    ("workflows", workflows::check),
    ("what is inside", inside::check),
    ("page", page),
    ("clippy", clippy),
];

/// Which checks are wanted.
#[derive(Debug, clap::Args)]
pub(crate) struct Options {
    /// Run this check only; may be given more than once
    #[arg(long, value_name = "CHECK", value_parser = names())]
    only: Vec<String>,
}

fn names() -> PossibleValuesParser {
    PossibleValuesParser::new(CHECKS.iter().map(|(name, _)| *name))
}

/// Ends with 1 when a check has something to say.
pub(crate) fn run(options: &Options) -> Result<ExitCode> {
    setup::prepare(&[Purpose::Build, Purpose::Lint, Purpose::Window])?;
    let is_wanted = |name: &str| options.only.is_empty() || options.only.iter().any(|only| only == name);
    let wanted: Vec<_> = CHECKS.iter().filter(|(name, _)| is_wanted(name)).collect();
    let mut failed = Vec::new();
    for (name, check) in &wanted {
        let started = Instant::now();
        let result = check();
        let seconds = started.elapsed().as_secs_f64();
        match result {
            Ok(()) => eprintln!("✓ {name} ({seconds:.1} s)"),
            Err(error) => {
                eprintln!("✕ {name} ({seconds:.1} s): {error:#}");
                failed.push(*name);
            }
        }
    }
    if failed.is_empty() {
        eprintln!("lint: all {} checks passed", wanted.len());
        return Ok(ExitCode::SUCCESS);
    }
    eprintln!("lint: failed: {}", failed.join(", "));
    Ok(ExitCode::FAILURE)
}

/// The programs of what comes from PyPI.
fn python_tools() -> Result<PathBuf> {
    Ok(setup::python_environment("tools/python", PYTHON_TOOLS)?.join("bin"))
}

fn format() -> Result<()> {
    process::run(workspace::cargo().args(["fmt", "--all", "--check"]))
}

/// Types, rules and format of the page and of its browser tests. Builds the page too: the application takes it in.
fn page() -> Result<()> {
    window::build_page()?;
    let (page, tests) = (window::page_folder(), window::browser_tests_folder());
    process::run(window::npm(&page).args(["run", "check"]))?;
    process::run(window::npm(&page).args(["run", "lint"]))?;
    window::install_packages(&tests)?;
    process::run(window::npm(&tests).args(["run", "check"]))
}

fn clippy() -> Result<()> {
    let arguments = ["clippy", "--quiet", "--workspace", "--all-targets", "--locked", "--", "--deny", "warnings"];
    process::run(workspace::cargo().args(arguments))
}

fn dependencies() -> Result<()> {
    let program = setup::cargo_tool(&CARGO_DENY)?;
    let mut command = Command::new(program);
    command.current_dir(workspace::root());
    command.args(["--workspace", "--locked", "check", "--hide-inclusion-graph", "bans", "licenses", "sources"]);
    process::run(&mut command)
}

fn scripts() -> Result<()> {
    let files = source_files()?;
    let posix: Vec<_> = files.iter().filter(|file| file.extension().is_some_and(|e| e == "sh")).collect();
    if posix.is_empty() {
        bail!("no script found below {}", workspace::root().display());
    }
    let mut command = Command::new("shellcheck");
    // Many are fragments that are put together before they run, so that a variable's two ends are in different files
    // (2034, 2154); typographic quotes are meant (1111).
    command.args(["--shell=sh", "--severity=warning", "--exclude=1111,2034,2154"]).args(posix);
    process::run(command.current_dir(workspace::root()))?;
    process::run(Command::new("shellcheck").args(["--severity=warning", ".ci/run"]).current_dir(workspace::root()))
}

/// The files of the checkout that people write, with paths from its root, sorted.
fn source_files() -> Result<Vec<PathBuf>> {
    const LEFT_OUT: [&str; 4] = [".git", "target", "node_modules", "recorded"];
    let mut files = Vec::new();
    let mut folders = vec![PathBuf::new()];
    while let Some(folder) = folders.pop() {
        let path = workspace::root().join(&folder);
        for entry in fs::read_dir(&path).with_context(|| format!("list {}", path.display()))? {
            let entry = entry.with_context(|| format!("list {}", path.display()))?;
            let name = entry.file_name();
            let kind = entry.file_type().with_context(|| format!("look at {}", entry.path().display()))?;
            if kind.is_dir() && !LEFT_OUT.iter().any(|left_out| Path::new(left_out) == Path::new(&name)) {
                folders.push(folder.join(&name));
            } else if kind.is_file() {
                files.push(folder.join(&name));
            }
        }
    }
    files.sort();
    Ok(files)
}
