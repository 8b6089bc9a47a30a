//! The system's ssh client, and questions to the process table.
#![allow(dead_code, reason = "each test program uses its own part")]

use std::{
    fs,
    net::Ipv4Addr,
    path::Path,
    process::{Command, Stdio},
    thread,
    time::{Duration, Instant},
};

#[derive(Debug)]
pub(crate) struct Answer {
    pub(crate) exit_code: Option<i32>,
    pub(crate) stdout: String,
    pub(crate) stderr: String,
}

pub(crate) fn ssh(known_hosts: &str, key: &Path, user: &str, address: Ipv4Addr, port: u16, command: &str) -> Answer {
    let known = tempfile::NamedTempFile::new().unwrap();
    fs::write(known.path(), known_hosts).unwrap();
    let output = Command::new("ssh")
        .args(["-F", "none", "-o", "BatchMode=yes", "-o", "IdentitiesOnly=yes", "-o", "StrictHostKeyChecking=yes"])
        .args(["-o", "ConnectTimeout=5", "-o", "ServerAliveInterval=5"])
        .arg("-o")
        .arg(format!("UserKnownHostsFile={}", known.path().display()))
        .arg("-i")
        .arg(key)
        .args(["-p", &port.to_string(), &format!("{user}@{address}"), command])
        .stdin(Stdio::null())
        .output()
        .unwrap();
    Answer {
        exit_code: output.status.code(),
        stdout: String::from_utf8_lossy(&output.stdout).into_owned(),
        stderr: String::from_utf8_lossy(&output.stderr).into_owned(),
    }
}

pub(crate) fn eventually(what: &str, mut holds: impl FnMut() -> bool) {
    let deadline = Instant::now() + Duration::from_secs(30);
    while !holds() {
        assert!(Instant::now() < deadline, "{what}: not within 30 seconds");
        thread::park_timeout(Duration::from_millis(20));
    }
}

/// Long enough for another process to do something once.
pub(crate) fn pause() {
    thread::park_timeout(Duration::from_millis(300));
}

pub(crate) fn processes_that_mention(text: &str) -> Vec<u32> {
    fs::read_dir("/proc")
        .unwrap()
        .flatten()
        .filter_map(|entry| {
            let pid: u32 = entry.file_name().to_str()?.parse().ok()?;
            let arguments = fs::read(entry.path().join("cmdline")).ok()?;
            String::from_utf8_lossy(&arguments).contains(text).then_some(pid)
        })
        .filter(|pid| *pid != std::process::id())
        .collect()
}

pub(crate) fn is_running(pid: u32) -> bool {
    fs::read_to_string(format!("/proc/{pid}/stat"))
        .is_ok_and(|stat| stat.rsplit_once(") ").is_some_and(|(_, rest)| !rest.starts_with('Z')))
}
