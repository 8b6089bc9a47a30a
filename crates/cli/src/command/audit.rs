//! `millwright audit …`

use crate::arguments::Audit;
use crate::exit::Exit;
use crate::out::Out;
use crate::text::visible_line;
use millwright_api::Workspace;
use millwright_domain::audit::AuditHead;
use millwright_domain::{Code, Fault};
use serde_json::json;

pub(crate) async fn perform(workspace: &Workspace, out: &Out, verb: Audit) -> Result<Exit, Fault> {
    match verb {
        Audit::List { limit } => {
            let entries = workspace.audit_list(limit)?;
            out.answer(&json!({ "audit": entries }), || {
                let mut table = out.table(&["NUMBER", "WHEN", "WHO", "WHAT", "CHANGE"]);
                for entry in &entries {
                    table.add_row([
                        entry.sequence.to_string(),
                        entry.at.strftime("%Y-%m-%d %H:%M:%S UTC").to_string(),
                        visible_line(&entry.actor.0),
                        entry.action.clone(),
                        visible_line(&entry.change.to_string()).chars().take(100).collect(),
                    ]);
                }
                table.to_string()
            });
        }
        Audit::Undo { number } => {
            let entry = workspace.audit_entry(number)?;
            workspace.edit_undo(entry.id).await?;
            out.answer(&json!({ "undone": entry }), || {
                format!("Took back {number}: {} {}.", entry.action, visible_line(&entry.change.to_string()))
            });
        }
        Audit::Verify { head } => {
            let exported = head.as_deref().map(parse).transpose()?;
            let found = workspace.audit_verify(exported.as_ref())?;
            out.answer(&json!({ "head": found }), || {
                format!(
                    "{} entries, every one in its place.\nKeep this head somewhere else: {}:{}",
                    found.sequence, found.sequence, found.hash
                )
            });
        }
    }
    Ok(Exit::Well)
}

fn parse(text: &str) -> Result<AuditHead, Fault> {
    let read = text.split_once(':').and_then(|(sequence, hash)| {
        let hex = hash.len() == 64 && hash.bytes().all(|byte| byte.is_ascii_hexdigit());
        Some(AuditHead { sequence: sequence.parse().ok()?, hash: hex.then(|| hash.to_ascii_lowercase())? })
    });
    read.ok_or_else(|| {
        Fault::new(Code::InvalidInput, format!("“{}” is not a head of the audit", text.escape_debug()))
            .with_hint("Write NUMBER:HASH, as `millwright audit verify` prints it.")
    })
}
