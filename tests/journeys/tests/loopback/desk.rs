//! The desk, as a window holds it: commands by name, plans that wait for approval, questions, and events that say look again.

use millwright_api::{Desk, EngineEvent};
use millwright_domain::Code;
use millwright_journeys::{Fleet, Technician};
use millwright_lab::Sshd;
use serde_json::{Value, json};
use std::fs;
use std::process::Command;
use std::time::Duration;
use tokio::sync::broadcast::Receiver;

/// Waits for an event; the test fails when none comes.
async fn heard<T>(events: &mut Receiver<EngineEvent>, mut wanted: impl FnMut(EngineEvent) -> Option<T>) -> T {
    let all = async {
        loop {
            if let Some(found) = wanted(events.recv().await.unwrap()) {
                return found;
            }
        }
    };
    tokio::time::timeout(Duration::from_secs(60), all).await.expect("the event comes")
}

async fn desk(hosts: usize) -> (Sshd, Technician, Desk, Vec<String>) {
    let (sshd, technician, paths) = tokio::task::spawn_blocking(move || {
        let sshd = Sshd::start().unwrap();
        let entries = sshd.hosts(hosts);
        let technician = Technician::with(&entries);
        let paths = entries.into_iter().map(|entry| entry.path).collect();
        (sshd, technician, paths)
    })
    .await
    .unwrap();
    let desk = Desk::open(&technician.workspace()).unwrap();
    (sshd, technician, desk, paths)
}

async fn plan(desk: &Desk, script: &str) -> Value {
    let hosts = json!({ "kind": "matching", "filter": { "scope": "acme" }, "except": [] });
    let wish = json!({ "hosts": hosts, "script": script, "sudo": false, "detached": true, "timeout_seconds": 60 });
    desk.call("plan_exec", wish).await.unwrap()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_plan_is_approved_by_its_hash_runs_and_is_read() {
    let (_sshd, _technician, desk, paths) = desk(2).await;
    let mut events = desk.events();
    let made = plan(&desk, "printf 'one\\ntwo <b>\\033[31mred\\033[0m\\n'; echo needle; exit 3").await;
    assert_eq!((made["jobs"].as_array().unwrap().len(), &made["confirmation"]), (2, &Value::Null));
    assert!(made["jobs"][0]["steps"][0]["script"].as_str().unwrap().contains("needle"));

    let approval = |hash: &Value| json!({ "plan": made["id"], "hash": hash, "confirmation": null });
    let refused = desk.call("run_begin", approval(&json!("0".repeat(64)))).await.unwrap_err();
    assert_eq!(refused.code, Code::PlanMismatch);
    let run = desk.call("run_begin", approval(&made["hash"])).await.unwrap();
    let twice = desk.call("run_begin", approval(&made["hash"])).await.unwrap_err();
    assert_eq!(twice.code, Code::PlanUsed, "an approval is for one run");

    heard(&mut events, |event| matches!(event, EngineEvent::Changed { .. }).then_some(())).await;
    let ended = heard(&mut events, |event| match event {
        EngineEvent::RunEnded { run } => Some(run),
        EngineEvent::Changed { .. }
        | EngineEvent::Question { .. }
        | EngineEvent::QuestionGone { .. }
        | EngineEvent::Progress { .. }
        | EngineEvent::Updates => None,
        EngineEvent::RunStopped { error, .. } => panic!("{error}"),
    })
    .await;
    assert_eq!((json!(ended.id), ended.counts.failed), (run.clone(), 2));

    let piece = |from: Value| json!({ "run": run, "host": paths[0], "from": from, "length": 1000 });
    let all = desk.call("log_read", piece(Value::Null)).await.unwrap();
    assert_eq!(all["text"], "one\ntwo <b>\u{1b}[31mred\u{1b}[0m\nneedle\n");
    assert_eq!((&all["from"], &all["until"]), (&json!(0), &all["total"]));
    let search = json!({ "run": run, "host": paths[0], "text": "NEEDLE", "from": 0 });
    let found = desk.call("log_search", search).await.unwrap();
    assert_eq!(found["matches"], json!([{ "at": 24, "length": 6, "line": "needle" }]));
    assert_eq!(found["searched_until"], all["total"]);

    let today = desk.call("today_show", json!({})).await.unwrap();
    assert_eq!(today["unsuccessful"].as_array().unwrap().len(), 2);
    let timeline = desk.call("host_timeline", json!({ "host": paths[0] })).await.unwrap();
    assert_eq!((&timeline[0]["kind"], &timeline[0]["state"]), (&json!("work"), &json!("failed")));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_question_waits_for_its_answer_and_is_told_to_be_gone() {
    let (sshd, technician, desk, paths) = desk(1).await;
    let key = technician.folder().join("locked_key");
    fs::copy(sshd.client_key(), &key).unwrap();
    let locked = Command::new("ssh-keygen").args(["-q", "-p", "-P", "", "-N", "open sesame", "-f"]).arg(&key).status();
    assert!(locked.unwrap().success());
    let credential = json!({ "kind": "key_file", "path": key });
    let edit = json!({ "host": paths[0], "credential": credential, "add_tags": [], "remove_tags": [] });
    desk.call("host_edit", edit).await.unwrap();

    let mut events = desk.events();
    let hosts = json!({ "kind": "hosts", "hosts": paths });
    let asking = tokio::spawn({
        let desk = desk.clone();
        async move { desk.call("facts_refresh", json!({ "hosts": hosts, "keep_index": true })).await }
    });
    let question = heard(&mut events, |event| match event {
        EngineEvent::Question { question } => Some(question),
        EngineEvent::Changed { .. }
        | EngineEvent::QuestionGone { .. }
        | EngineEvent::Progress { .. }
        | EngineEvent::Updates => None,
        EngineEvent::RunEnded { .. } | EngineEvent::RunStopped { .. } => None,
    })
    .await;
    assert_eq!((question.title.as_str(), question.echo), ("Passphrase of a key", false));
    let answer = json!({ "id": question.id, "answer": "open sesame" });
    desk.call("question_answer", answer.clone()).await.unwrap();
    heard(&mut events, |event| matches!(event, EngineEvent::QuestionGone { id } if id == question.id).then_some(()))
        .await;
    let answered = asking.await.unwrap().unwrap();
    assert_eq!(answered[0]["error"], Value::Null, "{answered}");
    assert_eq!(desk.call("question_answer", answer).await.unwrap_err().code, Code::NotFound);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_is_not_in_the_table_is_refused() {
    let (_sshd, _technician, desk, _) = desk(1).await;
    let table = [
        ("shell_execute", json!({}), Code::InvalidInput),
        ("host_show", json!({}), Code::InvalidInput),
        ("host_show", json!({ "host": "acme/prod/h1", "more": 1 }), Code::InvalidInput),
        ("host_show", json!({ "host": "../../etc/passwd" }), Code::InvalidInput),
        ("host_show", json!({ "host": "acme/prod/gone" }), Code::NotFound),
        ("plan_exec", Value::Null, Code::InvalidInput),
        (
            "facts_refresh",
            json!({ "hosts": { "kind": "hosts", "hosts": [] }, "keep_index": true }),
            Code::SelectorMatchedNothing,
        ),
        (
            "run_begin",
            json!({ "plan": "0192d0c0-0000-7000-8000-000000000000", "hash": "", "confirmation": null }),
            Code::NotFound,
        ),
    ];
    for (command, arguments, code) in table {
        let fault = desk.call(command, arguments.clone()).await.unwrap_err();
        assert_eq!(fault.code, code, "{command} {arguments}: {fault}");
    }
}
