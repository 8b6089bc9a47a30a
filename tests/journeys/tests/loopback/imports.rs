//! An inventory that exists already: taken up whole, looked at first, and usable at once.

use millwright_journeys::{Fleet, HostEntry, Technician};
use millwright_lab::Sshd;

/// What is imported, as each format says it.
fn files(hosts: &[HostEntry]) -> [(&'static str, &'static str, String); 3] {
    let key = hosts[0].key.clone().unwrap();
    let csv: String = hosts
        .iter()
        .map(|host| format!("{},{},{},{},{key},web;blue\n", host.path, host.address, host.port, host.user))
        .collect();
    let name = |host: &HostEntry| host.path.rsplit('/').next().unwrap().to_owned();
    let blocks: String = hosts
        .iter()
        .map(|host| {
            format!("Host {}\n  HostName {}\n  Port {}\n  User {}\n", name(host), host.address, host.port, host.user)
        })
        .collect();
    let ini: String = hosts
        .iter()
        .map(|host| {
            let HostEntry { address, port, user, .. } = host;
            format!("{} ansible_host={address} ansible_port={port} ansible_user={user}\n", name(host))
        })
        .collect();
    [
        ("csv", "hosts.csv", format!("path,address,port,user,key,tags\n{csv}")),
        ("ssh-config", "config", format!("{blocks}Host *\n  IdentityFile {key}\n")),
        ("ansible", "hosts.ini", format!("[web]\n{ini}[web:vars]\nansible_ssh_private_key_file={key}\n")),
    ]
}

#[test]
fn an_inventory_is_previewed_imported_once_and_usable() {
    let sshd = Sshd::start().unwrap();
    let hosts = sshd.hosts(3);
    for (format, name, content) in files(&hosts) {
        let technician = Technician::new();
        let file = technician.file(name, content);
        let words = ["import", format, &file, "--env", "acme/prod"];
        let head = technician.audit_head();
        let preview = technician.run(&[&words[..], &["--dry-run"]].concat()).ends(0).json();
        assert_eq!(preview["import"]["hosts_added"].as_array().unwrap().len(), 3, "{format}: {preview}");
        assert_eq!(technician.audit_head(), head, "{format}: a preview writes nothing");
        let done = technician.run(&words).ends(0).json();
        assert_eq!(done["import"]["hosts_added"], preview["import"]["hosts_added"], "{format}");
        let head = technician.audit_head();
        let again = technician.run(&words).ends(0).json();
        assert_eq!(again["import"]["hosts_unchanged"].as_array().unwrap().len(), 3, "{format}: {again}");
        assert_eq!(technician.audit_head(), head, "{format}: nothing is written twice");
        for host in &hosts {
            technician.trust(host);
        }
        technician.run(&["exec", "acme/prod", "--", "true"]).ends(0);
    }
}

/// What is wrong in a row is told by its place, and refuses the file; it can be left out by its name.
#[test]
fn one_bad_row_refuses_the_file_unless_it_is_left_out() {
    let sshd = Sshd::start().unwrap();
    let hosts = sshd.hosts(3);
    for (format, name, content) in files(&hosts) {
        let technician = Technician::new();
        // The port of the second host.
        let second = &hosts[1];
        let at = content.find(&second.address).unwrap();
        let port = second.port.to_string();
        let port_at = at + content[at..].find(&port).unwrap();
        let broken = format!("{}ssh{}", &content[..port_at], &content[port_at + port.len()..]);
        let line = broken[..port_at].lines().count();
        let file = technician.file(name, broken);
        let words = ["import", format, &file, "--env", "acme/prod"];
        let head = technician.audit_head();
        let refused = technician.run(&words).ends(1);
        let said = refused.json()["error"]["message"].as_str().unwrap().to_owned();
        assert!(said.starts_with(&format!("{file}:{line}:")) && said.contains("is not a port"), "{format}: {said}");
        assert_eq!(technician.audit_head(), head, "{format}: a refusal writes nothing");
        let done = technician.run(&[&words[..], &["--leave-out-bad"]].concat()).ends(3).json();
        assert_eq!(done["import"]["hosts_added"].as_array().unwrap().len(), 2, "{format}: {done}");
        let left_out = &done["import"]["left_out"][0];
        assert_eq!(left_out["host"], "acme/prod/h2", "{format}: {done}");
        assert!(left_out["message"].as_str().unwrap().contains("is not a port"), "{format}: {done}");
    }
}
