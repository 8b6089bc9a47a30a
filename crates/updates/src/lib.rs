//! Updates of Millwright itself.
//!
//! Owns what a release says of itself, whether it may be believed, fetching it, and this installation's memory of
//! updates. Deliberately does not own installing (the desktop shell's), windows, or what may not be interrupted by an
//! update.
//!
//! The way of a release: `fetch` gets bytes, `verify` judges the manifest by exactly those bytes, `memory` notes what
//! was believed, `package` proves what the manifest names, and `updates` is the one door to all of it.

mod control;
mod fetch;
mod key;
mod manifest;
mod memory;
mod package;
mod release;
mod updates;
mod verify;

#[cfg(test)]
mod tests;

pub use fetch::{Limits, Progress};
pub use key::{KeyId, TrustedKey};
pub use manifest::{
    ARTIFACT_MAX_BYTES, Artifact, Channel, Digest, FORMAT, MANIFEST_COMMENT, MANIFEST_MAX_BYTES, Manifest,
    PreviousRelease, Rollout, SIGNATURE_MAX_BYTES, Target,
};
pub use memory::{Installing, KeptManifest, LastCheck, Memory, Outcome, PastUpdate, Seen, Starts};
pub use package::{KeptPackage, Package, prove};
pub use release::Release;
pub use updates::{Clock, Installed, Schedule, Started, State, Updates};
pub use verify::{Offer, Situation, Standing, Verified, verify};

use millwright_domain::{Code, Fault};
use std::{io, path::Path};

/// What a file of this machine did not allow.
fn file_fault(path: &Path, error: &io::Error) -> Fault {
    let message = format!("{}: {error}", path.display());
    if matches!(error.kind(), io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded) {
        return Fault::new(Code::LocalDiskFull, message).with_hint("Free some space, then try again.");
    }
    Fault::new(Code::LocalFile, message).with_hint("Check that the folder exists and that you may write to it.")
}
