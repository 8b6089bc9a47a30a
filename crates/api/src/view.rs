//! What clients see: the shapes that JSON and the window's types are made of.

use jiff::Timestamp;
use millwright_domain::ids::{JobId, PlanId, RunId};
use millwright_domain::run::{
    Incompleteness, JobState, PlanContent, PlannedJob, RunCounts, RunKind, RunState, Wanted, Work,
};
use millwright_domain::{Actor, Fault, HostPath};
use millwright_store::table::job::Job;
use millwright_store::table::run::Run;
use serde::Serialize;
use ts_rs::TS;

/// A run in a list.
#[derive(Debug, Clone, Serialize, TS)]
pub struct RunSummary {
    /// Its identifier.
    pub id: RunId,
    /// What kind of work it is.
    pub kind: RunKind,
    /// One line for people.
    pub title: String,
    /// The selector as it was given.
    pub selector: String,
    /// What is true of it as a whole.
    pub state: RunState,
    /// How many jobs are in which state.
    pub counts: RunCounts,
    /// When it began.
    pub created_at: Timestamp,
    /// Who began it.
    pub created_by: Actor,
}

impl RunSummary {
    pub(crate) fn of(run: Run, counts: RunCounts) -> Self {
        Self {
            id: run.id,
            kind: run.kind,
            title: run.title,
            selector: run.selector,
            state: counts.state(),
            counts,
            created_at: run.created_at,
            created_by: run.created_by,
        }
    }
}

/// A run with its jobs.
#[derive(Debug, Clone, Serialize, TS)]
pub struct RunDocument {
    /// What stands in a list.
    #[serde(flatten)]
    pub summary: RunSummary,
    /// The plan.
    pub plan_id: PlanId,
    /// The plan's hash.
    pub plan_hash: String,
    /// What somebody wanted, so that the same can be wanted again.
    pub wanted: Wanted,
    /// Hosts of production environments that it gave work to.
    pub production: Vec<HostPath>,
    /// The jobs, in the plan's order.
    pub jobs: Vec<JobDocument>,
}

impl RunDocument {
    pub(crate) fn of(run: Run, counts: RunCounts, plan: &PlanContent, jobs: Vec<JobDocument>) -> Self {
        let (plan_id, plan_hash) = (run.plan_id, run.plan_hash.clone());
        let has_work = |job: &&PlannedJob| matches!(job.work, Work::Attached { .. } | Work::Detached(_));
        let production = plan.jobs.iter().filter(has_work).filter(|job| job.production);
        let production = production.map(|job| job.host.clone()).collect();
        let wanted = plan.wanted.clone();
        Self { summary: RunSummary::of(run, counts), plan_id, plan_hash, wanted, production, jobs }
    }
}

/// A job.
#[derive(Debug, Clone, Serialize, TS)]
pub struct JobDocument {
    /// Its identifier.
    pub id: JobId,
    /// The host.
    pub host: HostPath,
    /// Where it is.
    pub state: JobState,
    /// The exit code of the work, where there was one.
    pub exit_code: Option<i32>,
    /// When the host first may have had it.
    pub started_at: Option<Timestamp>,
    /// When it ended.
    pub ended_at: Option<Timestamp>,
    /// Why it did not succeed.
    pub error: Option<Fault>,
    /// What there is to say of a host that needed no work.
    pub note: Option<String>,
    /// The step at work, or the last one: number and name.
    pub step: Option<(u32, String)>,
    /// How many steps it has.
    pub steps: usize,
    /// Whether the connection is broken just now.
    pub link_lost: bool,
    /// How much output is kept, in bytes.
    pub output_length: u64,
    /// Why the output is not whole, if it is not.
    pub output_incomplete: Option<Incompleteness>,
}

impl JobDocument {
    pub(crate) fn of(job: Job, planned: &PlannedJob) -> Self {
        let progress = job.progress;
        let steps: Vec<_> = match &planned.work {
            Work::Detached(work) => work.stages.iter().flat_map(|stage| &stage.steps).collect(),
            Work::Satisfied { .. } | Work::Attached { .. } | Work::LeftOut(_) => Vec::new(),
        };
        let note = match &planned.work {
            Work::Satisfied { note } => Some(note.clone()),
            Work::Attached { .. } | Work::Detached(_) | Work::LeftOut(_) => None,
        };
        let step = progress.step.and_then(|number| {
            let step = steps.iter().find(|step| step.number == number)?;
            Some((number, step.name.clone()))
        });
        Self {
            id: job.id,
            host: job.host,
            state: progress.state,
            exit_code: progress.outcome.as_ref().and_then(|outcome| outcome.exit_code),
            started_at: progress.started_at,
            ended_at: progress.ended_at,
            error: progress.outcome.and_then(|outcome| outcome.fault),
            note,
            step,
            steps: steps.len(),
            link_lost: progress.link_lost && !progress.state.has_ended(),
            output_length: job.output_length,
            output_incomplete: progress.output_incomplete,
        }
    }
}
