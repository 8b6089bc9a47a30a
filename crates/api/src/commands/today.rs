//! The first screen: the workspace, and what needs somebody, by cause.

use super::Nothing;
use super::fleet::{NeedCount, needs};
use crate::RunSummary;
use crate::desk::Desk;
use jiff::Timestamp;
use millwright_domain::ids::RunId;
use millwright_domain::run::JobState;
use millwright_domain::{Actor, Fault, HostPath};
use millwright_store::fleet::{self, Filter, NeedRows};
use millwright_store::table::{client, job, run};
use serde::Serialize;
use ts_rs::TS;

/// Rows that a cause shows before one asks for all of them.
const FIRST_ROWS: usize = 5;
/// Jobs that a screen can still be read with.
const MOST_JOBS: u32 = 200;

/// The open workspace.
#[derive(Debug, Serialize, TS)]
pub(crate) struct WorkspaceView {
    /// Its folder.
    pub folder: String,
    /// As whom the audit knows this person.
    pub actor: Actor,
    /// This Millwright's version.
    pub version: String,
    /// How many clients there are.
    pub clients: u32,
    /// How many hosts there are.
    pub hosts: u32,
}

pub(super) fn workspace_show(desk: &Desk, Nothing {}: Nothing) -> Result<WorkspaceView, Fault> {
    let workspace = desk.workspace();
    let (clients, counts) = workspace.store.read(|reader| {
        Ok((client::list(reader)?.len(), fleet::counts(reader, Timestamp::now(), &Filter::default())?))
    })?;
    Ok(WorkspaceView {
        folder: workspace.folder().display().to_string(),
        actor: workspace.actor.clone(),
        version: crate::VERSION.to_owned(),
        clients: u32::try_from(clients).unwrap_or(u32::MAX),
        hosts: counts.in_scope,
    })
}

/// What needs somebody, at one moment.
#[derive(Debug, Serialize, TS)]
pub(crate) struct Today {
    /// The moment.
    pub at: Timestamp,
    /// How many hosts there are.
    pub hosts: u32,
    /// How many hosts have each need.
    pub needs: Vec<NeedCount>,
    /// For each need that some host has: the first hosts that have it, the worst first.
    pub worst: Vec<NeedRows>,
    /// Hosts whose last job did not succeed.
    pub unsuccessful: Vec<UnsuccessfulJob>,
    /// Runs that have jobs under way, driven by this window or not.
    pub unfinished: Vec<RunSummary>,
}

/// A host whose last job did not succeed.
#[derive(Debug, Serialize, TS)]
pub(crate) struct UnsuccessfulJob {
    /// The host.
    pub host: HostPath,
    /// The run.
    pub run: RunId,
    /// The run in a line.
    pub title: String,
    /// Where the job ended.
    pub state: JobState,
    /// Why.
    pub error: Option<Fault>,
    /// When.
    pub ended_at: Option<Timestamp>,
}

pub(super) fn today_show(desk: &Desk, Nothing {}: Nothing) -> Result<Today, Fault> {
    let at = Timestamp::now();
    Ok(desk.workspace().store.read(|reader| {
        let (counts, worst) = fleet::worst(reader, at, FIRST_ROWS)?;
        let needs = needs(&counts);
        let mut unsuccessful = Vec::new();
        for job in job::last_unsuccessful(reader, MOST_JOBS)? {
            unsuccessful.push(UnsuccessfulJob {
                title: run::get(reader, job.run_id)?.title,
                host: job.host,
                run: job.run_id,
                state: job.progress.state,
                ended_at: job.progress.ended_at,
                error: job.progress.outcome.and_then(|outcome| outcome.fault),
            });
        }
        let unfinished =
            run::unfinished(reader)?.into_iter().map(|(run, counts)| RunSummary::of(run, counts)).collect();
        Ok(Today { at, hosts: counts.in_scope, needs, worst, unsuccessful, unfinished })
    })?)
}
