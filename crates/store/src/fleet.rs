//! The fleet as a table: every host with what is known of it, filtered, sorted and cut to a page by SQLite, so that ten
//! thousand hosts cost a client no more than the rows that it shows.
//!
//! What the summary of a host's facts means is its writer's business; the names of its fields stand here once, in the view.

use crate::error::StoreError;
use crate::read::Reader;
use crate::table::{from_json, optional_time, parsed};
use jiff::Timestamp;
use millwright_domain::ids::HostId;
use millwright_domain::{Fault, HostPath, Slug};
use rusqlite::types::ToSql;
use rusqlite::{Row, named_params};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use ts_rs::TS;

/// As full as this, a disk needs somebody.
pub const DISK_FULL_PERCENT: u8 = 90;
/// Not seen for as long as this, a host is stale.
pub const STALE_AFTER_DAYS: i64 = 7;

const ROWS: &str = "WITH fleet AS (
    SELECT h.id AS id, c.slug AS client, c.name AS client_name, e.slug AS environment, h.slug AS name,
        c.slug || '/' || e.slug || '/' || h.slug AS path, e.production AS production, h.address AS address,
        k.seen_at AS seen_at, k.failed_at AS failed_at, k.fault AS fault,
        f.observed_at AS observed_at, f.summary ->> '$.os' AS os, f.summary ->> '$.pending' AS pending,
        f.summary ->> '$.pending_security' AS pending_security, f.summary ->> '$.reboot_required' AS reboot_required,
        f.summary ->> '$.fullest_percent' AS fullest_percent, f.summary ->> '$.failed_units' AS failed_units
    FROM host h
    JOIN environment e ON e.id = h.environment_id
    JOIN client c ON c.id = e.client_id
    LEFT JOIN contact k ON k.host_id = h.id
    LEFT JOIN facts f ON f.host_id = h.id
    WHERE h.removed_at IS NULL
        AND (:client IS NULL OR c.slug = :client) AND (:environment IS NULL OR e.slug = :environment)
        AND (:text IS NULL OR c.slug || '/' || e.slug || '/' || h.slug LIKE :text ESCAPE '\\' OR c.name LIKE :text ESCAPE '\\'
            OR h.address LIKE :text ESCAPE '\\' OR f.summary ->> '$.os' LIKE :text ESCAPE '\\'
            OR EXISTS (SELECT 1 FROM host_tag t WHERE t.host_id = h.id AND t.tag LIKE :text ESCAPE '\\'))
)";

/// What a host may need somebody for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum Need {
    /// It could not be reached the last time.
    Unreachable,
    /// It was not seen for a week, or never.
    Stale,
    /// It has never said anything about itself.
    NoFacts,
    /// Security updates could be applied.
    SecurityUpdates,
    /// Any updates could be applied.
    Updates,
    /// It says that it must be restarted.
    Reboot,
    /// A disk is nearly full.
    Disk,
    /// Units failed.
    FailedUnits,
}

impl Need {
    /// Every need.
    pub const ALL: [Need; 8] = [
        Need::Unreachable,
        Need::Stale,
        Need::NoFacts,
        Need::SecurityUpdates,
        Need::Updates,
        Need::Reboot,
        Need::Disk,
        Need::FailedUnits,
    ];

    const fn condition(self) -> &'static str {
        match self {
            Need::Unreachable => "failed_at IS NOT NULL",
            Need::Stale => "coalesce(seen_at, 0) < :stale",
            Need::NoFacts => "observed_at IS NULL",
            Need::SecurityUpdates => "pending_security > 0",
            Need::Updates => "pending > 0",
            Need::Reboot => "reboot_required",
            Need::Disk => "fullest_percent >= :full",
            Need::FailedUnits => "failed_units > 0",
        }
    }
}

/// By what the rows are sorted. Rows that do not know it come last, whatever the direction.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
#[allow(missing_docs, reason = "the columns' names")]
pub enum FleetSort {
    #[default]
    Name,
    Address,
    Os,
    Updates,
    SecurityUpdates,
    Disk,
    Reboot,
    Seen,
}

impl FleetSort {
    const fn column(self) -> &'static str {
        match self {
            FleetSort::Name => "path",
            FleetSort::Address => "address",
            FleetSort::Os => "os",
            FleetSort::Updates => "pending",
            FleetSort::SecurityUpdates => "pending_security",
            FleetSort::Disk => "fullest_percent",
            FleetSort::Reboot => "reboot_required",
            FleetSort::Seen => "seen_at",
        }
    }
}

/// Which hosts.
#[derive(Debug, Clone, Default)]
pub struct Filter {
    /// Of this client only.
    pub client: Option<Slug>,
    /// Of this environment only.
    pub environment: Option<Slug>,
    /// With this text in the name, the client's name, the address, the system or a tag.
    pub text: Option<String>,
    /// With all of these needs.
    pub needs: Vec<Need>,
}

/// Which part of them, in which order.
#[derive(Debug, Clone, Copy, Default)]
pub struct Page {
    /// By what they are sorted.
    pub sort: FleetSort,
    /// Largest first.
    pub descending: bool,
    /// How many rows stand before the page.
    pub offset: u32,
    /// How many rows the page has at most.
    pub limit: u32,
}

/// A host in the table. What it said of itself is as old as `observed_at`.
#[derive(Debug, Clone, PartialEq, Serialize, TS)]
#[allow(missing_docs, reason = "the names say it")]
pub struct FleetRow {
    #[serde(skip)]
    pub id: HostId,
    pub host: HostPath,
    pub client_name: String,
    pub production: bool,
    pub address: String,
    pub seen_at: Option<Timestamp>,
    pub error: Option<Fault>,
    pub observed_at: Option<Timestamp>,
    pub os: Option<String>,
    pub pending: Option<u32>,
    pub pending_security: Option<u32>,
    pub reboot_required: Option<bool>,
    pub fullest_percent: Option<u8>,
    pub failed_units: Option<u32>,
    pub tags: Vec<Slug>,
    /// Each product with its observed version.
    pub products: Vec<(Slug, Option<String>)>,
}

/// How many hosts there are, and how many of them need what: of one moment with the rows beside it.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct FleetCounts {
    /// Hosts that match the whole filter.
    pub matching: u32,
    /// Hosts that match all but the needs.
    pub in_scope: u32,
    /// Of those in scope, how many have each need.
    pub needs: BTreeMap<Need, u32>,
}

/// A page of the fleet.
pub fn page(reader: &Reader<'_>, now: Timestamp, filter: &Filter, page: Page) -> Result<Vec<FleetRow>, StoreError> {
    let direction = if page.descending { "DESC" } else { "ASC" };
    let sql = format!(
        "{ROWS} SELECT * FROM fleet WHERE {} ORDER BY {column} IS NULL, {column} {direction}, path LIMIT {} OFFSET {}",
        conditions(filter),
        page.limit,
        page.offset,
        column = page.sort.column(),
    );
    let parameters = Parameters::of(filter, now);
    let mut statement = reader.connection.prepare_cached(&sql)?;
    let mut rows: Vec<FleetRow> = statement.query_map(&*parameters.used_in(&sql), row)?.collect::<Result<_, _>>()?;
    let mut tags = reader.connection.prepare_cached("SELECT tag FROM host_tag WHERE host_id = ?1 ORDER BY tag")?;
    let mut products = reader.connection.prepare_cached(
        "SELECT p.slug, i.observed_version FROM installation i JOIN product p ON p.id = i.product_id
         WHERE i.host_id = ?1 ORDER BY p.slug",
    )?;
    for row in &mut rows {
        row.tags = tags.query_map([row.id.0], |row| parsed(row, 0))?.collect::<Result<_, _>>()?;
        row.products =
            products.query_map([row.id.0], |row| Ok((parsed(row, 0)?, row.get(1)?)))?.collect::<Result<_, _>>()?;
    }
    Ok(rows)
}

/// How many hosts match.
pub fn counts(reader: &Reader<'_>, now: Timestamp, filter: &Filter) -> Result<FleetCounts, StoreError> {
    let needs: Vec<String> = Need::ALL.iter().map(|need| format!("coalesce(sum({}), 0)", need.condition())).collect();
    let sql =
        format!("{ROWS} SELECT count(*), coalesce(sum({}), 0), {} FROM fleet", conditions(filter), needs.join(", "));
    let parameters = Parameters::of(filter, now);
    let mut statement = reader.connection.prepare_cached(&sql)?;
    Ok(statement.query_row(&*parameters.used_in(&sql), |row| {
        let mut needs = BTreeMap::new();
        for (position, need) in Need::ALL.into_iter().enumerate() {
            needs.insert(need, row.get(position + 2)?);
        }
        Ok(FleetCounts { in_scope: row.get(0)?, matching: row.get(1)?, needs })
    })?)
}

/// The names of all hosts that match, in the order of their names.
pub fn names(reader: &Reader<'_>, now: Timestamp, filter: &Filter) -> Result<Vec<HostPath>, StoreError> {
    let sql = format!("{ROWS} SELECT path FROM fleet WHERE {} ORDER BY path", conditions(filter));
    let parameters = Parameters::of(filter, now);
    let mut statement = reader.connection.prepare_cached(&sql)?;
    Ok(statement.query_map(&*parameters.used_in(&sql), |row| parsed(row, 0))?.collect::<Result<_, _>>()?)
}

fn conditions(filter: &Filter) -> String {
    let needs = filter.needs.iter().map(|need| format!("coalesce({}, 0)", need.condition()));
    std::iter::once("1".to_owned()).chain(needs).collect::<Vec<_>>().join(" AND ")
}

struct Parameters {
    client: Option<String>,
    environment: Option<String>,
    text: Option<String>,
    stale: i64,
    full: u8,
}

impl Parameters {
    fn of(filter: &Filter, now: Timestamp) -> Self {
        let escaped = |text: &String| {
            let text = text.replace('\\', r"\\").replace('%', r"\%").replace('_', r"\_");
            format!("%{text}%")
        };
        Self {
            client: filter.client.as_ref().map(Slug::to_string),
            environment: filter.environment.as_ref().map(Slug::to_string),
            text: filter.text.as_ref().filter(|text| !text.is_empty()).map(escaped),
            stale: now.as_millisecond() - STALE_AFTER_DAYS * 24 * 60 * 60 * 1000,
            full: DISK_FULL_PERCENT,
        }
    }

    /// SQLite refuses a parameter that a statement does not name.
    fn used_in(&self, sql: &str) -> Vec<(&'static str, &dyn ToSql)> {
        let all: &[(&'static str, &dyn ToSql)] = named_params! {
            ":client": self.client, ":environment": self.environment, ":text": self.text, ":stale": self.stale,
            ":full": self.full
        };
        all.iter().filter(|(name, _)| sql.contains(name)).copied().collect()
    }
}

fn row(row: &Row<'_>) -> rusqlite::Result<FleetRow> {
    let at = |name: &str| row.as_ref().column_index(name);
    let error = match row.get::<_, Option<String>>("fault")? {
        Some(_) => Some(from_json(row, at("fault")?)?),
        None => None,
    };
    Ok(FleetRow {
        id: HostId(row.get("id")?),
        host: parsed(row, at("path")?)?,
        client_name: row.get("client_name")?,
        production: row.get("production")?,
        address: row.get("address")?,
        seen_at: optional_time(row, at("seen_at")?)?,
        error,
        observed_at: optional_time(row, at("observed_at")?)?,
        os: row.get("os")?,
        pending: row.get("pending")?,
        pending_security: row.get("pending_security")?,
        reboot_required: row.get("reboot_required")?,
        fullest_percent: row.get("fullest_percent")?,
        failed_units: row.get("failed_units")?,
        tags: Vec::new(),
        products: Vec::new(),
    })
}
