//! A package that was fetched: what proves that it is the right one, and what the updater plugin is handed.

use crate::{
    control::{Control, on},
    key::{ReadSignature, SIGNATURE_HINT, TrustedKey, signature_base64},
    manifest::{Artifact, Digest, Target},
    release::Release,
};
use jiff::Timestamp;
use millwright_domain::{Code, Fault};
use semver::Version;
use serde::{Deserialize, Serialize};
use serde_json::json;
use sha2::{Digest as _, Sha256};
use std::{
    fs::File,
    io::Read,
    path::{Path, PathBuf},
};

/// A package of this application that was verified, in a file of this installation.
#[derive(Debug, Clone)]
pub struct Package {
    /// What it is.
    kept: KeptPackage,
    /// Where it lies.
    path: PathBuf,
    key: TrustedKey,
    release: Release,
}

/// What is remembered of a package.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct KeptPackage {
    /// Of the release.
    pub version: Version,
    /// For which kind of installation.
    pub target: Target,
    /// What proves it.
    pub artifact: Artifact,
    /// What changed with it.
    pub notes: String,
    /// When the release was signed.
    pub published: Timestamp,
}

impl KeptPackage {
    /// The name of its file: a person may have to find it.
    pub(crate) fn file_name(&self) -> String {
        let extension = match self.target.bundle() {
            "appimage" => "AppImage",
            "nsis" => "exe",
            "app" => "app.tar.gz",
            other => other,
        };
        let digest = self.artifact.sha256.to_string();
        format!("millwright-{}-{}-{}.{extension}", self.version, self.target, digest.get(..12).unwrap_or(&digest))
    }
}

impl Package {
    /// Takes a file for a package; its bytes are verified whenever they are read.
    pub(crate) fn new(kept: KeptPackage, folder: &Path, release: &Release) -> Result<Self, Fault> {
        let path = folder.join(kept.file_name());
        let read = ReadSignature::parse(&kept.artifact.signature, "the package")?;
        let key = release.key(read.key, "The package")?;
        let key = key.cloned().ok_or_else(|| signature_fault("The package is signed with a key that is not known."))?;
        Ok(Self { kept, path, key, release: release.clone() })
    }

    /// Where it lies.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Of the release.
    pub fn version(&self) -> &Version {
        &self.kept.version
    }

    /// What changed with it.
    pub fn notes(&self) -> &str {
        &self.kept.notes
    }

    /// For which kind of installation.
    pub fn target(&self) -> &Target {
        &self.kept.target
    }

    /// Its bytes, read and verified at this moment: nothing that was changed in its file since is handed out.
    pub fn bytes(&self) -> Result<Vec<u8>, Fault> {
        let size = self.kept.artifact.size_bytes;
        let mut bytes = Vec::new();
        File::open(&self.path)
            .and_then(|file| file.take(size.saturating_add(1)).read_to_end(&mut bytes))
            .map_err(|error| crate::file_fault(&self.path, &error))?;
        prove(bytes.as_slice(), &self.kept, &self.release)?;
        Ok(bytes)
    }

    /// The key that signed it, as the plugin's `pubkey` wants it.
    pub fn public_key(&self) -> String {
        self.key.base64()
    }

    /// The release as the plugin's `restore_update` wants it, made from nothing but what was verified.
    pub fn plugin_json(&self) -> serde_json::Value {
        json!({
            "version": self.kept.version.to_string(),
            "notes": self.kept.notes,
            "pub_date": self.kept.published.to_string(),
            "platforms": {
                self.kept.target.as_str(): {
                    "url": self.kept.artifact.url.as_str(),
                    "signature": signature_base64(&self.kept.artifact.signature),
                },
            },
        })
    }
}

/// Refuses bytes that are not the package that a believed release names: exactly as long, the same SHA-256, signed by a
/// key that counts, and signed for that very version.
pub fn prove(mut bytes: impl Read, kept: &KeptPackage, release: &Release) -> Result<(), Fault> {
    let KeptPackage { artifact, version, .. } = kept;
    let read = ReadSignature::parse(&artifact.signature, "the package")?;
    let key = release.key(read.key, "The package")?;
    let mut stream = key.and_then(|key| key.public_key().verify_stream(&read.signature).ok());
    let mut hash = Sha256::new();
    let mut piece = vec![0; 256 * 1024];
    loop {
        let length = bytes.read(&mut piece).map_err(|error| {
            Fault::new(Code::LocalFile, format!("the package cannot be read: {error}")).with_hint("Fetch it again.")
        })?;
        let Some(part) = piece.get(..length).filter(|part| !part.is_empty()) else { break };
        hash.update(part);
        if let Some(stream) = &mut stream {
            stream.update(part);
        }
    }
    if Digest(hash.finalize().into()) != artifact.sha256 && on(Control::Hash) {
        let message =
            format!("The package of {version} is not the one that its release names: its SHA-256 is another.");
        return Err(Fault::new(Code::UpdateArtifactMismatch, message).with_hint(SIGNATURE_HINT));
    }
    let is_signed = stream.is_some_and(|mut stream| stream.finalize().is_ok());
    if !is_signed && on(Control::ArtifactSignature) {
        return Err(signature_fault(&format!("The package of {version} is not what its signature was made for.")));
    }
    check_version(read.signature.trusted_comment(), version)
}

/// The signed comment is tab-separated `key:value` pairs, as Tauri writes it.
fn check_version(comment: &str, version: &Version) -> Result<(), Fault> {
    let Some(signed) = comment.split('\t').find_map(|field| field.strip_prefix("version:")) else {
        if !on(Control::VersionSigned) {
            return Ok(());
        }
        let message = format!("The signature of the package does not say that it is for {version}.");
        return Err(Fault::new(Code::UpdateVersionUnsigned, message).with_hint(SIGNATURE_HINT));
    };
    if signed.parse().ok().as_ref() != Some(version) && on(Control::VersionMatches) {
        let message = format!("The package was signed for {signed}, and its release calls it {version}.");
        return Err(Fault::new(Code::UpdateVersionMismatch, message).with_hint(SIGNATURE_HINT));
    }
    Ok(())
}

fn signature_fault(message: &str) -> Fault {
    Fault::new(Code::UpdateSignatureInvalid, message).with_hint(SIGNATURE_HINT)
}
