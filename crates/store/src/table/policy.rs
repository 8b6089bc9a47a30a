//! Policies of how runs go over their hosts: the workspace's, and a client's own.

use crate::error::StoreError;
use crate::read::Reader;
use crate::write::Writer;
use millwright_domain::Slug;
use millwright_domain::fleet::Client;
use millwright_domain::ids::ClientId;
use rusqlite::{OptionalExtension, params};
use serde_json::json;
use uuid::Uuid;

// A policy is kept as its author wrote it, comments included. The workspace's has the nil id for its client.
pub(crate) const SCHEMA: &str = "
CREATE TABLE policy (
    client_id BLOB PRIMARY KEY,
    text      TEXT NOT NULL
) STRICT;
";

fn key(client: Option<&Client>) -> Uuid {
    client.map_or(Uuid::nil(), |client| client.id.0)
}

/// Keeps a policy's text, or takes it away.
pub fn set(writer: &Writer<'_>, client: Option<&Client>, text: Option<&str>) -> Result<(), StoreError> {
    let before = find(&writer.reader(), client)?;
    if before.as_deref() == text {
        return Ok(());
    }
    match text {
        Some(text) => writer.connection.execute(
            "INSERT INTO policy (client_id, text) VALUES (?1, ?2) ON CONFLICT (client_id) DO UPDATE SET text = excluded.text",
            params![key(client), text],
        )?,
        None => writer.connection.execute("DELETE FROM policy WHERE client_id = ?1", [key(client)])?,
    };
    let change = json!({ "client": client.map(|client| &client.slug), "text": [before, text] });
    writer.audit("policy.set", "policy", ClientId(key(client)), change)
}

/// A policy's text, if there is one.
pub fn find(reader: &Reader<'_>, client: Option<&Client>) -> Result<Option<String>, StoreError> {
    let mut statement = reader.connection.prepare_cached("SELECT text FROM policy WHERE client_id = ?1")?;
    Ok(statement.query_row([key(client)], |row| row.get(0)).optional()?)
}

/// The policies of clients that have one, by the client's short name.
pub fn of_clients(reader: &Reader<'_>) -> Result<Vec<(Slug, String)>, StoreError> {
    let mut statement = reader
        .connection
        .prepare_cached("SELECT c.slug, p.text FROM policy p JOIN client c ON c.id = p.client_id ORDER BY c.slug")?;
    let rows = statement.query_map([], |row| Ok((super::parsed(row, 0)?, row.get(1)?)))?;
    Ok(rows.collect::<Result<_, _>>()?)
}
