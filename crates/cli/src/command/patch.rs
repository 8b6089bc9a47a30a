//! `millwright patch …`

use super::start::approve_and_run;
use crate::arguments::{Patch, Updates};
use crate::exit::Exit;
use crate::out::Out;
use millwright_api::{How, PatchScope, Planned, Workspace};
use millwright_domain::Fault;

pub(crate) async fn perform(workspace: &Workspace, out: &Out, wish: Patch) -> Result<Exit, Fault> {
    let planned = plan(workspace, wish.updates, &wish.approval.going.how()?).await?;
    approve_and_run(workspace, out, planned, wish.approval).await
}

/// Plans updates.
pub(crate) async fn plan(workspace: &Workspace, updates: Updates, how: &How) -> Result<Planned, Fault> {
    let scope = PatchScope::of(updates.security, updates.package);
    workspace.plan_patch(&updates.selector, scope, how).await
}
