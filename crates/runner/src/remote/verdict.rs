//! How a job ended.

use serde::{Deserialize, Serialize};
use uuid::Uuid;

/// The end of a job, as the host tells it.
///
/// A shell reports a program that a signal ended as code 128 + signal, and cannot tell it from a program that exits with
/// that code: see [`Verdict::likely_signal`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "verdict", rename_all = "snake_case")]
pub enum Verdict {
    /// Every step was done, or one failed: 0, or the code of the step that failed.
    Exited {
        /// The code.
        code: i32,
    },
    /// Somebody asked for it to end.
    Cancelled {
        /// The code of the step that was stopped; 0 when it ended between two steps.
        code: i32,
    },
    /// The job or one of its steps took longer than it may.
    TimedOut {
        /// The code of the step that was stopped.
        code: i32,
    },
    /// The supervisor and the payload are gone without a verdict: somebody or something killed both.
    Killed,
    /// The host was restarted before there was a verdict.
    InterruptedByReboot,
    /// Another job holds the host's lock for changes. Nothing was run.
    Locked {
        /// The job that holds it.
        by: Uuid,
    },
}

impl Verdict {
    /// The signal that probably ended the step, if the code reads like one.
    pub fn likely_signal(self) -> Option<i32> {
        match self {
            Self::Exited { code } | Self::Cancelled { code } | Self::TimedOut { code } => {
                (129..=192).contains(&code).then_some(code - 128)
            }
            Self::Killed | Self::InterruptedByReboot | Self::Locked { .. } => None,
        }
    }
}

/// Whether the output is all that was printed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Integrity {
    /// Every byte.
    Whole,
    /// The first bytes, up to the limit.
    Cut,
    /// Something on the host overwrote or emptied the file of the output (`> /dev/stderr` in a script does).
    Altered,
}
