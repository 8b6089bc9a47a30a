//! Executes a run: wave by wave in the plan's order, never more at once than its limits say, and each job to its own end.
//!
//! One task owns the standing of all jobs ([`board`]); the jobs' own tasks tell it when they have ended. Whether a run
//! halts or waits follows from the journal and the plan alone, so that whoever drives it next comes to the same.

mod board;
mod gate;

use crate::execute::{CancelRequests, Setting, execute};
use crate::ports::{Entry, JobView, Journal, Transport};
use board::{Board, Next, Standing};
use jiff::Timestamp;
use millwright_domain::run::{GateStanding, JobEvent, JobState, Outcome, PlanContent, WaitsFor};
use millwright_domain::{Code, Fault};
use std::ops::Range;
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::watch;
use tokio::task::JoinSet;

/// A clock that was set, or a laptop that slept, is noticed after this long.
const LOOK_AT_CLOCK: Duration = Duration::from_secs(20);

/// How far a run came.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Came {
    /// Every job has come to its end.
    ToItsEnd,
    /// A person's word is needed behind a wave.
    ToAGate,
}

/// Drives every job of a plan that can be followed. A job that fails, hangs or cannot be reached never holds up another
/// of its wave.
///
/// `views` are the plan's jobs as the journal has them, in the plan's order. An error means that the journal could not be
/// written: what runs on hosts goes on, and a later call goes on from here.
pub async fn dispatch<T: Transport, J: Journal>(
    setting: &Setting<T, J>,
    plan: Arc<PlanContent>,
    views: Vec<JobView>,
    cancels: watch::Receiver<CancelRequests>,
) -> Result<Came, Fault> {
    let standing = |view: &JobView| {
        let state = view.progress.state;
        match (state == JobState::Waiting, state.can_be_followed()) {
            (true, _) => Standing::Waiting,
            (false, true) => Standing::AtWork,
            (false, false) => Standing::Ended(state),
        }
    };
    let board = Board::new(&plan, views.iter().map(standing).collect());
    let mut drive = Drive {
        setting,
        plan: Arc::clone(&plan),
        board,
        views,
        cancels,
        jobs: JoinSet::new(),
        halted: false,
        lost: None,
    };
    // A host that has the work already needs no turn: its truth should be known first.
    for number in drive.board.standing(0..drive.views.len(), Standing::AtWork) {
        drive.spawn(number);
    }
    let came = drive.waves().await;
    while let Some(ended) = drive.jobs.join_next().await {
        drive.note_end(ended);
    }
    match drive.lost {
        Some(fault) => Err(fault),
        None => came,
    }
}

/// A run that is being driven.
struct Drive<'p, T, J> {
    setting: &'p Setting<T, J>,
    plan: Arc<PlanContent>,
    board: Board<'p>,
    views: Vec<JobView>,
    cancels: watch::Receiver<CancelRequests>,
    jobs: JoinSet<(usize, Result<JobView, Fault>)>,
    /// Whether too many hosts have failed. No gate has anything to decide then.
    halted: bool,
    /// Why nothing can be written down any more. Nothing new is started then.
    lost: Option<Fault>,
}

/// What became of a wave and its gate.
enum Passed {
    /// The next wave may begin.
    Yes,
    /// Nothing begins any more.
    No,
    /// A person has to say so.
    NotYet,
}

impl<T: Transport, J: Journal> Drive<'_, T, J> {
    async fn waves(&mut self) -> Result<Came, Fault> {
        let plan = Arc::clone(&self.plan);
        for (number, (wave, range)) in plan.rollout.waves.iter().zip(plan.rollout.ranges()).enumerate() {
            // The gate of the last wave guards the run's good end, if it asks the hosts for it.
            let guards_end = number + 1 == plan.rollout.waves.len() && wave.gate.probe.is_some();
            let at_its_end = GateStanding { wave: wave_number(number), waits_for: WaitsFor::Probe };
            self.work(range.clone(), guards_end.then_some(at_its_end)).await?;
            if self.lost.is_some() {
                return Ok(Came::ToItsEnd);
            }
            let waits_behind = !self.board.standing(range.end..self.views.len(), Standing::Waiting).is_empty();
            let decides_end = guards_end && !self.halted && self.setting.journal.stands_at_gate()?;
            if !(waits_behind || decides_end) {
                continue;
            }
            match self.gate(number, wave, range, waits_behind).await? {
                Passed::Yes => {}
                Passed::No => break,
                Passed::NotYet => return Ok(Came::ToAGate),
            }
        }
        if self.lost.is_none() {
            self.setting.journal.gate(None).await?;
        }
        Ok(Came::ToItsEnd)
    }

    /// Goes on until every job of a wave has ended. `then` is what the run will stand at behind it: written down while its
    /// last jobs are at work, so that whoever follows a run whose jobs have ended knows whether that is still to come.
    async fn work(&mut self, range: Range<usize>, then: Option<GateStanding>) -> Result<(), Fault> {
        let mut then = then.filter(|_| !self.board.is_over(range.clone()));
        loop {
            self.end_cancelled().await?;
            if let Some(fault) = self.board.too_many_failures() {
                self.halt(&fault).await?;
            }
            let mut wake = None;
            while self.lost.is_none() {
                match self.board.next(range.clone(), Timestamp::now()) {
                    Next::Begin(number) => {
                        self.board.begin(number);
                        self.spawn(number);
                    }
                    Next::Hold(number, fault) => self.end_waiting(number, JobState::Held, fault).await?,
                    Next::NotBefore(moment) => {
                        wake = Some(moment);
                        break;
                    }
                    Next::Nothing => break,
                }
            }
            if self.lost.is_none()
                && self.board.standing(range.clone(), Standing::Waiting).is_empty()
                && let Some(then) = then.take()
            {
                self.setting.journal.gate(Some(then)).await?;
            }
            let nothing_at_work = self.board.standing(range.clone(), Standing::AtWork).is_empty();
            if self.board.is_over(range.clone()) || (self.lost.is_some() && nothing_at_work) {
                return Ok(());
            }
            self.something(wake).await;
        }
    }

    /// Waits until a job has ended, a wish to cancel came, or the moment may have come.
    async fn something(&mut self, wake: Option<Timestamp>) {
        tokio::select! {
            Some(ended) = self.jobs.join_next() => self.note_end(ended),
            Ok(()) = self.cancels.changed() => {}
            () = pause_until(wake) => {}
        }
    }

    fn spawn(&mut self, number: usize) {
        let Some(view) = self.views.get(number).cloned() else { return };
        let (setting, plan, cancels) = (self.setting.clone(), Arc::clone(&self.plan), self.cancels.clone());
        self.jobs.spawn(async move {
            let result = match plan.jobs.get(number) {
                Some(planned) => execute(setting, planned, view, cancels).await,
                None => Err(Fault::new(Code::Internal, "the run has more jobs than its plan")),
            };
            (number, result)
        });
    }

    fn note_end(&mut self, ended: Result<(usize, Result<JobView, Fault>), tokio::task::JoinError>) {
        match ended {
            Ok((number, Ok(view))) => {
                self.board.end(number, view.progress.state);
                if let Some(known) = self.views.get_mut(number) {
                    *known = view;
                }
            }
            Ok((number, Err(fault))) => {
                self.board.end(number, JobState::Unknown);
                self.lost.get_or_insert(fault);
            }
            Err(error) => {
                self.lost.get_or_insert(Fault::new(Code::Internal, format!("a job's task ended: {error}")));
            }
        }
    }

    /// Ends the jobs that somebody has cancelled before their turn came.
    async fn end_cancelled(&mut self) -> Result<(), Fault> {
        let cancels = self.cancels.borrow_and_update().clone();
        if cancels.is_empty() {
            return Ok(());
        }
        for number in self.board.standing(0..self.views.len(), Standing::Waiting) {
            if cancels.contains_key(&self.views[number].id) {
                let fault = Fault::new(Code::Cancelled, "cancelled before it began");
                self.end_waiting(number, JobState::Cancelled, fault).await?;
            }
        }
        Ok(())
    }

    async fn end_waiting(&mut self, number: usize, state: JobState, fault: Fault) -> Result<(), Fault> {
        let ended = JobEvent::Ended(Outcome::of(state, None, fault));
        let view = self.setting.journal.record(self.views[number].id, vec![Entry::Event(ended)]).await?;
        self.board.end(number, state);
        self.views[number] = view;
        Ok(())
    }

    /// Lets nothing begin any more. What is at work comes to its end.
    async fn halt(&mut self, fault: &Fault) -> Result<(), Fault> {
        self.halted = true;
        let waiting = self.board.standing(0..self.views.len(), Standing::Waiting);
        if waiting.is_empty() {
            return Ok(());
        }
        self.end_run(fault, waiting).await
    }

    async fn end_run(&mut self, fault: &Fault, waiting: Vec<usize>) -> Result<(), Fault> {
        let ids = waiting.iter().map(|number| self.views[*number].id).collect();
        self.setting.journal.halt(fault.clone(), ids).await?;
        for number in waiting {
            self.board.end(number, JobState::Held);
        }
        Ok(())
    }
}

fn wave_number(number: usize) -> u32 {
    u32::try_from(number).unwrap_or(u32::MAX)
}

/// Never longer than until the clock should be looked at again.
async fn pause_until(wake: Option<Timestamp>) {
    let pause = match wake {
        Some(moment) => {
            let left = moment.duration_since(Timestamp::now());
            Duration::try_from(left).unwrap_or_default().min(LOOK_AT_CLOCK)
        }
        None => return std::future::pending().await,
    };
    tokio::time::sleep(pause.max(Duration::from_millis(10))).await;
}
