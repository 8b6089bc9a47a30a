//! The plan: the immutable result of planning. Executing it makes no choice that does not stand here.

use crate::actor::Actor;
use crate::fault::{Code, Fault};
use crate::ids::{HostId, PlanId, ProductId};
use crate::name::{HostPath, Slug};
use crate::run::job::JobState;
use indexmap::IndexMap;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use ts_rs::TS;

/// A plan as it is kept: its content, and the hash that an approval binds.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
pub struct Plan {
    /// Its identifier.
    pub id: PlanId,
    /// When it was made.
    pub created_at: Timestamp,
    /// Who made it.
    pub created_by: Actor,
    /// SHA-256 of the content, in hexadecimal.
    pub hash: String,
    /// What will be done.
    pub content: PlanContent,
}

impl Plan {
    /// Seals a content.
    pub fn new(id: PlanId, created_at: Timestamp, created_by: Actor, content: PlanContent) -> Result<Self, Fault> {
        let hash = content.hash()?;
        Ok(Self { id, created_at, created_by, hash, content })
    }

    /// Refuses a plan whose content is not what its hash says.
    pub fn check(&self) -> Result<(), Fault> {
        if self.content.hash()? == self.hash {
            return Ok(());
        }
        Err(Fault::new(Code::PlanMismatch, format!("plan {} is not what its hash says: it was altered", self.id))
            .with_hint("Plan again; `millwright audit verify` tells whether the audit still adds up."))
    }
}

/// What a plan says.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
pub struct PlanContent {
    /// What kind of work it is.
    pub kind: RunKind,
    /// One line for people: `Patch security updates`.
    pub title: String,
    /// The selector as it was given. The hosts that it named stand in the jobs.
    pub selector: String,
    /// What somebody wanted, so that the same can be wanted again.
    pub wanted: Wanted,
    /// How many jobs may be at work at once.
    pub parallel: u32,
    /// What each host gets, in the order in which the jobs begin.
    pub jobs: Vec<PlannedJob>,
}

impl PlanContent {
    /// SHA-256 of the content, in hexadecimal.
    pub fn hash(&self) -> Result<String, Fault> {
        // serde_json writes a struct's fields in the order of their declaration, so equal contents have one spelling.
        let text = serde_json::to_vec(self)
            .map_err(|error| Fault::new(Code::Internal, format!("a plan cannot be written as JSON: {error}")))?;
        Ok(hex::encode(Sha256::digest(text)))
    }

    /// Whether anything would change on any host.
    pub fn changes_anything(&self) -> bool {
        self.jobs.iter().any(|job| match &job.work {
            Work::Detached(detached) => detached.exclusion == Exclusion::ChangeLock,
            Work::Satisfied { .. } | Work::Attached { .. } | Work::LeftOut(_) => false,
        })
    }
}

/// What somebody wanted of hosts. No secret is in it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum Wanted {
    /// Updates.
    Patch {
        /// Only those of a security archive.
        security: bool,
        /// Only these packages; empty: all.
        packages: Vec<String>,
    },
    /// One command.
    Exec {
        /// The text for `sh`.
        script: String,
        /// As root.
        sudo: bool,
        /// Goes on without us.
        detached: bool,
        /// How long it may take.
        timeout_seconds: u32,
    },
    /// A support procedure.
    Runbook {
        /// Its short name.
        runbook: Slug,
        /// Values by parameter.
        values: IndexMap<String, String>,
    },
    /// A product by its recipe.
    Product {
        /// Its short name.
        product: Slug,
        /// The version that was asked for.
        version: Option<String>,
        /// Values by parameter.
        values: IndexMap<String, String>,
    },
}

/// What kind of work a run does.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum RunKind {
    /// Package updates.
    Patch,
    /// A product by its recipe.
    Install,
    /// A product to another version.
    Upgrade,
    /// A product goes.
    Remove,
    /// A support procedure.
    Runbook,
    /// One command.
    Exec,
}

impl RunKind {
    /// Every kind.
    pub const ALL: [RunKind; 6] =
        [RunKind::Patch, RunKind::Install, RunKind::Upgrade, RunKind::Remove, RunKind::Runbook, RunKind::Exec];

    /// The word that JSON and the database use.
    pub const fn as_str(self) -> &'static str {
        match self {
            RunKind::Patch => "patch",
            RunKind::Install => "install",
            RunKind::Upgrade => "upgrade",
            RunKind::Remove => "remove",
            RunKind::Runbook => "runbook",
            RunKind::Exec => "exec",
        }
    }
}

/// A plan's work on one host.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
pub struct PlannedJob {
    /// Which host.
    pub host_id: HostId,
    /// Its name when the plan was made.
    pub host: HostPath,
    /// Whether its environment is a production one.
    pub production: bool,
    /// What changes, one line each, for people: `nginx 1.22.1-9 → 1.22.1-9+deb12u4 (security)`.
    pub changes: Vec<String>,
    /// What one should know before one says yes.
    pub risks: Vec<String>,
    /// What is done.
    pub work: Work,
    /// What the inventory learns when it is done.
    pub installation: Option<PlannedInstallation>,
}

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
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum StageEnd {
    /// The next stage, or the end of the job, follows at once.
    Done,
    /// Its last step restarts the host, which must come back with a new boot id.
    Reboot {
        /// How long it may take to come back.
        timeout_seconds: u32,
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

/// What the inventory learns of a product when its job has succeeded.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
pub struct PlannedInstallation {
    /// Which product.
    pub product_id: ProductId,
    /// Its short name.
    pub product: String,
    /// The version that was asked for, if one was.
    pub desired_version: Option<String>,
    /// The values that it is installed with; secrets are not among them.
    pub values: IndexMap<String, serde_json::Value>,
    /// The step whose output tells the version, and the pattern that finds it there.
    pub probe: Option<PlannedProbe>,
}

/// How the version is read after the work.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
pub struct PlannedProbe {
    /// The step that prints it.
    pub step_number: u32,
    /// A regular expression with one group, or none for the whole of the first line.
    pub pattern: Option<String>,
}

#[cfg(test)]
mod tests {
    use super::*;

    fn plan() -> Plan {
        let content = PlanContent {
            kind: RunKind::Exec,
            title: "true".into(),
            selector: "all".into(),
            wanted: Wanted::Patch { security: false, packages: Vec::new() },
            parallel: 32,
            jobs: vec![PlannedJob {
                host_id: HostId(uuid::Uuid::nil()),
                host: "acme/prod/web-1".parse().unwrap(),
                production: true,
                changes: vec![],
                risks: vec![],
                work: Work::Attached { script: "true".into(), privilege: Privilege::Login, timeout_seconds: 60 },
                installation: None,
            }],
        };
        Plan::new(PlanId(uuid::Uuid::nil()), Timestamp::UNIX_EPOCH, Actor("alice@laptop".into()), content).unwrap()
    }

    #[test]
    fn a_plan_that_was_altered_is_refused() {
        let mut plan = plan();
        plan.check().unwrap();
        plan.content.jobs[0].work =
            Work::Attached { script: "rm -rf /".into(), privilege: Privilege::Login, timeout_seconds: 60 };
        assert_eq!(plan.check().unwrap_err().code, Code::PlanMismatch);
    }

    #[test]
    fn a_plan_reads_back_with_the_same_hash() {
        let plan = plan();
        let read: Plan = serde_json::from_str(&serde_json::to_string(&plan).unwrap()).unwrap();
        assert_eq!(read, plan);
        read.check().unwrap();
    }
}
