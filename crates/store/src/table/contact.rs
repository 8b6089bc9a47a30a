//! When a host was last seen, and why it could not be reached since. An observation, not an edit: it has no audit.

use super::{from_json, json, optional_time};
use crate::error::StoreError;
use crate::read::Reader;
use crate::write::Journal;
use jiff::Timestamp;
use millwright_domain::Fault;
use millwright_domain::ids::HostId;
use rusqlite::params;
use std::collections::HashMap;

pub(crate) const SCHEMA: &str = "
CREATE TABLE contact (
    host_id   BLOB PRIMARY KEY REFERENCES host (id),
    seen_at   INTEGER,
    failed_at INTEGER,
    fault     TEXT
) STRICT;
";

/// How the last attempts to reach a host went.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Contact {
    /// When it was reached last.
    pub seen_at: Option<Timestamp>,
    /// Why it could not be reached the last time, if that was later.
    pub failure: Option<(Timestamp, Fault)>,
}

/// The host was reached.
pub fn seen(journal: &Journal<'_>, host: HostId) -> Result<(), StoreError> {
    journal
        .connection
        .prepare_cached(
            "INSERT INTO contact (host_id, seen_at) VALUES (?1, ?2)
             ON CONFLICT (host_id) DO UPDATE SET seen_at = excluded.seen_at, failed_at = NULL, fault = NULL",
        )?
        .execute(params![host.0, journal.now.as_millisecond()])?;
    Ok(())
}

/// The host could not be reached.
pub fn failed(journal: &Journal<'_>, host: HostId, fault: &Fault) -> Result<(), StoreError> {
    journal
        .connection
        .prepare_cached(
            "INSERT INTO contact (host_id, failed_at, fault) VALUES (?1, ?2, ?3)
             ON CONFLICT (host_id) DO UPDATE SET failed_at = excluded.failed_at, fault = excluded.fault",
        )?
        .execute(params![host.0, journal.now.as_millisecond(), json(fault)?])?;
    Ok(())
}

/// What is known of every host.
pub fn all(reader: &Reader<'_>) -> Result<HashMap<HostId, Contact>, StoreError> {
    let mut statement = reader.connection.prepare_cached("SELECT host_id, seen_at, failed_at, fault FROM contact")?;
    let rows = statement.query_map([], |row| {
        let failure = match optional_time(row, 2)? {
            Some(at) => Some((at, from_json(row, 3)?)),
            None => None,
        };
        Ok((HostId(row.get(0)?), Contact { seen_at: optional_time(row, 1)?, failure }))
    })?;
    Ok(rows.collect::<Result<_, _>>()?)
}
