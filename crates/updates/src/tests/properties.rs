//! Whatever bytes a server sends, the answer is a fault, never a panic and never a release.

use super::scene::Scene;
use crate::{Memory, Situation, verify};
use proptest::prelude::*;

fn judge(scene: &Scene, bytes: &[u8], signature: &str) -> bool {
    let release = scene.release("http://127.0.0.1/{channel}").unwrap();
    let situation = Situation {
        now: *scene.now.lock().unwrap(),
        version: scene.installed.version.clone(),
        channel: scene.memory.channel,
        target: scene.installed.target.clone().unwrap(),
        installation: scene.memory.installation,
    };
    verify(bytes, signature, &release, &Memory::default(), &situation).is_ok()
}

fn published() -> (Scene, Vec<u8>, String) {
    let mut scene = Scene::new();
    let artifact = scene.artifact("http://127.0.0.1/package");
    scene.manifest.targets.insert(scene.installed.target.clone().unwrap(), artifact);
    let (bytes, signature) = scene.signed_manifest();
    assert!(judge(&scene, &bytes, &signature));
    (scene, bytes, signature)
}

#[test]
fn no_bytes_are_believed_but_the_signed_ones() {
    let (scene, good, good_signature) = published();
    let mut runner = proptest::test_runner::TestRunner::default();
    let some = (any::<Vec<u8>>(), "\\PC{0,200}");
    runner
        .run(&some, |(bytes, signature)| {
            prop_assert!(!judge(&scene, &bytes, &signature));
            prop_assert!(!judge(&scene, &bytes, &good_signature));
            prop_assert!(!judge(&scene, &good, &signature));
            Ok(())
        })
        .unwrap();
}

#[test]
fn no_changed_byte_is_believed() {
    let (scene, good, signature) = published();
    let mut runner = proptest::test_runner::TestRunner::default();
    runner
        .run(&(0..good.len(), 1..=255_u8), |(at, change)| {
            let mut bytes = good.clone();
            bytes[at] ^= change;
            prop_assert!(!judge(&scene, &bytes, &signature));
            bytes.truncate(at);
            prop_assert!(!judge(&scene, &bytes, &signature));
            Ok(())
        })
        .unwrap();
}

/// The first line says nothing that counts; every other one does.
#[test]
fn no_changed_signature_is_believed() {
    let (scene, good, signature) = published();
    let lines: Vec<_> = signature.lines().collect();
    let counted = lines[1..].join("\n");
    let mut runner = proptest::test_runner::TestRunner::default();
    runner
        .run(&(0..counted.len(), "\\PC"), |(at, with)| {
            let mut changed = counted.clone();
            prop_assume!(changed.is_char_boundary(at) && changed.is_char_boundary(at + 1));
            changed.replace_range(at..=at, &with);
            prop_assume!(changed != counted);
            let changed = format!("{}\n{changed}\n", lines[0]);
            prop_assert!(!judge(&scene, &good, &changed));
            Ok(())
        })
        .unwrap();
}

#[test]
fn a_signed_manifest_of_any_shape_is_judged_without_a_panic() {
    let scene = Scene::new();
    let mut runner = proptest::test_runner::TestRunner::default();
    let deep = format!("{{\"format\":1,\"x\":{}{}}}", "[".repeat(10_000), "]".repeat(10_000));
    let some = prop_oneof![Just(deep), "\\PC{0,300}", "[{}\\[\\]\":,0-9a-z]{0,300}"];
    runner
        .run(&some, |text| {
            let signature = scene.signer.sign(text.as_bytes(), &scene.manifest_comment);
            prop_assert!(!judge(&scene, text.as_bytes(), &signature));
            Ok(())
        })
        .unwrap();
}
