//! `cargo xtask release`: what a release needs besides its packages: keys, signatures, and the manifest that describes it.
//!
//! Uploading is the release workflow's: nothing here speaks to a server.

mod artifacts;
mod keygen;
mod password;
mod publish;
mod sign;
#[cfg(test)]
mod tests;

use anyhow::Result;
use clap::Subcommand;
use std::process::ExitCode;

#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Make a key pair for releases; the secret half is encrypted with a password
    Keygen(keygen::Options),
    /// Sign packages: writes FILE.sig beside each, with the version in it
    Sign(sign::Options),
    /// Describe a release: writes manifest.json, its signature, and latest.json. With a roll-out of 0 it is withdrawn
    Publish(Box<publish::Options>),
}

pub(crate) fn run(command: &Command) -> Result<ExitCode> {
    match command {
        Command::Keygen(options) => keygen::run(options)?,
        Command::Sign(options) => sign::run(options)?,
        Command::Publish(options) => publish::run(options)?,
    }
    Ok(ExitCode::SUCCESS)
}
