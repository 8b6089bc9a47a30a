//! Running a program as root: directly, or through a sudo that asks nothing.

use crate::requirements::find_program;
use std::process::{Command, Stdio};

/// How this process can become root.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Privilege {
    Root,
    Sudo,
}

impl Privilege {
    /// `None` when there is no way.
    pub(crate) fn available() -> Option<Self> {
        if rustix::process::geteuid().is_root() {
            return Some(Self::Root);
        }
        let asks_nothing = Command::new("sudo")
            .args(["-n", "true"])
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .status()
            .is_ok_and(|status| status.success());
        asks_nothing.then_some(Self::Sudo)
    }

    /// A command that runs `program` as root.
    pub(crate) fn command(self, program: &str) -> Command {
        let path = find_program(program).unwrap_or_else(|| program.into());
        match self {
            Self::Root => Command::new(path),
            Self::Sudo => {
                let mut command = Command::new("sudo");
                command.arg("-n").arg("--").arg(path);
                command
            }
        }
    }
}
