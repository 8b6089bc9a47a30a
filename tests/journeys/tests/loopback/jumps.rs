//! Hosts that are reached through others.

use millwright_journeys::{Fleet, HostEntry, Technician, eventually};
use millwright_lab::Sshd;
use std::{collections::BTreeSet, fs, net::TcpListener, os::fd::AsRawFd};

/// The inodes of the sockets on which a process listens.
fn listening(pid: u32) -> BTreeSet<String> {
    let own: BTreeSet<String> = fs::read_dir(format!("/proc/{pid}/fd"))
        .into_iter()
        .flatten()
        .flatten()
        .filter_map(|entry| Some(fs::read_link(entry.path()).ok()?.to_string_lossy().into_owned()))
        .filter_map(|target| Some(target.strip_prefix("socket:[")?.trim_end_matches(']').to_owned()))
        .collect();
    let tables =
        ["tcp", "tcp6"].map(|table| fs::read_to_string(format!("/proc/{pid}/net/{table}")).unwrap_or_default());
    let listens = |line: &str| {
        let fields: Vec<&str> = line.split_whitespace().collect();
        // 0A is the state LISTEN.
        (fields.get(3) == Some(&"0A")).then(|| fields[9].to_owned())
    };
    tables.iter().flat_map(|table| table.lines().filter_map(listens)).filter(|inode| own.contains(inode)).collect()
}

#[test]
fn a_chain_of_two_leads_to_a_host_and_no_port_listens_here() {
    // Three hosts with keys of their own; each tells where its clients come from.
    let mut sshds = [(); 3].map(|()| Sshd::start().unwrap());
    let paths = ["acme/edge/outer", "acme/edge/inner", "acme/prod/target"];
    let hosts: Vec<HostEntry> = sshds
        .iter()
        .zip(paths)
        .map(|(sshd, path)| HostEntry { path: path.to_owned(), ..sshd.hosts(1).remove(0) })
        .collect();
    let technician = Technician::new();
    technician.add_all(&hosts[..2]);
    technician.run(&["env", "add", "acme/prod"]).ends(0);
    let (target, port) = (&hosts[2], hosts[2].port.to_string());
    let words = ["host", "add", &target.path, "--address", &target.address, "--port", &port, "--user", &target.user];
    let key = target.key.as_deref().unwrap();
    technician.run(&[&words[..], &["--key", key, "--jump", paths[0], "--jump", paths[1]]].concat()).ends(0);

    // A host on the way that nobody trusts stops everything, and says which one it is.
    technician.trust(&hosts[1]);
    let ran = technician.run(&["host", "trust", &target.path, "--fingerprint", &target.fingerprint]).ends(5);
    let (code, message, _) = ran.fault();
    assert_eq!(code, "host_key_unknown");
    assert!(message.contains(&hosts[0].fingerprint), "{message}");
    assert!(sshds.iter().all(|sshd| sshd.authentication_attempts() == 0));
    technician.trust(&hosts[0]);
    technician.trust(target);

    let marker = technician.folder().join("go-on");
    let script = format!("echo $SSH_CONNECTION; while [ ! -e {} ]; do sleep 0.1; done", marker.display());
    let mut running = technician.spawn(&["exec", &target.path, "--", &script]);
    let id = eventually("the task at work", || {
        assert!(running.is_running());
        let runs = technician.run(&["run", "list"]).ends(0).json();
        let id = runs["runs"][0]["id"].as_str()?.to_owned();
        (!technician.output(&id, &target.path).is_empty()).then_some(id)
    });
    assert_eq!(listening(running.pid()), BTreeSet::new(), "a port listens here");
    fs::write(&marker, "").unwrap();
    running.wait().ends(0);
    let said = String::from_utf8(technician.output(&id, &target.path)).unwrap();
    assert!(said.trim_end().ends_with(&format!(" {port}")), "{said}");
    for sshd in &sshds {
        assert!(sshd.log().contains("Accepted publickey"), "the way leads through each of them");
    }
    assert!(sshds[1].log().contains("direct-tcpip"), "{}", sshds[1].log());

    // A link of the chain that goes away is told as what it is.
    sshds[1].stop().unwrap();
    let ran = technician.run(&["exec", &target.path, "--", "true"]).ends(4);
    assert_eq!(ran.job(&target.path)["state"], "unreachable", "{}", ran.told());
}

#[test]
fn the_look_for_listening_ports_sees_one() {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let link = fs::read_link(format!("/proc/self/fd/{}", listener.as_raw_fd())).unwrap();
    let inode = link.to_string_lossy().trim_start_matches("socket:[").trim_end_matches(']').to_owned();
    assert!(listening(std::process::id()).contains(&inode));
}
