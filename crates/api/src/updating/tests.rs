//! Updates put in on a real workspace, from a real server; only the system's installer is ours.

use super::*;
use crate::{Desk, UpdatesView, Workspace};
use axum::{Router, extract::Path, http::StatusCode};
use millwright_domain::ids::RunId;
use millwright_updates::{Installed, Release};
use minisign::KeyPair;
use serde_json::{Value, json};
use sha2::{Digest, Sha256};
use std::collections::HashMap;
use std::io::Cursor;
use std::sync::atomic::{AtomicBool, AtomicU32, Ordering};
use std::time::Instant;
use tempfile::TempDir;

const TARGET: &str = "linux-x86_64-deb";
const PACKAGE: &[u8] = b"what would be a package";

type Files = Arc<Mutex<HashMap<String, Vec<u8>>>>;

/// A desk whose installation is offered 0.9.1.
struct Scene {
    desk: Desk,
    folder: TempDir,
    installer: Arc<Recorder>,
    go_on: std::sync::mpsc::Sender<()>,
    files: Files,
    keys: KeyPair,
    address: String,
}

/// Installs when it is let, and remembers what it was given.
struct Recorder {
    given: Mutex<Vec<Vec<u8>>>,
    /// A word for each installation.
    may_go_on: Mutex<std::sync::mpsc::Receiver<()>>,
    speaks_against: AtomicBool,
    refuses: AtomicBool,
    restarts: AtomicU32,
}

impl Installer for Recorder {
    fn check(&self, _: &Package) -> Result<(), Fault> {
        match self.speaks_against.load(Ordering::Relaxed) {
            true => Err(Fault::new(Code::UpdateInstallFailed, "it needs libfoo1")),
            false => Ok(()),
        }
    }

    fn install(&self, package: &Package) -> Result<(), Fault> {
        self.given.lock().unwrap().push(package.bytes()?);
        self.may_go_on.lock().unwrap().recv().map_err(|error| Fault::new(Code::Internal, error.to_string()))?;
        match self.refuses.load(Ordering::Relaxed) {
            true => Err(Fault::new(Code::UpdateInstallFailed, "dpkg said no")),
            false => Ok(()),
        }
    }

    fn restart(&self) {
        self.restarts.fetch_add(1, Ordering::Relaxed);
    }
}

impl Scene {
    async fn new() -> Self {
        Self::owned_by(UpdateOwner::Itself).await
    }

    async fn owned_by(owner: UpdateOwner) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let workspace = folder.path().join("workspace");
        Workspace::init(&workspace).unwrap();
        let desk = Desk::open(&workspace).unwrap();
        let (files, keys) = (Files::default(), KeyPair::generate_unencrypted_keypair().unwrap());
        let address = serve(Arc::clone(&files)).await;
        let settings =
            format!("endpoint = \"{address}/{{channel}}.json\"\nkeys = [\"primary\"]\nallow_insecure_transport = true");
        let release = Release::parse(&settings, &[("primary", &keys.pk.to_box().unwrap().to_string())]).unwrap();
        let installed = Installed { version: "0.9.0".parse().unwrap(), target: Some(TARGET.parse().unwrap()) };
        let updates = Updates::open(&folder.path().join("updates"), Some(release), installed).unwrap();
        let (go_on, waits) = std::sync::mpsc::channel();
        let installer = Arc::new(Recorder {
            given: Mutex::default(),
            may_go_on: Mutex::new(waits),
            speaks_against: AtomicBool::new(false),
            refuses: AtomicBool::new(false),
            restarts: AtomicU32::new(0),
        });
        let port: Arc<dyn Installer> = installer.clone();
        desk.offer_updates(updates, &Started::Usual, owner, port);
        let scene = Self { desk, folder, installer, go_on, files, keys, address };
        scene.publish("0.9.1", 1, 1.0);
        scene
    }

    fn publish(&self, version: &str, counter: u32, rollout: f64) {
        let sign = |bytes: &[u8], comment: &str| {
            let signed = minisign::sign(None, &self.keys.sk, Cursor::new(bytes), Some(comment), None);
            signed.unwrap().to_string()
        };
        let now = jiff::Timestamp::now();
        let manifest = json!({
            "format": 1, "version": version, "counter": counter, "channel": "stable", "rollout": rollout,
            "published": now, "expires": now + jiff::SignedDuration::from_hours(24), "least_version": "0.1.0",
            "notes": "Better <b>in</b> every way.",
            "targets": { TARGET: {
                "url": format!("{}/package", self.address), "size_bytes": PACKAGE.len(),
                "sha256": hex::encode(Sha256::digest(PACKAGE)), "signature": sign(PACKAGE, &format!("version:{version}")),
            }},
        });
        let manifest = manifest.to_string();
        let mut files = self.files.lock().unwrap();
        files.insert("stable.json.minisig".into(), sign(manifest.as_bytes(), "millwright manifest").into_bytes());
        files.insert("stable.json".into(), manifest.into_bytes());
        files.insert("package".into(), PACKAGE.to_vec());
    }

    async fn call(&self, command: &str, arguments: Value) -> Result<Value, Fault> {
        self.desk.call(command, arguments).await
    }

    async fn install(&self, when: &str) -> Result<Value, Fault> {
        self.call("updates_install", json!({ "version": "0.9.1", "when": when })).await
    }

    fn view(&self) -> UpdatesView {
        updates_view(&self.desk)
    }

    async fn until(&self, what: &str, is_so: impl Fn(&UpdatePhase) -> bool) -> UpdatePhase {
        let deadline = Instant::now() + Duration::from_secs(60);
        loop {
            let phase = self.view().phase;
            if is_so(&phase) {
                return phase;
            }
            assert!(Instant::now() < deadline, "{what}: {phase:?}");
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
    }

    /// Writes something into what the installation remembers.
    fn remember(&self, field: &str, value: Value) {
        let path = self.folder.path().join("updates/updates.json");
        let mut memory: Value = serde_json::from_slice(&std::fs::read(&path).unwrap()).unwrap();
        memory[field] = value;
        std::fs::write(path, memory.to_string()).unwrap();
    }

    fn backups(&self) -> usize {
        let folder = self.desk.workspace().folder().join("backups");
        let names = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().file_name().into_string().unwrap());
        names.filter(|name| name.starts_with("before-update-")).count()
    }

    fn installed(&self) -> usize {
        self.installer.given.lock().unwrap().len()
    }
}

async fn serve(files: Files) -> String {
    let find = move |Path(path): Path<String>| {
        let found = files.lock().unwrap().get(&path).cloned();
        async move { found.ok_or(StatusCode::NOT_FOUND) }
    };
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = format!("http://{}", listener.local_addr().unwrap());
    let router = Router::new().route("/{*path}", axum::routing::get(find));
    tokio::spawn(async move { axum::serve(listener, router).await.unwrap() });
    address
}

#[tokio::test]
async fn an_update_is_shown_put_in_and_restarted_into() {
    let scene = Scene::new().await;
    assert_eq!(scene.view().news, UpdateNews::Unknown);
    assert_eq!(scene.install("now").await.unwrap_err().code, Code::NotFound, "nothing is known yet");
    let shown = scene.call("updates_check", json!({})).await.unwrap();
    assert_eq!(shown["news"]["offer"]["notes"], "Better <b>in</b> every way.");
    let other = scene.call("updates_install", json!({ "version": "0.9.2", "when": "now" })).await;
    assert_eq!(other.unwrap_err().code, Code::PlanStale, "only what was shown");

    scene.go_on.send(()).unwrap();
    scene.install("now").await.unwrap();
    scene.until("restart", |phase| *phase == UpdatePhase::Restarting).await;
    assert_eq!(*scene.installer.given.lock().unwrap(), [PACKAGE]);
    assert_eq!(scene.backups(), 1);
    let store = &scene.desk.workspace().store;
    assert_eq!(Fault::from(store.begin_work().unwrap_err()).code, Code::UpdateInstalling, "until the process ends");
    while scene.installer.restarts.load(Ordering::Relaxed) == 0 {
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
}

#[tokio::test]
async fn what_does_not_fit_this_system_is_said_before_anything_is_waited_for() {
    let scene = Scene::new().await;
    scene.call("updates_check", json!({})).await.unwrap();
    let _lease = scene.desk.workspace().store.lease_run(RunId(uuid::Uuid::nil())).unwrap().unwrap();
    scene.installer.speaks_against.store(true, Ordering::Relaxed);
    scene.install("after_work").await.unwrap();
    let failed = scene.until("the end", |phase| matches!(phase, UpdatePhase::Failed { .. })).await;
    let UpdatePhase::Failed { fault } = failed else { panic!("{failed:?}") };
    assert_eq!(fault.message, "it needs libfoo1");
    assert_eq!((scene.installed(), scene.backups()), (0, 0));
}

#[tokio::test]
async fn a_version_that_did_not_come_up_here_says_so_until_it_does() {
    let scene = Scene::new().await;
    for (outcomes, says_so) in
        [(vec!["did_not_come_up"], true), (vec!["did_not_come_up", "installed"], false), (vec!["installed"], false)]
    {
        let past = |kind| {
            json!({
                "from": "0.9.0", "to": "0.9.1", "notes": "Better.", "at": "2026-11-22T08:00:00Z", "backup": null,
                "outcome": { "kind": kind },
            })
        };
        scene.remember("history", outcomes.iter().map(past).collect());
        let view = scene.call("updates_check", json!({})).await.unwrap();
        let offer = &view["news"]["offer"];
        assert_eq!(offer["did_not_come_up_at"] == "2026-11-22T08:00:00Z", says_so, "{outcomes:?}: {offer}");
        assert_eq!(view["history"][0]["notes"], "Better.");
        let id = scene.keys.pk.to_box().unwrap().to_string();
        let signed_by = offer["signed_by"].as_str().unwrap().strip_prefix("primary, ").unwrap();
        assert!(id.contains(signed_by), "{signed_by} is not the key of {id}");
    }
}

#[tokio::test]
async fn what_is_under_way_goes_first_and_nothing_begins_meanwhile() {
    let scene = Scene::new().await;
    scene.call("updates_check", json!({})).await.unwrap();
    // Another process of the same workspace drives a run.
    let other = Workspace::open(scene.desk.workspace().folder(), crate::People::nobody()).unwrap();
    let lease = other.store.lease_run(RunId(uuid::Uuid::nil())).unwrap().unwrap();
    let refused = scene.install("now").await.unwrap_err();
    assert_eq!((refused.code, scene.installed()), (Code::WorkUnderWay, 0), "{refused}");

    scene.install("after_work").await.unwrap();
    assert_eq!(scene.install("after_work").await.unwrap_err().code, Code::UpdateBusy);
    let waits = scene.until("the wait", |phase| matches!(phase, UpdatePhase::Waiting { .. })).await;
    assert_eq!(waits, UpdatePhase::Waiting { until: "under way: a run of another process".into() });
    assert_eq!(scene.installed(), 0);
    drop(lease);
    scene.until("the installer", |phase| *phase == UpdatePhase::Installing).await;
    assert_eq!(
        other.store.lease_run(RunId(uuid::Uuid::nil())).err().map(|e| Fault::from(e).code),
        Some(Code::UpdateInstalling)
    );
    assert_eq!(other.begin_due().await.unwrap(), [], "what is due waits");
    assert_eq!(scene.call("updates_leave", json!({})).await.unwrap_err().code, Code::UpdateInstalling);
    assert_eq!(
        scene.desk.end_updates().unwrap_err().code,
        Code::UpdateInstalling,
        "no process ends in the midst of it"
    );

    // It says no: everything goes on as it was.
    scene.installer.refuses.store(true, Ordering::Relaxed);
    scene.go_on.send(()).unwrap();
    let failed = scene.until("the end", |phase| matches!(phase, UpdatePhase::Failed { .. })).await;
    let UpdatePhase::Failed { fault } = failed else { panic!("{failed:?}") };
    assert_eq!((fault.code, fault.message.as_str()), (Code::UpdateInstallFailed, "dpkg said no"));
    assert!(other.store.begin_work().is_ok());
    assert_eq!(scene.view().history[0].fault.as_deref(), Some("dpkg said no"));
    assert_eq!(scene.installer.restarts.load(Ordering::Relaxed), 0);

    // And it can be tried again.
    scene.installer.refuses.store(false, Ordering::Relaxed);
    scene.go_on.send(()).unwrap();
    scene.install("now").await.unwrap();
    scene.until("restart", |phase| *phase == UpdatePhase::Restarting).await;
}

#[tokio::test]
async fn a_wait_can_be_left_and_a_release_withdrawn_meanwhile() {
    let scene = Scene::new().await;
    scene.call("updates_check", json!({})).await.unwrap();
    let lease = scene.desk.workspace().store.lease_run(RunId(uuid::Uuid::nil())).unwrap().unwrap();
    scene.install("after_work").await.unwrap();
    scene.until("the wait", |phase| matches!(phase, UpdatePhase::Waiting { .. })).await;
    scene.desk.end_updates().unwrap();
    assert_eq!(scene.view().phase, UpdatePhase::Idle);
    scene.desk.end_updates().expect("there is none any more");

    scene.install("after_work").await.unwrap();
    scene.until("the wait", |phase| matches!(phase, UpdatePhase::Waiting { .. })).await;
    scene.publish("0.9.1", 2, 0.0);
    let view = scene.call("updates_check", json!({})).await.unwrap();
    assert_eq!(view["news"], json!({ "kind": "withdrawn", "version": "0.9.1" }));
    drop(lease);
    scene.until("the end", |phase| matches!(phase, UpdatePhase::Failed { .. })).await;
    assert_eq!((scene.installed(), scene.backups()), (0, 0));
    scene.call("updates_leave", json!({})).await.unwrap();
    assert_eq!(scene.view().phase, UpdatePhase::Idle);
}

#[tokio::test]
async fn who_does_not_update_itself_says_so() {
    let advice = "Update it with your package manager: sudo apt upgrade millwright";
    let owner = UpdateOwner::PackageManager { name: "apt".into(), advice: advice.into() };
    let scene = Scene::owned_by(owner).await;
    for command in ["updates_check", "updates_leave"] {
        let fault = scene.call(command, json!({})).await.unwrap_err();
        assert_eq!((fault.code, fault.hint.as_deref()), (Code::UpdateOff, Some(advice)), "{command}");
    }
    assert_eq!(scene.install("now").await.unwrap_err().code, Code::UpdateOff);
    assert_eq!(scene.view().off.unwrap().code, Code::UpdateOff);
    drop(scene.folder);
}
