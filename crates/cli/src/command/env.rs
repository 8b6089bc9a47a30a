//! `millwright env …`

use crate::arguments::Env;
use crate::exit::Exit;
use crate::out::Out;
use millwright_api::{EnvironmentEdit, Workspace};
use millwright_domain::Fault;
use millwright_domain::fleet::EnvironmentKind;
use serde_json::json;

pub(crate) async fn perform(workspace: &Workspace, out: &Out, verb: Env) -> Result<Exit, Fault> {
    match verb {
        Env::Add { path, timezone, production } => {
            let added = workspace.environment_add(path.clone(), timezone, kind(production)).await?.item;
            out.answer(&json!({ "environment": added }), || format!("Added environment {path}."));
        }
        Env::List { client } => {
            let environments = workspace.environment_list(client.as_ref())?;
            out.answer(&json!({ "environments": environments }), || {
                if environments.is_empty() {
                    return "No environment yet. Add one: millwright env add CLIENT/ENV".into();
                }
                let mut table = out.table(&["ENVIRONMENT", "KIND", "TIME ZONE", "HOSTS"]);
                for view in &environments {
                    let kind = match view.environment.kind {
                        EnvironmentKind::Production => out.paint("PRODUCTION", "1;31"),
                        EnvironmentKind::Other => "–".into(),
                    };
                    table.add_row([
                        view.path.to_string(),
                        kind,
                        view.environment.time_zone.clone(),
                        view.hosts.to_string(),
                    ]);
                }
                table.to_string()
            });
        }
        Env::Edit { path, timezone, production } => {
            let edit = EnvironmentEdit { time_zone: timezone, kind: production.map(kind) };
            let edited = workspace.environment_edit(path.clone(), edit).await?.item;
            out.answer(&json!({ "environment": edited }), || format!("Changed environment {path}."));
        }
        Env::Remove { path } => {
            workspace.environment_remove(path.clone()).await?;
            out.answer(&json!({ "removed": path }), || format!("Removed environment {path}."));
        }
    }
    Ok(Exit::Well)
}

fn kind(production: bool) -> EnvironmentKind {
    if production { EnvironmentKind::Production } else { EnvironmentKind::Other }
}
