//! What scripts rely on: the JSON of a run, exit codes, selectors.

use millwright_journeys::{Fleet, HostEntry, Technician, fault_of, moment};
use millwright_lab::Sshd;
use serde_json::{Value, json};
use std::net::{Ipv4Addr, TcpListener};

/// A host whose port nothing listens on.
fn absent(path: &str, like: &HostEntry) -> HostEntry {
    let port = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap().local_addr().unwrap().port();
    HostEntry { path: path.to_owned(), address: "127.0.0.1".to_owned(), port, ..like.clone() }
}

#[test]
fn a_run_tells_the_truth_about_each_of_fifty_hosts() {
    let sshd = Sshd::start().unwrap();
    let hosts = sshd.hosts(50);
    let technician = Technician::with(&hosts);
    technician.add_all(&[absent("acme/lab/gone", &hosts[0])]);

    // All well.
    let ran = technician.run(&["exec", "acme/prod", "--", "true"]).ends(0);
    let run = ran.run();
    for (field, expected) in [("kind", "exec"), ("state", "succeeded"), ("selector", "acme/prod"), ("title", "true")] {
        assert_eq!(run[field], expected, "{}", ran.told());
    }
    let hash = run["plan_hash"].as_str().unwrap();
    assert!(hash.len() == 64 && hash.bytes().all(|byte| byte.is_ascii_hexdigit()), "{hash}");
    assert_eq!(run["counts"]["succeeded"], 50);
    assert_eq!(run["counts"]["total"], 50);
    let jobs = run["jobs"].as_array().unwrap();
    let mut names: Vec<&str> = jobs.iter().map(|job| job["host"].as_str().unwrap()).collect();
    let mut expected: Vec<&str> = hosts.iter().map(|host| host.path.as_str()).collect();
    names.sort_unstable();
    expected.sort_unstable();
    assert_eq!(names, expected);
    for job in jobs {
        assert_eq!((&job["state"], &job["exit_code"], &job["error"]), (&json!("succeeded"), &json!(0), &Value::Null));
        assert!(job["started_at"].as_str().unwrap().ends_with('Z'), "{job}");
        assert!(moment(&job["started_at"]) <= moment(&job["ended_at"]), "{job}");
    }

    // One of them away, one of them failing: neither hides another.
    let command = format!("case $SSH_CONNECTION in *' {} '*) exit 9 ;; esac; echo fine", hosts[6].address);
    let ran = technician.run(&["exec", "all", "--", &command]).ends(3);
    let run = ran.run();
    assert_eq!(run["state"], "partial");
    for (state, count) in [("succeeded", 49), ("failed", 1), ("unreachable", 1), ("total", 51)] {
        assert_eq!(run["counts"][state], count, "{}", run["counts"]);
    }
    let failed = ran.job("acme/prod/h7");
    assert_eq!((&failed["state"], &failed["exit_code"]), (&json!("failed"), &json!(9)));
    assert_eq!(failed["error"]["code"], "step_failed");
    let gone = ran.job("acme/lab/gone");
    assert_eq!((&gone["state"], &gone["exit_code"]), (&json!("unreachable"), &Value::Null));
    let (code, message, hint) = fault_of(&gone["error"]);
    assert_eq!(code, "connection_refused");
    assert!(!message.is_empty() && !hint.is_empty(), "{gone}");

    // What was said stays readable.
    let id = run["id"].as_str().unwrap();
    assert_eq!(technician.output(id, "acme/prod/h1"), b"fine\n");
    assert_eq!(technician.run(&["run", "show", id]).ends(0).run(), run);
    let listed = technician.run(&["run", "list"]).ends(0).json();
    let listed = listed["runs"].as_array().unwrap();
    assert_eq!((listed.len(), &listed[0]["id"], &listed[0]["counts"]), (2, &run["id"], &run["counts"]));

    // None well.
    for (selector, command) in [("acme/lab", "true"), ("acme/prod/h7", "exit 9"), ("acme/lab,acme/prod/h1", "false")] {
        let ran = technician.run(&["exec", selector, "--", command]).ends(4);
        assert_eq!(ran.run()["state"], "failed", "{}", ran.told());
    }
    assert_eq!(technician.run(&["run", "output", id, "acme/lab/nobody"]).ends(1).fault().0, "not_found");
    technician.audit_head();
}

#[test]
fn a_selector_that_names_nothing_touches_nothing() {
    let sshd = Sshd::start().unwrap();
    let technician = Technician::with(&sshd.hosts(2));
    let (log, head) = (sshd.log(), technician.audit_head());
    let nothing = ["tag:nowhere", "other", "acme/test", "acme/prod/h9", "all,!all", "acme,!acme/prod"];
    let verbs: [&[&str]; 3] = [&["--", "true"], &["--detach", "--", "true"], &["--sudo", "--", "true"]];
    for selector in nothing {
        for verb in verbs {
            let words = [&["exec", selector], verb].concat();
            assert_eq!(technician.run(&words).ends(5).fault().0, "selector_matched_nothing");
        }
        for words in
            [vec!["patch", selector, "--yes"], vec!["host", "check", selector], vec!["facts", "refresh", selector]]
        {
            assert_eq!(technician.run(&words).ends(5).fault().0, "selector_matched_nothing");
        }
        for words in
            [vec!["install", "nginx", selector, "--yes"], vec!["runbook", "run", "disk-usage", selector, "--yes"]]
        {
            assert_eq!(technician.run(&words).ends(5).fault().0, "selector_matched_nothing");
        }
    }
    for malformed in ["", "acme//web", "!", "tag:", "acme/prod/h1/x", "a b", "all,", "ACME", "$(id)"] {
        let ran = technician.run(&["exec", malformed, "--", "true"]).ends(2);
        assert!(ran.stderr.contains("SELECTOR"), "{}", ran.told());
    }
    assert_eq!(sshd.log(), log, "no host may hear of it");
    assert_eq!(technician.audit_head(), head, "nothing may be written");
}
