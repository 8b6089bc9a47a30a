//! The ways in which an account does not become root: each with its own word, and before any work begins.

use crate::site::{lab, path};
use millwright_journeys::{HostEntry, Technician, fault_of};
use millwright_lab::{BOOT_TIMEOUT, Machine, Sudo};

#[test]
fn an_account_that_cannot_become_root_is_told_why_and_nothing_begins() {
    let lab = lab();
    let asks = lab.machine("asks-1").sudo(Sudo::AsksPassword).launch().unwrap();
    // sudo wants a password before it says no, unless it is told that a name is enough.
    let refuses = lab.machine("refuses-1").sudo(Sudo::Refuses).sudoers_line("Defaults !authenticate").launch().unwrap();
    let lacks = lab.machine("lacks-1").sudo(Sudo::NotInstalled).launch().unwrap();
    let terminal = lab.machine("terminal-1").sudoers_line("Defaults requiretty").launch().unwrap();
    let cases: [(&Machine, &'static str, &str); 5] = [
        (&asks, "nopasswd", "sudo_password_required"),
        (&asks, "ask", "sudo_password_required"),
        (&refuses, "nopasswd", "sudo_refused"),
        (&lacks, "nopasswd", "sudo_missing"),
        (&terminal, "nopasswd", "sudo_requires_tty"),
    ];
    for (machine, sudo, expected) in cases {
        machine.wait_for_ssh(BOOT_TIMEOUT).unwrap();
        let host = path(machine);
        let technician = Technician::with(&[HostEntry { sudo, ..HostEntry::of_machine(&host, machine) }]);
        for mode in [&["--sudo", "--", "touch /root/ran"][..], &["--sudo", "--detach", "--", "touch /root/ran"][..]] {
            let ran = technician.run(&[&["exec", "all"], mode].concat()).ends(4);
            let job = ran.job(&host);
            let (code, message, hint) = fault_of(&job["error"]);
            assert_eq!((&job["state"], code.as_str()), (&"failed".into(), expected), "{sudo}: {}", ran.told());
            assert!(!message.is_empty() && !hint.is_empty(), "{job}");
        }
        assert_eq!(machine.exec_inside("test -e /root/ran").unwrap().exit_code, Some(1), "nothing may begin");
        // The check names the step and the same cause; what needs no root works.
        let check = technician.run(&["host", "check", "all"]).ends(4).json();
        let step = &check["checks"][0]["steps"][4];
        assert_eq!((&step["name"], &step["error"]["code"]), (&"sudo".into(), &expected.into()), "{check}");
        technician.run(&["exec", "all", "--", "id -un"]).ends(0);
        assert_eq!(technician.output(&technician.newest_run(), &host), b"ops\n");
        technician.run(&["patch", "all", "--yes"]).ends(4);
        assert_eq!(machine.read_inside("ls /var/lib/millwright/jobs 2>/dev/null | wc -l").unwrap(), "0");
    }
}

#[test]
fn a_password_for_sudo_is_asked_for_once_and_reaches_nobody_but_sudo() {
    let lab = lab();
    let machine =
        lab.machine("asks-1").sudo(Sudo::AsksPassword).sudoers_line("Defaults lecture=always").start().unwrap();
    let host = path(&machine);
    let technician = Technician::with(&[HostEntry { sudo: "ask", ..HostEntry::of_machine(&host, &machine) }]);
    let question = format!("Password of ops for sudo on {host}:");
    // The task says who it is, and all that it finds on its standard input.
    let script = "id -un; cat; echo the end";
    for mode in [&["exec", "all", "--sudo", "--"][..], &["exec", "all", "--sudo", "--detach", "--"][..]] {
        let mut terminal = technician.at_terminal(&[mode, &[script]].concat());
        terminal.wait_for(&question);
        terminal.type_line(Machine::PASSWORD);
        let (exit_code, shown) = terminal.wait();
        assert_eq!(exit_code, Some(0), "{mode:?}: {shown}");
        assert_eq!(shown.matches(&question).count(), 1, "{shown}");
        assert!(!shown.contains(Machine::PASSWORD), "{shown}");
        let output = technician.output(&technician.newest_run(), &host);
        assert_eq!(String::from_utf8_lossy(&output), "root\nthe end\n", "{mode:?}");
    }

    // A wrong one is tried once: a host that counts must not lock the account.
    let before = machine.read_inside("journalctl -q -t sudo | grep -c 'incorrect password' || true").unwrap();
    let mut terminal = technician.at_terminal(&["exec", "all", "--sudo", "--", script]);
    terminal.wait_for(&question);
    terminal.type_line("not the password");
    let (exit_code, shown) = terminal.wait();
    assert_eq!(exit_code, Some(4), "{shown}");
    assert_eq!((shown.matches(&question).count(), shown.contains("[sudo_password_wrong]")), (1, true), "{shown}");
    let after = machine.read_inside("journalctl -q -t sudo | grep 'incorrect password' || true").unwrap();
    assert_eq!((before.as_str(), after.lines().count()), ("0", 1), "{after}");
    assert!(after.contains("1 incorrect password attempt"), "{after}");
}
