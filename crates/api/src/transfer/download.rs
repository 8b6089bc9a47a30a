//! From a host: into a partial file beside the granted place. The host's names never become a path here.

use super::local;
use super::record::Source;
use super::{IfTaken, Moving, TransferOrder, not_a_file};
use crate::files::host_path;
use millwright_domain::{Code, Fault};
use millwright_ssh::sftp::{Attributes, FileKind, HostFile, OpenMode, Sftp};
use std::fs;
use std::path::Path;

/// Looks whether it can begin.
pub(super) async fn check(sftp: &Sftp, order: &TransferOrder) -> Result<(), Fault> {
    let path = order.host_path.as_str();
    host_path::check(path)?;
    local::partial(&order.local_path)?;
    refuse_taken(order)?;
    let found = sftp.look(path).await.map_err(|error| error.about(path))?;
    if found.kind() == FileKind::File { Ok(()) } else { Err(not_a_file(path, found.kind())) }
}

/// Moves the file.
pub(super) async fn run(moving: &Moving<'_>) -> Result<(), Fault> {
    let (sftp, path) = (&moving.sftp, moving.order.host_path.as_str());
    check(sftp, moving.order).await?;
    let file = sftp.open(path, OpenMode::Read).await;
    let file = moving.fault(path, file).await?;
    let found = file.look().await;
    let found = moving.fault(path, found).await?;
    if found.kind() != FileKind::File {
        return Err(not_a_file(path, found.kind()));
    }
    let source = source_of(&found);
    let partial = local::partial(&moving.order.local_path)?;
    let start = match local::partial_length(&partial)? {
        Some(length) if Some(length) <= found.size && moving.may_go_on(&source)? => length,
        Some(_) | None => 0,
    };
    if start == 0 {
        local::remove_partial(&partial)?;
    }
    let trail = moving.begin(start, &source).await?;
    let taken = take(moving, &file, start, &source, &partial).await;
    moving.end(trail, taken).await?;
    // The content is here; that its handle could not be closed would be the channel's end, which comes now anyway.
    let _ = file.close().await;
    Ok(())
}

fn source_of(found: &Attributes) -> Source {
    Source { size: found.size, modified: found.modified().map(i64::from) }
}

async fn take(moving: &Moving<'_>, file: &HostFile, start: u64, source: &Source, partial: &Path) -> Result<(), Fault> {
    let (pieces, writing) = local::write_to(local::open_partial(partial, start)?, partial);
    let received = receive(moving, file, start, source, pieces).await;
    // The disk's trouble comes first: it is why nothing more was taken.
    let written = writing
        .await
        .map_err(|error| Fault::new(Code::Internal, format!("a file could not be written to its end: {error}")))?;
    written?;
    received?;
    refuse_taken(moving.order)?;
    local::finish(partial, &moving.order.local_path)
}

async fn receive(
    moving: &Moving<'_>,
    file: &HostFile,
    start: u64,
    source: &Source,
    pieces: tokio::sync::mpsc::Sender<millwright_ssh::sftp::Data>,
) -> Result<(), Fault> {
    let (mut reading, mut place) = (file.read_from(start, source.size), start);
    loop {
        let next = reading.next().await;
        let Some(piece) = moving.fault(&moving.order.host_path, next).await? else { return Ok(()) };
        place += piece.bytes().len() as u64;
        if pieces.send(piece).await.is_err() {
            return Ok(());
        }
        moving.progress.reach(place);
    }
}

fn refuse_taken(order: &TransferOrder) -> Result<(), Fault> {
    let path = &order.local_path;
    match (order.if_taken, fs::symlink_metadata(path)) {
        (_, Ok(found)) if found.is_dir() => {
            Err(Fault::new(Code::NotAFile, format!("{} is a folder", path.display())).with_hint("Name the file in it."))
        }
        (IfTaken::Refuse, Ok(_)) => {
            Err(Fault::new(Code::AlreadyExists, format!("{} is there already", path.display()))
                .with_hint("Choose another name, or replace it if that is meant."))
        }
        (IfTaken::Refuse | IfTaken::Replace, _) => Ok(()),
    }
}
