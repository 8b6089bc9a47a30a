//! `millwright run …`

use super::start::{approve_and_run, settings};
use crate::arguments::{Approval, Set};
use crate::exit::Exit;
use crate::out::Out;
use crate::text::{ago, visible_line};
use crate::{progress, run_table};
use jiff::Timestamp;
use millwright_api::{Secrets, Workspace};
use millwright_domain::ids::RunId;
use millwright_domain::run::{CancelMode, JobState};
use millwright_domain::{Fault, HostPath, Selector};
use serde_json::json;
use std::sync::Arc;

/// Output is read and written in pieces of this size.
const PIECE_BYTES: u64 = 1 << 20;

pub(crate) fn list(workspace: &Workspace, out: &Out, limit: u32) -> Result<Exit, Fault> {
    let runs = workspace.run_list(limit)?;
    out.answer(&json!({ "runs": runs }), || {
        if runs.is_empty() {
            return "Nothing was run yet.".into();
        }
        let mut table = out.table(&["RUN", "WHAT", "HOSTS", "STATE", "WHEN", "BY"]);
        for run in &runs {
            table.add_row([
                run.id.to_string(),
                visible_line(&run.title),
                format!("{}/{}", run.counts.succeeded, run.counts.total),
                run.state.as_str().to_owned(),
                ago(Timestamp::now(), Some(run.created_at)),
                visible_line(&run.created_by.0),
            ]);
        }
        table.to_string()
    });
    Ok(Exit::Well)
}

pub(crate) fn show(workspace: &Workspace, out: &Out, id: &str) -> Result<Exit, Fault> {
    let document = workspace.run_show(workspace.run_find(id)?)?;
    out.answer(&json!({ "run": document }), || run_table::table(out, &document));
    Ok(Exit::Well)
}

pub(crate) async fn follow(workspace: &Workspace, out: &Out, id: &str) -> Result<Exit, Fault> {
    let id = workspace.run_find(id)?;
    progress::shown(workspace, *out, id, workspace.run_follow(id, Arc::default())).await?;
    told(workspace, out, id)
}

/// Drives a run that has begun, and tells how it ended.
pub(crate) async fn see_to_its_end(
    workspace: &Workspace,
    out: &Out,
    id: RunId,
    secrets: Arc<Secrets>,
) -> Result<Exit, Fault> {
    out.note(&format!("Run {id}"));
    progress::shown(workspace, *out, id, workspace.run_follow(id, secrets)).await?;
    told(workspace, out, id)
}

pub(crate) async fn promote(workspace: &Workspace, out: &Out, id: &str) -> Result<Exit, Fault> {
    let id = workspace.run_find(id)?;
    workspace.run_promote(id).await?;
    see_to_its_end(workspace, out, id, Arc::default()).await
}

pub(crate) async fn resume(
    workspace: &Workspace,
    out: &Out,
    id: &str,
    secrets: Vec<String>,
    approval: Approval,
) -> Result<Exit, Fault> {
    let id = workspace.run_find(id)?;
    let settings = settings(Set { values: Vec::new(), secrets })?;
    let planned = workspace.plan_resume(id, settings, &approval.going.how()?).await?;
    approve_and_run(workspace, out, planned, approval).await
}

pub(crate) async fn undo(
    workspace: &Workspace,
    out: &Out,
    id: &str,
    only: Option<&Selector>,
    approval: Approval,
) -> Result<Exit, Fault> {
    let id = workspace.run_find(id)?;
    let planned = workspace.plan_undo(id, only, &approval.going.how()?).await?;
    approve_and_run(workspace, out, planned, approval).await
}

pub(crate) async fn cancel(workspace: &Workspace, out: &Out, id: &str, after_step: bool) -> Result<Exit, Fault> {
    let id = workspace.run_find(id)?;
    let mode = if after_step { CancelMode::AfterStep } else { CancelMode::Now };
    out.note("stopping …");
    progress::shown(workspace, *out, id, workspace.run_cancel(id, mode)).await?;
    let document = workspace.run_show(id)?;
    out.answer(&json!({ "run": document }), || run_table::table(out, &document));
    let unconfirmed = document.jobs.iter().filter(|job| job.state == JobState::Unknown).count();
    Ok(if unconfirmed == 0 { Exit::Well } else { Exit::Some })
}

pub(crate) fn output(workspace: &Workspace, out: &Out, id: &str, host: &HostPath) -> Result<Exit, Fault> {
    let id = workspace.run_find(id)?;
    let mut from = 0;
    loop {
        let piece = workspace.run_output(id, host, from, PIECE_BYTES)?;
        if piece.is_empty() {
            return Ok(Exit::Well);
        }
        from += piece.len() as u64;
        run_table::print_output(*out, &piece);
    }
}

fn told(workspace: &Workspace, out: &Out, id: RunId) -> Result<Exit, Fault> {
    let document = workspace.run_show(id)?;
    out.answer(&json!({ "run": document }), || run_table::told(workspace, out, &document));
    Ok(Exit::of_run(&document))
}
