//! What a believed release means here, and what is remembered of it.

use super::scene::{NOW, Scene, Stage};
use crate::{Channel, Installed, Rollout, Schedule, Standing, Updates, verify};
use base64::{Engine, engine::general_purpose::STANDARD};
use jiff::{Timestamp, ToSpan, tz::TimeZone};
use millwright_domain::Code;
use minisign_verify::{PublicKey, Signature};
use semver::Version;
use std::time::Duration;
use uuid::Uuid;

#[tokio::test]
async fn a_release_stands_as_it_is_published() {
    type Edit = fn(&mut Scene);
    let cases: [(&str, Edit); 5] = [
        ("offered", |_| {}),
        ("current", |scene| scene.manifest.version = scene.installed.version.clone()),
        ("withdrawn", |scene| scene.manifest.rollout = Rollout::NONE),
        ("not_yet", |scene| scene.manifest.rollout = Rollout::try_from(1e-12).unwrap()),
        ("offered", |scene| scene.manifest.rollout = Rollout::try_from(1.0 - 1e-12).unwrap()),
    ];
    for (expected, edit) in cases {
        let mut scene = Scene::new();
        edit(&mut scene);
        let stage = scene.stage().await;
        let updates = stage.updates().unwrap();
        let standing = updates.check().await.unwrap();
        assert_eq!(serde_json::to_value(&standing).unwrap()["kind"], expected);
        // It is known at the next start without asking.
        assert_eq!(stage.updates().unwrap().state().standing, Some(standing));
    }
}

#[tokio::test]
async fn a_withdrawn_release_is_not_offered_any_more() {
    let mut stage = Scene::new().stage().await;
    let updates = stage.updates().unwrap();
    updates.check().await.unwrap();
    stage.scene.manifest.rollout = Rollout::NONE;
    stage.scene.manifest.counter += 1;
    stage.publish();
    assert!(matches!(updates.check().await.unwrap(), Standing::Withdrawn { .. }));
    assert_eq!(updates.fetch(|_| {}).await.unwrap_err().code, Code::NotFound);
    // And the one from before is not taken back in.
    stage.scene.manifest.rollout = Rollout::ALL;
    stage.scene.manifest.counter -= 1;
    stage.publish();
    assert_eq!(updates.check().await.unwrap_err().code, Code::UpdateReplayed);
    assert!(matches!(updates.state().standing, Some(Standing::Withdrawn { .. })));
}

#[tokio::test]
async fn an_offer_that_has_expired_is_not_fetched() {
    let stage = Scene::new().stage().await;
    let updates = stage.updates().unwrap();
    updates.check().await.unwrap();
    *stage.scene.now.lock().unwrap() = stage.scene.manifest.expires;
    assert_eq!(updates.fetch(|_| {}).await.unwrap_err().code, Code::UpdateExpired);
    assert_eq!(stage.updates().unwrap().state().standing, None);
}

#[tokio::test]
async fn the_same_manifest_is_believed_again() {
    let stage = Scene::new().stage().await;
    let updates = stage.updates().unwrap();
    updates.check().await.unwrap();
    let known = stage.memory();
    updates.check().await.unwrap();
    assert_eq!(stage.memory(), known);
}

#[tokio::test]
async fn each_key_and_each_channel_counts_by_itself() {
    let mut stage = Scene::new().stage().await;
    stage.scene.manifest.counter = u64::MAX;
    stage.publish();
    let updates = stage.updates().unwrap();
    updates.check().await.unwrap();
    // A stolen key that counted to the end does not lock the other one out.
    stage.scene.signer = stage.scene.offline.clone();
    stage.scene.manifest.counter = 1;
    stage.publish();
    updates.check().await.unwrap();
    stage.scene.signer = stage.scene.primary.clone();
    (stage.scene.manifest.counter, stage.scene.manifest.channel) = (3, Channel::Beta);
    stage.scene.memory.channel = Channel::Beta;
    stage.publish();
    updates.choose_channel(Channel::Beta).await.unwrap();
    assert_eq!(updates.state().standing, None);
    updates.check().await.unwrap();
    let known: Vec<_> = stage.memory().counters.into_values().map(|keys| keys.len()).collect();
    assert_eq!(known, [2, 1]);
}

#[tokio::test]
async fn a_clock_ten_years_off_is_refused_and_leaves_no_trace() {
    let stage = Scene::new().stage().await;
    let updates = stage.updates().unwrap();
    let right: Timestamp = NOW.parse().unwrap();
    let moved = |years: i64| right.to_zoned(TimeZone::UTC).checked_add(years.years()).unwrap().timestamp();
    for (years, code) in [(-10, Code::UpdateFromFuture), (10, Code::UpdateExpired)] {
        *stage.scene.now.lock().unwrap() = moved(years);
        assert_eq!(updates.check().await.unwrap_err().code, code, "{years}");
        assert_eq!(stage.memory().newest_time, None);
    }
    *stage.scene.now.lock().unwrap() = right;
    assert!(matches!(updates.check().await.unwrap(), Standing::Offered(_)));
    // From now on a clock that is set back does not count.
    *stage.scene.now.lock().unwrap() = moved(-10);
    assert!(matches!(updates.check().await.unwrap(), Standing::Offered(_)));
    assert_eq!(stage.memory().newest_time, Some(right));
}

#[test]
fn a_roll_out_is_even_stays_and_changes_with_the_version() {
    let installations: Vec<_> = (0..2000).map(|_| Uuid::now_v7()).collect();
    let versions: [Version; 2] = ["0.3.0".parse().unwrap(), "0.4.0".parse().unwrap()];
    let places =
        |version: &Version| -> Vec<f64> { installations.iter().map(|id| verify::bucket(*id, version)).collect() };
    let (first, second) = (places(&versions[0]), places(&versions[1]));
    for fraction in [0.1, 0.5, 0.9] {
        let early = first.iter().filter(|place| **place < fraction).count();
        let expected = 2000.0 * fraction;
        assert!((early as f64 - expected).abs() < 150.0, "{early} of {expected}");
    }
    assert_eq!(first, places(&versions[0]));
    let both = first.iter().zip(&second).filter(|(one, other)| **one < 0.1 && **other < 0.1).count();
    assert!(both < 60, "{both} of 2000 are always first");
    assert!(first.iter().all(|place| (0.0..1.0).contains(place)));
}

#[tokio::test]
async fn a_build_without_keys_or_package_says_so() {
    let stage = Scene::new().stage().await;
    let installed = stage.scene.installed.clone();
    let off = Updates::open(stage.folder.path(), None, installed.clone()).unwrap();
    assert_eq!(off.check().await.unwrap_err().code, Code::UpdateOff);
    assert!(!off.state().is_on);
    let unpacked = Installed { target: None, ..installed };
    let unpacked = Updates::open(stage.folder.path(), Some(stage.release().unwrap()), unpacked).unwrap();
    assert_eq!(unpacked.check().await.unwrap_err().code, Code::UpdateTargetMissing);
    assert_eq!(stage.server.asked(), []);
}

#[tokio::test]
async fn checks_go_on_by_themselves_whatever_comes_of_them() {
    let mut stage = Scene::new().stage().await;
    stage.scene.manifest.expires = NOW.parse().unwrap();
    stage.publish();
    let updates = stage.updates().unwrap();
    let mut changes = updates.watch();
    let short = Duration::from_millis(20);
    let checking = tokio::spawn(updates.clone().keep_checking(Schedule {
        first: short,
        every: short,
        again: short,
        jitter: short,
    }));
    changes.wait_for(|_| updates.state().last_check.is_some_and(|check| check.fault.is_some())).await.unwrap();
    stage.scene.manifest.expires = "2027-01-01T00:00:00Z".parse().unwrap();
    stage.publish();
    changes.wait_for(|_| updates.state().standing.is_some()).await.unwrap();
    assert_eq!(updates.state().last_check.unwrap().fault, None);
    checking.abort();
}

/// The documents that the plugin reads and that a signature is made of must not change by accident.
#[tokio::test]
async fn the_plugin_is_handed_what_was_verified() {
    let stage = Scene::new().stage().await;
    let package = stage.update().await.unwrap();
    let mut json = package.plugin_json();
    let platform = &mut json["platforms"]["linux-x86_64-deb"];
    assert!(platform["signature"].as_str().unwrap().len() > 200);
    platform["signature"] = "…".into();
    platform["url"] = "…".into();
    insta::assert_json_snapshot!(json);
    assert_is_private(&stage);
}

/// What the plugin does with what it is handed, in its own steps.
#[tokio::test]
async fn the_plugin_believes_what_it_is_handed() {
    let stage = Scene::new().stage().await;
    let package = stage.update().await.unwrap();
    let text = |base64: &str| String::from_utf8(STANDARD.decode(base64).unwrap()).unwrap();
    let key = PublicKey::decode(&text(&package.public_key())).unwrap();
    let json = package.plugin_json();
    let signature = json["platforms"]["linux-x86_64-deb"]["signature"].as_str().unwrap();
    let signature = Signature::decode(&text(signature)).unwrap();
    key.verify(&package.bytes().unwrap(), &signature, true).unwrap();
    let version = signature.trusted_comment().split('\t').find_map(|field| field.strip_prefix("version:"));
    assert_eq!(version, json["version"].as_str());
}

fn assert_is_private(stage: &Stage) {
    #[cfg(unix)]
    for name in ["updates.json", "updates.lock", "packages"] {
        use std::os::unix::fs::PermissionsExt;
        let mode = std::fs::metadata(stage.folder.path().join(name)).unwrap().permissions().mode();
        assert_eq!(mode & 0o077, 0, "{name} is for this account alone");
    }
    #[cfg(not(unix))]
    let _ = stage;
}
