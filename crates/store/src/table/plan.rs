//! Plans. They never change.

use super::approval::{self, Approval};
use super::{from_json, json, parsed, run, time};
use crate::error::StoreError;
use crate::read::Reader;
use crate::write::Writer;
use jiff::Timestamp;
use millwright_domain::ids::{PlanId, RunId};
use millwright_domain::run::{Plan, PlanContent, RunKind};
use millwright_domain::{Actor, Code, Fault};
use rusqlite::{OptionalExtension, Row, params};
use serde::Serialize;
use ts_rs::TS;

pub(crate) const SCHEMA: &str = "
CREATE TABLE plan (
    id         BLOB PRIMARY KEY,
    created_at INTEGER NOT NULL,
    created_by TEXT NOT NULL,
    hash       TEXT NOT NULL,
    content    TEXT NOT NULL
) STRICT;
CREATE TRIGGER plan_never_changes BEFORE UPDATE ON plan BEGIN SELECT RAISE(ABORT, 'a plan never changes'); END;
";

/// Seals a content and keeps it.
pub fn add(writer: &Writer<'_>, content: PlanContent) -> Result<Plan, StoreError> {
    let plan = Plan::new(writer.new_id(), writer.now, writer.actor.clone(), content)?;
    writer.connection.execute(
        "INSERT INTO plan (id, created_at, created_by, hash, content) VALUES (?1, ?2, ?3, ?4, ?5)",
        params![plan.id.0, plan.created_at.as_millisecond(), plan.created_by.0, plan.hash, json(&plan.content)?],
    )?;
    let mut change = serde_json::json!({ "title": [null, plan.content.title], "hash": [null, plan.hash] });
    if let Some(reason) = &plan.content.window_override {
        change["window_override"] = serde_json::json!([null, reason]);
    }
    writer.audit("plan.add", "plan", plan.id, change)?;
    Ok(plan)
}

/// A plan in a list.
#[derive(Debug, Clone, PartialEq, Serialize, TS)]
pub struct PlanSummary {
    /// Its identifier.
    pub id: PlanId,
    /// When it was made.
    pub created_at: Timestamp,
    /// Who made it.
    pub created_by: Actor,
    /// What an approval binds.
    pub hash: String,
    /// What kind of work it is.
    pub kind: RunKind,
    /// One line for people.
    pub title: String,
    /// The selector as it was given.
    pub selector: String,
    /// After this it may not begin any more.
    pub expires_at: Timestamp,
    /// How many hosts it names.
    pub hosts: u32,
    /// Who has approved it, if somebody has.
    pub approval: Option<Approval>,
    /// Its run, if it was run.
    pub run: Option<RunId>,
}

/// The newest plans, the newest first.
pub fn newest(reader: &Reader<'_>, limit: u32) -> Result<Vec<PlanSummary>, StoreError> {
    let mut statement = reader.connection.prepare_cached(
        "SELECT id, created_at, created_by, hash, json_extract(content, '$.kind'), json_extract(content, '$.title'),
            json_extract(content, '$.selector'), json_extract(content, '$.expires_at'),
            json_array_length(content, '$.jobs') FROM plan ORDER BY id DESC LIMIT ?1",
    )?;
    let mut plans: Vec<PlanSummary> = statement.query_map([limit], summary)?.collect::<Result<_, _>>()?;
    for plan in &mut plans {
        (plan.approval, plan.run) = (approval::of_plan(reader, plan.id)?, run::of_plan(reader, plan.id)?);
    }
    Ok(plans)
}

fn summary(row: &Row<'_>) -> rusqlite::Result<PlanSummary> {
    Ok(PlanSummary {
        id: PlanId(row.get(0)?),
        created_at: time(row, 1)?,
        created_by: Actor(row.get(2)?),
        hash: row.get(3)?,
        kind: parsed(row, 4)?,
        title: row.get(5)?,
        selector: row.get(6)?,
        expires_at: parsed(row, 7)?,
        hosts: row.get(8)?,
        approval: None,
        run: None,
    })
}

/// The id of the plan whose id is, begins with, or ends with the given text.
pub fn find_id(reader: &Reader<'_>, text: &str) -> Result<PlanId, StoreError> {
    let unknown = || {
        Fault::new(Code::NotFound, format!("there is no plan “{}”", text.escape_debug()))
            .with_hint("`millwright plan list` shows them.")
    };
    Ok(PlanId(super::id_like(reader, "plan", text, unknown)?))
}

/// A plan, checked against its hash.
pub fn find(reader: &Reader<'_>, id: PlanId) -> Result<Plan, StoreError> {
    let mut statement =
        reader.connection.prepare_cached("SELECT created_at, created_by, hash, content FROM plan WHERE id = ?1")?;
    let plan = statement
        .query_row([id.0], |row| {
            let content: PlanContent = from_json(row, 3)?;
            let created_by = Actor(row.get(1)?);
            Ok(Plan { id, created_at: time(row, 0)?, created_by, hash: row.get(2)?, content })
        })
        .optional()?
        .ok_or_else(|| Fault::new(Code::NotFound, format!("there is no plan {id}")))?;
    plan.check()?;
    Ok(plan)
}
