//! Wishes that a job should end: how one process tells the one that drives the run.

use super::from_json;
use crate::error::StoreError;
use crate::read::Reader;
use crate::write::Writer;
use millwright_domain::ids::{JobId, RunId};
use millwright_domain::run::CancelMode;
use rusqlite::params;
use serde_json::json;
use std::collections::HashMap;

pub(crate) const SCHEMA: &str = "
CREATE TABLE cancel_request (
    job_id BLOB PRIMARY KEY REFERENCES job (id),
    run_id BLOB NOT NULL REFERENCES run (id),
    mode   TEXT NOT NULL
) STRICT;
CREATE INDEX cancel_request_run ON cancel_request (run_id);
";

/// Wishes that jobs of a run should end. A later wish replaces an earlier one.
pub fn add(writer: &Writer<'_>, run: RunId, jobs: &[JobId], mode: CancelMode) -> Result<(), StoreError> {
    for job in jobs {
        writer
            .connection
            .prepare_cached(
                "INSERT INTO cancel_request (job_id, run_id, mode) VALUES (?1, ?2, ?3)
                 ON CONFLICT (job_id) DO UPDATE SET mode = excluded.mode",
            )?
            .execute(params![job.0, run.0, super::json(&mode)?])?;
    }
    writer.audit("run.cancel", "run", run, json!({ "jobs": [null, jobs], "mode": [null, mode] }))
}

/// What is wished of a run's jobs.
pub fn of_run(reader: &Reader<'_>, run: RunId) -> Result<HashMap<JobId, CancelMode>, StoreError> {
    let mut statement =
        reader.connection.prepare_cached("SELECT job_id, mode FROM cancel_request WHERE run_id = ?1")?;
    let rows = statement.query_map([run.0], |row| Ok((JobId(row.get(0)?), from_json(row, 1)?)))?;
    Ok(rows.collect::<Result<_, _>>()?)
}
