//! Putting a backup in the place of the database. At no moment is there none.

use crate::backup::quick_check;
use crate::error::StoreError;
use crate::open::{DATABASE_FILE, application_id_is_ours, connect, connect_read_only, opening_lock};
use crate::still::work_file;
use jiff::Timestamp;
use millwright_domain::{Code, Fault};
use rusqlite::{Connection, OpenFlags};
use std::fs::{self, File, TryLockError};
use std::path::{Path, PathBuf};

/// Puts the backup in the place of a database whose schema has changed since, and says where the changed one is kept now.
/// One whose schema is the backup's stays as it is: it has all that was done since, and whoever wrote the backup can read it.
pub fn restore_if_changed(folder: &Path, backup: &Path) -> Result<Option<PathBuf>, StoreError> {
    let database = folder.join(DATABASE_FILE);
    let _opening = opening_lock(folder)?;
    let (path, work) = work_file(folder)?;
    match work.try_lock() {
        Ok(()) => {}
        Err(TryLockError::WouldBlock) => {
            return Err(Fault::new(Code::WorkUnderWay, "something is under way in the workspace")
                .with_hint("Close Millwright's other windows and commands, then try again.")
                .into());
        }
        Err(TryLockError::Error(error)) => return Err(StoreError::file(path)(error)),
    }
    let copy = connect_read_only(backup)?;
    application_id_is_ours(&copy, backup)?;
    quick_check(&copy)?;
    if user_version(&connect_read_only(&database)?)? == user_version(&copy)? {
        return Ok(None);
    }
    drop(copy);
    // What lies in the write-ahead log goes into the file, and the log away with the last connection: it must not be taken
    // for the backup's.
    let connection = connect(&database, OpenFlags::empty())?;
    connection.query_row("PRAGMA wal_checkpoint(TRUNCATE)", [], |_| Ok(()))?;
    drop(connection);
    let log = folder.join(format!("{DATABASE_FILE}-wal"));
    if log.exists() {
        return Err(Fault::new(Code::InUse, "another process has the workspace open")
            .with_hint("Close Millwright's other windows and commands, then try again.")
            .into());
    }
    let partial = folder.join("restoring.partial");
    fs::copy(backup, &partial).map_err(StoreError::file(&partial))?;
    File::open(&partial).and_then(|file| file.sync_all()).map_err(StoreError::file(&partial))?;
    let aside = folder.join(format!("set-aside-{}.sqlite", Timestamp::now().strftime("%Y%m%dT%H%M%SZ")));
    fs::hard_link(&database, &aside).map_err(StoreError::file(&aside))?;
    fs::rename(&partial, &database).map_err(StoreError::file(&database))?;
    // Windows knows no folders to write out.
    #[cfg(unix)]
    File::open(folder).and_then(|folder| folder.sync_all()).map_err(StoreError::file(folder))?;
    Ok(Some(aside))
}

fn user_version(connection: &Connection) -> Result<i32, StoreError> {
    Ok(connection.pragma_query_value(None, "user_version", |row| row.get(0))?)
}
