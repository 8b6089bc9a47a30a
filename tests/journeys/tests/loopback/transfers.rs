//! Files that are interrupted, cancelled, changed under way, or have no room: never half there, and gone on with exactly.

use crate::files::{Bench, noise};
use millwright_domain::Code;
use millwright_lab::{Proxy, Sshd};
use serde_json::{Value, json};
use std::fs;
use std::net::SocketAddr;
use std::path::PathBuf;
use std::sync::{Arc, Mutex};
use std::time::Duration;

const LENGTH: usize = 40_000_000;
/// Far enough that more than what is sent again has arrived.
const FAR: u64 = 8_000_000;

/// A window on a host behind a link that takes a while, so that there is a middle to interrupt.
async fn far_away() -> (Bench, Proxy) {
    let made: Arc<Mutex<Option<Proxy>>> = Arc::default();
    let kept = Arc::clone(&made);
    let bench = Bench::reached_by(move |_, host| {
        let target = SocketAddr::new(host.address.parse().unwrap(), host.port);
        let proxy = Proxy::start(target, Duration::from_millis(20)).unwrap();
        let host = host.at(proxy.address());
        *kept.lock().unwrap() = Some(proxy);
        host
    })
    .await;
    let proxy = made.lock().unwrap().take().unwrap();
    (bench, proxy)
}

fn end_sessions(sshd: &Sshd) {
    assert!(sshd.end_sessions().unwrap() > 0);
}

async fn resume(bench: &Bench, transfer: &Value) {
    bench.desk.call("transfer_resume", json!({ "id": transfer["id"] })).await.unwrap();
}

/// Where the audit says that the last beginning began.
async fn began_at(bench: &Bench, action: &str) -> u64 {
    let trail = bench.trail().await;
    let (_, change) = trail.iter().find(|(said, _)| said == action).unwrap();
    change["from"][1].as_u64().unwrap()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_upload_that_is_interrupted_goes_on_where_it_was() {
    let (bench, _proxy) = far_away().await;
    let bytes = noise(LENGTH);
    let local = PathBuf::from(bench.technician.file("large", &bytes));
    let transfer = bench.upload(&local, false).await.unwrap();
    let moving = bench.until(&transfer, |seen| seen["done"].as_u64().unwrap() > FAR).await;
    assert_eq!((&moving["state"], &moving["total"]), (&json!("moving"), &json!(LENGTH)));
    end_sessions(&bench.sshd);
    let ended = bench.ended(&transfer).await;
    assert_eq!((&ended["state"], &ended["error"]["code"]), (&json!("interrupted"), &json!("link_lost")), "{ended}");
    assert!(!bench.there("large").exists(), "nothing has the name before it is whole");
    let partial = bench.there(".large.millwright-part");
    let arrived = fs::metadata(&partial).unwrap().len();
    assert!(arrived > FAR && arrived < LENGTH as u64);

    resume(&bench, &transfer).await;
    bench.done(&transfer).await;
    assert!(fs::read(bench.there("large")).unwrap() == bytes);
    assert!(!partial.exists());
    let from = began_at(&bench, "host.file_upload").await;
    assert!(from > FAR - 2 * 1024 * 1024 && from <= arrived, "it went on at {from} of {arrived}");
    let twice = bench.desk.call("transfer_resume", json!({ "id": transfer["id"] })).await.unwrap_err();
    assert_eq!(twice.code, Code::InvalidInput);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_download_that_is_interrupted_goes_on_where_it_was() {
    let (bench, _proxy) = far_away().await;
    let (bytes, back) = (noise(LENGTH), bench.here("back"));
    fs::write(bench.there("large"), &bytes).unwrap();
    let transfer = bench.download(&bench.there("large"), &back).await.unwrap();
    bench.until(&transfer, |seen| seen["done"].as_u64().unwrap() > FAR).await;
    end_sessions(&bench.sshd);
    let ended = bench.ended(&transfer).await;
    assert_eq!((&ended["state"], &ended["error"]["code"]), (&json!("interrupted"), &json!("link_lost")), "{ended}");
    let arrived = fs::metadata(bench.here("back.millwright-part")).unwrap().len();
    assert!(arrived > FAR && arrived < LENGTH as u64 && !back.exists());

    resume(&bench, &transfer).await;
    bench.done(&transfer).await;
    assert!(fs::read(&back).unwrap() == bytes);
    assert_eq!(began_at(&bench, "host.file_download").await, arrived);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_source_that_has_changed_is_sent_from_its_beginning() {
    let (bench, _proxy) = far_away().await;
    let local = PathBuf::from(bench.technician.file("large", noise(LENGTH)));
    let transfer = bench.upload(&local, false).await.unwrap();
    bench.until(&transfer, |seen| seen["done"].as_u64().unwrap() > FAR).await;
    end_sessions(&bench.sshd);
    assert_eq!(bench.ended(&transfer).await["state"], "interrupted");
    let mut other = noise(LENGTH);
    other.reverse();
    fs::write(&local, &other).unwrap();
    resume(&bench, &transfer).await;
    bench.done(&transfer).await;
    assert!(fs::read(bench.there("large")).unwrap() == other);
    assert_eq!(began_at(&bench, "host.file_upload").await, 0);
    let deleted = bench.trail().await.into_iter().find(|(action, _)| action == "host.file_delete").unwrap().1;
    assert_eq!(
        deleted["path"],
        json!([bench.there(".large.millwright-part"), null]),
        "the old part stands in the audit"
    );
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_file_of_the_host_that_has_changed_is_fetched_from_its_beginning() {
    let (bench, _proxy) = far_away().await;
    let (there, back) = (bench.there("large"), bench.here("back"));
    fs::write(&there, noise(LENGTH)).unwrap();
    let transfer = bench.download(&there, &back).await.unwrap();
    bench.until(&transfer, |seen| seen["done"].as_u64().unwrap() > FAR).await;
    let second = bench.download(&there, &back).await.unwrap_err();
    assert_eq!(second.code, Code::InUse, "two files must not grow in one");
    end_sessions(&bench.sshd);
    assert_eq!(bench.ended(&transfer).await["state"], "interrupted");
    let mut other = noise(LENGTH);
    other.reverse();
    fs::write(&there, &other).unwrap();
    // The same length and another second: SFTP knows no smaller step.
    let changed = fs::File::options().write(true).open(&there).unwrap();
    changed.set_modified(changed.metadata().unwrap().modified().unwrap() - Duration::from_secs(3600)).unwrap();
    resume(&bench, &transfer).await;
    bench.done(&transfer).await;
    assert!(fs::read(&back).unwrap() == other);
    assert_eq!(began_at(&bench, "host.file_download").await, 0);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_cancelled_transfer_stops_goes_on_and_can_be_forgotten() {
    let (bench, _proxy) = far_away().await;
    let bytes = noise(LENGTH);
    let local = PathBuf::from(bench.technician.file("large", &bytes));
    let transfer = bench.upload(&local, false).await.unwrap();
    let id = json!({ "id": transfer["id"] });
    bench.until(&transfer, |seen| seen["done"].as_u64().unwrap() > FAR).await;
    assert_eq!(bench.desk.call("transfer_forget", id.clone()).await.unwrap_err().code, Code::InUse);
    bench.desk.call("transfer_cancel", id.clone()).await.unwrap();
    let cancelled = bench.transfer(&transfer["id"]).await;
    assert_eq!((&cancelled["state"], &cancelled["error"]), (&json!("cancelled"), &Value::Null));
    assert!(cancelled["ended_at"].is_string() && !bench.there("large").exists());
    let end = bench.trail().await.remove(0);
    assert_eq!((end.0.as_str(), &end.1["error"]), ("host.file_upload_end", &json!("cancelled")));

    resume(&bench, &transfer).await;
    bench.done(&transfer).await;
    assert!(fs::read(bench.there("large")).unwrap() == bytes);
    assert!(began_at(&bench, "host.file_upload").await > 0);
    bench.desk.call("transfer_forget", id.clone()).await.unwrap();
    assert!(bench.there("large").exists(), "what is done stays");
    assert_eq!(bench.desk.call("transfer_cancel", id).await.unwrap_err().code, Code::NotFound);

    // Of one that is not done, the part goes as well.
    let back = bench.here("back");
    let transfer = bench.download(&bench.there("large"), &back).await.unwrap();
    bench.until(&transfer, |seen| seen["done"].as_u64().unwrap() > FAR).await;
    let id = json!({ "id": transfer["id"] });
    bench.desk.call("transfer_cancel", id.clone()).await.unwrap();
    assert!(bench.here("back.millwright-part").exists());
    bench.desk.call("transfer_forget", id).await.unwrap();
    assert!(!bench.here("back.millwright-part").exists() && !back.exists());
    assert_eq!(bench.desk.call("transfer_list", json!({})).await.unwrap(), json!([]));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn four_move_at_once_and_the_others_wait() {
    let (bench, _proxy) = far_away().await;
    fs::write(bench.there("large"), noise(LENGTH)).unwrap();
    let mut transfers = Vec::new();
    for number in 0..6 {
        let back = bench.here(&format!("back {number}"));
        transfers.push(bench.download(&bench.there("large"), &back).await.unwrap());
    }
    bench.until(&transfers[3], |seen| seen["done"].as_u64().unwrap() > 0).await;
    let list = bench.desk.call("transfer_list", json!({})).await.unwrap();
    let states: Vec<_> = list.as_array().unwrap().iter().map(|seen| seen["state"].as_str().unwrap()).collect();
    assert_eq!(states, ["moving", "moving", "moving", "moving", "waiting", "waiting"]);
    bench.desk.call("transfer_cancel", json!({ "id": transfers[5]["id"] })).await.unwrap();
    for transfer in &transfers[..5] {
        let done = bench.done(transfer).await;
        assert!(fs::read(done["local_path"].as_str().unwrap()).unwrap() == noise(LENGTH));
    }
    assert_eq!(bench.ended(&transfers[5]).await["state"], "cancelled");
}

/// Each kind of trouble on either side has a code and a next step of its own, and leaves nothing with the file's name.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn trouble_is_told_apart() {
    let bench = Bench::new().await;
    let local = PathBuf::from(bench.technician.file("file", noise(300_000)));
    let upload = async |folder: &str| {
        let grant = bench.desk.grant(local.clone());
        let began = bench.call("transfer_upload", json!({ "folder": folder, "grant": grant, "replace": false })).await;
        match began {
            Err(fault) => json!(fault),
            Ok(transfer) => bench.ended(&transfer).await["error"].take(),
        }
    };
    assert_eq!(upload("/gone").await["code"], "not_found");
    assert_eq!(upload(local.to_str().unwrap()).await["code"], "invalid_input", "a file is no folder");
    let refused = upload("/proc").await;
    assert!(matches!(refused["code"].as_str(), Some("not_found" | "permission_denied" | "file_refused")), "{refused}");
    assert!(refused["hint"].is_string());
    fs::write(bench.there("file"), noise(300_000)).unwrap();
    let download = async |place: PathBuf| match bench.download(&bench.there("file"), &place).await {
        Err(fault) => json!(fault),
        Ok(transfer) => bench.ended(&transfer).await["error"].take(),
    };
    assert_eq!(download(bench.here("gone/back")).await["code"], "local_file");
    assert_eq!(download(bench.here("there")).await["code"], "not_a_file");
}

/// A file far larger than the memory that its way may take, in a process of its own, so that the memory is its own.
#[test]
fn a_large_file_costs_no_memory() {
    use millwright_journeys::{Fleet, Technician};
    let sshd = Sshd::start().unwrap();
    let technician = Technician::with(&sshd.hosts(1));
    let large = technician.folder().join("large");
    fs::File::create(&large).unwrap().set_len(300_000_000).unwrap();
    let (large, there, back) =
        (large.to_str().unwrap(), technician.folder().join("there"), technician.folder().join("back"));
    let sent = technician.run(&["files", "put", large, "acme/prod/h1", there.to_str().unwrap()]).ends(0);
    let fetched =
        technician.run(&["files", "get", "acme/prod/h1", there.to_str().unwrap(), back.to_str().unwrap()]).ends(0);
    assert_eq!(fs::metadata(&back).unwrap().len(), 300_000_000);
    for ran in [sent, fetched] {
        assert!(ran.peak_kib < 100 * 1024, "`{}` took {} KiB", ran.words, ran.peak_kib);
        println!("{} KiB at most: {}", ran.peak_kib, ran.words);
    }
}
