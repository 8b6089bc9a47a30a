//! Jobs: a run's work on one host, as the sum of its events.

use super::{event, from_json, json};
use crate::error::StoreError;
use crate::read::Reader;
use crate::write::{Journal, Writer};
use millwright_domain::ids::{HostId, JobId, RunId};
use millwright_domain::run::{JobEvent, JobProgress, JobState, Outcome, PlannedJob, RunCounts, Work};
use millwright_domain::{Code, Fault, HostPath};
use rusqlite::{OptionalExtension, Row, params};

// `state` repeats what stands in `progress`, for counting; both are written by `append` alone.
pub(crate) const SCHEMA: &str = "
CREATE TABLE job (
    id            BLOB PRIMARY KEY,
    run_id        BLOB NOT NULL REFERENCES run (id),
    position      INTEGER NOT NULL,
    host_id       BLOB NOT NULL REFERENCES host (id),
    host          TEXT NOT NULL,
    state         TEXT NOT NULL,
    progress      TEXT NOT NULL,
    task_base     INTEGER NOT NULL DEFAULT 0,
    output_length INTEGER NOT NULL DEFAULT 0,
    UNIQUE (run_id, position)
) STRICT;
CREATE INDEX job_state ON job (run_id, state);
CREATE INDEX job_host ON job (host_id, id);
CREATE INDEX job_open ON job (run_id) WHERE state IN ('waiting', 'connecting', 'running');
CREATE INDEX job_unsuccessful ON job (id)
    WHERE state IN ('failed', 'timed-out', 'interrupted', 'unknown', 'unreachable');
";

const SELECT: &str = "SELECT id, run_id, position, host_id, host, progress, task_base, output_length FROM job";

/// A run's work on one host.
#[derive(Debug, Clone, PartialEq)]
pub struct Job {
    /// Its identifier.
    pub id: JobId,
    /// The run.
    pub run_id: RunId,
    /// Its place in the plan.
    pub position: usize,
    /// The host.
    pub host_id: HostId,
    /// The host's name when the run began.
    pub host: HostPath,
    /// Where it is.
    pub progress: JobProgress,
    /// Where the output of the current task begins in the job's output.
    pub task_base: u64,
    /// How much output is kept.
    pub output_length: u64,
}

pub(crate) fn begin(
    writer: &Writer<'_>,
    run: RunId,
    position: usize,
    planned: &PlannedJob,
) -> Result<JobId, StoreError> {
    let id: JobId = writer.new_id();
    let progress = JobProgress::default();
    writer
        .connection
        .prepare_cached(
            "INSERT INTO job (id, run_id, position, host_id, host, state, progress)
             VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)",
        )?
        .execute(params![
            id.0,
            run.0,
            position,
            planned.host_id.0,
            planned.host.to_string(),
            progress.state.as_str(),
            json(&progress)?
        ])?;
    // What needs nobody to go to the host has ended already.
    let outcome = match &planned.work {
        Work::Satisfied { .. } => Some(Outcome::succeeded()),
        Work::LeftOut(left_out) => Some(Outcome::of(left_out.state(), None, left_out.fault().clone())),
        Work::Attached { .. } | Work::Detached(_) => None,
    };
    if let Some(outcome) = outcome {
        let journal = Journal { connection: writer.connection, now: writer.now };
        append(&journal, id, &JobEvent::Ended(outcome))?;
    }
    Ok(id)
}

/// Adds an event to a job's journal, if it can follow what is there; says where the job is then.
pub fn append(journal: &Journal<'_>, id: JobId, event: &JobEvent) -> Result<Job, StoreError> {
    let mut job = get(&journal.reader(), id)?;
    job.progress = job.progress.apply(journal.now, event)?;
    if let JobEvent::Launching { .. } = event {
        job.task_base = job.output_length;
    }
    event::add(journal, id, event)?;
    journal
        .connection
        .prepare_cached("UPDATE job SET state = ?2, progress = ?3, task_base = ?4 WHERE id = ?1")?
        .execute(params![id.0, job.progress.state.as_str(), json(&job.progress)?, job.task_base])?;
    Ok(job)
}

/// A job.
pub fn get(reader: &Reader<'_>, id: JobId) -> Result<Job, StoreError> {
    let mut statement = reader.connection.prepare_cached(&format!("{SELECT} WHERE id = ?1"))?;
    statement
        .query_row([id.0], job)
        .optional()?
        .ok_or_else(|| Fault::new(Code::NotFound, format!("there is no job {id}")).into())
}

/// The jobs of a run, in the plan's order.
pub fn of_run(reader: &Reader<'_>, run: RunId) -> Result<Vec<Job>, StoreError> {
    let mut statement = reader.connection.prepare_cached(&format!("{SELECT} WHERE run_id = ?1 ORDER BY position"))?;
    Ok(statement.query_map([run.0], job)?.collect::<Result<_, _>>()?)
}

/// A host's job in a run.
pub fn of_run_and_host(reader: &Reader<'_>, run: RunId, host: &HostPath) -> Result<Option<Job>, StoreError> {
    let mut statement = reader.connection.prepare_cached(&format!("{SELECT} WHERE run_id = ?1 AND host = ?2"))?;
    Ok(statement.query_row(params![run.0, host.to_string()], job).optional()?)
}

/// A host's newest jobs, the newest first.
pub fn of_host(reader: &Reader<'_>, host: HostId, limit: u32) -> Result<Vec<Job>, StoreError> {
    let mut statement =
        reader.connection.prepare_cached(&format!("{SELECT} WHERE host_id = ?1 ORDER BY id DESC LIMIT ?2"))?;
    Ok(statement.query_map(params![host.0, limit], job)?.collect::<Result<_, _>>()?)
}

/// Of each host in the inventory, its last job if that ended other than it should; the newest first.
pub fn last_unsuccessful(reader: &Reader<'_>, limit: u32) -> Result<Vec<Job>, StoreError> {
    let mut statement = reader.connection.prepare_cached(&format!(
        "{SELECT} WHERE state IN ('failed', 'timed-out', 'interrupted', 'unknown', 'unreachable')
            AND EXISTS (SELECT 1 FROM host h WHERE h.id = job.host_id AND h.removed_at IS NULL)
            AND NOT EXISTS (SELECT 1 FROM job later WHERE later.host_id = job.host_id AND later.id > job.id)
         ORDER BY id DESC LIMIT ?1"
    ))?;
    Ok(statement.query_map([limit], job)?.collect::<Result<_, _>>()?)
}

/// How many jobs of a run are in which state.
pub fn counts(reader: &Reader<'_>, run: RunId) -> Result<RunCounts, StoreError> {
    let mut statement =
        reader.connection.prepare_cached("SELECT state, count(*) FROM job WHERE run_id = ?1 GROUP BY state")?;
    let rows = statement.query_map([run.0], |row| Ok((super::parsed::<JobState>(row, 0)?, row.get::<_, usize>(1)?)))?;
    let mut states = Vec::new();
    for row in rows {
        let (state, count) = row?;
        states.extend(std::iter::repeat_n(state, count));
    }
    Ok(RunCounts::of(states))
}

fn job(row: &Row<'_>) -> rusqlite::Result<Job> {
    Ok(Job {
        id: JobId(row.get(0)?),
        run_id: RunId(row.get(1)?),
        position: row.get(2)?,
        host_id: HostId(row.get(3)?),
        host: super::parsed(row, 4)?,
        progress: from_json(row, 5)?,
        task_base: row.get(6)?,
        output_length: row.get(7)?,
    })
}
