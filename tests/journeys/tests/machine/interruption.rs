//! A patch whose command is killed, or whose link is cut: dpkg runs once, and its words arrive to the byte.

use crate::site::{install, lab, path, publish, technician, version};
use millwright_journeys::{Running, Technician, eventually, pass_time};
use millwright_lab::{Lab, Machine, Package};
use std::time::Duration;

const MARKER: &str = "/var/log/millwright-slow";
const SECONDS: u32 = 12;
/// The output of the only job that the machine has.
const OUT: &str = "/var/lib/millwright/jobs/*/out";
const VERDICT: &str = "/var/lib/millwright/jobs/*/run/rc";

/// A machine in the middle of a slow upgrade, and the command that follows it.
fn in_the_middle_of_a_patch(lab: &Lab) -> (Machine, Technician, Running) {
    publish(lab, &[Package::named("millwright-slow", "1.0")]);
    let db = lab.machine("db-1").start().unwrap();
    install(&db, &["millwright-slow"]);
    publish(lab, &[Package::named("millwright-slow", "1.1").slow_installation(SECONDS, MARKER)]);
    let technician = technician(&[&db]);
    let running = technician.spawn(&["patch", "all", "--yes"]);
    eventually("the package at work", || {
        let lines = db.read_inside(&format!("cat {MARKER} 2>/dev/null | wc -l")).unwrap();
        (lines.parse::<u32>().unwrap() >= 3).then_some(())
    });
    (db, technician, running)
}

/// What the host keeps of the output once the verdict is there: base64, because it is compared to the byte.
fn kept_on_the_host(db: &Machine) -> String {
    eventually("the verdict on the host", || {
        db.exec_inside(&format!("test -s {VERDICT}")).unwrap().exit_code.filter(|code| *code == 0)
    });
    db.read_inside(&format!("od -An -v -tx1 {OUT} | tr -d ' \\n'")).unwrap()
}

fn check(db: &Machine, technician: &Technician, kept: &str) {
    let output = technician.output(&technician.newest_run(), &path(db));
    let hex: String = output.iter().map(|byte| format!("{byte:02x}")).collect();
    assert_eq!(hex, kept, "{}", String::from_utf8_lossy(&output));
    check_against_marker(db, technician);
}

/// The package wrote each of its lines to a file as well.
fn check_against_marker(db: &Machine, technician: &Technician) {
    let output = technician.output(&technician.newest_run(), &path(db));
    // apt gives dpkg a terminal of its own, which ends lines in its way.
    let shown = String::from_utf8_lossy(&output).replace('\r', "");
    let lines = (1..=SECONDS).map(|second| format!("millwright-slow 1.1 {second}\n"));
    let all: String = lines.chain(["millwright-slow 1.1 done\n".to_owned()]).collect();
    assert!(shown.contains(&all), "{shown}");
    assert_eq!(db.read_inside(&format!("cat {MARKER}")).unwrap() + "\n", all, "configured once");
    assert_eq!(version(db, "millwright-slow"), "installed 1.1");
    let unpacked = db.read_inside("grep -c ' upgrade millwright-slow' /var/log/dpkg.log").unwrap();
    assert_eq!(unpacked, "1", "dpkg ran once");
    // The host was told that it may forget the job.
    assert_eq!(db.read_inside("ls /var/lib/millwright/jobs | wc -l").unwrap(), "0");
    technician.audit_head();
}

#[test]
fn a_killed_command_finds_its_patch_again() {
    let lab = lab();
    let (db, technician, running) = in_the_middle_of_a_patch(&lab);
    running.kill();
    let kept = kept_on_the_host(&db);
    let id = technician.newest_run();
    let job = technician.run(&["run", "follow", &id]).ends(0).job(&path(&db));
    assert_eq!((&job["state"], &job["exit_code"]), (&"succeeded".into(), &0.into()), "{job}");
    check(&db, &technician, &kept);
}

#[test]
fn a_command_that_was_killed_follows_while_dpkg_still_works() {
    let lab = lab();
    let (db, technician, running) = in_the_middle_of_a_patch(&lab);
    running.kill();
    let id = technician.newest_run();
    let follower = technician.spawn(&["run", "follow", &id]);
    follower.wait().ends(0);
    // The host has forgotten its copy by now.
    check_against_marker(&db, &technician);
}

fn survives_a_cut_of(seconds: u64) {
    let lab = lab();
    let (db, technician, running) = in_the_middle_of_a_patch(&lab);
    db.link_down().unwrap();
    let kept = kept_on_the_host(&db);
    pass_time(Duration::from_secs(seconds));
    db.link_up().unwrap();
    let job = running.wait().ends(0).job(&path(&db));
    assert_eq!((&job["state"], &job["exit_code"]), (&"succeeded".into(), &0.into()), "{job}");
    check(&db, &technician, &kept);
}

#[test]
fn a_cut_link_loses_nothing_of_a_patch() {
    survives_a_cut_of(10);
}

#[test]
#[ignore = "takes a minute and a half: the link is down for more than a minute"]
fn a_link_that_is_cut_for_more_than_a_minute_loses_nothing_of_a_patch() {
    survives_a_cut_of(60);
}
