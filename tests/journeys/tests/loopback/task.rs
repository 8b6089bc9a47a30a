//! A task that counts: numbered lines over some seconds, and a file that tells how often it was started.

use millwright_journeys::eventually;
use std::{
    fs,
    path::{Path, PathBuf},
};

/// Such a task. Each host writes to a file of its own, named after the address that it was reached at.
pub(crate) struct Task {
    folder: PathBuf,
    lines: u32,
}

impl Task {
    /// Ten lines a second. The files lie in `folder`.
    pub(crate) fn of_seconds(seconds: u32, folder: &Path) -> Self {
        Self { folder: folder.to_owned(), lines: seconds * 10 }
    }

    /// Its text for `sh`. It ends with the code 7, so that a verdict cannot be a default.
    pub(crate) fn script(&self) -> String {
        format!(
            "echo started >> {}/\"$MARK\"; i=0; while [ $i -lt {} ]; do i=$((i+1)); echo \"line $i of $MARK\"; \
             sleep 0.1; done; exit 7",
            self.folder.display(),
            self.lines
        )
    }

    /// What a host with this mark prints, to the byte.
    pub(crate) fn output(&self, mark: &str) -> Vec<u8> {
        (1..=self.lines).flat_map(|line| format!("line {line} of {mark}\n").into_bytes()).collect()
    }

    /// The file of a host.
    pub(crate) fn mark(&self, mark: &str) -> PathBuf {
        self.folder.join(mark)
    }

    /// How often it was started on a host.
    pub(crate) fn starts(&self, mark: &str) -> usize {
        fs::read_to_string(self.mark(mark)).unwrap_or_default().lines().count()
    }

    /// Waits until it was started on a host.
    pub(crate) fn wait_for_start(&self, mark: &str) {
        eventually("the start of the task", || self.mark(mark).exists().then_some(()));
    }
}
