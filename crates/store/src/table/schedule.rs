//! Approved plans that wait for their time. Each starts at most once.

use super::{approval, json as to_json, optional_json, optional_time, time};
use crate::error::StoreError;
use crate::read::Reader;
use crate::write::Writer;
use jiff::Timestamp;
use millwright_domain::ids::{PlanId, RunId};
use millwright_domain::{Actor, Code, Fault};
use rusqlite::{OptionalExtension, Row, params};
use serde::Serialize;
use serde_json::json;
use ts_rs::TS;

pub(crate) const SCHEMA: &str = "
CREATE TABLE schedule (
    plan_id    BLOB PRIMARY KEY REFERENCES plan (id),
    starts_at  INTEGER NOT NULL,
    created_at INTEGER NOT NULL,
    created_by TEXT NOT NULL,
    run_id     BLOB REFERENCES run (id),
    ended_at   INTEGER,
    fault      TEXT
) STRICT;
CREATE INDEX schedule_due ON schedule (starts_at) WHERE run_id IS NULL AND ended_at IS NULL;
";

const SELECT: &str = "SELECT s.plan_id, json_extract(p.content, '$.title'), s.starts_at, s.created_at, s.created_by,
    s.run_id, s.ended_at, s.fault FROM schedule s JOIN plan p ON p.id = s.plan_id";

/// A plan that waits for its time, or did.
#[derive(Debug, Clone, PartialEq, Serialize, TS)]
pub struct Scheduled {
    /// The plan.
    pub plan_id: PlanId,
    /// One line for people.
    pub title: String,
    /// When it should begin.
    pub starts_at: Timestamp,
    /// When that was decided.
    pub created_at: Timestamp,
    /// By whom.
    pub created_by: Actor,
    /// The run that it became.
    pub run_id: Option<RunId>,
    /// When it was given up.
    pub ended_at: Option<Timestamp>,
    /// Why it did not become a run.
    pub fault: Option<Fault>,
}

/// Lets an approved plan begin at a moment.
pub fn add(writer: &Writer<'_>, plan: PlanId, starts_at: Timestamp) -> Result<(), StoreError> {
    if approval::of_plan(&writer.reader(), plan)?.is_none() {
        return Err(Fault::new(Code::PlanNotApproved, "only an approved plan can wait for its time")
            .with_hint("Approve it first: `millwright plan approve ID`.")
            .into());
    }
    let changed = writer.connection.execute(
        "INSERT INTO schedule (plan_id, starts_at, created_at, created_by) VALUES (?1, ?2, ?3, ?4)
         ON CONFLICT (plan_id) DO UPDATE SET starts_at = excluded.starts_at, ended_at = NULL, fault = NULL
            WHERE run_id IS NULL",
        params![plan.0, starts_at.as_millisecond(), writer.now.as_millisecond(), writer.actor.0],
    )?;
    if changed == 0 {
        return Err(Fault::new(Code::PlanUsed, "this plan has become a run already").into());
    }
    writer.audit("schedule.add", "plan", plan, json!({ "starts_at": [null, starts_at] }))
}

/// Notes that a waiting plan has become a run, at its time or because a person did not wait for it.
pub(crate) fn started(writer: &Writer<'_>, plan: PlanId, run: RunId) -> Result<(), StoreError> {
    writer
        .connection
        .execute("UPDATE schedule SET run_id = ?2 WHERE plan_id = ?1 AND ended_at IS NULL", params![plan.0, run.0])?;
    Ok(())
}

/// A waiting plan will not begin.
pub fn give_up(writer: &Writer<'_>, plan: PlanId, why: &Fault) -> Result<(), StoreError> {
    let changed = writer.connection.execute(
        "UPDATE schedule SET ended_at = ?2, fault = ?3 WHERE plan_id = ?1 AND run_id IS NULL AND ended_at IS NULL",
        params![plan.0, writer.now.as_millisecond(), to_json(why)?],
    )?;
    if changed == 0 {
        return Err(Fault::new(Code::NotFound, "no run waits for its time with this plan").into());
    }
    writer.audit("schedule.end", "plan", plan, json!({ "why": [null, why.message] }))
}

/// The plans that wait, the soonest first.
pub fn waiting(reader: &Reader<'_>) -> Result<Vec<Scheduled>, StoreError> {
    let mut statement = reader
        .connection
        .prepare_cached(&format!("{SELECT} WHERE s.run_id IS NULL AND s.ended_at IS NULL ORDER BY s.starts_at"))?;
    Ok(statement.query_map([], scheduled)?.collect::<Result<_, _>>()?)
}

/// The plans that waited and were given up since a moment, the newest first.
pub fn given_up_since(reader: &Reader<'_>, since: Timestamp) -> Result<Vec<Scheduled>, StoreError> {
    let mut statement =
        reader.connection.prepare_cached(&format!("{SELECT} WHERE s.ended_at >= ?1 ORDER BY s.ended_at DESC"))?;
    Ok(statement.query_map([since.as_millisecond()], scheduled)?.collect::<Result<_, _>>()?)
}

/// Whether and when a plan begins by itself.
pub fn of_plan(reader: &Reader<'_>, plan: PlanId) -> Result<Option<Scheduled>, StoreError> {
    let mut statement = reader.connection.prepare_cached(&format!("{SELECT} WHERE s.plan_id = ?1"))?;
    Ok(statement.query_row([plan.0], scheduled).optional()?)
}

fn scheduled(row: &Row<'_>) -> rusqlite::Result<Scheduled> {
    Ok(Scheduled {
        plan_id: PlanId(row.get(0)?),
        title: row.get(1)?,
        starts_at: time(row, 2)?,
        created_at: time(row, 3)?,
        created_by: Actor(row.get(4)?),
        run_id: row.get::<_, Option<uuid::Uuid>>(5)?.map(RunId),
        ended_at: optional_time(row, 6)?,
        fault: optional_json(row, 7)?,
    })
}
