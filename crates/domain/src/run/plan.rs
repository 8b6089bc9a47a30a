//! The plan: the immutable result of planning. Executing it makes no choice that does not stand here.

use crate::actor::Actor;
use crate::fault::{Code, Fault};
use crate::ids::{HostId, PlanId, ProductId, RunId};
use crate::name::HostPath;
use crate::policy::GivenPolicy;
use crate::run::before::{DiskNeed, FileDifference, InstallationBefore, Presence, SavedConfiguration};
use crate::run::rollout::Rollout;
use crate::run::wanted::{RunKind, Wanted};
use crate::run::work::{Exclusion, Work};
use crate::window::Span;
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

    /// Refuses a plan that is too old to begin.
    pub fn is_current(&self, now: Timestamp) -> Result<(), Fault> {
        if now < self.content.expires_at {
            return Ok(());
        }
        let at = self.content.expires_at.strftime("%Y-%m-%d %H:%M UTC");
        Err(Fault::new(Code::PlanExpired, format!("the plan expired at {at}"))
            .with_hint("Plan again: what is known of the hosts may have changed since."))
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
    /// After this it may not begin any more: what it was made from is too old.
    pub expires_at: Timestamp,
    /// Why maintenance windows do not count, if somebody said that they do not.
    pub window_override: Option<String>,
    /// The run whose missing hosts this one is for, or that it takes back.
    pub follows: Option<Follows>,
    /// How many jobs may be at work at once.
    pub parallel: u32,
    /// In which order, and with which stops.
    pub rollout: Rollout,
    /// The policy that was given for this plan alone, so that what is missing of its run goes by the same.
    #[serde(default)]
    pub given_policy: Option<GivenPolicy>,
    /// What each host gets, in the order in which the jobs begin.
    pub jobs: Vec<PlannedJob>,
}

/// What a plan has to do with an earlier run.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct Follows {
    /// The earlier run.
    pub run: RunId,
    /// How.
    pub how: FollowsHow,
}

/// How a plan follows an earlier run.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum FollowsHow {
    /// It is for the hosts that have not succeeded there.
    Resumes,
    /// It takes back what was done there.
    Undoes,
}

impl PlanContent {
    /// SHA-256 of the content, in hexadecimal.
    pub fn hash(&self) -> Result<String, Fault> {
        // serde_json writes a struct's fields in the order of their declaration, so equal contents have one spelling.
        let text = serde_json::to_vec(self)
            .map_err(|error| Fault::new(Code::Internal, format!("a plan cannot be written as JSON: {error}")))?;
        Ok(hex::encode(Sha256::digest(text)))
    }

    /// The first moment at which a job may begin, where windows say so.
    pub fn first_moment(&self) -> Option<Timestamp> {
        self.jobs.iter().filter_map(|job| job.window).map(|window| window.from).min()
    }

    /// Whether anything would change on any host.
    pub fn changes_anything(&self) -> bool {
        self.jobs.iter().any(|job| match &job.work {
            Work::Detached(detached) => detached.exclusion == Exclusion::ChangeLock,
            Work::Satisfied { .. } | Work::Attached { .. } | Work::LeftOut(_) => false,
        })
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
    /// When it may begin, if not at any time.
    pub window: Option<Span>,
    /// Packages that are named by it, with what they were when the plan was made.
    pub packages: Vec<PlannedPackage>,
    /// What it would change in files that were looked at before.
    pub differences: Vec<FileDifference>,
    /// The configuration that it keeps before it changes anything.
    pub saved: Option<SavedConfiguration>,
    /// How it could be taken back; none where nothing changes. In a plan that takes a run back: how well it does.
    pub undo: Option<Undo>,
    /// The disk space that it needs, where that is known.
    #[serde(default)]
    pub disk: Option<DiskNeed>,
    /// What is done.
    pub work: Work,
    /// What the inventory learns when it is done.
    pub installation: Option<PlannedInstallation>,
}

/// A package that a job changes.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct PlannedPackage {
    /// `libssl3`, with the architecture where the host may have several: `libssl3:amd64`.
    pub name: String,
    /// What was installed when the plan was made; none when it was not.
    pub from: Option<String>,
    /// What will be; none when it goes, or when the host's package manager chooses.
    pub to: Option<String>,
}

/// How well a job can be taken back.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct Undo {
    /// How well.
    pub grade: UndoGrade,
    /// Why not better, in a sentence; none for an exact one.
    pub why: Option<String>,
}

/// How well something can be taken back.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum UndoGrade {
    /// The same versions and files as before.
    Exact,
    /// Much of it, and what is missing is said.
    BestEffort,
    /// Not at all.
    OneWay,
}

impl UndoGrade {
    /// The words for it.
    pub const fn as_str(self) -> &'static str {
        match self {
            UndoGrade::Exact => "exact",
            UndoGrade::BestEffort => "best effort",
            UndoGrade::OneWay => "one-way",
        }
    }
}

/// What the inventory learns of a product when its job has succeeded.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
pub struct PlannedInstallation {
    /// Which product.
    pub product_id: ProductId,
    /// Its short name.
    pub product: String,
    /// Whether it is there then.
    pub presence: Presence,
    /// What was known of it before.
    pub before: InstallationBefore,
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
    use crate::run::Privilege;

    fn plan() -> Plan {
        let content = PlanContent {
            kind: RunKind::Exec,
            title: "true".into(),
            selector: "all".into(),
            wanted: Wanted::Patch { security: false, packages: Vec::new(), reboot: None },
            expires_at: Timestamp::UNIX_EPOCH,
            window_override: None,
            given_policy: None,
            follows: None,
            parallel: 32,
            rollout: Rollout::at_once(1),
            jobs: vec![PlannedJob {
                host_id: HostId(uuid::Uuid::nil()),
                host: "acme/prod/web-1".parse().unwrap(),
                production: true,
                changes: vec![],
                risks: vec![],
                window: None,
                packages: vec![],
                differences: vec![],
                saved: None,
                undo: None,
                disk: None,
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
