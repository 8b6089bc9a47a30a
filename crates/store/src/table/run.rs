//! Runs: one execution of one plan.

use super::{job, time};
use crate::error::StoreError;
use crate::read::Reader;
use crate::write::Writer;
use jiff::Timestamp;
use millwright_domain::ids::{PlanId, RunId};
use millwright_domain::run::{Plan, RunCounts, RunKind};
use millwright_domain::{Actor, Code, Fault};
use rusqlite::{OptionalExtension, Row, params};
use serde_json::json;

pub(crate) const SCHEMA: &str = "
CREATE TABLE run (
    id         BLOB PRIMARY KEY,
    plan_id    BLOB NOT NULL REFERENCES plan (id),
    plan_hash  TEXT NOT NULL,
    kind       TEXT NOT NULL,
    title      TEXT NOT NULL,
    selector   TEXT NOT NULL,
    created_at INTEGER NOT NULL,
    created_by TEXT NOT NULL
) STRICT;
";

const SELECT: &str = "SELECT id, plan_id, plan_hash, kind, title, selector, created_at, created_by FROM run";

/// The execution of a plan.
#[derive(Debug, Clone, PartialEq)]
pub struct Run {
    /// Its identifier.
    pub id: RunId,
    /// The plan.
    pub plan_id: PlanId,
    /// The hash that was approved.
    pub plan_hash: String,
    /// What kind of work it is.
    pub kind: RunKind,
    /// One line for people.
    pub title: String,
    /// The selector as it was given.
    pub selector: String,
    /// When it began.
    pub created_at: Timestamp,
    /// Who began it.
    pub created_by: Actor,
}

/// Begins a run with all of its jobs: the intent, committed before any host hears of it.
pub fn begin(writer: &Writer<'_>, plan: &Plan) -> Result<Run, StoreError> {
    plan.check()?;
    let run = Run {
        id: writer.new_id(),
        plan_id: plan.id,
        plan_hash: plan.hash.clone(),
        kind: plan.content.kind,
        title: plan.content.title.clone(),
        selector: plan.content.selector.clone(),
        created_at: writer.now,
        created_by: writer.actor.clone(),
    };
    writer.connection.execute(
        "INSERT INTO run (id, plan_id, plan_hash, kind, title, selector, created_at, created_by)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)",
        params![
            run.id.0,
            run.plan_id.0,
            run.plan_hash,
            run.kind.as_str(),
            run.title,
            run.selector,
            run.created_at.as_millisecond(),
            run.created_by.0
        ],
    )?;
    for (position, planned) in plan.content.jobs.iter().enumerate() {
        job::begin(writer, run.id, position, planned)?;
    }
    writer.audit(
        "run.begin",
        "run",
        run.id,
        json!({ "plan": [null, run.plan_id], "plan_hash": [null, run.plan_hash], "title": [null, run.title] }),
    )?;
    Ok(run)
}

/// The newest runs with their counts, the newest first.
pub fn newest(reader: &Reader<'_>, limit: u32) -> Result<Vec<(Run, RunCounts)>, StoreError> {
    let mut statement = reader.connection.prepare_cached(&format!("{SELECT} ORDER BY id DESC LIMIT ?1"))?;
    let runs: Vec<Run> = statement.query_map([limit], run)?.collect::<Result<_, _>>()?;
    runs.into_iter()
        .map(|run| {
            let counts = job::counts(reader, run.id)?;
            Ok((run, counts))
        })
        .collect()
}

/// The runs with jobs that have not ended, the newest first.
pub fn unfinished(reader: &Reader<'_>) -> Result<Vec<(Run, RunCounts)>, StoreError> {
    let mut statement = reader.connection.prepare_cached(&format!(
        "{SELECT} WHERE id IN (SELECT run_id FROM job INDEXED BY job_open WHERE state IN ('waiting', 'connecting', 'running'))
         ORDER BY id DESC"
    ))?;
    let runs: Vec<Run> = statement.query_map([], run)?.collect::<Result<_, _>>()?;
    runs.into_iter()
        .map(|run| {
            let counts = job::counts(reader, run.id)?;
            Ok((run, counts))
        })
        .collect()
}

/// The run whose id is, or begins with, the given text.
pub fn find(reader: &Reader<'_>, id: &str) -> Result<Run, StoreError> {
    let pattern = id.replace('-', "").to_ascii_lowercase();
    let unknown = || {
        Fault::new(Code::NotFound, format!("there is no run “{}”", id.escape_debug()))
            .with_hint("`millwright run list` shows them.")
    };
    if pattern.len() < 4 || !pattern.bytes().all(|byte| byte.is_ascii_hexdigit()) {
        return Err(unknown().into());
    }
    // UUIDv7 begins with the time, so people tell runs apart by the end: either end may be given.
    let mut statement = reader.connection.prepare_cached(&format!(
        "{SELECT} WHERE lower(hex(id)) LIKE ?1 || '%' OR lower(hex(id)) LIKE '%' || ?1 ORDER BY id DESC LIMIT 2"
    ))?;
    let mut runs = statement.query_map([&pattern], run)?;
    let found = runs.next().transpose()?.ok_or_else(unknown)?;
    if runs.next().transpose()?.is_some() {
        return Err(Fault::new(Code::InvalidInput, format!("“{id}” names more than one run"))
            .with_hint("Give more of its id.")
            .into());
    }
    Ok(found)
}

/// The run of that id.
pub fn get(reader: &Reader<'_>, id: RunId) -> Result<Run, StoreError> {
    let mut statement = reader.connection.prepare_cached(&format!("{SELECT} WHERE id = ?1"))?;
    statement
        .query_row([id.0], run)
        .optional()?
        .ok_or_else(|| Fault::new(Code::NotFound, format!("there is no run {id}")).into())
}

fn run(row: &Row<'_>) -> rusqlite::Result<Run> {
    let word: String = row.get(3)?;
    let kind = RunKind::ALL.into_iter().find(|kind| kind.as_str() == word).ok_or_else(|| {
        super::unreadable(3, Fault::new(Code::WorkspaceCorrupt, format!("“{word}” is no kind of run")))
    })?;
    Ok(Run {
        id: RunId(row.get(0)?),
        plan_id: PlanId(row.get(1)?),
        plan_hash: row.get(2)?,
        kind,
        title: row.get(4)?,
        selector: row.get(5)?,
        created_at: time(row, 6)?,
        created_by: Actor(row.get(7)?),
    })
}
