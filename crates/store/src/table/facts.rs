//! What each host said last about itself. An observation, not an edit: it has no audit.
//!
//! The whole is kept apart from the summary, so that a list of ten thousand hosts reads none of ten thousand package lists.
//! What the summary means is its writer's business; the fields that SQL needs stand in columns of their own.

use super::{from_json, json, time};
use crate::error::StoreError;
use crate::read::Reader;
use crate::write::Journal;
use jiff::Timestamp;
use millwright_domain::ids::HostId;
use rusqlite::{OptionalExtension, params};
use serde::Serialize;
use serde::de::DeserializeOwned;
use std::collections::HashMap;

pub(crate) const SCHEMA: &str = "
CREATE TABLE facts (
    host_id          BLOB PRIMARY KEY REFERENCES host (id),
    observed_at      INTEGER NOT NULL,
    summary          TEXT NOT NULL,
    os               TEXT GENERATED ALWAYS AS (summary ->> '$.os') STORED,
    pending          INTEGER GENERATED ALWAYS AS (summary ->> '$.pending') STORED,
    pending_security INTEGER GENERATED ALWAYS AS (summary ->> '$.pending_security') STORED,
    reboot_required  INTEGER GENERATED ALWAYS AS (summary ->> '$.reboot_required') STORED,
    fullest_percent  INTEGER GENERATED ALWAYS AS (summary ->> '$.fullest_percent') STORED,
    failed_units     INTEGER GENERATED ALWAYS AS (summary ->> '$.failed_units') STORED
) STRICT, WITHOUT ROWID;
CREATE TABLE facts_whole (
    host_id BLOB PRIMARY KEY REFERENCES host (id),
    whole   TEXT NOT NULL
) STRICT;
";

/// Replaces what is known of a host.
pub fn record(
    journal: &Journal<'_>,
    host: HostId,
    observed_at: Timestamp,
    summary: &impl Serialize,
    whole: &impl Serialize,
) -> Result<(), StoreError> {
    journal
        .connection
        .prepare_cached(
            "INSERT INTO facts (host_id, observed_at, summary) VALUES (?1, ?2, ?3)
             ON CONFLICT (host_id) DO UPDATE SET observed_at = excluded.observed_at, summary = excluded.summary",
        )?
        .execute(params![host.0, observed_at.as_millisecond(), json(summary)?])?;
    journal
        .connection
        .prepare_cached(
            "INSERT INTO facts_whole (host_id, whole) VALUES (?1, ?2)
             ON CONFLICT (host_id) DO UPDATE SET whole = excluded.whole",
        )?
        .execute(params![host.0, json(whole)?])?;
    Ok(())
}

/// All that a host said last, with when.
pub fn of_host<T: DeserializeOwned>(reader: &Reader<'_>, host: HostId) -> Result<Option<(Timestamp, T)>, StoreError> {
    let mut statement = reader.connection.prepare_cached(
        "SELECT f.observed_at, w.whole FROM facts f JOIN facts_whole w ON w.host_id = f.host_id WHERE f.host_id = ?1",
    )?;
    Ok(statement.query_row([host.0], |row| Ok((time(row, 0)?, from_json(row, 1)?))).optional()?)
}

/// The summary of what every host said last, with when.
pub fn summaries<T: DeserializeOwned>(reader: &Reader<'_>) -> Result<HashMap<HostId, (Timestamp, T)>, StoreError> {
    let mut statement = reader.connection.prepare_cached("SELECT host_id, observed_at, summary FROM facts")?;
    let rows = statement.query_map([], |row| Ok((HostId(row.get(0)?), (time(row, 1)?, from_json(row, 2)?))))?;
    Ok(rows.collect::<Result<_, _>>()?)
}
