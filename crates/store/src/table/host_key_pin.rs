//! Pinned host keys.

use crate::error::StoreError;
use crate::read::Reader;
use crate::write::Writer;
use millwright_domain::fleet::{HostKeyPin, PinState};
use millwright_domain::ids::{HostId, PinId};
use millwright_domain::{Code, Fault};
use rusqlite::{Row, params};
use serde_json::json;

pub(crate) const SCHEMA: &str = "
CREATE TABLE host_key_pin (
    id          BLOB PRIMARY KEY,
    host_id     BLOB NOT NULL REFERENCES host (id),
    algorithm   TEXT NOT NULL,
    key         TEXT NOT NULL,
    fingerprint TEXT NOT NULL,
    state       TEXT NOT NULL CHECK (state IN ('trusted', 'revoked')),
    UNIQUE (host_id, key)
) STRICT;
";

/// Trusts a key, and no other, for a host. A key that was revoked stays revoked.
pub fn trust(
    writer: &Writer<'_>,
    host_id: HostId,
    algorithm: &str,
    key: &str,
    fingerprint: &str,
) -> Result<HostKeyPin, StoreError> {
    let before: Vec<HostKeyPin> =
        of_host(&writer.reader(), host_id)?.into_iter().filter(|pin| pin.state == PinState::Trusted).collect();
    writer.connection.execute("DELETE FROM host_key_pin WHERE host_id = ?1 AND state = 'trusted'", [host_id.0])?;
    let pin = insert(writer, host_id, algorithm, key, fingerprint, PinState::Trusted)?;
    let old: Vec<&str> = before.iter().map(|pin| pin.fingerprint.as_str()).collect();
    writer.audit(
        "host.trust",
        "host_key_pin",
        host_id,
        json!({ "fingerprint": [old, fingerprint], "algorithm": [null, algorithm] }),
    )?;
    Ok(pin)
}

/// Never trusts a pinned key of a host again.
pub fn revoke(writer: &Writer<'_>, host_id: HostId, fingerprint: &str) -> Result<(), StoreError> {
    let revoked = writer.connection.execute(
        "UPDATE host_key_pin SET state = 'revoked' WHERE host_id = ?1 AND fingerprint = ?2 AND state = 'trusted'",
        params![host_id.0, fingerprint],
    )?;
    if revoked == 0 {
        return Err(Fault::new(Code::NotFound, format!("the key {fingerprint} is not trusted for this host")).into());
    }
    writer.audit(
        "host.revoke",
        "host_key_pin",
        host_id,
        json!({ "fingerprint": [fingerprint, fingerprint], "state": [PinState::Trusted, PinState::Revoked] }),
    )
}

/// Adds a key beside those that a host has.
pub fn add(
    writer: &Writer<'_>,
    host_id: HostId,
    algorithm: &str,
    key: &str,
    fingerprint: &str,
    state: PinState,
) -> Result<HostKeyPin, StoreError> {
    let pin = insert(writer, host_id, algorithm, key, fingerprint, state)?;
    writer.audit(
        "host.pin",
        "host_key_pin",
        host_id,
        json!({ "fingerprint": [null, fingerprint], "algorithm": [null, algorithm], "state": [null, state] }),
    )?;
    Ok(pin)
}

/// A host's pins.
pub fn of_host(reader: &Reader<'_>, host_id: HostId) -> Result<Vec<HostKeyPin>, StoreError> {
    let mut statement = reader.connection.prepare_cached(
        "SELECT id, host_id, algorithm, key, fingerprint, state FROM host_key_pin WHERE host_id = ?1 ORDER BY id",
    )?;
    Ok(statement.query_map([host_id.0], pin)?.collect::<Result<_, _>>()?)
}

/// Every pin.
pub fn list(reader: &Reader<'_>) -> Result<Vec<HostKeyPin>, StoreError> {
    let mut statement = reader
        .connection
        .prepare_cached("SELECT id, host_id, algorithm, key, fingerprint, state FROM host_key_pin ORDER BY id")?;
    Ok(statement.query_map([], pin)?.collect::<Result<_, _>>()?)
}

fn pin(row: &Row<'_>) -> rusqlite::Result<HostKeyPin> {
    let state =
        if row.get_ref(5)?.as_str()? == state_word(PinState::Revoked) { PinState::Revoked } else { PinState::Trusted };
    Ok(HostKeyPin {
        id: PinId(row.get(0)?),
        host_id: HostId(row.get(1)?),
        algorithm: row.get(2)?,
        key: row.get(3)?,
        fingerprint: row.get(4)?,
        state,
    })
}

fn insert(
    writer: &Writer<'_>,
    host_id: HostId,
    algorithm: &str,
    key: &str,
    fingerprint: &str,
    state: PinState,
) -> Result<HostKeyPin, StoreError> {
    let pin = HostKeyPin {
        id: writer.new_id(),
        host_id,
        algorithm: algorithm.to_owned(),
        key: key.to_owned(),
        fingerprint: fingerprint.to_owned(),
        state,
    };
    writer
        .connection
        .prepare_cached(
            "INSERT INTO host_key_pin (id, host_id, algorithm, key, fingerprint, state)
             VALUES (?1, ?2, ?3, ?4, ?5, ?6)",
        )?
        .execute(params![pin.id.0, host_id.0, algorithm, key, fingerprint, state_word(state)])
        .map_err(|error| super::taken(error, || format!("the key {fingerprint} was revoked for this host")))?;
    Ok(pin)
}

const fn state_word(state: PinState) -> &'static str {
    match state {
        PinState::Trusted => "trusted",
        PinState::Revoked => "revoked",
    }
}
