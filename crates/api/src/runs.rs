//! Runs: beginning one, driving it, following one that somebody else drives, ending it, and what it was.

use crate::journal::view;
use crate::planning::Planned;
use crate::settle::FactsAfterwards;
use crate::view::{JobDocument, RunDocument, RunSummary};
use crate::workspace::Workspace;
use millwright_domain::ids::RunId;
use millwright_domain::run::{CancelMode, PlanContent, PlannedStep, RunCounts, StepKind};
use millwright_domain::{Code, Fault, HostPath};
use millwright_packages::PackageManager;
use millwright_runner::remote::HostLayout;
use millwright_runner::{CancelRequests, Secrets, Setting, dispatch};
use millwright_store::table::{cancel_request, event, job, output, plan, run};
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::watch;

/// How often wishes to cancel, and a run that somebody else drives, are looked at.
const GLANCE: Duration = Duration::from_millis(500);

impl Workspace {
    /// Begins the run of a plan whose hash was approved. From here on it is in the journal; nothing has been sent yet.
    pub async fn run_begin(&self, planned: &Planned, approved_hash: &str) -> Result<RunId, Fault> {
        if planned.plan.hash != approved_hash {
            return Err(Fault::new(Code::PlanMismatch, "the plan is not the one that was approved"));
        }
        let plan = planned.plan.clone();
        Ok(self.write(move |writer| run::begin(writer, &plan)).await?.id)
    }

    /// Drives a run to the end of every job that can end, or waits while another process does.
    ///
    /// Hosts that have work already are asked, and believed. Dropping this leaves them at work.
    pub async fn run_follow(&self, id: RunId, secrets: Arc<Secrets>) -> Result<(), Fault> {
        loop {
            if let Some(_lease) = self.store.lease_run(id)? {
                return self.drive(id, secrets).await;
            }
            if !self.may_be_followed(id)? {
                return Ok(());
            }
            tokio::time::sleep(GLANCE).await;
        }
    }

    /// Asks for the end of every job of a run that has not ended, and sees to it if nobody else does.
    pub async fn run_cancel(&self, id: RunId, mode: CancelMode) -> Result<(), Fault> {
        self.run_ask_to_cancel(id, mode).await?;
        self.run_follow(id, Arc::default()).await
    }

    /// Asks for the end of every job of a run that has not ended. Whoever drives the run sees to it.
    pub async fn run_ask_to_cancel(&self, id: RunId, mode: CancelMode) -> Result<(), Fault> {
        let open: Vec<_> = self
            .store
            .read(|reader| job::of_run(reader, id))?
            .into_iter()
            .filter(|job| job.progress.state.can_be_followed())
            .map(|job| job.id)
            .collect();
        if open.is_empty() {
            return Ok(());
        }
        self.write(move |writer| cancel_request::add(writer, id, &open, mode)).await
    }

    /// The newest runs, the newest first.
    pub fn run_list(&self, limit: u32) -> Result<Vec<RunSummary>, Fault> {
        let runs = self.store.read(|reader| run::newest(reader, limit))?;
        Ok(runs.into_iter().map(|(run, counts)| RunSummary::of(run, counts)).collect())
    }

    /// One run, without its jobs.
    pub fn run_summary(&self, id: RunId) -> Result<RunSummary, Fault> {
        Ok(self.store.read(|reader| Ok(RunSummary::of(run::get(reader, id)?, job::counts(reader, id)?)))?)
    }

    /// The run whose id begins or ends with a text.
    pub fn run_find(&self, id: &str) -> Result<RunId, Fault> {
        Ok(self.store.read(|reader| run::find(reader, id))?.id)
    }

    /// A run with its jobs.
    pub fn run_show(&self, id: RunId) -> Result<RunDocument, Fault> {
        Ok(self.store.read(|reader| {
            let run = run::get(reader, id)?;
            let plan = plan::find(reader, run.plan_id)?;
            let jobs = job::of_run(reader, id)?
                .into_iter()
                .zip(&plan.content.jobs)
                .map(|(job, planned)| JobDocument::of(job, planned))
                .collect();
            let counts = job::counts(reader, id)?;
            Ok(RunDocument::of(run, counts, &plan.content, jobs))
        })?)
    }

    /// How many of a run's jobs are in which state.
    pub fn run_counts(&self, id: RunId) -> Result<RunCounts, Fault> {
        Ok(self.store.read(|reader| job::counts(reader, id))?)
    }

    /// A piece of what a host printed in a run, as the bytes came.
    pub fn run_output(&self, id: RunId, host: &HostPath, from: u64, length: u64) -> Result<Vec<u8>, Fault> {
        Ok(self.store.read(|reader| {
            let found = job::of_run_and_host(reader, id, host)?.ok_or_else(|| {
                Fault::new(Code::NotFound, format!("“{host}” has no part in this run"))
                    .with_hint("`millwright run show ID` lists its hosts.")
            })?;
            output::read(reader, found.id, from, length)
        })?)
    }

    /// The run's journal after a place in it.
    pub fn run_events(&self, id: RunId, after: u64, limit: u32) -> Result<Vec<event::Event>, Fault> {
        Ok(self.store.read(|reader| event::of_run_after(reader, id, after, limit))?)
    }

    fn may_be_followed(&self, id: RunId) -> Result<bool, Fault> {
        let jobs = self.store.read(|reader| job::of_run(reader, id))?;
        Ok(jobs.iter().any(|job| !job.progress.state.has_ended()))
    }

    async fn drive(&self, id: RunId, secrets: Arc<Secrets>) -> Result<(), Fault> {
        self.connections.refresh()?;
        let (plan, jobs) = self.store.read(|reader| {
            let run = run::get(reader, id)?;
            Ok((plan::find(reader, run.plan_id)?, job::of_run(reader, id)?))
        })?;
        let content: Arc<PlanContent> = Arc::new(plan.content);
        let setting = Setting {
            transport: Arc::clone(&self.connections),
            journal: Arc::new(self.journal()),
            secrets,
            diagnosis,
            layout: HostLayout::default(),
            reconnect_for: Duration::from_secs(u64::from(self.reconnect_minutes()?) * 60),
        };
        let (wishes, cancels) = watch::channel(self.cancel_requests(id)?);
        // Of a run that has ended, nothing new can be learnt from its hosts.
        let afterwards = if jobs.iter().any(|job| job.progress.state.can_be_followed()) {
            FactsAfterwards::Ask
        } else {
            FactsAfterwards::Leave
        };
        let views = jobs.into_iter().map(view).collect();
        let work = dispatch(&setting, Arc::clone(&content), views, cancels);
        tokio::pin!(work);
        loop {
            tokio::select! {
                result = &mut work => {
                    result?;
                    break;
                }
                () = tokio::time::sleep(GLANCE) => {
                    let requests = self.cancel_requests(id)?;
                    wishes.send_if_modified(|known| {
                        let differ = **known != *requests;
                        *known = requests;
                        differ
                    });
                }
            }
        }
        self.settle(id, &content, afterwards).await
    }

    fn cancel_requests(&self, id: RunId) -> Result<CancelRequests, Fault> {
        Ok(Arc::new(self.store.read(|reader| cancel_request::of_run(reader, id))?))
    }
}

/// What the package manager's output says of its failure.
fn diagnosis(step: &PlannedStep, exit_code: i32, output: &[u8]) -> Option<Fault> {
    match step.kind {
        StepKind::Packages => Some(PackageManager::Apt.diagnose(exit_code, output)),
        StepKind::Commands => None,
    }
}
