//! Restarts, broken packages, locks, full disks: each is told as what it is.

use crate::site::{install, lab, path, publish, technician, version};
use millwright_journeys::{eventually, fault_of};
use millwright_lab::{BOOT_TIMEOUT, Package};
use std::thread;

const RESTART: &str = r#"
format = 1
name = "restart"
title = "Restart the host"
description = "Restarts the host in the middle of its work."
read_only = false

[[steps]]
name = "Before"
sudo = true
run = "cat /proc/sys/kernel/random/boot_id; echo before >> /var/log/restart-steps"

[[steps]]
name = "Restart"
reboot = true

[[steps]]
name = "After"
sudo = true
run = "cat /proc/sys/kernel/random/boot_id; echo after >> /var/log/restart-steps"
"#;

#[test]
fn a_declared_restart_is_part_of_the_job_and_any_other_interrupts_it() {
    let lab = lab();
    let web = lab.machine("web-1").start().unwrap();
    let technician = technician(&[&web]);
    let host = path(&web);
    technician.file("workspace/runbooks/restart.toml", RESTART);
    let before = web.boot_id().unwrap();
    let ran = technician.run(&["runbook", "run", "restart", "all", "--yes"]).ends(0);
    assert_eq!(ran.job(&host)["state"], "succeeded", "{}", ran.told());
    let after = web.boot_id().unwrap();
    assert_ne!(after, before);
    let output = technician.output(&technician.newest_run(), &host);
    assert_eq!(String::from_utf8(output).unwrap(), format!("{before}\n{after}\n"));
    assert_eq!(web.read_inside("cat /var/log/restart-steps").unwrap(), "before\nafter");

    // Nobody has announced this one.
    let script = "echo here; echo started >> /var/log/starts; sleep 600";
    let running = technician.spawn(&["exec", "all", "--detach", "--sudo", "--timeout", "900", "--", script]);
    eventually("the start", || web.exec_inside("test -s /var/log/starts").unwrap().exit_code.filter(|code| *code == 0));
    web.power_off().unwrap();
    web.power_on().unwrap();
    let job = running.wait().ends(4).job(&host);
    assert_eq!(
        (&job["state"], &job["error"]["code"]),
        (&"interrupted".into(), &"interrupted_by_reboot".into()),
        "{job}"
    );
    assert_eq!(web.read_inside("wc -l < /var/log/starts").unwrap(), "1", "never again by itself");
}

#[test]
fn a_package_that_cannot_be_configured_fails_on_its_host_only() {
    let lab = lab();
    publish(&lab, &[Package::named("millwright-good", "1.0"), Package::named("millwright-bad", "1.0")]);
    let (good, bad) = (lab.machine("good-1").launch().unwrap(), lab.machine("bad-1").launch().unwrap());
    for machine in [&good, &bad] {
        machine.wait_for_ssh(BOOT_TIMEOUT).unwrap();
    }
    install(&good, &["millwright-good"]);
    install(&bad, &["millwright-bad"]);
    publish(
        &lab,
        &[Package::named("millwright-good", "1.1"), Package::named("millwright-bad", "1.1").failing_installation()],
    );
    let technician = technician(&[&good, &bad]);
    let ran = technician.run(&["patch", "all", "--yes"]).ends(3);
    assert_eq!(ran.job(&path(&good))["state"], "succeeded", "{}", ran.told());
    assert_eq!(version(&good, "millwright-good"), "installed 1.1");
    let failed = ran.job(&path(&bad));
    let (code, message, hint) = fault_of(&failed["error"]);
    assert_eq!((&failed["state"], code.as_str()), (&"failed".into(), "package_manager_failed"), "{failed}");
    assert!(message.contains("millwright-bad") && !hint.is_empty(), "{failed}");
    assert_eq!(failed["exit_code"], 100, "{failed}");
    let output = technician.output(&technician.newest_run(), &path(&bad));
    assert!(String::from_utf8_lossy(&output).contains("this package cannot be configured"));
    assert!(version(&bad, "millwright-bad").starts_with("half-configured"));
}

#[test]
fn another_package_manager_at_work_is_waited_for() {
    let lab = lab();
    publish(&lab, &[Package::named("millwright-hello", "1.0")]);
    let web = lab.machine("web-1").start().unwrap();
    install(&web, &["millwright-hello"]);
    publish(
        &lab,
        &[
            Package::named("millwright-hello", "1.1"),
            Package::named("millwright-slow", "1.0").slow_installation(8, "/var/log/slow"),
        ],
    );
    web.read_inside("apt-get -q update").unwrap();
    let technician = technician(&[&web]);
    thread::scope(|scope| {
        let other = scope.spawn(|| web.read_inside("apt-get -qy install millwright-slow").unwrap());
        eventually("the other one at work", || {
            web.exec_inside("test -s /var/log/slow").unwrap().exit_code.filter(|code| *code == 0)
        });
        let ran = technician.run(&["patch", "all", "--package", "millwright-hello", "--yes"]).ends(0);
        assert_eq!(ran.job(&path(&web))["state"], "succeeded", "{}", ran.told());
        other.join().unwrap();
    });
    assert_eq!(
        (version(&web, "millwright-hello"), version(&web, "millwright-slow")),
        ("installed 1.1".into(), "installed 1.0".into())
    );
}

#[test]
fn a_full_disk_is_told_and_takes_no_verdict_away() {
    let lab = lab();
    publish(&lab, &[Package::named("millwright-big", "1.0")]);
    let db = lab.machine("db-1").disk_megabytes(96).start().unwrap();
    install(&db, &["millwright-big"]);
    let technician = technician(&[&db]);
    let host = path(&db);

    // It fills up in the middle: the verdict had its place from the start.
    let script = "dd if=/dev/zero of=/var/filler bs=64k 2>/dev/null; echo full; rm -f /var/filler; exit 3";
    let job = technician.run(&["exec", "all", "--detach", "--sudo", "--", script]).ends(4).job(&host);
    assert_eq!((&job["state"], &job["exit_code"]), (&"failed".into(), &3.into()), "{job}");
    let script = "dd if=/dev/zero of=/var/filler bs=4k 2>/dev/null; exit 5";
    let job = technician.run(&["exec", "all", "--detach", "--sudo", "--", script]).ends(4).job(&host);
    assert_eq!((&job["state"], &job["exit_code"]), (&"failed".into(), &5.into()), "{job}");

    // It is full already: nothing starts, and it is said why. A look at it still works.
    db.fill_disk().unwrap();
    let job = technician.run(&["exec", "all", "--detach", "--sudo", "--", "true"]).ends(4).job(&host);
    assert_eq!((&job["state"], &job["error"]["code"]), (&"failed".into(), &"host_disk_full".into()), "{job}");
    technician.run(&["exec", "all", "--", "df /"]).ends(0);
    db.free_disk().unwrap();
    db.read_inside("rm -f /var/filler").unwrap();

    // An update that does not fit.
    let content = "x".repeat(150 << 20);
    publish(&lab, &[Package::named("millwright-big", "1.1").file("/usr/share/millwright-big/data", content)]);
    let failed = technician.run(&["patch", "all", "--yes"]).ends(4).job(&host);
    assert_eq!((&failed["state"], &failed["error"]["code"]), (&"failed".into(), &"host_disk_full".into()), "{failed}");
    let screen = technician.run_as_text(&["run", "show", &technician.newest_run()]).ends(0);
    let in_its_words = |line: &str| line.trim_start().starts_with('│') && line.contains("No space left on device");
    assert!(String::from_utf8_lossy(&screen.stdout).lines().any(in_its_words), "{}", screen.told());
    technician.audit_head();
}
