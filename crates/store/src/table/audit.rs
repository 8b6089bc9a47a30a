//! The audit: who did what, in a chain of hashes.

use super::{from_json, time};
use crate::error::StoreError;
use crate::read::Reader;
use crate::write::Writer;
use millwright_domain::audit::{AuditCheck, AuditEntry, AuditHead, GENESIS};
use millwright_domain::ids::AuditId;
use millwright_domain::{Actor, Code, Fault};
use rusqlite::{OptionalExtension, Row, params};
use serde_json::Value;

pub(crate) const SCHEMA: &str = "
CREATE TABLE audit (
    sequence      INTEGER PRIMARY KEY,
    id            BLOB NOT NULL UNIQUE,
    at            INTEGER NOT NULL,
    actor         TEXT NOT NULL,
    action        TEXT NOT NULL,
    entity        TEXT NOT NULL,
    entity_id     TEXT NOT NULL,
    change        TEXT NOT NULL,
    previous_hash TEXT NOT NULL,
    hash          TEXT NOT NULL
) STRICT;
CREATE INDEX audit_entity ON audit (entity, entity_id);
CREATE TRIGGER audit_is_not_edited BEFORE UPDATE ON audit BEGIN SELECT RAISE(ABORT, 'the audit is never edited'); END;
CREATE TRIGGER audit_is_not_cut BEFORE DELETE ON audit BEGIN SELECT RAISE(ABORT, 'the audit is never cut'); END;
";

const COLUMNS: &str = "sequence, id, at, actor, action, entity, entity_id, change, previous_hash, hash";

pub(crate) fn append(
    writer: &Writer<'_>,
    action: &str,
    entity: &str,
    entity_id: &str,
    change: Value,
) -> Result<AuditId, StoreError> {
    let last: Option<(u64, String)> = writer
        .connection
        .prepare_cached("SELECT sequence, hash FROM audit ORDER BY sequence DESC LIMIT 1")?
        .query_row([], |row| Ok((row.get(0)?, row.get(1)?)))
        .optional()?;
    let (sequence, previous_hash) = last.unwrap_or((0, GENESIS.to_owned()));
    let entry = AuditEntry {
        sequence: sequence + 1,
        id: writer.new_id::<AuditId>(),
        at: writer.now,
        actor: writer.actor.clone(),
        action: action.to_owned(),
        entity: entity.to_owned(),
        entity_id: entity_id.to_owned(),
        change,
        previous_hash,
        hash: String::new(),
    }
    .sealed();
    writer
        .connection
        .prepare_cached(&format!("INSERT INTO audit ({COLUMNS}) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10)"))?
        .execute(params![
            entry.sequence,
            entry.id.0,
            entry.at.as_millisecond(),
            entry.actor.0,
            entry.action,
            entry.entity,
            entry.entity_id,
            entry.change.to_string(),
            entry.previous_hash,
            entry.hash
        ])?;
    Ok(entry.id)
}

/// The newest entries, the newest first.
pub fn newest(reader: &Reader<'_>, limit: u32) -> Result<Vec<AuditEntry>, StoreError> {
    let mut statement =
        reader.connection.prepare(&format!("SELECT {COLUMNS} FROM audit ORDER BY sequence DESC LIMIT ?1"))?;
    let entries = statement.query_map([limit], entry)?.collect::<Result<_, _>>()?;
    Ok(entries)
}

/// The newest entries about one thing, the newest first.
pub fn of_entity(reader: &Reader<'_>, entity: &str, id: &str, limit: u32) -> Result<Vec<AuditEntry>, StoreError> {
    let mut statement = reader.connection.prepare_cached(&format!(
        "SELECT {COLUMNS} FROM audit WHERE entity = ?1 AND entity_id = ?2 ORDER BY sequence DESC LIMIT ?3"
    ))?;
    let entries = statement.query_map(params![entity, id, limit], entry)?.collect::<Result<_, _>>()?;
    Ok(entries)
}

/// One entry.
pub fn find(reader: &Reader<'_>, id: AuditId) -> Result<AuditEntry, StoreError> {
    let mut statement = reader.connection.prepare_cached(&format!("SELECT {COLUMNS} FROM audit WHERE id = ?1"))?;
    let found = statement.query_row([id.0], entry).optional()?;
    found.ok_or_else(|| Fault::new(Code::NotFound, format!("the audit has no entry {id}")).into())
}

/// The entry with a number.
pub fn at(reader: &Reader<'_>, sequence: u64) -> Result<AuditEntry, StoreError> {
    let mut statement =
        reader.connection.prepare_cached(&format!("SELECT {COLUMNS} FROM audit WHERE sequence = ?1"))?;
    let found = statement.query_row([sequence], entry).optional()?;
    found.ok_or_else(|| Fault::new(Code::NotFound, format!("the audit has no entry {sequence}")).into())
}

/// Walks the whole chain. The first entry that does not add up is named.
pub fn verify(reader: &Reader<'_>) -> Result<AuditHead, StoreError> {
    let mut statement = reader.connection.prepare(&format!("SELECT {COLUMNS} FROM audit ORDER BY sequence"))?;
    let mut check = AuditCheck::default();
    for entry in statement.query_map([], entry)? {
        check.next(&entry?)?;
    }
    Ok(check.finish())
}

/// The hash of one entry: a head that was exported must still be there.
pub fn hash_of(reader: &Reader<'_>, sequence: u64) -> Result<Option<String>, StoreError> {
    let mut statement = reader.connection.prepare("SELECT hash FROM audit WHERE sequence = ?1")?;
    Ok(statement.query_row([sequence], |row| row.get(0)).optional()?)
}

fn entry(row: &Row<'_>) -> rusqlite::Result<AuditEntry> {
    Ok(AuditEntry {
        sequence: row.get(0)?,
        id: AuditId(row.get(1)?),
        at: time(row, 2)?,
        actor: Actor(row.get(3)?),
        action: row.get(4)?,
        entity: row.get(5)?,
        entity_id: row.get(6)?,
        change: from_json(row, 7)?,
        previous_hash: row.get(8)?,
        hash: row.get(9)?,
    })
}
