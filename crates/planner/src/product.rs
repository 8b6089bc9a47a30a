//! Plans that install, upgrade or remove a product by its recipe.

use crate::arrange::arrange;
use crate::files::differences;
use crate::grade::{Grading, of_versions};
use crate::guard::{packages_look, prepared, probe_guard};
use crate::packages::{Packages, named_packages};
use crate::render::{
    Inputs, RenderError, RenderedAction, RenderedProbe, RenderedStep, render_configuration, render_probe, render_steps,
};
use crate::saved::saved;
use crate::snapshot::{Candidate, Known};
use crate::steps::{LocalFile, build};
use crate::terms::Terms;
use indexmap::IndexMap;
use millwright_domain::ids::ProductId;
use millwright_domain::recipe::{Recipe, Step, Values};
use millwright_domain::run::{
    Exclusion, InstallationBefore, LeftOut, OnFailure, PlanContent, PlannedInstallation, PlannedJob, PlannedPackage,
    PlannedProbe, Presence, RecordedInstallation, RunKind, Wanted, Work,
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
    /// For whom, when, and by which policies.
    pub terms: Terms,
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
}

/// Plans it.
pub fn product(request: &ProductRequest<'_>, candidates: &[Candidate]) -> PlanContent {
    let (kind, verb) = match request.action {
        ProductAction::Install => (RunKind::Install, "Install"),
        ProductAction::Upgrade => (RunKind::Upgrade, "Upgrade"),
        ProductAction::Remove => (RunKind::Remove, "Remove"),
    };
    let version = request.version.as_ref().map(|version| format!(" {version}")).unwrap_or_default();
    let wanted = Wanted::Product {
        product: request.recipe.product.clone(),
        version: request.version.clone(),
        values: request.values.texts(),
    };
    let jobs = candidates
        .iter()
        .map(|candidate| job(request, candidate).unwrap_or_else(|left_out| candidate.left_out(left_out)))
        .collect();
    let title = format!("{verb} {}{version}", request.recipe.title);
    arrange(kind, title, wanted, jobs, candidates, &request.terms)
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
    let context = candidate.context(request.version.clone());
    let inputs = Inputs { parameters: &recipe.parameters, values: request.values, host: &context };
    let mut rendered = rendered_product(request, candidate).map_err(|error| skipped(error.into()))?;
    let probe = render_probe(&recipe.version, &inputs).map_err(|error| skipped(error.into()))?;
    let paths = render_configuration(&recipe.undo, &inputs).map_err(|error| skipped(error.into()))?;
    let packages = Packages::of(known);
    let named = named_packages(&rendered, &packages).map_err(|error| skipped(error.into()))?;
    let differences = differences(&rendered, &known.files);
    if installs {
        rendered.push(probe_step(&probe));
    }
    let built = build(rendered, Exclusion::ChangeLock, known, request.files).map_err(skipped)?;
    let saved = saved(request.terms.now, recipe.product.as_str(), paths);
    let work = prepared(built.work, saved.as_ref(), |privilege| match named.as_slice() {
        [] => probe_guard(&probe, known),
        [..] => packages_look(&named, &packages, known, privilege),
    });
    candidate.allow(work.privilege)?;
    let last = work.stages.iter().flat_map(|stage| &stage.steps).map(|step| step.number).max();
    let mut job = candidate.job(Work::Detached(work));
    job.changes = vec![change(request, known)];
    (job.risks, job.differences, job.saved) = (built.risks, differences, saved);
    job.undo = Some(of_product(request, known, &named, &packages).into_undo());
    job.packages = named;
    job.installation = Some(PlannedInstallation {
        product_id: request.product_id,
        product: recipe.product.to_string(),
        presence: if installs { Presence::There } else { Presence::Gone },
        before: before(known),
        desired_version: request.version.clone(),
        values: plain_values(request.values),
        probe: installs
            .then_some(last)
            .flatten()
            .map(|step_number| PlannedProbe { step_number, pattern: Some(probe.pattern) }),
    });
    Ok(job)
}

/// The steps as the host gets them, without the look at the version that comes after them.
pub(crate) fn rendered_product(
    request: &ProductRequest<'_>,
    candidate: &Candidate,
) -> Result<Vec<RenderedStep>, RenderError> {
    let recipe = request.recipe;
    let wanted: Vec<Step> = match request.action {
        ProductAction::Install => recipe.install.iter().chain(&recipe.health).cloned().collect(),
        ProductAction::Upgrade => recipe.upgrade.iter().chain(&recipe.health).cloned().collect(),
        ProductAction::Remove => recipe.remove.clone(),
    };
    let context = candidate.context(request.version.clone());
    render_steps(&wanted, &Inputs { parameters: &recipe.parameters, values: request.values, host: &context })
}

/// The last step where a product is there afterwards: what its inventory learns stands in its output.
pub(crate) fn probe_step(probe: &RenderedProbe) -> RenderedStep {
    RenderedStep {
        name: "Read the installed version".into(),
        action: RenderedAction::Shell { script: probe.script.clone() },
        privilege: probe.privilege,
        timeout_seconds: probe.timeout_seconds,
        only_if: None,
        on_failure: OnFailure::Stop,
        risks: Vec::new(),
        secrets: Default::default(),
    }
}

/// What is known of the product before anything is done.
pub(crate) fn before(known: &Known) -> InstallationBefore {
    InstallationBefore {
        observed_version: known.installed_version.clone(),
        recorded: known.installation.as_ref().map(|there| RecordedInstallation {
            desired_version: there.desired_version.clone(),
            values: there.values.clone(),
        }),
    }
}

/// What comes along with a package that is named is known only when it has been done; so only the author of a recipe
/// can say that all of it goes back.
fn of_product(
    request: &ProductRequest<'_>,
    known: &Known,
    named: &[PlannedPackage],
    packages: &Packages<'_>,
) -> Grading {
    let recipe = request.recipe;
    let (was_there, rule) = (known.installed_version.is_some(), &recipe.undo);
    let versions = of_versions(named, packages);
    match request.action {
        ProductAction::Remove if named.is_empty() => {
            versions.but("it is installed again as before, and what was deleted with it does not come back")
        }
        ProductAction::Remove => versions.but("what is deleted with the packages does not come back"),
        ProductAction::Install | ProductAction::Upgrade if rule.says_something() => versions.with_rule(rule),
        ProductAction::Install | ProductAction::Upgrade if !was_there && !recipe.remove.is_empty() => {
            versions.but("the recipe's removal leaves what it does not name")
        }
        ProductAction::Install | ProductAction::Upgrade if !named.is_empty() => {
            versions.but("what comes along with the packages, and what other steps change, is known only afterwards")
        }
        ProductAction::Install | ProductAction::Upgrade => {
            Grading::one_way("the recipe does not say how it is taken back")
        }
    }
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

pub(crate) fn plain_values(values: &Values) -> IndexMap<String, Value> {
    use millwright_domain::recipe::ParameterValue::{Boolean, Integer, Text};
    let json = |value: &millwright_domain::recipe::ParameterValue| match value {
        Text(text) => Value::from(text.as_str()),
        Integer(number) => Value::from(*number),
        Boolean(flag) => Value::from(*flag),
    };
    values.plain.iter().map(|(name, value)| (name.clone(), json(value))).collect()
}

#[cfg(test)]
pub(crate) mod tests;
