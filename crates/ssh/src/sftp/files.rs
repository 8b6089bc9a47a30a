//! What can be asked of a host's files, one call each.

use super::attributes::{Attributes, FileKind};
use super::connection::{Asked, Sftp, unexpected};
use super::error::SftpError;
use super::wire::{Ask, Name, Reader, Reply, protocol};
use std::collections::VecDeque;

/// How many questions of one kind go out before the first is answered.
const AHEAD: usize = 16;
/// No account has a longer name.
const LONGEST_OWNER: usize = 256;

/// A folder's content.
#[derive(Debug)]
pub struct Folder {
    /// What is in it, without itself and its parent, in the host's order.
    pub entries: Vec<FolderEntry>,
    /// Whether there was more than was asked for.
    pub cut: bool,
}

/// A name in a folder.
#[derive(Debug)]
pub struct FolderEntry {
    /// Its bytes: a file's name is text only by custom.
    pub name: Vec<u8>,
    /// What the host says of it; of a link, not of what it points to.
    pub attributes: Attributes,
    /// The names of its owner and group, if the host gives them.
    pub owner_names: Option<(String, String)>,
}

/// An open file. Close it; dropped, it stays open until the channel ends.
#[derive(Debug)]
pub struct HostFile {
    pub(super) sftp: Sftp,
    pub(super) handle: Vec<u8>,
}

/// How a file is opened.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum OpenMode {
    /// To read it.
    Read,
    /// To write into one that is there.
    Write,
    /// To write one that nobody has: refused if the name is taken, by a link too. Only its owner may read it.
    CreateNew,
}

/// The room of a file system.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Space {
    /// Bytes that the account may still write.
    pub free_bytes: u64,
    /// Files that it may still make; none where the file system does not count them.
    pub free_files: Option<u64>,
    /// Whether nothing can be written.
    pub read_only: bool,
}

impl Sftp {
    /// The absolute path, without links and dots.
    pub async fn resolve(&self, path: &str) -> Result<String, SftpError> {
        let name = one_name(self.ask_path(Ask::Resolve, path).await?).await?;
        String::from_utf8(name).map_err(|_| protocol("the path is no UTF-8"))
    }

    /// What a path names; of a link, the link.
    pub async fn look_at_link(&self, path: &str) -> Result<Attributes, SftpError> {
        attributes(self.ask_path(Ask::LookAtLink, path).await?).await
    }

    /// What a path leads to.
    pub async fn look(&self, path: &str) -> Result<Attributes, SftpError> {
        attributes(self.ask_path(Ask::Look, path).await?).await
    }

    /// Where links point, in the order of the question; none where one cannot be read.
    pub async fn read_links(&self, paths: impl Iterator<Item = String>) -> Result<Vec<Option<Vec<u8>>>, SftpError> {
        let (mut under_way, mut targets) = (VecDeque::new(), Vec::new());
        for path in paths {
            if under_way.len() == AHEAD
                && let Some(asked) = under_way.pop_front()
            {
                targets.push(link_target(asked).await?);
            }
            under_way.push_back(self.ask_path(Ask::ReadLink, &path).await?);
        }
        for asked in under_way {
            targets.push(link_target(asked).await?);
        }
        Ok(targets)
    }

    /// What is in a folder, at most so much.
    pub async fn list(&self, path: &str, most: usize) -> Result<Folder, SftpError> {
        let handle = handle(self.ask_path(Ask::OpenFolder, path).await?).await?;
        let folder = self.read_folder(&handle, most).await;
        let closed = self.ask(Ask::Close, |packet| packet.bytes(&handle)).await?.done().await;
        let folder = folder?;
        closed?;
        Ok(folder)
    }

    async fn read_folder(&self, handle: &[u8], most: usize) -> Result<Folder, SftpError> {
        let mut folder = Folder { entries: Vec::new(), cut: false };
        let mut under_way = VecDeque::new();
        loop {
            while under_way.len() < AHEAD {
                under_way.push_back(self.ask(Ask::ReadFolder, |packet| packet.bytes(handle)).await?);
            }
            let Some(asked) = under_way.pop_front() else { return Ok(folder) };
            let names = match asked.answer().await? {
                Reply::Names(names) if !names.is_empty() => names,
                Reply::Status { code: 1, .. } => return Ok(folder),
                // An answer without a name could go on for ever.
                Reply::Names(_)
                | Reply::Status { .. }
                | Reply::Handle(_)
                | Reply::Data(_)
                | Reply::Attributes(_)
                | Reply::Extended(_) => return Err(unexpected()),
            };
            for name in names.into_iter().filter(|name| name.name != b"." && name.name != b"..") {
                if folder.entries.len() == most {
                    folder.cut = true;
                    return Ok(folder);
                }
                let owner_names = owner_names(&name);
                folder.entries.push(FolderEntry { name: name.name, attributes: name.attributes, owner_names });
            }
        }
    }

    /// Makes a folder.
    pub async fn make_folder(&self, path: &str) -> Result<(), SftpError> {
        let plain = Attributes::default();
        let asked = self.ask(Ask::MakeFolder, |packet| packet.bytes(path.as_bytes()).attributes(&plain));
        asked.await?.done().await
    }

    /// Removes an empty folder.
    pub async fn remove_folder(&self, path: &str) -> Result<(), SftpError> {
        self.ask_path(Ask::RemoveFolder, path).await?.done().await
    }

    /// Removes a file or a link.
    pub async fn remove(&self, path: &str) -> Result<(), SftpError> {
        self.ask_path(Ask::Remove, path).await?.done().await
    }

    /// Gives a file another name. Servers refuse a name that is taken.
    pub async fn rename(&self, from: &str, to: &str) -> Result<(), SftpError> {
        let asked = self.ask(Ask::Rename, |packet| packet.bytes(from.as_bytes()).bytes(to.as_bytes()));
        asked.await?.done().await
    }

    /// Gives a file another name, in place of whatever file has it. Where the server cannot do that in one step, the old
    /// file is removed first.
    pub async fn replace(&self, from: &str, to: &str) -> Result<(), SftpError> {
        const REPLACE: &str = "posix-rename@openssh.com";
        if self.offers(REPLACE) {
            let asked = self.ask_extended(REPLACE, |packet| packet.bytes(from.as_bytes()).bytes(to.as_bytes()));
            return asked.await?.done().await;
        }
        match self.remove(to).await {
            Ok(()) | Err(SftpError::NoSuchFile) => self.rename(from, to).await,
            Err(error) => Err(error),
        }
    }

    /// The room where a path lies; none where the server does not say.
    pub async fn space(&self, path: &str) -> Result<Option<Space>, SftpError> {
        const SPACE: &str = "statvfs@openssh.com";
        if !self.offers(SPACE) {
            return Ok(None);
        }
        let asked = self.ask_extended(SPACE, |packet| packet.bytes(path.as_bytes())).await?;
        let Reply::Extended(numbers) = asked.answer().await? else { return Err(unexpected()) };
        let mut reader = Reader(&numbers);
        let mut said = [0; 11];
        for number in &mut said {
            *number = reader.long()?;
        }
        let [_, fragment, _, _, blocks, files, _, free_files, _, flags, _] = said;
        Ok(Some(Space {
            free_bytes: fragment.saturating_mul(blocks),
            free_files: (files > 0).then_some(free_files),
            read_only: flags & 1 != 0,
        }))
    }

    /// Opens a file.
    pub async fn open(&self, path: &str, mode: OpenMode) -> Result<HostFile, SftpError> {
        const READ: u32 = 1;
        const WRITE: u32 = 2;
        const CREATE: u32 = 8;
        const EXCLUSIVE: u32 = 32;
        let (flags, attributes) = match mode {
            OpenMode::Read => (READ, Attributes::default()),
            OpenMode::Write => (WRITE, Attributes::default()),
            OpenMode::CreateNew => (WRITE | CREATE | EXCLUSIVE, Attributes::permissions(0o600)),
        };
        let asked = self.ask(Ask::Open, |packet| packet.bytes(path.as_bytes()).number(flags).attributes(&attributes));
        Ok(HostFile { handle: handle(asked.await?).await?, sftp: self.clone() })
    }

    async fn ask_path(&self, ask: Ask, path: &str) -> Result<Asked, SftpError> {
        self.ask(ask, |packet| packet.bytes(path.as_bytes())).await
    }
}

impl HostFile {
    /// What it is.
    pub async fn look(&self) -> Result<Attributes, SftpError> {
        let asked = self.sftp.ask(Ask::LookAtHandle, |packet| packet.bytes(&self.handle)).await?;
        attributes(asked).await
    }

    /// Changes what is given of its attributes.
    pub async fn set(&self, attributes: &Attributes) -> Result<(), SftpError> {
        let asked = self.sftp.ask(Ask::SetOfHandle, |packet| packet.bytes(&self.handle).attributes(attributes)).await?;
        asked.done().await
    }

    /// Waits until it is on the host's disk, where the server offers that.
    pub async fn sync(&self) -> Result<(), SftpError> {
        const SYNC: &str = "fsync@openssh.com";
        if !self.sftp.offers(SYNC) {
            return Ok(());
        }
        self.sftp.ask_extended(SYNC, |packet| packet.bytes(&self.handle)).await?.done().await
    }

    /// Closes it.
    pub async fn close(self) -> Result<(), SftpError> {
        self.sftp.ask(Ask::Close, |packet| packet.bytes(&self.handle)).await?.done().await
    }
}

async fn handle(asked: Asked) -> Result<Vec<u8>, SftpError> {
    if let Reply::Handle(handle) = asked.answer().await? { Ok(handle) } else { Err(unexpected()) }
}

async fn attributes(asked: Asked) -> Result<Attributes, SftpError> {
    if let Reply::Attributes(attributes) = asked.answer().await? { Ok(attributes) } else { Err(unexpected()) }
}

async fn one_name(asked: Asked) -> Result<Vec<u8>, SftpError> {
    let Reply::Names(names) = asked.answer().await? else { return Err(unexpected()) };
    let [name] = <[Name; 1]>::try_from(names).map_err(|_| unexpected())?;
    Ok(name.name)
}

/// A link that is gone or closed to us points nowhere; the rest of the folder is shown all the same.
async fn link_target(asked: Asked) -> Result<Option<Vec<u8>>, SftpError> {
    match one_name(asked).await {
        Ok(target) => Ok(Some(target)),
        Err(SftpError::NoSuchFile | SftpError::PermissionDenied | SftpError::Failure { .. }) => Ok(None),
        Err(error) => Err(error),
    }
}

/// The names in a line like that of `ls -l`, believed only where the size stands in its place: a name with a space in it
/// would push it away.
fn owner_names(name: &Name) -> Option<(String, String)> {
    let line = String::from_utf8_lossy(&name.line);
    let mut words = line.split_ascii_whitespace().skip(2);
    let (user, group, size) = (words.next()?, words.next()?, words.next()?);
    let is_size = size.parse::<u64>().is_ok_and(|size| Some(size) == name.attributes.size);
    let are_names = user.len() <= LONGEST_OWNER && group.len() <= LONGEST_OWNER;
    (is_size && are_names).then(|| (user.to_owned(), group.to_owned()))
}

impl FolderEntry {
    /// What it is.
    pub fn kind(&self) -> FileKind {
        self.attributes.kind()
    }
}
