//! A host and how it is reached.

use crate::fault::{Code, Fault};
use crate::ids::{EnvironmentId, HostId, PinId};
use crate::name::{HostPath, Slug};
use crate::selector::Selectable;
use serde::{Deserialize, Serialize};
use std::collections::BTreeSet;
use std::fmt;
use std::str::FromStr;
use ts_rs::TS;

/// One machine reached over SSH.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct Host {
    /// Its identifier.
    pub id: HostId,
    /// Where it is.
    pub environment_id: EnvironmentId,
    /// Its full name.
    pub path: HostPath,
    /// A DNS name or an IP address.
    pub address: String,
    /// The TCP port of its SSH server.
    pub port: u16,
    /// The account that we log in as.
    pub user: String,
    /// How we prove who we are.
    pub credential: Credential,
    /// The hosts to go through, the first one first.
    pub jumps: Vec<HostId>,
    /// How commands become root there.
    pub sudo: SudoMode,
    /// Free labels.
    pub tags: BTreeSet<Slug>,
}

impl Selectable for Host {
    fn path(&self) -> &HostPath {
        &self.path
    }

    fn tags(&self) -> &BTreeSet<Slug> {
        &self.tags
    }
}

/// A credential by reference: no secret stands here.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize, TS)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum Credential {
    /// The SSH agent of this machine.
    Agent {
        /// The one key to use (`SHA256:…`); without it each of the agent's keys is offered until one is accepted or the
        /// host has refused as many as it may.
        fingerprint: Option<String>,
    },
    /// A private key in a file of this machine; a passphrase is asked for when it is needed.
    KeyFile {
        /// The absolute path of the file.
        path: String,
    },
    /// A password that is asked for when it is needed, and kept nowhere.
    AskPassword,
}

impl Credential {
    /// The word that the database and the tables use.
    pub const fn kind(&self) -> &'static str {
        match self {
            Credential::Agent { .. } => "agent",
            Credential::KeyFile { .. } => "key_file",
            Credential::AskPassword => "ask_password",
        }
    }
}

/// How commands become root on a host.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum SudoMode {
    /// They do not: the account is root already, or nothing that needs root runs there.
    None,
    /// `sudo` without a password.
    Nopasswd,
    /// `sudo` with a password that is asked for when it is needed.
    Ask,
}

impl SudoMode {
    /// The word that flags, files and the database use.
    pub const fn as_str(self) -> &'static str {
        match self {
            SudoMode::None => "none",
            SudoMode::Nopasswd => "nopasswd",
            SudoMode::Ask => "ask",
        }
    }
}

impl fmt::Display for SudoMode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl FromStr for SudoMode {
    type Err = Fault;

    fn from_str(text: &str) -> Result<Self, Fault> {
        [SudoMode::None, SudoMode::Nopasswd, SudoMode::Ask].into_iter().find(|mode| mode.as_str() == text).ok_or_else(
            || {
                Fault::new(Code::InvalidInput, format!("“{}” is not a way of using sudo", text.escape_debug()))
                    .with_hint("Write none, nopasswd or ask.")
            },
        )
    }
}

/// A host's public key that a person has accepted, or revoked.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct HostKeyPin {
    /// Its identifier.
    pub id: PinId,
    /// Whose key it is.
    pub host_id: HostId,
    /// The key's type: `ssh-ed25519`.
    pub algorithm: String,
    /// The key itself, in base64, as it stands in a `.pub` file.
    pub key: String,
    /// `SHA256:…`.
    pub fingerprint: String,
    /// Whether it is trusted.
    pub state: PinState,
}

/// What a pin says of its key.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum PinState {
    /// This is the host.
    Trusted,
    /// Whoever shows this key is not the host.
    Revoked,
}
