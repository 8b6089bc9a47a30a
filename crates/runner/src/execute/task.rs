//! One task on a host, over one connection: launched or followed, its output stored as it comes.

use super::prepare::prepare;
use super::{CancelRequests, Job, steps};
use crate::conversation::{Conversation, Heard};
use crate::outcome::{outcome, step_progress};
use crate::ports::{Entry, Journal, Link, Transport, call_fault};
use crate::remote::{self, CancelWhen, FollowFrom, FrameParser, HostEvent, Integrity, JobStatus, Nonces, Verdict};
use jiff::{SignedDuration, Timestamp};
use millwright_domain::ids::{JobId, TaskId};
use millwright_domain::run::{
    CancelMode, DetachedWork, Incompleteness, JobEvent, Privilege, Stage, StageEnd, StepChange, StepProgress,
};
use millwright_domain::{Code, Fault};
use std::time::Duration;
use tokio::sync::watch;
use tokio::time::timeout;

/// A host that follows a task says something every five seconds.
const SILENCE: Duration = Duration::from_secs(20);
/// While it takes an upload it says nothing: slower lines than this are given up.
const SLOWEST_BYTES_PER_SECOND: u64 = 20_000;
/// Output shares a transaction up to this size.
const BATCH_BYTES: usize = 1 << 20;
/// How long we wait for the host to say that it has forgotten a task.
const FAREWELL: Duration = Duration::from_secs(5);
/// Hosts sweep finished tasks after 14 days: from then on, absent need not mean that it never came.
const ABSENCE_IS_PROOF: SignedDuration = SignedDuration::from_hours(13 * 24);

/// What is tried with a task.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Attempt {
    /// The host does not know it.
    Launch,
    /// The host may know it.
    Follow,
}

/// How it went.
pub(super) enum Attended {
    /// The task has ended, and the journal knows how.
    Done,
    /// The host has never heard of it.
    NeverArrived,
    /// It was not started, and will not be.
    Refused(Fault),
    /// The connection is gone; the host may go on.
    Lost(Fault),
}

/// Connects, launches or follows, and stores what comes, until the verdict or the end of the link.
pub(super) async fn attend<T: Transport, J: Journal>(
    job: &mut Job<'_, T, J>,
    work: &DetachedWork,
    stage: &Stage,
    task: TaskId,
    attempt: Attempt,
) -> Result<Attended, Fault> {
    // What was held back came over the link before; the host sends it again.
    job.mask.finish();
    let link = match job.connect().await? {
        Ok(link) => link,
        Err(fault) => return Ok(Attended::Lost(fault)),
    };
    let from = FollowFrom {
        offset: job.view.output_length - job.view.task_base,
        step_events: job.view.progress.task_step_events,
    };
    let prepared = prepare(job, work, stage, task, attempt, from, &link).await;
    let (call, upload_bytes) = match prepared {
        Ok(prepared) => prepared,
        Err(fault) => return Ok(refused_or_lost(attempt, fault)),
    };
    let nonces = call.nonces.clone();
    let silence = SILENCE + Duration::from_secs(upload_bytes / SLOWEST_BYTES_PER_SECOND);
    let mut conversation = match Conversation::open(&link, call).await {
        Ok(conversation) => conversation,
        Err(fault) => return Ok(refused_or_lost(attempt, fault)),
    };
    let mut parser = FrameParser::new(&nonces.frames, from.offset);
    let mut cancels = job.cancels.clone();
    let mut told = None;
    loop {
        let heard = tokio::select! {
            heard = timeout(silence, conversation.next()) => heard,
            mode = cancel_wanted(&mut cancels, job.view.id, told) => {
                told = Some(mode);
                if let Err(fault) = tell_to_stop(job, &link, task, mode, work.privilege).await {
                    tracing::warn!(%task, %fault, "the host could not be told to stop");
                }
                continue;
            }
        };
        let bytes = match heard {
            Ok(Ok(Heard::Bytes(bytes))) => bytes,
            Ok(Ok(Heard::Closed)) => return Ok(Attended::Lost(closed())),
            Ok(Ok(Heard::Lost(fault))) => return Ok(Attended::Lost(fault)),
            Ok(Err(fault)) => return Ok(refused_or_lost(attempt, fault)),
            Err(_) => {
                link.abandon();
                return Ok(Attended::Lost(Fault::new(Code::LinkLost, "the host has been silent for too long")));
            }
        };
        let events = match parser.feed(&bytes) {
            Ok(events) => events,
            Err(fault) => return Ok(Attended::Lost(fault.into())),
        };
        match take(job, work, stage, attempt, from, events).await? {
            Taken::GoOn => {}
            Taken::Finished => {
                forget(&mut conversation, &mut parser, &nonces).await;
                return Ok(Attended::Done);
            }
            Taken::End(attended) => return Ok(attended),
        }
    }
}

enum Taken {
    GoOn,
    Finished,
    End(Attended),
}

/// Stores what the host said.
async fn take<T: Transport, J: Journal>(
    job: &mut Job<'_, T, J>,
    work: &DetachedWork,
    stage: &Stage,
    attempt: Attempt,
    from: FollowFrom,
    events: Vec<HostEvent>,
) -> Result<Taken, Fault> {
    let mut batch = Batch { entries: Vec::new(), end: job.view.output_length, stored_end: job.view.output_length };
    for event in events {
        match event {
            HostEvent::Hello if attempt == Attempt::Follow => {
                let offset = job.view.task_base + from.offset;
                batch.entries.push(Entry::Event(JobEvent::Reattached { offset }));
            }
            HostEvent::Started { .. } => batch.entries.push(Entry::Event(JobEvent::Started)),
            HostEvent::Step(step) => {
                let step = step_progress(&step, job.view.task_base);
                if matches!(step.change, StepChange::Finished { exit_code, .. } if exit_code != 0) {
                    job.failed_step = Some(step.clone());
                }
                batch.entries.push(Entry::Event(JobEvent::Step(step)));
            }
            HostEvent::Output { bytes, .. } => {
                let bytes = job.mask.feed(bytes);
                job.remember(&bytes);
                batch.output(bytes);
            }
            HostEvent::Finished { integrity, verdict, .. } => {
                let rest = job.mask.finish();
                job.remember(&rest);
                batch.output(rest);
                batch.entries.extend(incompleteness(integrity));
                batch.entries.push(Entry::Event(end_of_task(job, work, stage, verdict)));
                job.record(batch.entries).await?;
                return Ok(Taken::Finished);
            }
            HostEvent::Status { status, .. } => {
                job.record(batch.entries).await?;
                return Ok(Taken::End(without_task(job, status)));
            }
            HostEvent::Refused(refusal) => {
                job.record(batch.entries).await?;
                return Ok(Taken::End(Attended::Refused(refusal.into())));
            }
            HostEvent::Hello
            | HostEvent::Heartbeat
            | HostEvent::Forgotten
            | HostEvent::CancelAnswer { .. }
            | HostEvent::EndOfAnswer => {}
        }
        if batch.end - batch.stored_end >= BATCH_BYTES as u64 {
            job.record(std::mem::take(&mut batch.entries)).await?;
            batch.stored_end = batch.end;
        }
    }
    job.record(batch.entries).await?;
    Ok(Taken::GoOn)
}

/// Entries that share a transaction.
struct Batch {
    entries: Vec<Entry>,
    end: u64,
    stored_end: u64,
}

impl Batch {
    fn output(&mut self, bytes: Vec<u8>) {
        if !bytes.is_empty() {
            let start = self.end;
            self.end += bytes.len() as u64;
            self.entries.push(Entry::Output { start, bytes });
        }
    }
}

fn end_of_task<T: Transport, J: Journal>(
    job: &Job<'_, T, J>,
    work: &DetachedWork,
    stage: &Stage,
    verdict: Verdict,
) -> JobEvent {
    let last = job.view.progress.stages_done as usize + 1 >= work.stages.len();
    if verdict == (Verdict::Exited { code: 0 }) && !(last && stage.end == StageEnd::Done) {
        return JobEvent::TaskDone;
    }
    let number = job.failed_step.as_ref().map(|step| step.number).or(job.view.progress.step);
    let step = steps(job.planned).find(|step| Some(step.number) == number);
    JobEvent::Ended(job.explain(outcome(verdict, step)))
}

fn incompleteness(integrity: Integrity) -> Option<Entry> {
    let why = match integrity {
        Integrity::Whole => return None,
        Integrity::Cut => Incompleteness::Cut,
        Integrity::Altered => Incompleteness::Altered,
    };
    Some(Entry::Event(JobEvent::OutputIncomplete { why }))
}

/// The host has no such task at work.
fn without_task<T: Transport, J: Journal>(job: &Job<'_, T, J>, status: JobStatus) -> Attended {
    let launched_at = job.view.progress.started_at.unwrap_or_default();
    match status {
        JobStatus::Absent | JobStatus::Staged if Timestamp::now().duration_since(launched_at) < ABSENCE_IS_PROOF => {
            Attended::NeverArrived
        }
        JobStatus::Absent | JobStatus::Staged | JobStatus::Acknowledged => Attended::Lost(
            Fault::new(Code::NotFound, "the host has no trace of it any more")
                .with_hint("Hosts forget finished tasks after 14 days. Check by hand what was done."),
        ),
        JobStatus::Running { .. } | JobStatus::Finished { .. } => Attended::Lost(closed()),
    }
}

fn refused_or_lost(attempt: Attempt, fault: Fault) -> Attended {
    // Nothing was started by a launch that did not get through sudo; of a task that may run, the same says nothing.
    if attempt == Attempt::Launch && !super::may_pass(&fault) {
        Attended::Refused(fault)
    } else {
        Attended::Lost(fault)
    }
}

fn closed() -> Fault {
    Fault::new(Code::LinkLost, "the host closed the channel")
}

/// Waits until somebody wants the job to end in a way that the host has not been told yet.
pub(super) async fn cancel_wanted(
    cancels: &mut watch::Receiver<CancelRequests>,
    job: JobId,
    told: Option<CancelMode>,
) -> CancelMode {
    loop {
        let wanted = cancels.borrow_and_update().get(&job).copied();
        if let Some(mode) = wanted.filter(|mode| told != Some(*mode)) {
            return mode;
        }
        if cancels.changed().await.is_err() {
            // Nobody is left who could ask.
            return std::future::pending().await;
        }
    }
}

async fn tell_to_stop<T: Transport, J: Journal>(
    job: &Job<'_, T, J>,
    link: &T::Link,
    task: TaskId,
    mode: CancelMode,
    privilege: Privilege,
) -> Result<(), Fault> {
    let when = match mode {
        CancelMode::AfterStep => CancelWhen::AfterStep,
        CancelMode::Now => CancelWhen::Now,
    };
    let nonces = Nonces::random().map_err(call_fault)?;
    let mut parser = FrameParser::new(&nonces.frames, 0);
    let call = remote::cancel(task.0, when, &job.setting.layout, link.elevation(privilege)?, nonces);
    let mut conversation = Conversation::open(link, call).await?;
    loop {
        match timeout(SILENCE, conversation.next()).await {
            Ok(heard) => match heard? {
                Heard::Bytes(bytes) => {
                    for event in parser.feed(&bytes)? {
                        match event {
                            HostEvent::Refused(refusal) => return Err(refusal.into()),
                            HostEvent::CancelAnswer { .. } | HostEvent::EndOfAnswer => return Ok(()),
                            HostEvent::Hello
                            | HostEvent::Started { .. }
                            | HostEvent::Step(_)
                            | HostEvent::Output { .. }
                            | HostEvent::Heartbeat
                            | HostEvent::Finished { .. }
                            | HostEvent::Forgotten
                            | HostEvent::Status { .. } => {}
                        }
                    }
                }
                Heard::Closed => return Err(closed()),
                Heard::Lost(fault) => return Err(fault),
            },
            Err(_) => return Err(Fault::new(Code::DeadlineExceeded, "the host did not answer the cancel in time")),
        }
    }
}

/// Lets the host tidy up. If this does not arrive, the host sweeps by itself after a while.
async fn forget(conversation: &mut Conversation, parser: &mut FrameParser, nonces: &Nonces) {
    conversation.write(remote::acknowledgement(&nonces.frames)).await;
    let farewell = async {
        while let Ok(Heard::Bytes(bytes)) = conversation.next().await {
            let forgotten = parser.feed(&bytes).is_ok_and(|events| events.contains(&HostEvent::Forgotten));
            if forgotten {
                return;
            }
        }
    };
    if timeout(FAREWELL, farewell).await.is_err() {
        tracing::debug!("the host did not say that it has forgotten the task");
    }
}

/// A finished step, for the outcome.
pub(super) fn exit_code(step: &StepProgress) -> Option<i32> {
    match step.change {
        StepChange::Finished { exit_code, .. } => Some(exit_code),
        StepChange::Checking | StepChange::Started | StepChange::Skipped => None,
    }
}
