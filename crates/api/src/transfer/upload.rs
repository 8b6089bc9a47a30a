//! To a host: into a hidden partial file beside the destination, which is renamed when it is whole.

use super::local;
use super::record::Source;
use super::{IfTaken, Moving, TransferOrder, not_a_file, remove_partial};
use crate::files::{host_path, refuse_taken};
use millwright_domain::{Code, Fault};
use millwright_ssh::sftp::{Attributes, FileKind, HostFile, IN_FLIGHT_BYTES, OpenMode, Sftp, SftpError};
use std::fs::{File, Metadata};
use std::os::unix::fs::PermissionsExt;

/// Where a file goes, and what is there now.
pub(super) struct Destination {
    pub(super) path: String,
    replaced: Option<Attributes>,
}

/// Looks whether it can begin.
pub(super) async fn check(sftp: &Sftp, order: &TransferOrder) -> Result<(), Fault> {
    local::open_source(&order.local_path)?;
    let place = destination(sftp, order).await?;
    let (folder, _) = host_path::split(&place.path)?;
    let found = sftp.look(&folder).await.map_err(|error| error.about(&folder))?;
    if found.kind() == FileKind::Folder {
        return Ok(());
    }
    Err(Fault::new(Code::InvalidInput, format!("“{}” on the host is no folder", folder.escape_debug()))
        .with_hint("Choose a folder."))
}

/// The destination. A link that is replaced stays a link: the file that it leads to is replaced.
pub(super) async fn destination(sftp: &Sftp, order: &TransferOrder) -> Result<Destination, Fault> {
    let path = order.host_path.as_str();
    host_path::split(path)?;
    if order.if_taken == IfTaken::Refuse {
        refuse_taken(sftp, path).await?;
        return Ok(Destination { path: path.to_owned(), replaced: None });
    }
    let found = match sftp.look_at_link(path).await {
        Ok(found) => found,
        Err(SftpError::NoSuchFile) => return Ok(Destination { path: path.to_owned(), replaced: None }),
        Err(error) => return Err(error.about(path)),
    };
    let (path, found) = if found.kind() == FileKind::Link {
        let target = sftp.resolve(path).await.map_err(|error| error.about(path))?;
        let found = sftp.look(&target).await.map_err(|error| error.about(&target))?;
        (target, found)
    } else {
        (path.to_owned(), found)
    };
    if found.kind() == FileKind::File {
        return Ok(Destination { path, replaced: Some(found) });
    }
    Err(not_a_file(&path, found.kind()))
}

/// Moves the file.
pub(super) async fn run(moving: &Moving<'_>) -> Result<(), Fault> {
    let Moving { workspace, host, sftp, order, .. } = moving;
    let (local, found) = local::open_source(&order.local_path)?;
    let place = destination(sftp, order).await?;
    let partial = host_path::partial(&place.path)?;
    let source = Source { size: Some(found.len()), modified: Some(local::modified(&found)) };
    let there = sftp.look_at_link(&partial).await;
    let start = match there {
        Ok(there) if there.kind() == FileKind::File && moving.may_go_on(&source)? => {
            // A host may have written the last pieces in any order: they are sent again.
            there.size.filter(|size| *size <= found.len()).map_or(0, |size| size.saturating_sub(IN_FLIGHT_BYTES))
        }
        Ok(_) | Err(_) => 0,
    };
    if start == 0 {
        remove_partial(workspace, host, sftp, &partial).await?;
    }
    let trail = moving.begin(start, &source).await?;
    let sent = send(moving, local, &found, start, &partial, &place).await;
    moving.end(trail, sent).await
}

async fn send(
    moving: &Moving<'_>,
    local: File,
    found: &Metadata,
    start: u64,
    partial: &str,
    place: &Destination,
) -> Result<(), Fault> {
    let mode = if start == 0 { OpenMode::CreateNew } else { OpenMode::Write };
    let file = moving.sftp.open(partial, mode).await;
    let file = moving.fault(partial, file).await?;
    write(moving, &file, local, start, partial).await?;
    let finished = finish(moving, file, found, partial, place).await;
    match moving.fault(&place.path, finished).await {
        // Somebody else took the name in between, perhaps.
        Err(fault) if fault.code == Code::FileRefused && place.replaced.is_none() => {
            refuse_taken(&moving.sftp, &place.path).await?;
            Err(fault)
        }
        finished => finished,
    }
}

async fn write(moving: &Moving<'_>, file: &HostFile, local: File, start: u64, partial: &str) -> Result<(), Fault> {
    let (mut pieces, mut writing) = (local::read_from(local, &moving.order.local_path, start), file.write_from(start));
    let mut end = start;
    while let Some(piece) = pieces.recv().await {
        let piece = piece?;
        end += piece.len() as u64;
        // In steps that show: one piece of the disk is many of the host's.
        for part in piece.chunks(64 * 1024) {
            let put = writing.put(part).await;
            moving.fault(partial, put).await?;
            moving.progress.reach(writing.answered());
        }
    }
    let finished = writing.finish().await;
    moving.fault(partial, finished).await?;
    moving.progress.reach(end);
    // By its name: another transfer to the same place, from elsewhere, would have put its own part there.
    let found = moving.sftp.look_at_link(partial).await;
    let found = moving.fault(partial, found).await?;
    if found.kind() != FileKind::File || found.size != Some(end) {
        let path = moving.order.local_path.display();
        return Err(Fault::new(Code::FileRefused, format!("{path} or its copy on the host changed while it was sent"))
            .with_hint("Send it again once nobody else writes either of them."));
    }
    Ok(())
}

/// The file is whole: it gets its permissions, its place on the disk and its name.
async fn finish(
    moving: &Moving<'_>,
    file: HostFile,
    found: &Metadata,
    partial: &str,
    place: &Destination,
) -> Result<(), SftpError> {
    let mode = match place.replaced {
        Some(replaced) => {
            // Whose it was it remains, if we may give it away.
            if let Some(owner) = replaced.owner {
                let owner = Attributes { owner: Some(owner), ..Attributes::default() };
                match file.set(&owner).await {
                    Ok(()) | Err(SftpError::PermissionDenied | SftpError::Failure { .. }) => {}
                    Err(error) => return Err(error),
                }
            }
            replaced.mode.unwrap_or(0o600)
        }
        // As on this machine, but never to be written by others.
        None => found.permissions().mode() & 0o755,
    };
    file.set(&Attributes::permissions(mode)).await?;
    file.sync().await?;
    file.close().await?;
    match place.replaced {
        Some(_) => moving.sftp.replace(partial, &place.path).await,
        None => moving.sftp.rename(partial, &place.path).await,
    }
}
