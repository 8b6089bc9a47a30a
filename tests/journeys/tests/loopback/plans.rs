//! Plans that are made now and run later: only as they were approved, only once, and not when they are too old.

use crate::trail::{Trail, fleet};
use millwright_journeys::{HostEntry, Ran, Technician};
use millwright_lab::Sshd;
use serde_json::{Value, json};
use std::{
    io::Write,
    process::{Command, Stdio},
};

/// The runbook `touch`: a change with a parameter that it does not look at.
pub(crate) fn add_runbook(technician: &Technician, script: &str) {
    let text = format!(
        "format = 1\nname = \"touch\"\ntitle = \"Touches a host\"\ndescription = \"A change.\"\nread_only = false\n\
         [[parameters]]\nname = \"word\"\ntype = \"string\"\ndefault = \"calm\"\ndescription = \"A word.\"\n\
         [[steps]]\nname = \"Touch it\"\nrun = '''\n: {{{{ word }}}}\n{script}\n'''\n"
    );
    technician.file("workspace/runbooks/touch.toml", text);
}

/// A technician with one host, a trail on it, and the runbook that leaves it.
fn technician(sshd: &Sshd) -> (Technician, Vec<HostEntry>, Trail) {
    let hosts = fleet(sshd, &["acme/prod/h1"]);
    let technician = Technician::with(&hosts);
    let trail = Trail::of(&hosts, technician.folder());
    add_runbook(&technician, &trail.script());
    (technician, hosts, trail)
}

/// The id and the hash of a new plan.
fn plan(technician: &Technician) -> (String, String) {
    let plan = technician.run(&["plan", "runbook", "touch", "all"]).ends(0).json()["plan"].take();
    let text = |field: &str| plan[field].as_str().unwrap().to_owned();
    (text("id"), text("hash"))
}

#[track_caller]
fn refused(ran: Ran, code: &str) -> String {
    let ran = ran.ends(5);
    let (found, message, hint) = ran.fault();
    assert!(found == code && !hint.is_empty(), "{}", ran.told());
    message
}

#[test]
fn a_plan_is_run_once_and_only_when_somebody_has_approved_it() {
    let _alone = crate::one_change_at_a_time();
    let sshd = Sshd::start().unwrap();
    let (technician, _, trail) = technician(&sshd);
    let (id, hash) = plan(&technician);
    let listed = technician.run(&["plan", "list"]).ends(0).json()["plans"].take();
    assert_eq!((&listed[0]["id"], &listed[0]["approval"], &listed[0]["run"]), (&json!(id), &Value::Null, &Value::Null));

    refused(technician.run(&["plan", "run", &id]), "plan_not_approved");
    refused(technician.run(&["plan", "approve", &id]), "confirmation_required");
    let other = hash.chars().rev().collect::<String>();
    refused(technician.run(&["plan", "approve", &id, "--yes", "--hash", &other]), "plan_mismatch");
    refused(technician.run(&["plan", "run", &id]), "plan_not_approved");
    assert_eq!(technician.run(&["plan", "approve", "no-such-plan", "--yes"]).ends(1).fault().0, "not_found");

    let approval = technician.run(&["plan", "approve", &id, "--yes", "--hash", &hash]).ends(0).json();
    let actor = approval["approval"]["approved_by"].as_str().unwrap().to_owned();
    assert!(actor.starts_with("journey@"), "{actor}");
    // Approving it once more changes nothing.
    let again = technician.run(&["plan", "approve", &id, "--yes"]).ends(0).json();
    assert_eq!(again["approval"], approval["approval"]);
    assert!(trail.begun().is_empty());

    let ran = technician.run(&["plan", "run", &id]).ends(0);
    assert_eq!((&ran.run()["plan_id"], &ran.run()["plan_hash"]), (&json!(id), &json!(hash)));
    assert_eq!(ran.run()["approval"], approval["approval"]);
    let message = refused(technician.run(&["plan", "run", &id]), "plan_used");
    assert!(message.contains(ran.run()["id"].as_str().unwrap()), "{message}");
    assert_eq!(trail.begun().len(), 1);
    let listed = technician.run(&["plan", "list"]).ends(0).json()["plans"].take();
    assert_eq!((listed.as_array().unwrap().len(), &listed[0]["run"]), (1, &ran.run()["id"]));

    let audit = technician.run(&["audit", "list"]).ends(0).json()["audit"].take();
    let approvals: Vec<&Value> =
        audit.as_array().unwrap().iter().filter(|entry| entry["action"] == "plan.approve").collect();
    assert_eq!(approvals.len(), 1, "{audit}");
    assert_eq!((&approvals[0]["actor"], &approvals[0]["entity_id"]), (&json!(actor), &json!(id)));
    assert_eq!(approvals[0]["change"]["hash"], json!([null, hash]));
    technician.audit_head();
}

/// Puts another text in the place of a plan's content; it must be in there.
fn alter(technician: &Technician, from: &str, to: &str) {
    let changed = technician.tamper(&format!(
        "DROP TRIGGER plan_never_changes;
         UPDATE plan SET content = replace(content, '{from}', '{to}') WHERE instr(content, '{from}');
         SELECT changes();
         CREATE TRIGGER plan_never_changes BEFORE UPDATE ON plan BEGIN SELECT RAISE(ABORT, 'a plan never changes'); END;"
    ));
    assert_eq!(changed, "1");
}

#[test]
fn a_plan_that_was_altered_behind_our_back_does_nothing() {
    let _alone = crate::one_change_at_a_time();
    let sshd = Sshd::start().unwrap();
    let (technician, _, trail) = technician(&sshd);
    let (id, _) = plan(&technician);
    technician.run(&["plan", "approve", &id, "--yes"]).ends(0);
    alter(&technician, "sleep 0.3", "sleep 0.4");
    for words in [&["plan", "run", &id][..], &["plan", "show", &id], &["plan", "approve", &id, "--yes"]] {
        let message = refused(technician.run(words), "plan_mismatch");
        assert!(message.contains("altered"), "{message}");
    }
    // One whose hash was made to fit is not the one that was approved.
    let content = technician.tamper("SELECT content FROM plan");
    technician.tamper(&format!(
        "DROP TRIGGER plan_never_changes; UPDATE plan SET hash = '{}';
         CREATE TRIGGER plan_never_changes BEFORE UPDATE ON plan BEGIN SELECT RAISE(ABORT, 'a plan never changes'); END;",
        sha256(&content)
    ));
    technician.run(&["plan", "show", &id]).ends(0);
    refused(technician.run(&["plan", "run", &id]), "plan_not_approved");
    assert!(trail.begun().is_empty());
    technician.audit_head();
}

pub(crate) fn sha256(text: &str) -> String {
    let mut child = Command::new("sha256sum").stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().unwrap();
    child.stdin.take().unwrap().write_all(text.as_bytes()).unwrap();
    let output = String::from_utf8(child.wait_with_output().unwrap().stdout).unwrap();
    output.split_whitespace().next().unwrap().to_owned()
}

/// Makes every plan one that expired long ago, with hash and approval as if it had been made so.
pub(crate) fn expire(technician: &Technician) {
    let expires_at = technician.tamper("SELECT json_extract(content, '$.expires_at') FROM plan");
    alter(technician, &expires_at, "2026-01-01T00:00:00Z");
    let hash = sha256(&technician.tamper("SELECT content FROM plan"));
    technician.tamper(&format!(
        "DROP TRIGGER plan_never_changes; DROP TRIGGER approval_never_changes;
         UPDATE plan SET hash = '{hash}'; UPDATE approval SET hash = '{hash}';
         CREATE TRIGGER plan_never_changes BEFORE UPDATE ON plan BEGIN SELECT RAISE(ABORT, 'a plan never changes'); END;
         CREATE TRIGGER approval_never_changes BEFORE UPDATE ON approval
            BEGIN SELECT RAISE(ABORT, 'an approval never changes'); END;"
    ));
}

#[test]
fn a_plan_that_is_too_old_is_neither_approved_nor_run() {
    let _alone = crate::one_change_at_a_time();
    let sshd = Sshd::start().unwrap();
    let (technician, _, trail) = technician(&sshd);
    let (id, _) = plan(&technician);
    technician.run(&["plan", "approve", &id, "--yes"]).ends(0);
    expire(&technician);
    for words in [&["plan", "run", &id][..], &["plan", "approve", &id, "--yes"]] {
        let message = refused(technician.run(words), "plan_expired");
        assert!(message.contains("expired at 2026-01-01 00:00 UTC"), "{message}");
    }
    let listed = technician.run_as_text(&["plan", "list"]).ends(0);
    assert!(String::from_utf8(listed.stdout).unwrap().contains("expired"));
    assert!(trail.begun().is_empty());
    technician.audit_head();
}

/// The text with what differs from run to run taken out.
fn fixed(text: &str, plan: &Value) -> String {
    let moment = |text: &str| format!("{} {} UTC", &text[..10], &text[11..16]);
    text.replace(plan["id"].as_str().unwrap(), "ID")
        .replace(plan["hash"].as_str().unwrap(), "HASH")
        .replace(&moment(plan["content"]["expires_at"].as_str().unwrap()), "EXPIRY")
}

#[test]
fn a_plan_reads_well_and_so_does_what_differs_in_a_later_one() {
    let _alone = crate::one_change_at_a_time();
    let sshd = Sshd::start().unwrap();
    let hosts = fleet(&sshd, &["acme/prod/db", "acme/prod/web", "acme/test/db", "acme/test/web", "bolt/prod/web"]);
    let technician = Technician::with(&hosts);
    add_runbook(&technician, "true");
    technician.run(&["env", "edit", "acme/prod", "--production", "true"]).ends(0);
    technician.run(&["env", "edit", "bolt/prod", "--window", "2020-01-01 20:00-23:00"]).ends(0);
    for host in ["acme/prod/db", "acme/test/db"] {
        technician.run(&["host", "edit", host, "--tag", "db"]).ends(0);
    }
    let policy = technician.file("policy.toml", "canary = 1\ntiers = [\"db\"]\nat_once_per_client = 2\n[gate]\nmost_failures = 1\nleast_success_percent = 90\nsoak_minutes = 10\nprobe = \"true\"\nperson = \"after-canary\"\n");
    technician.run(&["policy", "set", &policy]).ends(0);
    let planned = technician.run(&["plan", "runbook", "touch", "all"]).ends(0).json()["plan"].take();
    let earlier = planned["id"].as_str().unwrap();
    let shown = technician.run_as_text(&["plan", "show", earlier]).ends(0);
    insta::assert_snapshot!("a_plan", fixed(&String::from_utf8(shown.stdout).unwrap(), &planned));

    technician.run(&["host", "remove", "acme/test/web"]).ends(0);
    technician.run(&["env", "edit", "bolt/prod", "--no-windows"]).ends(0);
    let words = ["plan", "runbook", "touch", "all", "--set", "word=bold"];
    let planned = technician.run(&words).ends(0).json()["plan"].take();
    let diff = technician.run_as_text(&["plan", "diff", earlier, planned["id"].as_str().unwrap()]).ends(0);
    insta::assert_snapshot!("a_difference", String::from_utf8(diff.stdout).unwrap());
    let diff = technician.run_as_text(&["plan", "diff", earlier, earlier]).ends(0);
    assert_eq!(String::from_utf8(diff.stdout).unwrap(), "5 hosts with the very same.\n");
}
