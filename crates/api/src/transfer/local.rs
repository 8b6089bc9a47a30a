//! The end of a transfer on this machine. Files are read and written on threads that may block, a few pieces ahead.

use millwright_domain::{Code, Fault};
use millwright_ssh::sftp::Data;
use rustix::fs::OFlags;
use std::ffi::OsString;
use std::fs::{self, File, Metadata, OpenOptions};
use std::io::{self, Read, Seek, SeekFrom, Write};
use std::os::unix::fs::{MetadataExt, OpenOptionsExt, PermissionsExt};
use std::path::{Path, PathBuf};
use tokio::sync::mpsc;
use tokio::task::JoinHandle;

/// How much is read at once.
const READ_BYTES: usize = 256 * 1024;
/// How many of these wait for the host.
const READ_AHEAD: usize = 4;
/// How many pieces of the host's wait for the disk: a megabyte.
const WRITE_BEHIND: usize = 32;

/// Opens a file to be sent. A device or a pipe is refused before it is opened.
pub(super) fn open_source(path: &Path) -> Result<(File, Metadata), Fault> {
    let found = fs::metadata(path).map_err(|error| fault(path, &error))?;
    if !found.is_file() {
        return Err(Fault::new(Code::NotAFile, format!("{} is no plain file", path.display()))
            .with_hint("Choose a file. To send a folder, pack it into an archive first."));
    }
    let file = File::open(path).map_err(|error| fault(path, &error))?;
    let found = file.metadata().map_err(|error| fault(path, &error))?;
    Ok((file, found))
}

/// When a file was changed, to the nanosecond where the file system keeps it.
pub(super) fn modified(found: &Metadata) -> i64 {
    found.mtime().saturating_mul(1_000_000_000).saturating_add(found.mtime_nsec())
}

/// Reads a file from a place to its end.
pub(super) fn read_from(mut file: File, path: &Path, start: u64) -> mpsc::Receiver<Result<Vec<u8>, Fault>> {
    let (sender, pieces) = mpsc::channel(READ_AHEAD);
    let path = path.to_owned();
    tokio::task::spawn_blocking(move || {
        let mut read = || -> io::Result<()> {
            file.seek(SeekFrom::Start(start))?;
            loop {
                let mut piece = Vec::with_capacity(READ_BYTES);
                (&mut file).take(READ_BYTES as u64).read_to_end(&mut piece)?;
                // A receiver that is gone wants no more.
                if piece.is_empty() || sender.blocking_send(Ok(piece)).is_err() {
                    return Ok(());
                }
            }
        };
        if let Err(error) = read() {
            let _ = sender.blocking_send(Err(fault(&path, &error)));
        }
    });
    pieces
}

/// Where a download grows until it is whole: beside its place.
pub(super) fn partial(path: &Path) -> Result<PathBuf, Fault> {
    let name = path.file_name().ok_or_else(|| {
        Fault::new(Code::InvalidInput, format!("{} does not name a file", path.display()))
            .with_hint("Name the file, not only its folder.")
    })?;
    let mut partial: OsString = name.to_owned();
    partial.push(".millwright-part");
    Ok(path.with_file_name(partial))
}

/// The length of a partial file; none if there is none that could be gone on with.
pub(super) fn partial_length(path: &Path) -> Result<Option<u64>, Fault> {
    match fs::symlink_metadata(path) {
        Ok(found) if found.is_file() => Ok(Some(found.len())),
        Ok(_) => Ok(None),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
        Err(error) => Err(fault(path, &error)),
    }
}

/// Removes a partial file, if there is one; of a link, the link.
pub(super) fn remove_partial(path: &Path) -> Result<(), Fault> {
    match fs::remove_file(path) {
        Ok(()) => Ok(()),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(()),
        Err(error) => Err(fault(path, &error)),
    }
}

/// Opens a partial file to write from a place: a new one at 0, and never through a link. Only this account may read it:
/// what comes from a client's host is nobody else's.
pub(super) fn open_partial(path: &Path, start: u64) -> Result<File, Fault> {
    let mut options = OpenOptions::new();
    options.write(true).mode(0o600).custom_flags(OFlags::NOFOLLOW.bits().cast_signed());
    if start == 0 {
        options.create_new(true);
    }
    let opened = options.open(path).and_then(|mut file| file.seek(SeekFrom::Start(start)).map(|_| file));
    opened.map_err(|error| fault(path, &error))
}

/// Writes pieces until there are no more, and waits for the disk.
pub(super) fn write_to(mut file: File, path: &Path) -> (mpsc::Sender<Data>, JoinHandle<Result<(), Fault>>) {
    let (sender, mut pieces) = mpsc::channel::<Data>(WRITE_BEHIND);
    let path = path.to_owned();
    let writing = tokio::task::spawn_blocking(move || {
        while let Some(piece) = pieces.blocking_recv() {
            file.write_all(piece.bytes()).map_err(|error| fault(&path, &error))?;
        }
        file.sync_all().map_err(|error| fault(&path, &error))
    });
    (sender, writing)
}

/// Gives a whole file its name. What had the name before keeps its permissions.
pub(super) fn finish(partial: &Path, path: &Path) -> Result<(), Fault> {
    if let Ok(before) = fs::symlink_metadata(path)
        && before.is_file()
    {
        let kept = fs::Permissions::from_mode(before.mode() & 0o777);
        fs::set_permissions(partial, kept).map_err(|error| fault(partial, &error))?;
    }
    fs::rename(partial, path).map_err(|error| fault(path, &error))?;
    // The name is durable once its folder is; where folders cannot be opened, the system does it by itself.
    if let Some(folder) = path.parent().and_then(|folder| File::open(folder).ok()) {
        folder.sync_all().map_err(|error| fault(path, &error))?;
    }
    Ok(())
}

/// What went wrong with a file of this machine.
pub(super) fn fault(path: &Path, error: &io::Error) -> Fault {
    let message = format!("{}: {error}", path.display());
    if matches!(error.kind(), io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded) {
        return Fault::new(Code::LocalDiskFull, message).with_hint("Free some space, then go on where it stopped.");
    }
    Fault::new(Code::LocalFile, message).with_hint("Check that it is there, and its permissions, on this machine.")
}
