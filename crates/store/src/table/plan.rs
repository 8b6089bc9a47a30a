//! Plans. They never change.

use super::{from_json, json, time};
use crate::error::StoreError;
use crate::read::Reader;
use crate::write::Writer;
use millwright_domain::ids::PlanId;
use millwright_domain::run::{Plan, PlanContent};
use millwright_domain::{Actor, Code, Fault};
use rusqlite::{OptionalExtension, params};

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
    writer.audit(
        "plan.add",
        "plan",
        plan.id,
        serde_json::json!({ "title": [null, plan.content.title], "hash": [null, plan.hash] }),
    )?;
    Ok(plan)
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
