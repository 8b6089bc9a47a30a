//! Builds the call that launches or follows a task from what the plan says.

use super::Job;
use super::task::Attempt;
use crate::ports::{Journal, Link, Transport, call_fault};
use crate::remote::{self, Call, Content, FollowFrom, HostLock, JobScript, Nonces, SecretFile, StepScript, StepUser};
use millwright_domain::ids::TaskId;
use millwright_domain::run::{
    Attachment, AttachmentSource, DetachedWork, Exclusion, OnFailure, PlannedStep, Privilege, Stage,
};
use millwright_domain::{Code, Fault};
use sha2::{Digest, Sha256};
use std::fs::File;
use std::path::PathBuf;

/// Between TERM and KILL.
const GRACE_SECONDS: u32 = 10;

/// The call, and how many bytes of files go with it.
pub(super) async fn prepare<T: Transport, J: Journal>(
    job: &Job<'_, T, J>,
    work: &DetachedWork,
    stage: &Stage,
    task: TaskId,
    attempt: Attempt,
    from: FollowFrom,
    link: &T::Link,
) -> Result<(Call, u64), Fault> {
    let elevation = link.elevation(work.privilege)?;
    let nonces = Nonces::random().map_err(call_fault)?;
    if attempt == Attempt::Follow {
        return Ok((remote::follow(task.0, from, &job.setting.layout, elevation, nonces), 0));
    }
    let attachments: Vec<&Attachment> = stage.steps.iter().flat_map(|step| &step.attachments).collect();
    let upload_bytes = attachments.iter().map(|attachment| attachment.length).sum();
    let mut files = Vec::new();
    for attachment in attachments {
        files.push(remote::Attachment { name: attachment.name.clone(), content: content(attachment).await? });
    }
    let script = JobScript {
        id: task.0,
        steps: stage.steps.iter().map(step_script).collect(),
        attachments: files,
        secrets: secrets(job, stage)?,
        timeout_seconds: work.timeout_seconds,
        grace_seconds: GRACE_SECONDS,
        output_limit_kib: u32::try_from(work.output_cap_bytes / 1024).unwrap_or(u32::MAX),
        lock: match work.exclusion {
            Exclusion::None => HostLock::None,
            Exclusion::ChangeLock => HostLock::Change,
        },
    };
    let call = remote::launch(&script, from, &job.setting.layout, elevation, nonces).map_err(call_fault)?;
    Ok((call, upload_bytes))
}

fn step_script(step: &PlannedStep) -> StepScript {
    StepScript {
        number: step.number,
        script: step.script.clone(),
        user: match step.privilege {
            Privilege::Login => StepUser::Login,
            Privilege::Root => StepUser::Root,
        },
        timeout_seconds: step.timeout_seconds,
        only_if: step.only_if.clone(),
        on_failure: match step.on_failure {
            OnFailure::Stop => remote::OnFailure::Stop,
            OnFailure::Continue => remote::OnFailure::Continue,
        },
    }
}

fn secrets<T, J>(job: &Job<'_, T, J>, stage: &Stage) -> Result<Vec<SecretFile>, Fault> {
    let mut names: Vec<&String> = stage.steps.iter().flat_map(|step| &step.secrets).collect();
    names.sort();
    names.dedup();
    names
        .into_iter()
        .map(|name| match job.setting.secrets.get(name) {
            Some(value) => Ok(SecretFile { name: name.clone(), value: value.to_vec() }),
            None => Err(Fault::new(
                Code::CredentialUnusable,
                format!("the secret “{name}” is not known any more, so this cannot be started"),
            )
            .with_hint("Secrets are kept nowhere. Run it again and give the secret.")),
        })
        .collect()
}

/// What is sent is what was planned, or nothing.
async fn content(attachment: &Attachment) -> Result<Content, Fault> {
    match &attachment.source {
        AttachmentSource::Text { text } => Ok(Content::Bytes(text.clone().into_bytes())),
        AttachmentSource::LocalFile { path } => {
            let (path, planned) = (PathBuf::from(path), attachment.sha256.clone());
            let file = path.clone();
            let read = tokio::task::spawn_blocking(move || sha256_of(&file)).await;
            let found = read
                .map_err(|error| Fault::new(Code::Internal, error.to_string()))?
                .map_err(|error| Fault::new(Code::LocalFile, format!("{} cannot be read: {error}", path.display())))?;
            if found != planned {
                return Err(Fault::new(
                    Code::PlanMismatch,
                    format!("{} has changed since the plan was made", path.display()),
                )
                .with_hint("Plan again, so that the file that is sent is one that was looked at."));
            }
            Ok(Content::File { path, length_bytes: attachment.length })
        }
    }
}

fn sha256_of(path: &std::path::Path) -> std::io::Result<String> {
    use std::io::Read;
    let (mut file, mut hash, mut piece) = (File::open(path)?, Sha256::new(), vec![0; 256 * 1024]);
    loop {
        let length = file.read(&mut piece)?;
        if length == 0 {
            return Ok(hex::encode(hash.finalize()));
        }
        hash.update(&piece[..length]);
    }
}
