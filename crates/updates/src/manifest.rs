//! What a release says of itself: the manifest, exactly as it is signed and served.
//!
//! Owns the format and its limits. Whether a manifest may be believed is `verify`'s to say.

use jiff::Timestamp;
use millwright_domain::{Code, Fault};
use semver::Version;
use serde::{Deserialize, Serialize};
use std::{collections::BTreeMap, fmt, str::FromStr};
use url::Url;

/// The one format that there is so far.
pub const FORMAT: u32 = 1;
/// A manifest is a few kilobytes; more than this is not one.
pub const MANIFEST_MAX_BYTES: usize = 256 * 1024;
/// A minisign signature is four lines.
pub const SIGNATURE_MAX_BYTES: usize = 4 * 1024;
/// No package of ours is near this size.
pub const ARTIFACT_MAX_BYTES: u64 = 512 * 1024 * 1024;
/// What the trusted comment of a manifest's signature begins with, so that no other signature passes for one.
pub const MANIFEST_COMMENT: &str = "millwright manifest";

/// One release, on one channel. Unknown fields are let pass: `format` says when a reader must not.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Manifest {
    /// [`FORMAT`].
    pub format: u32,
    /// Of the release.
    pub version: Version,
    /// Grows by each manifest that a key signs for a channel.
    pub counter: u64,
    /// When it was signed.
    pub published: Timestamp,
    /// Until when it may be believed; a fresh one is signed before that, even if nothing changed.
    pub expires: Timestamp,
    /// For whom it is.
    pub channel: Channel,
    /// To how many of the installations it is offered.
    pub rollout: Rollout,
    /// The oldest version that this release can follow directly.
    pub least_version: Version,
    /// What changed, as text.
    pub notes: String,
    /// The package for each kind of installation.
    pub targets: BTreeMap<Target, Artifact>,
    /// The release before, so that an installation can keep what it would go back to.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub previous: Option<PreviousRelease>,
}

/// The packages of the release before.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct PreviousRelease {
    /// Of the release before.
    pub version: Version,
    /// Its package for each kind of installation.
    pub targets: BTreeMap<Target, Artifact>,
}

/// One package: where it is, and how it is known to be the right one.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Artifact {
    /// Where it is fetched from.
    pub url: Url,
    /// Its exact length.
    pub size_bytes: u64,
    /// Of its bytes.
    pub sha256: Digest,
    /// Its own minisign signature, the text of the `.sig` file, with the version in the trusted comment.
    pub signature: String,
    /// What changed for this kind of installation alone.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub notes: Option<String>,
}

/// A SHA-256, in lower-case hexadecimal where it is text.
#[derive(Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Digest(#[serde(with = "hex::serde")] pub [u8; 32]);

impl fmt::Display for Digest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&hex::encode(self.0))
    }
}

impl fmt::Debug for Digest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

/// A stream of releases.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Channel {
    /// For everybody.
    #[default]
    Stable,
    /// For those who want to see it first.
    Beta,
}

impl Channel {
    /// Its name in addresses and files.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Stable => "stable",
            Self::Beta => "beta",
        }
    }
}

impl fmt::Display for Channel {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl FromStr for Channel {
    type Err = Fault;

    fn from_str(text: &str) -> Result<Self, Fault> {
        match text {
            "stable" => Ok(Self::Stable),
            "beta" => Ok(Self::Beta),
            _ => Err(Fault::new(Code::InvalidInput, format!("“{text}” is not a channel: there are stable and beta"))),
        }
    }
}

/// A kind of installation, as the updater plugin names it: `linux-x86_64-deb`, `windows-x86_64-nsis`.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Target(String);

impl Target {
    /// Its name.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// How a package for it is packed: the last part of the name.
    pub fn bundle(&self) -> &str {
        self.0.rsplit('-').next().unwrap_or(&self.0)
    }
}

impl FromStr for Target {
    type Err = Fault;

    fn from_str(text: &str) -> Result<Self, Fault> {
        // It becomes part of a file's name.
        let is_plain = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || matches!(c, '-' | '_');
        if text.is_empty() || text.len() > 64 || !text.chars().all(is_plain) {
            return Err(Fault::new(Code::InvalidInput, format!("“{text}” is not a kind of installation")));
        }
        Ok(Self(text.to_owned()))
    }
}

impl TryFrom<String> for Target {
    type Error = Fault;

    fn try_from(text: String) -> Result<Self, Fault> {
        text.parse()
    }
}

impl From<Target> for String {
    fn from(target: Target) -> Self {
        target.0
    }
}

impl fmt::Display for Target {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// The part of the installations that a release is offered to: 0 withdraws it, 1 is everybody.
#[derive(Debug, Clone, Copy, PartialEq, PartialOrd, Serialize, Deserialize)]
#[serde(try_from = "f64", into = "f64")]
pub struct Rollout(f64);

impl Rollout {
    /// Everybody.
    pub const ALL: Self = Self(1.0);
    /// Nobody: the release is withdrawn.
    pub const NONE: Self = Self(0.0);

    /// Between 0 and 1.
    pub const fn fraction(self) -> f64 {
        self.0
    }
}

impl TryFrom<f64> for Rollout {
    type Error = Fault;

    fn try_from(fraction: f64) -> Result<Self, Fault> {
        if !(0.0..=1.0).contains(&fraction) {
            return Err(Fault::new(Code::InvalidInput, format!("a roll-out is between 0 and 1, not {fraction}")));
        }
        Ok(Self(fraction))
    }
}

impl From<Rollout> for f64 {
    fn from(rollout: Rollout) -> Self {
        rollout.0
    }
}

impl FromStr for Rollout {
    type Err = Fault;

    fn from_str(text: &str) -> Result<Self, Fault> {
        let fraction: f64 =
            text.parse().map_err(|_| Fault::new(Code::InvalidInput, format!("“{text}” is not a number")))?;
        Self::try_from(fraction)
    }
}
