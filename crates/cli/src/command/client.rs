//! `millwright client …`

use crate::arguments::Client;
use crate::exit::Exit;
use crate::out::Out;
use crate::text::visible_line;
use millwright_api::Workspace;
use millwright_domain::Fault;
use serde_json::json;

pub(crate) async fn perform(workspace: &Workspace, out: &Out, verb: Client) -> Result<Exit, Fault> {
    match verb {
        Client::Add { name, slug } => {
            let client = workspace.client_add(&name, slug).await?.item;
            out.answer(&json!({ "client": client }), || format!("Added client {}.", client.slug));
        }
        Client::List => {
            let clients = workspace.client_list()?;
            out.answer(&json!({ "clients": clients }), || {
                if clients.is_empty() {
                    return "No client yet. Add one: millwright client add NAME".into();
                }
                let mut table = out.table(&["CLIENT", "NAME", "ENVIRONMENTS", "HOSTS"]);
                for view in &clients {
                    let environments: Vec<&str> = view.environments.iter().map(|slug| slug.as_str()).collect();
                    table.add_row([
                        view.client.slug.to_string(),
                        visible_line(&view.client.name),
                        environments.join(", "),
                        view.hosts.to_string(),
                    ]);
                }
                table.to_string()
            });
        }
        Client::Show { slug } => {
            let view = workspace.client_show(&slug)?;
            out.answer(&json!({ "client": view }), || {
                let environments: Vec<&str> = view.environments.iter().map(|slug| slug.as_str()).collect();
                format!(
                    "{} ({})\nenvironments: {}\nhosts: {}",
                    visible_line(&view.client.name),
                    view.client.slug,
                    if environments.is_empty() { "none".into() } else { environments.join(", ") },
                    view.hosts
                )
            });
        }
        Client::Remove { slug } => {
            workspace.client_remove(slug.clone()).await?;
            out.answer(&json!({ "removed": slug }), || format!("Removed client {slug}."));
        }
    }
    Ok(Exit::Well)
}
