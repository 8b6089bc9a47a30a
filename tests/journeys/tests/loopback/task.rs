//! A task that counts: numbered lines over some seconds, and a file that tells how often it was started.

use millwright_journeys::eventually;
use std::{
    fs,
    path::{Path, PathBuf},
};

/// Such a task. All hosts are this one machine, so they share the file; each start leaves its process number there
/// and in its output.
pub(crate) struct Task {
    starts: PathBuf,
    lines: u32,
}

impl Task {
    /// The code that it ends with: no verdict by default.
    pub(crate) const EXIT_CODE: i32 = 7;

    /// Ten lines a second. Its file lies in `folder`.
    pub(crate) fn of_seconds(seconds: u32, folder: &Path) -> Self {
        Self { starts: folder.join("starts"), lines: seconds * 10 }
    }

    /// Its text for `sh`.
    pub(crate) fn script(&self) -> String {
        format!(
            "echo $$ >> {}; echo task $$; i=0; while [ $i -lt {} ]; do i=$((i+1)); echo line $i; sleep 0.1; done; \
             exit {}",
            self.starts.display(),
            self.lines,
            Self::EXIT_CODE
        )
    }

    /// Every start that there was, by its process number.
    pub(crate) fn starts(&self) -> Vec<String> {
        let mut starts: Vec<String> =
            fs::read_to_string(&self.starts).unwrap_or_default().lines().map(str::to_owned).collect();
        starts.sort_unstable();
        starts
    }

    /// Waits until it was started so often.
    pub(crate) fn wait_for_starts(&self, count: usize) {
        eventually("the start of the task", || (self.starts().len() >= count).then_some(()));
    }

    /// Checks that these are the outputs of all its starts, each complete to the byte.
    #[track_caller]
    pub(crate) fn check(&self, outputs: &[Vec<u8>]) {
        let first_line = |output: &Vec<u8>| {
            let line = String::from_utf8_lossy(output.split(|byte| *byte == b'\n').next().unwrap()).into_owned();
            line.strip_prefix("task ").unwrap_or_else(|| panic!("it begins with {line:?}")).to_owned()
        };
        let mut told: Vec<String> = outputs.iter().map(first_line).collect();
        for (process, output) in told.iter().zip(outputs) {
            let lines: String = (1..=self.lines).map(|line| format!("line {line}\n")).collect();
            assert_eq!(String::from_utf8_lossy(output), format!("task {process}\n{lines}"));
        }
        told.sort_unstable();
        assert_eq!(self.starts(), told, "every host starts it once");
    }
}
