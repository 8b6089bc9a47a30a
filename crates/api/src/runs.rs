//! Runs: beginning one, driving it, following one that somebody else drives, ending it, and what it was.

use crate::journal::{StoreJournal, view};
use crate::planning::Planned;
use crate::settle::FactsAfterwards;
use crate::view::{Context, JobDocument, RunDocument, RunSummary};
use crate::workspace::Workspace;
use millwright_domain::ids::RunId;
use millwright_domain::run::{CancelMode, PlanContent, PlannedStep, RunCounts, RunState, StepKind, has_failed};
use millwright_domain::{Code, Fault, HostPath};
use millwright_packages::PackageManager;
use millwright_runner::remote::HostLayout;
use millwright_runner::{CancelRequests, Secrets, Setting, dispatch};
use millwright_store::table::{approval, cancel_request, event, job, output, package_change, plan, promotion, run};
use millwright_store::{Reader, StoreError};
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::watch;

/// How often wishes to cancel, and a run that somebody else drives, are looked at.
const GLANCE: Duration = Duration::from_millis(500);
/// How many failed jobs are shown with their last lines, how many lines, and where those are looked for.
const JOBS_WITH_LINES: usize = 100;
const LAST_LINES: usize = 5;
const LINE_CHARACTERS: usize = 300;
const TAIL_BYTES: u64 = 16 * 1024;
/// Of what a guard printed, this many lines go into the fault; the output has all of them.
const GUARD_LINES: usize = 4;

impl Workspace {
    /// Approves a plan by its hash and begins its run, all in one. From here on it is in the journal; nothing has been sent
    /// yet.
    pub async fn run_begin(&self, planned: &Planned, approved_hash: &str) -> Result<RunId, Fault> {
        let _under_way = self.store.begin_work()?;
        let (plan, hash) = (planned.plan.clone(), approved_hash.to_owned());
        let begun = self.write(move |writer| {
            approval::add(writer, plan.id, &hash)?;
            run::begin(writer, &plan)
        });
        Ok(begun.await?.id)
    }

    /// Begins the run of a plan that was approved before.
    pub async fn run_begin_approved(&self, planned: &Planned) -> Result<RunId, Fault> {
        let _under_way = self.store.begin_work()?;
        let plan = planned.plan.clone();
        Ok(self.write(move |writer| run::begin(writer, &plan)).await?.id)
    }

    /// Opens the gate that a run waits at for a person. Following the run goes on behind it.
    pub async fn run_promote(&self, id: RunId) -> Result<(), Fault> {
        self.write(move |writer| promotion::add(writer, id)).await
    }

    /// Drives a run to the end of every job that can end, or to a gate that waits for a person; or waits while another
    /// process does.
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

    /// The runs with jobs that have not ended, the newest first.
    pub fn runs_unfinished(&self) -> Result<Vec<RunSummary>, Fault> {
        let runs = self.store.read(run::unfinished)?;
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
                .collect::<Vec<_>>();
            let jobs = with_last_lines(reader, jobs)?;
            let counts = job::counts(reader, id)?;
            let approval = approval::of_plan(reader, run.plan_id)?;
            let followers = run::followers(reader, id)?;
            let packages = package_change::of_run(reader, id)?;
            Ok(RunDocument::of(run, counts, &plan.content, jobs, Context { approval, followers, packages }))
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
        let run = self.run_summary(id)?;
        Ok(run.state == RunState::Running)
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
            journal: Arc::new(StoreJournal { store: self.store.clone(), run: id }),
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

/// Adds the last lines of those that failed; of very many, of the first ones only.
fn with_last_lines(reader: &Reader<'_>, mut jobs: Vec<JobDocument>) -> Result<Vec<JobDocument>, StoreError> {
    let failed = jobs.iter_mut().filter(|job| has_failed(job.state) && job.output_length > 0);
    for job in failed.take(JOBS_WITH_LINES) {
        let from = job.output_length.saturating_sub(TAIL_BYTES);
        let tail = output::read(reader, job.id, from, TAIL_BYTES)?;
        let text = String::from_utf8_lossy(PackageManager::Apt.up_to_failure(&tail));
        let lines: Vec<&str> = text.lines().map(str::trim_end).filter(|line| !line.is_empty()).collect();
        let shown = lines.len().saturating_sub(LAST_LINES);
        job.last_lines = lines[shown..].iter().map(|line| line.chars().take(LINE_CHARACTERS).collect()).collect();
    }
    Ok(jobs)
}

/// What the package manager's output says of its failure.
fn diagnosis(step: &PlannedStep, exit_code: i32, output: &[u8]) -> Option<Fault> {
    match step.kind {
        StepKind::Packages => Some(PackageManager::Apt.diagnose(exit_code, output)),
        StepKind::Commands => None,
        StepKind::Guard => Some(
            Fault::new(Code::PlanStale, format!("the plan is stale: {}", said(output)))
                .with_hint("Nothing was changed. Plan again for this host: resuming the run does."),
        ),
        StepKind::RestartGuard => Some(
            Fault::new(Code::RestartRefused, format!("the host may not be restarted now: {}", said(output)))
                .with_hint("Nothing was changed. Resume the run later, or plan it with --reboot never."),
        ),
    }
}

/// What a guard printed, in a line.
fn said(output: &[u8]) -> String {
    let text = String::from_utf8_lossy(output);
    let lines: Vec<&str> = text.lines().map(str::trim).filter(|line| !line.is_empty()).collect();
    let (shown, more) = lines.split_at(lines.len().min(GUARD_LINES));
    match (shown.is_empty(), more.len()) {
        (true, _) => "it does not say why".to_owned(),
        (false, 0) => shown.join("; "),
        (false, more) => format!("{}; and {more} more", shown.join("; ")),
    }
}
