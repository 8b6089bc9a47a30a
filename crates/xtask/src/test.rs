//! `cargo xtask test`: every test there is, and the truth about how many ran.
//!
//! The workspace is built once as a whole, so that no part is compiled twice with other features, and then each test
//! program runs as `cargo test` would run it, the quick ones first. No part is ever skipped: what it needs is installed
//! or the command stops before the first test, and a part in which no test ran counts as failed.
//!
//! Plain libtest, not nextest: the lab's tests share a built root folder and a running sshd within their process, which
//! a process for each test would repeat, and nextest takes many minutes to build where it is not installed.

mod build;
mod desktop;
mod page;
mod tally;

use crate::{
    setup::{self, Purpose},
    window,
};
use anyhow::{Context, Result, bail};
use build::{Part, TestProgram};
pub(crate) use page::engine_programs;
use std::{
    io::{BufRead, BufReader, Write},
    process::{Command, ExitCode, Stdio},
    time::Instant,
};
use tally::Tally;

/// How much to test.
#[derive(Debug, clap::Args)]
pub(crate) struct Options {
    /// Also the long tests, which plain `cargo test` counts as ignored, and many more random cases
    #[arg(long)]
    thorough: bool,

    /// Only the test programs with this in their names, such as `machine_update`
    #[arg(long, value_name = "NAME")]
    only: Option<String>,
}

/// What came of one part.
#[derive(Debug)]
struct PartResult {
    part: Part,
    tally: Tally,
    /// Commands that repeat what failed.
    failed: Vec<String>,
    seconds: f64,
}

/// Ends with 1 unless every part ran and every test passed.
pub(crate) fn run(options: &Options) -> Result<ExitCode> {
    setup::prepare(&[
        Purpose::Build,
        Purpose::Shells,
        Purpose::LoopbackHosts,
        Purpose::Machines,
        Purpose::Window,
        Purpose::WindowTests,
        Purpose::Package,
    ])?;
    // The application takes the page in when it is compiled.
    window::build_page()?;
    let started = Instant::now();
    let mut programs = build::build()?;
    if let Some(only) = &options.only {
        programs.retain(|program| program.target().contains(only.as_str()));
        if programs.is_empty() {
            bail!("no test program has `{only}` in its name");
        }
    }
    let window = desktop::prepare()?;
    eprintln!("Built {} test programs in {:.0} s", programs.len(), started.elapsed().as_secs_f64());
    let mut results = Vec::new();
    for part in Part::ALL {
        if options.only.is_some() && !programs.iter().any(|program| program.part == part) {
            continue;
        }
        eprintln!("\n== {} ==", part.title());
        let started = Instant::now();
        let mut result = PartResult { part, tally: Tally::default(), failed: Vec::new(), seconds: 0.0 };
        if part == Part::Examples && options.only.is_none() {
            let mut command = crate::workspace::cargo();
            command.args(["test", "--quiet", "--workspace", "--doc"]);
            run_one(command, "cargo test --workspace --doc".to_owned(), &mut result)?;
        }
        if part == Part::Page && options.only.is_none() {
            page::run(&mut result)?;
        }
        for program in programs.iter().filter(|program| program.part == part) {
            eprintln!("-- {}", program.name());
            let mut command = libtest(program, options);
            if part == Part::Window {
                command.envs(window.iter().map(|(name, value)| (name, value)));
                // Each has a display, a bus and a driver of its own; beside each other they only slow each other down.
                command.arg("--test-threads=1");
            }
            run_one(command, program.repeat_with(), &mut result)?;
        }
        if result.tally.ran() == 0 && part != Part::Examples {
            result.failed.push(format!("(no test ran in “{}”)", part.title()));
        }
        result.seconds = started.elapsed().as_secs_f64();
        results.push(result);
    }
    Ok(summarise(&results))
}

fn libtest(program: &TestProgram, options: &Options) -> Command {
    let mut command = Command::new(&program.executable);
    // As cargo does it: tests find their files from their package's folder.
    command.current_dir(&program.package_folder).env("CARGO_MANIFEST_DIR", &program.package_folder);
    if options.thorough {
        command.arg("--include-ignored").env("PROPTEST_CASES", "4096");
    }
    command
}

/// Shows what a test program prints, and counts its results.
fn run_one(mut command: Command, repeat_with: String, result: &mut PartResult) -> Result<()> {
    let started = Instant::now();
    let mut child = command
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .spawn()
        .with_context(|| format!("start `{repeat_with}`"))?;
    let mut tally = Tally::default();
    let mut said_its_result = false;
    if let Some(stdout) = child.stdout.take() {
        let mut terminal = std::io::stdout().lock();
        for line in BufReader::new(stdout).split(b'\n') {
            let mut line = line.context("read what a test program prints")?;
            if let Some(counts) = Tally::parse(&String::from_utf8_lossy(&line)) {
                tally += counts;
                said_its_result = true;
            }
            line.push(b'\n');
            terminal.write_all(&line).context("write to the terminal")?;
        }
    }
    let status = child.wait().with_context(|| format!("wait for `{repeat_with}`"))?;
    eprintln!("   {:.1} s", started.elapsed().as_secs_f64());
    // One that ends without its closing line was killed, or left by `exit`: its tests did not all run.
    if !status.success() || !said_its_result {
        tally.failed = tally.failed.max(1);
        result.failed.push(format!("{repeat_with}   ({status})"));
    }
    result.tally += tally;
    Ok(())
}

fn summarise(results: &[PartResult]) -> ExitCode {
    println!("\n{:<44} {:>7} {:>7} {:>8} {:>8}", "", "passed", "failed", "left out", "seconds");
    let mut all = Tally::default();
    for PartResult { part, tally, seconds, .. } in results {
        println!("{:<44} {:>7} {:>7} {:>8} {seconds:>8.1}", part.title(), tally.passed, tally.failed, tally.ignored);
        all += *tally;
    }
    let failed: Vec<_> = results.iter().flat_map(|result| &result.failed).collect();
    if !failed.is_empty() {
        println!("\nFailed:");
        failed.iter().for_each(|command| println!("  {command}"));
    }
    if all.ignored > 0 {
        println!("\nLeft out are long tests: `cargo xtask test --thorough` runs them.");
    }
    // The form that programs which watch a build look for, alone on the last line.
    println!("\n{} passed, {} failed, {} skipped", all.passed, all.failed, all.ignored);
    if failed.is_empty() { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}
