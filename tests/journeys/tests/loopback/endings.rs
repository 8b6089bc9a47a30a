//! How a command can end: each way has its own state and code, attached and detached.

use millwright_journeys::{Fleet, Technician, eventually};
use millwright_lab::Sshd;
use serde_json::{Value, json};
use std::fs;

#[test]
fn every_way_to_end_is_told_apart() {
    let sshd = Sshd::start().unwrap();
    let hosts = sshd.hosts(1);
    let technician = Technician::with(&hosts);
    let folder = technician.folder().display();
    // The command, its time-out, the exit code of ours, and of the job: state, exit code, error code.
    let cases: [(&str, &str, i32, &str, Value, Value); 8] = [
        ("true", "60", 0, "succeeded", json!(0), Value::Null),
        ("exit 1", "60", 4, "failed", json!(1), json!("step_failed")),
        ("exit 124", "60", 4, "failed", json!(124), json!("step_failed")),
        ("exit 255", "60", 4, "failed", json!(255), json!("step_failed")),
        ("no-such-command-at-all", "60", 4, "failed", json!(127), json!("step_failed")),
        ("echo 'unclosed", "60", 4, "failed", json!(2), json!("step_failed")),
        ("sleep 60", "1", 4, "timed-out", Value::Null, json!("timed_out")),
        (
            "trap '' TERM; echo $$ > PIDFILE; while :; do sleep 1; done",
            "2",
            4,
            "timed-out",
            Value::Null,
            json!("timed_out"),
        ),
    ];
    for (command, timeout, exit_code, state, job_exit_code, error) in cases {
        for mode in [&[][..], &["--detach"][..]] {
            let pid_file = format!("{folder}/pid");
            let command = command.replace("PIDFILE", &pid_file);
            let words = [&["exec", "all", "--timeout", timeout], mode, &["--", &command]].concat();
            let ran = technician.run(&words).ends(exit_code);
            let job = ran.job(&hosts[0].path);
            assert_eq!((&job["state"], &job["error"]["code"]), (&json!(state), &error), "{}", ran.told());
            if !job_exit_code.is_null() {
                assert_eq!(job["exit_code"], job_exit_code, "{}", ran.told());
            }
            if let Ok(pid) = fs::read_to_string(&pid_file) {
                eventually("the end of a process that ignores TERM", || {
                    let stat = fs::read_to_string(format!("/proc/{}/stat", pid.trim())).unwrap_or_default();
                    (stat.is_empty() || stat.contains(") Z")).then_some(())
                });
                fs::remove_file(&pid_file).unwrap();
            }
        }
    }
}

#[test]
fn a_command_that_a_signal_ended_has_failed() {
    let sshd = Sshd::start().unwrap();
    let hosts = sshd.hosts(1);
    let technician = Technician::with(&hosts);
    for command in
        ["sh -c 'kill -KILL $$'", "echo some; sh -c 'kill -SEGV $$'", "sh -c 'kill -TERM $$'", "kill -KILL $$"]
    {
        for mode in [&[][..], &["--detach"][..]] {
            let ran = technician.run(&[&["exec", "all"], mode, &["--", command]].concat()).ends(4);
            let job = ran.job(&hosts[0].path);
            if command == "kill -KILL $$" && mode.is_empty() {
                // An attached command shares its shell's number, so this ends the one that would have told.
                assert!(job["state"] == "unknown" || job["state"] == "failed", "{}", ran.told());
                continue;
            }
            // A shell's way to say it: 128 and the signal's number.
            let killed = job["exit_code"].as_i64().is_some_and(|code| code > 128);
            assert!(killed && job["state"] == "failed", "{}", ran.told());
        }
    }
}
