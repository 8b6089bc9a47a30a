//! From what a host says of a task's end to what a job's end is called.

use crate::remote::{StepEvent, StepEventKind, StepOutcome, Verdict};
use jiff::Timestamp;
use millwright_domain::run::{JobState, Outcome, PlannedStep, StepChange, StepEnding, StepProgress};
use millwright_domain::{Code, Fault};

/// A step's event as the journal keeps it.
pub(crate) fn step_progress(event: &StepEvent, task_base: u64) -> StepProgress {
    let seconds = i64::try_from(event.epoch_seconds).unwrap_or(i64::MAX);
    StepProgress {
        number: event.step,
        change: match event.kind {
            StepEventKind::Checking => StepChange::Checking,
            StepEventKind::Skipped => StepChange::Skipped,
            StepEventKind::Started => StepChange::Started,
            StepEventKind::Finished { code, outcome } => StepChange::Finished {
                exit_code: code,
                ending: match outcome {
                    StepOutcome::Exited => StepEnding::Exited,
                    StepOutcome::OverranStep | StepOutcome::OverranJob => StepEnding::TimedOut,
                    StepOutcome::Cancelled => StepEnding::Cancelled,
                },
            },
        },
        // A host's clock may say anything; a time that is no time is shown as the beginning of time.
        at: Timestamp::from_second(seconds).unwrap_or_default(),
        offset: task_base.saturating_add(event.output_offset),
    }
}

/// The end of a job whose task ended so; `step` was the last one at work.
pub(crate) fn outcome(verdict: Verdict, step: Option<&PlannedStep>) -> Outcome {
    let at = step.map_or_else(String::new, |step| format!(" at step {} ({})", step.number, step.name));
    match verdict {
        Verdict::Exited { code: 0 } => Outcome::succeeded(),
        Verdict::Exited { code } => failed(code, &at),
        Verdict::Cancelled { code } => {
            Outcome::of(JobState::Cancelled, Some(code), Fault::new(Code::Cancelled, format!("cancelled{at}")))
        }
        Verdict::TimedOut { code } => Outcome::of(
            JobState::TimedOut,
            Some(code),
            Fault::new(Code::TimedOut, format!("took longer than it may{at}, and was ended"))
                .with_hint("Look at what it waited for; allow it more time if it was only slow."),
        ),
        Verdict::Killed => Outcome::of(
            JobState::Failed,
            None,
            Fault::new(Code::Killed, format!("something on the host killed the task and its supervisor{at}"))
                .with_hint("Check the state of what it was changing before trying again."),
        ),
        Verdict::InterruptedByReboot => Outcome::of(
            JobState::Interrupted,
            None,
            Fault::new(Code::InterruptedByReboot, format!("the host was restarted in the middle of it{at}"))
                .with_hint("Check the state of what it was changing before trying again."),
        ),
        Verdict::Locked { by } => Outcome::of(
            JobState::Held,
            None,
            Fault::new(
                Code::HostLocked,
                format!("another change is at work on the host (task {by}); nothing was started"),
            )
            .with_hint("Wait until it has ended, perhaps on a colleague's laptop, and run this again."),
        ),
    }
}

/// The end of work that ended with a code other than 0. A shell tells a death by signal as 128 and its number.
pub(crate) fn failed(code: i32, at: &str) -> Outcome {
    let fault = match (Verdict::Exited { code }).likely_signal() {
        Some(9) => Fault::new(Code::Killed, format!("ended with code {code}{at}: probably by signal 9"))
            .with_hint("Out of memory is the usual reason; the host's journal tells."),
        Some(signal) => Fault::new(Code::Killed, format!("ended with code {code}{at}: probably by signal {signal}"))
            .with_hint("The last lines of its output and the host's journal say why."),
        None => Fault::new(Code::StepFailed, format!("ended with code {code}{at}"))
            .with_hint("The last lines of its output say why."),
    };
    Outcome::of(JobState::Failed, Some(code), fault)
}
