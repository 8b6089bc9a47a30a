//! A person at a terminal: asked where a decision is theirs, and shown nothing that a host could forge.

use millwright_journeys::{Fleet, Technician};
use millwright_lab::Sshd;

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
