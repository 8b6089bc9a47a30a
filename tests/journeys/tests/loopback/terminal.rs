//! A person at a terminal: asked where a decision is theirs, and shown nothing that a host could forge.

use millwright_journeys::{Fleet, Technician, eventually};
use millwright_lab::Sshd;
use std::process::Command;

#[test]
fn a_key_is_trusted_when_the_person_says_yes_and_only_then() {
    let sshd = Sshd::start().unwrap();
    let hosts = sshd.hosts(1);
    let technician = Technician::new();
    technician.add_all(&hosts);
    for (answer, exit_code) in [("no", 5), ("y", 5), ("", 5), ("yes", 0)] {
        let mut terminal = technician.at_terminal(&["host", "trust", &hosts[0].path]);
        terminal.wait_for("Type yes to trust it:");
        assert!(terminal.shown().contains(&hosts[0].fingerprint), "{}", terminal.shown());
        terminal.type_line(answer);
        let (ended, shown) = terminal.wait();
        assert_eq!(ended, Some(exit_code), "{answer:?}: {shown}");
        technician.run(&["exec", "all", "--", "true"]).ends(exit_code);
    }
    assert_eq!(
        technician.run(&["host", "show", &hosts[0].path]).ends(0).json()["host"]["pins"].as_array().unwrap().len(),
        1
    );
}

#[test]
fn what_a_host_prints_never_reaches_the_terminal_as_a_command() {
    let sshd = Sshd::start().unwrap();
    let technician = Technician::with(&sshd.hosts(1));
    let script = r"printf '\033]52;c;aGk=\007\033[6n\033]0;title\007\2331m plain \342\200\256evil\n'; exit 4";
    let run = technician.at_terminal(&["--color", "never", "exec", "all", "--", script]).wait();
    let id = technician.newest_run();
    let output = technician.at_terminal(&["run", "output", &id, "acme/prod/h1"]).wait();
    for (exit_code, shown) in [run, output] {
        assert!(shown.contains(" plain "), "{shown:?}");
        for obeyed in ["\u{1b}]", "\u{1b}[6n", "\u{7}", "\u{9b}", "\u{202e}"] {
            assert!(!shown.contains(obeyed), "{exit_code:?}: {obeyed:?} in {shown:?}");
        }
    }
}

#[test]
fn a_shell_on_a_host_has_this_terminal_until_it_ends() {
    let sshd = Sshd::start().unwrap();
    let technician = Technician::with(&sshd.hosts(1));
    technician.run(&["env", "edit", "acme/prod", "--production", "true"]).ends(0);
    let here = "echo here=$$.; exec \"$MILLWRIGHT\" terminal acme/prod/h1";
    let script = format!("sh -c '{here}'; echo code=$?; stty -a");
    for ending in ["the shell exits", "TERM", "INT", "HUP", "the host dies"] {
        let mut terminal = technician.script_at_terminal(&script);
        terminal.wait_for("here=");
        terminal.wait_for("PRODUCTION");
        let shown = terminal.shown();
        let (pid, _) = shown.split_once("here=").unwrap().1.split_once('.').unwrap();
        terminal.type_line("stty size; echo rea'dy'");
        terminal.wait_for("40 100");
        terminal.wait_for("ready\r\n");
        let ours = std::fs::read_link(format!("/proc/{pid}/fd/0")).unwrap();
        let resized = Command::new("stty").arg("-F").arg(&ours).args(["cols", "132", "rows", "50"]).status();
        assert!(resized.unwrap().success());
        eventually("the new size on the host", || {
            terminal.type_line("stty size");
            terminal.shown().contains("50 132").then_some(())
        });
        let expected = match ending {
            "the shell exits" => {
                terminal.type_line("exit 7");
                7
            }
            "the host dies" => {
                assert!(sshd.end_sessions().unwrap() > 0);
                1
            }
            signal => {
                assert!(Command::new("kill").args(["-s", signal, pid]).status().unwrap().success());
                130
            }
        };
        let (_, shown) = terminal.wait();
        assert!(shown.contains(&format!("code={expected}\r\n")), "{ending}: {shown:?}");
        let modes = shown.rsplit_once("code=").unwrap().1;
        for mode in ["icanon", "isig", "echo ", "opost", "icrnl"] {
            let is_as_before = modes.contains(mode) && !modes.contains(&format!("-{mode}"));
            assert!(is_as_before, "{ending}: {mode} in {modes:?}");
        }
        assert_eq!(shown.contains("[link_lost]"), ending == "the host dies", "{shown:?}");
    }
    let audit = technician.run(&["audit", "list"]).ends(0).json();
    let count = |action: &str| {
        let entries = audit["audit"].as_array().unwrap().iter();
        entries.filter(|entry| entry["action"] == action).count()
    };
    assert_eq!((count("terminal.open"), count("terminal.end")), (5, 5), "{audit}");
}

#[test]
fn without_a_terminal_there_is_no_shell() {
    let sshd = Sshd::start().unwrap();
    let technician = Technician::with(&sshd.hosts(1));
    let before = sshd.authentication_attempts();
    let (code, _, hint) = technician.run(&["terminal", "acme/prod/h1"]).ends(1).fault();
    assert_eq!(code, "invalid_input");
    assert!(hint.contains("millwright exec acme/prod/h1 -- COMMAND"), "{hint}");
    technician.run_as_text(&["terminal", "acme/prod/h1"]).ends(1);
    assert_eq!(sshd.authentication_attempts(), before);
    assert_eq!(technician.at_terminal(&["terminal", "acme/prod/nobody"]).wait().0, Some(1));
}
