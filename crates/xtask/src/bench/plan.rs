//! Planning updates for many hosts from what they said last: the time and memory of the whole command.

use super::measure::measure;
use crate::{process, workspace};
use anyhow::{Context, Result};
use std::process::{Command, ExitCode, Stdio};

/// How much is planned, and how often.
#[derive(Debug, clap::Args)]
pub(crate) struct Options {
    /// How many hosts the inventory has
    #[arg(long, default_value_t = 1000)]
    hosts: u32,
    /// How often it is measured; the median counts
    #[arg(long, default_value_t = 5, value_parser = clap::value_parser!(u32).range(1..=100))]
    rounds: u32,
}

/// What the issue asks for 1,000 hosts.
const SECONDS: f64 = 1.0;
const MEGABYTES: f64 = 100.0;

/// Ends with 1 when 1,000 hosts or fewer take longer or more than they may.
pub(crate) fn run(options: &Options) -> Result<ExitCode> {
    process::run(workspace::cargo().args(["build", "--release", "--package", "millwright-cli"]))?;
    process::run(workspace::cargo().args(["build", "--release", "--package", "millwright-api", "--example", "seed"]))?;
    let (release, folder) =
        (workspace::target_folder()?.join("release"), tempfile::tempdir().context("make a folder")?);
    let place = folder.path().join("workspace");
    let clients = (options.hosts / 20).max(1).to_string();
    process::run(
        Command::new(release.join("examples/seed"))
            .arg(&place)
            .args([clients, options.hosts.to_string(), "0".to_owned()])
            .stdout(Stdio::null()),
    )?;
    let mut measured = Vec::new();
    for _ in 0..options.rounds {
        let mut command = Command::new(release.join("millwright"));
        command.arg("--workspace").arg(&place).args(["--json", "plan", "patch", "all", "--from-facts"]);
        measured.push(measure(&mut command)?);
    }
    let median = |mut values: Vec<f64>| {
        values.sort_by(f64::total_cmp);
        values[values.len() / 2]
    };
    let seconds = median(measured.iter().map(|one| one.wall_seconds).collect());
    let megabytes = median(measured.iter().map(|one| one.peak_megabytes).collect());
    println!("{} hosts planned from facts: {seconds:.2} s, {megabytes:.0} MB at most", options.hosts);
    println!("targets for 1,000 hosts: {SECONDS:.0} s, {MEGABYTES:.0} MB");
    let missed = options.hosts <= 1000 && (seconds > SECONDS || megabytes > MEGABYTES);
    Ok(if missed { ExitCode::FAILURE } else { ExitCode::SUCCESS })
}
