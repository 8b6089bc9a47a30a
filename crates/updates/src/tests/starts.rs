//! What a start is told about the update before it.

use super::scene::{Scene, Stage};
use crate::{Outcome, Started, Updates};
use millwright_domain::{Code, Fault};
use std::{fs, path::PathBuf};

/// An installation of that version in the stage's folder.
fn installed(stage: &Stage, version: &str) -> Updates {
    let mut installed = stage.scene.installed.clone();
    installed.version = version.parse().unwrap();
    Updates::open(stage.folder.path(), Some(stage.release().unwrap()), installed).unwrap()
}

async fn begun() -> Stage {
    let stage = Scene::new().stage().await;
    let package = stage.update().await.unwrap();
    let updates = stage.updates().unwrap();
    assert!(matches!(updates.start().unwrap(), Started::Usual));
    updates.came_up().unwrap();
    updates.begin_install(&package, Some(PathBuf::from("/backup"))).unwrap();
    assert_eq!(updates.state().installing.unwrap().to.to_string(), "0.3.0");
    stage
}

#[tokio::test]
async fn an_update_that_comes_up_is_told_once() {
    let stage = begun().await;
    let new = installed(&stage, "0.3.0");
    let Started::Updated { from, to, notes } = new.start().unwrap() else { panic!() };
    assert_eq!((from.to_string(), to.to_string()), ("0.2.0".to_owned(), "0.3.0".to_owned()));
    assert_eq!(notes, "Better in every way.");
    new.came_up().unwrap();
    assert!(matches!(installed(&stage, "0.3.0").start().unwrap(), Started::Usual));
    let history = new.state().history;
    assert_eq!((history.len(), &history[0].outcome), (1, &Outcome::Installed));
    // The package of what runs now is what the next update goes back to.
    assert_eq!(stage.shelf().len(), 1);
}

#[tokio::test]
async fn an_update_that_does_not_come_up_is_known_at_the_third_start() {
    let stage = begun().await;
    for _ in 0..2 {
        assert!(matches!(installed(&stage, "0.3.0").start().unwrap(), Started::Updated { .. }));
    }
    let Started::FailedTwice { version, from, backup, previous_package } = installed(&stage, "0.3.0").start().unwrap()
    else {
        panic!()
    };
    assert_eq!((version.to_string(), from.to_string()), ("0.3.0".to_owned(), "0.2.0".to_owned()));
    assert_eq!(backup, Some(PathBuf::from("/backup")));
    assert!(previous_package.is_none(), "there never was one");
    // The one before it is started again, and says nothing more.
    let old = installed(&stage, "0.2.0");
    assert!(matches!(old.start().unwrap(), Started::Usual));
    assert_eq!(old.state().history[0].outcome, Outcome::DidNotComeUp);
}

#[tokio::test]
async fn the_package_before_is_handed_out_when_there_is_one() {
    let stage = begun().await;
    let new = installed(&stage, "0.3.0");
    new.start().unwrap();
    new.came_up().unwrap();
    // From 0.3.0, whose package lies here, to 0.4.0.
    let mut next = Scene::new();
    (next.primary, next.signer) = (stage.scene.primary.clone(), stage.scene.primary.clone());
    (next.offline, next.package_signer) = (stage.scene.offline.clone(), stage.scene.primary.clone());
    (next.manifest.version, next.manifest.counter) = ("0.4.0".parse().unwrap(), 8);
    next.package_comment = "version:0.4.0".to_owned();
    next.package[0] = 99;
    next.package_signed = next.package.clone();
    next.installed.version = "0.3.0".parse().unwrap();
    next.memory = stage.memory();
    let mut next = next.stage().await;
    next.folder = stage.folder;
    let package = next.update().await.unwrap();
    assert_eq!(next.shelf().len(), 2);
    next.updates().unwrap().begin_install(&package, None).unwrap();
    for _ in 0..2 {
        installed(&next, "0.4.0").start().unwrap();
    }
    let Started::FailedTwice { previous_package: Some(previous), .. } = installed(&next, "0.4.0").start().unwrap()
    else {
        panic!()
    };
    assert_eq!((previous.version().to_string(), previous.bytes().unwrap().len()), ("0.3.0".to_owned(), 200_000));
    // Going back with it is an update of its own.
    let failed = installed(&next, "0.4.0");
    failed.begin_install(&previous, None).unwrap();
    assert_eq!(failed.state().history.last().unwrap().outcome, Outcome::DidNotComeUp);
    assert!(matches!(installed(&next, "0.3.0").start().unwrap(), Started::Updated { .. }));
    installed(&next, "0.3.0").came_up().unwrap();
    assert_eq!(next.memory().history.last().unwrap().to.to_string(), "0.3.0");

    // A package that somebody removed is not handed out.
    installed(&next, "0.3.0").begin_install(&package, None).unwrap();
    for _ in 0..2 {
        installed(&next, "0.4.0").start().unwrap();
    }
    fs::remove_file(previous.path()).unwrap();
    let Started::FailedTwice { previous_package, .. } = installed(&next, "0.4.0").start().unwrap() else { panic!() };
    assert!(previous_package.is_none());
}

#[tokio::test]
async fn an_installer_that_was_killed_leaves_the_old_version() {
    let stage = begun().await;
    let old = installed(&stage, "0.2.0");
    assert!(matches!(old.start().unwrap(), Started::Usual));
    let state = old.state();
    assert_eq!((state.installing, state.history.len()), (None, 1));
    assert_eq!(state.history[0].outcome, Outcome::Unfinished { found: "0.2.0".parse().unwrap() });
    assert!(state.is_fetched, "it can be tried again at once");
}

#[tokio::test]
async fn an_installer_that_said_no_is_remembered() {
    let stage = begun().await;
    let updates = stage.updates().unwrap();
    let fault = Fault::new(Code::PermissionDenied, "The password was not given.");
    updates.install_failed(&fault).unwrap();
    assert_eq!(updates.state().history[0].outcome, Outcome::Failed { fault });
    assert!(matches!(stage.updates().unwrap().start().unwrap(), Started::Usual));
}

#[tokio::test]
async fn starts_without_an_update_are_never_its_failure() {
    let stage = Scene::new().stage().await;
    for _ in 0..5 {
        assert!(matches!(stage.updates().unwrap().start().unwrap(), Started::Usual));
    }
}
