use crate::common::{Sshd, next_address, trusted, without_retries};
use millwright_domain::Code;
use millwright_ssh::{
    ConnectOptions, Ending, Endpoint, HostKeyPin, PinStanding, Prompts, SessionKeeper, SshError, Stage, connect,
    scan_host_key,
};
use std::collections::BTreeSet;
use std::net::TcpListener;
use std::time::Duration;

#[tokio::test]
async fn chains_of_any_length_reach_the_target_and_listen_nowhere() {
    let machines = [Sshd::start(), Sshd::start(), Sshd::start(), Sshd::start()];
    for length in 1..=machines.len() {
        let route: Vec<Endpoint> = machines[..length].iter().map(Sshd::endpoint).collect();
        let session = connect(&route, &ConnectOptions::default(), &Prompts::nobody()).await.unwrap();
        let mut exchange = session.exec("echo $SSH_CONNECTION; wc -c");
        exchange.take_input().unwrap().send(vec![b'x'; 300_000]).await.unwrap();
        let output = exchange.collect(10_000).await;
        let text = String::from_utf8(output.stdout).unwrap();
        let target = &machines[length - 1];
        assert!(text.contains(&format!("{} {}\n300000", target.address, target.port)), "{text}");
        assert_eq!(output.ending, Ending::Exited { code: 0 });
        assert_eq!(listening_ports_of_this_process(), BTreeSet::new());
        let large = session.exec("head -c 20000000 /dev/zero").collect(20_000_000).await;
        assert_eq!((large.stdout.len(), large.ending), (20_000_000, Ending::Exited { code: 0 }));
    }
}

#[tokio::test]
async fn a_jump_host_with_the_wrong_key_is_named_and_the_target_hears_nothing() {
    let (bastion, target) = (Sshd::start(), Sshd::start());
    let heard_before = target.log();
    let wrong = Endpoint { pins: vec![trusted(target.host_key("ed25519"))], ..bastion.endpoint() };
    let failure = connect(&[wrong, target.endpoint()], &without_retries(), &Prompts::nobody()).await.unwrap_err();
    assert_eq!((failure.hop, failure.stage, failure.error.code()), (0, Stage::HostKey, Code::HostKeyChanged));
    let wrong = Endpoint { pins: vec![trusted(bastion.host_key("ed25519"))], ..target.endpoint() };
    let failure = connect(&[bastion.endpoint(), wrong], &without_retries(), &Prompts::nobody()).await.unwrap_err();
    assert_eq!((failure.hop, failure.stage, failure.error.code()), (1, Stage::HostKey, Code::HostKeyChanged));
    assert!(!target.log()[heard_before.len()..].contains("Accepted"));
}

#[tokio::test]
async fn a_target_behind_a_jump_host_can_be_scanned_and_refused() {
    let (bastion, target) = (Sshd::start(), Sshd::start());
    let unpinned = Endpoint { pins: vec![], ..target.endpoint() };
    let key = scan_host_key(&[bastion.endpoint(), unpinned], &without_retries(), &Prompts::nobody()).await.unwrap();
    assert_eq!(key, target.host_key("ed25519"));
    let nobody_there = Endpoint { address: next_address().to_string(), port: 9, ..target.endpoint() };
    let failure =
        connect(&[bastion.endpoint(), nobody_there], &without_retries(), &Prompts::nobody()).await.unwrap_err();
    assert!(matches!(*failure.error, SshError::ChannelRefused { .. }), "{failure}");
    assert_eq!(failure.stage, Stage::Tcp);
}

#[tokio::test]
async fn a_lost_jump_host_loses_what_is_behind_it() {
    let (bastion, target) = (Sshd::start(), Sshd::start());
    let jump = connect(&[bastion.endpoint()], &ConnectOptions::default(), &Prompts::nobody()).await.unwrap();
    let keeper = SessionKeeper::new(ConnectOptions::default(), Prompts::nobody());
    let session = keeper.session_for(&[bastion.endpoint(), target.endpoint()]).await.unwrap();
    let mut exchange = session.exec("echo there; exec sleep 30");
    exchange.next().await.unwrap();
    // Every connection to the bastion but the one that runs this command.
    let kill = "for pid in $(ps -o pid= --ppid $(ps -o ppid= -p $PPID)); do [ $pid = $PPID ] || kill -9 $pid; done";
    jump.exec(kill).collect(1000).await;
    let end = exchange.next().await;
    assert!(format!("{end:?}").contains("LinkLost"), "{end:?}");
    drop(exchange);
    let again = keeper.session_for(&[bastion.endpoint(), target.endpoint()]).await.unwrap();
    assert_eq!(again.exec("true").collect(10).await.ending, Ending::Exited { code: 0 });
}

#[tokio::test]
async fn a_keeper_shares_sessions_and_jump_hosts() {
    let (bastion, first, second) = (Sshd::start(), Sshd::start(), Sshd::start());
    let keeper = SessionKeeper::new(ConnectOptions::default(), Prompts::nobody());
    let asked: Vec<_> = (0..20)
        .map(|number| {
            let target = if number % 2 == 0 { &first } else { &second };
            let (keeper, route) = (keeper.clone(), [bastion.endpoint(), target.endpoint()]);
            tokio::spawn(async move { keeper.session_for(&route).await.unwrap().exec("true").collect(10).await })
        })
        .collect();
    for one in asked {
        assert_eq!(one.await.unwrap().ending, Ending::Exited { code: 0 });
    }
    for target in [&first, &second] {
        assert_eq!(target.log().matches("Accepted publickey").count(), 1);
    }
    // A second lane is only for those who waited long.
    assert!(bastion.log().matches("Accepted publickey").count() <= 2);
    let revoked = HostKeyPin { key: first.host_key("ed25519"), standing: PinStanding::Revoked };
    let mut changed = first.endpoint();
    changed.pins.push(revoked);
    let failure = keeper.session_for(&[bastion.endpoint(), changed]).await.unwrap_err();
    assert_eq!(failure.error.code(), Code::HostKeyRevoked, "a warm session outlives no change of pins");
}

#[tokio::test]
async fn a_keeper_closes_what_nobody_uses() {
    let sshd = Sshd::start();
    let idle = Duration::from_millis(100);
    let keeper = SessionKeeper::with_idle_time(ConnectOptions::default(), Prompts::nobody(), idle);
    let session = keeper.session_for(&[sshd.endpoint()]).await.unwrap();
    session.exec("true").collect(10).await;
    drop(session);
    let waiting = tokio::task::spawn_blocking(move || sshd.wait_for_log("Received disconnect from"));
    waiting.await.unwrap();
}

#[tokio::test]
async fn a_dead_machine_behind_a_jump_host_does_not_hold_up_the_others() {
    let (bastion, target) = (Sshd::start(), Sshd::start());
    // Its queue is full: connecting to it neither succeeds nor fails.
    let dead = TcpListener::bind((next_address(), 0)).unwrap();
    let socket = socket2::SockRef::from(&dead);
    socket.listen(0).unwrap();
    let dead_address = dead.local_addr().unwrap();
    let moment = Duration::from_millis(200);
    let _fillers: Vec<_> =
        (0..3).filter_map(|_| std::net::TcpStream::connect_timeout(&dead_address, moment).ok()).collect();
    let options = ConnectOptions { tcp_timeout: Duration::from_secs(600), ..without_retries() };
    let keeper = SessionKeeper::new(options, Prompts::nobody());
    let dead_endpoint =
        Endpoint { address: dead_address.ip().to_string(), port: dead_address.port(), ..target.endpoint() };
    let held_up = {
        let (keeper, route) = (keeper.clone(), [bastion.endpoint(), dead_endpoint]);
        tokio::spawn(async move { keeper.session_for(&route).await })
    };
    tokio::time::sleep(Duration::from_millis(200)).await;
    let session = keeper.session_for(&[bastion.endpoint(), target.endpoint()]).await.unwrap();
    assert_eq!(session.exec("true").collect(10).await.ending, Ending::Exited { code: 0 });
    assert!(!held_up.is_finished());
    held_up.abort();
}

/// The local ports on which this process listens, but for those of the tests themselves (none in this file before the
/// last test, which listens on its own address).
fn listening_ports_of_this_process() -> BTreeSet<String> {
    let inodes: BTreeSet<String> = std::fs::read_dir("/proc/self/fd")
        .unwrap()
        .filter_map(|entry| std::fs::read_link(entry.unwrap().path()).ok())
        .filter_map(|link| Some(link.to_str()?.strip_prefix("socket:[")?.strip_suffix(']')?.to_owned()))
        .collect();
    let table = std::fs::read_to_string("/proc/self/net/tcp").unwrap();
    let rows = table.lines().skip(1).map(|line| line.split_whitespace().collect::<Vec<_>>());
    rows.filter(|row| row[3] == "0A" && inodes.contains(row[9]))
        .map(|row| row[1].to_owned())
        // 127.0.0.1 in the kernel's writing: what any user could reach without knowing more.
        .filter(|local| local.starts_with("0100007F") || local.starts_with("00000000"))
        .collect()
}
