//! Exit codes.

use millwright_api::RunDocument;
use millwright_domain::run::{JobState, RunState};
use millwright_domain::{Fault, Rule};
use std::process::ExitCode;

/// How the command ends. A wrong usage ends with 2, by the argument parser.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Exit {
    /// All is well.
    Well,
    /// It did not work.
    Failed,
    /// Some hosts did not succeed.
    Some,
    /// No host succeeded.
    None,
    /// A rule said no before anything was touched.
    Refused,
    /// The person stopped it; jobs go on.
    Interrupted,
    /// As the shell on a host ended.
    Shell(u8),
}

impl Exit {
    /// The end of a run. When every host was refused by a rule (its key changed, it is held), so was the run. One that
    /// waits for a person, or was halted by its last gate, is not well although no host has failed.
    pub(crate) fn of_run(run: &RunDocument) -> Self {
        let succeeded = run.jobs.iter().filter(|job| job.state == JobState::Succeeded).count();
        let refused = |job: &millwright_api::JobDocument| {
            job.error.as_ref().is_some_and(|fault| fault.code.rule() == Rule::Refused)
        };
        let stopped = matches!(run.summary.state, RunState::Awaiting | RunState::Halted);
        if succeeded == run.jobs.len() && !stopped {
            Exit::Well
        } else if succeeded > 0 || run.summary.state == RunState::Awaiting {
            Exit::Some
        } else if run.jobs.iter().all(refused) {
            Exit::Refused
        } else {
            Exit::None
        }
    }

    /// The end of something done with several hosts that is no run.
    pub(crate) fn of_hosts<'f>(errors: impl IntoIterator<Item = Option<&'f Fault>>) -> Self {
        let errors: Vec<Option<&Fault>> = errors.into_iter().collect();
        let failed = errors.iter().flatten().count();
        if failed == 0 {
            Exit::Well
        } else if failed < errors.len() {
            Exit::Some
        } else if errors.iter().flatten().all(|fault| fault.code.rule() == Rule::Refused) {
            Exit::Refused
        } else {
            Exit::None
        }
    }
}

impl From<&Fault> for Exit {
    fn from(fault: &Fault) -> Self {
        match fault.code.rule() {
            Rule::Failed => Exit::Failed,
            Rule::Refused => Exit::Refused,
        }
    }
}

impl From<Exit> for ExitCode {
    fn from(exit: Exit) -> Self {
        ExitCode::from(match exit {
            Exit::Well => 0,
            Exit::Failed => 1,
            Exit::Some => 3,
            Exit::None => 4,
            Exit::Refused => 5,
            Exit::Interrupted => 130,
            Exit::Shell(code) => code,
        })
    }
}
