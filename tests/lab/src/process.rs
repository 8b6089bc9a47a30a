//! Processes: running one to its end, waiting with a deadline, and reading the process table.
//!
//! Owns no policy. Nothing here sleeps without a deadline.

use crate::error::{Doing, LabError};
use std::{
    fs,
    process::{Command, Output, Stdio},
    thread,
    time::{Duration, Instant},
};

/// Runs a command to its end; a failure carries the end of what it said.
pub(crate) fn run(command: &mut Command) -> Result<Output, LabError> {
    let output = run_any(command)?;
    if output.status.success() {
        return Ok(output);
    }
    let said = format!("{}{}", String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
    Err(LabError::Program {
        program: describe(command),
        status: output.status.to_string(),
        output: last_lines(&said, 12),
    })
}

/// Runs a command to its end, whatever its exit code.
pub(crate) fn run_any(command: &mut Command) -> Result<Output, LabError> {
    command.stdin(Stdio::null()).output().doing(|| format!("run `{}`", describe(command)))
}

/// Asks `probe` until it has an answer or `timeout` is over; `None` is "not yet".
pub(crate) fn wait_for<T>(timeout: Duration, mut probe: impl FnMut() -> Option<T>) -> Option<T> {
    let deadline = Instant::now() + timeout;
    loop {
        if let Some(answer) = probe() {
            return Some(answer);
        }
        let left = deadline.checked_duration_since(Instant::now())?;
        thread::park_timeout(left.min(Duration::from_millis(20)));
    }
}

/// The last `count` lines of a text.
pub(crate) fn last_lines(text: &str, count: usize) -> String {
    let lines: Vec<&str> = text.trim_end().lines().collect();
    lines[lines.len().saturating_sub(count)..].join("\n")
}

/// One line of the process table.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Process {
    pub(crate) pid: u32,
    pub(crate) parent: u32,
    /// The program's short name, as the kernel keeps it.
    pub(crate) name: String,
}

/// Every process that comes from `ancestor`, nearest first, without itself.
pub(crate) fn descendants(ancestor: u32) -> Vec<Process> {
    let table = process_table();
    let mut found: Vec<Process> = Vec::new();
    let mut parents = vec![ancestor];
    while !parents.is_empty() {
        let generation: Vec<Process> = table.iter().filter(|p| parents.contains(&p.parent)).cloned().collect();
        parents = generation.iter().map(|p| p.pid).collect();
        found.extend(generation);
    }
    found
}

/// When a process started, in the kernel's ticks: tells it from a later one with the same number.
pub(crate) fn start_time(pid: u32) -> Option<u64> {
    let stat = fs::read_to_string(format!("/proc/{pid}/stat")).ok()?;
    stat.rsplit_once(')')?.1.split_whitespace().nth(19)?.parse().ok()
}

fn process_table() -> Vec<Process> {
    let Ok(entries) = fs::read_dir("/proc") else { return Vec::new() };
    entries
        .flatten()
        .filter_map(|entry| {
            let pid: u32 = entry.file_name().to_str()?.parse().ok()?;
            let stat = fs::read_to_string(entry.path().join("stat")).ok()?;
            let (before, after) = stat.rsplit_once(')')?;
            let name = before.split_once('(')?.1.to_owned();
            let parent = after.split_whitespace().nth(1)?.parse().ok()?;
            Some(Process { pid, parent, name })
        })
        .collect()
}

fn describe(command: &Command) -> String {
    let mut words = vec![command.get_program().to_string_lossy().into_owned()];
    words.extend(command.get_args().take(8).map(|word| {
        let word = word.to_string_lossy();
        let mut short: String = word.lines().next().unwrap_or_default().chars().take(80).collect();
        if short.len() < word.len() {
            short.push('…');
        }
        short
    }));
    words.join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_process_knows_its_children_and_its_start() {
        let mut child = Command::new("sleep").arg("30").spawn().unwrap();
        let found = descendants(std::process::id());
        assert!(found.iter().any(|p| p.pid == child.id()), "{found:?}");
        assert!(start_time(child.id()).unwrap() >= start_time(std::process::id()).unwrap());
        child.kill().unwrap();
        child.wait().unwrap();
        assert_eq!(start_time(child.id()), None);
    }
}
