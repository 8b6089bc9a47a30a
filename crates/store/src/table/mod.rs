//! The tables. Each file holds one table's schema, its SQL, and nothing that knows another crate's business.

pub mod approval;
pub mod audit;
pub mod cancel_request;
pub mod client;
pub mod contact;
pub mod credential;
pub mod environment;
pub mod event;
pub mod facts;
pub mod host;
pub mod host_key_pin;
pub mod installation;
pub mod job;
pub mod output;
pub mod package_change;
pub mod plan;
pub mod policy;
pub mod product;
pub mod promotion;
pub mod run;
pub mod schedule;

use crate::error::StoreError;
use crate::read::Reader;
use jiff::Timestamp;
use millwright_domain::{Code, Fault};
use rusqlite::types::Type;
use rusqlite_migration::{M, Migrations};
use serde::Serialize;
use serde::de::DeserializeOwned;
use std::sync::LazyLock;
use uuid::Uuid;

/// The schema that this Millwright writes.
pub(crate) const VERSION: i32 = 1;

/// Every change of the schema, in order, and how many there are.
pub(crate) struct Schema {
    pub(crate) migrations: Migrations<'static>,
    pub(crate) version: i32,
}

/// The schema that this Millwright knows. What was released is never edited: a change is one more step.
pub(crate) fn schema() -> Schema {
    Schema { migrations: Migrations::new(vec![first()]), version: VERSION }
}

/// What 0.1 wrote.
pub(crate) fn first() -> M<'static> {
    static FIRST: LazyLock<String> = LazyLock::new(|| {
        [
            audit::SCHEMA,
            client::SCHEMA,
            environment::SCHEMA,
            credential::SCHEMA,
            host::SCHEMA,
            host_key_pin::SCHEMA,
            contact::SCHEMA,
            facts::SCHEMA,
            product::SCHEMA,
            installation::SCHEMA,
            plan::SCHEMA,
            run::SCHEMA,
            job::SCHEMA,
            event::SCHEMA,
            output::SCHEMA,
            cancel_request::SCHEMA,
            approval::SCHEMA,
            promotion::SCHEMA,
            policy::SCHEMA,
            schedule::SCHEMA,
            package_change::SCHEMA,
        ]
        .concat()
    });
    M::up(&FIRST).foreign_key_check()
}

pub(crate) fn json(value: &impl Serialize) -> Result<String, StoreError> {
    serde_json::to_string(value).map_err(StoreError::content("value for JSON"))
}

/// A column of JSON, inside a closure of `query_map`.
pub(crate) fn from_json<T: DeserializeOwned>(row: &rusqlite::Row<'_>, index: usize) -> rusqlite::Result<T> {
    let text: String = row.get(index)?;
    serde_json::from_str(&text).map_err(|error| unreadable(index, error))
}

/// The same, where there may be none.
pub(crate) fn optional_json<T: DeserializeOwned>(row: &rusqlite::Row<'_>, index: usize) -> rusqlite::Result<Option<T>> {
    if row.get_ref(index)? == rusqlite::types::ValueRef::Null {
        return Ok(None);
    }
    from_json(row, index).map(Some)
}

/// A column of text with a meaning.
pub(crate) fn parsed<T>(row: &rusqlite::Row<'_>, index: usize) -> rusqlite::Result<T>
where
    T: std::str::FromStr,
    T::Err: std::error::Error + Send + Sync + 'static,
{
    let text: String = row.get(index)?;
    text.parse().map_err(|error| unreadable(index, error))
}

/// A column of milliseconds since 1970.
pub(crate) fn time(row: &rusqlite::Row<'_>, index: usize) -> rusqlite::Result<Timestamp> {
    Timestamp::from_millisecond(row.get(index)?).map_err(|error| unreadable(index, error))
}

/// The same, where there may be none.
pub(crate) fn optional_time(row: &rusqlite::Row<'_>, index: usize) -> rusqlite::Result<Option<Timestamp>> {
    match row.get::<_, Option<i64>>(index)? {
        Some(_) => time(row, index).map(Some),
        None => Ok(None),
    }
}

pub(crate) fn unreadable(index: usize, error: impl std::error::Error + Send + Sync + 'static) -> rusqlite::Error {
    rusqlite::Error::FromSqlConversionFailure(index, Type::Text, Box::new(error))
}

/// Turns a broken UNIQUE into words.
pub(crate) fn taken(error: rusqlite::Error, what: impl FnOnce() -> String) -> StoreError {
    match error.sqlite_error_code() {
        Some(rusqlite::ErrorCode::ConstraintViolation) => Fault::new(Code::AlreadyExists, what()).into(),
        _ => error.into(),
    }
}

/// Turns a broken FOREIGN KEY into words.
pub(crate) fn in_use(error: rusqlite::Error, what: impl FnOnce() -> Fault) -> StoreError {
    match error.sqlite_error_code() {
        Some(rusqlite::ErrorCode::ConstraintViolation) => what().into(),
        _ => error.into(),
    }
}

/// The id in a table that is, begins with, or ends with the given text: of UUIDv7s people tell the ends apart.
pub(crate) fn id_like(
    reader: &Reader<'_>,
    table: &'static str,
    text: &str,
    unknown: impl Fn() -> Fault,
) -> Result<Uuid, StoreError> {
    let pattern = text.replace('-', "").to_ascii_lowercase();
    if pattern.len() < 4 || !pattern.bytes().all(|byte| byte.is_ascii_hexdigit()) {
        return Err(unknown().into());
    }
    let mut statement = reader.connection.prepare_cached(&format!(
        "SELECT id FROM {table} WHERE lower(hex(id)) LIKE ?1 || '%' OR lower(hex(id)) LIKE '%' || ?1
         ORDER BY id DESC LIMIT 2"
    ))?;
    let found: Vec<Uuid> = statement.query_map([&pattern], |row| row.get(0))?.collect::<Result<_, _>>()?;
    match found.as_slice() {
        [] => Err(unknown().into()),
        [id] => Ok(*id),
        _ => Err(Fault::new(Code::InvalidInput, format!("“{text}” names more than one {table}"))
            .with_hint("Give more of its id.")
            .into()),
    }
}
