//! `cargo xtask bench …`: measuring against others, on this machine, in the same run.

mod client;
mod fleet;
mod measure;
mod peers;
mod plan;
mod report;

use anyhow::Result;
use std::process::ExitCode;

/// What is measured.
#[derive(Debug, clap::Subcommand)]
pub(crate) enum Command {
    /// One command on many hosts: Millwright, pyinfra, parallel-ssh, Ansible
    Fleet(fleet::Options),
    /// Planning updates for many hosts from what they said last
    Plan(plan::Options),
}

/// Runs one benchmark.
pub(crate) fn run(command: &Command) -> Result<ExitCode> {
    match command {
        Command::Fleet(options) => fleet::run(options),
        Command::Plan(options) => plan::run(options),
    }
}
