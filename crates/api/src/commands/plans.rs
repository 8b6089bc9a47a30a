//! Plans: what somebody wants becomes one, to be looked at.

use super::fleet::HostChoice;
use super::plan_view::PlanView;
use crate::desk::Desk;
use crate::library::{RecipeSource, RunbookSource};
use crate::planning::{ExecWish, Planned, ProductWish, Settings};
use crate::terms::How;
use crate::{ExecMode, PatchScope, ProductAction};
use indexmap::IndexMap;
use millwright_domain::ids::RunId;
use millwright_domain::run::Privilege;
use millwright_domain::{Fault, HostPath, Selector, Slug};
use serde::Deserialize;
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
    /// How it should go.
    #[serde(default)]
    #[ts(optional, as = "Option<How>")]
    pub how: How,
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
    /// How it should go.
    #[serde(default)]
    #[ts(optional, as = "Option<How>")]
    pub how: How,
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
    /// How it should go.
    #[serde(default)]
    #[ts(optional, as = "Option<How>")]
    pub how: How,
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
    /// How it should go.
    #[serde(default)]
    #[ts(optional, as = "Option<How>")]
    pub how: How,
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

/// What is missing of a run.
#[derive(Debug, Deserialize, TS)]
#[serde(deny_unknown_fields)]
pub(crate) struct PlanResume {
    /// The run.
    pub run: RunId,
    /// How it should go.
    #[serde(default)]
    #[ts(optional, as = "Option<How>")]
    pub how: How,
}

/// A run, taken back.
#[derive(Debug, Deserialize, TS)]
#[serde(deny_unknown_fields)]
pub(crate) struct PlanUndo {
    /// The run.
    pub run: RunId,
    /// Only on these hosts; empty: on all.
    pub hosts: Vec<HostPath>,
    /// How it should go.
    #[serde(default)]
    #[ts(optional, as = "Option<How>")]
    pub how: How,
}

pub(super) async fn plan_patch(desk: &Desk, wish: PlanPatch) -> Result<PlanView, Fault> {
    let selector = wish.hosts.selector(desk)?;
    let scope = PatchScope::of(wish.security, wish.packages);
    Ok(keep(desk, desk.workspace().plan_patch(&selector, scope, &wish.how).await?))
}

pub(super) async fn plan_exec(desk: &Desk, wish: PlanExec) -> Result<PlanView, Fault> {
    let selector = wish.hosts.selector(desk)?;
    let exec = ExecWish {
        script: wish.script,
        privilege: if wish.sudo { Privilege::Root } else { Privilege::Login },
        mode: if wish.detached { ExecMode::Detached } else { ExecMode::Attached },
        timeout_seconds: wish.timeout_seconds,
    };
    Ok(keep(desk, desk.workspace().plan_exec(&selector, exec, &wish.how).await?))
}

pub(super) async fn plan_runbook(desk: &Desk, wish: PlanRunbook) -> Result<PlanView, Fault> {
    let selector = wish.hosts.selector(desk)?;
    let source = wish.draft.map_or(RunbookSource::Named(wish.runbook), RunbookSource::Draft);
    let settings = Settings { values: wish.values, ..Settings::default() };
    Ok(keep(desk, desk.workspace().plan_runbook(&selector, &source, settings, &wish.how).await?))
}

pub(super) async fn plan_product(desk: &Desk, wish: PlanProduct) -> Result<PlanView, Fault> {
    let selector = wish.hosts.selector(desk)?;
    let how = wish.how;
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
    };
    Ok(keep(desk, desk.workspace().plan_product(&selector, wish, &how).await?))
}

pub(super) async fn plan_resume(desk: &Desk, PlanResume { run, how }: PlanResume) -> Result<PlanView, Fault> {
    Ok(keep(desk, desk.workspace().plan_resume(run, Settings::default(), &how).await?))
}

pub(super) async fn plan_undo(desk: &Desk, PlanUndo { run, hosts, how }: PlanUndo) -> Result<PlanView, Fault> {
    let only = (!hosts.is_empty()).then(|| Selector::of_hosts(&hosts)).transpose()?;
    Ok(keep(desk, desk.workspace().plan_undo(run, only.as_ref(), &how).await?))
}

/// Keeps a plan's secrets until it is run, and shows it.
fn keep(desk: &Desk, planned: Planned) -> PlanView {
    let view = PlanView::of(&planned.plan);
    desk.put_by(planned);
    view
}
