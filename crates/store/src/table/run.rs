//! Runs: one execution of one plan.

use super::{approval, job, optional_json, parsed, schedule, time};
use crate::error::StoreError;
use crate::read::Reader;
use crate::write::{Journal, Writer};
use jiff::Timestamp;
use millwright_domain::ids::{JobId, PlanId, RunId};
use millwright_domain::run::{GateStanding, JobEvent, JobState, Outcome, Plan, RunCounts, RunKind};
use millwright_domain::{Actor, Code, Fault};
use rusqlite::{OptionalExtension, Row, params};
use serde_json::json;
use uuid::Uuid;

pub(crate) const SCHEMA: &str = "
CREATE TABLE run (
    id         BLOB PRIMARY KEY,
    plan_id    BLOB NOT NULL REFERENCES plan (id),
    plan_hash  TEXT NOT NULL,
    kind       TEXT NOT NULL,
    title      TEXT NOT NULL,
    selector   TEXT NOT NULL,
    created_at INTEGER NOT NULL,
    created_by TEXT NOT NULL,
    follows    BLOB REFERENCES run (id),
    halted     TEXT,
    gate       TEXT
) STRICT;
CREATE INDEX run_plan ON run (plan_id);
CREATE INDEX run_follows ON run (follows) WHERE follows IS NOT NULL;
CREATE INDEX run_gate ON run (id) WHERE gate IS NOT NULL;
";

const SELECT: &str =
    "SELECT id, plan_id, plan_hash, kind, title, selector, created_at, created_by, follows, halted, gate
    FROM run";

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
    /// The run that it resumes or takes back.
    pub follows: Option<RunId>,
    /// Why it was halted, if it was.
    pub halted: Option<Fault>,
    /// What it waits for between two waves, if it does.
    pub gate: Option<GateStanding>,
}

/// Begins the run of an approved plan with all of its jobs: the intent, committed before any host hears of it.
pub fn begin(writer: &Writer<'_>, plan: &Plan) -> Result<Run, StoreError> {
    plan.check()?;
    plan.is_current(writer.now)?;
    if approval::of_plan(&writer.reader(), plan.id)?.is_none_or(|approval| approval.hash != plan.hash) {
        return Err(Fault::new(Code::PlanNotApproved, "nobody has approved this plan")
            .with_hint("Look at it with `millwright plan show ID`, then `millwright plan approve ID`.")
            .into());
    }
    if let Some(run) = of_plan(&writer.reader(), plan.id)? {
        return Err(Fault::new(Code::PlanUsed, format!("this plan was run already: run {run}"))
            .with_hint("A plan is run once. Plan again, or resume its run.")
            .into());
    }
    let run = Run {
        id: writer.new_id(),
        plan_id: plan.id,
        plan_hash: plan.hash.clone(),
        kind: plan.content.kind,
        title: plan.content.title.clone(),
        selector: plan.content.selector.clone(),
        created_at: writer.now,
        created_by: writer.actor.clone(),
        follows: plan.content.follows.map(|follows| follows.run),
        halted: None,
        gate: None,
    };
    writer.connection.execute(
        "INSERT INTO run (id, plan_id, plan_hash, kind, title, selector, created_at, created_by, follows)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9)",
        params![
            run.id.0,
            run.plan_id.0,
            run.plan_hash,
            run.kind.as_str(),
            run.title,
            run.selector,
            run.created_at.as_millisecond(),
            run.created_by.0,
            run.follows.map(|follows| follows.0)
        ],
    )?;
    for (position, planned) in plan.content.jobs.iter().enumerate() {
        job::begin(writer, run.id, position, planned)?;
    }
    schedule::started(writer, plan.id, run.id)?;
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
    with_counts(reader, runs)
}

/// The runs that have not come to their end, the newest first: jobs of theirs have not ended, or they stand at a gate.
pub fn unfinished(reader: &Reader<'_>) -> Result<Vec<(Run, RunCounts)>, StoreError> {
    let mut statement = reader.connection.prepare_cached(&format!(
        "{SELECT} WHERE gate IS NOT NULL OR
            id IN (SELECT run_id FROM job INDEXED BY job_open WHERE state IN ('waiting', 'connecting', 'running'))
         ORDER BY id DESC"
    ))?;
    let runs: Vec<Run> = statement.query_map([], run)?.collect::<Result<_, _>>()?;
    with_counts(reader, runs)
}

/// The run whose id is, begins with, or ends with the given text.
pub fn find(reader: &Reader<'_>, id: &str) -> Result<Run, StoreError> {
    let unknown = || {
        Fault::new(Code::NotFound, format!("there is no run “{}”", id.escape_debug()))
            .with_hint("`millwright run list` shows them.")
    };
    get(reader, RunId(super::id_like(reader, "run", id, unknown)?))
}

/// The run of a plan, if it was run.
pub fn of_plan(reader: &Reader<'_>, plan: PlanId) -> Result<Option<RunId>, StoreError> {
    let mut statement = reader.connection.prepare_cached("SELECT id FROM run WHERE plan_id = ?1")?;
    Ok(statement.query_row([plan.0], |row| Ok(RunId(row.get(0)?))).optional()?)
}

/// The runs that resume a run or take it back, the oldest first.
pub fn followers(reader: &Reader<'_>, id: RunId) -> Result<Vec<(Run, RunCounts)>, StoreError> {
    let mut statement = reader.connection.prepare_cached(&format!("{SELECT} WHERE follows = ?1 ORDER BY id"))?;
    let runs: Vec<Run> = statement.query_map([id.0], run)?.collect::<Result<_, _>>()?;
    with_counts(reader, runs)
}

fn with_counts(reader: &Reader<'_>, runs: Vec<Run>) -> Result<Vec<(Run, RunCounts)>, StoreError> {
    runs.into_iter()
        .map(|run| {
            let counts = job::counts(reader, run.id)?;
            Ok((run, counts))
        })
        .collect()
}

/// Says what a run waits for between two waves.
pub fn set_gate(journal: &Journal<'_>, id: RunId, gate: Option<&GateStanding>) -> Result<(), StoreError> {
    let gate = gate.map(super::json).transpose()?;
    journal
        .connection
        .prepare_cached("UPDATE run SET gate = ?2 WHERE id = ?1 AND gate IS NOT ?2")?
        .execute(params![id.0, gate])?;
    Ok(())
}

/// Halts a run: these jobs of it, which have not begun, are held.
pub fn halt(journal: &Journal<'_>, id: RunId, why: &Fault, jobs: &[JobId]) -> Result<(), StoreError> {
    for job in jobs {
        let fault = Fault { message: format!("not started, the run was halted: {}", why.message), ..why.clone() };
        job::append(journal, *job, &JobEvent::Ended(Outcome::of(JobState::Held, None, fault)))?;
    }
    journal
        .connection
        .execute("UPDATE run SET halted = ?2, gate = NULL WHERE id = ?1", params![id.0, super::json(why)?])?;
    Ok(())
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
    Ok(Run {
        id: RunId(row.get(0)?),
        plan_id: PlanId(row.get(1)?),
        plan_hash: row.get(2)?,
        kind: parsed(row, 3)?,
        title: row.get(4)?,
        selector: row.get(5)?,
        created_at: time(row, 6)?,
        created_by: Actor(row.get(7)?),
        follows: row.get::<_, Option<Uuid>>(8)?.map(RunId),
        halted: optional_json(row, 9)?,
        gate: optional_json(row, 10)?,
    })
}
