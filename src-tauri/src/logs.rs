//! The application's own log: one file a day in the platform's data folder, seven of them. It never leaves the machine.

use directories::ProjectDirs;
use std::error::Error;
use std::path::{Path, PathBuf};
use tracing_appender::non_blocking::WorkerGuard;
use tracing_appender::rolling::{RollingFileAppender, Rotation};
use tracing_subscriber::EnvFilter;

/// Days that are kept.
const DAYS: usize = 7;

/// Starts to log; `MILLWRIGHT_LOG` says how much. Without a folder to write to, the log goes to standard error.
pub(crate) fn start() -> Option<WorkerGuard> {
    let filter = EnvFilter::builder()
        .with_default_directive(tracing::Level::INFO.into())
        .with_env_var("MILLWRIGHT_LOG")
        .from_env_lossy();
    let logger = tracing_subscriber::fmt().with_env_filter(filter);
    match folder().map(|folder| open(&folder)) {
        Some(Ok(file)) => {
            let (writer, guard) = tracing_appender::non_blocking(file);
            logger.with_ansi(false).with_writer(writer).init();
            Some(guard)
        }
        Some(Err(error)) => {
            logger.with_writer(std::io::stderr).init();
            tracing::warn!(%error, "there is no log file");
            None
        }
        None => {
            logger.with_writer(std::io::stderr).init();
            tracing::warn!("there is no log file: this account has no home folder");
            None
        }
    }
}

/// Where the log's files are.
pub(crate) fn folder() -> Option<PathBuf> {
    ProjectDirs::from("", "", "millwright").map(|folders| folders.data_dir().join("logs"))
}

fn open(folder: &Path) -> Result<RollingFileAppender, Box<dyn Error>> {
    std::fs::create_dir_all(folder)?;
    let file = RollingFileAppender::builder()
        .rotation(Rotation::DAILY)
        .filename_prefix("millwright-desktop")
        .filename_suffix("log")
        .max_log_files(DAYS)
        .build(folder)?;
    Ok(file)
}
