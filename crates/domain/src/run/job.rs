//! The life of a job: its states, the events that move it, and what is derived from them.
//!
//! The journal holds events; state is nothing but their sum ([`JobProgress::apply`]). An event that cannot follow is
//! refused, so that no bug and no second process can make a finished job run again.

use crate::actor::Actor;
use crate::fault::{Code, Fault};
use crate::ids::TaskId;
use crate::run::rollout::{GateStanding, WaitsFor};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use std::fmt;
use ts_rs::TS;

macro_rules! states {
    ($($(#[doc = $doc:literal])* $name:ident = $text:literal;)*) => {
        /// Where a job is. The names are the ones that people see.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize, TS)]
        pub enum JobState { $($(#[doc = $doc])* #[serde(rename = $text)] $name,)* }

        impl JobState {
            /// Every state.
            pub const ALL: &'static [JobState] = &[$(JobState::$name,)*];

            /// The word for it.
            pub const fn as_str(self) -> &'static str {
                match self { $(JobState::$name => $text,)* }
            }
        }
    };
}

states! {
    /// Its turn has not come.
    Waiting = "waiting";
    /// We are on the way to the host.
    Connecting = "connecting";
    /// The host has it.
    Running = "running";
    /// Proved to have done what it should.
    Succeeded = "succeeded";
    /// Proved not to.
    Failed = "failed";
    /// A person ended it, and the host confirmed.
    Cancelled = "cancelled";
    /// It took longer than it may.
    TimedOut = "timed-out";
    /// The host was restarted under it.
    Interrupted = "interrupted";
    /// The host had it, and we do not know what became of it. Following it again may tell.
    Unknown = "unknown";
    /// It never started: no way to the host.
    Unreachable = "unreachable";
    /// It never started: this action is not for this host.
    Skipped = "skipped";
    /// It never started: a rule or the host's state says not now.
    Held = "held";
}

impl JobState {
    /// Whether nothing will happen any more without a person.
    pub const fn has_ended(self) -> bool {
        !matches!(self, JobState::Waiting | JobState::Connecting | JobState::Running)
    }

    /// Whether the truth may still be learnt from the host.
    pub const fn can_be_followed(self) -> bool {
        !self.has_ended() || matches!(self, JobState::Unknown)
    }
}

impl fmt::Display for JobState {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl std::str::FromStr for JobState {
    type Err = Fault;

    fn from_str(text: &str) -> Result<Self, Fault> {
        JobState::ALL
            .iter()
            .copied()
            .find(|state| state.as_str() == text)
            .ok_or_else(|| Fault::new(Code::Internal, format!("“{text}” is not the state of any job")))
    }
}

/// How a job ended.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct Outcome {
    /// A state that has ended.
    pub state: JobState,
    /// The exit code of the work, where there was one.
    pub exit_code: Option<i32>,
    /// Why it did not succeed.
    pub fault: Option<Fault>,
}

impl Outcome {
    /// It did what it should.
    pub const fn succeeded() -> Self {
        Self { state: JobState::Succeeded, exit_code: Some(0), fault: None }
    }

    /// It did not, or never began.
    pub const fn of(state: JobState, exit_code: Option<i32>, fault: Fault) -> Self {
        Self { state, exit_code, fault: Some(fault) }
    }
}

/// What happened to a job. Times are the journal's; a step's time is the host's own.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(tag = "event", rename_all = "snake_case")]
pub enum JobEvent {
    /// We set out for the host.
    Connecting,
    /// From here on the host may know of the task: written *before* the host hears of it.
    Launching {
        /// Which stage, from 0; none for attached work.
        stage: Option<u32>,
        /// The task's directory on the host; none for attached work.
        task: Option<TaskId>,
    },
    /// The host said that the task runs.
    Started,
    /// A step began, ended or was left out.
    Step(StepProgress),
    /// The connection broke; the host goes on.
    LinkLost {
        /// Why.
        fault: Fault,
    },
    /// The connection is back, and the host was asked to go on from this byte.
    Reattached {
        /// The offset in the current stage's output.
        offset: u64,
    },
    /// The current stage's task has ended well.
    TaskDone,
    /// The current stage has ended well, with its restart if it has one.
    StageDone,
    /// The host is to restart; it has when its boot id is another one.
    Rebooting {
        /// The boot id before.
        boot_id: String,
    },
    /// A person wants it to end.
    CancelRequested {
        /// Who.
        actor: Actor,
        /// How.
        mode: CancelMode,
    },
    /// What is kept of the output is not all that was printed. The verdict stands all the same.
    OutputIncomplete {
        /// Why.
        why: Incompleteness,
    },
    /// It ended.
    Ended(Outcome),
}

/// Why a job's output is not whole.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum Incompleteness {
    /// It was longer than may be kept: the beginning is there.
    Cut,
    /// Something on the host overwrote the file that it was collected in.
    Altered,
}

/// How a job should be ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum CancelMode {
    /// As soon as the step at work has ended: right for package managers.
    AfterStep,
    /// Now: TERM, and KILL after a grace.
    Now,
}

/// What happened to a step.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct StepProgress {
    /// Which step of the job, from 1.
    pub number: u32,
    /// What happened.
    pub change: StepChange,
    /// When, by the host's clock.
    pub at: Timestamp,
    /// How long the job's output was at that moment.
    pub offset: u64,
}

/// What can happen to a step.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(tag = "change", rename_all = "snake_case")]
pub enum StepChange {
    /// Its condition is being tried.
    Checking,
    /// It began.
    Started,
    /// Its condition did not hold.
    Skipped,
    /// It ended.
    Finished {
        /// With this code.
        exit_code: i32,
        /// By itself or not.
        ending: StepEnding,
    },
}

/// Why a step ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum StepEnding {
    /// By itself.
    Exited,
    /// It, or its job, took longer than it may.
    TimedOut,
    /// Somebody asked for it.
    Cancelled,
}

/// A job as the sum of its events.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct JobProgress {
    /// Where it is.
    pub state: JobState,
    /// When the host first may have had it.
    pub started_at: Option<Timestamp>,
    /// When it ended.
    pub ended_at: Option<Timestamp>,
    /// The stage that is at work or was last.
    pub stage: Option<u32>,
    /// Whether the current stage's task has ended well; a restart may still be due.
    pub task_done: bool,
    /// How many stages have ended well.
    pub stages_done: u32,
    /// The task on the host, while there is one to ask about.
    pub task: Option<TaskId>,
    /// The step that is at work or was last.
    pub step: Option<u32>,
    /// Whether a person asked for its end.
    pub cancel: Option<CancelMode>,
    /// The boot id that the host should lose, while it restarts because the plan says so.
    pub rebooting_from: Option<String>,
    /// Whether the connection is broken just now.
    pub link_lost: bool,
    /// How many events of steps the current task has told.
    pub task_step_events: u64,
    /// Why the output is not whole, if it is not.
    pub output_incomplete: Option<Incompleteness>,
    /// How it ended.
    pub outcome: Option<Outcome>,
}

impl Default for JobProgress {
    fn default() -> Self {
        Self {
            state: JobState::Waiting,
            started_at: None,
            ended_at: None,
            stage: None,
            task_done: false,
            stages_done: 0,
            task: None,
            step: None,
            cancel: None,
            rebooting_from: None,
            link_lost: false,
            task_step_events: 0,
            output_incomplete: None,
            outcome: None,
        }
    }
}

impl JobProgress {
    /// The job after an event, or why that event cannot follow.
    pub fn apply(mut self, at: Timestamp, event: &JobEvent) -> Result<Self, Fault> {
        if !self.may_follow(event) {
            return Err(Fault::new(
                Code::Internal,
                format!("a job that is {} cannot take the event {event:?}", self.state),
            ));
        }
        match event {
            JobEvent::Connecting => {
                if matches!(self.state, JobState::Waiting) {
                    self.state = JobState::Connecting;
                }
            }
            JobEvent::Launching { stage, task } => {
                self.state = JobState::Running;
                self.started_at = self.started_at.or(Some(at));
                (self.stage, self.task, self.task_step_events) = (*stage, *task, 0);
                self.task_done = false;
            }
            JobEvent::TaskDone => (self.task, self.task_done) = (None, true),
            JobEvent::StageDone => {
                (self.task, self.task_done, self.rebooting_from) = (None, false, None);
                self.stages_done += 1;
            }
            JobEvent::Started => self.link_lost = false,
            JobEvent::Step(step) => {
                self.step = Some(step.number);
                self.task_step_events += 1;
            }
            JobEvent::LinkLost { .. } => self.link_lost = true,
            JobEvent::Reattached { .. } => {
                self.state = JobState::Running;
                self.link_lost = false;
                (self.ended_at, self.outcome) = (None, None);
            }
            JobEvent::Rebooting { boot_id } => self.rebooting_from = Some(boot_id.clone()),
            JobEvent::CancelRequested { mode, .. } => self.cancel = Some(*mode),
            JobEvent::OutputIncomplete { why } => self.output_incomplete = Some(*why),
            JobEvent::Ended(outcome) => {
                self.state = outcome.state;
                self.ended_at = Some(at);
                self.outcome = Some(outcome.clone());
            }
        }
        Ok(self)
    }

    fn may_follow(&self, event: &JobEvent) -> bool {
        use JobState::{Connecting, Running, Unknown, Waiting};
        match event {
            JobEvent::Connecting => matches!(self.state, Waiting | Connecting | Running | Unknown),
            JobEvent::Launching { stage, .. } => {
                self.state == Connecting || (self.state == Running && *stage > self.stage)
            }
            JobEvent::Started
            | JobEvent::Step(_)
            | JobEvent::TaskDone
            | JobEvent::StageDone
            | JobEvent::Rebooting { .. }
            | JobEvent::OutputIncomplete { .. } => {
                matches!(self.state, Running)
            }
            JobEvent::LinkLost { .. } => matches!(self.state, Running),
            JobEvent::Reattached { .. } => matches!(self.state, Running | Unknown),
            JobEvent::CancelRequested { .. } => self.state.can_be_followed(),
            JobEvent::Ended(outcome) => {
                let reached_the_host = !matches!(self.state, Waiting | Connecting);
                self.state.can_be_followed()
                    && outcome.state.has_ended()
                    && (reached_the_host || outcome.state != Unknown)
                    && (!reached_the_host || outcome.state != JobState::Skipped)
            }
        }
    }
}

/// How many jobs of a run are in which state. All of them are always counted apart.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "kebab-case")]
#[allow(missing_docs)] // the fields are the states
pub struct RunCounts {
    pub total: u32,
    pub waiting: u32,
    pub connecting: u32,
    pub running: u32,
    pub succeeded: u32,
    pub failed: u32,
    pub cancelled: u32,
    pub timed_out: u32,
    pub interrupted: u32,
    pub unknown: u32,
    pub unreachable: u32,
    pub skipped: u32,
    pub held: u32,
}

impl RunCounts {
    /// Counts.
    pub fn of(states: impl IntoIterator<Item = JobState>) -> Self {
        let mut counts = Self::default();
        for state in states {
            counts.total += 1;
            *counts.of_state_mut(state) += 1;
        }
        counts
    }

    /// How many jobs are in that state.
    pub fn of_state(mut self, state: JobState) -> u32 {
        *self.of_state_mut(state)
    }

    /// What is true of the run as a whole. A run is never green because a host was left out.
    pub const fn state(&self) -> RunState {
        if self.waiting + self.connecting + self.running > 0 {
            RunState::Running
        } else if self.succeeded == self.total {
            RunState::Succeeded
        } else if self.succeeded > 0 {
            RunState::Partial
        } else if self.cancelled > 0 && self.cancelled == self.total {
            RunState::Cancelled
        } else {
            RunState::Failed
        }
    }

    fn of_state_mut(&mut self, state: JobState) -> &mut u32 {
        match state {
            JobState::Waiting => &mut self.waiting,
            JobState::Connecting => &mut self.connecting,
            JobState::Running => &mut self.running,
            JobState::Succeeded => &mut self.succeeded,
            JobState::Failed => &mut self.failed,
            JobState::Cancelled => &mut self.cancelled,
            JobState::TimedOut => &mut self.timed_out,
            JobState::Interrupted => &mut self.interrupted,
            JobState::Unknown => &mut self.unknown,
            JobState::Unreachable => &mut self.unreachable,
            JobState::Skipped => &mut self.skipped,
            JobState::Held => &mut self.held,
        }
    }
}

/// What is true of a run as a whole.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum RunState {
    /// Not every job has ended.
    Running,
    /// Every job succeeded.
    Succeeded,
    /// Some did, some did not.
    Partial,
    /// None did.
    Failed,
    /// All were cancelled.
    Cancelled,
    /// Nothing is at work, and a person's word is needed before the rest begins.
    Awaiting,
    /// A rule stopped it before every host had its turn.
    Halted,
}

impl RunState {
    /// What is true of a run whose jobs are counted like this.
    pub fn of(counts: &RunCounts, halted: bool, gate: Option<&GateStanding>) -> Self {
        let state = counts.state();
        let waits_for_a_person = gate.is_some_and(|gate| gate.waits_for == WaitsFor::Person);
        match state == RunState::Running {
            true if waits_for_a_person && counts.connecting + counts.running == 0 => RunState::Awaiting,
            false if halted => RunState::Halted,
            // Its hosts are done, and are still to be asked whether they stay well.
            false if gate.is_some() => RunState::Running,
            true | false => state,
        }
    }

    /// The word for it.
    pub const fn as_str(self) -> &'static str {
        match self {
            RunState::Running => "running",
            RunState::Succeeded => "succeeded",
            RunState::Partial => "partial",
            RunState::Failed => "failed",
            RunState::Cancelled => "cancelled",
            RunState::Awaiting => "awaiting a person",
            RunState::Halted => "halted",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn fault() -> Fault {
        Fault::new(Code::StepFailed, "it failed")
    }

    fn events() -> impl Strategy<Value = JobEvent> {
        let outcome = proptest::sample::select(JobState::ALL).prop_map(|state| Outcome::of(state, None, fault()));
        prop_oneof![
            Just(JobEvent::Connecting),
            (0..3u32).prop_map(|stage| JobEvent::Launching { stage: Some(stage), task: None }),
            Just(JobEvent::Started),
            Just(JobEvent::TaskDone),
            Just(JobEvent::StageDone),
            Just(JobEvent::LinkLost { fault: fault() }),
            Just(JobEvent::Reattached { offset: 0 }),
            Just(JobEvent::Rebooting { boot_id: "1".into() }),
            Just(JobEvent::CancelRequested { actor: Actor("a".into()), mode: CancelMode::Now }),
            outcome.prop_map(JobEvent::Ended),
        ]
    }

    proptest! {
        #[test]
        fn no_sequence_of_events_starts_a_stage_twice_or_wakes_the_dead(
            sequence in proptest::collection::vec(events(), 0..40)
        ) {
            let mut job = JobProgress::default();
            let mut launched = Vec::new();
            for event in sequence {
                let before = job.clone();
                match job.clone().apply(Timestamp::UNIX_EPOCH, &event) {
                    Ok(after) => job = after,
                    Err(_) => continue,
                }
                if let JobEvent::Launching { stage, .. } = event {
                    prop_assert!(!launched.contains(&stage));
                    launched.push(stage);
                }
                prop_assert!(before.state.can_be_followed());
                prop_assert_eq!(job.state.has_ended(), job.outcome.is_some());
                prop_assert_eq!(job.state.has_ended(), job.ended_at.is_some());
            }
        }
    }

    #[test]
    fn a_run_that_stands_at_a_gate_has_not_ended() {
        use JobState::{Held, Running, Succeeded, Waiting};
        let gate = |waits_for| Some(GateStanding { wave: 0, waits_for });
        let (person, probe) = (gate(WaitsFor::Person), gate(WaitsFor::Probe));
        let table: [(&[JobState], bool, &Option<GateStanding>, RunState); 7] = [
            (&[Succeeded, Waiting], false, &person, RunState::Awaiting),
            (&[Running, Waiting], false, &person, RunState::Running),
            (&[Succeeded, Waiting], false, &probe, RunState::Running),
            (&[Succeeded, Succeeded], false, &probe, RunState::Running),
            (&[Succeeded, Succeeded], false, &None, RunState::Succeeded),
            (&[Succeeded, Held], true, &None, RunState::Halted),
            (&[Running, Held], true, &None, RunState::Running),
        ];
        for (states, halted, gate, expected) in table {
            let counts = RunCounts::of(states.iter().copied());
            assert_eq!(RunState::of(&counts, halted, gate.as_ref()), expected, "{states:?} {halted} {gate:?}");
        }
    }

    #[test]
    fn a_run_is_never_green_because_a_host_was_left_out() {
        use JobState::{Cancelled, Failed, Held, Running, Skipped, Succeeded, Unknown, Unreachable, Waiting};
        let cases: [(&[JobState], RunState); 9] = [
            (&[Succeeded, Succeeded], RunState::Succeeded),
            (&[Succeeded, Skipped], RunState::Partial),
            (&[Succeeded, Held], RunState::Partial),
            (&[Succeeded, Unreachable], RunState::Partial),
            (&[Succeeded, Unknown], RunState::Partial),
            (&[Failed, Skipped], RunState::Failed),
            (&[Cancelled], RunState::Cancelled),
            (&[Succeeded, Waiting], RunState::Running),
            (&[Failed, Running], RunState::Running),
        ];
        for (states, expected) in cases {
            assert_eq!(RunCounts::of(states.iter().copied()).state(), expected, "{states:?}");
        }
        for state in JobState::ALL {
            assert_eq!(RunCounts::of([*state]).of_state(*state), 1);
        }
    }
}
