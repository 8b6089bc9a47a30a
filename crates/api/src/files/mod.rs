//! The files of hosts: looking at folders, making them, renaming and deleting.
//!
//! Owns what may be done to a host's files and in which order: what changes the host stands in the audit before the host
//! hears of it. Does not own the protocol (`millwright_ssh::sftp`), nor files on their way (`transfer`).

mod channel;
pub(crate) mod host_path;
mod trail;
mod trouble;

pub(crate) use channel::{SftpChannels, give_up_if_dead};
pub(crate) use trail::{Change, Trail};
pub(crate) use trouble::explained;

use crate::workspace::Workspace;
use jiff::Timestamp;
use millwright_domain::fleet::Host;
use millwright_domain::{Code, Fault, HostPath};
use millwright_ssh::sftp::{FileKind, Folder, FolderEntry, Sftp, SftpError};
use millwright_store::table::host;
use serde::Serialize;
use serde_json::json;
use ts_rs::TS;

/// How many entries of a folder are shown.
const MOST_ENTRIES: usize = 10_000;

/// A folder of a host.
#[derive(Debug, Clone, Serialize, TS)]
pub struct FilesPage {
    /// Its absolute path, without links.
    pub path: String,
    /// What is in it.
    pub entries: Vec<FileEntry>,
    /// Whether there are more than are shown.
    pub cut: bool,
}

/// Something in a folder. All its text comes from the host.
#[derive(Debug, Clone, Serialize, TS)]
pub struct FileEntry {
    /// Its name; bytes that are no UTF-8 are shown as U+FFFD.
    pub name: String,
    /// Its path; none where the name is no UTF-8 or no name: then nothing can be done with it here.
    pub path: Option<String>,
    /// What it is.
    pub kind: FileEntryKind,
    /// Its length in bytes.
    pub size: Option<u64>,
    /// When it was changed last.
    pub modified_at: Option<Timestamp>,
    /// `rwxr-xr-x`.
    pub mode: Option<String>,
    /// Whose it is: a name, or a number.
    pub owner: Option<String>,
    /// Whose group's it is.
    pub group: Option<String>,
    /// Where a link points.
    pub link_to: Option<String>,
}

/// What a name in a folder stands for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum FileEntryKind {
    /// An ordinary file.
    File,
    /// A folder.
    Folder,
    /// A symbolic link.
    Link,
    /// A device, a pipe, a socket.
    Other,
}

impl Workspace {
    /// What is in a folder of a host; none: the account's home.
    pub async fn files_list(&self, host: &HostPath, path: Option<&str>) -> Result<FilesPage, Fault> {
        let asked = path.unwrap_or(".");
        host_path::check(asked)?;
        let sftp = self.sftp(&self.host_of_files(host)?).await?;
        let path = sftp.resolve(asked).await.map_err(|error| error.about(asked))?;
        let Folder { entries, cut } = match sftp.list(&path, MOST_ENTRIES).await {
            Ok(folder) => folder,
            Err(error) => return Err(not_listed(&sftp, &path, error).await),
        };
        let links: Vec<usize> = (0..entries.len()).filter(|place| entries[*place].kind() == FileKind::Link).collect();
        let mut entries: Vec<FileEntry> = entries.into_iter().map(|entry| shown(&path, entry)).collect();
        // A link whose own name cannot be written cannot be asked about.
        let links: Vec<usize> = links.into_iter().filter(|place| entries[*place].path.is_some()).collect();
        let paths: Vec<String> = links.iter().filter_map(|place| entries[*place].path.clone()).collect();
        let targets = sftp.read_links(paths.into_iter()).await.map_err(|error| error.about(&path))?;
        for (place, target) in links.into_iter().zip(targets) {
            entries[place].link_to = target.map(|target| String::from_utf8_lossy(&target).into_owned());
        }
        entries.sort_by(|one, other| one.name.cmp(&other.name));
        Ok(FilesPage { path, entries, cut })
    }

    /// Makes a folder.
    pub async fn files_make_folder(&self, host: &HostPath, path: &str) -> Result<(), Fault> {
        host_path::check(path)?;
        let host = self.host_of_files(host)?;
        let sftp = self.sftp(&host).await?;
        refuse_taken(&sftp, path).await?;
        let change = json!({ "path": [null, path] });
        let trail = Trail::begin(self, &host, Change::MakeFolder, change).await?;
        let made = sftp.make_folder(path).await;
        trail.end_of(explained(&sftp, path, made).await).await
    }

    /// Gives a file or folder another name. Refused when the name is taken.
    pub async fn files_rename(&self, host: &HostPath, from: &str, to: &str) -> Result<(), Fault> {
        host_path::check(from)?;
        host_path::check(to)?;
        let host = self.host_of_files(host)?;
        let sftp = self.sftp(&host).await?;
        sftp.look_at_link(from).await.map_err(|error| error.about(from))?;
        refuse_taken(&sftp, to).await?;
        let trail = Trail::begin(self, &host, Change::Rename, json!({ "path": [from, to] })).await?;
        let renamed = sftp.rename(from, to).await;
        let renamed = match (explained(&sftp, from, renamed).await, refuse_taken(&sftp, to).await) {
            // Somebody else took the name in between.
            (Err(fault), Err(taken)) if fault.code == Code::FileRefused => Err(taken),
            (renamed, _) => renamed,
        };
        trail.end_of(renamed).await
    }

    /// Deletes a file, a link or an empty folder.
    pub async fn files_delete(&self, host: &HostPath, path: &str) -> Result<(), Fault> {
        host_path::check(path)?;
        let host = self.host_of_files(host)?;
        let sftp = self.sftp(&host).await?;
        let found = sftp.look_at_link(path).await.map_err(|error| error.about(path))?;
        let is_folder = found.kind() == FileKind::Folder;
        if is_folder {
            refuse_filled(&sftp, path).await?;
        }
        let trail = Trail::begin(self, &host, Change::Delete, json!({ "path": [path, null] })).await?;
        let removed = if is_folder { sftp.remove_folder(path).await } else { sftp.remove(path).await };
        trail.end_of(explained(&sftp, path, removed).await).await
    }

    /// A host, with the inventory read anew for the way to it.
    pub(crate) fn host_of_files(&self, path: &HostPath) -> Result<Host, Fault> {
        self.connections.refresh()?;
        Ok(self.store.read(|reader| host::find(reader, path))?)
    }
}

/// Refuses a name that something has already.
pub(crate) async fn refuse_taken(sftp: &Sftp, path: &str) -> Result<(), Fault> {
    match sftp.look_at_link(path).await {
        Ok(_) => Err(Fault::new(Code::AlreadyExists, format!("the host has “{}” already", path.escape_debug()))
            .with_hint("Choose another name, or replace it if that is meant.")),
        Err(SftpError::NoSuchFile) => Ok(()),
        Err(error) => Err(error.about(path)),
    }
}

async fn refuse_filled(sftp: &Sftp, path: &str) -> Result<(), Fault> {
    let folder = sftp.list(path, 1).await.map_err(|error| error.about(path))?;
    if folder.entries.is_empty() {
        return Ok(());
    }
    Err(Fault::new(Code::InUse, format!("the folder “{}” is not empty", path.escape_debug()))
        .with_hint("Delete what is in it first; a whole tree is a matter for a runbook or the terminal."))
}

async fn not_listed(sftp: &Sftp, path: &str, error: SftpError) -> Fault {
    match sftp.look(path).await {
        Ok(found) if found.kind() != FileKind::Folder => {
            Fault::new(Code::InvalidInput, format!("“{}” is no folder", path.escape_debug()))
                .with_hint("Name the folder that it is in.")
        }
        Ok(_) | Err(_) => error.about(path),
    }
}

fn shown(folder: &str, entry: FolderEntry) -> FileEntry {
    let FolderEntry { name, attributes, owner_names } = entry;
    let path = std::str::from_utf8(&name).ok().filter(|name| host_path::is_name(name));
    let path = path.map(|name| host_path::join(folder, name));
    let numbers = attributes.owner.map(|(user, group)| (user.to_string(), group.to_string()));
    let (owner, group) = owner_names.or(numbers).unzip();
    FileEntry {
        name: String::from_utf8_lossy(&name).into_owned(),
        path,
        kind: match attributes.kind() {
            FileKind::File => FileEntryKind::File,
            FileKind::Folder => FileEntryKind::Folder,
            FileKind::Link => FileEntryKind::Link,
            FileKind::Other => FileEntryKind::Other,
        },
        size: attributes.size,
        modified_at: attributes.modified().and_then(|seconds| Timestamp::from_second(seconds.into()).ok()),
        mode: attributes.mode.map(permissions),
        owner,
        group,
        link_to: None,
    }
}

/// `rwxr-xr-x`, with the letters for set-user-id, set-group-id and sticky that `ls` has.
fn permissions(mode: u32) -> String {
    let special = [(0o4000, 's'), (0o2000, 's'), (0o1000, 't')];
    let mut text = String::with_capacity(9);
    for (place, (flag, letter)) in special.into_iter().enumerate() {
        let bits = mode >> (6 - 3 * place);
        text.push(if bits & 4 != 0 { 'r' } else { '-' });
        text.push(if bits & 2 != 0 { 'w' } else { '-' });
        text.push(match (mode & flag != 0, bits & 1 != 0) {
            (false, false) => '-',
            (false, true) => 'x',
            (true, true) => letter,
            (true, false) => letter.to_ascii_uppercase(),
        });
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn permissions_read_as_those_of_ls() {
        let cases = [
            (0o100_755, "rwxr-xr-x"),
            (0o104_755, "rwsr-xr-x"),
            (0o102_640, "rw-r-S---"),
            (0o041_777, "rwxrwxrwt"),
            (0o001_000, "--------T"),
        ];
        for (mode, text) in cases {
            assert_eq!(permissions(mode), text);
        }
    }
}
