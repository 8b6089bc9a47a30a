//! Executes one job: connects, starts the work, follows it through lost links, and writes down how it ended.

mod attached;
mod detached;
mod prepare;
mod reboot;
mod task;

use crate::mask::Mask;
use crate::ports::{Entry, JobView, Journal, Transport};
use crate::remote::HostLayout;
use jiff::Timestamp;
use millwright_domain::ids::JobId;
use millwright_domain::run::{
    CancelMode, JobEvent, JobState, Outcome, PlannedJob, PlannedStep, StepKind, StepProgress, Work,
};
use millwright_domain::{Code, Fault};
use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::watch;
use zeroize::Zeroizing;

/// Which jobs a person wants to end, and how.
pub type CancelRequests = Arc<HashMap<JobId, CancelMode>>;

/// Reads a failure off a step's output: `(step, exit code, last output)`.
pub type Diagnosis = fn(&PlannedStep, i32, &[u8]) -> Option<Fault>;

/// The secrets of a run, by name.
pub type Secrets = BTreeMap<String, Zeroizing<Vec<u8>>>;

/// What is the same for all jobs of a run.
pub struct Setting<T, J> {
    /// The way to hosts.
    pub transport: Arc<T>,
    /// The journal.
    pub journal: Arc<J>,
    /// Secrets, by name. None is ever written down.
    pub secrets: Arc<Secrets>,
    /// Reads failures off output.
    pub diagnosis: Diagnosis,
    /// Where things lie on hosts.
    pub layout: HostLayout,
    /// How long a lost host is looked for before its job is called unknown.
    pub reconnect_for: Duration,
}

impl<T, J> Clone for Setting<T, J> {
    fn clone(&self) -> Self {
        Self {
            transport: Arc::clone(&self.transport),
            journal: Arc::clone(&self.journal),
            secrets: Arc::clone(&self.secrets),
            diagnosis: self.diagnosis,
            layout: self.layout.clone(),
            reconnect_for: self.reconnect_for,
        }
    }
}

/// Drives one job to its end, from wherever the journal says that it is. Only a journal that cannot be written is an error.
pub(crate) async fn execute<T: Transport, J: Journal>(
    setting: Setting<T, J>,
    planned: &PlannedJob,
    view: JobView,
    cancels: watch::Receiver<CancelRequests>,
) -> Result<JobView, Fault> {
    if !view.progress.state.can_be_followed() {
        return Ok(view);
    }
    let mask = Mask::new(setting.secrets.values().map(|secret| secret.as_slice()));
    let mut job = Job { setting, planned, view, cancels, mask, tail: Vec::new(), failed_step: None };
    match &planned.work {
        Work::Attached { script, privilege, timeout_seconds } => {
            attached::run(&mut job, script, *privilege, *timeout_seconds).await?;
        }
        Work::Detached(work) => detached::run(&mut job, work).await?,
        // The journal has ended these when the run began.
        Work::Satisfied { .. } | Work::LeftOut(_) => {}
    }
    Ok(job.view)
}

/// A job at work.
struct Job<'p, T, J> {
    setting: Setting<T, J>,
    planned: &'p PlannedJob,
    view: JobView,
    cancels: watch::Receiver<CancelRequests>,
    mask: Mask,
    /// The last output, for the diagnosis of a failure.
    tail: Vec<u8>,
    /// The last step that ended with a code other than 0.
    failed_step: Option<StepProgress>,
}

const TAIL_BYTES: usize = 16 * 1024;

impl<T: Transport, J: Journal> Job<'_, T, J> {
    async fn record(&mut self, entries: Vec<Entry>) -> Result<(), Fault> {
        if !entries.is_empty() {
            self.view = self.setting.journal.record(self.view.id, entries).await?;
        }
        Ok(())
    }

    async fn event(&mut self, event: JobEvent) -> Result<(), Fault> {
        self.record(vec![Entry::Event(event)]).await
    }

    /// An event that nothing depends on: it is on its way to the disk, ahead of all that follows.
    fn note(&mut self, event: JobEvent) -> Result<(), Fault> {
        self.view.progress = self.view.progress.clone().apply(Timestamp::now(), &event)?;
        self.setting.journal.note(self.view.id, event)
    }

    async fn end(&mut self, outcome: Outcome) -> Result<(), Fault> {
        self.event(JobEvent::Ended(outcome)).await
    }

    /// Connects and notes whether the host was reached.
    async fn connect(&self) -> Result<Result<T::Link, Fault>, Fault> {
        let host = self.planned.host_id;
        let link = self.setting.transport.connect(host).await;
        let result = link.as_ref().map(drop).map_err(Clone::clone);
        self.setting.journal.contact(host, result)?;
        Ok(link)
    }

    /// Connects for the first time: a host that cannot be reached ends the job before it began.
    async fn connect_first(&mut self) -> Result<Option<T::Link>, Fault> {
        self.note(JobEvent::Connecting)?;
        match self.connect().await? {
            Ok(link) => Ok(Some(link)),
            Err(fault) => {
                self.end(Outcome::of(JobState::Unreachable, None, fault)).await?;
                Ok(None)
            }
        }
    }

    fn cancel_requested(&self) -> Option<CancelMode> {
        self.cancels.borrow().get(&self.view.id).copied()
    }

    fn remember(&mut self, bytes: &[u8]) {
        self.tail.extend_from_slice(bytes);
        let surplus = self.tail.len().saturating_sub(TAIL_BYTES);
        self.tail.drain(..surplus);
    }

    /// What a step's output says of its failure, where somebody can read it.
    fn explain(&self, outcome: Outcome) -> Outcome {
        if outcome.state != JobState::Failed {
            return outcome;
        }
        let Some((step, code)) = self.failed_step.as_ref().and_then(|failed| {
            let step = steps(self.planned).find(|step| step.number == failed.number)?;
            Some((step, task::exit_code(failed)?))
        }) else {
            return outcome;
        };
        let fault = (self.setting.diagnosis)(step, code, &self.tail).or(outcome.fault);
        let state = match step.kind {
            // Nothing was changed: it only must not be, now.
            StepKind::Guard | StepKind::RestartGuard => JobState::Held,
            StepKind::Packages | StepKind::Commands => outcome.state,
        };
        Outcome { state, fault, ..outcome }
    }
}

/// Waits a moment that grows with every attempt, but not for ever.
struct Backoff {
    until: tokio::time::Instant,
    pause: Duration,
}

impl Backoff {
    fn of(total: Duration) -> Self {
        Self { until: tokio::time::Instant::now() + total, pause: Duration::from_millis(250) }
    }

    /// False when the time is up.
    async fn wait(&mut self) -> bool {
        if tokio::time::Instant::now() >= self.until {
            return false;
        }
        tokio::time::sleep(self.pause).await;
        self.pause = (self.pause * 2).min(Duration::from_secs(10));
        true
    }
}

fn steps(planned: &PlannedJob) -> impl Iterator<Item = &PlannedStep> {
    let stages = match &planned.work {
        Work::Detached(work) => work.stages.as_slice(),
        Work::Satisfied { .. } | Work::Attached { .. } | Work::LeftOut(_) => &[],
    };
    stages.iter().flat_map(|stage| &stage.steps)
}

/// Faults of a connection are worth another try; faults of identity, rights and configuration are not.
fn may_pass(fault: &Fault) -> bool {
    use Code::{
        ChannelRefused, ConnectionRefused, DeadlineExceeded, LinkLost, NameNotFound, NoRoute, NotSsh, Protocol,
        TimeoutBanner, TimeoutKeyExchange, TimeoutTcp,
    };
    matches!(
        fault.code,
        ConnectionRefused
            | NoRoute
            | TimeoutTcp
            | TimeoutBanner
            | TimeoutKeyExchange
            | LinkLost
            | DeadlineExceeded
            | ChannelRefused
            | NameNotFound
            | NotSsh
            | Protocol
    )
}
