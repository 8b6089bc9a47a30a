//! Plans for a runbook.

use crate::arrange::arrange;
use crate::files::differences;
use crate::grade::{Grading, of_versions};
use crate::guard::{packages_look, prepared};
use crate::packages::{Packages, named_packages};
use crate::render::{Inputs, RenderError, RenderedStep, render_configuration, render_steps};
use crate::saved::saved;
use crate::snapshot::{Candidate, Known};
use crate::steps::{LocalFile, build};
use crate::terms::Terms;
use millwright_domain::recipe::{Effect, Runbook, Values};
use millwright_domain::run::{Exclusion, LeftOut, PlanContent, PlannedJob, PlannedPackage, RunKind, Wanted, Work};
use std::collections::BTreeMap;

/// A runbook with its values, for many hosts.
#[derive(Debug)]
pub struct RunbookRequest<'r> {
    /// For whom, when, and by which policies.
    pub terms: Terms,
    /// The runbook.
    pub runbook: &'r Runbook,
    /// The values of its parameters.
    pub values: &'r Values,
    /// The files that it uploads, by the path that it gives.
    pub files: &'r BTreeMap<String, LocalFile>,
}

/// Plans a runbook.
pub fn runbook(request: &RunbookRequest<'_>, candidates: &[Candidate]) -> PlanContent {
    let wanted = Wanted::Runbook { runbook: request.runbook.name.clone(), values: request.values.texts() };
    let jobs = candidates
        .iter()
        .map(|candidate| job(request, candidate).unwrap_or_else(|left_out| candidate.left_out(left_out)))
        .collect();
    arrange(RunKind::Runbook, request.runbook.title.clone(), wanted, jobs, candidates, &request.terms)
}

fn job(request: &RunbookRequest<'_>, candidate: &Candidate) -> Result<PlannedJob, LeftOut> {
    let known: &Known = candidate.known()?;
    candidate.system_is(&request.runbook.systems, &request.runbook.title)?;
    let skipped = LeftOut::Skipped;
    let rendered = rendered_runbook(request, candidate).map_err(|error| skipped(error.into()))?;
    let exclusion = match request.runbook.effect {
        Effect::ReadOnly => Exclusion::None,
        Effect::ChangesHost => Exclusion::ChangeLock,
    };
    let changes = match request.runbook.effect {
        Effect::ReadOnly => Vec::new(),
        Effect::ChangesHost => rendered.iter().map(|step| step.name.clone()).collect(),
    };
    if request.runbook.effect == Effect::ReadOnly {
        let built = build(rendered, exclusion, known, request.files).map_err(skipped)?;
        candidate.allow(built.work.privilege)?;
        let mut job = candidate.job(Work::Detached(built.work));
        job.risks = built.risks;
        return Ok(job);
    }
    let context = candidate.context(None);
    let inputs = Inputs { parameters: &request.runbook.parameters, values: request.values, host: &context };
    let paths = render_configuration(&request.runbook.undo, &inputs).map_err(|error| skipped(error.into()))?;
    let packages = Packages::of(known);
    let named = named_packages(&rendered, &packages).map_err(|error| skipped(error.into()))?;
    let differences = differences(&rendered, &known.files);
    let built = build(rendered, exclusion, known, request.files).map_err(skipped)?;
    let saved = saved(request.terms.now, request.runbook.name.as_str(), paths);
    let work = prepared(built.work, saved.as_ref(), |privilege| packages_look(&named, &packages, known, privilege));
    candidate.allow(work.privilege)?;
    let mut job = candidate.job(Work::Detached(work));
    (job.changes, job.risks, job.differences, job.saved) = (changes, built.risks, differences, saved);
    job.undo = Some(of_runbook(request.runbook, &named, &packages).into_undo());
    job.packages = named;
    Ok(job)
}

/// The steps as the host gets them.
pub(crate) fn rendered_runbook(
    request: &RunbookRequest<'_>,
    candidate: &Candidate,
) -> Result<Vec<RenderedStep>, RenderError> {
    let context = candidate.context(None);
    let inputs = Inputs { parameters: &request.runbook.parameters, values: request.values, host: &context };
    render_steps(&request.runbook.steps, &inputs)
}

fn of_runbook(runbook: &Runbook, named: &[PlannedPackage], packages: &Packages<'_>) -> Grading {
    let goes_back = named.iter().any(|package| package.from.is_some());
    match (runbook.undo.says_something(), goes_back) {
        (true, _) => of_versions(named, packages).with_rule(&runbook.undo),
        (false, true) => of_versions(named, packages).but("what its other steps change stays"),
        (false, false) => Grading::one_way("the runbook does not say how it is taken back"),
    }
}
