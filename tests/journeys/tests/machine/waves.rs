//! A patch that goes over eight machines of three clients in waves, halts at a bad package, and is resumed.

use crate::site::{acts_of_dpkg, install, lab, machines, on_each, publish, technician_of, version};
use millwright_journeys::Ran;
use millwright_lab::{Machine, Package};
use serde_json::Value;

/// In the order in which the policy goes: non-production first, a canary of one, then waves of three.
const HOSTS: [&str; 8] = [
    "acme/staging/web-1",
    "acme/staging/web-2",
    "bolt/staging/app-1",
    "corp/staging/db-1",
    "acme/prod/web-3",
    "bolt/prod/app-2",
    "corp/prod/db-2",
    "corp/prod/db-3",
];
/// Its package fails in its own script, in the second wave.
const BAD: usize = 2;

const POLICY: &str = "canary = 1\nwaves = [\"3\"]\n\n[gate]\nmost_failures = 0\n";

/// The hosts of a run's jobs that ended so, in the run's order.
fn hosts_that<'r>(run: &'r Value, state: &str) -> Vec<&'r str> {
    let jobs = run["jobs"].as_array().unwrap().iter().filter(|job| job["state"] == state);
    jobs.map(|job| job["host"].as_str().unwrap()).collect()
}

/// The title of each wave with the number of its jobs.
fn waves(content: &Value) -> Vec<String> {
    let waves = content["rollout"]["waves"].as_array().unwrap().iter();
    waves.map(|wave| format!("{}: {}", wave["title"].as_str().unwrap(), wave["jobs"])).collect()
}

/// Checks that no host of a wave began before every host of the wave before it had ended.
fn is_in_waves(ran: &Ran, waves: &[&[&str]]) {
    for pair in waves.windows(2) {
        let time =
            |host: &&str, which: &str| ran.job(host)[which].as_str().unwrap().parse::<jiff::Timestamp>().unwrap();
        let ended = pair[0].iter().map(|host| time(host, "ended_at")).max();
        let began = pair[1].iter().map(|host| time(host, "started_at")).min();
        assert!(ended <= began, "{pair:?}: {}", ran.told());
    }
}

#[test]
fn a_bad_package_halts_the_waves_and_the_run_is_resumed_for_what_is_missing() {
    let lab = lab();
    publish(&lab, &[Package::named("millwright-app", "1.0"), Package::named("millwright-bad", "1.0")]);
    let machines = machines(&lab, HOSTS.map(|host| host.rsplit('/').next().unwrap()));
    on_each(&machines, |machine| install(machine, &["millwright-app"]));
    install(&machines[BAD], &["millwright-bad"]);
    publish(
        &lab,
        &[Package::named("millwright-app", "1.1"), Package::named("millwright-bad", "1.1").failing_installation()],
    );
    let known: Vec<(&str, &Machine)> = HOSTS.into_iter().zip(&machines).collect();
    let technician = technician_of(&known);
    for client in ["acme", "bolt", "corp"] {
        technician.run(&["env", "edit", &format!("{client}/prod"), "--production", "true"]).ends(0);
    }
    technician.run(&["policy", "set", &technician.file("policy.toml", POLICY)]).ends(0);
    let acts_before = machines.each_ref().map(acts_of_dpkg);

    let planned = technician.run(&["plan", "patch", "all"]).ends(0);
    let plan = &planned.json()["plan"];
    let expected =
        ["canary, non-production: 1", "wave 2, non-production: 3", "wave 3, production: 3", "wave 4, production: 1"];
    assert_eq!(waves(&plan["content"]), expected, "{}", planned.told());
    let plan = plan["id"].as_str().unwrap();
    technician.run(&["plan", "approve", plan, "--yes"]).ends(0);
    let ran = technician.run(&["plan", "run", plan]).ends(3);
    let run = ran.run();
    assert_eq!((&run["state"], &run["halted"]["code"]), (&"halted".into(), &"run_halted".into()), "{}", ran.told());
    assert_eq!(hosts_that(&run, "succeeded"), [HOSTS[0], HOSTS[1], HOSTS[3]], "{}", ran.told());
    assert_eq!(hosts_that(&run, "failed"), [HOSTS[BAD]], "{}", ran.told());
    assert_eq!(hosts_that(&run, "held"), HOSTS[4..], "{}", ran.told());
    is_in_waves(&ran, &[&HOSTS[..1], &HOSTS[1..4]]);
    for (machine, before) in machines.iter().zip(acts_before).skip(4) {
        assert_eq!((acts_of_dpkg(machine), version(machine, "millwright-app")), (before, "installed 1.0".into()));
    }

    // The first screen says what happened, why, and what to do next.
    let id = technician.newest_run();
    let screen = String::from_utf8(technician.run_as_text(&["run", "show", &id]).ends(0).stdout).unwrap();
    for told in [
        "the post-installation script of the package millwright-bad failed with exit code 1",
        "│ this package cannot be configured",
        "HALTED: 1 host failed; the workspace's policy allows 0",
        &format!("Go on with what is missing: millwright run resume {id}"),
    ] {
        assert!(screen.contains(told), "{told}: {screen}");
    }

    // Nobody has repaired it yet: it is not up to date.
    let early = technician.run(&["run", "resume", &id, "--dry-run"]).ends(0);
    let unfinished = "an earlier package change was left unfinished: millwright-bad 1.1 is not configured";
    assert!(String::from_utf8_lossy(&early.stdout).contains(unfinished), "{}", early.told());

    // Repaired, it goes on with exactly what is missing, in the same order.
    publish(&lab, &[Package::named("millwright-bad", "1.2")]);
    let done: Vec<usize> = [0, 1, 3].map(|number| acts_of_dpkg(&machines[number])).into();
    let resumed = technician.run(&["run", "resume", &id, "--yes"]).ends(0);
    let missing = [HOSTS[BAD], HOSTS[4], HOSTS[5], HOSTS[6], HOSTS[7]];
    assert_eq!(hosts_that(&resumed.run(), "succeeded"), missing, "{}", resumed.told());
    is_in_waves(&resumed, &[&HOSTS[BAD..=BAD], &HOSTS[4..7], &HOSTS[7..]]);
    assert_eq!(version(&machines[BAD], "millwright-bad"), "installed 1.2");
    for machine in &machines {
        assert_eq!(version(machine, "millwright-app"), "installed 1.1", "{}", machine.name());
    }
    assert_eq!([0, 1, 3].map(|number| acts_of_dpkg(&machines[number])).to_vec(), done, "they were through");
    let earlier = technician.run(&["run", "show", &id]).ends(0).run();
    assert_eq!(earlier["followed_by"][0]["id"], resumed.run()["id"], "{earlier}");
    technician.audit_head();
}
