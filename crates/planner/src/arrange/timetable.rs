//! When work on each host may begin.

use crate::snapshot::{Candidate, CandidateEnvironment};
use crate::terms::{Terms, WindowRule};
use jiff::Timestamp;
use millwright_domain::Fault;
use millwright_domain::ids::EnvironmentId;
use millwright_domain::run::{LeftOut, PlannedJob};
use millwright_domain::window::{Span, Standing};
use std::collections::HashMap;

/// When work may begin in each environment. It is found out once for each, however many hosts are in it.
pub(super) struct Timetable<'t> {
    terms: &'t Terms,
    slots: HashMap<EnvironmentId, Slot>,
    expires_at: Timestamp,
}

#[derive(Clone)]
enum Slot {
    AnyTime,
    Within(Span),
    Closed(Fault),
}

impl<'t> Timetable<'t> {
    pub(super) fn new(terms: &'t Terms) -> Self {
        Self { terms, slots: HashMap::new(), expires_at: terms.expires_at }
    }

    /// The job with the time when it may begin, or held.
    pub(super) fn apply(&mut self, mut job: PlannedJob, candidate: &Candidate) -> PlannedJob {
        let terms = self.terms;
        match self.slots.entry(candidate.host.environment_id).or_insert_with(|| slot(&candidate.environment, terms)) {
            Slot::AnyTime => job,
            Slot::Within(span) => {
                job.window = Some(*span);
                if let WindowRule::WaitFor { .. } = terms.windows {
                    self.expires_at = self.expires_at.max(span.until);
                }
                job
            }
            Slot::Closed(fault) => candidate.left_out(LeftOut::Held(fault.clone())),
        }
    }

    /// When the plan is too old to begin.
    pub(super) fn expires_at(&self) -> Timestamp {
        self.expires_at
    }
}

fn slot(environment: &CandidateEnvironment, terms: &Terms) -> Slot {
    let (mine, waits) = match &terms.windows {
        WindowRule::Respect { mine } => (mine, false),
        WindowRule::WaitFor { mine } => (mine, true),
        WindowRule::Override { .. } => return Slot::AnyTime,
    };
    let CandidateEnvironment { windows, zone, .. } = environment;
    let span = match windows.standing(terms.now, zone) {
        Standing::Always => return Slot::AnyTime,
        Standing::Open { until } => Some(Span { from: terms.now, until }),
        Standing::Closed { .. } if waits => windows.next(terms.now, zone, 1).first().copied(),
        Standing::Closed { .. } => None,
    };
    match span {
        Some(span) => Slot::Within(span),
        None => windows.refusal(terms.now, zone, mine).map_or(Slot::AnyTime, Slot::Closed),
    }
}
