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

/// Another process, whose files end at 32 KiB: it is killed in the midst of a write, or told that there is no room.
#[cfg(target_os = "linux")]
#[test]
fn a_write_that_ends_in_its_midst_leaves_the_old_file() {
    use std::os::unix::process::ExitStatusExt;
    for (trap, signal) in [("", Some(libc::SIGXFSZ)), ("trap '' XFSZ;", None)] {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("updates.json");
        memory::change(folder.path(), |memory| {
            memory.channel = Channel::Beta;
            Ok(())
        })
        .unwrap();
        let old = fs::read(&path).unwrap();
        let script = format!("{trap} ulimit -f 64; exec \"$@\"");
        let status = std::process::Command::new("sh")
            .args(["-c", &script, "sh"])
            .arg(std::env::current_exe().unwrap())
            .args(["--ignored", "--exact", "tests::memory_file::a_process_of_its_own_writes_too_much"])
            .env(FOLDER, folder.path())
            .stdout(std::process::Stdio::null())
            .status()
            .unwrap();
        assert_eq!(status.signal(), signal, "{status}");
        assert!(signal.is_some() || status.success(), "{status}");
        assert_eq!(fs::read(&path).unwrap(), old);
        // What the kill left is swept away, and the memory goes on.
        assert_eq!(names(folder.path()).len(), if signal.is_some() { 3 } else { 2 });
        let installed = crate::Installed { version: "0.2.0".parse().unwrap(), target: None };
        let updates = Updates::open(folder.path(), None, installed).unwrap();
        assert_eq!(updates.state().channel, Channel::Beta);
        assert_eq!(names(folder.path()), ["updates.json", "updates.lock"]);
    }
}

#[cfg(target_os = "linux")]
const FOLDER: &str = "MILLWRIGHT_TEST_FOLDER";

#[cfg(target_os = "linux")]
#[test]
#[ignore = "is run by the test above, in a process of its own"]
fn a_process_of_its_own_writes_too_much() {
    let Some(folder) = std::env::var_os(FOLDER) else { return };
    let text = "x".repeat(200_000);
    let fault = memory::change(Path::new(&folder), |memory| {
        memory.manifest = Some(crate::KeptManifest { manifest: text, signature: String::new() });
        Ok(())
    });
    assert_eq!(fault.unwrap_err().code, Code::LocalFile);
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
