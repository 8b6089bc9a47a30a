//! Attached work: one short command on the open session, which changes nothing.

use super::Job;
use super::task::cancel_wanted;
use crate::ask::{Listener, Question, Said};
use crate::outcome::failed;
use crate::ports::{Entry, Journal, Transport};
use millwright_domain::run::{Incompleteness, JobEvent, JobState, Outcome, Privilege};
use millwright_domain::{Code, Fault};
use std::time::Duration;

/// As much output is kept; the rest is read and dropped, so that the command can end.
const KEPT_BYTES: u64 = 64 << 20;

pub(super) async fn run<T: Transport, J: Journal>(
    job: &mut Job<'_, T, J>,
    script: &str,
    privilege: Privilege,
    timeout_seconds: u32,
) -> Result<(), Fault> {
    if matches!(job.view.progress.state, JobState::Running | JobState::Unknown) {
        // Somebody else had begun it, and its output went with them.
        if job.view.progress.state == JobState::Running {
            job.end(unknown("the application ended while it ran".into())).await?;
        }
        return Ok(());
    }
    if job.cancel_requested().is_some() {
        let fault = Fault::new(Code::Cancelled, "cancelled before it began");
        return job.end(Outcome::of(JobState::Cancelled, None, fault)).await;
    }
    let Some(link) = job.connect_first().await? else { return Ok(()) };
    job.event(JobEvent::Launching { stage: None, task: None }).await?;
    let question = Question { script: script.to_owned(), privilege, timeout_seconds, limit_bytes: 0 };
    let until = tokio::time::Instant::now() + Duration::from_secs(timeout_seconds.into());
    let mut listener = match Listener::open(&link, &question).await {
        Ok(listener) => listener,
        Err(fault) => return job.end(Outcome::of(JobState::Failed, None, fault)).await,
    };
    let mut cancels = job.cancels.clone();
    loop {
        let said = tokio::select! {
            said = tokio::time::timeout_at(until, listener.next()) => said,
            _ = cancel_wanted(&mut cancels, job.view.id, None) => {
                // Closing the channel has the host stop it; it changes nothing, so there is nothing to wait for.
                let fault = Fault::new(Code::Cancelled, "cancelled; what it printed until then is kept");
                let outcome = Outcome::of(JobState::Cancelled, None, fault);
                return finish(job, outcome).await;
            }
        };
        let outcome = match said {
            Ok(Ok(Said::Output(bytes))) => {
                keep(job, bytes).await?;
                continue;
            }
            Ok(Ok(Said::Ended(0))) => Outcome::succeeded(),
            Ok(Ok(Said::Ended(code))) => failed(code, ""),
            Ok(Ok(Said::Lost(fault))) => unknown(fault.message),
            Ok(Err(fault)) => Outcome::of(JobState::Failed, None, fault),
            Err(_) => timed_out(timeout_seconds),
        };
        return finish(job, outcome).await;
    }
}

async fn keep<T: Transport, J: Journal>(job: &mut Job<'_, T, J>, bytes: Vec<u8>) -> Result<(), Fault> {
    let mut bytes = job.mask.feed(bytes);
    let start = job.view.output_length;
    let room = KEPT_BYTES.saturating_sub(start);
    let cut = bytes.len() as u64 > room;
    if cut {
        // Within the length of a vector.
        #[allow(clippy::cast_possible_truncation)]
        bytes.truncate(room as usize);
    }
    let mut entries = Vec::new();
    if !bytes.is_empty() {
        entries.push(Entry::Output { start, bytes });
    }
    if cut && job.view.progress.output_incomplete.is_none() {
        entries.push(Entry::Event(JobEvent::OutputIncomplete { why: Incompleteness::Cut }));
    }
    job.record(entries).await
}

async fn finish<T: Transport, J: Journal>(job: &mut Job<'_, T, J>, outcome: Outcome) -> Result<(), Fault> {
    let rest = job.mask.finish();
    let mut entries = Vec::new();
    if !rest.is_empty() && job.view.output_length < KEPT_BYTES {
        entries.push(Entry::Output { start: job.view.output_length, bytes: rest });
    }
    entries.push(Entry::Event(JobEvent::Ended(outcome)));
    job.record(entries).await
}

fn timed_out(timeout_seconds: u32) -> Outcome {
    let fault = Fault::new(Code::TimedOut, format!("took longer than {timeout_seconds} s"))
        .with_hint("Allow it more with --timeout, or run it with --detach.");
    Outcome::of(JobState::TimedOut, None, fault)
}

fn unknown(why: String) -> Outcome {
    let fault = Fault::new(Code::LinkLost, format!("how it ended is not known: {why}"))
        .with_hint("It changes nothing, so it may simply be run again.");
    Outcome::of(JobState::Unknown, None, fault)
}
