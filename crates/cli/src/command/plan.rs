//! `millwright plan …`, `millwright serve-schedule`

use super::start::{confirm, moment, settings};
use super::{patch, product};
use crate::arguments::Plan;
use crate::exit::Exit;
use crate::out::Out;
use crate::plan_text;
use crate::text::{ago, visible, visible_line};
use jiff::Timestamp;
use millwright_api::{How, PlanDiff, PlanDocument, PlanSummary, Planned, ProductAction, RunbookSource, Workspace};
use millwright_domain::Fault;
use serde_json::json;
use std::sync::Arc;
use std::time::Duration;

pub(crate) async fn perform(workspace: &Workspace, out: &Out, verb: Plan) -> Result<Exit, Fault> {
    let planned: Planned = match verb {
        Plan::Patch(wish) => {
            let how = How { from_facts: wish.from_facts, ..wish.going.how()? };
            patch::plan(workspace, wish.updates, &how).await?
        }
        Plan::Install(wish) => product::plan(workspace, ProductAction::Install, wish.wish, &wish.going.how()?).await?,
        Plan::Upgrade(wish) => product::plan(workspace, ProductAction::Upgrade, wish.wish, &wish.going.how()?).await?,
        Plan::Remove(wish) => product::plan(workspace, ProductAction::Remove, wish.wish, &wish.going.how()?).await?,
        Plan::Runbook { name, selector, set, going } => {
            let source = RunbookSource::Named(name);
            workspace.plan_runbook(&selector, &source, settings(set)?, &going.how()?).await?
        }
        Plan::List { limit } => return list(workspace, out, limit),
        Plan::Show { id } => {
            let document = workspace.plan_show(workspace.plan_find(&id)?)?;
            out.answer(&json!(document), || format!("{}{}", plan_text::plan(&document.plan), became(&document)));
            return Ok(Exit::Well);
        }
        Plan::Diff { earlier, later } => {
            let diff = workspace.plan_diff(workspace.plan_find(&earlier)?, workspace.plan_find(&later)?)?;
            out.answer(&json!({ "diff": diff }), || difference(&diff));
            return Ok(Exit::Well);
        }
        Plan::Approve { id, hash, yes, at, in_window } => {
            return approve(workspace, out, &id, hash, yes, at.as_deref(), in_window).await;
        }
        Plan::Run { id } => {
            let planned = workspace.planned(workspace.plan_find(&id)?).await?;
            let id = workspace.run_begin_approved(&planned).await?;
            return super::run::see_to_its_end(workspace, out, id, planned.secrets).await;
        }
        Plan::Unschedule { id } => {
            let id = workspace.plan_find(&id)?;
            workspace.plan_unschedule(id).await?;
            out.answer(&json!({ "unscheduled": id }), || format!("Plan {id} does not begin by itself any more."));
            return Ok(Exit::Well);
        }
    };
    out.answer(&json!({ "plan": planned.plan }), || {
        format!("{}\nApprove it: millwright plan approve {}", plan_text::plan(&planned.plan), planned.plan.id)
    });
    Ok(Exit::Well)
}

async fn approve(
    workspace: &Workspace,
    out: &Out,
    id: &str,
    hash: Option<String>,
    yes: bool,
    at: Option<&str>,
    in_window: bool,
) -> Result<Exit, Fault> {
    let document = workspace.plan_show(workspace.plan_find(id)?)?;
    let (id, content) = (document.plan.id, &document.plan.content);
    let starts_at = match (at, in_window) {
        (Some(text), _) => Some(moment(text)?),
        (None, true) => Some(content.first_moment().unwrap_or_else(Timestamp::now)),
        (None, false) => None,
    };
    if !yes && content.changes_anything() {
        out.note(&plan_text::plan(&document.plan));
        confirm(out, content).await?;
    }
    let hash = hash.unwrap_or(document.plan.hash);
    let approval = match starts_at {
        Some(starts_at) => workspace.plan_approve_for(id, &hash, starts_at).await?,
        None => workspace.plan_approve(id, &hash).await?,
    };
    let document = workspace.plan_show(id)?;
    out.answer(&json!({ "approval": approval, "schedule": document.schedule }), || match starts_at {
        Some(_) => became(&document),
        None => format!("Approved plan {id}.\nRun it: millwright plan run {id}"),
    });
    Ok(Exit::Well)
}

fn list(workspace: &Workspace, out: &Out, limit: u32) -> Result<Exit, Fault> {
    let plans = workspace.plan_list(limit)?;
    out.answer(&json!({ "plans": plans }), || {
        if plans.is_empty() {
            return "Nothing was planned yet.".into();
        }
        let mut table = out.table(&["PLAN", "WHAT", "HOSTS", "STATE", "WHEN", "BY"]);
        for plan in &plans {
            table.add_row([
                plan.id.to_string(),
                visible_line(&plan.title),
                plan.hosts.to_string(),
                state(plan),
                ago(Timestamp::now(), Some(plan.created_at)),
                visible_line(&plan.created_by.0),
            ]);
        }
        table.to_string()
    });
    Ok(Exit::Well)
}

fn state(plan: &PlanSummary) -> String {
    match (&plan.run, &plan.approval) {
        (Some(run), _) => format!("run {run}"),
        (None, _) if plan.expires_at <= Timestamp::now() => "expired".into(),
        (None, Some(approval)) => format!("approved by {}", visible_line(&approval.approved_by.0)),
        (None, None) => "waits for approval".into(),
    }
}

/// What has become of a plan.
fn became(document: &PlanDocument) -> String {
    let mut lines = vec![String::new()];
    if let Some(approval) = &document.approval {
        let at = approval.approved_at.strftime("%Y-%m-%d %H:%M UTC");
        lines.push(format!("Approved by {} at {at}.", visible_line(&approval.approved_by.0)));
    }
    match (&document.run, &document.schedule) {
        (Some(run), _) => lines.push(format!("Run {run}")),
        (None, Some(schedule)) => lines.push(match &schedule.fault {
            Some(fault) => visible(&fault.message),
            None => format!(
                "Begins at {}, if the window or `millwright serve-schedule` is up then. A laptop that sleeps begins nothing.",
                schedule.starts_at.strftime("%Y-%m-%d %H:%M UTC")
            ),
        }),
        (None, None) => {}
    }
    lines.join("\n")
}

fn difference(diff: &PlanDiff) -> String {
    let mut lines = Vec::new();
    lines.extend(diff.gone.iter().map(|host| format!("- {host}")));
    lines.extend(diff.added.iter().map(|host| format!("+ {host}")));
    for changed in &diff.changed {
        lines.push(format!("▸ {}", changed.host));
        for (sign, said) in [("-", &changed.before), ("+", &changed.after)] {
            let each = said.iter().flat_map(|text| text.lines());
            lines.extend(each.map(|line| format!("  {sign} {}", visible(line))));
        }
    }
    if diff.rollout {
        lines.push("Waves, gates or limits differ.".to_owned());
    }
    lines.push(match diff.same {
        1 => "1 host with the very same.".to_owned(),
        count => format!("{count} hosts with the very same."),
    });
    lines.join("\n")
}

/// Begins approved plans at their time and sees to runs that nobody drives, until somebody ends it.
pub(crate) async fn serve_schedule(workspace: &Workspace, out: &Out) -> Result<Exit, Fault> {
    let waiting = workspace.schedule_list()?.len();
    out.note(&format!("{waiting} plans wait for their time. A laptop that sleeps begins nothing."));
    for run in workspace.runs_unfinished()? {
        follow(workspace, *out, run.id);
    }
    loop {
        for run in workspace.begin_due().await? {
            out.note(&format!("{} Run {run} begins.", Timestamp::now().strftime("%Y-%m-%d %H:%M:%S UTC")));
            follow(workspace, *out, run);
        }
        tokio::time::sleep(Duration::from_secs(1)).await;
    }
}

fn follow(workspace: &Workspace, out: Out, run: millwright_domain::ids::RunId) {
    let workspace = workspace.clone();
    tokio::spawn(async move {
        let ended = workspace.run_follow(run, Arc::default()).await.and_then(|()| workspace.run_summary(run));
        match ended {
            Ok(summary) => out.note(&format!("Run {run}: {}", summary.state.as_str())),
            Err(fault) => out.note(&format!("Run {run}: {}", visible(&fault.message))),
        }
    });
}
