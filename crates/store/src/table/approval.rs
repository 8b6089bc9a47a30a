//! Approvals: who has said yes to which plan, bound to the plan's hash.

use super::{plan, time};
use crate::error::StoreError;
use crate::read::Reader;
use crate::write::Writer;
use jiff::Timestamp;
use millwright_domain::ids::PlanId;
use millwright_domain::{Actor, Code, Fault};
use rusqlite::{OptionalExtension, params};
use serde::Serialize;
use serde_json::json;
use ts_rs::TS;

pub(crate) const SCHEMA: &str = "
CREATE TABLE approval (
    plan_id     BLOB PRIMARY KEY REFERENCES plan (id),
    hash        TEXT NOT NULL,
    approved_at INTEGER NOT NULL,
    approved_by TEXT NOT NULL
) STRICT;
CREATE TRIGGER approval_never_changes BEFORE UPDATE ON approval
    BEGIN SELECT RAISE(ABORT, 'an approval never changes'); END;
";

/// Somebody's yes to a plan.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, TS)]
pub struct Approval {
    /// The hash of what was approved.
    pub hash: String,
    /// When.
    pub approved_at: Timestamp,
    /// Who.
    pub approved_by: Actor,
}

/// Approves a plan that has this hash and is not too old. What is approved already stays approved by whom it was.
pub fn add(writer: &Writer<'_>, id: PlanId, hash: &str) -> Result<Approval, StoreError> {
    let found = plan::find(&writer.reader(), id)?;
    if found.hash != hash {
        return Err(Fault::new(Code::PlanMismatch, "the plan is not the one that was approved")
            .with_hint("Look at the plan again, and approve what it is now.")
            .into());
    }
    found.is_current(writer.now)?;
    if let Some(approval) = of_plan(&writer.reader(), id)? {
        return Ok(approval);
    }
    let approval = Approval { hash: hash.to_owned(), approved_at: writer.now, approved_by: writer.actor.clone() };
    writer.connection.execute(
        "INSERT INTO approval (plan_id, hash, approved_at, approved_by) VALUES (?1, ?2, ?3, ?4)",
        params![id.0, approval.hash, approval.approved_at.as_millisecond(), approval.approved_by.0],
    )?;
    writer.audit("plan.approve", "plan", id, json!({ "hash": [null, approval.hash] }))?;
    Ok(approval)
}

/// The approval of a plan, if it has one.
pub fn of_plan(reader: &Reader<'_>, id: PlanId) -> Result<Option<Approval>, StoreError> {
    let mut statement =
        reader.connection.prepare_cached("SELECT hash, approved_at, approved_by FROM approval WHERE plan_id = ?1")?;
    let approval = |row: &rusqlite::Row<'_>| {
        Ok(Approval { hash: row.get(0)?, approved_at: time(row, 1)?, approved_by: Actor(row.get(2)?) })
    };
    Ok(statement.query_row([id.0], approval).optional()?)
}
