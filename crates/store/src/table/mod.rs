//! The tables. Each file holds one table's schema, its SQL, and nothing that knows another crate's business.

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
pub mod plan;
pub mod product;
pub mod run;

use crate::error::StoreError;
use jiff::Timestamp;
use millwright_domain::{Code, Fault};
use rusqlite::types::Type;
use rusqlite_migration::{M, Migrations};
use serde::Serialize;
use serde::de::DeserializeOwned;
use std::sync::LazyLock;

/// The schema that this Millwright writes.
pub(crate) const VERSION: i32 = 1;

/// Every change of the schema, in order. What was released is never edited.
pub(crate) fn migrations() -> Migrations<'static> {
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
        ]
        .concat()
    });
    Migrations::new(vec![M::up(&FIRST).foreign_key_check()])
}

pub(crate) fn json(value: &impl Serialize) -> Result<String, StoreError> {
    serde_json::to_string(value).map_err(StoreError::content("value for JSON"))
}

/// A column of JSON, inside a closure of `query_map`.
pub(crate) fn from_json<T: DeserializeOwned>(row: &rusqlite::Row<'_>, index: usize) -> rusqlite::Result<T> {
    let text: String = row.get(index)?;
    serde_json::from_str(&text).map_err(|error| unreadable(index, error))
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
