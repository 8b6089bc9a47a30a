//! Files on the real `sftp-server`, spoken to over its standard input and output.

use crate::common::{Setup, Sshd};
use millwright_domain::Code;
use millwright_ssh::sftp::{Attributes, FileKind, HostFile, IN_FLIGHT_BYTES, OpenMode, Sftp, SftpError};
use millwright_ssh::{ConnectOptions, Prompts, connect};
use std::ffi::OsStr;
use std::fs;
use std::os::unix::ffi::OsStrExt;
use std::os::unix::fs::{PermissionsExt, symlink};
use std::process::Stdio;
use tempfile::TempDir;
use tokio::process::Command;

/// The server, and a folder of its own. The process ends with its input.
async fn server() -> (Sftp, TempDir) {
    let folder = tempfile::tempdir().unwrap();
    let mut command = Command::new("/usr/lib/openssh/sftp-server");
    command.current_dir(folder.path()).stdin(Stdio::piped()).stdout(Stdio::piped()).kill_on_drop(true);
    let mut child = command.spawn().unwrap();
    let stream = tokio::io::join(child.stdout.take().unwrap(), child.stdin.take().unwrap());
    tokio::spawn(async move { child.wait().await });
    (Sftp::start(stream).await.unwrap(), folder)
}

fn path(folder: &TempDir, name: &str) -> String {
    folder.path().join(name).to_str().unwrap().to_owned()
}

async fn write(file: &HostFile, start: u64, bytes: &[u8]) {
    let mut writing = file.write_from(start);
    for piece in bytes.chunks(100_000) {
        writing.put(piece).await.unwrap();
    }
    writing.finish().await.unwrap();
    assert_eq!(writing.answered(), start + bytes.len() as u64);
}

async fn read(file: &HostFile, start: u64, size: Option<u64>) -> Vec<u8> {
    let (mut reading, mut bytes) = (file.read_from(start, size), Vec::new());
    while let Some(data) = reading.next().await.unwrap() {
        bytes.extend_from_slice(data.bytes());
    }
    bytes
}

/// Bytes of which no two pieces are alike.
fn noise(length: usize) -> Vec<u8> {
    let mut state = 0x9e37_79b9_7f4a_7c15_u64;
    let mut next = || {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        state.to_le_bytes()
    };
    (0..length.div_ceil(8)).flat_map(|_| next()).take(length).collect()
}

#[tokio::test]
async fn what_is_written_reads_back_at_every_length() {
    let (sftp, folder) = server().await;
    let piece = 32 * 1024;
    for length in [0, 1, piece - 1, piece, piece + 1, IN_FLIGHT_BYTES as usize + 1, 20_000_000] {
        let (bytes, name) = (noise(length), path(&folder, &format!("of {length}")));
        let file = sftp.open(&name, OpenMode::CreateNew).await.unwrap();
        write(&file, 0, &bytes).await;
        file.sync().await.unwrap();
        file.close().await.unwrap();
        assert!(fs::read(&name).unwrap() == bytes, "{length} written");
        let file = sftp.open(&name, OpenMode::Read).await.unwrap();
        let size = file.look().await.unwrap().size;
        assert_eq!(size, Some(length as u64));
        assert!(read(&file, 0, size).await == bytes, "{length} read");
        assert!(read(&file, 0, None).await == bytes, "{length} read without knowing how long it is");
        assert!(read(&file, length as u64 / 2, size).await == bytes[length / 2..], "the second half of {length}");
        file.close().await.unwrap();
    }
}

#[tokio::test]
async fn a_file_that_grows_is_read_to_its_new_end() {
    let (sftp, folder) = server().await;
    let name = path(&folder, "log");
    fs::write(&name, noise(100_000)).unwrap();
    let file = sftp.open(&name, OpenMode::Read).await.unwrap();
    let mut reading = file.read_from(0, Some(100_000));
    let mut length = reading.next().await.unwrap().unwrap().bytes().len();
    fs::write(&name, noise(300_000)).unwrap();
    while let Some(data) = reading.next().await.unwrap() {
        length += data.bytes().len();
    }
    assert_eq!(length, 300_000);
}

#[tokio::test]
async fn only_its_owner_reads_a_new_file_and_a_taken_name_is_refused() {
    let (sftp, folder) = server().await;
    let name = path(&folder, "new");
    let file = sftp.open(&name, OpenMode::CreateNew).await.unwrap();
    let mode = || fs::metadata(&name).unwrap().permissions().mode() & 0o7777;
    assert_eq!(mode(), 0o600);
    file.set(&Attributes::permissions(0o751)).await.unwrap();
    assert_eq!(mode(), 0o751);
    assert!(matches!(sftp.open(&name, OpenMode::CreateNew).await, Err(SftpError::Failure { .. })));
    symlink("/etc/passwd", folder.path().join("trap")).unwrap();
    assert!(sftp.open(&path(&folder, "trap"), OpenMode::CreateNew).await.is_err(), "a link is a taken name");
}

#[tokio::test]
async fn a_folder_is_listed_as_it_is() {
    let (sftp, folder) = server().await;
    let names = ["a b", "it's \"quoted\"", "-rf", "new\nline", "größe €😀", "*", "$(id)"].map(|name| name.as_bytes());
    let names = [&names[..], &[&b"not\xffutf8"[..]]].concat();
    for name in &names {
        fs::write(folder.path().join(OsStr::from_bytes(name)), "12345").unwrap();
    }
    fs::create_dir(folder.path().join("folder")).unwrap();
    symlink("a b", folder.path().join("link")).unwrap();
    symlink("nowhere", folder.path().join("dangling")).unwrap();
    let listed = sftp.list(&path(&folder, ""), 100).await.unwrap();
    assert!(!listed.cut);
    let find = |name: &[u8]| listed.entries.iter().find(|entry| entry.name == name).unwrap();
    for name in &names {
        let entry = find(name);
        assert_eq!((entry.kind(), entry.attributes.size), (FileKind::File, Some(5)), "{name:?}");
        assert!(entry.owner_names.is_some() && entry.attributes.modified().is_some());
    }
    assert_eq!((find(b"folder").kind(), find(b"link").kind()), (FileKind::Folder, FileKind::Link));
    assert_eq!(listed.entries.len(), names.len() + 3);
    let links = ["link", "dangling", "gone", "a b"].map(|name| path(&folder, name));
    let targets = sftp.read_links(links.into_iter()).await.unwrap();
    assert_eq!(targets, [Some(b"a b".to_vec()), Some(b"nowhere".to_vec()), None, None]);
    assert_eq!(sftp.look(&path(&folder, "link")).await.unwrap().kind(), FileKind::File);
    assert_eq!(sftp.look_at_link(&path(&folder, "link")).await.unwrap().kind(), FileKind::Link);
    assert_eq!(sftp.resolve(".").await.unwrap(), folder.path().canonicalize().unwrap().to_str().unwrap());
    let cut = sftp.list(&path(&folder, ""), 3).await.unwrap();
    assert_eq!((cut.entries.len(), cut.cut), (3, true));
}

#[tokio::test]
async fn a_folder_of_twelve_hundred_is_listed_whole() {
    let (sftp, folder) = server().await;
    for number in 0..1200 {
        fs::write(folder.path().join(format!("{number}")), "").unwrap();
    }
    let listed = sftp.list(&path(&folder, ""), 10_000).await.unwrap();
    let names: std::collections::HashSet<_> = listed.entries.into_iter().map(|entry| entry.name).collect();
    assert_eq!((names.len(), listed.cut), (1200, false));
}

#[tokio::test]
async fn names_are_given_taken_and_replaced() {
    let (sftp, folder) = server().await;
    let [one, two, inner] = ["one", "-rf * '\n", "folder"].map(|name| path(&folder, name));
    fs::write(&one, "1").unwrap();
    sftp.rename(&one, &two).await.unwrap();
    fs::write(&one, "new").unwrap();
    assert!(matches!(sftp.rename(&one, &two).await, Err(SftpError::Failure { .. })), "a taken name is refused");
    assert_eq!(fs::read(&two).unwrap(), b"1");
    sftp.replace(&one, &two).await.unwrap();
    assert_eq!((fs::read(&two).unwrap(), fs::exists(&one).unwrap()), (b"new".to_vec(), false));
    sftp.make_folder(&inner).await.unwrap();
    fs::write(path(&folder, "folder/file"), "").unwrap();
    assert!(matches!(sftp.remove_folder(&inner).await, Err(SftpError::Failure { .. })), "it is not empty");
    sftp.remove(&path(&folder, "folder/file")).await.unwrap();
    sftp.remove_folder(&inner).await.unwrap();
    assert_eq!(sftp.remove(&inner).await, Err(SftpError::NoSuchFile));
    assert_eq!(sftp.look(&one).await, Err(SftpError::NoSuchFile));
    let space = sftp.space(&two).await.unwrap().unwrap();
    assert!(space.free_bytes > 0 && !space.read_only);
}

#[tokio::test]
async fn a_full_disk_can_be_told() {
    let (sftp, _folder) = server().await;
    let file = sftp.open("/dev/full", OpenMode::Write).await.unwrap();
    let mut writing = file.write_from(0);
    let refused = match writing.put(b"x").await {
        Ok(()) => writing.finish().await,
        Err(error) => Err(error),
    };
    assert!(matches!(refused, Err(SftpError::Failure { .. })), "{refused:?}");
}

#[tokio::test]
async fn many_questions_find_their_answers() {
    let (sftp, folder) = server().await;
    let files: Vec<_> = (1..=100).map(|size| (path(&folder, &format!("of {size}")), size)).collect();
    for (name, size) in &files {
        fs::write(name, vec![b'x'; *size]).unwrap();
    }
    let asked = files.into_iter().map(|(name, size)| {
        let sftp = sftp.clone();
        tokio::spawn(async move { assert_eq!(sftp.look(&name).await.unwrap().size, Some(size as u64)) })
    });
    for asked in asked.collect::<Vec<_>>() {
        asked.await.unwrap();
    }
}

/// Hosts without a server that could be spoken to, on a real sshd. Each is told with the line that is missing there.
#[tokio::test]
async fn a_host_without_a_server_says_what_is_missing() {
    let start = async |lines: &[&str]| {
        let lines = lines.iter().map(|line| (*line).to_owned()).collect();
        let sshd = Sshd::start_with(Setup { lines, ..Setup::default() });
        let session = connect(&[sshd.endpoint()], &ConnectOptions::default(), &Prompts::nobody()).await.unwrap();
        Sftp::start(session.subsystem("sftp").into_stream()).await
    };
    let cases: [&[&str]; 4] = [
        &[],
        &["Subsystem sftp /bin/false"],
        &["Subsystem sftp /nowhere/sftp-server"],
        &["Subsystem sftp /bin/echo Welcome to this host"],
    ];
    for lines in cases {
        let fault = start(lines).await.unwrap_err().about_the_server();
        assert_eq!(fault.code, Code::Unsupported, "{lines:?}: {fault}");
        assert!(fault.hint.unwrap().contains("Subsystem sftp"), "{lines:?}");
    }
    let sftp = start(&["Subsystem sftp internal-sftp"]).await.unwrap();
    assert_eq!(sftp.look("/").await.unwrap().kind(), FileKind::Folder);
}

#[tokio::test]
async fn a_session_that_ends_says_so_to_whoever_waits() {
    let sshd = Sshd::start_with(Setup { lines: vec!["Subsystem sftp internal-sftp".to_owned()], ..Setup::default() });
    let session = connect(&[sshd.endpoint()], &ConnectOptions::default(), &Prompts::nobody()).await.unwrap();
    let sftp = Sftp::start(session.subsystem("sftp").into_stream()).await.unwrap();
    session.abandon();
    let fault = sftp.look("/").await.unwrap_err().about("/");
    assert_eq!((fault.code, fault.hint.is_some()), (Code::LinkLost, true), "{fault}");
    assert!(!sftp.is_alive());
}
