//! What can go wrong with a workspace.

use millwright_domain::{Code, Fault};
use rusqlite::ErrorCode;
use std::io::ErrorKind;
use std::path::PathBuf;

/// A failure of the workspace.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// A rule of the inventory, said already in words.
    #[error(transparent)]
    Refused(#[from] Fault),
    /// SQLite's own failure.
    #[error("the workspace's database failed: {0}")]
    Sqlite(#[from] rusqlite::Error),
    /// The schema could not be brought up to date; the file is as it was.
    #[error("the workspace's database could not be brought up to date: {0}")]
    Migration(#[from] rusqlite_migration::Error),
    /// A file of the workspace could not be used.
    #[error("{path}: {source}")]
    File {
        /// Which file.
        path: PathBuf,
        /// Why.
        source: std::io::Error,
    },
    /// A column holds what it should not.
    #[error("the database holds a {what} that cannot be read: {source}")]
    Content {
        /// What it should be.
        what: &'static str,
        /// Why it is not.
        source: Box<dyn std::error::Error + Send + Sync>,
    },
    /// The thread that writes has ended.
    #[error("the workspace was closed while a write was waiting")]
    Closed,
}

impl StoreError {
    /// The file that failed, with why.
    pub(crate) fn file(path: impl Into<PathBuf>) -> impl FnOnce(std::io::Error) -> Self {
        let path = path.into();
        move |source| StoreError::File { path, source }
    }

    /// A column that cannot be read.
    pub(crate) fn content<E>(what: &'static str) -> impl FnOnce(E) -> Self
    where
        E: std::error::Error + Send + Sync + 'static,
    {
        move |source| StoreError::Content { what, source: Box::new(source) }
    }
}

impl From<StoreError> for Fault {
    fn from(error: StoreError) -> Fault {
        let message = error.to_string();
        match error {
            StoreError::Refused(fault) => fault,
            StoreError::Sqlite(error) => sqlite_fault(&error, message),
            StoreError::Migration(rusqlite_migration::Error::RusqliteError { err, .. }) => sqlite_fault(&err, message),
            StoreError::Migration(_) => Fault::new(Code::WorkspaceCorrupt, message).with_hint(RESTORE),
            StoreError::File { source, .. } => file_fault(source.kind(), message),
            StoreError::Content { .. } => Fault::new(Code::WorkspaceCorrupt, message).with_hint(RESTORE),
            StoreError::Closed => Fault::new(Code::Internal, message),
        }
    }
}

const RESTORE: &str = "Nothing was written. The folder `backups` of the workspace holds checked copies.";
const READ_ONLY: &str = "Check who owns the workspace's folder.";
const DISK_FULL: &str = "Free some space on this machine; what runs on hosts goes on, and following resumes.";

fn file_fault(kind: ErrorKind, message: String) -> Fault {
    if kind == ErrorKind::StorageFull {
        Fault::new(Code::LocalDiskFull, message).with_hint(DISK_FULL)
    } else if matches!(kind, ErrorKind::ReadOnlyFilesystem | ErrorKind::PermissionDenied) {
        Fault::new(Code::WorkspaceReadOnly, message).with_hint(READ_ONLY)
    } else {
        Fault::new(Code::LocalFile, message)
    }
}

fn sqlite_fault(error: &rusqlite::Error, message: String) -> Fault {
    use ErrorCode::{
        CannotOpen, DatabaseBusy, DatabaseCorrupt, DatabaseLocked, DiskFull, NotADatabase, PermissionDenied, ReadOnly,
    };
    let code = error.sqlite_error_code().unwrap_or(ErrorCode::Unknown);
    if code == DiskFull {
        Fault::new(Code::LocalDiskFull, message).with_hint(DISK_FULL)
    } else if matches!(code, ReadOnly | PermissionDenied | CannotOpen) {
        Fault::new(Code::WorkspaceReadOnly, message).with_hint(READ_ONLY)
    } else if matches!(code, DatabaseBusy | DatabaseLocked) {
        Fault::new(Code::WorkspaceBusy, message).with_hint("Another program holds the database; try again.")
    } else if matches!(code, DatabaseCorrupt | NotADatabase) {
        Fault::new(Code::WorkspaceCorrupt, message).with_hint(RESTORE)
    } else {
        Fault::new(Code::Internal, message)
    }
}
