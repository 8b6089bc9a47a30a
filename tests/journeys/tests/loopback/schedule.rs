//! Plans that begin by themselves: at their time, once, and not when their time has gone.

use crate::clock::clock;
use crate::plans::{add_runbook, expire};
use crate::trail::{Trail, fleet};
use millwright_journeys::{Technician, eventually, moment, pass_time};
use millwright_lab::Sshd;
use serde_json::{Value, json};
use std::time::Duration;

fn in_seconds(seconds: u32) -> String {
    clock("UTC", "+%Y-%m-%dT%H:%M:%SZ", &format!("now + {seconds} seconds"))
}

/// A technician with a host, and a runbook that leaves a trail there.
fn technician(sshd: &Sshd) -> (Technician, Trail) {
    let hosts = fleet(sshd, &["acme/prod/h1"]);
    let technician = Technician::with(&hosts);
    let trail = Trail::of(&hosts, technician.folder());
    add_runbook(&technician, &trail.script());
    (technician, trail)
}

fn runs(technician: &Technician) -> Vec<Value> {
    technician.run(&["run", "list"]).ends(0).json()["runs"].as_array().unwrap().clone()
}

/// The id of a plan that begins at a time.
fn scheduled(technician: &Technician, at: &str) -> String {
    let ran = technician.run(&["runbook", "run", "touch", "all", "--yes", "--at", at]).ends(0);
    ran.json()["plan"].as_str().unwrap().to_owned()
}

#[test]
fn a_plan_begins_once_at_its_time_however_many_look() {
    let _alone = crate::one_change_at_a_time();
    let sshd = Sshd::start().unwrap();
    let (technician, trail) = technician(&sshd);
    let at = in_seconds(4);
    let id = scheduled(&technician, &at);
    let servers = [technician.spawn(&["serve-schedule"]), technician.spawn(&["serve-schedule"])];
    let run = eventually("the end of the run", || {
        let runs = runs(&technician);
        (runs.first()?["state"] == "succeeded").then(|| runs[0].clone())
    });
    assert!(moment(&run["created_at"]) >= at.parse().unwrap(), "not before its time: {run}");
    // Both have looked again meanwhile.
    pass_time(Duration::from_secs(3));
    assert_eq!((runs(&technician).len(), trail.begun().len()), (1, 1));
    let shown = technician.run(&["plan", "show", &id]).ends(0).json();
    assert_eq!((&shown["run"], &shown["schedule"]["run_id"]), (&run["id"], &run["id"]), "{shown}");
    for server in servers {
        let ran = server.kill();
        assert!(!ran.stderr.contains("error") && ran.stdout.is_empty(), "{}", ran.told());
    }
    technician.audit_head();
}

#[test]
fn a_plan_whose_time_has_gone_is_given_up_and_says_why() {
    let _alone = crate::one_change_at_a_time();
    let sshd = Sshd::start().unwrap();
    let (technician, trail) = technician(&sshd);
    let id = scheduled(&technician, &in_seconds(1));
    // Nothing was up at that time; by now it is too old.
    expire(&technician);
    let server = technician.spawn(&["serve-schedule"]);
    let schedule = eventually("the giving up", || {
        let schedule = technician.run(&["plan", "show", &id]).ends(0).json()["schedule"].take();
        schedule["ended_at"].is_string().then_some(schedule)
    });
    assert_eq!(schedule["fault"]["code"], "plan_expired", "{schedule}");
    let shown = technician.run_as_text(&["plan", "show", &id]).ends(0);
    let shown = String::from_utf8(shown.stdout).unwrap();
    assert!(shown.contains("it did not begin at its time: the plan expired at 2026-01-01 00:00 UTC"), "{shown}");
    server.kill();
    assert!(runs(&technician).is_empty() && trail.begun().is_empty());
    technician.audit_head();
}

#[test]
fn a_plan_is_taken_off_the_schedule_and_can_still_be_run() {
    let _alone = crate::one_change_at_a_time();
    let sshd = Sshd::start().unwrap();
    let (technician, trail) = technician(&sshd);
    let id = scheduled(&technician, &in_seconds(3));
    technician.run(&["plan", "unschedule", &id]).ends(0);
    let again = technician.run(&["plan", "unschedule", &id]).ends(1);
    assert_eq!(again.fault().0, "not_found", "{}", again.told());
    let server = technician.spawn(&["serve-schedule"]);
    pass_time(Duration::from_secs(5));
    server.kill();
    assert!(runs(&technician).is_empty() && trail.begun().is_empty());
    let shown = technician.run(&["plan", "show", &id]).ends(0).json();
    assert_eq!(shown["schedule"]["fault"]["message"], "a person took it back", "{shown}");
    technician.run(&["plan", "run", &id]).ends(0);

    // One that a person runs before its time does not wait for it any more.
    let id = scheduled(&technician, &in_seconds(600));
    let ran = technician.run(&["plan", "run", &id]).ends(0);
    let shown = technician.run(&["plan", "show", &id]).ends(0).json();
    assert_eq!((&shown["run"], &shown["schedule"]["run_id"]), (&ran.run()["id"], &ran.run()["id"]), "{shown}");
    let refused = technician.run(&["plan", "unschedule", &id]).ends(1);
    assert_eq!(refused.fault().0, "not_found", "{}", refused.told());
    assert_eq!(trail.begun().len(), 2);
    technician.audit_head();
}

#[test]
fn what_could_not_begin_at_its_time_is_not_put_on_the_schedule() {
    let _alone = crate::one_change_at_a_time();
    let sshd = Sshd::start().unwrap();
    let (technician, trail) = technician(&sshd);
    let too_late = clock("UTC", "+%Y-%m-%dT%H:%M:%SZ", "now + 2 days");
    let run = |at: &str| technician.run(&["runbook", "run", "touch", "all", "--yes", "--at", at]);
    for (at, exit_code, code) in [(too_late.as_str(), 5, "plan_expired"), ("soon", 1, "invalid_input")] {
        let refused = run(at).ends(exit_code);
        assert_eq!(refused.fault().0, code, "{}", refused.told());
    }
    // Neither was approved by the way.
    let plans = technician.run(&["plan", "list"]).ends(0).json()["plans"].take();
    for plan in plans.as_array().unwrap() {
        assert_eq!((&plan["approval"], &plan["run"]), (&Value::Null, &Value::Null), "{plan}");
    }
    let id = plans[0]["id"].as_str().unwrap();
    let refused = technician.run(&["plan", "approve", id, "--yes", "--at", &too_late]).ends(5);
    assert_eq!(refused.fault().0, "plan_expired", "{}", refused.told());
    assert_eq!(technician.run(&["plan", "show", id]).ends(0).json()["approval"], json!(null));
    assert!(trail.begun().is_empty());
    technician.audit_head();
}
