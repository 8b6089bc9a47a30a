//! Environments.

use super::{from_json, host, in_use, json as as_json, parsed, taken};
use crate::error::StoreError;
use crate::read::Reader;
use crate::write::Writer;
use millwright_domain::fleet::{Client, Environment, EnvironmentKind};
use millwright_domain::ids::{ClientId, EnvironmentId};
use millwright_domain::window::Windows;
use millwright_domain::{Code, EnvironmentPath, Fault, Slug};
use rusqlite::{OptionalExtension, Row, params};
use serde_json::{Value, json};

pub(crate) const SCHEMA: &str = "
CREATE TABLE environment (
    id         BLOB PRIMARY KEY,
    client_id  BLOB NOT NULL REFERENCES client (id),
    slug       TEXT NOT NULL,
    time_zone  TEXT NOT NULL,
    production INTEGER NOT NULL CHECK (production IN (0, 1)),
    windows    TEXT NOT NULL,
    UNIQUE (client_id, slug)
) STRICT;
";

const SELECT: &str = "SELECT e.id, e.client_id, e.slug, e.time_zone, e.production, e.windows, c.slug
    FROM environment e JOIN client c ON c.id = e.client_id";

/// Adds an environment to a client.
pub fn add(
    writer: &Writer<'_>,
    client: &Client,
    slug: Slug,
    time_zone: &str,
    kind: EnvironmentKind,
) -> Result<Environment, StoreError> {
    let (time_zone, windows) = (time_zone.to_owned(), Windows::default());
    let environment = Environment { id: writer.new_id(), client_id: client.id, slug, time_zone, kind, windows };
    insert(writer, &environment)?;
    let change = json!({
        "client": [null, client.slug],
        "slug": [null, environment.slug],
        "time_zone": [null, environment.time_zone],
        "kind": [null, kind],
    });
    writer.audit("environment.add", "environment", environment.id, change)?;
    Ok(environment)
}

/// Adds an environment that was removed, as it was.
pub fn restore(writer: &Writer<'_>, environment: &Environment) -> Result<(), StoreError> {
    insert(writer, environment)?;
    writer.audit("environment.restore", "environment", environment.id, all(environment, |value| json!([null, value])))
}

fn insert(writer: &Writer<'_>, environment: &Environment) -> Result<(), StoreError> {
    writer
        .connection
        .prepare_cached(
            "INSERT INTO environment (id, client_id, slug, time_zone, production, windows)
             VALUES (?1, ?2, ?3, ?4, ?5, ?6)",
        )?
        .execute(params![
            environment.id.0,
            environment.client_id.0,
            environment.slug.as_str(),
            environment.time_zone,
            environment.kind == EnvironmentKind::Production,
            as_json(&environment.windows)?
        ])
        .map_err(|error| taken(error, || format!("there is an environment “{}” already", environment.slug)))?;
    Ok(())
}

/// Every field, with what was or will be of it.
fn all(environment: &Environment, change: impl Fn(Value) -> Value) -> Value {
    json!({
        "client_id": change(json!(environment.client_id)),
        "slug": change(json!(environment.slug)),
        "time_zone": change(json!(environment.time_zone)),
        "kind": change(json!(environment.kind)),
        "windows": change(json!(environment.windows)),
    })
}

/// Sets an environment's time zone, kind and maintenance windows.
pub fn edit(writer: &Writer<'_>, before: &Environment, after: &Environment) -> Result<(), StoreError> {
    writer.connection.execute(
        "UPDATE environment SET time_zone = ?2, production = ?3, windows = ?4 WHERE id = ?1",
        params![before.id.0, after.time_zone, after.kind == EnvironmentKind::Production, as_json(&after.windows)?],
    )?;
    let change = json!({
        "time_zone": [before.time_zone, after.time_zone],
        "kind": [before.kind, after.kind],
        "windows": [before.windows, after.windows],
    });
    writer.audit("environment.edit", "environment", before.id, change)
}

/// Removes an environment that has no host.
pub fn remove(writer: &Writer<'_>, environment: &Environment) -> Result<(), StoreError> {
    host::purge(writer, environment.id)?;
    writer.connection.execute("DELETE FROM environment WHERE id = ?1", [environment.id.0]).map_err(|error| {
        in_use(error, || {
            let what = format!("environment “{}” still has hosts, or runs of hosts that it had", environment.slug);
            Fault::new(Code::InUse, what)
                .with_hint("Remove its hosts first. With runs it stays, so that they can be read.")
        })
    })?;
    let change = all(environment, |value| json!([value, null]));
    writer.audit("environment.remove", "environment", environment.id, change)
}

/// Every environment with its path, by name.
pub fn list(reader: &Reader<'_>) -> Result<Vec<(EnvironmentPath, Environment)>, StoreError> {
    let mut statement = reader.connection.prepare_cached(&format!("{SELECT} ORDER BY c.slug, e.slug"))?;
    Ok(statement.query_map([], environment)?.collect::<Result<_, _>>()?)
}

/// The environment of that name.
pub fn find(reader: &Reader<'_>, path: &EnvironmentPath) -> Result<Environment, StoreError> {
    let mut statement = reader.connection.prepare_cached(&format!("{SELECT} WHERE c.slug = ?1 AND e.slug = ?2"))?;
    let found = statement
        .query_row([path.client.as_str(), path.environment.as_str()], environment)
        .optional()?
        .map(|(_, environment)| environment);
    found.ok_or_else(|| {
        Fault::new(Code::NotFound, format!("there is no environment “{path}”"))
            .with_hint("`millwright env list` shows them.")
            .into()
    })
}

fn environment(row: &Row<'_>) -> rusqlite::Result<(EnvironmentPath, Environment)> {
    let kind = if row.get(4)? { EnvironmentKind::Production } else { EnvironmentKind::Other };
    let environment = Environment {
        id: EnvironmentId(row.get(0)?),
        client_id: ClientId(row.get(1)?),
        slug: parsed(row, 2)?,
        time_zone: row.get(3)?,
        kind,
        windows: from_json(row, 5)?,
    };
    let path = EnvironmentPath { client: parsed(row, 6)?, environment: environment.slug.clone() };
    Ok((path, environment))
}
