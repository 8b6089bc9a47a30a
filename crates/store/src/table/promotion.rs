//! A person's words that open gates.

use super::run;
use crate::error::StoreError;
use crate::read::Reader;
use crate::write::{Journal, Writer};
use millwright_domain::ids::RunId;
use millwright_domain::run::WaitsFor;
use millwright_domain::{Code, Fault};
use rusqlite::params;
use serde_json::json;

pub(crate) const SCHEMA: &str = "
CREATE TABLE promotion (
    run_id      BLOB NOT NULL REFERENCES run (id),
    wave        INTEGER NOT NULL,
    promoted_at INTEGER NOT NULL,
    promoted_by TEXT NOT NULL,
    PRIMARY KEY (run_id, wave)
) STRICT, WITHOUT ROWID;
";

/// Opens the gate that a run waits at for a person.
pub fn add(writer: &Writer<'_>, id: RunId) -> Result<(), StoreError> {
    let found = run::get(&writer.reader(), id)?;
    let Some(gate) = found.gate.filter(|gate| gate.waits_for == WaitsFor::Person) else {
        return Err(Fault::new(Code::Conflict, "the run does not wait for a person's word")
            .with_hint("`millwright run show ID` says what it waits for.")
            .into());
    };
    writer.connection.execute(
        "INSERT INTO promotion (run_id, wave, promoted_at, promoted_by) VALUES (?1, ?2, ?3, ?4) ON CONFLICT DO NOTHING",
        params![id.0, gate.wave, writer.now.as_millisecond(), writer.actor.0],
    )?;
    run::set_gate(&Journal { connection: writer.connection, now: writer.now }, id, None)?;
    writer.audit("run.promote", "run", id, json!({ "wave": [null, gate.wave] }))
}

/// Whether a person has opened the gate behind a wave.
pub fn is_there(reader: &Reader<'_>, id: RunId, wave: u32) -> Result<bool, StoreError> {
    let mut statement = reader.connection.prepare_cached("SELECT 1 FROM promotion WHERE run_id = ?1 AND wave = ?2")?;
    Ok(statement.exists(params![id.0, wave])?)
}
