//! `millwright files …`: the same as in the window, on a command line.

use crate::files::noise;
use millwright_journeys::{Fleet, HostEntry, Technician, eventually};
use millwright_lab::{Proxy, Sshd};
use std::fs;
use std::net::SocketAddr;
use std::process::Command;
use std::time::Duration;

const HOST: &str = "acme/prod/h1";

#[test]
fn files_are_listed_moved_and_removed_by_command() {
    let sshd = Sshd::start().unwrap();
    let technician = Technician::with(&sshd.hosts(1));
    let at = |name: &str| technician.folder().join("there").join(name).to_str().unwrap().to_owned();
    technician.run(&["files", "mkdir", HOST, &at("")]).ends(0);
    let local = technician.file("a b\u{202e}.txt", "content");
    let sent = technician.run(&["files", "put", &local, HOST, &at("")]).ends(0).json();
    assert_eq!((&sent["transfer"]["size"], &sent["transfer"]["direction"]), (&7.into(), &"upload".into()));
    let listed = technician.run(&["files", "list", HOST, &at("")]).ends(0).json();
    assert_eq!(listed["folder"]["entries"][0]["name"], "a b\u{202e}.txt");
    let text = technician.run_as_text(&["files", "list", HOST, &at("")]).ends(0);
    let text = String::from_utf8(text.stdout).unwrap();
    assert!(text.contains("-rw-r--r--") && text.contains("a b\\u{202e}.txt"), "{text}");

    let (code, _, hint) = technician.run(&["files", "put", &local, HOST, &at("")]).ends(1).fault();
    assert_eq!((code.as_str(), hint.is_empty()), ("already_exists", false));
    technician.run(&["files", "put", "--replace", &local, HOST, &at("a b\u{202e}.txt")]).ends(0);
    technician.run(&["files", "rename", HOST, &at("a b\u{202e}.txt"), &at("-rf")]).ends(0);
    // Without a place of its own it goes into the folder where one stands, under the name that was typed.
    technician.run(&["files", "get", HOST, &at("-rf")]).ends(0);
    assert_eq!(fs::read(technician.folder().join("-rf")).unwrap(), b"content");
    assert_eq!(technician.run(&["files", "get", HOST, &at("-rf")]).ends(1).fault().0, "already_exists");
    assert_eq!(technician.run(&["files", "remove", HOST, &at("")]).ends(1).fault().0, "in_use");
    technician.run(&["files", "remove", HOST, &at("-rf")]).ends(0);
    technician.run(&["files", "remove", HOST, &at("")]).ends(0);
    assert_eq!(technician.run(&["files", "list", HOST, &at("")]).ends(1).fault().0, "not_found");
    assert_eq!(technician.run(&["files", "list", "acme/prod/gone"]).ends(1).fault().0, "not_found");
    technician.audit_head();
}

/// A technician whose host lies behind a link that takes a while.
fn far_away(sshd: &Sshd) -> (Technician, Proxy) {
    let direct = sshd.hosts(1).remove(0);
    let target = SocketAddr::new(direct.address.parse().unwrap(), direct.port);
    let proxy = Proxy::start(target, Duration::from_millis(20)).unwrap();
    let host: HostEntry = direct.at(proxy.address());
    (Technician::with(&[host]), proxy)
}

#[test]
fn a_terminal_shows_how_far_it_is() {
    let sshd = Sshd::start().unwrap();
    let (technician, _proxy) = far_away(&sshd);
    let local = technician.file("large", noise(40_000_000));
    let there = technician.folder().join("there");
    let terminal = technician.at_terminal(&["files", "put", &local, HOST, there.to_str().unwrap()]);
    terminal.wait_for("/40.00 MB");
    terminal.wait_for("MB/s");
    let (exit_code, shown) = terminal.wait();
    assert_eq!(exit_code, Some(0), "{shown}");
    assert!(shown.contains("40.0 MB."), "{shown}");
}

#[test]
fn an_interrupted_command_goes_on_with_resume() {
    let sshd = Sshd::start().unwrap();
    let (technician, _proxy) = far_away(&sshd);
    let bytes = noise(40_000_000);
    let local = technician.file("large", &bytes);
    let there = technician.folder().join("there");
    let partial = technician.folder().join(".there.millwright-part");
    let words = ["files", "put", "--resume", &local, HOST, there.to_str().unwrap()];
    let far = || fs::metadata(&partial).is_ok_and(|found| found.len() > 8_000_000).then_some(());

    let first = technician.spawn(&words);
    eventually("a part of the file", far);
    assert!(Command::new("kill").args(["-INT", &first.pid().to_string()]).status().unwrap().success());
    let interrupted = first.wait().ends(130);
    assert!(interrupted.stderr.contains("--resume"), "{}", interrupted.told());
    assert!(!there.exists() && partial.exists());

    // Once more, by a crash.
    let second = technician.spawn(&words);
    let before = fs::metadata(&partial).unwrap().len();
    eventually("more of the file", || (fs::metadata(&partial).unwrap().len() > before + 4_000_000).then_some(()));
    second.kill();

    let third = technician.run(&words).ends(0).json();
    let moved = third["transfer"]["moved"].as_u64().unwrap();
    assert!(fs::read(&there).unwrap() == bytes);
    assert!(moved < 40_000_000 - 8_000_000, "{moved} were moved");
    assert!(!partial.exists());
    technician.audit_head();
}
