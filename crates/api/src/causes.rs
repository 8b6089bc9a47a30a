//! Why hosts of a run did not succeed: those with the same cause together.

use crate::view::JobDocument;
use millwright_domain::run::JobState;
use millwright_domain::{Code, HostPath};
use serde::Serialize;
use ts_rs::TS;

/// What kept hosts of a run from succeeding.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, TS)]
pub struct Cause {
    /// Where their jobs ended.
    pub state: JobState,
    /// Which failure it is.
    pub code: Code,
    /// What happened, in the words of the first host.
    pub message: String,
    /// What to do next.
    pub hint: Option<String>,
    /// The step that failed, if one did: its name.
    pub step: Option<String>,
    /// The last lines of what the first host printed.
    pub last_lines: Vec<String>,
    /// The hosts, in the plan's order.
    pub hosts: Vec<HostPath>,
}

/// The causes, that of most hosts first. A failure goes before what was never begun.
pub(crate) fn causes(jobs: &[JobDocument]) -> Vec<Cause> {
    let mut causes: Vec<Cause> = Vec::new();
    for job in jobs.iter().filter(|job| job.state.has_ended() && job.state != JobState::Succeeded) {
        let Some(fault) = &job.error else { continue };
        let step = job.step.as_ref().filter(|_| job.started_at.is_some()).map(|(_, name)| name.clone());
        let same = causes.iter_mut().find(|cause| {
            cause.state == job.state
                && cause.code == fault.code
                && cause.step == step
                && alike(&cause.message, &fault.message)
        });
        match same {
            Some(cause) => cause.hosts.push(job.host.clone()),
            None => causes.push(Cause {
                state: job.state,
                code: fault.code,
                message: fault.message.clone(),
                hint: fault.hint.clone(),
                step,
                last_lines: job.last_lines.clone(),
                hosts: vec![job.host.clone()],
            }),
        }
    }
    let never_begun = |cause: &Cause| matches!(cause.state, JobState::Held | JobState::Skipped | JobState::Cancelled);
    causes.sort_by_key(|cause| (never_begun(cause), std::cmp::Reverse(cause.hosts.len())));
    causes
}

/// The same but for numbers: ports, process ids, times and exact versions differ from host to host.
fn alike(one: &str, other: &str) -> bool {
    let without_numbers = |text: &str| -> String { text.chars().filter(|letter| !letter.is_ascii_digit()).collect() };
    one == other || without_numbers(one) == without_numbers(other)
}
