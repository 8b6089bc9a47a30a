//! Hosts on loopback and a technician's workspace that knows and trusts them, for tests in other languages.
//!
//! `loopback_fleet COUNT` prints one line of JSON and keeps everything until its stdin ends.
#![allow(clippy::unwrap_used, clippy::print_stdout, reason = "a part of tests")]

use millwright_journeys::{Fleet, Technician};
use millwright_lab::Sshd;
use serde_json::json;
use std::io::Read;

fn main() {
    let count = std::env::args().nth(1).unwrap().parse().unwrap();
    let sshd = Sshd::start().unwrap();
    let hosts = sshd.hosts(count);
    let technician = Technician::with(&hosts);
    let paths: Vec<&str> = hosts.iter().map(|host| host.path.as_str()).collect();
    println!("{}", json!({ "workspace": technician.workspace(), "folder": technician.folder(), "hosts": paths }));
    std::io::stdin().read_to_end(&mut Vec::new()).unwrap();
}
