//! Hosts, their tags and the hosts that one goes through to reach them.

use super::{credential, parsed, taken};
use crate::error::StoreError;
use crate::read::Reader;
use crate::write::Writer;
use millwright_domain::fleet::Host;
use millwright_domain::ids::{EnvironmentId, HostId};
use millwright_domain::{Code, Fault, HostPath, Slug};
use rusqlite::{Row, params};
use serde_json::{Value, json};
use std::collections::{BTreeSet, HashMap};
use uuid::Uuid;

pub(crate) const SCHEMA: &str = "
CREATE TABLE host (
    id             BLOB PRIMARY KEY,
    environment_id BLOB NOT NULL REFERENCES environment (id),
    slug           TEXT NOT NULL,
    address        TEXT NOT NULL,
    port           INTEGER NOT NULL CHECK (port BETWEEN 1 AND 65535),
    user           TEXT NOT NULL,
    credential_id  BLOB NOT NULL REFERENCES credential (id),
    sudo           TEXT NOT NULL CHECK (sudo IN ('none', 'nopasswd', 'ask')),
    removed_at     INTEGER
) STRICT;
CREATE UNIQUE INDEX host_name ON host (environment_id, slug) WHERE removed_at IS NULL;
CREATE INDEX host_environment ON host (environment_id);
CREATE TABLE host_tag (
    host_id BLOB NOT NULL REFERENCES host (id),
    tag     TEXT NOT NULL,
    PRIMARY KEY (host_id, tag)
) STRICT, WITHOUT ROWID;
CREATE INDEX host_tag_tag ON host_tag (tag);
CREATE TABLE host_jump (
    host_id  BLOB NOT NULL REFERENCES host (id),
    position INTEGER NOT NULL,
    jump_id  BLOB NOT NULL REFERENCES host (id),
    PRIMARY KEY (host_id, position)
) STRICT, WITHOUT ROWID;
CREATE INDEX host_jump_jump ON host_jump (jump_id);
";

const SELECT: &str = "SELECT h.id, h.environment_id, c.slug, e.slug, h.slug, h.address, h.port, h.user,
        k.kind, k.reference, h.sudo
    FROM host h
    JOIN environment e ON e.id = h.environment_id
    JOIN client c ON c.id = e.client_id
    JOIN credential k ON k.id = h.credential_id
    WHERE h.removed_at IS NULL";

/// Adds a host; its id is the one in the struct.
pub fn add(writer: &Writer<'_>, host: &Host) -> Result<(), StoreError> {
    let credential_id = credential::ensure(writer, &host.credential)?;
    writer
        .connection
        .prepare_cached(
            "INSERT INTO host (id, environment_id, slug, address, port, user, credential_id, sudo)
             VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)",
        )?
        .execute(params![
            host.id.0,
            host.environment_id.0,
            host.path.host.as_str(),
            host.address,
            host.port,
            host.user,
            credential_id.0,
            host.sudo.as_str()
        ])
        .map_err(|error| taken(error, || format!("there is a host “{}” already", host.path)))?;
    write_lists(writer, host)?;
    let fields = fields(host)?;
    let change = fields.into_iter().map(|(name, after)| (name, json!([null, after]))).collect();
    writer.audit("host.add", "host", host.id, Value::Object(change))
}

/// How many hosts each environment has.
pub fn count_by_environment(reader: &Reader<'_>) -> Result<HashMap<EnvironmentId, u32>, StoreError> {
    let mut statement = reader
        .connection
        .prepare_cached("SELECT environment_id, count(*) FROM host WHERE removed_at IS NULL GROUP BY environment_id")?;
    let rows = statement.query_map([], |row| Ok((EnvironmentId(row.get(0)?), row.get(1)?)))?;
    Ok(rows.collect::<Result<_, _>>()?)
}

/// Replaces what is known of a host. Only the fields that differ stand in the audit.
pub fn edit(writer: &Writer<'_>, before: &Host, after: &Host) -> Result<(), StoreError> {
    let credential_id = credential::ensure(writer, &after.credential)?;
    writer
        .connection
        .execute(
            "UPDATE host SET environment_id = ?2, slug = ?3, address = ?4, port = ?5, user = ?6, credential_id = ?7,
                sudo = ?8 WHERE id = ?1",
            params![
                before.id.0,
                after.environment_id.0,
                after.path.host.as_str(),
                after.address,
                after.port,
                after.user,
                credential_id.0,
                after.sudo.as_str()
            ],
        )
        .map_err(|error| taken(error, || format!("there is a host “{}” already", after.path)))?;
    for table in ["host_tag", "host_jump"] {
        writer.connection.execute(&format!("DELETE FROM {table} WHERE host_id = ?1"), [before.id.0])?;
    }
    write_lists(writer, after)?;
    let (old, new) = (fields(before)?, fields(after)?);
    let change = new
        .into_iter()
        .filter(|(name, value)| old.get(name) != Some(value))
        .map(|(name, value)| {
            let was = old.get(&name).cloned().unwrap_or(Value::Null);
            (name, json!([was, value]))
        })
        .collect();
    writer.audit("host.edit", "host", before.id, Value::Object(change))
}

/// Removes a host from the inventory. Its rows stay: its runs stay readable, and it can be taken up again.
pub fn remove(writer: &Writer<'_>, host: &Host) -> Result<(), StoreError> {
    let through: u32 = writer.connection.query_row(
        "SELECT count(*) FROM host_jump j JOIN host h ON h.id = j.host_id
         WHERE j.jump_id = ?1 AND h.removed_at IS NULL",
        [host.id.0],
        |row| row.get(0),
    )?;
    if through > 0 {
        return Err(Fault::new(Code::InUse, format!("{through} hosts are reached through “{}”", host.path))
            .with_hint("Give them another way with `millwright host edit` first.")
            .into());
    }
    writer
        .connection
        .execute("UPDATE host SET removed_at = ?2 WHERE id = ?1", params![host.id.0, writer.now.as_millisecond()])?;
    let change = fields(host)?.into_iter().map(|(name, before)| (name, json!([before, null]))).collect();
    writer.audit("host.remove", "host", host.id, Value::Object(change))
}

/// Takes a removed host up again, with all that was known of it.
pub fn restore(writer: &Writer<'_>, id: HostId) -> Result<Host, StoreError> {
    let restored = writer
        .connection
        .execute("UPDATE host SET removed_at = NULL WHERE id = ?1 AND removed_at IS NOT NULL", [id.0])
        .map_err(|error| taken(error, || "another host has its name by now".into()))?;
    let host = list(&writer.reader())?.into_iter().find(|host| host.id == id).filter(|_| restored == 1);
    let host = host.ok_or_else(|| Fault::new(Code::NotFound, "that host is not among those that were removed"))?;
    let gone: u32 = writer.connection.query_row(
        "SELECT count(*) FROM host_jump j JOIN host h ON h.id = j.jump_id
         WHERE j.host_id = ?1 AND h.removed_at IS NOT NULL",
        [id.0],
        |row| row.get(0),
    )?;
    if gone > 0 {
        return Err(Fault::new(Code::InUse, format!("“{}” was reached through a host that is removed", host.path))
            .with_hint("Take that one up again first.")
            .into());
    }
    let change = fields(&host)?.into_iter().map(|(name, after)| (name, json!([null, after]))).collect();
    writer.audit("host.restore", "host", id, Value::Object(change))?;
    Ok(host)
}

/// Forgets the removed hosts of an environment for good, but for those whose runs refer to them.
pub(crate) fn purge(writer: &Writer<'_>, environment: EnvironmentId) -> Result<(), StoreError> {
    let gone = "SELECT id FROM host h WHERE environment_id = ?1 AND removed_at IS NOT NULL
        AND NOT EXISTS (SELECT 1 FROM job WHERE host_id = h.id)
        AND NOT EXISTS (SELECT 1 FROM host_jump WHERE jump_id = h.id AND host_id <> h.id)";
    for table in ["host_tag", "host_jump", "host_key_pin", "contact", "facts", "facts_whole", "installation"] {
        let sql = format!("DELETE FROM {table} WHERE host_id IN ({gone})");
        writer.connection.execute(&sql, [environment.0])?;
    }
    writer.connection.execute(&format!("DELETE FROM host WHERE id IN ({gone})"), [environment.0])?;
    Ok(())
}

/// Every host, by name.
pub fn list(reader: &Reader<'_>) -> Result<Vec<Host>, StoreError> {
    let mut tags: HashMap<Uuid, BTreeSet<Slug>> = HashMap::new();
    let mut statement = reader.connection.prepare_cached("SELECT host_id, tag FROM host_tag")?;
    for row in statement.query_map([], |row| Ok((row.get(0)?, parsed(row, 1)?)))? {
        let (host, tag) = row?;
        tags.entry(host).or_default().insert(tag);
    }
    let mut jumps: HashMap<Uuid, Vec<HostId>> = HashMap::new();
    let mut statement =
        reader.connection.prepare_cached("SELECT host_id, jump_id FROM host_jump ORDER BY host_id, position")?;
    for row in statement.query_map([], |row| Ok((row.get(0)?, HostId(row.get(1)?))))? {
        let (host, jump) = row?;
        jumps.entry(host).or_default().push(jump);
    }
    let mut statement = reader.connection.prepare_cached(&format!("{SELECT} ORDER BY c.slug, e.slug, h.slug"))?;
    let mut hosts: Vec<Host> = statement.query_map([], host)?.collect::<Result<_, _>>()?;
    for host in &mut hosts {
        host.tags = tags.remove(&host.id.0).unwrap_or_default();
        host.jumps = jumps.remove(&host.id.0).unwrap_or_default();
    }
    Ok(hosts)
}

/// The host of that name.
pub fn find(reader: &Reader<'_>, path: &HostPath) -> Result<Host, StoreError> {
    // A list of ten thousand hosts reads in milliseconds; one way to read a host is worth more than a faster second.
    list(reader)?.into_iter().find(|host| host.path == *path).ok_or_else(|| {
        Fault::new(Code::NotFound, format!("there is no host “{path}”"))
            .with_hint("`millwright host list` shows them.")
            .into()
    })
}

fn write_lists(writer: &Writer<'_>, host: &Host) -> Result<(), StoreError> {
    for tag in &host.tags {
        writer
            .connection
            .prepare_cached("INSERT INTO host_tag (host_id, tag) VALUES (?1, ?2)")?
            .execute(params![host.id.0, tag.as_str()])?;
    }
    for (position, jump) in host.jumps.iter().enumerate() {
        writer
            .connection
            .prepare_cached("INSERT INTO host_jump (host_id, position, jump_id) VALUES (?1, ?2, ?3)")?
            .execute(params![host.id.0, position, jump.0])?;
    }
    Ok(())
}

fn fields(host: &Host) -> Result<serde_json::Map<String, Value>, StoreError> {
    let value = serde_json::to_value(host).map_err(StoreError::content("host"))?;
    match value {
        Value::Object(mut fields) => {
            fields.remove("id");
            Ok(fields)
        }
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) | Value::Array(_) => Ok(Default::default()),
    }
}

fn host(row: &Row<'_>) -> rusqlite::Result<Host> {
    let credential =
        credential::read(&row.get::<_, String>(8)?, row.get(9)?).map_err(|error| super::unreadable(8, error))?;
    Ok(Host {
        id: HostId(row.get(0)?),
        environment_id: EnvironmentId(row.get(1)?),
        path: HostPath { client: parsed(row, 2)?, environment: parsed(row, 3)?, host: parsed(row, 4)? },
        address: row.get(5)?,
        port: row.get(6)?,
        user: row.get(7)?,
        credential,
        jumps: Vec::new(),
        sudo: parsed(row, 10)?,
        tags: BTreeSet::new(),
    })
}
