//! Configuration that a job keeps on its host before it changes anything, and that is put back when it is taken back.
//!
//! Owns: where it is kept, and the text that keeps it and puts it back. Does not own: which paths (the recipe or
//! runbook says so), or how long it is kept.

use crate::render::quoted;
use crate::steps::root_step;
use jiff::Timestamp;
use millwright_domain::run::{PlannedStep, SavedConfiguration, StepKind};

/// Only root may look into it.
const FOLDER: &str = "/var/lib/millwright/saved";

/// Copying a few files may take this long.
const COPY_TIMEOUT_SECONDS: u32 = 300;

const SAVE: &str = include_str!("save.sh");
const PUT_BACK: &str = include_str!("put_back.sh");

/// What is kept of these paths, and where; none where there is no path. Each plan has a folder of its own.
pub(crate) fn saved(now: Timestamp, name: &str, paths: Vec<String>) -> Option<SavedConfiguration> {
    let directory = format!("{FOLDER}/{}-{name}", now.strftime("%Y%m%dT%H%M%SZ"));
    (!paths.is_empty()).then_some(SavedConfiguration { directory, paths })
}

/// The step that keeps it.
pub(crate) fn save(saved: &SavedConfiguration) -> PlannedStep {
    root_step("Save configuration", StepKind::Commands, COPY_TIMEOUT_SECONDS, script(saved, SAVE))
}

/// The step that puts it back.
pub(crate) fn put_back(saved: &SavedConfiguration) -> PlannedStep {
    root_step("Put the configuration back", StepKind::Commands, COPY_TIMEOUT_SECONDS, script(saved, PUT_BACK))
}

fn script(saved: &SavedConfiguration, body: &str) -> String {
    let paths: Vec<String> = saved.paths.iter().map(|path| quoted(path)).collect();
    format!("saved={}\nset -- {}\n{body}", quoted(&saved.directory), paths.join(" "))
}

#[cfg(test)]
mod tests;
