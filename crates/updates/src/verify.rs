//! Whether a manifest may be believed, and what it then means for this installation. Pure: bytes, keys, memory and time
//! are passed in, and nothing is changed.

use crate::{
    control::{Control, on},
    key::{KeyId, ReadSignature, SIGNATURE_HINT},
    manifest::{
        ARTIFACT_MAX_BYTES, Artifact, Channel, Digest, FORMAT, MANIFEST_COMMENT, MANIFEST_MAX_BYTES, Manifest, Rollout,
        SIGNATURE_MAX_BYTES, Target,
    },
    memory::Memory,
    release::Release,
};
use jiff::{SignedDuration, Timestamp};
use millwright_domain::{Code, Fault};
use semver::Version;
use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};
use uuid::Uuid;

/// A manifest that was signed further in the future proves that this machine's clock is wrong, and a wrong clock cannot
/// say whether it has expired. A day covers a clock that is set to another time zone.
const FUTURE_TOLERANCE: SignedDuration = SignedDuration::from_hours(24);

/// What a manifest is judged for.
#[derive(Debug, Clone)]
pub struct Situation {
    /// By this machine's clock.
    pub now: Timestamp,
    /// What is installed.
    pub version: Version,
    /// Which releases this installation follows.
    pub channel: Channel,
    /// How it was installed.
    pub target: Target,
    /// Which installation it is, for the roll-out.
    pub installation: Uuid,
}

/// A manifest that is believed. Only [`verify`] makes one.
#[derive(Debug, Clone, PartialEq)]
pub struct Verified {
    manifest: Manifest,
    digest: Digest,
    key: KeyId,
    standing: Standing,
}

impl Verified {
    /// What the release says of itself.
    pub fn manifest(&self) -> &Manifest {
        &self.manifest
    }

    /// Of the exact bytes that were signed.
    pub fn digest(&self) -> Digest {
        self.digest
    }

    /// Who signed it.
    pub fn key(&self) -> KeyId {
        self.key
    }

    /// What it means for this installation.
    pub fn standing(&self) -> &Standing {
        &self.standing
    }
}

/// What the newest release means for this installation.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum Standing {
    /// It is installed.
    Current,
    /// It can be installed.
    Offered(Box<Offer>),
    /// It is not this installation's turn yet.
    NotYet {
        /// Of the release.
        version: Version,
        /// To how many it is offered so far.
        rollout: Rollout,
    },
    /// There is a newer one, but it was taken back.
    Withdrawn {
        /// Of the release.
        version: Version,
    },
}

/// A release that can be installed here.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Offer {
    /// Of the release.
    pub version: Version,
    /// Where it was announced.
    pub channel: Channel,
    /// When it was signed.
    pub published: Timestamp,
    /// Until when it may be believed.
    pub expires: Timestamp,
    /// What changed, for everybody and for this kind of installation.
    pub notes: String,
    /// The key that the release is signed with, as it can be read: its name, then its id.
    pub signed_by: String,
    /// How this installation was installed.
    pub target: Target,
    /// The package for it.
    pub artifact: Artifact,
    /// The package of the release before, if it is the one that is installed.
    pub previous: Option<Artifact>,
}

/// Judges a manifest by its exact bytes. Everything that it is refused for has a code of its own.
pub fn verify(
    bytes: &[u8],
    signature: &str,
    release: &Release,
    memory: &Memory,
    situation: &Situation,
) -> Result<Verified, Fault> {
    let is_too_large = bytes.len() > MANIFEST_MAX_BYTES || signature.len() > SIGNATURE_MAX_BYTES;
    if is_too_large && on(Control::ManifestSize) {
        return Err(too_large("The description of the release", MANIFEST_MAX_BYTES as u64));
    }
    let key = check_signature(bytes, signature, release)?;
    let manifest = parse(bytes)?;
    let digest = Digest(Sha256::digest(bytes).into());
    check_place_and_time(&manifest, memory, situation)?;
    check_counter(&manifest, digest, key, memory)?;
    let standing = standing(&manifest, key, release, situation)?;
    Ok(Verified { manifest, digest, key, standing })
}

/// The key that signed exactly these bytes as a manifest.
fn check_signature(bytes: &[u8], signature: &str, release: &Release) -> Result<KeyId, Fault> {
    const WHAT: &str = "The description of the release";
    let read = ReadSignature::parse(signature, "the description of the release")?;
    let Some(key) = release.key(read.key, WHAT)? else { return Ok(read.key) };
    let verdict = key.public_key().verify(bytes, &read.signature, !on(Control::Legacy));
    if verdict.is_err() && on(Control::Signature) {
        return Err(Fault::new(
            Code::UpdateSignatureInvalid,
            format!("{WHAT} is not what was signed with the key {}: it was changed.", key.id),
        )
        .with_hint(SIGNATURE_HINT));
    }
    let domain = read.signature.trusted_comment().split('\t').next();
    if domain != Some(MANIFEST_COMMENT) && on(Control::Domain) {
        let message = format!("{WHAT} carries a signature that was made for something else.");
        return Err(Fault::new(Code::UpdateSignatureInvalid, message).with_hint(SIGNATURE_HINT));
    }
    Ok(key.id)
}

fn parse(bytes: &[u8]) -> Result<Manifest, Fault> {
    #[derive(Deserialize)]
    struct Head {
        format: u32,
    }
    // The format comes first: another one may have other fields.
    let head: Head = serde_json::from_slice(bytes).map_err(|error| malformed(&error.to_string()))?;
    if head.format != FORMAT && on(Control::Format) {
        let message =
            format!("The release describes itself in format {}; this Millwright reads {FORMAT}.", head.format);
        return Err(Fault::new(Code::UpdateFormat, message)
            .with_hint("Install the newest version by hand, from where you got this one."));
    }
    let manifest: Manifest = serde_json::from_slice(bytes).map_err(|error| malformed(&error.to_string()))?;
    if manifest.published >= manifest.expires {
        return Err(malformed("it expires before it was published"));
    }
    Ok(manifest)
}

fn check_place_and_time(manifest: &Manifest, memory: &Memory, situation: &Situation) -> Result<(), Fault> {
    if manifest.channel != situation.channel && on(Control::Channel) {
        let message = format!(
            "The release is for the channel {}, and this installation follows {}.",
            manifest.channel, situation.channel
        );
        return Err(Fault::new(Code::UpdateChannel, message)
            .with_hint("Nothing was installed. The server has mixed its channels up: report it."));
    }
    // A clock that was set back does not make an old manifest fresh again.
    let now = memory.newest_time.map_or(situation.now, |newest| newest.max(situation.now));
    if manifest.expires <= now && on(Control::Expiry) {
        let message = format!("What the server says of the newest release was good until {}.", manifest.expires);
        return Err(Fault::new(Code::UpdateExpired, message).with_hint(
            "Check this machine's date. If it is right, somebody may be keeping newer releases from you; try another network.",
        ));
    }
    if manifest.published > now.saturating_add(FUTURE_TOLERANCE).unwrap_or(Timestamp::MAX) && on(Control::Future) {
        let message = format!("The release was signed on {}, and this machine's clock says {now}.", manifest.published);
        return Err(
            Fault::new(Code::UpdateFromFuture, message).with_hint("Set this machine's clock, then check again.")
        );
    }
    Ok(())
}

/// Counters are kept by key, so that a stolen key that counts to the end does not lock the other one out, and by
/// channel, so that one who leaves the beta channel can still follow the stable one.
fn check_counter(manifest: &Manifest, digest: Digest, key: KeyId, memory: &Memory) -> Result<(), Fault> {
    let Some(seen) = memory.seen(manifest.channel, key) else { return Ok(()) };
    let is_older = manifest.counter < seen.counter;
    let is_twin = manifest.counter == seen.counter && digest != seen.digest;
    if (is_older || is_twin) && on(Control::Counter) {
        let message = if is_older {
            format!(
                "The server offers release note no. {}, and no. {} was seen before.",
                manifest.counter, seen.counter
            )
        } else {
            format!(
                "The server offers another release note no. {} than the one that was seen before.",
                manifest.counter
            )
        };
        return Err(Fault::new(Code::UpdateReplayed, message).with_hint(
            "Nothing was installed. Try again later; if it stays, somebody may be replaying old releases: report it.",
        ));
    }
    Ok(())
}

fn standing(manifest: &Manifest, key: KeyId, release: &Release, situation: &Situation) -> Result<Standing, Fault> {
    if manifest.version == situation.version {
        return Ok(Standing::Current);
    }
    if manifest.version < situation.version && on(Control::Downgrade) {
        let message = format!("The server offers {}, and {} is installed.", manifest.version, situation.version);
        return Err(Fault::new(Code::UpdateDowngrade, message)
            .with_hint("Nothing was installed: an update never goes back to an older version."));
    }
    let version = manifest.version.clone();
    if manifest.rollout == Rollout::NONE {
        return Ok(Standing::Withdrawn { version });
    }
    if situation.version < manifest.least_version && on(Control::LeastVersion) {
        let message = format!(
            "{version} can follow {} and later, and {} is installed.",
            manifest.least_version, situation.version
        );
        return Err(Fault::new(Code::UpdateTooOld, message)
            .with_hint(format!("Install {} by hand first, then check again.", manifest.least_version)));
    }
    let artifact = match manifest.targets.get(&situation.target) {
        Some(artifact) => artifact,
        None => match manifest.targets.values().next() {
            Some(other) if !on(Control::Target) => other,
            Some(_) | None => {
                let message = format!("{version} has no package for {}.", situation.target);
                return Err(Fault::new(Code::UpdateTargetMissing, message)
                    .with_hint("Wait for the next release, or install another kind of package by hand."));
            }
        },
    };
    check_artifact(artifact, release)?;
    if bucket(situation.installation, &version) >= manifest.rollout.fraction() {
        return Ok(Standing::NotYet { version, rollout: manifest.rollout });
    }
    let previous = manifest.previous.as_ref().filter(|previous| previous.version == situation.version);
    let previous = previous.and_then(|previous| previous.targets.get(&situation.target));
    if let Some(previous) = previous {
        check_artifact(previous, release)?;
    }
    let notes = match &artifact.notes {
        Some(own) => format!("{}\n\n{own}", manifest.notes),
        None => manifest.notes.clone(),
    };
    Ok(Standing::Offered(Box::new(Offer {
        version,
        channel: manifest.channel,
        published: manifest.published,
        expires: manifest.expires,
        notes,
        signed_by: release.name_of(key),
        target: situation.target.clone(),
        artifact: artifact.clone(),
        previous: previous.cloned(),
    })))
}

/// What can be said of a package before it is fetched.
fn check_artifact(artifact: &Artifact, release: &Release) -> Result<(), Fault> {
    if artifact.size_bytes > ARTIFACT_MAX_BYTES && on(Control::ArtifactCap) {
        return Err(too_large("The package", ARTIFACT_MAX_BYTES));
    }
    release.permit(&artifact.url)
}

/// Where an installation stands in the line for a version, from 0 to below 1: the same at every check, another for
/// every version, so that it is not always the same ones who go first.
pub(crate) fn bucket(installation: Uuid, version: &Version) -> f64 {
    let mut hash = Sha256::new();
    hash.update(b"millwright roll-out\0");
    hash.update(installation.as_bytes());
    hash.update(version.to_string().as_bytes());
    let first = hash.finalize().iter().take(8).fold(0_u64, |number, byte| (number << 8) | u64::from(*byte));
    // 53 bits are what a double holds exactly, so that the result never rounds up to 1.
    #[allow(clippy::cast_precision_loss, reason = "53 bits fit")]
    let place = (first >> 11) as f64;
    place / 9_007_199_254_740_992.0
}

pub(crate) fn too_large(what: &str, most: u64) -> Fault {
    Fault::new(Code::UpdateTooLarge, format!("{what} is larger than it may be, which is {most} bytes."))
        .with_hint("Nothing was installed. Try again later; if it stays, report it.")
}

fn malformed(why: &str) -> Fault {
    Fault::new(Code::UpdateFormat, format!("The description of the release cannot be read: {why}."))
        .with_hint("Nothing was installed. It was signed like this: report it.")
}
