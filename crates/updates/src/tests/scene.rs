//! A release as it should be, to be spoilt in one place: keys, a manifest, a package, a server, an installation.

use super::server::{Answer, Server};
use crate::{
    Artifact, Channel, Digest, Installed, KeyId, Limits, MANIFEST_COMMENT, Manifest, Memory, Package, Release, Rollout,
    Standing, TrustedKey, Updates,
};
use jiff::Timestamp;
use millwright_domain::Fault;
use minisign::KeyPair;
use ring::signature::Ed25519KeyPair;
use sha2::{Digest as _, Sha256};
use std::{
    collections::BTreeMap,
    fs,
    io::Cursor,
    path::PathBuf,
    sync::{Arc, Mutex},
    time::Duration,
};
use tempfile::TempDir;

pub(super) const TARGET: &str = "linux-x86_64-deb";
pub(super) const NOW: &str = "2026-11-22T12:00:00Z";

/// A key pair that signs as we would, or as somebody else might.
#[derive(Clone)]
pub(super) struct Signer(Arc<KeyPair>);

impl Signer {
    pub(super) fn new() -> Self {
        Self(Arc::new(KeyPair::generate_unencrypted_keypair().unwrap()))
    }

    pub(super) fn public(&self) -> String {
        self.0.pk.to_box().unwrap().to_string()
    }

    pub(super) fn id(&self) -> KeyId {
        TrustedKey::parse("test", &self.public()).unwrap().id
    }

    pub(super) fn sign(&self, bytes: &[u8], comment: &str) -> String {
        let signed = minisign::sign(None, &self.0.sk, Cursor::new(bytes), Some(comment), Some("a test's signature"));
        signed.unwrap().to_string()
    }

    /// As minisign signed before it hashed first: its library does not do that any more.
    pub(super) fn sign_legacy(&self, bytes: &[u8], comment: &str) -> String {
        use base64::{Engine, engine::general_purpose::STANDARD};
        let secret = self.0.sk.to_bytes();
        // Algorithms, salt, limits and the key's id come first.
        let (id, seed) = (&secret[54..62], &secret[62..94]);
        let pair = Ed25519KeyPair::from_seed_unchecked(seed).unwrap();
        let signature = pair.sign(bytes);
        let global = pair.sign(&[signature.as_ref(), comment.as_bytes()].concat());
        let first = STANDARD.encode([b"Ed".as_slice(), id, signature.as_ref()].concat());
        format!("untrusted comment: old\n{first}\ntrusted comment: {comment}\n{}\n", STANDARD.encode(global.as_ref()))
    }
}

/// Everything that takes part in an update. What a test spoils is a field.
pub(super) struct Scene {
    pub(super) primary: Signer,
    pub(super) offline: Signer,
    /// Who signs the manifest and the package.
    pub(super) signer: Signer,
    pub(super) retired: Vec<KeyId>,
    pub(super) allow_insecure_transport: bool,
    pub(super) manifest: Manifest,
    pub(super) manifest_comment: String,
    pub(super) is_legacy: bool,
    /// Appended before it is signed.
    pub(super) manifest_padding: usize,
    /// Done to the manifest after it was signed.
    pub(super) tamper: Option<(&'static str, &'static str)>,
    pub(super) package: Vec<u8>,
    pub(super) package_signer: Signer,
    pub(super) package_signed: Vec<u8>,
    pub(super) package_comment: String,
    pub(super) package_sha256: Option<Digest>,
    pub(super) package_size: Option<u64>,
    pub(super) package_answer: Answer,
    pub(super) manifest_answer: Answer,
    pub(super) memory: Memory,
    pub(super) installed: Installed,
    pub(super) now: Arc<Mutex<Timestamp>>,
    pub(super) limits: Limits,
}

impl Scene {
    pub(super) fn new() -> Self {
        let primary = Signer::new();
        let package: Vec<u8> = (0..200_000_u32).map(|number| (number % 251) as u8).collect();
        let manifest = Manifest {
            format: 1,
            version: "0.3.0".parse().unwrap(),
            counter: 7,
            published: "2026-11-20T12:00:00Z".parse().unwrap(),
            expires: "2026-12-20T12:00:00Z".parse().unwrap(),
            channel: Channel::Stable,
            rollout: Rollout::ALL,
            least_version: "0.1.0".parse().unwrap(),
            notes: "Better in every way.".to_owned(),
            targets: BTreeMap::new(),
            previous: None,
        };
        Self {
            offline: Signer::new(),
            signer: primary.clone(),
            retired: Vec::new(),
            allow_insecure_transport: true,
            manifest,
            manifest_comment: format!("{MANIFEST_COMMENT}\ttimestamp:1763640000"),
            is_legacy: false,
            manifest_padding: 0,
            tamper: None,
            package_signed: package.clone(),
            package,
            package_signer: primary.clone(),
            package_comment: "timestamp:1763640000\tfile:millwright.deb\tversion:0.3.0".to_owned(),
            package_sha256: None,
            package_size: None,
            package_answer: Answer::Whole,
            manifest_answer: Answer::Whole,
            memory: Memory::default(),
            installed: Installed { version: "0.2.0".parse().unwrap(), target: Some(TARGET.parse().unwrap()) },
            now: Arc::new(Mutex::new(NOW.parse().unwrap())),
            limits: Limits { idle: Duration::from_secs(20), ..Limits::default() },
            primary,
        }
    }

    pub(super) fn artifact(&self, url: &str) -> Artifact {
        let digest = Digest(Sha256::digest(&self.package).into());
        Artifact {
            url: url.parse().unwrap(),
            size_bytes: self.package_size.unwrap_or(self.package.len() as u64),
            sha256: self.package_sha256.unwrap_or(digest),
            signature: self.package_signer.sign(&self.package_signed, &self.package_comment),
            notes: None,
        }
    }

    /// The manifest's bytes and signature, as they are served.
    pub(super) fn signed_manifest(&self) -> (Vec<u8>, String) {
        let mut bytes = serde_json::to_vec(&self.manifest).unwrap();
        bytes.extend(std::iter::repeat_n(b' ', self.manifest_padding));
        let signature = match self.is_legacy {
            true => self.signer.sign_legacy(&bytes, &self.manifest_comment),
            false => self.signer.sign(&bytes, &self.manifest_comment),
        };
        if let Some((from, to)) = self.tamper {
            let text = String::from_utf8(bytes).unwrap();
            assert!(text.contains(from), "{from} is not in {text}");
            bytes = text.replace(from, to).into_bytes();
        }
        (bytes, signature)
    }

    pub(super) fn release(&self, endpoint: &str) -> Result<Release, Fault> {
        let retired: Vec<_> = self.retired.iter().map(ToString::to_string).collect();
        let settings = format!(
            "endpoint = {endpoint:?}\nkeys = [\"primary\", \"offline\"]\nretired = {retired:?}\nallow_insecure_transport = {}",
            self.allow_insecure_transport
        );
        Release::parse(&settings, &[("primary", &self.primary.public()), ("offline", &self.offline.public())])
    }

    /// Puts the release on a server and an installation in a folder.
    pub(super) async fn stage(mut self) -> Stage {
        let server = Server::start().await;
        if self.manifest.targets.is_empty() {
            let artifact = self.artifact(&format!("{}/package", server.address()));
            self.manifest.targets.insert(TARGET.parse().unwrap(), artifact);
        } else {
            // A test that names its own target still gets the package.
            let url = format!("{}/package", server.address());
            let names: Vec<_> = self.manifest.targets.keys().cloned().collect();
            for name in names {
                let artifact = self.artifact(&url);
                self.manifest.targets.insert(name, artifact);
            }
        }
        let folder = tempfile::tempdir().unwrap();
        fs::write(folder.path().join("updates.json"), serde_json::to_vec(&self.memory).unwrap()).unwrap();
        let stage = Stage { scene: self, server, folder };
        stage.publish();
        stage
    }
}

/// A scene with its server and its installation.
pub(super) struct Stage {
    pub(super) scene: Scene,
    pub(super) server: Server,
    pub(super) folder: TempDir,
}

impl Stage {
    /// Signs and serves what the scene is now.
    pub(super) fn publish(&self) {
        let (manifest, signature) = self.scene.signed_manifest();
        let channel = self.scene.installed_channel();
        self.server.serve(&format!("/{channel}/manifest.json"), manifest, self.scene.manifest_answer);
        self.server.serve(&format!("/{channel}/manifest.json.minisig"), signature.into_bytes(), Answer::Whole);
        self.server.serve("/package", self.scene.package.clone(), self.scene.package_answer);
    }

    pub(super) fn release(&self) -> Result<Release, Fault> {
        self.scene.release(&format!("{}/{{channel}}/manifest.json", self.server.address()))
    }

    pub(super) fn updates(&self) -> Result<Updates, Fault> {
        let now = self.scene.now.clone();
        let clock = Arc::new(move || *now.lock().unwrap());
        let installed = self.scene.installed.clone();
        Updates::open_with(self.folder.path(), Some(self.release()?), installed, clock, self.scene.limits)
    }

    /// The whole way: the server is asked, and the package fetched.
    pub(super) async fn update(&self) -> Result<Package, Fault> {
        let updates = self.updates()?;
        let standing = updates.check().await?;
        assert!(matches!(standing, Standing::Offered(_)), "{standing:?}");
        updates.fetch(|_| {}).await
    }

    pub(super) fn memory(&self) -> Memory {
        serde_json::from_slice(&fs::read(self.folder.path().join("updates.json")).unwrap()).unwrap()
    }

    /// The names in the folder of packages.
    pub(super) fn shelf(&self) -> Vec<String> {
        let entries = fs::read_dir(self.shelf_folder()).into_iter().flatten();
        let mut names: Vec<_> = entries
            .map(|entry| entry.unwrap().file_name().into_string().unwrap())
            .filter(|name| name != "lock")
            .collect();
        names.sort();
        names
    }

    pub(super) fn shelf_folder(&self) -> PathBuf {
        self.folder.path().join("packages")
    }
}

impl Scene {
    fn installed_channel(&self) -> Channel {
        self.memory.channel
    }
}
