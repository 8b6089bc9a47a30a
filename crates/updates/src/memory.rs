//! What this installation remembers of updates: a small file of its own, so that it can be read before anything else
//! is.
//!
//! Owns the file, its lock, and that it is wholly old or wholly new whatever happens. Unknown fields are let pass and
//! missing ones have defaults: after a way back an older version reads what a newer one wrote.

use crate::{
    key::KeyId,
    manifest::{Artifact, Channel, Digest, Target},
    package::KeptPackage,
    verify::Verified,
};
use jiff::Timestamp;
use millwright_domain::{Code, Fault};
use semver::Version;
use serde::{Deserialize, Serialize};
use std::{
    collections::BTreeMap,
    fs::{self, File, OpenOptions},
    io::{self, Read, Write},
    path::{Path, PathBuf},
};
use uuid::Uuid;

const FILE: &str = "updates.json";
const LOCK: &str = "updates.lock";
/// What a file is called until it is whole.
const UNFINISHED: &str = ".updates-";
/// A damaged file can be of any length; ours is a few manifests long.
const MOST_BYTES: u64 = 8 * 1024 * 1024;
/// How many updates back the history goes.
const HISTORY: usize = 50;

/// Everything that an installation remembers of updates.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct Memory {
    /// Which installation this is; nobody but the roll-out asks.
    pub installation: Uuid,
    /// Which releases it follows.
    pub channel: Channel,
    /// The newest manifest that was believed, by channel and key.
    pub counters: BTreeMap<Channel, BTreeMap<KeyId, Seen>>,
    /// The newest time at which a manifest was believed. It rises with those alone, so a clock that once ran ahead
    /// cannot make every later release look expired.
    pub newest_time: Option<Timestamp>,
    /// The last time that the server was asked, and how that ended.
    pub last_check: Option<LastCheck>,
    /// The manifest that was believed last, verified anew whenever it is read.
    pub manifest: Option<KeptManifest>,
    /// The packages that lie beside.
    pub packages: Vec<KeptPackage>,
    /// An update that was begun and has not come up yet.
    pub installing: Option<Installing>,
    /// How often a version was started without coming up.
    pub starts: Option<Starts>,
    /// Earlier updates, the newest last.
    pub history: Vec<PastUpdate>,
}

impl Default for Memory {
    fn default() -> Self {
        Self {
            installation: Uuid::now_v7(),
            channel: Channel::default(),
            counters: BTreeMap::new(),
            newest_time: None,
            last_check: None,
            manifest: None,
            packages: Vec::new(),
            installing: None,
            starts: None,
            history: Vec::new(),
        }
    }
}

/// The highest counter that a key has signed for a channel, and of which bytes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Seen {
    /// Of the manifest.
    pub counter: u64,
    /// Of its bytes.
    pub digest: Digest,
}

/// How the server was asked last.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct LastCheck {
    /// When.
    pub at: Timestamp,
    /// Why nothing came of it.
    pub fault: Option<Fault>,
}

/// A manifest and its signature, byte for byte.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct KeptManifest {
    /// The manifest.
    pub manifest: String,
    /// Its signature.
    pub signature: String,
}

/// An update that was begun.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Installing {
    /// What was installed.
    pub from: Version,
    /// What is to be.
    pub to: Version,
    /// What changes with it.
    pub notes: String,
    /// When it was begun.
    pub at: Timestamp,
    /// The copy of the workspace that was made before.
    pub backup: Option<PathBuf>,
}

/// How often a version was started without coming up.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Starts {
    /// Which one.
    pub version: Version,
    /// How often.
    pub count: u32,
}

/// An update that is over.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PastUpdate {
    /// What was installed before.
    pub from: Version,
    /// What was to be.
    pub to: Version,
    /// What changed with it.
    pub notes: String,
    /// When it was over.
    pub at: Timestamp,
    /// The copy of the workspace that was made before.
    pub backup: Option<PathBuf>,
    /// How it ended.
    pub outcome: Outcome,
}

/// How an update ended.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum Outcome {
    /// The new version came up.
    Installed,
    /// The installer said no, and why.
    Failed {
        /// What it said.
        fault: Fault,
    },
    /// The new version was started, and never came up.
    DidNotComeUp,
    /// Nobody knows how the installer ended; another version than the new one was found afterwards.
    Unfinished {
        /// The one that was found.
        found: Version,
    },
}

impl Memory {
    pub(crate) fn seen(&self, channel: Channel, key: KeyId) -> Option<Seen> {
        self.counters.get(&channel)?.get(&key).copied()
    }

    /// Takes in a manifest that is believed.
    pub(crate) fn believe(&mut self, verified: &Verified, kept: KeptManifest, now: Timestamp) {
        let manifest = verified.manifest();
        let seen = Seen { counter: manifest.counter, digest: verified.digest() };
        self.counters.entry(manifest.channel).or_default().insert(verified.key(), seen);
        self.newest_time = Some(self.newest_time.map_or(now, |newest| newest.max(now)));
        self.manifest = Some(kept);
    }

    /// Moves the update that is being installed into the history.
    pub(crate) fn conclude(&mut self, outcome: Outcome, at: Timestamp) {
        let Some(Installing { from, to, notes, at: _, backup }) = self.installing.take() else { return };
        self.history.push(PastUpdate { from, to, notes, at, backup, outcome });
        let surplus = self.history.len().saturating_sub(HISTORY);
        self.history.drain(..surplus);
    }

    pub(crate) fn package(
        &self,
        version: &Version,
        target: &Target,
        artifact: Option<&Artifact>,
    ) -> Option<&KeptPackage> {
        self.packages.iter().find(|kept| {
            kept.version == *version
                && kept.target == *target
                && artifact.is_none_or(|artifact| kept.artifact.sha256 == artifact.sha256)
        })
    }
}

/// Removes what a kill in the midst of a write has left.
pub(crate) fn sweep(folder: &Path) -> Result<(), Fault> {
    let _lock = lock(folder)?;
    let entries = fs::read_dir(folder).map_err(|error| crate::file_fault(folder, &error))?;
    for entry in entries.flatten().filter(|entry| entry.file_name().to_string_lossy().starts_with(UNFINISHED)) {
        fs::remove_file(entry.path()).map_err(|error| crate::file_fault(&entry.path(), &error))?;
    }
    Ok(())
}

/// The memory as a file found it.
#[derive(Debug)]
pub(crate) struct Remembered {
    pub(crate) memory: Memory,
    /// What was lost, if a damaged file was set aside.
    pub(crate) lost: Option<Fault>,
}

/// Reads the memory and changes it, alone among all processes. Nothing is written when nothing changed.
pub(crate) fn change<T>(
    folder: &Path,
    act: impl FnOnce(&mut Memory) -> Result<T, Fault>,
) -> Result<(T, Remembered), Fault> {
    let _lock = lock(folder)?;
    let (found, lost) = read(folder)?;
    let mut memory = found.clone().unwrap_or_default();
    let result = act(&mut memory)?;
    if found.as_ref() != Some(&memory) {
        write(folder, &memory)?;
    }
    Ok((result, Remembered { memory, lost }))
}

/// Held until it is dropped.
fn lock(folder: &Path) -> Result<File, Fault> {
    let path = folder.join(LOCK);
    let file = private_file(&path).map_err(|error| crate::file_fault(&path, &error))?;
    // It is held for one small read and write; whoever dies with it gives it back to the system.
    file.lock().map_err(|error| crate::file_fault(&path, &error))?;
    Ok(file)
}

fn read(folder: &Path) -> Result<(Option<Memory>, Option<Fault>), Fault> {
    let path = folder.join(FILE);
    let mut bytes = Vec::new();
    match File::open(&path).and_then(|file| file.take(MOST_BYTES + 1).read_to_end(&mut bytes)) {
        Ok(_) => {}
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok((None, None)),
        Err(error) => return Err(crate::file_fault(&path, &error)),
    }
    if bytes.len() as u64 <= MOST_BYTES
        && let Some(memory) = parse(&bytes)
    {
        return Ok((Some(memory), None));
    }
    let aside = folder.join(format!("{FILE}.damaged-{}", Uuid::now_v7()));
    fs::rename(&path, &aside).map_err(|error| crate::file_fault(&path, &error))?;
    let message = format!(
        "The file with what is known of updates was damaged, and is kept as {}. Which releases were seen before is lost: \
         until the next check, an older one that has not expired would be taken for the newest.",
        aside.display()
    );
    let lost = Fault::new(Code::UpdateMemoryLost, message)
        .with_hint("Choose the channel again if it was not stable, and check for updates on a network that you trust.");
    Ok((None, Some(lost)))
}

/// None if it is damaged. An object first: serde would take an empty list for one whose fields are all missing.
fn parse(bytes: &[u8]) -> Option<Memory> {
    let object: serde_json::Map<String, serde_json::Value> = serde_json::from_slice(bytes).ok()?;
    serde_json::from_value(object.into()).ok()
}

/// The whole file or nothing: a full disk or a kill in the midst leaves the old one.
fn write(folder: &Path, memory: &Memory) -> Result<(), Fault> {
    let path = folder.join(FILE);
    let text = serde_json::to_vec_pretty(memory)
        .map_err(|error| Fault::new(Code::Internal, format!("what is known of updates cannot be written: {error}")))?;
    let replace = || -> io::Result<()> {
        // `tempfile` makes it readable by this account alone.
        let mut file = tempfile::Builder::new().prefix(UNFINISHED).tempfile_in(folder)?;
        file.write_all(&text)?;
        file.as_file().sync_all()?;
        file.persist(&path).map_err(|error| error.error)?;
        sync_folder(folder)
    };
    replace().map_err(|error| crate::file_fault(&path, &error))
}

/// A file's name is durable once its folder is; where folders cannot be opened, the system does it by itself.
pub(crate) fn sync_folder(folder: &Path) -> io::Result<()> {
    if cfg!(unix) { File::open(folder)?.sync_all() } else { Ok(()) }
}

/// A folder that nobody else may look into.
pub(crate) fn private_folder(path: &Path) -> io::Result<()> {
    let mut builder = fs::DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder.create(path)
}

/// A file that nobody else may read, as it is or empty.
fn private_file(path: &Path) -> io::Result<File> {
    let mut options = OpenOptions::new();
    options.read(true).write(true).create(true).truncate(false);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options.open(path)
}
