//! One file on its way between this machine and a host.
//!
//! Owns partial files, going on where it stopped, and what stands in the audit of it. A file is never half there: it grows
//! beside its place and gets its name when it is whole and on the disk. Does not own which transfers there are, nor whose
//! turn it is (`transfers`).

mod download;
mod local;
mod record;
mod upload;

use crate::files::{Change, Trail, give_up_if_dead, host_path};
use crate::workspace::Workspace;
use millwright_domain::fleet::Host;
use millwright_domain::{Code, Fault, HostPath};
use millwright_ssh::Session;
use millwright_ssh::sftp::{FileKind, Sftp, SftpError};
use record::{Source, begun_with};
use serde::Serialize;
use serde_json::json;
use std::path::PathBuf;
use std::sync::atomic::{AtomicU64, Ordering};
use ts_rs::TS;

/// Which way a file goes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum TransferDirection {
    /// To the host.
    Upload,
    /// From the host.
    Download,
}

/// What is to become of a file that has the name already.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum IfTaken {
    /// Nothing: the transfer is refused.
    Refuse,
    /// It is replaced once the new one is whole.
    Replace,
}

/// A file that is to go from one place to another.
#[derive(Debug, Clone)]
pub struct TransferOrder {
    /// Which way.
    pub direction: TransferDirection,
    /// The host.
    pub host: HostPath,
    /// The file on the host.
    pub host_path: String,
    /// The file on this machine.
    pub local_path: PathBuf,
    /// What becomes of a file that has the destination's name.
    pub if_taken: IfTaken,
}

impl TransferOrder {
    /// The file that it makes, for people.
    pub fn destination(&self) -> String {
        match self.direction {
            TransferDirection::Upload => self.host_path.escape_debug().to_string(),
            TransferDirection::Download => self.local_path.display().to_string(),
        }
    }
}

/// Where a transfer begins.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TransferStart {
    /// At the first byte.
    Anew,
    /// Where it stopped, if the source is still the same file; otherwise at the first byte.
    WhereItStopped,
}

/// How far a transfer is. It is written while the file moves and may be read at any time.
#[derive(Debug)]
pub struct TransferProgress {
    done: AtomicU64,
    moved: AtomicU64,
    total: AtomicU64,
}

/// Stands for a length that is not known.
const UNKNOWN: u64 = u64::MAX;

impl Default for TransferProgress {
    fn default() -> Self {
        Self { done: AtomicU64::new(0), moved: AtomicU64::new(0), total: AtomicU64::new(UNKNOWN) }
    }
}

impl TransferProgress {
    /// How much of the file is at its destination.
    pub fn done(&self) -> u64 {
        self.done.load(Ordering::Relaxed)
    }

    /// How many bytes were moved since the transfer began or went on.
    pub fn moved(&self) -> u64 {
        self.moved.load(Ordering::Relaxed)
    }

    /// How long the file is, as far as is known.
    pub fn total(&self) -> Option<u64> {
        Some(self.total.load(Ordering::Relaxed)).filter(|total| *total != UNKNOWN)
    }

    fn begin(&self, from: u64, total: Option<u64>) {
        self.done.store(from, Ordering::Relaxed);
        self.moved.store(0, Ordering::Relaxed);
        self.total.store(total.unwrap_or(UNKNOWN), Ordering::Relaxed);
    }

    fn reach(&self, place: u64) {
        let before = self.done.swap(place, Ordering::Relaxed);
        self.moved.fetch_add(place.saturating_sub(before), Ordering::Relaxed);
    }
}

impl Workspace {
    /// Looks whether a transfer can begin: both ends, and the names.
    pub async fn transfer_check(&self, order: &TransferOrder) -> Result<(), Fault> {
        let host = self.host_of_files(&order.host)?;
        let sftp = self.sftp(&host).await?;
        match order.direction {
            TransferDirection::Upload => upload::check(&sftp, order).await,
            TransferDirection::Download => download::check(&sftp, order).await,
        }
    }

    /// Moves the file. Dropping this leaves the partial file where it is.
    pub async fn transfer(
        &self,
        order: &TransferOrder,
        start: TransferStart,
        progress: &TransferProgress,
    ) -> Result<(), Fault> {
        progress.begin(0, None);
        let host = self.host_of_files(&order.host)?;
        let (sftp, session) = self.sftp_of_its_own(&host).await?;
        let moving = Moving { workspace: self, host, sftp, session, order, start, progress };
        match order.direction {
            TransferDirection::Upload => upload::run(&moving).await,
            TransferDirection::Download => download::run(&moving).await,
        }
    }

    /// Removes what a transfer that did not end well left at its destination.
    pub async fn transfer_discard(&self, order: &TransferOrder) -> Result<(), Fault> {
        match order.direction {
            TransferDirection::Upload => {
                let host = self.host_of_files(&order.host)?;
                let sftp = self.sftp(&host).await?;
                let place = upload::destination(&sftp, order).await?;
                remove_partial(self, &host, &sftp, &host_path::partial(&place.path)?).await
            }
            TransferDirection::Download => local::remove_partial(&local::partial(&order.local_path)?),
        }
    }

    /// Where on a host a file goes that was put to a path: into it, if that is a folder.
    pub async fn transfer_place(&self, host: &HostPath, path: &str, name: &str) -> Result<String, Fault> {
        host_path::check(path)?;
        let sftp = self.sftp(&self.host_of_files(host)?).await?;
        match sftp.look(path).await {
            Ok(found) if found.kind() == FileKind::Folder => Ok(host_path::join(path, name)),
            Ok(_) | Err(SftpError::NoSuchFile) => Ok(path.to_owned()),
            Err(error) => Err(error.about(path)),
        }
    }
}

/// A transfer under way.
struct Moving<'t> {
    workspace: &'t Workspace,
    host: Host,
    sftp: Sftp,
    session: Session,
    order: &'t TransferOrder,
    start: TransferStart,
    progress: &'t TransferProgress,
}

impl Moving<'_> {
    const fn change(&self) -> Change {
        match self.order.direction {
            TransferDirection::Upload => Change::Upload,
            TransferDirection::Download => Change::Download,
        }
    }

    /// Whether the partial file that is there, if any, was begun with this very source.
    fn may_go_on(&self, source: &Source) -> Result<bool, Fault> {
        match self.start {
            TransferStart::Anew => Ok(false),
            TransferStart::WhereItStopped => {
                let begun = begun_with(self.workspace, self.host.id, self.change(), self.order)?;
                Ok(source.is_known() && begun.as_ref() == Some(source))
            }
        }
    }

    /// Commits that it begins, or goes on, at a place.
    async fn begin(&self, from: u64, source: &Source) -> Result<Trail, Fault> {
        let what = record::written(self.order, from, source);
        let trail = Trail::begin(self.workspace, &self.host, self.change(), what).await?;
        self.progress.begin(from, source.size);
        Ok(trail)
    }

    /// Commits how it ended.
    async fn end(&self, trail: Trail, result: Result<(), Fault>) -> Result<(), Fault> {
        let done = self.progress.done();
        match result {
            Ok(()) => trail.end(json!({ "size": done })).await,
            Err(fault) => {
                trail.end(json!({ "error": fault.code, "size": done })).await?;
                Err(fault)
            }
        }
    }

    /// What went wrong between us and the host's file.
    async fn fault<T>(&self, path: &str, result: Result<T, SftpError>) -> Result<T, Fault> {
        if matches!(result, Err(SftpError::Silent { .. })) {
            give_up_if_dead(&self.session).await;
        }
        crate::files::explained(&self.sftp, path, result).await
    }
}

/// Removes a partial file on a host, if there is one. Only then may a transfer from the first byte be put down as begun: a
/// partial file always belongs to the last beginning.
async fn remove_partial(workspace: &Workspace, host: &Host, sftp: &Sftp, path: &str) -> Result<(), Fault> {
    match sftp.look_at_link(path).await {
        Err(SftpError::NoSuchFile) => return Ok(()),
        Err(error) => return Err(error.about(path)),
        Ok(_) => {}
    }
    let trail = Trail::begin(workspace, host, Change::Delete, json!({ "path": [path, null] })).await?;
    let removed = sftp.remove(path).await;
    trail.end_of(crate::files::explained(sftp, path, removed).await).await
}

/// Only plain files are moved: a device never ends, a pipe may never begin.
fn not_a_file(path: &str, kind: FileKind) -> Fault {
    let what = match kind {
        FileKind::Folder => "a folder",
        FileKind::File | FileKind::Link | FileKind::Other => "no plain file",
    };
    Fault::new(Code::NotAFile, format!("“{}” on the host is {what}", path.escape_debug()))
        .with_hint("Choose a file. To move a folder, pack it into an archive first.")
}
