//! How fast files move, beside OpenSSH's own `sftp` in the same run. Figures of an optimised build:
//! `cargo test --release -p millwright-journeys --test loopback -- files_speed --ignored --nocapture`.

use crate::files::noise;
use millwright_journeys::{Fleet, HostEntry, Technician};
use millwright_lab::{Proxy, Sshd};
use std::fs;
use std::net::SocketAddr;
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

const LENGTH: usize = 200_000_000;

/// Megabytes a second.
fn speed(what: &str, work: impl FnOnce()) -> f64 {
    let start = Instant::now();
    work();
    let speed = LENGTH as f64 / 1e6 / start.elapsed().as_secs_f64();
    println!("{what:<28} {speed:7.1} MB/s");
    speed
}

/// OpenSSH's client with one command.
fn peer(host: &HostEntry, line: &str) {
    let key = host.key.as_deref().unwrap();
    let mut command = Command::new("sftp");
    command.args(["-q", "-b", "-", "-i", key, "-P", &host.port.to_string()]);
    command.args(["-o", "StrictHostKeyChecking=no", "-o", "UserKnownHostsFile=/dev/null", "-o", "LogLevel=ERROR"]);
    command.arg(format!("{}@{}", host.user, host.address)).stdin(Stdio::piped()).stdout(Stdio::null());
    let mut child = command.spawn().unwrap();
    std::io::Write::write_all(&mut child.stdin.take().unwrap(), format!("{line}\n").as_bytes()).unwrap();
    assert!(child.wait().unwrap().success());
}

/// The worse of the two ratios to `sftp`, the best of some rounds each; the machine has others on it.
fn compared(host: HostEntry, technician: &Technician, rounds: usize) -> f64 {
    let folder = technician.folder();
    let (source, theirs, ours) = (folder.join("source"), folder.join("theirs"), folder.join("ours"));
    fs::write(&source, noise(LENGTH)).unwrap();
    let text = |path: &Path| path.to_str().unwrap().to_owned();
    let (source, theirs, ours) = (text(&source), text(&theirs), text(&ours));
    let best = |what: &str, work: &dyn Fn()| (0..rounds).map(|_| speed(what, work)).fold(0.0, f64::max);
    let path = host.path.as_str();
    let put_by_sftp = best("sftp put", &|| peer(&host, &format!("put {source} {theirs}")));
    let put = best("millwright files put", &|| {
        drop(technician.run(&["files", "put", "--replace", &source, path, &ours]).ends(0));
    });
    let get_by_sftp = best("sftp get", &|| peer(&host, &format!("get {source} {theirs}")));
    let get = best("millwright files get", &|| {
        drop(technician.run(&["files", "get", "--replace", path, &source, &ours]).ends(0));
    });
    println!("ratio: put {:.2}, get {:.2}", put / put_by_sftp, get / get_by_sftp);
    (put / put_by_sftp).min(get / get_by_sftp)
}

/// Half of `sftp` is a regression on any machine; a build without optimisation is only kept from being absurd.
fn check(ratio: f64) {
    let least = if cfg!(debug_assertions) { 0.05 } else { 0.5 };
    assert!(ratio > least, "{ratio:.2} of sftp");
}

#[test]
#[ignore = "it measures: 200 MB a dozen times"]
fn files_speed_on_loopback() {
    let sshd = Sshd::start().unwrap();
    let hosts = sshd.hosts(1);
    let technician = Technician::with(&hosts);
    check(compared(hosts[0].clone(), &technician, 3));
}

#[test]
#[ignore = "it measures: 200 MB over a slow link"]
fn files_speed_at_fifty_milliseconds() {
    let sshd = Sshd::start().unwrap();
    let direct = sshd.hosts(1).remove(0);
    let target = SocketAddr::new(direct.address.parse().unwrap(), direct.port);
    let proxy = Proxy::start(target, Duration::from_millis(25)).unwrap();
    let host = direct.at(proxy.address());
    let technician = Technician::with(std::slice::from_ref(&host));
    check(compared(host, &technician, 1));
}
