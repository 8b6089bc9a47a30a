//! The lab's hosts as rows of an inventory.

use millwright_lab::{Machine, Sshd};
use std::net::SocketAddr;

/// A host as the inventory knows it.
#[derive(Debug, Clone)]
pub struct HostEntry {
    /// CLIENT/ENV/HOST
    pub path: String,
    /// Where its sshd is reached.
    pub address: String,
    /// On which port.
    pub port: u16,
    /// The account.
    pub user: String,
    /// The private key's file; a password is asked for without one.
    pub key: Option<String>,
    /// What its host key should be.
    pub fingerprint: String,
    /// How commands become root there.
    pub sudo: &'static str,
}

impl HostEntry {
    /// A machine, whose account becomes root without a question.
    pub fn of_machine(path: &str, machine: &Machine) -> Self {
        Self {
            path: path.to_owned(),
            address: machine.address().to_string(),
            port: Machine::SSH_PORT,
            user: machine.user().to_owned(),
            key: Some(machine.key().display().to_string()),
            fingerprint: machine.host_keys()[0].fingerprint(),
            sudo: "nopasswd",
        }
    }

    /// The same host, reached at another address.
    #[must_use]
    pub fn at(mut self, address: SocketAddr) -> Self {
        (self.address, self.port) = (address.ip().to_string(), address.port());
        self
    }

    /// The table that `millwright import csv` reads.
    pub(crate) fn table(hosts: &[Self]) -> String {
        let mut table = "path,address,port,user,key,sudo\n".to_owned();
        for Self { path, address, port, user, key, sudo, .. } in hosts {
            let key = key.as_deref().unwrap_or_default();
            table.push_str(&format!("{path},{address},{port},{user},{key},{sudo}\n"));
        }
        table
    }
}

/// The addresses of a loopback sshd as hosts.
pub trait Fleet {
    /// `acme/prod/h1`, `acme/prod/h2`, …: each an address of its own.
    fn hosts(&self, count: usize) -> Vec<HostEntry>;
}

impl Fleet for Sshd {
    fn hosts(&self, count: usize) -> Vec<HostEntry> {
        let entry = |(number, address): (usize, std::net::Ipv4Addr)| HostEntry {
            path: format!("acme/prod/h{}", number + 1),
            address: address.to_string(),
            port: self.port(),
            user: self.user().to_owned(),
            key: Some(self.client_key().display().to_string()),
            fingerprint: self.host_keys()[0].fingerprint(),
            sudo: "none",
        };
        self.addresses(count).into_iter().enumerate().map(entry).collect()
    }
}
