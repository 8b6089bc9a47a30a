//! Backups: copies made through SQLite, reopened and checked before they count.

use crate::error::StoreError;
use crate::open::connect_read_only;
use jiff::{SignedDuration, Timestamp};
use millwright_domain::{Code, Fault};
use rusqlite::Connection;
use rusqlite::backup::Backup;
use std::fs;
use std::path::{Path, PathBuf};
use std::time::Duration;

const FOLDER: &str = "backups";
const DAILY: &str = "daily";
const KEPT: usize = 7;

/// Once a day: checks the database, copies it, and keeps the last seven copies.
pub(crate) fn daily(connection: &Connection, folder: &Path) -> Result<(), StoreError> {
    let last = existing(folder, DAILY)?.last().and_then(|path| taken_at(path));
    if last.is_some_and(|last| Timestamp::now().duration_since(last) < SignedDuration::from_hours(24)) {
        return Ok(());
    }
    quick_check(connection)?;
    make(connection, folder, DAILY)?;
    let copies = existing(folder, DAILY)?;
    for old in &copies[..copies.len().saturating_sub(KEPT)] {
        fs::remove_file(old).map_err(StoreError::file(old))?;
    }
    Ok(())
}

/// Copies the database to `backups/<why>-<time>.sqlite`.
pub(crate) fn make(connection: &Connection, folder: &Path, why: &str) -> Result<PathBuf, StoreError> {
    let folder = folder.join(FOLDER);
    fs::create_dir_all(&folder).map_err(StoreError::file(&folder))?;
    let path = folder.join(format!("{why}-{}.sqlite", Timestamp::now().strftime("%Y%m%dT%H%M%SZ")));
    let partial = path.with_extension("partial");
    {
        let mut copy = Connection::open(&partial)?;
        Backup::new(connection, &mut copy)?.run_to_completion(4096, Duration::ZERO, None)?;
        // A copy is one file: no write-ahead log beside it.
        copy.pragma_update(None, "journal_mode", "DELETE")?;
    }
    quick_check(&connect_read_only(&partial)?)?;
    fs::rename(&partial, &path).map_err(StoreError::file(&path))?;
    Ok(path)
}

pub(crate) fn quick_check(connection: &Connection) -> Result<(), StoreError> {
    let verdict: String = connection.pragma_query_value(None, "quick_check", |row| row.get(0))?;
    if verdict == "ok" {
        return Ok(());
    }
    Err(Fault::new(Code::WorkspaceCorrupt, format!("the workspace's database is damaged: {verdict}"))
        .with_hint("Nothing was written. The folder `backups` of the workspace holds checked copies.")
        .into())
}

fn existing(folder: &Path, why: &str) -> Result<Vec<PathBuf>, StoreError> {
    let folder = folder.join(FOLDER);
    let entries = match fs::read_dir(&folder) {
        Ok(entries) => entries,
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(Vec::new()),
        Err(error) => return Err(StoreError::file(folder)(error)),
    };
    let mut paths = Vec::new();
    for entry in entries {
        let path = entry.map_err(StoreError::file(&folder))?.path();
        if path.extension().is_some_and(|e| e == "sqlite") && taken_at(&path).is_some() && kind(&path) == Some(why) {
            paths.push(path);
        }
    }
    paths.sort();
    Ok(paths)
}

fn kind(path: &Path) -> Option<&str> {
    path.file_stem()?.to_str()?.rsplit_once('-').map(|(kind, _)| kind)
}

fn taken_at(path: &Path) -> Option<Timestamp> {
    let (_, time) = path.file_stem()?.to_str()?.rsplit_once('-')?;
    let time = jiff::civil::DateTime::strptime("%Y%m%dT%H%M%SZ", time).ok()?;
    jiff::tz::TimeZone::UTC.to_timestamp(time).ok()
}
