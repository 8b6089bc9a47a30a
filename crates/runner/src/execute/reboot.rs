//! Restarting a host in the middle of a job: exactly once, and proved by a new boot id.

use super::{Backoff, Job};
use crate::ask::{Question, ask};
use crate::ports::{Journal, Link, Transport};
use millwright_domain::run::{JobEvent, JobState, Outcome, Privilege};
use millwright_domain::{Code, Fault};
use std::time::Duration;

const BOOT_ID: &str = "cat /proc/sys/kernel/random/boot_id";

/// Restarts the host and waits until it is back; false when the job has ended because it did not come back.
pub(super) async fn run<T: Transport, J: Journal>(
    job: &mut Job<'_, T, J>,
    timeout_seconds: u32,
) -> Result<bool, Fault> {
    let mut backoff = Backoff::of(Duration::from_secs(timeout_seconds.into()));
    let last = loop {
        let last = match step(job).await? {
            Ok(true) => return Ok(true),
            Ok(false) => Fault::new(Code::TimedOut, "it answers, and has not restarted"),
            Err(fault) => fault,
        };
        if !backoff.wait().await {
            break last;
        }
    };
    let fault =
        Fault::new(last.code, format!("the host did not come back within {timeout_seconds} s: {}", last.message))
            .with_hint("Look at its console. `millwright run follow` goes on when it is back.");
    job.end(Outcome::of(JobState::Unknown, None, fault)).await?;
    Ok(false)
}

/// Looks at the host's boot id: true once it is a new one. The command that restarts names the old boot id, so sending it
/// again to a host that has restarted does nothing.
async fn step<T: Transport, J: Journal>(job: &mut Job<'_, T, J>) -> Result<Result<bool, Fault>, Fault> {
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
            job.event(JobEvent::Rebooting { boot_id: now.clone() }).await?;
            now.clone()
        }
    };
    if now != before {
        return Ok(Ok(true));
    }
    // Restarting takes the connection with it, so the command leaves first and acts a moment later.
    let script = format!(
        "[ \"$({BOOT_ID})\" = {before} ] || exit 0\n\
         (sleep 1; if [ -d /run/systemd/system ]; then systemctl reboot; else reboot; fi) >/dev/null 2>&1 &\n"
    );
    let question = Question { script, privilege: Privilege::Root, timeout_seconds: 30, limit_bytes: 64 * 1024 };
    let asked = ask(&link, &question).await;
    link.abandon();
    Ok(asked.map(|_| false))
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
