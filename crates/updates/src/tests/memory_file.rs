//! The file of the memory: wholly old or wholly new, set aside when damaged, and one writer at a time.

use super::scene::Scene;
use crate::{Channel, Memory, Standing, Updates, memory};
use millwright_domain::{Code, Fault};
use std::{fs, path::Path};

#[tokio::test]
async fn a_damaged_memory_is_set_aside_and_its_loss_is_said() {
    for damage in ["", "{", "[]", "{\"installation\": 5}", "\u{0}\u{0}\u{0}"] {
        let stage = Scene::new().stage().await;
        let path = stage.folder.path().join("updates.json");
        fs::write(&path, damage).unwrap();
        let updates = stage.updates().unwrap();
        let lost = updates.state().lost.unwrap();
        assert_eq!(lost.code, Code::UpdateMemoryLost);
        assert!(lost.message.contains("Which releases were seen before is lost"), "{lost}");
        let aside: Vec<_> = names(stage.folder.path()).into_iter().filter(|name| name.contains("damaged")).collect();
        assert_eq!(aside.len(), 1);
        assert_eq!(fs::read_to_string(stage.folder.path().join(&aside[0])).unwrap(), damage);
        assert!(matches!(updates.check().await.unwrap(), Standing::Offered(_)));
        assert_eq!(stage.updates().unwrap().state().lost, None);
    }
}

#[test]
fn what_another_version_wrote_is_read() {
    let folder = tempfile::tempdir().unwrap();
    let text =
        r#"{"installation":"01936d5c-0000-7000-8000-000000000000","channel":"beta","from_the_future":{"a":[1]}}"#;
    fs::write(folder.path().join("updates.json"), text).unwrap();
    let ((), found) = memory::change(folder.path(), |_| Ok(())).unwrap();
    assert_eq!((found.memory.channel, found.lost), (Channel::Beta, None));
    // Nothing was changed, so nothing was written.
    assert_eq!(fs::read_to_string(folder.path().join("updates.json")).unwrap(), text);
}

#[test]
fn a_change_that_fails_in_its_midst_leaves_the_old_file() {
    let folder = tempfile::tempdir().unwrap();
    memory::change(folder.path(), |_| Ok(())).unwrap();
    let path = folder.path().join("updates.json");
    let old = fs::read(&path).unwrap();
    let failed: Result<((), _), Fault> = memory::change(folder.path(), |memory| {
        memory.channel = Channel::Beta;
        Err(Fault::new(Code::Internal, "no"))
    });
    failed.unwrap_err();
    assert_eq!(fs::read(&path).unwrap(), old);
    assert_eq!(names(folder.path()), ["updates.json", "updates.lock"]);
}

#[test]
fn two_who_change_it_at_once_lose_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let key = super::scene::Signer::new().id();
    std::thread::scope(|scope| {
        for _ in 0..8 {
            scope.spawn(|| {
                for _ in 0..25 {
                    memory::change(folder.path(), |memory| {
                        let keys = memory.counters.entry(Channel::Stable).or_default();
                        let seen =
                            keys.entry(key).or_insert(crate::Seen { counter: 0, digest: crate::Digest([0; 32]) });
                        seen.counter += 1;
                        Ok(())
                    })
                    .unwrap();
                }
            });
        }
    });
    let memory: Memory = serde_json::from_slice(&fs::read(folder.path().join("updates.json")).unwrap()).unwrap();
    assert_eq!(memory.seen(Channel::Stable, key).unwrap().counter, 200);
}

#[tokio::test]
async fn the_installation_keeps_its_id_and_its_channel() {
    let stage = Scene::new().stage().await;
    let id = stage.memory().installation;
    stage.updates().unwrap().choose_channel(Channel::Beta).await.unwrap();
    let again = stage.updates().unwrap();
    assert_eq!((again.state().channel, stage.memory().installation), (Channel::Beta, id));
    let other = tempfile::tempdir().unwrap();
    Updates::open(other.path(), None, stage.scene.installed.clone()).unwrap();
    let other: Memory = serde_json::from_slice(&fs::read(other.path().join("updates.json")).unwrap()).unwrap();
    assert_ne!(other.installation, id);
}

fn names(folder: &Path) -> Vec<String> {
    let mut names: Vec<_> =
        fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
    names.sort();
    names
}
