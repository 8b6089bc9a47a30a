//! A plan as a person reads it before they approve it.

use crate::plans::PlanDocument;
use crate::{Approval, Scheduled};
use jiff::Timestamp;
use millwright_domain::ids::{PlanId, RunId};
use millwright_domain::run::{
    DiskNeed, Exclusion, FileDifference, Follows, JobState, Plan, PlanContent, PlannedJob, PlannedStep, Privilege,
    Rollout, RunKind, StageEnd, Undo, Work,
};
use millwright_domain::window::Span;
use millwright_domain::{Fault, HostPath, Slug};
use serde::Serialize;
use std::collections::BTreeSet;
use ts_rs::TS;

/// A plan as a person reads it before they approve it.
#[derive(Debug, Serialize, TS)]
pub(crate) struct PlanView {
    /// Its identifier.
    pub id: PlanId,
    /// What an approval binds.
    pub hash: String,
    /// When it was made.
    pub created_at: Timestamp,
    /// What kind of work it is.
    pub kind: RunKind,
    /// One line.
    pub title: String,
    /// Whether anything would change on any host.
    pub changes_anything: bool,
    /// What has to be typed before it may run, where a mistake hurts.
    pub confirmation: Option<String>,
    /// After this it may not begin any more.
    pub expires_at: Timestamp,
    /// Why maintenance windows do not count, if somebody said that they do not.
    pub window_override: Option<String>,
    /// The run that it resumes or takes back.
    pub follows: Option<Follows>,
    /// How many jobs may be at work at once.
    pub parallel: u32,
    /// In which waves it goes over the hosts, and what stops it.
    pub rollout: Rollout,
    /// What has become of it.
    pub standing: PlanBecame,
    /// Each host, in the order in which the jobs begin.
    pub jobs: Vec<PlanJobView>,
}

/// What has become of a plan.
#[derive(Debug, Default, Serialize, TS)]
pub(crate) struct PlanBecame {
    /// Who has approved it, if somebody has.
    pub approval: Option<Approval>,
    /// When it begins by itself, if it does.
    pub schedule: Option<Scheduled>,
    /// Its run, if it was run.
    pub run: Option<RunId>,
}

/// A plan's work on one host.
#[derive(Debug, Serialize, TS)]
pub(crate) struct PlanJobView {
    /// The host.
    pub host: HostPath,
    /// Whether its environment is a production one.
    pub production: bool,
    /// What changes, one line each.
    pub changes: Vec<String>,
    /// What one should know before one says yes.
    pub risks: Vec<String>,
    /// When it may begin, if not at any time.
    pub window: Option<Span>,
    /// How it could be taken back; none where nothing changes. Of a plan that takes a run back: how well it does.
    pub undo: Option<Undo>,
    /// The disk space that it needs, where that is known.
    pub disk: Option<DiskNeed>,
    /// What changes in files, as far as that can be shown.
    pub differences: Vec<FileDifference>,
    /// Whether it gets work; else why not.
    pub standing: PlanStanding,
    /// What is done, in order.
    pub steps: Vec<PlanStepView>,
}

/// Whether a host gets work.
#[derive(Debug, Serialize, TS)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub(crate) enum PlanStanding {
    /// It does.
    Work,
    /// It is as it should be already.
    Satisfied {
        /// How we know.
        note: String,
    },
    /// It does not, although it was chosen.
    LeftOut {
        /// The state that its job has from the beginning.
        state: JobState,
        /// Why.
        error: Fault,
    },
}

/// A step with the exact text that the host gets.
#[derive(Debug, Serialize, TS)]
#[allow(missing_docs, reason = "as of a planned step")]
pub(crate) struct PlanStepView {
    pub number: u32,
    pub name: String,
    pub script: String,
    pub root: bool,
    pub timeout_seconds: u32,
    pub only_if: Option<String>,
    pub restarts_host: bool,
}

impl PlanView {
    /// A plan that was just made.
    pub(super) fn of(plan: &Plan) -> Self {
        let content = &plan.content;
        Self {
            id: plan.id,
            hash: plan.hash.clone(),
            created_at: plan.created_at,
            kind: content.kind,
            title: content.title.clone(),
            changes_anything: content.changes_anything(),
            confirmation: confirmation(content),
            expires_at: content.expires_at,
            window_override: content.window_override.clone(),
            follows: content.follows,
            parallel: content.parallel,
            rollout: content.rollout.clone(),
            standing: PlanBecame::default(),
            jobs: content.jobs.iter().map(job).collect(),
        }
    }

    /// A plan that was kept.
    pub(super) fn kept(document: PlanDocument) -> Self {
        let PlanDocument { plan, approval, schedule, run } = document;
        Self { standing: PlanBecame { approval, schedule, run }, ..Self::of(&plan) }
    }
}

/// The client's name where one client's production may change; the number of clients where several may.
pub(super) fn confirmation(content: &PlanContent) -> Option<String> {
    let may_change = |work: &Work| match work {
        // Whether a command changes anything, only its author knows: what outlives us or runs as root may.
        Work::Attached { privilege, .. } => *privilege == Privilege::Root,
        Work::Detached(detached) => detached.exclusion == Exclusion::ChangeLock || content.kind == RunKind::Exec,
        Work::Satisfied { .. } | Work::LeftOut(_) => false,
    };
    let touched = content.jobs.iter().filter(|job| job.production && may_change(&job.work));
    let clients: BTreeSet<&Slug> = touched.map(|job| &job.host.client).collect();
    match clients.len() {
        0 => None,
        1 => clients.first().map(|client| client.to_string()),
        several => Some(format!("{several} clients")),
    }
}

fn job(job: &PlannedJob) -> PlanJobView {
    let (standing, steps) = match &job.work {
        Work::Satisfied { note } => (PlanStanding::Satisfied { note: note.clone() }, Vec::new()),
        Work::LeftOut(why) => (PlanStanding::LeftOut { state: why.state(), error: why.fault().clone() }, Vec::new()),
        Work::Attached { script, privilege, timeout_seconds } => {
            let step = PlanStepView {
                number: 1,
                name: "Run the command".into(),
                script: script.clone(),
                root: *privilege == Privilege::Root,
                timeout_seconds: *timeout_seconds,
                only_if: None,
                restarts_host: false,
            };
            (PlanStanding::Work, vec![step])
        }
        Work::Detached(work) => {
            let stages = work.stages.iter().flat_map(|stage| {
                let last = stage.steps.last().map(|step| step.number);
                let restarts = matches!(stage.end, StageEnd::Reboot { .. });
                stage.steps.iter().map(move |found| step(found, restarts && last == Some(found.number)))
            });
            (PlanStanding::Work, stages.collect())
        }
    };
    let PlannedJob { host, production, changes, risks, window, undo, disk, differences, .. } = job.clone();
    PlanJobView { host, production, changes, risks, window, undo, disk, differences, standing, steps }
}

fn step(step: &PlannedStep, restarts_host: bool) -> PlanStepView {
    PlanStepView {
        number: step.number,
        name: step.name.clone(),
        script: step.script.clone(),
        root: step.privilege == Privilege::Root,
        timeout_seconds: step.timeout_seconds,
        only_if: step.only_if.clone(),
        restarts_host,
    }
}

#[cfg(test)]
#[path = "plans_tests.rs"]
mod tests;
