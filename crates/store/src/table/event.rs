//! The journal of jobs: what happened, in order, never edited.

use super::{from_json, json, time};
use crate::error::StoreError;
use crate::read::Reader;
use crate::write::Journal;
use jiff::Timestamp;
use millwright_domain::ids::{JobId, RunId};
use millwright_domain::run::JobEvent;
use rusqlite::params;

pub(crate) const SCHEMA: &str = "
CREATE TABLE event (
    sequence INTEGER PRIMARY KEY,
    job_id   BLOB NOT NULL REFERENCES job (id),
    at       INTEGER NOT NULL,
    event    TEXT NOT NULL
) STRICT;
CREATE INDEX event_job ON event (job_id, sequence);
CREATE TRIGGER event_is_not_edited BEFORE UPDATE ON event
BEGIN SELECT RAISE(ABORT, 'the journal is never edited'); END;
";

pub(crate) fn add(journal: &Journal<'_>, job: JobId, event: &JobEvent) -> Result<(), StoreError> {
    journal
        .connection
        .prepare_cached("INSERT INTO event (job_id, at, event) VALUES (?1, ?2, ?3)")?
        .execute(params![job.0, journal.now.as_millisecond(), json(event)?])?;
    Ok(())
}

/// An event with its place in the workspace's journal.
#[derive(Debug, Clone, PartialEq)]
pub struct Event {
    /// Its place.
    pub sequence: u64,
    /// The job.
    pub job_id: JobId,
    /// When it was written.
    pub at: Timestamp,
    /// What happened.
    pub event: JobEvent,
}

/// The events of a run after a place in the journal, in order.
pub fn of_run_after(reader: &Reader<'_>, run: RunId, after: u64, limit: u32) -> Result<Vec<Event>, StoreError> {
    let mut statement = reader.connection.prepare_cached(
        "SELECT e.sequence, e.job_id, e.at, e.event FROM event e JOIN job j ON j.id = e.job_id
         WHERE j.run_id = ?1 AND e.sequence > ?2 ORDER BY e.sequence LIMIT ?3",
    )?;
    Ok(statement.query_map(params![run.0, after, limit], event)?.collect::<Result<_, _>>()?)
}

/// The events of a job, in order.
pub fn of_job(reader: &Reader<'_>, job: JobId) -> Result<Vec<Event>, StoreError> {
    let mut statement = reader
        .connection
        .prepare_cached("SELECT sequence, job_id, at, event FROM event WHERE job_id = ?1 ORDER BY sequence")?;
    Ok(statement.query_map([job.0], event)?.collect::<Result<_, _>>()?)
}

fn event(row: &rusqlite::Row<'_>) -> rusqlite::Result<Event> {
    Ok(Event { sequence: row.get(0)?, job_id: JobId(row.get(1)?), at: time(row, 2)?, event: from_json(row, 3)? })
}
