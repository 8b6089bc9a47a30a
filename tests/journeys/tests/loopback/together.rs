//! Several processes on one workspace.

use crate::task::Task;
use millwright_journeys::{Fleet, Technician};
use millwright_lab::Sshd;
use std::thread;

#[test]
fn two_that_follow_one_run_start_nothing_and_tell_the_same() {
    let sshd = Sshd::start().unwrap();
    let hosts = sshd.hosts(3);
    let technician = Technician::with(&hosts);
    let task = Task::of_seconds(4, technician.folder());
    let first = technician.spawn(&["exec", "all", "--detach", "--", &task.script()]);
    task.wait_for_starts(1);
    let id = technician.newest_run();
    let follow = ["run", "follow", &id];
    let (second, third) = (technician.spawn(&follow), technician.spawn(&follow));
    // One of those that wait takes over.
    first.kill();
    let (second, third) = (second.wait().ends(4), third.wait().ends(4));
    assert_eq!(second.run(), third.run());
    assert_eq!(second.run()["counts"]["failed"], 3, "{}", second.told());
    task.check(&hosts.iter().map(|host| technician.output(&id, &host.path)).collect::<Vec<_>>());
    technician.audit_head();
}

#[test]
fn writers_lose_nothing_to_each_other() {
    const WRITERS: usize = 4;
    const EACH: usize = 10;
    let sshd = Sshd::start().unwrap();
    let technician = Technician::with(&sshd.hosts(2));
    let before = technician.audit_head()["sequence"].as_u64().unwrap();
    thread::scope(|scope| {
        for writer in 0..WRITERS {
            let technician = &technician;
            scope.spawn(move || {
                for number in 0..EACH {
                    let path = format!("acme/prod/w{writer}-{number}");
                    technician.run(&["host", "add", &path, "--address", "198.51.100.7", "--user", "ops"]).ends(0);
                }
            });
        }
        // Beside them a run writes its journal.
        scope.spawn(|| {
            for _ in 0..4 {
                technician.run(&["exec", "acme/prod/h1,acme/prod/h2", "--detach", "--", "echo fine"]).ends(0);
            }
        });
    });
    let hosts = technician.run(&["host", "list"]).ends(0).json();
    let hosts: Vec<&str> =
        hosts["hosts"].as_array().unwrap().iter().map(|host| host["path"].as_str().unwrap()).collect();
    for (writer, number) in (0..WRITERS).flat_map(|writer| (0..EACH).map(move |number| (writer, number))) {
        assert!(hosts.contains(&format!("acme/prod/w{writer}-{number}").as_str()), "{hosts:?}");
    }
    let head = technician.audit_head();
    assert!(head["sequence"].as_u64().unwrap() >= before + (WRITERS * EACH) as u64, "each with its audit row");
    assert_eq!(technician.run(&["run", "list"]).ends(0).json()["runs"].as_array().unwrap().len(), 4);
}
