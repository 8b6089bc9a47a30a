//! What a server can do to a transfer, and what is left of it.

use super::{
    scene::{Scene, Stage},
    server::Answer,
};
use crate::{Limits, PreviousRelease, Progress};
use millwright_domain::Code;
use std::{fs, sync::Mutex, time::Duration};

const MEBIBYTE: u64 = 1024 * 1024;
/// No limit that a test would wait for: only the one that it sets itself can end a transfer.
const NEVER: Duration = Duration::from_secs(24 * 60 * 60);
const WITHOUT: Limits = Limits { connect: NEVER, idle: NEVER, manifest: NEVER, package: NEVER };

#[tokio::test]
async fn a_manifest_without_an_end_is_cut_off() {
    let mut scene = Scene::new();
    scene.manifest_answer = Answer::Endless;
    let stage = scene.stage().await;
    assert_eq!(stage.update().await.unwrap_err().code, Code::UpdateTooLarge);
    // What the connection holds on its way comes on top of what was taken.
    assert!(stage.server.sent() < 16 * MEBIBYTE, "{}", stage.server.sent());
}

#[tokio::test]
async fn a_package_without_an_end_is_cut_off_and_removed() {
    let mut scene = Scene::new();
    scene.package_answer = Answer::Endless;
    let stage = scene.stage().await;
    assert_eq!(stage.update().await.unwrap_err().code, Code::UpdateTooLarge);
    assert!(stage.server.sent() < 16 * MEBIBYTE, "{}", stage.server.sent());
    assert_eq!(stage.shelf(), [""; 0]);
}

#[tokio::test]
async fn a_cut_package_is_gone_on_with() {
    let mut scene = Scene::new();
    scene.package_answer = Answer::CutAfter(70_000);
    let mut stage = scene.stage().await;
    assert_eq!(stage.update().await.unwrap_err().code, Code::UpdateTruncated);
    assert_eq!(part_length(&stage), Some(70_000));

    stage.scene.package_answer = Answer::Whole;
    stage.publish();
    let steps = Mutex::new(Vec::new());
    let package = stage.updates().unwrap().fetch(|step| steps.lock().unwrap().push(step)).await.unwrap();
    assert_eq!(package.bytes().unwrap(), stage.scene.package);
    assert_eq!(stage.server.asked().last().unwrap().1.as_deref(), Some("bytes=70000-"));
    let steps = steps.into_inner().unwrap();
    let (first, last) = (steps.first().copied(), steps.last().copied());
    assert_eq!(first, Some(Progress { bytes: 70_000, of_bytes: 200_000 }));
    assert_eq!(last, Some(Progress { bytes: 200_000, of_bytes: 200_000 }));
    assert_eq!(part_length(&stage), None);
}

#[tokio::test]
async fn a_server_without_ranges_sends_it_all_again() {
    let mut scene = Scene::new();
    scene.package_answer = Answer::CutAfter(70_000);
    let mut stage = scene.stage().await;
    stage.update().await.unwrap_err();
    stage.scene.package_answer = Answer::WholeAlways;
    stage.publish();
    let package = stage.updates().unwrap().fetch(|_| {}).await.unwrap();
    assert_eq!(package.bytes().unwrap(), stage.scene.package);
}

#[tokio::test]
async fn a_wrong_first_half_is_thrown_away() {
    for length in [1, 70_000, 200_000, 200_001] {
        let mut scene = Scene::new();
        scene.package_answer = Answer::CutAfter(1000);
        let mut stage = scene.stage().await;
        stage.update().await.unwrap_err();
        fs::write(part(&stage).unwrap(), vec![b'x'; length]).unwrap();
        stage.scene.package_answer = Answer::Whole;
        stage.publish();
        let package = stage.updates().unwrap().fetch(|_| {}).await.unwrap();
        assert_eq!(package.bytes().unwrap(), stage.scene.package, "{length}");
    }
}

#[cfg(unix)]
#[tokio::test]
async fn a_link_in_the_place_of_a_package_is_not_followed() {
    let mut scene = Scene::new();
    scene.package_answer = Answer::CutAfter(1000);
    let mut stage = scene.stage().await;
    stage.update().await.unwrap_err();
    let (part, elsewhere) = (part(&stage).unwrap(), stage.folder.path().join("elsewhere"));
    fs::remove_file(&part).unwrap();
    fs::write(&elsewhere, "mine").unwrap();
    std::os::unix::fs::symlink(&elsewhere, &part).unwrap();
    stage.scene.package_answer = Answer::Whole;
    stage.publish();
    assert_eq!(stage.updates().unwrap().fetch(|_| {}).await.unwrap_err().code, Code::LocalFile);
    assert_eq!(fs::read_to_string(elsewhere).unwrap(), "mine");
}

#[tokio::test]
async fn a_package_that_was_changed_since_is_not_handed_out() {
    let stage = Scene::new().stage().await;
    let package = stage.update().await.unwrap();
    let mut bytes = fs::read(package.path()).unwrap();
    bytes[0] ^= 1;
    fs::write(package.path(), &bytes).unwrap();
    assert_eq!(package.bytes().unwrap_err().code, Code::UpdateArtifactMismatch);
    // Nor is it taken for the one that lies here: it is fetched again.
    let again = stage.updates().unwrap().fetch(|_| {}).await.unwrap();
    assert_eq!(again.bytes().unwrap(), stage.scene.package);
}

#[tokio::test]
async fn a_package_that_lies_here_is_not_fetched_again() {
    let stage = Scene::new().stage().await;
    stage.update().await.unwrap();
    let asked = stage.server.asked().len();
    let updates = stage.updates().unwrap();
    assert!(updates.state().is_fetched);
    updates.fetch(|_| {}).await.unwrap();
    assert_eq!(stage.server.asked().len(), asked);
}

#[tokio::test]
async fn the_package_of_what_is_installed_is_kept_for_a_way_back() {
    let scene = Scene::new();
    let mut stage = scene.stage().await;
    let old = b"the old package".to_vec();
    let mut previous = Scene::new();
    previous.package_signer = stage.scene.offline.clone();
    previous.package_signed = old.clone();
    previous.package = old.clone();
    previous.package_comment = "file:old.deb\tversion:0.2.0".to_owned();
    let artifact = previous.artifact(&format!("{}/old", stage.server.address()));
    let targets = stage.scene.manifest.targets.keys().map(|target| (target.clone(), artifact.clone())).collect();
    stage.scene.manifest.previous = Some(PreviousRelease { version: "0.2.0".parse().unwrap(), targets });
    stage.server.serve("/old", old, Answer::Whole);
    stage.publish();
    stage.update().await.unwrap();
    let names = stage.shelf();
    assert_eq!(names.len(), 2, "{names:?}");
    assert!(names[0].starts_with("millwright-0.2.0-linux-x86_64-deb-") && names[0].ends_with(".deb"), "{names:?}");

    // One that cannot be had is no reason against the update.
    fs::remove_dir_all(stage.shelf_folder()).unwrap();
    stage.server.serve("/old", Vec::new(), Answer::Refused);
    stage.update().await.unwrap();
    assert_eq!(stage.shelf().len(), 1);
}

#[tokio::test]
async fn two_cannot_fetch_at_once() {
    let mut scene = Scene::new();
    scene.package_answer = Answer::Stalls;
    let stage = scene.stage().await;
    let (one, other) = (stage.updates().unwrap(), stage.updates().unwrap());
    one.check().await.unwrap();
    other.check().await.unwrap();
    let (begun, mut has_begun) = tokio::sync::mpsc::unbounded_channel();
    let fetching = tokio::spawn(async move { one.fetch(move |_| begun.send(()).unwrap_or_default()).await });
    has_begun.recv().await.unwrap();
    assert_eq!(other.fetch(|_| {}).await.unwrap_err().code, Code::UpdateBusy);
    fetching.abort();
    assert!(fetching.await.unwrap_err().is_cancelled());
    assert_eq!(other.state().fetching, None);
}

#[tokio::test]
async fn a_server_that_stalls_is_left_in_time() {
    for (manifest, package) in [(Answer::Stalls, Answer::Whole), (Answer::Whole, Answer::Stalls)] {
        let mut scene = Scene::new();
        scene.limits = Limits { idle: Duration::from_millis(300), ..WITHOUT };
        (scene.manifest_answer, scene.package_answer) = (manifest, package);
        let stage = scene.stage().await;
        let fault = stage.update().await.unwrap_err();
        assert_eq!(fault.code, Code::UpdateServer, "{fault}");
    }
}

#[tokio::test]
async fn a_slow_server_is_left_in_total() {
    let mut scene = Scene::new();
    scene.limits = Limits { manifest: Duration::from_millis(300), ..WITHOUT };
    scene.manifest_answer = Answer::Stalls;
    let stage = scene.stage().await;
    assert_eq!(stage.update().await.unwrap_err().code, Code::UpdateServer);
}

#[tokio::test]
async fn what_a_server_does_wrong_is_said_without_the_address() {
    for (answer, words) in
        [(Answer::Refused, "500 Internal Server Error"), (Answer::RedirectToItself, "redirects without an end")]
    {
        let mut scene = Scene::new();
        scene.manifest_answer = answer;
        let stage = scene.stage().await;
        let fault = stage.update().await.unwrap_err();
        assert_eq!(fault.code, Code::UpdateServer);
        assert!(fault.message.contains("127.0.0.1") && fault.message.contains(words), "{fault}");
        assert!(!fault.message.contains("manifest.json"), "{fault}");
        let noted = stage.memory().last_check.unwrap();
        assert_eq!(noted.fault, Some(fault));
    }
}

#[tokio::test]
async fn a_server_that_is_not_there_is_named() {
    let stage = Scene::new().stage().await;
    let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let endpoint = format!("http://{}/{{channel}}/m.json?token=hidden", listener.local_addr().unwrap());
    drop(listener);
    let release = stage.scene.release(&endpoint).unwrap();
    let installed = stage.scene.installed.clone();
    let updates = crate::Updates::open(stage.folder.path(), Some(release), installed).unwrap();
    let fault = updates.check().await.unwrap_err();
    assert_eq!(fault.code, Code::UpdateServer);
    assert!(fault.message.contains("127.0.0.1") && fault.message.contains("refused"), "{fault}");
    assert!(!fault.message.contains("hidden"), "{fault}");
}

fn part(stage: &Stage) -> Option<std::path::PathBuf> {
    let name = stage.shelf().into_iter().find(|name| name.ends_with(".part"))?;
    Some(stage.shelf_folder().join(name))
}

fn part_length(stage: &Stage) -> Option<u64> {
    part(stage).map(|part| fs::metadata(part).unwrap().len())
}
