//! Standing still: an update is put in only while nothing is under way in the workspace, in whatever process, and nothing
//! begins meanwhile.
//!
//! As with leases, an advisory lock on a file: it ends with its process, and nobody is left standing by one that died.

use crate::backup;
use crate::error::StoreError;
use crate::open::{DATABASE_FILE, Store, connect_read_only};
use millwright_domain::{Code, Fault};
use std::fs::{File, OpenOptions, TryLockError};
use std::path::{Path, PathBuf};

/// Work is under way, as long as this lives.
#[derive(Debug)]
pub struct UnderWay {
    _file: File,
}

/// Nothing is under way and nothing begins, as long as this lives.
#[derive(Debug)]
pub struct Still {
    _file: File,
}

impl Store {
    /// Says that work is under way. Refused while an update is put in.
    pub fn begin_work(&self) -> Result<UnderWay, StoreError> {
        let (path, file) = work_file(self.folder())?;
        match file.try_lock_shared() {
            Ok(()) => Ok(UnderWay { _file: file }),
            Err(TryLockError::WouldBlock) => {
                Err(Fault::new(Code::UpdateInstalling, "an update of Millwright is being installed, so nothing begins")
                    .with_hint("Try again when it is done. What is at work on hosts goes on.")
                    .into())
            }
            Err(TryLockError::Error(error)) => Err(StoreError::file(path)(error)),
        }
    }

    /// Holds everything off, unless something is under way.
    pub fn stand_still(&self) -> Result<Option<Still>, StoreError> {
        let (path, file) = work_file(self.folder())?;
        match file.try_lock() {
            Ok(()) => Ok(Some(Still { _file: file })),
            Err(TryLockError::WouldBlock) => Ok(None),
            Err(TryLockError::Error(error)) => Err(StoreError::file(path)(error)),
        }
    }

    /// A checked copy of the database as it stands, in the folder of backups; its path.
    pub fn back_up(&self, why: &str) -> Result<PathBuf, StoreError> {
        backup::make(&connect_read_only(&self.folder().join(DATABASE_FILE))?, self.folder(), why)
    }
}

pub(crate) fn work_file(folder: &Path) -> Result<(PathBuf, File), StoreError> {
    let path = folder.join("work.lock");
    let file =
        OpenOptions::new().create(true).truncate(false).write(true).open(&path).map_err(StoreError::file(&path))?;
    Ok((path, file))
}
