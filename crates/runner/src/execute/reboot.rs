//! Restarting a host in the middle of a job: exactly once, and proved by a new boot id.

use super::{Backoff, Job};
use crate::ask::{Question, ask};
use crate::ports::{Journal, Link, Transport};
use millwright_domain::run::{JobEvent, JobState, Outcome, Privilege, RestartWhen};
use millwright_domain::{Code, Fault};
use std::time::Duration;

const BOOT_ID: &str = "cat /proc/sys/kernel/random/boot_id";

/// What one look at the host told.
enum Look {
    /// It has a new boot id.
    Back,
    /// It was told to restart.
    NotYet,
    /// It does not have to be restarted.
    NotNeeded,
}

/// Restarts the host and waits until it is back; false when the job has ended here: it did not come back, it did not have
/// to be restarted, or somebody cancelled in time.
pub(super) async fn run<T: Transport, J: Journal>(
    job: &mut Job<'_, T, J>,
    when: &RestartWhen,
    timeout_seconds: u32,
) -> Result<bool, Fault> {
    let mut backoff = Backoff::of(Duration::from_secs(timeout_seconds.into()));
    let last = loop {
        if job.view.progress.rebooting_from.is_none() && job.cancel_requested().is_some() {
            let fault = Fault::new(Code::Cancelled, "cancelled before the host was restarted");
            job.end(Outcome::of(JobState::Cancelled, None, fault)).await?;
            return Ok(false);
        }
        let last = match step(job, when).await? {
            Ok(Look::Back) => return Ok(true),
            Ok(Look::NotNeeded) => {
                job.end(Outcome::succeeded()).await?;
                return Ok(false);
            }
            Ok(Look::NotYet) => Fault::new(Code::TimedOut, "it answers, and has not restarted"),
            Err(fault) => fault,
        };
        if !backoff.wait().await {
            break last;
        }
    };
    let minutes = timeout_seconds.div_ceil(60);
    let fault = Fault::new(Code::NotBack, format!("the host did not come back within {minutes} min: {}", last.message))
        .with_hint("Look at its console. Following the run goes on when it is back.");
    job.end(Outcome::of(JobState::Unknown, None, fault)).await?;
    Ok(false)
}

/// Looks at the host's boot id, and tells it to restart while it is the old one. The command that restarts names the old
/// boot id, so sending it again to a host that has restarted does nothing.
async fn step<T: Transport, J: Journal>(
    job: &mut Job<'_, T, J>,
    when: &RestartWhen,
) -> Result<Result<Look, Fault>, Fault> {
    let link = match job.connect().await? {
        Ok(link) => link,
        Err(fault) => return Ok(Err(fault)),
    };
    let now = match boot_id(&link).await {
        Ok(now) => now,
        Err(fault) => {
            link.abandon();
            return Ok(Err(fault));
        }
    };
    if job.view.progress.state == JobState::Unknown {
        job.event(JobEvent::Reattached { offset: job.view.output_length }).await?;
    }
    let before = match &job.view.progress.rebooting_from {
        Some(before) => before.clone(),
        None => {
            match is_needed(&link, when).await {
                Ok(true) => {}
                Ok(false) => return Ok(Ok(Look::NotNeeded)),
                Err(fault) => return Ok(Err(fault)),
            }
            job.event(JobEvent::Rebooting { boot_id: now.clone() }).await?;
            now.clone()
        }
    };
    if now != before {
        return Ok(Ok(Look::Back));
    }
    // Restarting takes the connection with it, so the command leaves first and acts a moment later.
    let script = format!(
        "[ \"$({BOOT_ID})\" = {before} ] || exit 0\n\
         (sleep 1; if [ -d /run/systemd/system ]; then systemctl reboot; else reboot; fi) >/dev/null 2>&1 &\n"
    );
    let question = Question { script, privilege: Privilege::Root, timeout_seconds: 30, limit_bytes: 64 * 1024 };
    let asked = ask(&link, &question).await;
    link.abandon();
    Ok(asked.map(|_| Look::NotYet))
}

async fn is_needed(link: &impl Link, when: &RestartWhen) -> Result<bool, Fault> {
    let script = match when {
        RestartWhen::Always => return Ok(true),
        RestartWhen::Condition { script } => script.clone(),
    };
    let question = Question { script, privilege: Privilege::Root, timeout_seconds: 60, limit_bytes: 64 * 1024 };
    Ok(ask(link, &question).await?.exit_code == 0)
}

async fn boot_id(link: &impl Link) -> Result<String, Fault> {
    let question = Question {
        script: BOOT_ID.to_owned(),
        privilege: Privilege::Login,
        timeout_seconds: 30,
        limit_bytes: 64 * 1024,
    };
    let answer = ask(link, &question).await?;
    let text = String::from_utf8_lossy(&answer.output).trim().to_owned();
    match uuid::Uuid::try_parse(&text) {
        Ok(_) => Ok(text),
        Err(_) => Err(Fault::new(Code::Unsupported, "the host has no boot id, so a restart could not be proved")),
    }
}
