//! A run goes over its hosts in waves, halts where its policy says so, and is resumed with what is missing.

use crate::trail::{Trail, fleet};
use millwright_journeys::{Ran, Technician, fault_of};
use millwright_lab::Sshd;
use serde_json::{Value, json};

const HOSTS: [&str; 8] = [
    "acme/prod/h1",
    "acme/prod/h2",
    "acme/prod/h3",
    "bolt/prod/h1",
    "bolt/prod/h2",
    "bolt/prod/h3",
    "coral/prod/h1",
    "coral/prod/h2",
];

/// The canary, the wave of three, and the rest.
const WAVES: [&[&str]; 3] = [&[HOSTS[0]], &[HOSTS[1], HOSTS[2], HOSTS[3]], &[HOSTS[4], HOSTS[5], HOSTS[6], HOSTS[7]]];

const POLICY: &str = "canary = 1\nwaves = [\"3\"]\nat_once_per_client = 1\n[gate]\nmost_failures = 0\n";

/// The hosts whose jobs ended so, in the plan's order.
fn hosts_that(run: &Value, state: &str) -> Vec<String> {
    let jobs = run["jobs"].as_array().unwrap().iter().filter(|job| job["state"] == state);
    jobs.map(|job| job["host"].as_str().unwrap().to_owned()).collect()
}

fn waves_of(run: &Value) -> Vec<(String, u64)> {
    let waves = run["waves"].as_array().unwrap().iter();
    waves.map(|wave| (wave["title"].as_str().unwrap().into(), wave["counts"]["total"].as_u64().unwrap())).collect()
}

#[test]
fn waves_follow_each_other_and_no_limit_is_exceeded() {
    let sshd = Sshd::start().unwrap();
    let hosts = fleet(&sshd, &HOSTS);
    let technician = Technician::with(&hosts);
    // Given on the command line, or kept in the workspace: the same way over the hosts.
    let policy = technician.file("policy.toml", POLICY);
    technician.run(&["policy", "set", &policy]).ends(0);
    for (given, name) in [(&["--policy", &policy][..], "the policy in"), (&[], "the workspace's policy")] {
        let folder = tempfile::tempdir_in(technician.folder()).unwrap();
        let trail = Trail::of(&hosts, folder.path());
        let script = trail.script();
        let words = [&["exec", "all", "--detach"], given, &["--", &script]].concat();
        let ran = technician.run(&words).ends(0);
        let run = ran.run();
        assert!(run["policy"].as_str().unwrap().starts_with(name), "{}", ran.told());
        assert_eq!(waves_of(&run), [("canary".into(), 1), ("wave 2".into(), 3), ("wave 3".into(), 4)]);
        assert_eq!((&run["state"], &run["halted"], &run["gate"]), (&json!("succeeded"), &Value::Null, &Value::Null));
        let mut begun = trail.begun();
        begun.sort_unstable();
        assert_eq!(begun, HOSTS);
        assert!(trail.is_before(WAVES[0], &[WAVES[1], WAVES[2]].concat()), "{:?}", trail.begun());
        assert!(trail.is_before(WAVES[1], WAVES[2]), "{:?}", trail.begun());
        for client in ["acme/", "bolt/", "coral/"] {
            assert_eq!(trail.most_at_once(client), 1, "{client}");
        }
        assert!(trail.most_at_once("") > 1, "clients need not wait for each other");
    }
    // What ends with the connection changes nothing that a policy of the workspace has to guard.
    let ran = technician.run(&["exec", "all", "--", "true"]).ends(0);
    assert_eq!(waves_of(&ran.run()), [("all hosts".into(), 8)]);
    technician.run(&["policy", "unset"]).ends(0);
    let ran = technician.run(&["exec", "all", "--detach", "--", "true"]).ends(0);
    assert_eq!((waves_of(&ran.run()), &ran.run()["policy"]), (vec![("all hosts".into(), 8)], &json!("no policy")));
    technician.audit_head();
}

#[test]
fn a_failure_halts_the_run_and_resuming_goes_on_with_exactly_what_is_missing() {
    let sshd = Sshd::start().unwrap();
    let hosts = fleet(&sshd, &HOSTS);
    let technician = Technician::with(&hosts);
    let policy = technician.file("policy.toml", POLICY);
    let trail = Trail::of(&hosts, technician.folder());
    // The second host of acme fails at once, while bolt's is at work; the third waits for its turn behind it.
    trail.break_host(HOSTS[1]);
    let ran = technician.run(&["exec", "all", "--detach", "--policy", &policy, "--", &trail.script()]).ends(3);
    let run = ran.run();
    let id = run["id"].as_str().unwrap();
    let held = [HOSTS[2], HOSTS[4], HOSTS[5], HOSTS[6], HOSTS[7]];
    assert_eq!(run["state"], "halted", "{}", ran.told());
    assert_eq!(hosts_that(&run, "succeeded"), [HOSTS[0], HOSTS[3]], "what runs comes to its end");
    assert_eq!(
        (hosts_that(&run, "failed"), hosts_that(&run, "held")),
        (vec![HOSTS[1].into()], held.map(str::to_owned).into())
    );
    let (code, message, hint) = fault_of(&run["halted"]);
    assert_eq!(code, "run_halted");
    assert!(
        message.contains("1 host failed") && message.contains("allows 0") && message.contains("policy.toml"),
        "{message}"
    );
    assert!(!hint.is_empty());
    for host in held {
        let (code, message, _) = fault_of(&ran.job(host)["error"]);
        assert!(code == "run_halted" && message.contains("1 host failed"), "{message}");
    }
    // Following it starts nothing and says the same.
    let begun = trail.begun();
    assert_eq!(technician.run(&["run", "follow", id]).ends(3).run(), run);
    assert_eq!(trail.begun(), begun);

    // Not repaired yet, and the policy is given again: the same host is the canary now, and nothing else begins.
    let resume = ["run", "resume", id, "--yes", "--policy", &policy];
    let second = technician.run(&resume).ends(4);
    let mut missing = vec![HOSTS[1].to_owned()];
    missing.extend(held.map(str::to_owned));
    assert_eq!((&second.run()["state"], hosts_of(&second)), (&json!("halted"), missing.clone()), "{}", second.told());
    assert_eq!(trail.begun().len(), begun.len() + 1);

    trail.repair(HOSTS[1]);
    let third = technician.run(&resume).ends(0);
    assert_eq!((&third.run()["state"], hosts_of(&third)), (&json!("succeeded"), missing), "{}", third.told());
    assert_eq!((&third.run()["follows"], &third.run()["follows_how"]), (&json!(id), &json!("resumes")));
    for job in third.run()["jobs"].as_array().unwrap() {
        assert_ne!(job["id"], ran.job(job["host"].as_str().unwrap())["id"], "a retry is a new job");
    }
    let mut begun = trail.begun();
    begun.sort_unstable();
    begun.dedup();
    assert_eq!((begun, trail.begun().len()), (HOSTS.map(str::to_owned).into(), 10), "only the broken host had three");
    let shown = technician.run(&["run", "show", id]).ends(0).run();
    let followers: Vec<&Value> = shown["followed_by"].as_array().unwrap().iter().map(|run| &run["id"]).collect();
    assert_eq!(followers, [&second.run()["id"], &third.run()["id"]]);
    assert_eq!((&shown["jobs"], &shown["state"]), (&run["jobs"], &run["state"]), "what was, stays");

    // Everything has succeeded by now, in this run or in one that resumed it.
    for done in [id, third.run()["id"].as_str().unwrap()] {
        let refused = technician.run(&["run", "resume", done, "--yes", "--policy", &policy]).ends(1);
        let (code, message, _) = refused.fault();
        assert_eq!(code, "not_found", "{}", refused.told());
        assert!(message.contains("nothing is missing"), "{message}");
    }
    technician.audit_head();
}

fn hosts_of(ran: &Ran) -> Vec<String> {
    let run = ran.run();
    run["jobs"].as_array().unwrap().iter().map(|job| job["host"].as_str().unwrap().to_owned()).collect()
}

#[test]
fn a_run_that_still_works_cannot_be_resumed() {
    let sshd = Sshd::start().unwrap();
    let hosts = fleet(&sshd, &HOSTS[..2]);
    let technician = Technician::with(&hosts);
    let trail = Trail::of(&hosts, technician.folder());
    trail.break_host(HOSTS[0]);
    trail.hold_up();
    let running = technician.spawn(&["exec", "all", "--detach", "--", &trail.script()]);
    trail.wait_for(2);
    let id = technician.newest_run();
    let refused = |id: &str| {
        let ran = technician.run(&["run", "resume", id, "--yes"]).ends(1);
        let (code, _, hint) = ran.fault();
        assert!(code == "conflict" && !hint.is_empty(), "{}", ran.told());
    };
    refused(&id);
    trail.let_go();
    running.wait().ends(3);

    // Nor can it be resumed twice at once.
    trail.repair(HOSTS[0]);
    trail.hold_up();
    let resuming = technician.spawn(&["run", "resume", &id, "--yes"]);
    trail.wait_for(3);
    refused(&id);
    trail.let_go();
    resuming.wait().ends(0);
    assert_eq!(trail.begun()[2..], [HOSTS[0]]);
    technician.audit_head();
}

#[test]
fn so_many_failures_as_the_policy_allows_halt_nothing() {
    let sshd = Sshd::start().unwrap();
    let hosts = fleet(&sshd, &HOSTS);
    let technician = Technician::with(&hosts);
    let policy = technician.file("policy.toml", POLICY.replace("most_failures = 0", "most_failures = 1"));
    let trail = Trail::of(&hosts, technician.folder());
    trail.break_host(HOSTS[0]);
    let words = ["exec", "all", "--detach", "--policy", &policy, "--", &trail.script()];
    let ran = technician.run(&words).ends(3);
    let run = ran.run();
    assert_eq!((&run["state"], &run["halted"]), (&json!("partial"), &Value::Null), "{}", ran.told());
    assert_eq!((hosts_that(&run, "failed").len(), hosts_that(&run, "succeeded").len()), (1, 7));

    trail.break_host(HOSTS[2]);
    let ran = technician.run(&words).ends(3);
    assert_eq!(ran.run()["state"], "halted", "{}", ran.told());
    assert_eq!(hosts_that(&ran.run(), "held"), HOSTS[4..]);
    assert!(fault_of(&ran.run()["halted"]).1.contains("2 hosts failed"), "{}", ran.told());
    technician.audit_head();
}

/// Hosts that serve together.
const CLUSTER: [&str; 3] = ["acme/prod/db1", "acme/prod/db2", "acme/prod/db3"];

#[test]
fn a_failure_in_a_quorum_group_stops_that_group_and_nobody_else() {
    let sshd = Sshd::start().unwrap();
    let mut names = CLUSTER.to_vec();
    // Of another environment: a group of its own.
    names.extend(["acme/prod/web", "acme/test/db1", "acme/test/db2"]);
    let hosts = fleet(&sshd, &names);
    let technician = Technician::with(&hosts);
    for host in names.iter().filter(|name| name.contains("/db")) {
        technician.run(&["host", "edit", host, "--tag", "db-cluster"]).ends(0);
    }
    let policy = technician.file("policy.toml", "quorum_tags = [\"db-cluster\"]\n");
    let trail = Trail::of(&hosts, technician.folder());
    trail.break_host(CLUSTER[1]);
    let ran = technician.run(&["exec", "all", "--detach", "--policy", &policy, "--", &trail.script()]).ends(3);
    let run = ran.run();
    assert_eq!((&run["state"], &run["halted"]), (&json!("partial"), &Value::Null), "{}", ran.told());
    assert_eq!(
        (hosts_that(&run, "failed"), hosts_that(&run, "held")),
        (vec![CLUSTER[1].into()], vec![CLUSTER[2].into()])
    );
    let (code, message, hint) = fault_of(&ran.job(CLUSTER[2])["error"]);
    assert_eq!(code, "group_stopped");
    assert!(
        message.contains(CLUSTER[1]) && message.contains("db-cluster of acme/prod") && !hint.is_empty(),
        "{message}"
    );
    for group in ["acme/prod/db", "acme/test/db"] {
        assert_eq!(trail.most_at_once(group), 1, "{group}");
    }

    trail.repair(CLUSTER[1]);
    let id = run["id"].as_str().unwrap();
    let resumed = technician.run(&["run", "resume", id, "--yes", "--policy", &policy]).ends(0);
    assert_eq!(hosts_of(&resumed), CLUSTER[1..]);
    technician.audit_head();
}
