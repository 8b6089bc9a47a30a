//! Plans for approval, and their runs' beginning.

use super::fleet::HostChoice;
use crate::desk::Desk;
use crate::library::{RecipeSource, RunbookSource};
use crate::planning::{Planned, ProductWish, Settings};
use crate::{ExecMode, ExecRequest, PatchRequest, PatchScope, ProductAction};
use indexmap::IndexMap;
use jiff::Timestamp;
use millwright_domain::ids::{PlanId, RunId};
use millwright_domain::run::{
    Exclusion, JobState, PlanContent, PlannedJob, PlannedStep, Privilege, RunKind, StageEnd, Work,
};
use millwright_domain::{Code, Fault, HostPath, Slug};
use serde::{Deserialize, Serialize};
use std::collections::BTreeSet;
use ts_rs::TS;

/// Updates.
#[derive(Debug, Deserialize, TS)]
#[serde(deny_unknown_fields)]
pub(crate) struct PlanPatch {
    /// Which hosts.
    pub hosts: HostChoice,
    /// Only those of a security archive.
    pub security: bool,
    /// Only these packages; empty: all.
    pub packages: Vec<String>,
}

/// One command.
#[derive(Debug, Deserialize, TS)]
#[serde(deny_unknown_fields)]
pub(crate) struct PlanExec {
    /// Which hosts.
    pub hosts: HostChoice,
    /// The text for `sh`.
    pub script: String,
    /// As root.
    pub sudo: bool,
    /// Goes on without us.
    pub detached: bool,
    /// How long it may take.
    pub timeout_seconds: u32,
}

/// A support procedure.
#[derive(Debug, Deserialize, TS)]
#[serde(deny_unknown_fields)]
pub(crate) struct PlanRunbook {
    /// Which hosts.
    pub hosts: HostChoice,
    /// Its short name.
    pub runbook: Slug,
    /// A text that is tried instead of the one that is kept.
    #[ts(optional)]
    pub draft: Option<String>,
    /// Values by parameter. A secret is asked for by a question, and never stands here.
    pub values: IndexMap<String, String>,
}

/// A product by its recipe.
#[derive(Debug, Deserialize, TS)]
#[serde(deny_unknown_fields)]
pub(crate) struct PlanProduct {
    /// Which hosts.
    pub hosts: HostChoice,
    /// The product's short name.
    pub product: Slug,
    /// A recipe's text that is tried instead of the one that is kept.
    #[ts(optional)]
    pub draft: Option<String>,
    /// What should become of it.
    pub action: WantedAction,
    /// A version, if a certain one is wanted.
    pub version: Option<String>,
    /// Values by parameter.
    pub values: IndexMap<String, String>,
}

/// What should become of a product.
#[derive(Debug, Clone, Copy, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
#[allow(missing_docs, reason = "as of the command line")]
pub(crate) enum WantedAction {
    Install,
    Upgrade,
    Remove,
}

/// A plan as a person reads it before they approve it.
#[derive(Debug, Serialize, TS)]
pub(crate) struct PlanView {
    /// Its identifier.
    pub id: PlanId,
    /// What an approval binds.
    pub hash: String,
    /// When it was made.
    pub created_at: Timestamp,
    /// What kind of work it is.
    pub kind: RunKind,
    /// One line.
    pub title: String,
    /// Whether anything would change on any host.
    pub changes_anything: bool,
    /// What has to be typed before it may run, where a mistake hurts.
    pub confirmation: Option<String>,
    /// Each host, in the order in which the jobs begin.
    pub jobs: Vec<PlanJobView>,
}

/// A plan's work on one host.
#[derive(Debug, Serialize, TS)]
pub(crate) struct PlanJobView {
    /// The host.
    pub host: HostPath,
    /// Whether its environment is a production one.
    pub production: bool,
    /// What changes, one line each.
    pub changes: Vec<String>,
    /// What one should know before one says yes.
    pub risks: Vec<String>,
    /// Whether it gets work; else why not.
    pub standing: PlanStanding,
    /// What is done, in order.
    pub steps: Vec<PlanStepView>,
}

/// Whether a host gets work.
#[derive(Debug, Serialize, TS)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub(crate) enum PlanStanding {
    /// It does.
    Work,
    /// It is as it should be already.
    Satisfied {
        /// How we know.
        note: String,
    },
    /// It does not, although it was chosen.
    LeftOut {
        /// The state that its job has from the beginning.
        state: JobState,
        /// Why.
        error: Fault,
    },
}

/// A step with the exact text that the host gets.
#[derive(Debug, Serialize, TS)]
#[allow(missing_docs, reason = "as of a planned step")]
pub(crate) struct PlanStepView {
    pub number: u32,
    pub name: String,
    pub script: String,
    pub root: bool,
    pub timeout_seconds: u32,
    pub only_if: Option<String>,
    pub restarts_host: bool,
}

pub(super) async fn plan_patch(desk: &Desk, wish: PlanPatch) -> Result<PlanView, Fault> {
    let selector = wish.hosts.selector(desk)?;
    let scope = match (wish.security, wish.packages.is_empty()) {
        (true, _) => PatchScope::Security,
        (false, true) => PatchScope::All,
        (false, false) => PatchScope::Packages(wish.packages),
    };
    let request = PatchRequest { selector: selector.to_string(), scope, parallel: desk.workspace().parallel()? };
    Ok(keep(desk, desk.workspace().plan_patch(&selector, request).await?))
}

pub(super) async fn plan_exec(desk: &Desk, wish: PlanExec) -> Result<PlanView, Fault> {
    let selector = wish.hosts.selector(desk)?;
    let request = ExecRequest {
        selector: selector.to_string(),
        script: wish.script,
        privilege: if wish.sudo { Privilege::Root } else { Privilege::Login },
        mode: if wish.detached { ExecMode::Detached } else { ExecMode::Attached },
        timeout_seconds: wish.timeout_seconds,
        parallel: desk.workspace().parallel()?,
    };
    Ok(keep(desk, desk.workspace().plan_exec(&selector, request).await?))
}

pub(super) async fn plan_runbook(desk: &Desk, wish: PlanRunbook) -> Result<PlanView, Fault> {
    let selector = wish.hosts.selector(desk)?;
    let source = wish.draft.map_or(RunbookSource::Named(wish.runbook), RunbookSource::Draft);
    let settings = Settings { values: wish.values, ..Settings::default() };
    let parallel = desk.workspace().parallel()?;
    Ok(keep(desk, desk.workspace().plan_runbook(&selector, &source, settings, parallel).await?))
}

pub(super) async fn plan_product(desk: &Desk, wish: PlanProduct) -> Result<PlanView, Fault> {
    let selector = wish.hosts.selector(desk)?;
    let wish = ProductWish {
        product: wish.product,
        version: wish.version,
        action: match wish.action {
            WantedAction::Install => ProductAction::Install,
            WantedAction::Upgrade => ProductAction::Upgrade,
            WantedAction::Remove => ProductAction::Remove,
        },
        recipe: wish.draft.map_or(RecipeSource::Known, RecipeSource::Draft),
        settings: Settings { values: wish.values, ..Settings::default() },
        parallel: desk.workspace().parallel()?,
    };
    Ok(keep(desk, desk.workspace().plan_product(&selector, wish).await?))
}

/// An approval.
#[derive(Debug, Deserialize, TS)]
#[serde(deny_unknown_fields)]
pub(crate) struct BeginRun {
    /// The plan.
    pub plan: PlanId,
    /// Its hash, as it was shown.
    pub hash: String,
    /// What was typed, where the plan wants that.
    pub confirmation: Option<String>,
}

pub(super) async fn run_begin(desk: &Desk, approval: BeginRun) -> Result<RunId, Fault> {
    let planned = desk.take_plan(approval.plan)?;
    let wanted = confirmation(&planned.plan.content);
    if let Some(wanted) = wanted
        && approval.confirmation.as_deref().map(str::trim) != Some(wanted.as_str())
    {
        desk.put_by(planned);
        return Err(Fault::new(Code::ConfirmationRequired, "this plan changes production hosts")
            .with_hint(format!("Type “{wanted}” to run it.")));
    }
    let begun = desk.workspace().run_begin(&planned, &approval.hash).await;
    let secrets = planned.secrets.clone();
    if begun.is_err() {
        // It may be approved again, with the right hash or when the disk has room.
        desk.put_by(planned);
    }
    let id = begun?;
    desk.drive(id, secrets);
    Ok(id)
}

fn keep(desk: &Desk, planned: Planned) -> PlanView {
    let (plan, content) = (&planned.plan, &planned.plan.content);
    let changes_anything = content.changes_anything();
    let view = PlanView {
        id: plan.id,
        hash: plan.hash.clone(),
        created_at: plan.created_at,
        kind: content.kind,
        title: content.title.clone(),
        changes_anything,
        confirmation: confirmation(content),
        jobs: content.jobs.iter().map(job).collect(),
    };
    desk.put_by(planned);
    view
}

/// The client's name where one client's production may change; the number of clients where several may.
fn confirmation(content: &PlanContent) -> Option<String> {
    let may_change = |work: &Work| match work {
        // Whether a command changes anything, only its author knows: what outlives us or runs as root may.
        Work::Attached { privilege, .. } => *privilege == Privilege::Root,
        Work::Detached(detached) => detached.exclusion == Exclusion::ChangeLock || content.kind == RunKind::Exec,
        Work::Satisfied { .. } | Work::LeftOut(_) => false,
    };
    let touched = content.jobs.iter().filter(|job| job.production && may_change(&job.work));
    let clients: BTreeSet<&Slug> = touched.map(|job| &job.host.client).collect();
    match clients.len() {
        0 => None,
        1 => clients.first().map(|client| client.to_string()),
        several => Some(format!("{several} clients")),
    }
}

fn job(job: &PlannedJob) -> PlanJobView {
    let (standing, steps) = match &job.work {
        Work::Satisfied { note } => (PlanStanding::Satisfied { note: note.clone() }, Vec::new()),
        Work::LeftOut(why) => (PlanStanding::LeftOut { state: why.state(), error: why.fault().clone() }, Vec::new()),
        Work::Attached { script, privilege, timeout_seconds } => {
            let step = PlanStepView {
                number: 1,
                name: "Run the command".into(),
                script: script.clone(),
                root: *privilege == Privilege::Root,
                timeout_seconds: *timeout_seconds,
                only_if: None,
                restarts_host: false,
            };
            (PlanStanding::Work, vec![step])
        }
        Work::Detached(work) => {
            let stages = work.stages.iter().flat_map(|stage| {
                let last = stage.steps.last().map(|step| step.number);
                let restarts = matches!(stage.end, StageEnd::Reboot { .. });
                stage.steps.iter().map(move |found| step(found, restarts && last == Some(found.number)))
            });
            (PlanStanding::Work, stages.collect())
        }
    };
    let PlannedJob { host, production, changes, risks, .. } = job;
    let (changes, risks) = (changes.clone(), risks.clone());
    PlanJobView { host: host.clone(), production: *production, changes, risks, standing, steps }
}

fn step(step: &PlannedStep, restarts_host: bool) -> PlanStepView {
    PlanStepView {
        number: step.number,
        name: step.name.clone(),
        script: step.script.clone(),
        root: step.privilege == Privilege::Root,
        timeout_seconds: step.timeout_seconds,
        only_if: step.only_if.clone(),
        restarts_host,
    }
}

#[cfg(test)]
#[path = "plans_tests.rs"]
mod tests;
