//! Clients.

use super::{in_use, parsed, taken};
use crate::error::StoreError;
use crate::read::Reader;
use crate::write::Writer;
use millwright_domain::fleet::Client;
use millwright_domain::ids::ClientId;
use millwright_domain::{Code, Fault, Slug};
use rusqlite::{OptionalExtension, Row, params};
use serde_json::json;

pub(crate) const SCHEMA: &str = "
CREATE TABLE client (
    id   BLOB PRIMARY KEY,
    slug TEXT NOT NULL UNIQUE,
    name TEXT NOT NULL
) STRICT;
";

/// Adds a client.
pub fn add(writer: &Writer<'_>, slug: Slug, name: &str) -> Result<Client, StoreError> {
    let client = Client { id: writer.new_id(), slug, name: name.to_owned() };
    insert(writer, &client)?;
    writer.audit("client.add", "client", client.id, json!({ "slug": [null, client.slug], "name": [null, name] }))?;
    Ok(client)
}

/// Removes a client that has no environment.
pub fn remove(writer: &Writer<'_>, client: &Client) -> Result<(), StoreError> {
    writer.connection.execute("DELETE FROM client WHERE id = ?1", [client.id.0]).map_err(|error| {
        in_use(error, || {
            Fault::new(Code::InUse, format!("client “{}” still has environments", client.slug))
                .with_hint("Remove its hosts and environments first.")
        })
    })?;
    writer.audit(
        "client.remove",
        "client",
        client.id,
        json!({ "slug": [client.slug, null], "name": [client.name, null] }),
    )
}

/// Adds a client that was removed, as it was.
pub fn restore(writer: &Writer<'_>, client: &Client) -> Result<(), StoreError> {
    insert(writer, client)?;
    writer.audit(
        "client.restore",
        "client",
        client.id,
        json!({ "slug": [null, client.slug], "name": [null, client.name] }),
    )
}

fn insert(writer: &Writer<'_>, client: &Client) -> Result<(), StoreError> {
    writer
        .connection
        .prepare_cached("INSERT INTO client (id, slug, name) VALUES (?1, ?2, ?3)")?
        .execute(params![client.id.0, client.slug.as_str(), client.name])
        .map_err(|error| taken(error, || format!("there is a client “{}” already", client.slug)))?;
    Ok(())
}

/// Every client, by name.
pub fn list(reader: &Reader<'_>) -> Result<Vec<Client>, StoreError> {
    let mut statement = reader.connection.prepare_cached("SELECT id, slug, name FROM client ORDER BY slug")?;
    Ok(statement.query_map([], client)?.collect::<Result<_, _>>()?)
}

/// The client of that name.
pub fn find(reader: &Reader<'_>, slug: &Slug) -> Result<Client, StoreError> {
    let mut statement = reader.connection.prepare_cached("SELECT id, slug, name FROM client WHERE slug = ?1")?;
    let found = statement.query_row([slug.as_str()], client).optional()?;
    found.ok_or_else(|| {
        Fault::new(Code::NotFound, format!("there is no client “{slug}”"))
            .with_hint("`millwright client list` shows them.")
            .into()
    })
}

fn client(row: &Row<'_>) -> rusqlite::Result<Client> {
    Ok(Client { id: ClientId(row.get(0)?), slug: parsed(row, 1)?, name: row.get(2)? })
}
