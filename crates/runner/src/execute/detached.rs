//! Detached work: launched once, followed through lost links, proved by the host's own verdict.

use super::task::{Attempt, Attended, attend};
use super::{Backoff, Job, may_pass, reboot};
use crate::ports::{Journal, Transport};
use millwright_domain::ids::TaskId;
use millwright_domain::run::{DetachedWork, JobEvent, JobState, Outcome, Stage, StageEnd};
use millwright_domain::{Code, Fault};
use uuid::Uuid;

/// Goes through the stages that are left.
pub(super) async fn run<T: Transport, J: Journal>(job: &mut Job<'_, T, J>, work: &DetachedWork) -> Result<(), Fault> {
    while let Some(stage) = work.stages.get(job.view.progress.stages_done as usize) {
        if !job.view.progress.task_done && !run_task(job, work, stage).await? {
            return Ok(());
        }
        if let StageEnd::Reboot { when, timeout_seconds } = &stage.end
            && !reboot::run(job, when, *timeout_seconds).await?
        {
            return Ok(());
        }
        job.event(JobEvent::StageDone).await?;
    }
    job.end(Outcome::succeeded()).await
}

/// Runs a stage's task to its end; false when the job has ended, or is unknown, with it.
async fn run_task<T: Transport, J: Journal>(
    job: &mut Job<'_, T, J>,
    work: &DetachedWork,
    stage: &Stage,
) -> Result<bool, Fault> {
    let (task, mut attempt) = match job.view.progress.task {
        Some(task) => (task, Attempt::Follow),
        None => match launch_intent(job).await? {
            Some(task) => (task, Attempt::Launch),
            None => return Ok(false),
        },
    };
    let mut backoff = Backoff::of(job.setting.reconnect_for);
    loop {
        let fault = match attend(job, work, stage, task, attempt).await? {
            Attended::Done => return Ok(job.view.progress.task_done),
            Attended::NeverArrived => {
                attempt = Attempt::Launch;
                continue;
            }
            Attended::Refused(fault) => {
                // The host, or this machine, said that nothing was started, and why.
                job.end(Outcome::of(JobState::Failed, None, fault)).await?;
                return Ok(false);
            }
            Attended::Lost(fault) => fault,
        };
        attempt = Attempt::Follow;
        if job.view.progress.state == JobState::Running && !job.view.progress.link_lost {
            job.event(JobEvent::LinkLost { fault: fault.clone() }).await?;
            backoff = Backoff::of(job.setting.reconnect_for);
        }
        if !may_pass(&fault) || !backoff.wait().await {
            let fault = Fault::new(fault.code, format!("what became of it is not known: {}", fault.message))
                .with_hint("The host goes on with it. `millwright run follow` asks again.");
            job.end(Outcome::of(JobState::Unknown, None, fault)).await?;
            return Ok(false);
        }
    }
}

/// Names the task, durably, before the host hears of it; none when the job has ended before that.
async fn launch_intent<T: Transport, J: Journal>(job: &mut Job<'_, T, J>) -> Result<Option<TaskId>, Fault> {
    let stage = job.view.progress.stages_done;
    if job.cancel_requested().is_some() {
        let fault = Fault::new(Code::Cancelled, "cancelled before it began on the host");
        job.end(Outcome::of(JobState::Cancelled, None, fault)).await?;
        return Ok(None);
    }
    if stage == 0 && job.connect_first().await?.is_none() {
        return Ok(None);
    }
    let task = TaskId(Uuid::now_v7());
    job.event(JobEvent::Launching { stage: Some(stage), task: Some(task) }).await?;
    Ok(Some(task))
}
