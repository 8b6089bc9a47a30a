//! Plans that install, upgrade or remove a product by its recipe.

use crate::render::{Inputs, RenderedAction, RenderedStep, render_probe, render_steps};
use crate::snapshot::{Candidate, Known};
use crate::steps::{LocalFile, build};
use indexmap::IndexMap;
use millwright_domain::ids::ProductId;
use millwright_domain::recipe::{Recipe, Step, Values};
use millwright_domain::run::{
    Exclusion, LeftOut, OnFailure, PlanContent, PlannedInstallation, PlannedJob, PlannedProbe, RunKind, Wanted, Work,
};
use millwright_domain::{Code, Fault};
use serde_json::Value;
use std::cmp::Ordering;
use std::collections::BTreeMap;

/// What should become of a product.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ProductAction {
    /// It should be there.
    Install,
    /// It should be newer.
    Upgrade,
    /// It should go.
    Remove,
}

/// A product for many hosts.
#[derive(Debug)]
pub struct ProductRequest<'r> {
    /// The selector as it was given.
    pub selector: String,
    /// What should become of it.
    pub action: ProductAction,
    /// Its row in the catalogue.
    pub product_id: ProductId,
    /// Its recipe.
    pub recipe: &'r Recipe,
    /// The version that was asked for.
    pub version: Option<String>,
    /// The values of the recipe's parameters.
    pub values: &'r Values,
    /// The files that it uploads, by the path that it gives.
    pub files: &'r BTreeMap<String, LocalFile>,
    /// How many hosts at once.
    pub parallel: u32,
}

/// Plans it.
pub fn product(request: &ProductRequest<'_>, candidates: &[Candidate]) -> PlanContent {
    let (kind, verb) = match request.action {
        ProductAction::Install => (RunKind::Install, "Install"),
        ProductAction::Upgrade => (RunKind::Upgrade, "Upgrade"),
        ProductAction::Remove => (RunKind::Remove, "Remove"),
    };
    let version = request.version.as_ref().map(|version| format!(" {version}")).unwrap_or_default();
    PlanContent {
        kind,
        title: format!("{verb} {}{version}", request.recipe.title),
        selector: request.selector.clone(),
        wanted: Wanted::Product {
            product: request.recipe.product.clone(),
            version: request.version.clone(),
            values: request.values.texts(),
        },
        parallel: request.parallel,
        jobs: candidates
            .iter()
            .map(|candidate| job(request, candidate).unwrap_or_else(|left_out| candidate.left_out(left_out)))
            .collect(),
    }
}

fn job(request: &ProductRequest<'_>, candidate: &Candidate) -> Result<PlannedJob, LeftOut> {
    let known = candidate.known()?;
    candidate.system_is(&request.recipe.systems, &request.recipe.title)?;
    let skipped = LeftOut::Skipped;
    if let Some(note) = satisfied(request, known)? {
        return Ok(candidate.job(Work::Satisfied { note }));
    }
    let recipe = request.recipe;
    let installs = request.action != ProductAction::Remove;
    let wanted: Vec<Step> = match request.action {
        ProductAction::Install => recipe.install.iter().chain(&recipe.health).cloned().collect(),
        ProductAction::Upgrade => recipe.upgrade.iter().chain(&recipe.health).cloned().collect(),
        ProductAction::Remove => recipe.remove.clone(),
    };
    let context = candidate.context(request.version.clone());
    let inputs = Inputs { parameters: &recipe.parameters, values: request.values, host: &context };
    let mut rendered = render_steps(&wanted, &inputs).map_err(|error| skipped(error.into()))?;
    let probe = render_probe(&recipe.version, &inputs).map_err(|error| skipped(error.into()))?;
    if installs {
        rendered.push(RenderedStep {
            name: "Read the installed version".into(),
            action: RenderedAction::Shell { script: probe.script },
            privilege: probe.privilege,
            timeout_seconds: probe.timeout_seconds,
            only_if: None,
            on_failure: OnFailure::Stop,
            risks: Vec::new(),
            secrets: Default::default(),
        });
    }
    let built = build(rendered, Exclusion::ChangeLock, known, request.files).map_err(skipped)?;
    candidate.allow(built.work.privilege)?;
    let last = built.work.stages.iter().flat_map(|stage| &stage.steps).map(|step| step.number).max();
    let mut job = candidate.job(Work::Detached(built.work));
    job.changes = vec![change(request, known)];
    job.risks = built.risks;
    job.installation = Some(PlannedInstallation {
        product_id: request.product_id,
        product: recipe.product.to_string(),
        desired_version: request.version.clone(),
        values: plain_values(request.values),
        probe: installs
            .then_some(last)
            .flatten()
            .map(|step_number| PlannedProbe { step_number, pattern: Some(probe.pattern) }),
    });
    Ok(job)
}

/// Why there is nothing to do, if there is nothing to do; an error where it is not possible.
fn satisfied(request: &ProductRequest<'_>, known: &Known) -> Result<Option<String>, LeftOut> {
    let title = &request.recipe.title;
    let skipped = |fault: Fault| Err(LeftOut::Skipped(fault));
    match (request.action, &known.installed_version) {
        (ProductAction::Install, None) => Ok(None),
        (ProductAction::Install, Some(installed)) => {
            let same_version = request.version.as_ref().is_none_or(|wanted| wanted == installed);
            let same_values =
                known.installation.as_ref().is_some_and(|there| there.values == plain_values(request.values));
            // A secret's value is compared with nothing: whoever gives one wants it set.
            let settled = same_version && same_values && request.values.secrets.is_empty();
            Ok(settled.then(|| format!("already there: {title} {installed}")))
        }
        (ProductAction::Upgrade, None) => skipped(
            Fault::new(Code::NotFound, format!("{title} is not installed here"))
                .with_hint(format!("`millwright install {}` installs it.", request.recipe.product)),
        ),
        (ProductAction::Upgrade, Some(_)) if request.recipe.upgrade.is_empty() => {
            skipped(Fault::new(Code::Unsupported, format!("the recipe of {title} cannot upgrade")))
        }
        (ProductAction::Upgrade, Some(installed)) => match &request.version {
            Some(wanted) if wanted == installed => Ok(Some(format!("already there: {title} {installed}"))),
            Some(wanted) if request.recipe.version.scheme.compare(wanted, installed) == Some(Ordering::Less) => {
                skipped(
                    Fault::new(Code::InvalidInput, format!("{title} {installed} is newer than {wanted}"))
                        .with_hint("An upgrade never goes back."),
                )
            }
            Some(_) | None => Ok(None),
        },
        (ProductAction::Remove, Some(_)) if request.recipe.remove.is_empty() => {
            skipped(Fault::new(Code::Unsupported, format!("the recipe of {title} cannot remove")))
        }
        (ProductAction::Remove, Some(_)) => Ok(None),
        (ProductAction::Remove, None) => Ok(Some(format!("already gone: {title} is not installed"))),
    }
}

fn change(request: &ProductRequest<'_>, known: &Known) -> String {
    let title = &request.recipe.title;
    let wanted = request.version.as_deref().unwrap_or("newest offered");
    match (request.action, &known.installed_version) {
        (ProductAction::Remove, Some(installed)) => format!("{title} {installed} → removed"),
        (ProductAction::Remove, None) => format!("{title} → removed"),
        (_, Some(installed)) => format!("{title} {installed} → {wanted}"),
        (_, None) => format!("{title} → {wanted}"),
    }
}

fn plain_values(values: &Values) -> IndexMap<String, Value> {
    use millwright_domain::recipe::ParameterValue::{Boolean, Integer, Text};
    let json = |value: &millwright_domain::recipe::ParameterValue| match value {
        Text(text) => Value::from(text.as_str()),
        Integer(number) => Value::from(*number),
        Boolean(flag) => Value::from(*flag),
    };
    values.plain.iter().map(|(name, value)| (name.clone(), json(value))).collect()
}
