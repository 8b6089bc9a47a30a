//! What a host means by "failure": SFTP has no word for a full disk, so the disk is looked at.

use super::host_path;
use millwright_domain::{Code, Fault};
use millwright_ssh::sftp::{Sftp, SftpError};

/// A disk with less room than this could not take the next piece of a file.
const NO_ROOM: u64 = 64 * 1024;

/// The result as a fault that names the file and, if the host's disk is the cause, the disk.
pub(crate) async fn explained<T>(sftp: &Sftp, path: &str, result: Result<T, SftpError>) -> Result<T, Fault> {
    let error = match result {
        Ok(value) => return Ok(value),
        Err(error) => error,
    };
    if !matches!(error, SftpError::Failure { .. }) {
        return Err(error.about(path));
    }
    let folder = host_path::split(path).map_or_else(|_| path.to_owned(), |(folder, _)| folder);
    let Ok(Some(space)) = sftp.space(&folder).await else { return Err(error.about(path)) };
    let folder = folder.escape_debug();
    Err(if space.read_only {
        Fault::new(Code::HostReadOnly, format!("the file system of “{folder}” on the host is read-only"))
            .with_hint("Look at the host's disk before anything else: file systems become read-only when they fail.")
    } else if space.free_bytes < NO_ROOM {
        Fault::new(Code::HostDiskFull, format!("the host's disk is full where “{folder}” lies"))
            .with_hint("Free some space on the host, then go on where it stopped.")
    } else if space.free_files == Some(0) {
        Fault::new(Code::HostDiskFull, format!("the host can make no more files where “{folder}” lies (no inodes)"))
            .with_hint("Delete files that nobody needs on the host, then go on where it stopped.")
    } else {
        error.about(path)
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use tokio::io::{AsyncReadExt, AsyncWriteExt, duplex};

    /// A server that says these numbers of every file system: blocks free, files, files free, flags.
    async fn server(said: Option<[u64; 4]>) -> Sftp {
        let (ours, mut theirs) = duplex(64 * 1024);
        let text = |text: &str| [&(text.len() as u32).to_be_bytes()[..], text.as_bytes()].concat();
        let framed = |packet: Vec<u8>| [&(packet.len() as u32).to_be_bytes()[..], &packet].concat();
        let offers = if said.is_some() { [text("statvfs@openssh.com"), text("2")].concat() } else { Vec::new() };
        tokio::spawn(async move {
            let mut greeting = Some(framed([vec![2, 0, 0, 0, 3], offers].concat()));
            while let Ok(length) = theirs.read_u32().await {
                let mut question = vec![0; length as usize];
                theirs.read_exact(&mut question).await.unwrap();
                let [blocks, files, free_files, flags] = said.unwrap_or_default();
                let numbers = [4096, 4096, 1000, blocks, blocks, files, free_files, free_files, 0, flags, 255];
                let numbers: Vec<u8> = numbers.into_iter().flat_map(u64::to_be_bytes).collect();
                let answer = framed([&[201], &question[1..5], &numbers].concat());
                theirs.write_all(&greeting.take().unwrap_or(answer)).await.unwrap();
            }
        });
        Sftp::start(ours).await.unwrap()
    }

    #[tokio::test]
    async fn the_disk_is_looked_at_before_a_failure_is_told() {
        let table = [
            (Some([0, 1000, 10, 0]), Code::HostDiskFull),
            (Some([15, 1000, 10, 0]), Code::HostDiskFull),
            (Some([16, 1000, 10, 0]), Code::FileRefused),
            (Some([500, 1000, 0, 0]), Code::HostDiskFull),
            (Some([500, 0, 0, 0]), Code::FileRefused),
            (Some([500, 1000, 10, 1]), Code::HostReadOnly),
            (None, Code::FileRefused),
        ];
        for (said, code) in table {
            let sftp = server(said).await;
            let failure = SftpError::Failure { said: "Failure".to_owned() };
            let fault = explained::<()>(&sftp, "/srv/file", Err(failure)).await.unwrap_err();
            assert_eq!((fault.code, fault.hint.is_some()), (code, true), "{said:?}: {fault}");
            let denied = explained::<()>(&sftp, "/srv/file", Err(SftpError::PermissionDenied)).await.unwrap_err();
            assert_eq!(denied.code, Code::PermissionDenied, "what the host says needs no guess");
        }
    }
}
