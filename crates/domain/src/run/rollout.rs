//! How a plan goes over its hosts: in waves, with gates between them, and never too many of one kind at once.
//!
//! Owns: the shape that stands in a plan, and which end of a job counts as what. Does not own: the policy that it was
//! made from (the planner reads that), or the going itself (the runner does that).

use crate::run::job::{JobState, RunCounts};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use ts_rs::TS;

/// The way of a plan over its hosts.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct Rollout {
    /// Where it comes from, for people: `the policy of client acme`.
    pub policy: String,
    /// Consecutive stretches of the plan's jobs, from the first one on. What comes after the last wave gets no work.
    pub waves: Vec<Wave>,
    /// The run halts once more jobs than this have failed.
    pub most_failures: Option<u32>,
    /// Jobs that must not all be at work at once.
    pub limits: Vec<Limit>,
}

impl Rollout {
    /// All hosts in one wave, with no rule but the plan's own limit of jobs at once.
    pub fn at_once(jobs: u32) -> Self {
        let waves = if jobs == 0 { Vec::new() } else { vec![Wave::of("all hosts".to_owned(), jobs)] };
        Self { policy: "no policy".to_owned(), waves, most_failures: None, limits: Vec::new() }
    }

    /// The positions of each wave's jobs in the plan.
    pub fn ranges(&self) -> impl Iterator<Item = std::ops::Range<usize>> {
        let mut from = 0;
        self.waves.iter().map(move |wave| {
            let range = from..from + wave.jobs as usize;
            from = range.end;
            range
        })
    }
}

/// Jobs that may run together. A gate stands behind them.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct Wave {
    /// What people call it: `canary`, `wave 2, production`.
    pub title: String,
    /// How many of the plan's jobs it takes, after those of the waves before it.
    pub jobs: u32,
    /// What must be so before the next wave begins.
    pub gate: Gate,
}

impl Wave {
    /// One with an open gate.
    pub fn of(title: String, jobs: u32) -> Self {
        Self { title, jobs, gate: Gate::default() }
    }
}

/// What must be so before the wave behind it begins. The gate of the last wave guards the run's good end.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct Gate {
    /// At least this share of the wave's jobs has succeeded.
    pub least_success_percent: Option<u8>,
    /// Nothing happens for so long after the wave's last job has ended.
    pub soak_seconds: u32,
    /// A command for `sh` that ends with 0 on each host of the wave that has succeeded. It runs as the account that logs
    /// in, and changes nothing.
    pub probe: Option<String>,
    /// Whether a person must say so.
    pub person: bool,
}

impl Gate {
    /// Whether nobody has to wait for anything here.
    pub fn is_open(&self) -> bool {
        *self == Self::default()
    }
}

/// Jobs that must not all be at work at once.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct Limit {
    /// What they have in common: `client acme`, `quorum group db of acme/prod`.
    pub title: String,
    /// How many of them may be at work at once.
    pub at_once: u32,
    /// Their positions in the plan.
    pub jobs: Vec<u32>,
    /// Whether one that did not succeed keeps those that have not begun from beginning: the others of a quorum group have
    /// to carry what it carried.
    pub stops_on_failure: bool,
}

/// Where a run waits between two waves.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct GateStanding {
    /// Behind which wave, from 0.
    pub wave: u32,
    /// What for.
    pub waits_for: WaitsFor,
}

/// What a run waits for.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum WaitsFor {
    /// Time to pass, to see whether the wave stays well.
    Soak {
        /// Until when.
        until: Timestamp,
    },
    /// The probe's answers.
    Probe,
    /// A person's word.
    Person,
}

/// Whether a job that ended so has failed: that it may have broken something, or left it half done.
pub const fn has_failed(state: JobState) -> bool {
    matches!(state, JobState::Failed | JobState::TimedOut | JobState::Interrupted | JobState::Unknown)
}

impl RunCounts {
    /// How many have failed: they may have broken something, or left it half done. One that was never begun has not.
    pub const fn failures(&self) -> u32 {
        self.failed + self.timed_out + self.interrupted + self.unknown
    }
}
