//! Between two waves a run waits: for a probe's answers, for time to pass, for a person.

use crate::trail::{Trail, fleet};
use millwright_journeys::{Ran, Technician, eventually, fault_of, moment, pass_time};
use millwright_lab::Sshd;
use serde_json::{Value, json};
use std::time::Duration;

const HOSTS: [&str; 3] = ["acme/prod/h1", "acme/prod/h2", "acme/prod/h3"];

/// A canary, and then two hosts, with this gate behind both.
fn policy(technician: &Technician, gate: &str) -> String {
    technician.file("policy.toml", format!("canary = 1\n[gate]\n{gate}\n"))
}

fn count(ran: &Ran, state: &str) -> u64 {
    ran.run()["counts"][state].as_u64().unwrap()
}

#[test]
fn behind_a_gate_for_a_person_nothing_begins_before_somebody_says_so() {
    let sshd = Sshd::start().unwrap();
    let hosts = fleet(&sshd, &HOSTS);
    let technician = Technician::with(&hosts);
    let policy = policy(&technician, "person = \"after-every-wave\"");
    let trail = Trail::of(&hosts, technician.folder());
    let exec = ["exec", "all", "--detach", "--policy", &policy, "--", &trail.script()];
    let ran = technician.run(&exec).ends(3);
    let id = ran.run()["id"].as_str().unwrap().to_owned();
    assert_eq!(ran.run()["state"], "awaiting", "{}", ran.told());
    assert_eq!(ran.run()["gate"], json!({ "wave": 0, "waits_for": { "kind": "person" } }));
    assert_eq!((count(&ran, "succeeded"), count(&ran, "waiting")), (1, 2));

    // Nothing goes on by itself, and following it comes back to the gate.
    let follow = technician.run(&["run", "follow", &id]).ends(3);
    assert_eq!(follow.run(), ran.run());
    pass_time(Duration::from_secs(2));
    assert_eq!(trail.begun(), HOSTS[..1]);
    let shown = technician.run_as_text(&["run", "show", &id]).ends(0);
    let shown = String::from_utf8(shown.stdout).unwrap();
    assert!(
        shown.contains(&format!("Waits for a person behind “canary”. Go on: millwright run promote {id}")),
        "{shown}"
    );
    let refused = technician.run(&["run", "resume", &id, "--yes"]).ends(1);
    assert_eq!(refused.fault().0, "conflict", "{}", refused.told());

    let promoted = technician.run(&["run", "promote", &id]).ends(0);
    assert_eq!((&promoted.run()["state"], &promoted.run()["gate"]), (&json!("succeeded"), &Value::Null));
    assert_eq!(trail.begun().len(), 3);
    // There is nothing behind the last wave, so nobody is waited for there.
    let refused = technician.run(&["run", "promote", &id]).ends(1);
    let (code, message, hint) = refused.fault();
    assert!(code == "conflict" && message.contains("does not wait") && !hint.is_empty(), "{}", refused.told());

    let audit = technician.run(&["audit", "list"]).ends(0).json();
    let promotions: Vec<&Value> =
        audit["audit"].as_array().unwrap().iter().filter(|entry| entry["action"] == "run.promote").collect();
    assert_eq!(promotions.len(), 1, "{audit}");
    technician.audit_head();
}

#[test]
fn a_run_can_be_cancelled_at_its_gate() {
    let sshd = Sshd::start().unwrap();
    let hosts = fleet(&sshd, &HOSTS);
    let technician = Technician::with(&hosts);
    let policy = policy(&technician, "person = \"after-canary\"");
    let trail = Trail::of(&hosts, technician.folder());
    technician.run(&["exec", "all", "--detach", "--policy", &policy, "--", &trail.script()]).ends(3);
    let id = technician.newest_run();
    let ran = technician.run(&["run", "cancel", &id]).ends(0);
    assert_eq!((count(&ran, "succeeded"), count(&ran, "cancelled")), (1, 2), "{}", ran.told());
    assert_eq!((&ran.run()["state"], &ran.run()["gate"]), (&json!("partial"), &Value::Null), "{}", ran.told());
    let (code, message, _) = fault_of(&ran.job(HOSTS[1])["error"]);
    assert_eq!((code.as_str(), message.as_str()), ("cancelled", "cancelled before it began"));
    let refused = technician.run(&["run", "promote", &id]).ends(1);
    assert_eq!(refused.fault().0, "conflict", "{}", refused.told());
    assert_eq!(trail.begun(), HOSTS[..1]);

    // What was cancelled can be gone on with: by the policy that was given for it, unless another one is given now.
    let held = technician.run(&["run", "resume", &id, "--dry-run"]).ends(0);
    let gate = &held.json()["plan"]["content"]["rollout"]["waves"][0]["gate"];
    assert_eq!(gate["person"], json!(true), "{}", held.told());
    let freely = technician.file("freely.toml", "");
    let resumed = technician.run(&["run", "resume", &id, "--policy", &freely, "--yes"]).ends(0);
    assert_eq!((count(&resumed, "succeeded"), trail.begun().len()), (2, 3), "{}", resumed.told());
    technician.audit_head();
}

#[test]
fn a_halted_run_waits_for_nobody() {
    let sshd = Sshd::start().unwrap();
    let hosts = fleet(&sshd, &HOSTS);
    let technician = Technician::with(&hosts);
    let trail = Trail::of(&hosts, technician.folder());
    trail.break_host(HOSTS[0]);
    let probed = technician.folder().join("probed");
    let gates = [
        ("most_failures = 0\nperson = \"after-canary\"", "1 host failed"),
        ("least_success_percent = 90\nperson = \"after-canary\"", "0 of 1 hosts of “canary” succeeded"),
        (&format!("most_failures = 0\nprobe = \"touch {}\"", probed.display()), "1 host failed"),
    ];
    for (gate, why) in gates {
        let policy = policy(&technician, gate);
        let ran = technician.run(&["exec", "all", "--detach", "--policy", &policy, "--", &trail.script()]).ends(4);
        assert_eq!((count(&ran, "failed"), count(&ran, "held")), (1, 2), "{}", ran.told());
        assert_eq!((&ran.run()["state"], &ran.run()["gate"]), (&json!("halted"), &Value::Null), "{}", ran.told());
        assert!(fault_of(&ran.run()["halted"]).1.contains(why), "{}", ran.told());
        let id = ran.run()["id"].as_str().unwrap().to_owned();
        let refused = technician.run(&["run", "promote", &id]).ends(1);
        assert_eq!(refused.fault().0, "conflict", "{}", refused.told());
        assert_eq!(technician.run(&["run", "follow", &id]).ends(4).run(), ran.run());
    }
    assert!(!probed.exists(), "nothing is asked of hosts where it would decide nothing");
    technician.audit_head();
}

#[test]
fn a_probe_that_is_not_content_with_one_host_halts_the_run() {
    let sshd = Sshd::start().unwrap();
    let hosts = fleet(&sshd, &[&HOSTS[..], &["acme/prod/h4"]].concat());
    let technician = Technician::with(&hosts);
    let bad = technician.folder().join("bad");
    let asked = technician.folder().join("asked");
    let probe = format!(
        "set -- $SSH_CONNECTION; echo $3 >> {}; [ $3 != \"$(cat {})\" ] || {{ echo not listening; exit 3; }}",
        asked.display(),
        bad.display()
    );
    let policy = technician.file(
        "policy.toml",
        format!("canary = 1\nwaves = [\"2\"]\n[gate]\nprobe = '''{probe}'''\nmost_failures = 0\n"),
    );
    let trail = Trail::of(&hosts, technician.folder());
    let exec = ["exec", "all", "--detach", "--policy", &policy, "--", &trail.script()];
    // How often hosts are asked, how many of four succeed, and how often.
    let lines = || std::fs::read_to_string(&asked).unwrap_or_default().lines().count();

    technician.file("bad", "nobody");
    technician.run(&exec).ends(0);
    assert_eq!(lines(), 4, "each host once, behind its wave");

    technician.file("bad", format!("{}\n", hosts[2].address));
    let ran = technician.run(&exec).ends(3);
    assert_eq!(lines(), 4 + 3);
    assert_eq!((count(&ran, "succeeded"), count(&ran, "held")), (3, 1), "{}", ran.told());
    assert_eq!((&ran.run()["state"], &ran.run()["gate"]), (&json!("halted"), &Value::Null));
    let (code, message, _) = fault_of(&ran.run()["halted"]);
    assert_eq!(code, "run_halted");
    assert_eq!(message, "the probe behind “wave 2” failed on 1 of 2 hosts (acme/prod/h3: code 3 not listening)",);
    // It has been halted: following it asks nobody again.
    let id = ran.run()["id"].as_str().unwrap().to_owned();
    assert_eq!(technician.run(&["run", "follow", &id]).ends(3).run(), ran.run());
    assert_eq!(lines(), 4 + 3);

    // Behind the last wave it guards the good end.
    technician.file("bad", format!("{}\n", hosts[3].address));
    let ran = technician.run(&exec).ends(3);
    assert_eq!((count(&ran, "succeeded"), &ran.run()["state"]), (4, &json!("halted")), "{}", ran.told());
    assert_eq!(lines(), 4 + 3 + 4);
    technician.file("bad", "nobody");
    let id = ran.run()["id"].as_str().unwrap().to_owned();
    assert_eq!(technician.run(&["run", "follow", &id]).ends(3).run(), ran.run());
    assert_eq!(lines(), 4 + 3 + 4, "what has ended is not asked again");
    technician.audit_head();
}

#[test]
fn a_command_killed_at_its_gate_is_followed_to_the_same_end() {
    let sshd = Sshd::start().unwrap();
    let hosts = fleet(&sshd, &HOSTS);
    let technician = Technician::with(&hosts);
    let go_on = technician.folder().join("go-on");
    // The probe holds it at its gate for as long as we like.
    let probe = format!("while [ ! -e {} ]; do sleep 0.1; done", go_on.display());
    let policy = policy(&technician, &format!("probe = \"{probe}\"\nperson = \"after-canary\""));
    let trail = Trail::of(&hosts, technician.folder());
    let driver = technician.spawn(&["exec", "all", "--detach", "--policy", &policy, "--", &trail.script()]);
    let id = eventually("the probe", || {
        let runs = technician.run(&["run", "list"]).ends(0).json();
        (runs["runs"][0]["gate"]["waits_for"]["kind"] == "probe")
            .then(|| runs["runs"][0]["id"].as_str().unwrap().to_owned())
    });
    driver.kill();
    let shown = technician.run(&["run", "show", &id]).ends(0).run();
    assert_eq!((&shown["state"], &shown["counts"]["waiting"]), (&json!("running"), &json!(2)));
    technician.file("go-on", "");
    let ran = technician.run(&["run", "follow", &id]).ends(3);
    assert_eq!((&ran.run()["state"], &ran.run()["gate"]["waits_for"]["kind"]), (&json!("awaiting"), &json!("person")));
    // Promoted, and killed before the rest has ended.
    trail.hold_up();
    let driver = technician.spawn(&["run", "promote", &id]);
    trail.wait_for(3);
    driver.kill();
    trail.let_go();
    let ran = technician.run(&["run", "follow", &id]).ends(0);
    assert_eq!((&ran.run()["state"], &ran.run()["gate"]), (&json!("succeeded"), &Value::Null), "{}", ran.told());
    assert_eq!(trail.begun().len(), 3);
    technician.audit_head();
}

#[test]
#[ignore = "waits for minutes: the shortest time that a policy can say"]
fn a_run_soaks_for_its_time_also_when_its_command_is_killed_meanwhile() {
    let sshd = Sshd::start().unwrap();
    let hosts = fleet(&sshd, &HOSTS);
    let technician = Technician::with(&hosts);
    let asked = technician.folder().join("asked");
    let policy = policy(&technician, &format!("soak_minutes = 1\nprobe = \"echo >> {}\"", asked.display()));
    let trail = Trail::of(&hosts, technician.folder());
    let driver = technician.spawn(&["exec", "all", "--detach", "--policy", &policy, "--", &trail.script()]);
    let soaking = eventually("the soak", || {
        let runs = technician.run(&["run", "list"]).ends(0).json();
        (runs["runs"][0]["gate"]["waits_for"]["kind"] == "soak").then(|| runs["runs"][0].clone())
    });
    let id = soaking["id"].as_str().unwrap();
    driver.kill();
    let follower = technician.spawn(&["run", "follow", id]);
    pass_time(Duration::from_secs(3));
    assert_eq!(technician.run(&["run", "show", id]).ends(0).run()["gate"], soaking["gate"], "until the same moment");
    assert_eq!(trail.begun(), HOSTS[..1]);
    let ran = follower.wait_for(Duration::from_secs(240)).ends(0);
    assert_eq!((&ran.run()["state"], &ran.run()["gate"]), (&json!("succeeded"), &Value::Null), "{}", ran.told());
    let until = moment(&soaking["gate"]["waits_for"]["until"]);
    assert!(moment(&ran.job(HOSTS[1])["started_at"]) >= until, "{}", ran.told());
    assert_eq!(std::fs::read_to_string(asked).unwrap().lines().count(), 3);

    // When it is cancelled meanwhile, nobody waits for the rest of the time.
    let driver = technician.spawn(&["exec", "all", "--detach", "--policy", &policy, "--", &trail.script()]);
    trail.wait_for(4);
    let id = technician.newest_run();
    eventually("the second soak", || {
        (technician.run(&["run", "show", &id]).ends(0).run()["gate"]["waits_for"]["kind"] == "soak").then_some(())
    });
    let ran = technician.run(&["run", "cancel", &id]).ends(0);
    assert_eq!((count(&ran, "cancelled"), &ran.run()["gate"]), (2, &Value::Null), "{}", ran.told());
    driver.wait_for(Duration::from_secs(20)).ends(3);
    technician.audit_head();
}
