//! The loopback sshd and the proxy, asked by the system's own ssh client.

#![allow(clippy::unwrap_used, clippy::print_stdout, reason = "a test's own helpers are tests too")]

mod common;

use common::ssh;
use millwright_lab::{Flow, KeyAlgorithm, Proxy, Sshd};
use std::{
    io::{Read, Write},
    net::{Ipv4Addr, SocketAddr, TcpListener, TcpStream},
    thread,
    time::Duration,
};

#[test]
fn every_address_answers_with_the_same_host_key() {
    let sshd = Sshd::start().unwrap();
    let addresses = sshd.addresses(600);
    assert_eq!(addresses.iter().collect::<std::collections::HashSet<_>>().len(), 600);
    assert!(addresses.iter().all(Ipv4Addr::is_loopback));
    for address in [addresses[0], addresses[599]] {
        let answer = ssh(&sshd.known_hosts(address), sshd.client_key(), sshd.user(), address, sshd.port(), "id -un");
        assert_eq!(answer.stdout.trim(), sshd.user(), "{answer:?}");
    }
}

#[test]
fn authentication_attempts_are_counted_and_a_changed_host_key_causes_none() {
    let mut sshd = Sshd::start().unwrap();
    let address = sshd.addresses(1)[0];
    let before = sshd.known_hosts(address);
    let port = sshd.port();
    sshd.replace_host_keys(&[KeyAlgorithm::Ed25519]).unwrap();
    assert_ne!(sshd.known_hosts(address), before);
    assert_eq!(sshd.port(), port);
    let answer = ssh(&before, sshd.client_key(), sshd.user(), address, port, "true");
    assert_eq!(answer.exit_code, Some(255));
    assert_eq!(sshd.authentication_attempts(), 0, "{}", sshd.log());

    let answer = ssh(&sshd.known_hosts(address), sshd.client_key(), sshd.user(), address, port, "true");
    assert_eq!(answer.exit_code, Some(0), "{answer:?}");
    assert!(sshd.authentication_attempts() >= 2, "`none` and the key");
}

#[test]
fn a_stopped_one_refuses_and_comes_back_on_the_same_port_and_detached_work_survives_that() {
    let mut sshd = Sshd::start().unwrap();
    let address = sshd.addresses(1)[0];
    let known = sshd.known_hosts(address);
    let mark = sshd.folder().join("alive");
    let detach =
        format!("setsid sh -c 'while :; do date > {}; sleep 0.1; done' >/dev/null 2>&1 </dev/null &", mark.display());
    ssh(&known, sshd.client_key(), sshd.user(), address, sshd.port(), &detach);

    sshd.stop().unwrap();
    assert!(TcpStream::connect((address, sshd.port())).is_err());
    sshd.start_again().unwrap();
    common::eventually("the detached work goes on", || {
        let _ = std::fs::remove_file(&mark);
        common::pause();
        mark.exists()
    });
    let answer = ssh(&known, sshd.client_key(), sshd.user(), address, sshd.port(), "echo back");
    assert_eq!(answer.stdout, "back\n", "{answer:?}");

    let marked = common::processes_that_mention(&mark.display().to_string());
    assert!(!marked.is_empty());
    drop(sshd);
    assert!(marked.iter().all(|pid| !common::is_running(*pid)), "the detached work outlived the host");
}

#[test]
fn ended_sessions_break_the_connection_and_leave_the_listener() {
    let sshd = Sshd::start().unwrap();
    let address = sshd.addresses(1)[0];
    let known = sshd.known_hosts(address);
    let started = sshd.folder().join("started");
    thread::scope(|scope| {
        let session = scope.spawn(|| {
            let command = format!("touch {}; sleep 60", started.display());
            ssh(&known, sshd.client_key(), sshd.user(), address, sshd.port(), &command)
        });
        common::eventually("the session runs", || started.exists());
        assert!(sshd.end_newest_session().unwrap() > 0);
        assert_eq!(session.join().unwrap().exit_code, Some(255));
    });
    assert_eq!(sshd.end_sessions().unwrap(), 0);
    let answer = ssh(&known, sshd.client_key(), sshd.user(), address, sshd.port(), "echo still here");
    assert_eq!(answer.stdout, "still here\n");
}

#[test]
fn further_lines_of_configuration_come_first() {
    let sshd = Sshd::options().line("ForceCommand echo forced").maximum_startups("10:30:100").start().unwrap();
    let address = sshd.addresses(1)[0];
    let answer = ssh(&sshd.known_hosts(address), sshd.client_key(), sshd.user(), address, sshd.port(), "echo asked");
    assert_eq!(answer.stdout, "forced\n", "{answer:?}");
}

/// A server that answers each byte with one byte.
fn echo() -> SocketAddr {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
    let address = listener.local_addr().unwrap();
    thread::spawn(move || {
        for mut client in listener.incoming().flatten() {
            thread::spawn(move || {
                let mut byte = [0];
                while client.read_exact(&mut byte).is_ok() && client.write_all(&byte).is_ok() {}
            });
        }
    });
    address
}

#[test]
fn the_proxy_counts_each_wait_for_an_answer_once() {
    let proxy = Proxy::start(echo(), Duration::from_millis(2)).unwrap();
    let mut client = TcpStream::connect(proxy.address()).unwrap();
    let mut answer = [0; 3];
    for expected in 1..=5 {
        client.write_all(b"abc").unwrap();
        client.read_exact(&mut answer).unwrap();
        assert_eq!((&answer, proxy.round_trips()), (b"abc", expected));
    }
    assert_eq!(proxy.connections(), 1);
}

#[test]
fn a_held_proxy_is_silent_and_loses_nothing() {
    let proxy = Proxy::start(echo(), Duration::ZERO).unwrap();
    let mut client = TcpStream::connect(proxy.address()).unwrap();
    client.set_read_timeout(Some(Duration::from_millis(300))).unwrap();
    proxy.link_down();
    client.write_all(b"through").unwrap();
    let mut answer = [0; 7];
    assert!(client.read(&mut answer).is_err(), "a held link says nothing");
    proxy.link_up();
    client.set_read_timeout(Some(Duration::from_secs(20))).unwrap();
    client.read_exact(&mut answer).unwrap();
    assert_eq!(&answer, b"through");
}

#[test]
fn a_dripping_proxy_gives_single_bytes_and_a_severed_one_resets() {
    let proxy = Proxy::start(echo(), Duration::ZERO).unwrap();
    let mut client = TcpStream::connect(proxy.address()).unwrap();
    proxy.flow_to_client(Flow::OneByteEvery(Duration::from_millis(50)));
    client.write_all(b"abcd").unwrap();
    let mut buffer = [0; 4];
    let mut received = Vec::new();
    while received.len() < 4 {
        let length = client.read(&mut buffer).unwrap();
        received.extend_from_slice(&buffer[..length]);
    }
    assert_eq!(received, b"abcd");
    proxy.sever();
    assert_eq!(client.read(&mut buffer).unwrap_err().kind(), std::io::ErrorKind::ConnectionReset);
}

#[test]
fn nothing_listens_any_more_when_the_host_is_dropped() {
    let sshd = Sshd::start().unwrap();
    let address = std::net::SocketAddr::from((sshd.addresses(1)[0], sshd.port()));
    std::net::TcpStream::connect(address).unwrap();
    drop(sshd);
    let deadline = std::time::Instant::now() + std::time::Duration::from_secs(20);
    while std::net::TcpStream::connect(address).is_ok() {
        assert!(std::time::Instant::now() < deadline, "sshd still listens on {address}");
    }
}
