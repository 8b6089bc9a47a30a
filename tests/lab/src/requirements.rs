//! What this machine must have before the lab can work, each thing by name with the Debian package that brings it.
//!
//! Owns the list and the search for programs; installs nothing.

use crate::privilege::Privilege;
use std::{env, fmt, path::PathBuf};

/// A part of the lab with needs of its own.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Part {
    /// [`crate::Sshd`]: works for a plain user.
    Loopback,
    /// [`crate::Machine`] and the folder it is copied from: needs root, directly or by sudo.
    Machine,
}

/// One thing that is not here.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Missing {
    /// A program that is not in `PATH` or the system's `sbin` folders.
    Program {
        /// Its name.
        name: &'static str,
        /// The Debian package that has it.
        package: &'static str,
    },
    /// Neither root nor sudo without a question.
    RootPrivileges,
}

impl fmt::Display for Missing {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Program { name, package } => write!(f, "the program `{name}` (Debian package `{package}`)"),
            Self::RootPrivileges => f.write_str(
                "root privileges (run as root, or allow this account `sudo` without a password; package `sudo`)",
            ),
        }
    }
}

const LOOPBACK: &[(&str, &str)] = &[("sshd", "openssh-server"), ("ssh-keygen", "openssh-client"), ("grep", "grep")];

const MACHINE: &[(&str, &str)] = &[
    ("systemd-nspawn", "systemd-container"),
    ("debootstrap", "debootstrap"),
    ("apt-get", "apt"),
    ("dpkg-deb", "dpkg"),
    ("ip", "iproute2"),
    ("bridge", "iproute2"),
    ("nsenter", "util-linux"),
    ("unshare", "util-linux"),
    ("mount", "mount"),
    ("chroot", "coreutils"),
    ("chpasswd", "passwd"),
    ("ssh-keygen", "openssh-client"),
];

/// Everything that `part` needs and this machine lacks; empty when it can start.
pub fn requirements(part: Part) -> Vec<Missing> {
    let programs = match part {
        Part::Loopback => LOOPBACK,
        Part::Machine => MACHINE,
    };
    let mut missing: Vec<Missing> = programs
        .iter()
        .filter(|(name, _)| find_program(name).is_none())
        .map(|&(name, package)| Missing::Program { name, package })
        .collect();
    if part == Part::Machine && Privilege::available().is_none() {
        missing.push(Missing::RootPrivileges);
    }
    missing
}

/// Where a program lies: a plain user's `PATH` often lacks the `sbin` folders.
pub(crate) fn find_program(name: &str) -> Option<PathBuf> {
    let path = env::var_os("PATH").unwrap_or_default();
    env::split_paths(&path)
        .chain(["/usr/local/sbin", "/usr/sbin", "/sbin", "/usr/bin", "/bin"].map(PathBuf::from))
        .map(|folder| folder.join(name))
        .find(|file| file.is_file())
}
