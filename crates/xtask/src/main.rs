//! Developer commands, as `cargo xtask …`.
//!
//! One file per command. It builds and runs the product as anyone else would, by its command line; of the workspace it
//! links the lab's hosts, and what reads a release: one that was just described must be believed by the very same code.

#![allow(clippy::print_stdout, clippy::print_stderr, reason = "a developer's tool talks to its terminal")]

mod bench;
mod demo;
mod icons;
mod licences;
mod lint;
mod package;
mod process;
mod release;
mod run;
mod sbom;
mod screenshots;
mod serve;
mod setup;
mod shipped;
mod test;
mod types;
mod window;
mod workspace;

use anyhow::Result;
use clap::Parser;
use std::process::ExitCode;

#[derive(Debug, Parser)]
#[command(name = "cargo xtask", bin_name = "cargo xtask", about = "Developer commands of Millwright")]
enum Command {
    /// Show Millwright at work on real Debian machines of two clients, then check that a second install changes nothing
    Demo(demo::Options),
    /// Build and run the command `millwright`
    Run(run::Options),
    /// Build the desktop application and open its window
    Window(window::Options),
    /// Run every test: rules, real sshd, Debian machines, journeys
    Test(test::Options),
    /// Draw the application's icons anew, from icons/millwright.svg
    Icons,
    /// Check format, lints, dependencies, scripts, workflows and the length of files
    Lint(lint::Options),
    /// Print the licences of everything that is inside of the product
    Licences(shipped::Options),
    /// Print the bill of materials of the product, as CycloneDX
    Sbom(sbom::Options),
    /// Serve the window's files and the engine over loopback HTTP, for development
    Serve(serve::Options),
    /// Take a picture of each screen, light and dark, with 3 clients and with 500
    Screenshots(screenshots::Options),
    /// Write the window's TypeScript types from the engine's table of commands
    Types,
    /// Make the packages for Debian and for RPM's systems, with the window and the command
    Package(package::Options),
    /// Make keys for releases, sign packages, describe a release
    #[command(subcommand)]
    Release(release::Command),
    /// Measure against the peers
    #[command(subcommand)]
    Bench(bench::Command),
}

fn main() -> Result<ExitCode> {
    match Command::parse() {
        Command::Demo(options) => demo::run(&options),
        Command::Run(options) => run::run(&options),
        Command::Window(options) => window::run(&options),
        Command::Test(options) => test::run(&options),
        Command::Icons => icons::run(),
        Command::Lint(options) => lint::run(&options),
        Command::Licences(options) => licences::run(&options),
        Command::Sbom(options) => sbom::run(&options),
        Command::Serve(options) => serve::run(&options),
        Command::Screenshots(options) => screenshots::run(&options),
        Command::Types => types::run(),
        Command::Package(options) => package::run(&options),
        Command::Release(command) => release::run(&command),
        Command::Bench(command) => bench::run(&command),
    }
}
