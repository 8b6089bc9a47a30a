//! Plans for one ad-hoc command.

use crate::arrange::arrange;
use crate::grade::Grading;
use crate::snapshot::Candidate;
use crate::terms::Terms;
use millwright_domain::run::{
    DetachedWork, Exclusion, OnFailure, PlanContent, PlannedJob, PlannedStep, Privilege, RunKind, Stage, StageEnd,
    StepKind, Wanted, Work,
};

/// How much output of a command is kept.
pub(crate) const OUTPUT_CAP_BYTES: u64 = 64 << 20;

/// One command on many hosts.
#[derive(Debug, Clone)]
pub struct ExecRequest {
    /// For whom, when, and by which policies.
    pub terms: Terms,
    /// The text for `sh`.
    pub script: String,
    /// As whom.
    pub privilege: Privilege,
    /// Whether it goes on without us.
    pub mode: ExecMode,
    /// How long it may take.
    pub timeout_seconds: u32,
}

/// Whether a command goes on without us.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ExecMode {
    /// It ends with the connection.
    Attached,
    /// It goes on, and its output and verdict wait for us. It takes no lock: whether it changes anything, only its
    /// author knows.
    Detached,
}

/// Plans a command.
pub fn exec(request: &ExecRequest, candidates: &[Candidate]) -> PlanContent {
    let jobs = candidates.iter().map(|candidate| match candidate.allow(request.privilege) {
        Ok(()) => job(request, candidate),
        Err(left_out) => candidate.left_out(left_out),
    });
    let wanted = Wanted::Exec {
        script: request.script.clone(),
        sudo: request.privilege == Privilege::Root,
        detached: request.mode == ExecMode::Detached,
        timeout_seconds: request.timeout_seconds,
    };
    arrange(RunKind::Exec, title(&request.script), wanted, jobs.collect(), candidates, &request.terms)
}

fn job(request: &ExecRequest, candidate: &Candidate) -> PlannedJob {
    let mut job = candidate.job(work(request));
    job.undo = match request.mode {
        ExecMode::Attached => None,
        ExecMode::Detached => Some(Grading::one_way("what a command changes is not known").into_undo()),
    };
    job
}

fn work(request: &ExecRequest) -> Work {
    let (script, privilege, timeout_seconds) = (request.script.clone(), request.privilege, request.timeout_seconds);
    match request.mode {
        ExecMode::Attached => Work::Attached { script, privilege, timeout_seconds },
        ExecMode::Detached => Work::Detached(DetachedWork {
            privilege,
            exclusion: Exclusion::None,
            timeout_seconds,
            output_cap_bytes: OUTPUT_CAP_BYTES,
            stages: vec![Stage {
                steps: vec![PlannedStep {
                    number: 1,
                    name: "Run the command".into(),
                    kind: StepKind::Commands,
                    script,
                    privilege,
                    timeout_seconds,
                    only_if: None,
                    on_failure: OnFailure::Stop,
                    attachments: Vec::new(),
                    secrets: Vec::new(),
                }],
                end: StageEnd::Done,
            }],
        }),
    }
}

fn title(script: &str) -> String {
    let first = script.lines().next().unwrap_or_default();
    let short: String = first.chars().filter(|c| !c.is_control()).take(80).collect();
    if short == script { short } else { format!("{short}…") }
}
