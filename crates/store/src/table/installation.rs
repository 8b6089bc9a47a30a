//! What is installed where.

use super::{from_json, json, optional_time};
use crate::error::StoreError;
use crate::read::Reader;
use crate::write::Writer;
use millwright_domain::fleet::Installation;
use millwright_domain::ids::{HostId, InstallationId, ProductId};
use rusqlite::{OptionalExtension, Row, params};

pub(crate) const SCHEMA: &str = "
CREATE TABLE installation (
    id               BLOB PRIMARY KEY,
    host_id          BLOB NOT NULL REFERENCES host (id),
    product_id       BLOB NOT NULL REFERENCES product (id),
    desired_version  TEXT,
    observed_version TEXT,
    observed_at      INTEGER,
    value            TEXT NOT NULL,
    UNIQUE (host_id, product_id)
) STRICT;
CREATE INDEX installation_product ON installation (product_id);
";

const SELECT: &str =
    "SELECT id, host_id, product_id, desired_version, observed_version, observed_at, value FROM installation";

/// Notes what a host showed after a product was installed or upgraded on it.
pub fn record(writer: &Writer<'_>, installation: &Installation) -> Result<(), StoreError> {
    let before = find(&writer.reader(), installation.host_id, installation.product_id)?;
    let id = before.as_ref().map_or(installation.id, |before| before.id);
    writer
        .connection
        .prepare_cached(
            "INSERT INTO installation (id, host_id, product_id, desired_version, observed_version, observed_at, value)
             VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)
             ON CONFLICT (host_id, product_id) DO UPDATE SET desired_version = excluded.desired_version,
                observed_version = excluded.observed_version, observed_at = excluded.observed_at,
                value = excluded.value",
        )?
        .execute(params![
            id.0,
            installation.host_id.0,
            installation.product_id.0,
            installation.desired_version,
            installation.observed_version,
            installation.observed_at.map(|at| at.as_millisecond()),
            json(&installation.values)?
        ])?;
    let old = before.as_ref();
    writer.audit(
        "installation.record",
        "installation",
        id,
        serde_json::json!({
            "host_id": installation.host_id,
            "product_id": installation.product_id,
            "desired_version": [old.and_then(|b| b.desired_version.as_ref()), installation.desired_version],
            "observed_version": [old.and_then(|b| b.observed_version.as_ref()), installation.observed_version],
            "values": [old.map(|b| &b.values), installation.values],
        }),
    )
}

/// Notes that a product is gone from a host.
pub fn remove(writer: &Writer<'_>, host: HostId, product: ProductId) -> Result<(), StoreError> {
    let Some(before) = find(&writer.reader(), host, product)? else { return Ok(()) };
    writer.connection.execute("DELETE FROM installation WHERE id = ?1", [before.id.0])?;
    writer.audit(
        "installation.remove",
        "installation",
        before.id,
        serde_json::json!({
            "host_id": host,
            "product_id": product,
            "observed_version": [before.observed_version, null],
        }),
    )
}

/// A product on a host.
pub fn find(reader: &Reader<'_>, host: HostId, product: ProductId) -> Result<Option<Installation>, StoreError> {
    let mut statement =
        reader.connection.prepare_cached(&format!("{SELECT} WHERE host_id = ?1 AND product_id = ?2"))?;
    Ok(statement.query_row([host.0, product.0], installation).optional()?)
}

/// Every installation.
pub fn list(reader: &Reader<'_>) -> Result<Vec<Installation>, StoreError> {
    let mut statement = reader.connection.prepare_cached(SELECT)?;
    Ok(statement.query_map([], installation)?.collect::<Result<_, _>>()?)
}

fn installation(row: &Row<'_>) -> rusqlite::Result<Installation> {
    Ok(Installation {
        id: InstallationId(row.get(0)?),
        host_id: HostId(row.get(1)?),
        product_id: ProductId(row.get(2)?),
        desired_version: row.get(3)?,
        observed_version: row.get(4)?,
        observed_at: optional_time(row, 5)?,
        values: from_json(row, 6)?,
    })
}
