//! A server that takes the connection and says nothing hinders nobody else.

use millwright_journeys::{Fleet, HostEntry, Technician};
use millwright_lab::Sshd;
use std::net::{Ipv4Addr, TcpListener};

#[test]
fn a_host_without_a_banner_is_unreachable_and_the_others_do_not_wait_for_it() {
    let sshd = Sshd::start().unwrap();
    let mut hosts = sshd.hosts(20);
    let technician = Technician::with(&hosts);
    // The kernel takes connections to it; nobody ever speaks.
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
    let silent =
        HostEntry { path: "acme/prod/silent".to_owned(), ..hosts[0].clone() }.at(listener.local_addr().unwrap());
    technician.add_all(std::slice::from_ref(&silent));
    hosts.push(silent);
    // Four at once: the silent one holds one place.
    let ran = technician.run(&["exec", "all", "--parallel", "4", "--", "true"]).ends(3);
    assert_eq!(ran.run()["counts"]["succeeded"], 20, "{}", ran.told());
    let job = ran.job("acme/prod/silent");
    assert_eq!((&job["state"], &job["error"]["code"]), (&"unreachable".into(), &"timeout_banner".into()), "{job}");
    let last_of_others = ran.run()["jobs"]
        .as_array()
        .unwrap()
        .iter()
        .filter(|job| job["host"] != "acme/prod/silent")
        .map(|job| job["ended_at"].as_str().unwrap().to_owned())
        .max()
        .unwrap();
    assert!(last_of_others.as_str() < job["ended_at"].as_str().unwrap(), "the others were through before it");

    let checks = technician.run(&["host", "check", "acme/prod/silent"]).ends(4).json();
    assert_eq!(checks["checks"][0]["steps"][1]["error"]["code"], "timeout_banner", "{checks}");
}
