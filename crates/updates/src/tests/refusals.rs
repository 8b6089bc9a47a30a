//! The table of refusals: each is made, and made again with the one control switched off that is there for it.

use super::{
    scene::{Scene, Signer, TARGET},
    server::Answer,
};
use crate::{
    Channel, Digest, Seen,
    control::{Control, Off},
};
use millwright_domain::{Code, Fault};
use sha2::{Digest as _, Sha256};

/// How far the way is gone.
#[derive(Debug, Clone, Copy, PartialEq)]
enum Until {
    /// The manifest is judged.
    Offered,
    /// The package is proven.
    Fetched,
}

struct Refusal {
    name: &'static str,
    control: Control,
    code: Code,
    until: Until,
    spoil: fn(&mut Scene),
}

const fn refusal(name: &'static str, control: Control, code: Code, until: Until, spoil: fn(&mut Scene)) -> Refusal {
    Refusal { name, control, code, until, spoil }
}

use Until::{Fetched, Offered};

const REFUSALS: &[Refusal] = &[
    refusal("manifest changed", Control::Signature, Code::UpdateSignatureInvalid, Fetched, |scene| {
        scene.tamper = Some(("Better in", "Bitter in"));
    }),
    refusal("signature of something else", Control::Domain, Code::UpdateSignatureInvalid, Fetched, |scene| {
        scene.manifest_comment = scene.package_comment.clone();
    }),
    refusal("signature as it was made once", Control::Legacy, Code::UpdateSignatureInvalid, Fetched, |scene| {
        scene.is_legacy = true;
    }),
    refusal("unknown key", Control::KeyKnown, Code::UpdateKeyUnknown, Fetched, |scene| scene.signer = Signer::new()),
    refusal("retired key", Control::KeyRetired, Code::UpdateKeyRetired, Fetched, |scene| {
        scene.signer = scene.offline.clone();
        scene.retired = vec![scene.offline.id()];
    }),
    refusal("package of a retired key", Control::KeyRetired, Code::UpdateKeyRetired, Fetched, |scene| {
        scene.package_signer = scene.offline.clone();
        scene.retired = vec![scene.offline.id()];
    }),
    refusal("manifest too large", Control::ManifestSize, Code::UpdateTooLarge, Fetched, |scene| {
        scene.manifest_padding = 300 * 1024;
    }),
    refusal("another format", Control::Format, Code::UpdateFormat, Fetched, |scene| scene.manifest.format = 2),
    refusal("another channel", Control::Channel, Code::UpdateChannel, Fetched, |scene| {
        scene.manifest.channel = Channel::Beta;
    }),
    refusal("expired", Control::Expiry, Code::UpdateExpired, Fetched, |scene| {
        scene.manifest.expires = "2026-11-22T11:59:59Z".parse().unwrap();
    }),
    refusal("expired, and the clock was set back", Control::Expiry, Code::UpdateExpired, Fetched, |scene| {
        scene.memory.newest_time = Some("2026-12-21T00:00:00Z".parse().unwrap());
        *scene.now.lock().unwrap() = "2026-11-25T00:00:00Z".parse().unwrap();
    }),
    refusal("signed in the future", Control::Future, Code::UpdateFromFuture, Fetched, |scene| {
        scene.manifest.published = "2026-11-23T12:00:01Z".parse().unwrap();
    }),
    refusal("lower counter", Control::Counter, Code::UpdateReplayed, Fetched, |scene| see(scene, 8)),
    refusal("same counter, other bytes", Control::Counter, Code::UpdateReplayed, Fetched, |scene| see(scene, 7)),
    refusal("older than what is installed", Control::Downgrade, Code::UpdateDowngrade, Offered, |scene| {
        scene.manifest.version = "0.1.9".parse().unwrap();
    }),
    refusal("too old to follow", Control::LeastVersion, Code::UpdateTooOld, Fetched, |scene| {
        scene.manifest.least_version = "0.2.1".parse().unwrap();
    }),
    refusal("another target", Control::Target, Code::UpdateTargetMissing, Fetched, |scene| {
        let artifact = scene.artifact("http://127.0.0.1/");
        scene.manifest.targets.insert("windows-x86_64-nsis".parse().unwrap(), artifact);
    }),
    refusal("plain HTTP", Control::Transport, Code::UpdateInsecureTransport, Fetched, |scene| {
        scene.allow_insecure_transport = false;
    }),
    refusal("plain HTTP by a redirect", Control::Transport, Code::UpdateInsecureTransport, Fetched, |scene| {
        scene.package_answer = Answer::RedirectToName;
    }),
    refusal("package larger than any", Control::ArtifactCap, Code::UpdateTooLarge, Offered, |scene| {
        scene.package_size = Some(513 * 1024 * 1024);
    }),
    refusal("package longer than announced", Control::ArtifactSize, Code::UpdateTooLarge, Fetched, |scene| {
        scene.package_size = Some(150_000);
    }),
    refusal("package shorter than announced", Control::Truncation, Code::UpdateTruncated, Fetched, |scene| {
        scene.package_size = Some(250_000);
    }),
    // Signed for this version, but not the one that the release names.
    refusal("another package", Control::Hash, Code::UpdateArtifactMismatch, Fetched, |scene| {
        scene.package_sha256 = Some(Digest(Sha256::digest(&scene.package).into()));
        scene.package[1000] ^= 1;
        scene.package_signed = scene.package.clone();
    }),
    // Named by the release, but never signed by itself.
    refusal("package changed", Control::ArtifactSignature, Code::UpdateSignatureInvalid, Fetched, |scene| {
        scene.package[1000] ^= 1;
    }),
    refusal("old signature, higher version", Control::VersionMatches, Code::UpdateVersionMismatch, Fetched, |scene| {
        scene.package_comment = scene.package_comment.replace("0.3.0", "0.2.5");
    }),
    refusal("no version in the signature", Control::VersionSigned, Code::UpdateVersionUnsigned, Fetched, |scene| {
        scene.package_comment = "timestamp:1763640000\tfile:millwright.deb".to_owned();
    }),
];

fn see(scene: &mut Scene, counter: u64) {
    let seen = Seen { counter, digest: Digest([1; 32]) };
    scene.memory.counters.entry(Channel::Stable).or_default().insert(scene.primary.id(), seen);
}

async fn go(refusal: &Refusal) -> Result<(), Fault> {
    let mut scene = Scene::new();
    (refusal.spoil)(&mut scene);
    let stage = scene.stage().await;
    let before = stage.memory();
    let result = match refusal.until {
        Fetched => stage.update().await.map(|_| ()),
        Offered => match stage.updates() {
            Ok(updates) => updates.check().await.map(|_| ()),
            Err(fault) => Err(fault),
        },
    };
    if result.is_err() {
        let mut after = stage.memory();
        if after.manifest.is_some() {
            // The release was believed and its package was not: nothing of that lies anywhere.
            assert!(after.packages.is_empty(), "{}", refusal.name);
            let whole = stage.shelf().into_iter().filter(|name| !name.ends_with(".part")).count();
            assert_eq!(whole, 0, "{}", refusal.name);
        } else {
            after.last_check = None;
            assert_eq!(after, before, "{}: a refusal is not remembered as a release", refusal.name);
        }
    }
    result
}

#[tokio::test]
async fn a_release_as_it_should_be_is_fetched() {
    let stage = Scene::new().stage().await;
    let package = stage.update().await.unwrap();
    assert_eq!(package.bytes().unwrap(), stage.scene.package);
    assert_eq!(package.target().as_str(), TARGET);
}

#[tokio::test]
async fn each_refusal_has_its_code_and_its_control() {
    let mut faults = Vec::new();
    for refusal in REFUSALS {
        let fault = go(refusal).await.expect_err(refusal.name);
        assert_eq!(fault.code, refusal.code, "{}: {fault}", refusal.name);
        assert!(fault.hint.is_some(), "{}", refusal.name);
        let off = Off::switch(refusal.control);
        let result = go(refusal).await;
        drop(off);
        assert_eq!(result, Ok(()), "{}: something else refuses it as well", refusal.name);
        faults.push(format!("{}: {}", refusal.name, fault.code));
    }
    insta::assert_snapshot!(faults.join("\n"));
}

/// One that only one control stands against would be enough for an attacker who gets around it.
#[tokio::test]
async fn a_changed_package_is_refused_twice_over() {
    for (control, code) in
        [(Control::Hash, Code::UpdateSignatureInvalid), (Control::ArtifactSignature, Code::UpdateArtifactMismatch)]
    {
        let mut scene = Scene::new();
        scene.package_sha256 = Some(Digest(Sha256::digest(&scene.package).into()));
        scene.package[1000] ^= 1;
        let stage = scene.stage().await;
        let _off = Off::switch(control);
        assert_eq!(stage.update().await.unwrap_err().code, code);
    }
}
