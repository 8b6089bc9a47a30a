//! Which job may begin next, and when a run has to halt. Knows the plan and each job's standing, and nothing else: no
//! clock, no host, no journal.

use jiff::Timestamp;
use millwright_domain::run::{JobState, PlanContent, RunCounts, Wave, has_failed};
use millwright_domain::{Code, Fault};
use std::ops::Range;

/// A job, as far as turns go.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Standing {
    /// Its turn has not come.
    Waiting,
    /// It is being driven.
    AtWork,
    /// It has come to an end.
    Ended(JobState),
}

/// What can be done next in a wave.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Next {
    /// This job begins.
    Begin(usize),
    /// This job must not begin any more.
    Hold(usize, Fault),
    /// Nothing before this moment, unless a job ends.
    NotBefore(Timestamp),
    /// Nothing unless a job ends.
    Nothing,
}

/// The standing of every job of a plan.
pub(super) struct Board<'p> {
    plan: &'p PlanContent,
    jobs: Vec<Standing>,
    /// Of each job, the plan's limits that it falls under.
    limits_of: Vec<Vec<usize>>,
    /// How many jobs under each limit are at work.
    at_work: Vec<u32>,
    all_at_work: u32,
    failures: u32,
}

impl<'p> Board<'p> {
    /// The board of a plan whose jobs stand like this.
    pub(super) fn new(plan: &'p PlanContent, jobs: Vec<Standing>) -> Self {
        let mut limits_of = vec![Vec::new(); jobs.len()];
        for (number, limit) in plan.rollout.limits.iter().enumerate() {
            for job in &limit.jobs {
                if let Some(limits) = limits_of.get_mut(*job as usize) {
                    limits.push(number);
                }
            }
        }
        let mut board =
            Self { plan, jobs, limits_of, at_work: vec![0; plan.rollout.limits.len()], all_at_work: 0, failures: 0 };
        for number in 0..board.jobs.len() {
            match board.jobs[number] {
                Standing::Waiting => {}
                Standing::AtWork => board.count(number, 1),
                Standing::Ended(state) => board.failures += u32::from(has_failed(state)),
            }
        }
        board
    }

    /// The jobs in a range that stand so.
    pub(super) fn standing(&self, range: Range<usize>, wanted: Standing) -> Vec<usize> {
        range.filter(|number| self.jobs.get(*number) == Some(&wanted)).collect()
    }

    /// The jobs in a range that have succeeded.
    pub(super) fn succeeded(&self, range: Range<usize>) -> Vec<usize> {
        self.standing(range, Standing::Ended(JobState::Succeeded))
    }

    /// Whether every job in a range has ended.
    pub(super) fn is_over(&self, range: Range<usize>) -> bool {
        range.into_iter().all(|number| matches!(self.jobs.get(number), Some(Standing::Ended(_)) | None))
    }

    /// A job begins.
    pub(super) fn begin(&mut self, number: usize) {
        if let Some(standing) = self.jobs.get_mut(number) {
            *standing = Standing::AtWork;
            self.count(number, 1);
        }
    }

    /// A job has ended, or never begins.
    pub(super) fn end(&mut self, number: usize, state: JobState) {
        let Some(standing) = self.jobs.get_mut(number) else { return };
        let was_at_work = *standing == Standing::AtWork;
        *standing = Standing::Ended(state);
        self.failures += u32::from(has_failed(state));
        if was_at_work {
            self.count(number, -1);
        }
    }

    /// What can be done next among these jobs.
    pub(super) fn next(&self, range: Range<usize>, now: Timestamp) -> Next {
        let mut soonest: Option<Timestamp> = None;
        for number in self.standing(range, Standing::Waiting) {
            if let Some(fault) = self.stopped(number) {
                return Next::Hold(number, fault);
            }
            if now >= self.plan.expires_at {
                // A run that nobody drove for days must not go on with hosts as they were then.
                let fault = Fault::new(Code::PlanExpired, "the plan expired before the host's turn came")
                    .with_hint("Resume the run: that plans again for this host.");
                return Next::Hold(number, fault);
            }
            match self.plan.jobs.get(number).and_then(|job| job.window) {
                Some(window) if now >= window.until => {
                    let closed = window.until.strftime("%Y-%m-%d %H:%M UTC");
                    let fault = Fault::new(Code::OutsideWindow, format!("its maintenance window closed at {closed}"))
                        .with_hint("Resume the run in the next window.");
                    return Next::Hold(number, fault);
                }
                Some(window) if now < window.from => {
                    soonest = Some(soonest.map_or(window.from, |soonest| soonest.min(window.from)));
                    continue;
                }
                Some(_) | None => {}
            }
            if self.has_room(number) {
                return Next::Begin(number);
            }
        }
        soonest.map_or(Next::Nothing, Next::NotBefore)
    }

    /// The rule that is broken by the failures so far, if one is.
    pub(super) fn too_many_failures(&self) -> Option<Fault> {
        let allowed = self.plan.rollout.most_failures?;
        (self.failures > allowed).then(|| {
            let failed = hosts(self.failures);
            halted(format!("{failed} failed; {} allows {allowed}", self.plan.rollout.policy))
        })
    }

    /// The rule of its gate that a wave has broken, now that it is over.
    pub(super) fn too_little_success(&self, wave: &Wave, range: Range<usize>) -> Option<Fault> {
        let least = u32::from(wave.gate.least_success_percent?);
        let counts = RunCounts::of(range.filter_map(|number| match self.jobs.get(number)? {
            Standing::Ended(state) => Some(*state),
            Standing::Waiting | Standing::AtWork => None,
        }));
        (counts.succeeded * 100 < least * counts.total).then(|| {
            let (title, succeeded, total) = (&wave.title, counts.succeeded, counts.total);
            let policy = &self.plan.rollout.policy;
            halted(format!("{succeeded} of {total} hosts of “{title}” succeeded; {policy} wants {least} %"))
        })
    }

    /// Why a job's group keeps it from beginning, if it does.
    fn stopped(&self, number: usize) -> Option<Fault> {
        let limits = self.limits_of.get(number)?.iter().filter_map(|limit| self.plan.rollout.limits.get(*limit));
        for limit in limits.filter(|limit| limit.stops_on_failure) {
            let lost = limit.jobs.iter().find(
                |job| matches!(self.jobs.get(**job as usize), Some(Standing::Ended(state)) if has_failed(*state)),
            );
            if let Some(lost) = lost.and_then(|lost| self.plan.jobs.get(*lost as usize)) {
                return Some(
                    Fault::new(
                        Code::GroupStopped,
                        format!("“{}” of the same {} did not come through", lost.host, limit.title),
                    )
                    .with_hint("See to that host first, then resume the run."),
                );
            }
        }
        None
    }

    fn has_room(&self, number: usize) -> bool {
        let limits = self.limits_of.get(number).map_or(&[][..], Vec::as_slice);
        self.all_at_work < self.plan.parallel.max(1)
            && limits.iter().all(|limit| self.at_work[*limit] < self.plan.rollout.limits[*limit].at_once.max(1))
    }

    fn count(&mut self, number: usize, change: i32) {
        self.all_at_work = self.all_at_work.saturating_add_signed(change);
        for limit in self.limits_of.get(number).into_iter().flatten() {
            self.at_work[*limit] = self.at_work[*limit].saturating_add_signed(change);
        }
    }
}

/// What a halted run says.
pub(super) fn halted(why: String) -> Fault {
    Fault::new(Code::RunHalted, why).with_hint("See to the hosts that failed; resuming goes on with what is missing.")
}

fn hosts(count: u32) -> String {
    if count == 1 { "1 host".to_owned() } else { format!("{count} hosts") }
}

#[cfg(test)]
#[path = "board_tests.rs"]
mod tests;
