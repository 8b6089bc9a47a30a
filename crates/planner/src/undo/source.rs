//! What of a recipe or runbook takes a job back.

use super::{UndoRequest, UndoneJob, UndoneSource};
use crate::grade::Grading;
use crate::product::{before, probe_step};
use crate::render::{Inputs, RenderError, RenderedAction, RenderedStep, render_probe, render_steps};
use crate::snapshot::{Candidate, Known};
use millwright_domain::Fault;
use millwright_domain::recipe::{Given, PackageAction, Recipe, Runbook, Values, resolve};
use millwright_domain::run::{
    LeftOut, PlannedInstallation, PlannedJob, PlannedProbe, Presence, RecordedInstallation, RunKind,
};
use serde_json::Value;

/// Steps of a recipe or runbook that take a job back.
pub(super) struct Undoing {
    /// What comes before packages: the recipe's removal.
    pub(super) first: Vec<RenderedStep>,
    /// What comes when packages and configuration are back.
    pub(super) last: Vec<RenderedStep>,
    /// What only looks whether all is well then.
    pub(super) looks: Vec<RenderedStep>,
    /// How well it takes back what was no package.
    pub(super) grading: Grading,
    pub(super) risks: Vec<String>,
    /// Finds the version in the output of the last step, where that is a look at it.
    pattern: Option<String>,
}

/// Who takes packages off the host that had not been there.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Removal {
    /// The recipe's own removal.
    ByRecipe,
    /// Nobody else: they are named to the package manager.
    ByName,
}

impl Undoing {
    fn nothing(grading: Grading) -> Self {
        let (first, last, looks) = (Vec::new(), Vec::new(), Vec::new());
        Self { first, last, looks, grading, risks: Vec::new(), pattern: None }
    }

    /// Whether nothing of the recipe or runbook takes anything back.
    pub(super) fn is_empty(&self) -> bool {
        self.first.is_empty() && self.last.is_empty()
    }

    /// Whether the recipe's own removal names the package.
    pub(super) fn removes(&self, package: &str) -> bool {
        self.first.iter().any(|step| match &step.action {
            RenderedAction::Package { action: PackageAction::Remove | PackageAction::Purge, names, .. } => {
                names.iter().any(|name| name == package)
            }
            RenderedAction::Package { .. }
            | RenderedAction::Shell { .. }
            | RenderedAction::Upload { .. }
            | RenderedAction::Reboot => false,
        })
    }

    /// Who takes packages off the host that had not been there.
    pub(super) fn removal(&self) -> Removal {
        if self.first.is_empty() { Removal::ByName } else { Removal::ByRecipe }
    }

    /// What the inventory learns of the product: what it had before that run.
    pub(super) fn installation(
        &self,
        planned: &PlannedJob,
        known: &Known,
        last: Option<u32>,
    ) -> Option<PlannedInstallation> {
        let installed = planned.installation.as_ref()?;
        let recorded = installed.before.recorded.clone();
        let presence = if recorded.is_some() { Presence::There } else { Presence::Gone };
        let RecordedInstallation { desired_version, values } = recorded.unwrap_or_default();
        let probe = self.pattern.clone().zip(last);
        Some(PlannedInstallation {
            product_id: installed.product_id,
            product: installed.product.clone(),
            presence,
            before: before(known),
            desired_version,
            values,
            probe: probe.map(|(pattern, step_number)| PlannedProbe { step_number, pattern: Some(pattern) }),
        })
    }
}

/// What of the job's recipe or runbook takes it back.
pub(super) fn undoing(
    request: &UndoRequest<'_>,
    done: &UndoneJob<'_>,
    candidate: &Candidate,
) -> Result<Undoing, LeftOut> {
    let refuse = |error: RenderError| LeftOut::Skipped(Fault::from(error));
    match (request.kind, done.source) {
        (RunKind::Install | RunKind::Upgrade | RunKind::Remove, Some(UndoneSource::Recipe { recipe, values })) => {
            of_recipe(request.kind, done, candidate, recipe, values).map_err(refuse)
        }
        (RunKind::Runbook, Some(UndoneSource::Runbook { runbook, values })) => {
            of_runbook(candidate, runbook, values).map_err(refuse)
        }
        (RunKind::Install | RunKind::Upgrade | RunKind::Remove | RunKind::Runbook, Some(_) | None) => {
            Ok(Undoing::nothing(Grading::exact().but("the steps of that run are not known any more")))
        }
        (RunKind::Patch | RunKind::Undo | RunKind::Exec, Some(_) | None) => Ok(Undoing::nothing(Grading::exact())),
    }
}

fn of_runbook(candidate: &Candidate, runbook: &Runbook, values: &Values) -> Result<Undoing, RenderError> {
    let host = candidate.context(None);
    let inputs = Inputs { parameters: &runbook.parameters, values, host: &host };
    let last = render_steps(&runbook.undo.steps, &inputs)?;
    let grading = if runbook.undo.says_something() {
        Grading::exact().with_rule(&runbook.undo)
    } else {
        Grading::exact().but("what its other steps changed stays")
    };
    Ok(Undoing { last, ..Undoing::nothing(grading) })
}

fn of_recipe(
    kind: RunKind,
    done: &UndoneJob<'_>,
    candidate: &Candidate,
    recipe: &Recipe,
    values: &Values,
) -> Result<Undoing, RenderError> {
    let Some(installed) = &done.planned.installation else { return Ok(Undoing::nothing(Grading::exact())) };
    let observed = installed.before.observed_version.clone();
    let was_there = observed.is_some();
    let is_there = candidate.known.as_ref().is_ok_and(|known| known.installed_version.is_some());
    let host = candidate.context(observed);
    let inputs = Inputs { parameters: &recipe.parameters, values, host: &host };
    let values_before = values_before(recipe, values, installed.before.recorded.as_ref());
    let inputs_before = values_before.as_ref().map(|values| Inputs { values, ..inputs });
    let (mut first, mut last) = (Vec::new(), Vec::new());
    match kind {
        RunKind::Remove if done.planned.packages.is_empty() => {
            last = render_steps(&recipe.install, &inputs_before.unwrap_or(inputs))?;
        }
        RunKind::Remove => {}
        RunKind::Install | RunKind::Upgrade if !was_there && is_there => {
            first = render_steps(&recipe.remove, &inputs)?;
        }
        RunKind::Install | RunKind::Upgrade => {}
        RunKind::Patch | RunKind::Runbook | RunKind::Exec | RunKind::Undo => {
            return Ok(Undoing::nothing(Grading::exact()));
        }
    }
    last.extend(render_steps(&recipe.undo.steps, &inputs)?);
    let (mut looks, mut pattern, mut risks) = (Vec::new(), None, Vec::new());
    if was_there {
        match inputs_before {
            Some(inputs) => looks = render_steps(&recipe.health, &inputs)?,
            None => risks.push("not checked for health: what it was configured with is not known".to_owned()),
        }
        let probe = render_probe(&recipe.version, &inputs)?;
        looks.push(probe_step(&probe));
        pattern = Some(probe.pattern);
    }
    let grading = if kind == RunKind::Remove {
        Grading::exact().but("what was deleted with it does not come back")
    } else if recipe.undo.says_something() {
        Grading::exact().with_rule(&recipe.undo)
    } else {
        Grading::exact().but("what its other steps changed stays")
    };
    Ok(Undoing { first, last, looks, grading, risks, pattern })
}

/// The values that the inventory had, as long as the recipe still takes them. Secrets are those of the run.
fn values_before(recipe: &Recipe, values: &Values, recorded: Option<&RecordedInstallation>) -> Option<Values> {
    let text = |value: &Value| match value {
        Value::String(text) => text.clone(),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::Array(_) | Value::Object(_) => value.to_string(),
    };
    let given = recorded?.values.iter().map(|(name, value)| (name.clone(), text(value))).collect();
    resolve(&recipe.parameters, &Given { values: given, secrets: values.secrets.clone() }).ok()
}
