//! Plans that are kept: looking at them, approving them, and letting them begin.

use super::Nothing;
use super::plan_view::{PlanView, confirmation};
use crate::desk::Desk;
use crate::planning::Planned;
use crate::{Approval, PlanDiff, PlanSummary, Scheduled};
use jiff::Timestamp;
use millwright_domain::ids::{PlanId, RunId};
use millwright_domain::run::PlanContent;
use millwright_domain::{Code, Fault};
use serde::Deserialize;
use ts_rs::TS;

/// The newest plans.
#[derive(Debug, Deserialize, TS)]
#[serde(deny_unknown_fields)]
pub(crate) struct PlanListQuery {
    /// How many at most.
    pub limit: u32,
}

pub(super) fn plan_list(desk: &Desk, query: PlanListQuery) -> Result<Vec<PlanSummary>, Fault> {
    desk.workspace().plan_list(query.limit)
}

/// One plan.
#[derive(Debug, Deserialize, TS)]
#[serde(deny_unknown_fields)]
pub(crate) struct OnePlan {
    /// Its identifier.
    pub plan: PlanId,
}

pub(super) fn plan_show(desk: &Desk, OnePlan { plan }: OnePlan) -> Result<PlanView, Fault> {
    Ok(PlanView::kept(desk.workspace().plan_show(plan)?))
}

/// Two plans.
#[derive(Debug, Deserialize, TS)]
#[serde(deny_unknown_fields)]
pub(crate) struct ComparePlans {
    /// The earlier one.
    pub earlier: PlanId,
    /// The later one.
    pub later: PlanId,
}

pub(super) fn plan_diff(desk: &Desk, ComparePlans { earlier, later }: ComparePlans) -> Result<PlanDiff, Fault> {
    desk.workspace().plan_diff(earlier, later)
}

/// A yes to a plan.
#[derive(Debug, Deserialize, TS)]
#[serde(deny_unknown_fields)]
pub(crate) struct ApprovePlan {
    /// The plan.
    pub plan: PlanId,
    /// Its hash, as it was shown.
    pub hash: String,
    /// What was typed, where the plan wants that.
    pub confirmation: Option<String>,
}

pub(super) async fn plan_approve(desk: &Desk, yes: ApprovePlan) -> Result<Approval, Fault> {
    check(&desk.workspace().plan_show(yes.plan)?.plan.content, yes.confirmation.as_deref())?;
    desk.workspace().plan_approve(yes.plan, &yes.hash).await
}

pub(super) async fn run_begin(desk: &Desk, yes: ApprovePlan) -> Result<RunId, Fault> {
    let planned = plan_with_secrets(desk, yes.plan).await?;
    if let Err(fault) = check(&planned.plan.content, yes.confirmation.as_deref()) {
        desk.put_by(planned);
        return Err(fault);
    }
    let begun = desk.workspace().run_begin(&planned, &yes.hash).await;
    let secrets = planned.secrets.clone();
    if begun.is_err() {
        // It may be approved again, with the right hash or when the disk has room.
        desk.put_by(planned);
    }
    let id = begun?;
    desk.drive(id, secrets);
    Ok(id)
}

pub(super) async fn plan_run(desk: &Desk, OnePlan { plan }: OnePlan) -> Result<RunId, Fault> {
    let planned = plan_with_secrets(desk, plan).await?;
    let id = desk.workspace().run_begin_approved(&planned).await?;
    desk.drive(id, planned.secrets);
    Ok(id)
}

/// When an approved plan begins.
#[derive(Debug, Deserialize, TS)]
#[serde(deny_unknown_fields)]
pub(crate) struct SchedulePlan {
    /// The plan.
    pub plan: PlanId,
    /// The moment; none: when the first of its windows opens.
    pub starts_at: Option<Timestamp>,
}

pub(super) async fn plan_schedule(desk: &Desk, wish: SchedulePlan) -> Result<(), Fault> {
    let starts_at = match wish.starts_at {
        Some(moment) => moment,
        None => desk.workspace().plan_show(wish.plan)?.plan.content.first_moment().unwrap_or_else(Timestamp::now),
    };
    desk.workspace().plan_schedule(wish.plan, starts_at).await
}

pub(super) async fn plan_unschedule(desk: &Desk, OnePlan { plan }: OnePlan) -> Result<(), Fault> {
    desk.workspace().plan_unschedule(plan).await
}

pub(super) fn schedule_list(desk: &Desk, Nothing {}: Nothing) -> Result<Vec<Scheduled>, Fault> {
    desk.workspace().schedule_list()
}

/// A plan of this window with its secrets, or an earlier one whose secrets are asked for.
async fn plan_with_secrets(desk: &Desk, id: PlanId) -> Result<Planned, Fault> {
    match desk.take_plan(id) {
        Some(planned) => Ok(planned),
        None => desk.workspace().planned(id).await,
    }
}

fn check(content: &PlanContent, typed: Option<&str>) -> Result<(), Fault> {
    match confirmation(content) {
        Some(wanted) if typed.map(str::trim) != Some(wanted.as_str()) => {
            Err(Fault::new(Code::ConfirmationRequired, "this plan changes production hosts")
                .with_hint(format!("Type “{wanted}” to run it.")))
        }
        Some(_) | None => Ok(()),
    }
}
