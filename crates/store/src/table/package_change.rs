//! What jobs have made of packages: the versions before and after, as the host said them.

use crate::error::StoreError;
use crate::read::Reader;
use crate::write::Writer;
use millwright_domain::ids::{JobId, RunId};
use rusqlite::params;
use serde::Serialize;
use ts_rs::TS;

pub(crate) const SCHEMA: &str = "
CREATE TABLE package_change (
    job_id BLOB NOT NULL REFERENCES job (id),
    name   TEXT NOT NULL,
    before TEXT,
    after  TEXT,
    PRIMARY KEY (job_id, name)
) STRICT, WITHOUT ROWID;
";

/// A package before and after a job.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, TS)]
pub struct PackageChange {
    /// `libssl3:amd64`
    pub name: String,
    /// The version before; none when it was not installed.
    pub before: Option<String>,
    /// The version after; none when it is not installed any more.
    pub after: Option<String>,
}

/// Records what became of a job's packages. What is recorded already is replaced by what is known now.
pub fn record(writer: &Writer<'_>, job: JobId, changes: &[PackageChange]) -> Result<(), StoreError> {
    for change in changes {
        writer
            .connection
            .prepare_cached(
                "INSERT INTO package_change (job_id, name, before, after) VALUES (?1, ?2, ?3, ?4)
                 ON CONFLICT (job_id, name) DO UPDATE SET after = excluded.after",
            )?
            .execute(params![job.0, change.name, change.before, change.after])?;
    }
    Ok(())
}

/// What became of the packages of a run's jobs, by job and name.
pub fn of_run(reader: &Reader<'_>, run: RunId) -> Result<Vec<(JobId, PackageChange)>, StoreError> {
    let mut statement = reader.connection.prepare_cached(
        "SELECT p.job_id, p.name, p.before, p.after FROM job j JOIN package_change p ON p.job_id = j.id
         WHERE j.run_id = ?1 ORDER BY j.position, p.name",
    )?;
    let rows = statement.query_map([run.0], |row| {
        Ok((JobId(row.get(0)?), PackageChange { name: row.get(1)?, before: row.get(2)?, after: row.get(3)? }))
    })?;
    Ok(rows.collect::<Result<_, _>>()?)
}
