//! Plans for a runbook.

use crate::render::{Inputs, render_steps};
use crate::snapshot::{Candidate, Known};
use crate::steps::{LocalFile, build};
use millwright_domain::recipe::{Effect, Runbook, Values};
use millwright_domain::run::{Exclusion, LeftOut, PlanContent, PlannedJob, RunKind, Wanted, Work};
use std::collections::BTreeMap;

/// A runbook with its values, for many hosts.
#[derive(Debug)]
pub struct RunbookRequest<'r> {
    /// The selector as it was given.
    pub selector: String,
    /// The runbook.
    pub runbook: &'r Runbook,
    /// The values of its parameters.
    pub values: &'r Values,
    /// The files that it uploads, by the path that it gives.
    pub files: &'r BTreeMap<String, LocalFile>,
    /// How many hosts at once.
    pub parallel: u32,
}

/// Plans a runbook.
pub fn runbook(request: &RunbookRequest<'_>, candidates: &[Candidate]) -> PlanContent {
    PlanContent {
        kind: RunKind::Runbook,
        title: request.runbook.title.clone(),
        selector: request.selector.clone(),
        wanted: Wanted::Runbook { runbook: request.runbook.name.clone(), values: request.values.texts() },
        parallel: request.parallel,
        jobs: candidates
            .iter()
            .map(|candidate| job(request, candidate).unwrap_or_else(|left_out| candidate.left_out(left_out)))
            .collect(),
    }
}

fn job(request: &RunbookRequest<'_>, candidate: &Candidate) -> Result<PlannedJob, LeftOut> {
    let known: &Known = candidate.known()?;
    candidate.system_is(&request.runbook.systems, &request.runbook.title)?;
    let skipped = LeftOut::Skipped;
    let context = candidate.context(None);
    let inputs = Inputs { parameters: &request.runbook.parameters, values: request.values, host: &context };
    let rendered = render_steps(&request.runbook.steps, &inputs).map_err(|error| skipped(error.into()))?;
    let exclusion = match request.runbook.effect {
        Effect::ReadOnly => Exclusion::None,
        Effect::ChangesHost => Exclusion::ChangeLock,
    };
    let changes = match request.runbook.effect {
        Effect::ReadOnly => Vec::new(),
        Effect::ChangesHost => rendered.iter().map(|step| step.name.clone()).collect(),
    };
    let built = build(rendered, exclusion, known, request.files).map_err(skipped)?;
    candidate.allow(built.work.privilege)?;
    let mut job = candidate.job(Work::Detached(built.work));
    (job.changes, job.risks) = (changes, built.risks);
    Ok(job)
}
