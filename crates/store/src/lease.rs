//! Leases on runs: at most one process drives a run.
//!
//! A lease is an advisory lock on a file, so that it ends with its process however that process ends: nobody has to wait
//! for a heartbeat to go stale, and no clock is asked.

use crate::error::StoreError;
use crate::open::Store;
use crate::still::UnderWay;
use millwright_domain::ids::RunId;
use std::fs::{self, File, OpenOptions, TryLockError};

/// The right to drive a run, as long as this lives.
#[derive(Debug)]
pub struct RunLease {
    _file: File,
    _under_way: UnderWay,
}

impl Store {
    /// Takes the lease on a run, or says that another process has it. Refused while an update is put in.
    pub fn lease_run(&self, run: RunId) -> Result<Option<RunLease>, StoreError> {
        let under_way = self.begin_work()?;
        let folder = self.folder().join("leases");
        fs::create_dir_all(&folder).map_err(StoreError::file(&folder))?;
        let path = folder.join(run.to_string());
        let file =
            OpenOptions::new().create(true).truncate(false).write(true).open(&path).map_err(StoreError::file(&path))?;
        match file.try_lock() {
            Ok(()) => Ok(Some(RunLease { _file: file, _under_way: under_way })),
            Err(TryLockError::WouldBlock) => Ok(None),
            Err(TryLockError::Error(error)) => Err(StoreError::file(path)(error)),
        }
    }
}
