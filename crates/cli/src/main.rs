//! The command `millwright`.
//!
//! Owns: arguments, exit codes, how answers are shown on a terminal or as JSON, and asking the person who sits there.
//! Does not own: anything that the window would do as well; that is the api's.
#![allow(clippy::print_stdout, clippy::print_stderr)] // printing is what a command is for

mod arguments;
mod command;
mod exit;
mod out;
mod people;
mod plan_text;
mod progress;
mod raw_mode;
mod run_table;
mod text;

use arguments::Arguments;
use clap::Parser;
use exit::Exit;
use out::Out;
use std::process::ExitCode;

fn main() -> ExitCode {
    let arguments = Arguments::parse();
    tracing_subscriber::fmt()
        .with_env_filter(tracing_subscriber::EnvFilter::from_env("MILLWRIGHT_LOG"))
        .with_writer(std::io::stderr)
        .init();
    let out = Out::new(arguments.json, arguments.color);
    // A session takes four descriptors. With fewer of them, fewer hosts go at once; each says so.
    if let Err(error) = millwright_api::raise_open_file_limit() {
        tracing::warn!(%error, "the limit of open files stays as it is");
    }
    let runtime = match tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build() {
        Ok(runtime) => runtime,
        Err(error) => {
            eprintln!("millwright: this machine gave no threads: {error}");
            return Exit::Failed.into();
        }
    };
    let when_interrupted = arguments.noun.words_when_interrupted();
    let exit = runtime.block_on(async {
        tokio::select! {
            exit = command::perform(arguments, &out) => exit.unwrap_or_else(|fault| out.fault(&fault)),
            _ = tokio::signal::ctrl_c() => {
                out.note(when_interrupted);
                Exit::Interrupted
            }
        }
    });
    // Threads that wait for a person or a host must not keep the command from ending.
    runtime.shutdown_timeout(std::time::Duration::from_millis(200));
    exit.into()
}
