//! What is done on a host: the exact text, its order, and how it ends.

use crate::fault::Fault;
use crate::run::job::JobState;
use serde::{Deserialize, Serialize};
use ts_rs::TS;

/// What is done on a host.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum Work {
    /// Nothing: the host is as it was asked to be.
    Satisfied {
        /// How we know: `already there: nginx 1.22.1-9`.
        note: String,
    },
    /// A short command that changes nothing, on the open session.
    Attached {
        /// The exact text for `sh`.
        script: String,
        /// As whom.
        privilege: Privilege,
        /// How long it may take.
        timeout_seconds: u32,
    },
    /// Scripts that go on without us.
    Detached(DetachedWork),
    /// Nothing, and the host is not as it was asked to be.
    LeftOut(LeftOut),
}

/// Why a host gets no work although it was selected.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
#[serde(tag = "state", content = "fault", rename_all = "snake_case")]
pub enum LeftOut {
    /// It could not be reached when the plan was made.
    Unreachable(Fault),
    /// This action is not for it.
    Skipped(Fault),
    /// Its state or a rule says that it must not be touched now.
    Held(Fault),
}

impl LeftOut {
    /// The state that the job has from the beginning.
    pub const fn state(&self) -> JobState {
        match self {
            LeftOut::Unreachable(_) => JobState::Unreachable,
            LeftOut::Skipped(_) => JobState::Skipped,
            LeftOut::Held(_) => JobState::Held,
        }
    }

    /// Why.
    pub const fn fault(&self) -> &Fault {
        match self {
            LeftOut::Unreachable(fault) | LeftOut::Skipped(fault) | LeftOut::Held(fault) => fault,
        }
    }
}

/// Work that goes on while nobody is connected.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
pub struct DetachedWork {
    /// As whom the whole of it runs; a step may ask for less.
    pub privilege: Privilege,
    /// Whether it takes the host's lock for changes.
    pub exclusion: Exclusion,
    /// The longest that each stage may take.
    pub timeout_seconds: u32,
    /// How much output of each stage is kept.
    pub output_cap_bytes: u64,
    /// What is done, in order; a reboot stands between one stage and the next.
    pub stages: Vec<Stage>,
}

/// What one detached script does.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
pub struct Stage {
    /// Its steps; they are numbered through the whole job.
    pub steps: Vec<PlannedStep>,
    /// How it ends.
    pub end: StageEnd,
}

/// How a stage ends.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum StageEnd {
    /// The next stage, or the end of the job, follows at once.
    Done,
    /// The host is restarted, and must come back with a new boot id.
    Reboot {
        /// Whether in any case.
        when: RestartWhen,
        /// How long it may take to come back before somebody has to look.
        timeout_seconds: u32,
    },
}

/// Whether a host is restarted.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum RestartWhen {
    /// In any case.
    Always,
    /// If this command for `sh` ends with 0 when all before it is done. What comes after it is done only if the host was
    /// restarted.
    Condition {
        /// The exact text.
        script: String,
    },
}

/// One step, with the exact text that the host gets.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
pub struct PlannedStep {
    /// Its place in the job, from 1.
    pub number: u32,
    /// What it is for.
    pub name: String,
    /// Whose failures it can have.
    pub kind: StepKind,
    /// The exact text for `sh`.
    pub script: String,
    /// As whom.
    pub privilege: Privilege,
    /// How long it may take.
    pub timeout_seconds: u32,
    /// A condition for `sh`: the step is skipped unless it ends with 0.
    pub only_if: Option<String>,
    /// What a failure means for the steps after it.
    pub on_failure: OnFailure,
    /// Files that it needs, found in `$MILLWRIGHT_FILES`.
    pub attachments: Vec<Attachment>,
    /// The names of the secrets that it needs, found in `$MILLWRIGHT_SECRETS`. Their values are never in a plan.
    pub secrets: Vec<String>,
}

/// What a step is made of, for whoever explains its failure.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum StepKind {
    /// Commands of any kind.
    Commands,
    /// The host's package manager.
    Packages,
    /// A look whether the host still is what the plan was made from. It fails before anything is changed, and then the
    /// job is held; what it prints says why.
    Guard,
    /// A look whether the host may be restarted now: what it prints says why not.
    RestartGuard,
}

/// As whom something runs on the host.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum Privilege {
    /// As the account that logs in.
    Login,
    /// As root, by the host's way of sudo.
    Root,
}

/// What a failed step means for the rest of its job.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum OnFailure {
    /// The job ends there, as failed.
    Stop,
    /// The next step follows.
    Continue,
}

/// Whether work may run beside other work on its host.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum Exclusion {
    /// It changes nothing that others could trip over.
    None,
    /// It changes the host: one such job at a time, from whichever laptop.
    ChangeLock,
}

/// A file that goes with a step.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
pub struct Attachment {
    /// Its name in `$MILLWRIGHT_FILES`.
    pub name: String,
    /// Its length in bytes.
    pub length: u64,
    /// SHA-256 of its content, in hexadecimal: what is sent must be what was planned.
    pub sha256: String,
    /// Where it comes from.
    pub source: AttachmentSource,
}

/// Where an attachment's bytes come from.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum AttachmentSource {
    /// They stand in the plan.
    Text {
        /// The content.
        text: String,
    },
    /// They are read from a file of this machine when the job starts.
    LocalFile {
        /// Its absolute path.
        path: String,
    },
}
