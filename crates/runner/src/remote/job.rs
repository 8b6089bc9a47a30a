//! Detached jobs: what is sent to launch, follow, ask about, cancel and acknowledge them.

use super::call::{Call, Elevation, HostLayout, InputPart};
use super::shell::{compact, quote};
use super::{CallFault, Nonce, Nonces};
use std::collections::BTreeSet;
use std::fmt::{self, Write as _};
use std::path::PathBuf;
use uuid::Uuid;

const SUPERVISE: &str = include_str!("../../remote/supervise.sh");
const LAUNCH: &str = include_str!("../../remote/launch.sh");
const FOLLOW: &str = include_str!("../../remote/follow.sh");
const STATUS: &str = include_str!("../../remote/status.sh");

/// One job on one host: steps in order, and the files that they need.
#[derive(Debug, Clone)]
pub struct JobScript {
    /// Chosen by us and committed before the host hears of it.
    pub id: Uuid,
    /// In the order in which they run.
    pub steps: Vec<StepScript>,
    /// Files in the directory `$MILLWRIGHT_FILES`.
    pub attachments: Vec<Attachment>,
    /// Files in the directory `$MILLWRIGHT_SECRETS`, readable by the step's user only, removed when the payload ends.
    pub secrets: Vec<SecretFile>,
    /// For all steps together.
    pub timeout_seconds: u32,
    /// Between TERM and KILL.
    pub grace_seconds: u32,
    /// Of the output, this much is kept.
    pub output_limit_kib: u32,
    /// What must not run beside it.
    pub lock: HostLock,
}

/// One step of a job.
#[derive(Debug, Clone)]
pub struct StepScript {
    /// Names the step in events; unique in the job.
    pub number: u32,
    /// Run by `sh` with an empty stdin, in a process group of its own.
    pub script: String,
    /// Who runs it.
    pub user: StepUser,
    /// For this step.
    pub timeout_seconds: u32,
    /// A script that ends with 0 when the step is wanted; another code skips the step. Its output is not kept, and its
    /// time is limited like the step's.
    pub only_if: Option<String>,
    /// What a code other than 0, or a time-out, means for the job.
    pub on_failure: OnFailure,
}

/// Who runs a step of a job that was launched with sudo. Without sudo there is only the user who logged in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum StepUser {
    /// The user that the job was launched as: root, with sudo.
    Root,
    /// The user who logged in.
    Login,
}

/// What a failed step means for the job.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum OnFailure {
    /// The job ends with the step's code.
    Stop,
    /// The next step runs.
    Continue,
}

/// The host-side lock of a job.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum HostLock {
    /// Reading tasks take none.
    None,
    /// One change on a host at a time, whoever asks for it.
    Change,
}

/// A file that steps can read.
#[derive(Debug, Clone)]
pub struct Attachment {
    /// Its name on the host.
    pub name: String,
    /// What is in it.
    pub content: Content,
}

/// What is in an attachment.
#[derive(Debug, Clone)]
pub enum Content {
    /// These bytes.
    Bytes(Vec<u8>),
    /// A file on this machine, streamed.
    File {
        /// Where it lies.
        path: PathBuf,
        /// How long it is.
        length_bytes: u64,
    },
}

/// A secret that steps can read from a file.
#[derive(Clone)]
pub struct SecretFile {
    /// The file's name on the host.
    pub name: String,
    /// The secret.
    pub value: Vec<u8>,
}

impl fmt::Debug for SecretFile {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SecretFile").field("name", &self.name).finish_non_exhaustive()
    }
}

/// How much of a job is known already.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct FollowFrom {
    /// The first byte of output that is missing here.
    pub offset: u64,
    /// How many step events are stored.
    pub step_events: u64,
}

/// When a cancelled job stops.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CancelWhen {
    /// Now: TERM, and KILL after the grace.
    Now,
    /// Before the next step: right while a package manager is at work.
    AfterStep,
}

/// Starts a job, or finds it started, and follows it. Sending it again starts nothing a second time.
pub fn launch(
    job: &JobScript,
    from: FollowFrom,
    host: &HostLayout,
    elevation: Elevation,
    nonces: Nonces,
) -> Result<Call, CallFault> {
    let mut receive = String::new();
    let mut data = Vec::new();
    let mut input_bytes = 0;
    let mut names = BTreeSet::new();
    let files = job.attachments.iter().map(|file| ("files", &file.name, content_part(&file.content)));
    let secrets = job.secrets.iter().map(|file| ("secrets", &file.name, InputPart::Bytes(file.value.clone())));
    for (directory, name, part) in files.chain(secrets) {
        check_file_name(name)?;
        if !names.insert((directory, name)) {
            return Err(CallFault::DuplicateFile { name: name.clone() });
        }
        let length = length_of(&part);
        input_bytes += length;
        receive += &format!("receive_part {directory}/{name} {length} || return\n");
        data.push(part);
    }

    let mut script = format!(
        "shared={shared}\neval \"$shared\"\nsupervisor={supervisor}\njob={job_text}\nframe_nonce={nonce}\ninput_bytes={input_bytes}\nlogin_steps={login_steps}\n",
        shared = quote(&host.prelude()),
        supervisor = quote(&format!("{}supervise \"$@\"; exit\n", compact(SUPERVISE))),
        job_text = quote(&job_text(job)),
        nonce = nonces.frames,
        login_steps = if job.steps.iter().any(|step| step.user == StepUser::Login) { "yes" } else { "no" },
    );
    script += &compact(LAUNCH);
    script += &compact(FOLLOW);
    script += &format!("write_scripts() {{\n{}:\n}}\nreceive_parts() {{\n{receive}:\n}}\n", write_scripts(job)?);
    script +=
        &format!("main() {{ launch {} stage.{} {} {}; }}\n", job.id, nonces.opening, from.offset, from.step_events);
    Ok(Call::of_script(nonces, elevation, script, data))
}

/// Follows a job that was launched before.
pub fn follow(id: Uuid, from: FollowFrom, host: &HostLayout, elevation: Elevation, nonces: Nonces) -> Call {
    let main = format!("set_job {id}; follow {} {}", from.offset, from.step_events);
    small_call(FOLLOW, &main, host, elevation, nonces)
}

/// Asks what has become of jobs.
pub fn status(ids: &[Uuid], host: &HostLayout, elevation: Elevation, nonces: Nonces) -> Call {
    small_call(STATUS, &format!("say_states{}", words(ids)), host, elevation, nonces)
}

/// Removes the directories of jobs whose verdict and output are stored. A running job is left alone.
pub fn acknowledge(ids: &[Uuid], host: &HostLayout, elevation: Elevation, nonces: Nonces) -> Call {
    small_call(STATUS, &format!("acknowledge_jobs{}", words(ids)), host, elevation, nonces)
}

/// Asks a job to stop. That it stopped is told by its verdict only.
pub fn cancel(id: Uuid, when: CancelWhen, host: &HostLayout, elevation: Elevation, nonces: Nonces) -> Call {
    let mark = match when {
        CancelWhen::Now => "cancel",
        CancelWhen::AfterStep => "stop-after-step",
    };
    small_call(STATUS, &format!("set_job {id}; cancel_job {mark}"), host, elevation, nonces)
}

/// What is written to a launch's or a follow's stdin once verdict and output are stored: the host may forget the job.
pub fn acknowledgement(frames: &Nonce) -> Vec<u8> {
    format!("ACK {frames}\n").into_bytes()
}

fn small_call(functions: &str, main: &str, host: &HostLayout, elevation: Elevation, nonces: Nonces) -> Call {
    let script = format!(
        "{}frame_nonce={}\n{}main() {{ prepare_host; say_hello; {main}; }}\n",
        host.prelude(),
        nonces.frames,
        compact(functions),
    );
    Call::of_script(nonces, elevation, script, Vec::new())
}

fn words(ids: &[Uuid]) -> String {
    ids.iter().map(|id| format!(" {id}")).collect()
}

/// The settings of the job and the order of its steps, as the supervisor reads them.
fn job_text(job: &JobScript) -> String {
    let mut text = format!(
        "timeout_seconds={}\ngrace_seconds={}\noutput_limit={}\nlock={}\nrun_steps() {{\n",
        job.timeout_seconds,
        job.grace_seconds,
        u64::from(job.output_limit_kib) * 1024,
        match job.lock {
            HostLock::None => "none",
            HostLock::Change => "change",
        },
    );
    for step in &job.steps {
        let user = match step.user {
            StepUser::Root => "root",
            StepUser::Login => "login",
        };
        let on_failure = match step.on_failure {
            OnFailure::Stop => "stop",
            OnFailure::Continue => "continue",
        };
        // Writing to a String cannot fail.
        let _ = writeln!(text, "step {} {user} {} {on_failure}", step.number, step.timeout_seconds);
    }
    text + ":\n}\n"
}

fn write_scripts(job: &JobScript) -> Result<String, CallFault> {
    let mut text = String::new();
    let mut numbers = BTreeSet::new();
    for step in &job.steps {
        if !numbers.insert(step.number) {
            return Err(CallFault::DuplicateStep { number: step.number });
        }
        let condition = step.only_if.as_ref().map(|condition| (format!("{}.if", step.number), condition));
        for (file, script) in condition.into_iter().chain([(step.number.to_string(), &step.script)]) {
            if script.contains('\0') {
                return Err(CallFault::Nul { what: format!("the script of step {}", step.number) });
            }
            let _ = writeln!(text, "write_script {file} {} || return", quote(script));
        }
    }
    Ok(text)
}

fn check_file_name(name: &str) -> Result<(), CallFault> {
    let allowed = |c: char| c.is_ascii_alphanumeric() || matches!(c, '.' | '_' | '-');
    if name.is_empty() || name.len() > 200 || name.starts_with(['.', '-']) || !name.chars().all(allowed) {
        return Err(CallFault::FileName { name: name.to_owned() });
    }
    Ok(())
}

fn content_part(content: &Content) -> InputPart {
    match content {
        Content::Bytes(bytes) => InputPart::Bytes(bytes.clone()),
        Content::File { path, length_bytes } => InputPart::File { path: path.clone(), length_bytes: *length_bytes },
    }
}

fn length_of(part: &InputPart) -> u64 {
    match part {
        InputPart::Bytes(bytes) => bytes.len() as u64,
        InputPart::File { length_bytes, .. } => *length_bytes,
    }
}
