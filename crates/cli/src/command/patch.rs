//! `millwright patch …`

use super::start::approve_and_run;
use crate::arguments::Patch;
use crate::exit::Exit;
use crate::out::Out;
use millwright_api::{PatchRequest, PatchScope, Workspace};
use millwright_domain::Fault;

pub(crate) async fn perform(workspace: &Workspace, out: &Out, wish: Patch) -> Result<Exit, Fault> {
    let Patch { selector, security, package, approval } = wish;
    let scope = if security {
        PatchScope::Security
    } else if package.is_empty() {
        PatchScope::All
    } else {
        PatchScope::Packages(package)
    };
    let request =
        PatchRequest { selector: selector.to_string(), scope, parallel: approval.parallel.or_setting(workspace)? };
    let planned = workspace.plan_patch(&selector, request).await?;
    approve_and_run(workspace, out, planned, approval).await
}
