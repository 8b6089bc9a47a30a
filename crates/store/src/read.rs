//! Reading: read-only connections, one for each reader at a time.

use crate::error::StoreError;
use crate::open::{Store, connect_read_only};
use rusqlite::Connection;
use std::path::PathBuf;
use std::sync::{Mutex, PoisonError};

const KEPT_OPEN: usize = 4;

/// A consistent view of the workspace; the functions in [`crate::table`] read through it.
pub struct Reader<'c> {
    pub(crate) connection: &'c Connection,
}

impl Store {
    /// Reads; all that one closure sees is of one moment.
    pub fn read<T>(&self, read: impl FnOnce(&Reader<'_>) -> Result<T, StoreError>) -> Result<T, StoreError> {
        let mut connection = self.readers.take()?;
        let result = {
            let transaction = connection.transaction()?;
            read(&Reader { connection: &transaction })
        };
        self.readers.put_back(connection);
        result
    }
}

/// The connections that nobody is reading through just now.
pub(crate) struct Readers {
    database: PathBuf,
    idle: Mutex<Vec<Connection>>,
}

impl Readers {
    pub(crate) fn new(database: PathBuf) -> Self {
        Self { database, idle: Mutex::new(Vec::new()) }
    }

    fn take(&self) -> Result<Connection, StoreError> {
        let idle = self.idle.lock().unwrap_or_else(PoisonError::into_inner).pop();
        idle.map_or_else(|| connect_read_only(&self.database), Ok)
    }

    fn put_back(&self, connection: Connection) {
        let mut idle = self.idle.lock().unwrap_or_else(PoisonError::into_inner);
        if idle.len() < KEPT_OPEN {
            idle.push(connection);
        }
    }
}

/// Notices that the workspace has changed, whoever changed it: this process or another one.
pub struct Watch {
    connection: Connection,
    seen: i64,
}

impl Store {
    /// Watches from now on.
    pub fn watch(&self) -> Result<Watch, StoreError> {
        let connection = connect_read_only(&self.readers.database)?;
        let seen = data_version(&connection)?;
        Ok(Watch { connection, seen })
    }
}

impl Watch {
    /// Whether anything was committed since the last look.
    pub fn has_changed(&mut self) -> Result<bool, StoreError> {
        let now = data_version(&self.connection)?;
        Ok(std::mem::replace(&mut self.seen, now) != now)
    }
}

/// Differs from its last value when another connection has committed in between.
fn data_version(connection: &Connection) -> Result<i64, StoreError> {
    Ok(connection.pragma_query_value(None, "data_version", |row| row.get(0))?)
}
