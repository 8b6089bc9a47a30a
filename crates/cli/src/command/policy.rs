//! `millwright policy …`

use crate::arguments::Policy as Verb;
use crate::exit::Exit;
use crate::out::Out;
use crate::text::visible;
use millwright_api::Workspace;
use millwright_domain::policy::Policy;
use millwright_domain::{Code, Fault};
use serde_json::json;
use std::path::Path;

pub(crate) async fn perform(workspace: &Workspace, out: &Out, verb: Verb) -> Result<Exit, Fault> {
    match verb {
        Verb::Show { client } => {
            let mut kept = workspace.policy_list()?;
            kept.retain(|policy| client.is_none() || policy.client == client);
            out.answer(&json!({ "policies": kept }), || {
                if kept.is_empty() {
                    return "No policy: every plan goes over all of its hosts at once.".into();
                }
                let each = kept.iter().map(|policy| {
                    let whose =
                        policy.client.as_ref().map_or("the workspace".to_owned(), |slug| format!("client {slug}"));
                    format!("# {whose}\n{}", visible(policy.text.trim_end()))
                });
                each.collect::<Vec<_>>().join("\n\n")
            });
        }
        Verb::Set { file, client } => {
            let text = read(&file)?;
            let name = file.display().to_string();
            Policy::parse(&name, &text).map_err(Fault::from)?;
            workspace.policy_set(client, Some(text)).await?;
            out.answer(&json!({ "policy": name }), || format!("Kept {name}. It counts for plans from now on."));
        }
        Verb::Unset { client } => {
            workspace.policy_set(client.clone(), None).await?;
            out.answer(&json!({ "removed": client }), || "Removed the policy.".into());
        }
        Verb::Check { file } => {
            let checked = Policy::parse(&file.display().to_string(), &read(&file)?);
            let found: Vec<_> = checked.as_ref().err().into_iter().flat_map(|found| found.iter()).collect();
            out.answer(&json!({ "diagnostics": found }), || match &checked {
                Ok(_) => "Nothing is wrong with it.".into(),
                Err(found) => visible(&found.to_string()),
            });
            return Ok(if checked.is_ok() { Exit::Well } else { Exit::Failed });
        }
    }
    Ok(Exit::Well)
}

fn read(file: &Path) -> Result<String, Fault> {
    std::fs::read_to_string(file).map_err(|error| Fault::new(Code::LocalFile, format!("{}: {error}", file.display())))
}
