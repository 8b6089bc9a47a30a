//! Commands one after another on an open connection, as in a window that stays open: the shell of the last one takes the next.

use millwright_api::{ExecMode, ExecWish, How, People, Workspace};
use millwright_domain::run::Privilege;
use millwright_domain::{HostPath, Selector};
use millwright_journeys::{Fleet, Technician, eventually};
use millwright_lab::Sshd;
use std::fs;

/// Runs a command on the one host; how its job ended, and what it printed.
async fn exec(workspace: &Workspace, host: &HostPath, script: &str) -> (String, String) {
    let selector: Selector = "all".parse().unwrap();
    let wish =
        ExecWish { script: script.into(), privilege: Privilege::Login, mode: ExecMode::Attached, timeout_seconds: 60 };
    let planned = workspace.plan_exec(&selector, wish, &How::default()).await.unwrap();
    let id = workspace.run_begin(&planned, &planned.plan.hash).await.unwrap();
    workspace.run_follow(id, planned.secrets.clone()).await.unwrap();
    let state = workspace.run_show(id).unwrap().jobs[0].state.to_string();
    let output = workspace.run_output(id, host, 0, 1 << 20).unwrap();
    (state, String::from_utf8(output).unwrap())
}

/// Whether the process runs.
fn is_there(pid: &str) -> bool {
    let stat = fs::read_to_string(format!("/proc/{pid}/stat")).unwrap_or_default();
    !stat.is_empty() && !stat.contains(") Z")
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_shell_of_one_command_takes_the_next() {
    let sshd = Sshd::start().unwrap();
    let hosts = sshd.hosts(1);
    let technician = tokio::task::spawn_blocking({
        let hosts = hosts.clone();
        move || Technician::with(&hosts)
    })
    .await
    .unwrap();
    let workspace = Workspace::open(&technician.workspace(), People::nobody()).unwrap();
    let host: HostPath = hosts[0].path.parse().unwrap();
    let succeeded = |output: &str| ("succeeded".to_owned(), output.to_owned());

    let (_, first) = exec(&workspace, &host, "echo $$").await;
    assert_eq!(exec(&workspace, &host, "echo $$").await, succeeded(&first), "one shell serves both");
    assert_eq!(
        exec(&workspace, &host, "echo out; echo err >&2; echo \"it's\n two\"").await,
        succeeded("out\nerr\nit's\n two\n")
    );
    assert_eq!(exec(&workspace, &host, "exit 3").await, ("failed".to_owned(), String::new()));
    assert_eq!(exec(&workspace, &host, "echo $$").await, succeeded(&first));

    // Whatever could write into somebody else's answer is left alone in its shell.
    assert_eq!(exec(&workspace, &host, "(sleep 1; while sleep 0.05; do echo stray; done) &").await, succeeded(""));
    let (state, second) = exec(&workspace, &host, "sleep 1.5; echo $$").await;
    assert_eq!(state, "succeeded");
    assert!(second.trim().parse::<u32>().is_ok() && second != first, "{second}");

    // A shell that has ended unnoticed is replaced, and the command runs once.
    let log = technician.folder().join("log");
    kill(second.trim());
    eventually("the end of the shell", || (!is_there(second.trim())).then_some(()));
    let (state, third) = exec(&workspace, &host, &format!("echo once >>{}; echo $$", log.display())).await;
    assert_eq!((state.as_str(), fs::read_to_string(&log).unwrap().as_str()), ("succeeded", "once\n"));
    assert_ne!(third, second);
    drop(workspace);
    eventually("the end of the last shell with its connection", || (!is_there(third.trim())).then_some(()));
}

fn kill(pid: &str) {
    assert!(std::process::Command::new("kill").args(["-KILL", pid]).status().unwrap().success());
}
