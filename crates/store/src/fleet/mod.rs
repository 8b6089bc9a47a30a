//! The fleet as a table: every host with what is known of it, filtered, sorted and cut to a page by SQLite, so that ten
//! thousand hosts cost a client no more than the rows that it shows.

mod need;

pub use need::{FleetSort, Need};

use crate::error::StoreError;
use crate::read::Reader;
use crate::table::{from_json, optional_time, parsed};
use jiff::Timestamp;
use millwright_domain::ids::HostId;
use millwright_domain::{Fault, HostPath, Slug};
use need::NAME_ORDER;
use rusqlite::types::ToSql;
use rusqlite::{Row, named_params};
use serde::Serialize;
use std::collections::BTreeMap;
use ts_rs::TS;

/// As full as this, a disk needs somebody.
pub const DISK_FULL_PERCENT: u8 = 90;
/// Not seen for as long as this, a host is stale.
pub const STALE_AFTER_DAYS: i64 = 7;

/// Each host with what is known of it.
const FLEET: &str = "FROM host h
    JOIN environment e ON e.id = h.environment_id
    JOIN client c ON c.id = e.client_id
    LEFT JOIN contact k ON k.host_id = h.id
    LEFT JOIN facts f ON f.host_id = h.id";

/// Those that a filter names but for its needs.
const SCOPE: &str = "h.removed_at IS NULL
    AND (:client IS NULL OR c.slug = :client) AND (:environment IS NULL OR e.slug = :environment)
    AND (:text IS NULL OR c.slug || '/' || e.slug || '/' || h.slug LIKE :text ESCAPE '\\' OR c.name LIKE :text ESCAPE '\\'
        OR h.address LIKE :text ESCAPE '\\' OR f.os LIKE :text ESCAPE '\\'
        OR EXISTS (SELECT 1 FROM host_tag t WHERE t.host_id = h.id AND t.tag LIKE :text ESCAPE '\\'))";

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

/// A page of the fleet, and how many hosts there are.
pub fn page(
    reader: &Reader<'_>,
    now: Timestamp,
    filter: &Filter,
    page: Page,
) -> Result<(FleetCounts, Vec<FleetRow>), StoreError> {
    let Survey { counts, glances } = Survey::of(reader, now, filter, page.sort, page.descending, &[])?;
    let shown = glances.into_iter().skip(page.offset as usize).take(page.limit as usize);
    Ok((counts, rows(reader, shown.map(|glance| glance.id))?))
}

/// How many hosts match.
pub fn counts(reader: &Reader<'_>, now: Timestamp, filter: &Filter) -> Result<FleetCounts, StoreError> {
    Ok(Survey::of(reader, now, filter, FleetSort::Name, false, &[])?.counts)
}

/// The first hosts with a need, the worst first.
#[derive(Debug, Clone, PartialEq, Serialize, TS)]
pub struct NeedRows {
    /// The need.
    pub need: Need,
    /// The hosts.
    pub rows: Vec<FleetRow>,
}

/// How many hosts have each need, and for each need that some host has the first of them.
pub fn worst(reader: &Reader<'_>, now: Timestamp, limit: usize) -> Result<(FleetCounts, Vec<NeedRows>), StoreError> {
    let mut worst = Vec::new();
    let all = Filter::default();
    let survey = Survey::of(reader, now, &all, FleetSort::Name, false, &Need::ALL.map(Need::worst_first))?;
    for (position, need) in Need::ALL.into_iter().enumerate().filter(|(_, need)| *need != Need::Action) {
        let mut with: Vec<&Glance<9>> = survey.glances.iter().filter(|glance| glance.needs & need.bit() != 0).collect();
        // Stable: of equal ones the first by name stays first. What is not known comes last.
        with.sort_by_key(|glance| (glance.keys[position].is_none(), glance.keys[position]));
        if !with.is_empty() {
            let ids = with.into_iter().take(limit).map(|glance| glance.id);
            worst.push(NeedRows { need, rows: rows(reader, ids)? });
        }
    }
    Ok((survey.counts, worst))
}

/// The names of all hosts that match, in the order of their names.
pub fn names(reader: &Reader<'_>, now: Timestamp, filter: &Filter) -> Result<Vec<HostPath>, StoreError> {
    let wanted: String = filter.needs.iter().map(|need| format!(" AND ({})", need.condition())).collect();
    let sql =
        format!("SELECT c.slug || '/' || e.slug || '/' || h.slug {FLEET} WHERE {SCOPE}{wanted} ORDER BY {NAME_ORDER}");
    let parameters = Parameters::of(filter, now);
    let mut statement = reader.connection.prepare_cached(&sql)?;
    Ok(statement.query_map(&*parameters.used_in(&sql), |row| parsed(row, 0))?.collect::<Result<_, _>>()?)
}

/// What one walk over the fleet finds.
struct Survey<const KEYS: usize> {
    counts: FleetCounts,
    /// The hosts that match, in the order of the page.
    glances: Vec<Glance<KEYS>>,
}

struct Glance<const KEYS: usize> {
    id: HostId,
    needs: u32,
    keys: [Option<i64>; KEYS],
}

impl<const KEYS: usize> Survey<KEYS> {
    fn of(
        reader: &Reader<'_>,
        now: Timestamp,
        filter: &Filter,
        sort: FleetSort,
        descending: bool,
        keys: &[&str; KEYS],
    ) -> Result<Self, StoreError> {
        let needs: Vec<String> =
            Need::ALL.iter().map(|need| format!("iif({}, {}, 0)", need.condition(), need.bit())).collect();
        let keys: String = keys.iter().map(|key| format!(", {key}")).collect();
        let (needs, order) = (needs.join(" | "), sort.order(descending));
        let sql = format!("SELECT h.id, {needs}{keys} {FLEET} WHERE {SCOPE} ORDER BY {order}");
        let parameters = Parameters::of(filter, now);
        let mut statement = reader.connection.prepare_cached(&sql)?;
        let wanted = filter.needs.iter().fold(0, |wanted, need| wanted | need.bit());
        let (mut counts, mut glances) = (FleetCounts::default(), Vec::new());
        let mut with_need = [0; Need::ALL.len()];
        let mut found = statement.query(&*parameters.used_in(&sql))?;
        while let Some(row) = found.next()? {
            let needs: u32 = row.get(1)?;
            counts.in_scope += 1;
            for (need, count) in Need::ALL.into_iter().zip(&mut with_need) {
                *count += u32::from(needs & need.bit() != 0);
            }
            if needs & wanted == wanted {
                counts.matching += 1;
                let mut keys = [None; KEYS];
                for (position, key) in keys.iter_mut().enumerate() {
                    *key = row.get(2 + position)?;
                }
                glances.push(Glance { id: HostId(row.get(0)?), needs, keys });
            }
        }
        counts.needs = Need::ALL.into_iter().zip(with_need).collect();
        Ok(Self { counts, glances })
    }
}

/// What is shown of hosts, in this order.
fn rows(reader: &Reader<'_>, ids: impl IntoIterator<Item = HostId>) -> Result<Vec<FleetRow>, StoreError> {
    let mut hosts = reader.connection.prepare_cached(&format!(
        "SELECT h.id AS id, c.name AS client_name, c.slug || '/' || e.slug || '/' || h.slug AS path,
            e.production AS production, h.address AS address, k.seen_at AS seen_at, k.fault AS fault,
            f.observed_at AS observed_at, f.os AS os, f.pending AS pending, f.pending_security AS pending_security,
            f.reboot_required AS reboot_required, f.fullest_percent AS fullest_percent, f.failed_units AS failed_units
        {FLEET} WHERE h.id = ?1"
    ))?;
    let mut tags = reader.connection.prepare_cached("SELECT tag FROM host_tag WHERE host_id = ?1 ORDER BY tag")?;
    let mut products = reader.connection.prepare_cached(
        "SELECT p.slug, i.observed_version FROM installation i JOIN product p ON p.id = i.product_id
         WHERE i.host_id = ?1 ORDER BY p.slug",
    )?;
    let mut found = Vec::new();
    for id in ids {
        let mut row = hosts.query_row([id.0], row)?;
        row.tags = tags.query_map([id.0], |row| parsed(row, 0))?.collect::<Result<_, _>>()?;
        row.products =
            products.query_map([id.0], |row| Ok((parsed(row, 0)?, row.get(1)?)))?.collect::<Result<_, _>>()?;
        found.push(row);
    }
    Ok(found)
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

#[cfg(test)]
mod tests;
