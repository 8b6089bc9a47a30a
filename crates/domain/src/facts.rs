//! What a host said about itself, and when.
//!
//! Owns: the shape of facts, as they are stored and shown. Does not own: how a host is asked, or how its answer is read.
//!
//! A host may not know, may not be allowed to know, or may not have been asked. That is `None` (or a named variant) with
//! an entry in [`Facts::gaps`]; it is never zero, never an empty list and never "up to date". Text comes from the host:
//! it is cut to a bound, and what was cut is marked.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use ts_rs::TS;

/// One host's answer.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
pub struct Facts {
    /// When it answered, by our clock.
    pub observed_at: Timestamp,
    /// The system it runs.
    pub os: Option<OperatingSystem>,
    /// The kernel it runs, and the one that a restart would bring.
    pub kernel: Option<Kernel>,
    /// What it calls itself.
    pub hostname: Option<String>,
    /// Changes with every boot.
    pub boot_id: Option<String>,
    /// Since the last boot.
    pub uptime_seconds: Option<u64>,
    /// Runnable and waiting processes.
    pub load: Option<Load>,
    /// Memory and swap.
    pub memory: Option<Memory>,
    /// Local file systems that can fill up. Pseudo, read-only-image and network file systems are left out.
    pub filesystems: Option<Vec<Filesystem>>,
    /// How the account that asked can become root.
    pub sudo: Option<SudoRights>,
    /// People logged in at a terminal.
    pub logged_in_users: Option<u32>,
    /// systemd units that failed.
    pub failed_units: Option<Vec<String>>,
    /// Whether the host says that it must be restarted.
    pub reboot_required: RebootRequired,
    /// Services that still run replaced files.
    pub services_to_restart: ServicesToRestart,
    /// What installs software there.
    pub package_system: Option<PackageSystem>,
    /// How fresh the package index is.
    pub package_index: Option<PackageIndex>,
    /// Every package that is on the host, configured or not.
    pub packages: Option<Vec<InstalledPackage>>,
    /// What could be newer.
    pub pending: Option<PendingUpdates>,
    /// What is missing from these facts, and why.
    #[serde(default)]
    pub gaps: Vec<Gap>,
}

/// `/etc/os-release`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct OperatingSystem {
    /// `debian`
    pub id: String,
    /// `12`
    pub version_id: Option<String>,
    /// `Debian GNU/Linux 12 (bookworm)`
    pub pretty_name: Option<String>,
    /// `bookworm`
    pub codename: Option<String>,
    /// The systems it descends from, closest first.
    #[serde(default)]
    pub like: Vec<String>,
}

/// The running kernel and the newest one of the same flavour in `/boot`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct Kernel {
    /// `6.1.0-35-amd64`
    pub running: String,
    /// `x86_64`
    pub architecture: String,
    /// `None` where the host does not boot from its own `/boot` (containers), or has none of this flavour there.
    pub newest_installed: Option<String>,
}

impl Kernel {
    /// Whether a restart would bring another kernel; `None` when that is not known.
    pub fn is_outdated(&self) -> Option<bool> {
        self.newest_installed.as_ref().map(|newest| *newest != self.running)
    }
}

/// Load averages.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize, TS)]
pub struct Load {
    /// Over one minute.
    pub one_minute: f64,
    /// Over five minutes.
    pub five_minutes: f64,
    /// Over fifteen minutes.
    pub fifteen_minutes: f64,
}

/// Memory in bytes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct Memory {
    /// All of it.
    pub total_bytes: u64,
    /// What a new program could have without swapping. Old kernels do not say.
    pub available_bytes: Option<u64>,
    /// All swap.
    pub swap_total_bytes: Option<u64>,
    /// Swap not in use.
    pub swap_free_bytes: Option<u64>,
}

/// One file system that can fill up.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct Filesystem {
    /// Where it is mounted; the shortest path when it is mounted in several places.
    pub mount: String,
    /// `/dev/vda1`
    pub device: String,
    /// `ext4`
    pub kind: String,
    /// Its size.
    pub size_bytes: u64,
    /// What is in use.
    pub used_bytes: u64,
    /// What a plain user can still write: less than size − used where blocks are reserved for root.
    pub available_bytes: u64,
    /// `None` where the file system has no fixed number of inodes (btrfs).
    pub inodes: Option<Inodes>,
}

/// A file system is full too when it has no inode left.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct Inodes {
    /// All of them.
    pub total: u64,
    /// What is in use.
    pub used: u64,
}

/// How the account that asked can become root.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum SudoRights {
    /// It is root.
    Root,
    /// `sudo` works without a password.
    NoPassword,
    /// `sudo` wants a password. It says the same to an account that may not use it at all.
    PasswordRequired,
    /// `sudo` wants a terminal.
    TerminalRequired,
    /// The account may not use `sudo`.
    Refused,
    /// There is no `sudo`.
    Missing,
}

/// Whether the host says that it must be restarted.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(tag = "state", rename_all = "snake_case")]
pub enum RebootRequired {
    /// It was not asked, or could not say.
    Unknown,
    /// Nothing asked for a restart. See [`Kernel::is_outdated`] too: not every system leaves this mark.
    No,
    /// Something did.
    Yes {
        /// The packages that did; may be empty.
        packages: Vec<String>,
    },
}

/// Services that still run files which an upgrade replaced.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(tag = "state", rename_all = "snake_case")]
pub enum ServicesToRestart {
    /// Nobody looked.
    NotChecked {
        /// Why not.
        why: GapReason,
    },
    /// needrestart looked.
    Checked {
        /// What it found; empty is good news.
        services: Vec<String>,
    },
}

/// What installs software on a host.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(tag = "system", rename_all = "snake_case")]
pub enum PackageSystem {
    /// Debian's apt.
    Apt,
    /// One that this version of Millwright does not read.
    Other {
        /// `dnf`
        name: String,
    },
    /// None was found.
    None,
}

/// How fresh the list of what can be had is. "Nothing pending" is worth as much as this.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct PackageIndex {
    /// When it last changed, by our clock; never later than the truth.
    pub updated_at: Option<Timestamp>,
    /// What became of refreshing it before these facts were taken.
    pub refresh: IndexRefreshed,
}

/// What became of refreshing the index.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(tag = "outcome", rename_all = "snake_case")]
pub enum IndexRefreshed {
    /// It was to be left as it was.
    NotAsked,
    /// It was refreshed.
    Refreshed,
    /// Refreshing needs root, and the account was not.
    NeedsRoot,
    /// It did not work, wholly or for some source.
    Failed {
        /// What the package manager said, in a sentence.
        message: String,
    },
}

/// One package on the host.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct InstalledPackage {
    /// `libssl3`
    pub name: String,
    /// `amd64`, `all`
    pub architecture: String,
    /// `3.0.16-1~deb12u1`
    pub version: String,
    /// The source package it was built from: advisories name those. `openssl`
    pub source: String,
    /// Whether it is whole.
    pub state: PackageState,
    /// Whether an administrator holds it back.
    pub hold: Hold,
}

/// Whether a package is whole.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum PackageState {
    /// Unpacked and configured.
    Installed,
    /// Unpacked, and its configuration failed or has not run.
    NotConfigured,
    /// Its files are not all there.
    HalfInstalled,
}

/// Whether an administrator holds a package back.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum Hold {
    /// It stays at its version whatever is pending.
    Held,
    /// It follows upgrades.
    Free,
}

/// What could be newer on a host.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct PendingUpdates {
    /// Each package that would change, be installed along, or stays behind.
    pub updates: Vec<PendingUpdate>,
    /// What a full upgrade would remove.
    pub full_upgrade_removes: Vec<String>,
    /// What an upgrade of everything that is ready would still have to download, rounded as the package manager rounds;
    /// none when the host did not say.
    #[serde(default)]
    pub download_bytes: Option<u64>,
    /// What the same upgrade would need on disk, negative when it frees some; none when the host did not say. What is
    /// downloaded comes on top until it is cleaned up.
    #[serde(default)]
    pub disk_bytes: Option<i64>,
}

/// One package that could be newer.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct PendingUpdate {
    /// `libssl3`
    pub name: String,
    /// `amd64`, `all`
    pub architecture: String,
    /// What is installed; `None` for a package that an update newly needs.
    pub from: Option<String>,
    /// What could be.
    pub to: String,
    /// Where that version comes from, as the package manager writes it: `Debian-Security:12/stable-security`.
    pub origins: Vec<String>,
    /// Whether one of the origins is a security archive. A version that went there and has since been superseded in
    /// the main archive no longer counts: the package manager does not say.
    pub purpose: UpdatePurpose,
    /// What stands in the way.
    pub standing: UpdateStanding,
    /// Whether the installed version can still be had from the host's package sources, so that going back is possible;
    /// none when the host did not say.
    #[serde(default)]
    pub from_available: Option<bool>,
}

/// What an update is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum UpdatePurpose {
    /// It comes from a security archive.
    Security,
    /// It does not.
    Other,
}

/// What stands in the way of an update.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum UpdateStanding {
    /// Nothing.
    Ready,
    /// It would remove other packages.
    BlockedByRemoval,
    /// An administrator holds the package.
    Held,
    /// The package manager keeps it back: a dependency is missing, or the update is phased.
    KeptBack,
}

/// Something that is missing from facts.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct Gap {
    /// Which part: `filesystems`, `packages`.
    pub part: String,
    /// Why.
    pub reason: GapReason,
}

/// Why something is missing from facts.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum GapReason {
    /// The tool that would know is not installed.
    NotInstalled,
    /// Only root may know.
    NeedsRoot,
    /// It was not asked.
    NotAsked,
    /// The tool failed.
    Failed {
        /// Its exit code; 137 when it was stopped for taking too long.
        exit_code: i32,
        /// The end of what it said.
        said: String,
    },
    /// It said something that we cannot read.
    Unreadable {
        /// How many lines.
        lines: usize,
    },
    /// It said more than is kept.
    Cut {
        /// How many entries were kept.
        kept: usize,
        /// How many there were.
        of: usize,
    },
}

#[cfg(test)]
mod tests {
    use super::*;

    /// As an earlier version stored it: what it did not ask is not known.
    #[test]
    fn facts_without_the_newer_answers_are_still_read() {
        let stored = r#"{
            "updates": [{
                "name": "libssl3", "architecture": "amd64", "from": "3.0.15-1", "to": "3.0.16-1", "origins": [],
                "purpose": "security", "standing": "ready"
            }],
            "full_upgrade_removes": []
        }"#;
        let pending: PendingUpdates = serde_json::from_str(stored).unwrap();
        assert_eq!((pending.download_bytes, pending.disk_bytes), (None, None));
        assert_eq!(pending.updates[0].from_available, None);
    }
}
