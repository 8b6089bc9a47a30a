//! Cancelling: from another process than the one that drives.

use millwright_journeys::{Fleet, Technician, eventually};
use millwright_lab::Sshd;
use std::{fs, path::Path};

/// Whether a process is there, and is no zombie.
fn is_running(pid: &str) -> bool {
    fs::read_to_string(format!("/proc/{pid}/stat"))
        .is_ok_and(|stat| stat.rsplit_once(") ").is_some_and(|(_, rest)| !rest.starts_with(['Z', 'X'])))
}

fn lines(path: &Path) -> Vec<String> {
    fs::read_to_string(path).unwrap_or_default().lines().map(str::to_owned).collect()
}

#[test]
fn a_cancelled_run_is_confirmed_and_nothing_of_it_is_left_on_the_host() {
    let sshd = Sshd::start().unwrap();
    let hosts = sshd.hosts(2);
    let technician = Technician::with(&hosts);
    let pids = technician.folder().join("pids");
    // The task, and a child that it waits for.
    let script = format!("echo before; sleep 300 & echo $! >> {0}; echo $$ >> {0}; wait", pids.display());
    let driver = technician.spawn(&["exec", "all", "--detach", "--timeout", "600", "--", &script]);
    eventually("the start on both hosts", || (lines(&pids).len() == 4).then_some(()));
    let id = technician.newest_run();
    let ran = technician.run(&["run", "cancel", &id]).ends(0);
    assert_eq!((&ran.run()["state"], &ran.run()["counts"]["cancelled"]), (&"cancelled".into(), &2.into()));
    for host in &hosts {
        assert_eq!(ran.job(&host.path)["error"]["code"], "cancelled", "{}", ran.told());
        assert_eq!(technician.output(&id, &host.path), b"before\n");
    }
    for pid in lines(&pids) {
        assert!(!is_running(&pid), "process {pid} outlived its job");
    }
    assert_eq!(driver.wait().ends(4).run(), ran.run(), "who drove it tells the same");
    technician.run(&["run", "cancel", &id]).ends(0);
    technician.audit_head();
}

#[test]
fn a_run_that_nobody_drives_can_be_cancelled() {
    let sshd = Sshd::start().unwrap();
    let technician = Technician::with(&sshd.hosts(1));
    let pids = technician.folder().join("pids");
    let script = format!("trap '' TERM; echo $$ >> {}; while :; do sleep 1; done", pids.display());
    let driver = technician.spawn(&["exec", "all", "--detach", "--timeout", "600", "--", &script]);
    eventually("the start", || (lines(&pids).len() == 1).then_some(()));
    driver.kill();
    let id = technician.newest_run();
    let ran = technician.run(&["run", "cancel", &id]).ends(0);
    assert_eq!(ran.run()["counts"]["cancelled"], 1, "{}", ran.told());
    assert!(!is_running(&lines(&pids)[0]), "it ignores TERM, so KILL must follow");
}
