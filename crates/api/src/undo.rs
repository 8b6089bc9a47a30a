//! Taking back an edit of the inventory: the audit says what was before.
//!
//! Only the newest edit of a thing can be taken back, and doing so is an edit like any other, with an audit row of its own.
//! What was done to hosts, and whom one trusts, is not taken back here.

use crate::workspace::Workspace;
use millwright_domain::audit::AuditEntry;
use millwright_domain::fleet::{Client, Environment, Host};
use millwright_domain::ids::AuditId;
use millwright_domain::{Code, Fault};
use millwright_store::table::{audit, client, environment, host};
use millwright_store::{StoreError, Writer};
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::{Map, Value, json};
use ts_rs::TS;

/// More entries about one thing than anybody takes back.
const LOOKED_AT: u32 = 1000;

/// What an edit made, and what takes it back.
#[derive(Debug, Clone, Serialize, TS)]
pub struct Edited<T> {
    /// What it made.
    pub item: T,
    /// The entry of the audit that undoes it when it is taken back; none when nothing was changed.
    pub undo: Option<AuditId>,
}

/// Whether an action can be taken back.
fn can_be_undone(action: &str) -> bool {
    matches!(
        action,
        "client.add"
            | "client.remove"
            | "client.restore"
            | "environment.add"
            | "environment.edit"
            | "environment.remove"
            | "environment.restore"
            | "host.add"
            | "host.edit"
            | "host.remove"
            | "host.restore"
    )
}

impl Workspace {
    /// Makes an edit that can be taken back.
    pub(crate) async fn edit<T: Send + 'static>(
        &self,
        change: impl FnOnce(&Writer<'_>) -> Result<T, StoreError> + Send + 'static,
    ) -> Result<Edited<T>, Fault> {
        self.write(move |writer| Ok(Edited { item: change(writer)?, undo: writer.audited() })).await
    }

    /// Takes back the edit that an entry of the audit tells of, if nobody has edited the same thing since.
    pub async fn edit_undo(&self, entry: AuditId) -> Result<Edited<()>, Fault> {
        self.edit(move |writer| {
            let entry = audit::find(&writer.reader(), entry)?;
            let later = audit::of_entity(&writer.reader(), &entry.entity, &entry.entity_id, LOOKED_AT)?;
            let newest = later.into_iter().find(|later| can_be_undone(&later.action));
            match newest {
                Some(newest) if newest.id == entry.id => take_back(writer, &entry),
                Some(_) => Err(Fault::new(Code::Conflict, "it was edited again in the meantime")
                    .with_hint("Take the later edit back first, or edit it by hand.")
                    .into()),
                None => Err(Fault::new(Code::Unsupported, format!("“{}” cannot be taken back", entry.action)).into()),
            }
        })
        .await
    }
}

fn take_back(writer: &Writer<'_>, entry: &AuditEntry) -> Result<(), StoreError> {
    let reader = writer.reader();
    let gone = || Fault::new(Code::NotFound, "what was edited is not there any more");
    match (entry.entity.as_str(), entry.action.as_str()) {
        ("client", "client.remove") => client::restore(writer, &read::<Client>(before(entry)?.into())?),
        ("client", _) => {
            let found = client::list(&reader)?.into_iter().find(|found| found.id.to_string() == entry.entity_id);
            client::remove(writer, &found.ok_or_else(gone)?)
        }
        ("environment", "environment.remove") => {
            let removed: Environment = read(before(entry)?.into())?;
            if client::list(&reader)?.iter().all(|client| client.id != removed.client_id) {
                return Err(Fault::new(Code::NotFound, "its client was removed too")
                    .with_hint("Take the removal of the client back first.")
                    .into());
            }
            environment::restore(writer, &removed)
        }
        ("environment", action) => {
            let all = environment::list(&reader)?.into_iter().map(|(_, found)| found);
            let found = all.into_iter().find(|found| found.id.to_string() == entry.entity_id).ok_or_else(gone)?;
            match action {
                "environment.edit" => environment::edit(writer, &found, &with(&found, before(entry)?)?),
                _ => environment::remove(writer, &found),
            }
        }
        ("host", "host.remove") => host::restore(writer, read(json!(entry.entity_id))?).map(drop),
        ("host", action) => {
            let found = host::list(&reader)?.into_iter().find(|found| found.id.to_string() == entry.entity_id);
            let found = found.ok_or_else(gone)?;
            match action {
                "host.edit" => host::edit(writer, &found, &with::<Host>(&found, before(entry)?)?),
                _ => host::remove(writer, &found),
            }
        }
        _ => Err(Fault::new(Code::Unsupported, format!("“{}” cannot be taken back", entry.action)).into()),
    }
}

/// The fields as they were, with the identifier.
fn before(entry: &AuditEntry) -> Result<Map<String, Value>, Fault> {
    let Value::Object(changes) = &entry.change else { return Err(unreadable("it has no fields")) };
    let mut fields: Map<String, Value> =
        changes.iter().map(|(name, change)| (name.clone(), change.get(0).cloned().unwrap_or_default())).collect();
    fields.insert("id".to_owned(), json!(entry.entity_id));
    Ok(fields)
}

/// The same thing with some fields as they were.
fn with<T: Serialize + DeserializeOwned>(item: &T, before: Map<String, Value>) -> Result<T, Fault> {
    let mut whole = serde_json::to_value(item).map_err(unreadable)?;
    if let Value::Object(fields) = &mut whole {
        fields.extend(before);
    }
    read(whole)
}

fn read<T: DeserializeOwned>(value: Value) -> Result<T, Fault> {
    serde_json::from_value(value).map_err(unreadable)
}

fn unreadable(why: impl std::fmt::Display) -> Fault {
    Fault::new(Code::Unsupported, format!("the audit does not say enough to take this back: {why}"))
        .with_hint("Edit it by hand.")
}

#[cfg(test)]
#[path = "undo_tests.rs"]
mod tests;
