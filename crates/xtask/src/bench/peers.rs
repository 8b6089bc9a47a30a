//! The peers: installed from PyPI into an environment of their own, and told to do what we do.

use super::fleet::LoopbackHost;
use crate::{setup, workspace};
use anyhow::{Context, Result};
use serde_json::json;
use std::{
    fs,
    path::{Path, PathBuf},
    process::Command,
};

const REQUIREMENTS: &str = include_str!("peers/requirements.txt");

/// One way in which a peer runs a command.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Peer {
    Pyinfra,
    ParallelSsh,
    ParallelSshWarm,
    Ansible,
}

/// The installed peers and the files that they read.
pub(super) struct Peers {
    programs: PathBuf,
    folder: PathBuf,
    user: String,
    port: u16,
    client_key: PathBuf,
}

impl Peers {
    /// Installs them if need be, and describes the fleet to them.
    pub(super) fn prepare(folder: &Path, hosts: &[LoopbackHost]) -> Result<Self> {
        let first = hosts.first().context("a fleet has at least one host")?;
        let environment = setup::python_environment("bench-venv", REQUIREMENTS)?;
        let addresses: Vec<_> = hosts.iter().map(|host| host.address.to_string()).collect();
        let known = |host: &LoopbackHost| host.host_key.known_hosts_line(&host.address.to_string(), host.port) + "\n";
        let known_hosts = folder.join("known_hosts");
        write(&known_hosts, &hosts.iter().map(known).collect::<String>())?;
        write(&folder.join("inventory"), &(addresses.join("\n") + "\n"))?;
        write(&folder.join("ansible.cfg"), "[defaults]\n")?;
        let fleet = json!({
            "addresses": addresses,
            "port": first.port,
            "user": first.user,
            "client_key": first.client_key,
            "known_hosts": known_hosts,
            "command": "true",
        });
        write(&folder.join("fleet.json"), &fleet.to_string())?;
        Ok(Self {
            programs: environment.join("bin"),
            folder: folder.to_owned(),
            user: first.user.clone(),
            port: first.port,
            client_key: first.client_key.clone(),
        })
    }

    /// The command line that runs `true` on the whole fleet.
    pub(super) fn command(&self, peer: Peer) -> Command {
        let script = |name: &str| {
            let mut command = Command::new(self.programs.join("python"));
            let script = workspace::root().join("crates/xtask/src/bench/peers").join(name);
            command.arg(script).arg(self.folder.join("fleet.json"));
            command
        };
        match peer {
            Peer::Pyinfra => script("fleet_pyinfra.py"),
            Peer::ParallelSsh => script("fleet_parallel_ssh.py"),
            Peer::ParallelSshWarm => {
                let mut command = script("fleet_parallel_ssh.py");
                command.arg("warm");
                command
            }
            Peer::Ansible => self.ansible(),
        }
    }

    /// The quickest way that Ansible has: no module is copied, and no shared connection is set up for one command.
    fn ansible(&self) -> Command {
        let known_hosts = self.folder.join("known_hosts");
        let ssh = format!(
            "-F none -o ControlMaster=no -o ControlPath=none -o IdentitiesOnly=yes -o StrictHostKeyChecking=yes \
             -o UserKnownHostsFile={}",
            known_hosts.display()
        );
        let mut command = Command::new(self.programs.join("ansible"));
        command.args(["all", "--module-name", "raw", "--args", "true", "--forks", "50"]);
        command.arg("--inventory").arg(self.folder.join("inventory")).arg("--user").arg(&self.user);
        command
            .arg("--private-key")
            .arg(&self.client_key)
            .arg("--extra-vars")
            .arg(format!("ansible_port={}", self.port));
        command.env("ANSIBLE_CONFIG", self.folder.join("ansible.cfg")).env("ANSIBLE_HOME", self.folder.join("ansible"));
        command.env("ANSIBLE_PIPELINING", "1").env("ANSIBLE_NOCOLOR", "1").env("ANSIBLE_SSH_ARGS", ssh);
        // Ansible refuses to start in a locale that is not UTF-8.
        command.env("LC_ALL", "C.UTF-8");
        command
    }
}

fn write(path: &Path, text: &str) -> Result<()> {
    fs::write(path, text).with_context(|| format!("write {}", path.display()))
}
