//! What clients see: the shapes that JSON and the window's types are made of.

use crate::causes::{Cause, causes};
use jiff::Timestamp;
use millwright_domain::ids::{JobId, PlanId, RunId};
use millwright_domain::run::{
    CancelMode, FollowsHow, Gate, GateStanding, Incompleteness, JobState, PlanContent, PlannedJob, RunCounts, RunKind,
    RunState, Undo, Wanted, Work,
};
use millwright_domain::window::Span;
use millwright_domain::{Actor, Fault, HostPath};
use millwright_store::table::approval::Approval;
use millwright_store::table::job::Job;
use millwright_store::table::package_change::PackageChange;
use millwright_store::table::run::Run;
use serde::Serialize;
use std::collections::HashMap;
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
    /// Why it was halted, if it was.
    pub halted: Option<Fault>,
    /// What it waits for between two waves, if it does.
    pub gate: Option<GateStanding>,
    /// The run that it resumes or takes back.
    pub follows: Option<RunId>,
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
            state: RunState::of(&counts, run.halted.is_some(), run.gate.as_ref()),
            halted: run.halted,
            // What is behind hosts that are at work is not waited for yet.
            gate: run.gate.filter(|_| counts.connecting + counts.running == 0),
            follows: run.follows,
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
    /// Who approved the plan, and when.
    pub approval: Option<Approval>,
    /// What it has to do with the run that it follows.
    pub follows_how: Option<FollowsHow>,
    /// The runs that resume it or take it back, the oldest first.
    pub followed_by: Vec<RunSummary>,
    /// Where the way over the hosts comes from: `the policy of client acme`.
    pub policy: String,
    /// More failures than this halt it.
    pub most_failures: Option<u32>,
    /// Its waves, in their order.
    pub waves: Vec<WaveDocument>,
    /// Why hosts did not succeed, the cause of most hosts first.
    pub causes: Vec<Cause>,
    /// The jobs, in the plan's order.
    pub jobs: Vec<JobDocument>,
}

/// A wave of a run.
#[derive(Debug, Clone, Serialize, TS)]
pub struct WaveDocument {
    /// What people call it.
    pub title: String,
    /// Its jobs' first place in the run's jobs.
    pub first: usize,
    /// How many of its jobs are in which state.
    pub counts: RunCounts,
    /// What stands behind it.
    pub gate: Gate,
}

impl RunDocument {
    pub(crate) fn of(
        run: Run,
        counts: RunCounts,
        plan: &PlanContent,
        mut jobs: Vec<JobDocument>,
        context: Context,
    ) -> Self {
        let mut packages: HashMap<JobId, Vec<PackageChange>> = HashMap::new();
        for (job, change) in context.packages {
            packages.entry(job).or_default().push(change);
        }
        for job in &mut jobs {
            job.packages = packages.remove(&job.id).unwrap_or_default();
        }
        let waves = plan.rollout.waves.iter().zip(plan.rollout.ranges());
        let waves = waves.map(|(wave, range)| WaveDocument {
            title: wave.title.clone(),
            first: range.start,
            counts: RunCounts::of(jobs.get(range).unwrap_or_default().iter().map(|job| job.state)),
            gate: wave.gate.clone(),
        });
        let waves = waves.collect();
        let (plan_id, plan_hash) = (run.plan_id, run.plan_hash.clone());
        let has_work = |job: &&PlannedJob| matches!(job.work, Work::Attached { .. } | Work::Detached(_));
        let production = plan.jobs.iter().filter(has_work).filter(|job| job.production);
        let production = production.map(|job| job.host.clone()).collect();
        let wanted = plan.wanted.clone();
        let followed_by = context.followers.into_iter().map(|(run, counts)| RunSummary::of(run, counts)).collect();
        Self {
            summary: RunSummary::of(run, counts),
            plan_id,
            plan_hash,
            wanted,
            production,
            approval: context.approval,
            follows_how: plan.follows.map(|follows| follows.how),
            followed_by,
            policy: plan.rollout.policy.clone(),
            most_failures: plan.rollout.most_failures,
            waves,
            causes: causes(&jobs),
            jobs,
        }
    }
}

/// What stands around a run.
pub(crate) struct Context {
    pub(crate) approval: Option<Approval>,
    pub(crate) followers: Vec<(Run, RunCounts)>,
    pub(crate) packages: Vec<(JobId, PackageChange)>,
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
    /// Whether a person asked for its end, and how.
    pub cancel: Option<CancelMode>,
    /// When it may begin, if not at any time.
    pub window: Option<Span>,
    /// How it could be taken back; none where nothing changes.
    pub undo: Option<Undo>,
    /// The last lines of what it printed, where it failed.
    pub last_lines: Vec<String>,
    /// What it made of packages, as far as the host has said so since.
    pub packages: Vec<PackageChange>,
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
            cancel: progress.cancel,
            window: planned.window,
            undo: planned.undo.clone(),
            last_lines: Vec::new(),
            packages: Vec::new(),
        }
    }
}
