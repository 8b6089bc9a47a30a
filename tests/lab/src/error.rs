//! What can go wrong while the lab builds, starts or looks into a host.

use crate::requirements::Missing;
use std::{io, path::PathBuf, time::Duration};

/// Why the lab could not do what was asked.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum LabError {
    /// Programs or privileges that this machine lacks.
    #[error("the lab needs what is not here: {}", list(.0))]
    Missing(Vec<Missing>),
    /// A file, a socket or a process could not be used.
    #[error("could not {doing}")]
    Io {
        /// What was tried, as a verb phrase.
        doing: String,
        /// The system's answer.
        #[source]
        source: io::Error,
    },
    /// A program ended with a failure.
    #[error("`{program}` failed ({status}): {output}")]
    Program {
        /// The program's name.
        program: String,
        /// How it ended.
        status: String,
        /// The end of what it said.
        output: String,
    },
    /// Something did not happen in its time.
    #[error("{what} did not happen within {} seconds{}", .timeout.as_secs(), detail(.log))]
    TimedOut {
        /// What was waited for.
        what: String,
        /// How long.
        timeout: Duration,
        /// What the host's console or log said last; may be empty.
        log: String,
    },
    /// apt on this machine names no mirror that a root folder can be built from.
    #[error("apt on this machine has no http, https or file source for `{suite}`, which /etc/os-release names")]
    NoMirror {
        /// The suite that was looked for.
        suite: String,
    },
    /// The machine is switched off, so that nothing can be run inside.
    #[error("machine `{0}` is off")]
    MachineIsOff(String),
    /// A name that cannot be a host name.
    #[error("`{0}` cannot be a machine's name: use up to 40 of a-z, 0-9 and -, with a letter first")]
    InvalidName(String),
    /// All of the lab's private networks are taken by other processes.
    #[error("no free network between 198.18.0.0 and 198.19.255.0 is left for the lab")]
    NoFreeNetwork,
    /// The cache folder cannot be found.
    #[error("no folder for the lab's cache: set MILLWRIGHT_LAB_CACHE, XDG_CACHE_HOME or HOME")]
    NoCacheFolder,
    /// The cache's content is not what its key promises.
    #[error("the cached `{0}` is damaged; remove it and try again")]
    DamagedCache(PathBuf),
}

/// Says what was being done when an [`io::Error`] came.
pub(crate) trait Doing<T> {
    fn doing(self, what: impl FnOnce() -> String) -> Result<T, LabError>;
}

impl<T> Doing<T> for io::Result<T> {
    fn doing(self, what: impl FnOnce() -> String) -> Result<T, LabError> {
        self.map_err(|source| LabError::Io { doing: what(), source })
    }
}

fn list(missing: &[Missing]) -> String {
    missing.iter().map(ToString::to_string).collect::<Vec<_>>().join("; ")
}

fn detail(log: &str) -> String {
    if log.trim().is_empty() { String::new() } else { format!("; the last lines were:\n{log}") }
}
