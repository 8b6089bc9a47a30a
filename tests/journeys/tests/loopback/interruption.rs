//! The command is killed, the link is cut, sshd's sessions die: the task runs once, and its output is whole.

use crate::task::Task;
use millwright_journeys::{DEADLINE, Fleet, HostEntry, Technician, eventually, pass_time};
use millwright_lab::{Proxy, Sshd};
use std::{net::SocketAddr, time::Duration};

#[test]
fn a_killed_command_loses_nothing_and_following_starts_nothing() {
    let sshd = Sshd::start().unwrap();
    let hosts = sshd.hosts(1);
    let technician = Technician::with(&hosts);
    let task = Task::of_seconds(5, technician.folder());
    let first = technician.spawn(&["exec", "all", "--detach", "--", &task.script()]);
    task.wait_for_starts(1);
    let id = technician.newest_run();
    // Killed with some output here and some not yet.
    eventually("the first output", || has_line(&technician.output(&id, &hosts[0].path), "line 10").then_some(()));
    assert_eq!(first.kill().exit_code, None);
    assert_eq!(technician.run(&["run", "show", &id]).ends(0).job(&hosts[0].path)["state"], "running");

    let job = technician.run(&["run", "follow", &id]).ends(4).job(&hosts[0].path);
    assert_eq!((&job["state"], &job["exit_code"]), (&"failed".into(), &Task::EXIT_CODE.into()), "{job}");
    task.check(&[technician.output(&id, &hosts[0].path)]);

    // Following what has ended says the same once more, and does nothing.
    let connections = sshd.log();
    assert_eq!(technician.run(&["run", "follow", &id]).ends(4).job(&hosts[0].path), job);
    assert_eq!(sshd.log(), connections);
    technician.audit_head();
}

/// On a busy machine the line may not be the last one any more when somebody looks.
fn has_line(output: &[u8], line: &str) -> bool {
    String::from_utf8_lossy(output).lines().any(|printed| printed == line)
}

/// What is done to the link in the middle of a task.
type Disturbance = fn(&Sshd, &Proxy);

fn survives(disturb: Disturbance, seconds: u32) {
    let sshd = Sshd::start().unwrap();
    let direct = sshd.hosts(1).remove(0);
    let target = SocketAddr::new(direct.address.parse().unwrap(), direct.port);
    let proxy = Proxy::start(target, Duration::ZERO).unwrap();
    let hosts: [HostEntry; 1] = [direct.at(proxy.address())];
    let technician = Technician::with(&hosts);
    let task = Task::of_seconds(seconds, technician.folder());
    let running = technician.spawn(&["exec", "all", "--detach", "--timeout", "300", "--", &task.script()]);
    task.wait_for_starts(1);
    let id = technician.newest_run();
    eventually("the first output", || has_line(&technician.output(&id, &hosts[0].path), "line 5").then_some(()));
    let before = proxy.connections();
    disturb(&sshd, &proxy);
    let ran = running.wait_for(DEADLINE).ends(4);
    let job = ran.job(&hosts[0].path);
    assert_eq!((&job["state"], &job["exit_code"]), (&"failed".into(), &Task::EXIT_CODE.into()), "{}", ran.told());
    assert_eq!(job["link_lost"], false);
    assert!(proxy.connections() > before, "it must have come back on a new connection");
    task.check(&[technician.output(&id, &hosts[0].path)]);
    technician.audit_head();
}

#[test]
fn a_link_that_is_down_for_longer_than_the_task_loses_nothing() {
    let down = |_: &Sshd, proxy: &Proxy| {
        proxy.link_down();
        pass_time(Duration::from_secs(20));
        proxy.sever();
        proxy.link_up();
    };
    survives(down, 5);
}

#[test]
fn a_link_that_comes_back_while_the_task_runs_loses_nothing() {
    // Long enough for both sides to give the connection up.
    let down = |_: &Sshd, proxy: &Proxy| {
        proxy.link_down();
        pass_time(Duration::from_secs(20));
        proxy.link_up();
        proxy.sever();
    };
    survives(down, 30);
}

#[test]
fn sessions_that_die_on_the_host_lose_nothing() {
    survives(|sshd, _| assert!(sshd.end_sessions().unwrap() > 0), 4);
}

#[test]
fn a_connection_that_is_reset_again_and_again_loses_nothing() {
    let resets = |_: &Sshd, proxy: &Proxy| {
        for _ in 0..6 {
            proxy.sever();
            pass_time(Duration::from_millis(700));
        }
    };
    survives(resets, 6);
}

#[test]
fn commands_killed_at_any_moment_lose_no_run_and_start_nothing_twice() {
    let sshd = Sshd::start().unwrap();
    let hosts = sshd.hosts(5);
    let technician = Technician::with(&hosts);
    // From before the intent is written to after the first verdicts; uneven, so that no rhythm of ours repeats.
    for moment in [20, 45, 80, 130, 210, 340, 900, 1700] {
        let folder = technician.folder().join(format!("after-{moment}"));
        std::fs::create_dir(&folder).unwrap();
        let task = Task::of_seconds(1, &folder);
        let before = technician.run(&["run", "list"]).ends(0).json();
        let first = technician.spawn(&["exec", "all", "--detach", "--", &task.script()]);
        pass_time(Duration::from_millis(moment));
        first.kill();
        // Killed again while it is being followed.
        let runs = technician.run(&["run", "list"]).ends(0).json();
        if runs == before {
            assert!(task.starts().is_empty(), "started without an intent");
            continue;
        }
        let id = runs["runs"][0]["id"].as_str().unwrap();
        let second = technician.spawn(&["run", "follow", id]);
        pass_time(Duration::from_millis(moment / 2));
        second.kill();

        let run = technician.run(&["run", "follow", id]).ends(4).run();
        assert_eq!(run["counts"]["failed"], 5, "{run}");
        for job in run["jobs"].as_array().unwrap() {
            assert_eq!(job["exit_code"], Task::EXIT_CODE, "{job}");
        }
        task.check(&hosts.iter().map(|host| technician.output(id, &host.path)).collect::<Vec<_>>());
        technician.audit_head();
    }
}
