//! `millwright env …`

use crate::arguments::Env;
use crate::exit::Exit;
use crate::out::Out;
use millwright_api::{EnvironmentEdit, WindowsView, Workspace};
use millwright_domain::Fault;
use millwright_domain::fleet::EnvironmentKind;
use millwright_domain::window::{Standing, Windows};
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
        Env::Edit { path, timezone, production, window, no_windows } => {
            let windows = match (window.is_empty(), no_windows) {
                (true, false) => None,
                (true, true) | (false, _) => Some(Windows::try_from(window)?),
            };
            let edit = EnvironmentEdit { time_zone: timezone, kind: production.map(kind), windows };
            let edited = workspace.environment_edit(path.clone(), edit).await?.item;
            out.answer(&json!({ "environment": edited }), || format!("Changed environment {path}."));
        }
        Env::Windows { path, count } => {
            let windows = workspace.windows_show(&path, None, count as usize)?;
            out.answer(&json!({ "windows": windows }), || shown(&windows));
        }
        Env::Remove { path } => {
            workspace.environment_remove(path.clone()).await?;
            out.answer(&json!({ "removed": path }), || format!("Removed environment {path}."));
        }
    }
    Ok(Exit::Well)
}

fn shown(windows: &WindowsView) -> String {
    let mut lines: Vec<String> = windows.rules.iter().map(|rule| format!("  {rule}")).collect();
    lines.insert(0, format!("Maintenance windows, by the clock of {}:", windows.time_zone));
    if windows.rules.is_empty() {
        return "Changes may start at any time: no maintenance window is set.".to_owned();
    }
    lines.push(match windows.standing {
        Standing::Always => "Changes may start now.".to_owned(),
        Standing::Open { .. } => "Open now.".to_owned(),
        Standing::Closed { opens: Some(_) } => "Closed now.".to_owned(),
        Standing::Closed { opens: None } => "Closed, and none opens within 400 days.".to_owned(),
    });
    lines.extend(windows.next.iter().map(|next| format!("  {}  to  {}", next.from, next.until)));
    lines.join("\n")
}

fn kind(production: bool) -> EnvironmentKind {
    if production { EnvironmentKind::Production } else { EnvironmentKind::Other }
}
