//! Servers that nobody should meet: silent, slow, false, garbled, flooding.

use crate::common::{Sshd, free_port, next_address, without_retries};
use millwright_domain::Code;
use millwright_ssh::{ConnectError, ConnectOptions, Endpoint, Prompts, SshError, connect};
use std::io::{Read, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::mpsc;
use std::time::Duration;

const BANNER: &[u8] = b"SSH-2.0-OpenSSH_9.9\r\n";
/// The banner and the head of a packet of 768 bytes that offers algorithms.
const BEGUN_OFFER: &[u8] = b"SSH-2.0-OpenSSH_9.9\r\n\0\0\x03\0\x0a\x14";
/// Well within the limits of a stage, so that a drip would outlast them if only silence counted.
const DRIP: Duration = Duration::from_millis(40);

fn impatient() -> ConnectOptions {
    ConnectOptions {
        banner_timeout: Duration::from_millis(700),
        key_exchange_timeout: Duration::from_millis(700),
        ..without_retries()
    }
}

/// Serves each connection with `behaviour` and counts them.
fn serve(behaviour: impl Fn(TcpStream) + Send + Sync + 'static) -> (SocketAddr, Arc<AtomicUsize>) {
    let listener = TcpListener::bind((next_address(), 0)).unwrap();
    let address = listener.local_addr().unwrap();
    let count = Arc::new(AtomicUsize::new(0));
    let counted = Arc::clone(&count);
    let behaviour = Arc::new(behaviour);
    std::thread::spawn(move || {
        for stream in listener.incoming() {
            counted.fetch_add(1, Ordering::SeqCst);
            let behaviour = Arc::clone(&behaviour);
            std::thread::spawn(move || behaviour(stream.unwrap()));
        }
    });
    (address, count)
}

/// Sends `bytes`, then holds the connection until the client ends it.
fn saying(bytes: &'static [u8]) -> impl Fn(TcpStream) + Send + Sync {
    move |mut stream| {
        let _ = stream.write_all(bytes);
        hold(stream);
    }
}

fn hold(mut stream: TcpStream) {
    let _ = std::io::copy(&mut stream, &mut std::io::sink());
}

/// Sends `first`, then what `rest` repeats, forever and one byte at a time.
fn dripping(first: &'static [u8], rest: &'static [u8]) -> impl Fn(TcpStream) + Send + Sync {
    move |mut stream| {
        let (_keep, never) = mpsc::channel::<()>();
        let mut sent = stream.write_all(first);
        for byte in rest.iter().cycle() {
            if sent.is_err() {
                return;
            }
            let _ = never.recv_timeout(DRIP);
            sent = stream.write_all(&[*byte]);
        }
    }
}

/// Sends `first`, then `rest` as fast as it goes, forever.
fn flooding(first: &'static [u8], rest: &'static [u8]) -> impl Fn(TcpStream) + Send + Sync {
    move |mut stream| {
        let block = rest.repeat(64 * 1024 / rest.len());
        let _ = stream.write_all(first);
        while stream.write_all(&block).is_ok() {}
    }
}

fn at(address: SocketAddr) -> Endpoint {
    let address_text = address.ip().to_string();
    Endpoint { address: address_text, port: address.port(), user: "nobody".into(), identities: vec![], pins: vec![] }
}

async fn failure(address: SocketAddr, options: &ConnectOptions) -> ConnectError {
    connect(&[at(address)], options, &Prompts::nobody()).await.unwrap_err()
}

#[tokio::test]
async fn what_is_not_a_well_behaved_sshd_is_told_apart() {
    let nothing = SocketAddr::new(next_address(), free_port(next_address()));
    let cases = [
        ("nothing listens", nothing, Code::ConnectionRefused),
        ("silence", serve(hold).0, Code::TimeoutBanner),
        ("a byte at a time, a line that never ends", serve(dripping(b"", b"x")).0, Code::TimeoutBanner),
        ("a byte at a time, lines before a banner", serve(dripping(b"", b"hello\r\n")).0, Code::TimeoutBanner),
        ("a byte at a time after the banner", serve(dripping(BEGUN_OFFER, b"a")).0, Code::TimeoutKeyExchange),
        ("zeros after the banner", serve(dripping(BANNER, b"\0")).0, Code::Protocol),
        ("silence after the banner", serve(saying(BANNER)).0, Code::TimeoutKeyExchange),
        (
            "a web server",
            serve(|mut stream| drop(stream.write_all(b"HTTP/1.1 400 Bad Request\r\n\r\n"))).0,
            Code::NotSsh,
        ),
        ("NUL bytes", serve(saying(b"\0\0\0\0\0\0\n")).0, Code::NotSsh),
        ("lines without end", serve(flooding(b"", b"welcome\r\n")).0, Code::NotSsh),
        ("empty lines without end", serve(flooding(b"", b"\n")).0, Code::NotSsh),
        ("a line without end", serve(flooding(b"", b"x")).0, Code::NotSsh),
        ("hangs up", serve(drop).0, Code::ConnectionRefused),
        (
            "throttles",
            serve(|mut stream| drop(stream.write_all(b"Exceeded MaxStartups\r\n"))).0,
            Code::ConnectionRefused,
        ),
        ("hangs up after the banner", serve(|mut stream| drop(stream.write_all(BANNER))).0, Code::LinkLost),
    ];
    for (name, address, code) in cases {
        let failure = failure(address, &impatient()).await;
        assert_eq!(failure.error.code(), code, "{name}: {failure}");
        assert!(failure.error.hint().is_some(), "{name}");
    }
    let unresolved = Endpoint { address: "no-such-host.invalid".into(), ..at(nothing) };
    let failure = connect(&[unresolved], &impatient(), &Prompts::nobody()).await.unwrap_err();
    assert!(matches!(*failure.error, SshError::NameNotFound { .. }), "{failure}");
}

#[tokio::test]
async fn the_total_deadline_holds_whatever_the_stages_allow() {
    let options = ConnectOptions { total_timeout: Duration::from_millis(500), ..without_retries() };
    for behaviour in [dripping(b"", b"hello\r\n"), dripping(BEGUN_OFFER, b"a")] {
        let failure = failure(serve(behaviour).0, &options).await;
        let (SshError::TimeoutBanner { after: limit } | SshError::TimeoutKeyExchange { after: limit }) = *failure.error
        else {
            panic!("{failure}");
        };
        assert!(limit <= options.total_timeout, "{limit:?}");
    }
}

#[tokio::test]
async fn packets_that_break_the_protocol_end_in_a_clean_error() {
    let after_the_banner: [&'static [u8]; 12] = [
        b"\xff\xff\xff\xff\xff\xff\xff\xff",
        b"\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0",
        b"\0\0\0\x01\0\0\0\0\0\0\0\0\0\0\0\0",
        b"\0\0\0\x0c\xff\x14aaaaaaaaaaaaaaaa",
        // A key-exchange offer cut short, then one whose first list is longer than the packet.
        b"\0\0\0\x0c\x04\x14aaaaaa\0\0\0\0",
        b"\0\0\0\x24\x04\x14aaaaaaaaaaaaaaaa\xff\xff\xff\xffssh-rsa\0\0\0\0",
        // A key-exchange offer of empty lists.
        b"\0\0\0\x44\x04\x14aaaaaaaaaaaaaaaa\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0",
        // New keys, success, channel data, and a global request before there are keys.
        b"\0\0\0\x0c\x0a\x15aaaaaaaaaa",
        b"\0\0\0\x0c\x0a\x34aaaaaaaaaa",
        b"\0\0\0\x1c\x04\x5e\0\0\0\0\0\0\0\x04aaaaaaaaaaaaaa",
        b"\0\0\0\x2c\x04\x50\0\0\0\x15keepalive@openssh.com\x01aaaaaaaaaaaa",
        // A disconnection with a reason longer than the packet.
        b"\0\0\0\x1c\x04\x01\0\0\0\x02\xff\xff\xff\xffaaaaaaaaaaaaaa",
    ];
    let allowed = [Code::Protocol, Code::LinkLost, Code::NoCommonAlgorithm, Code::TimeoutKeyExchange];
    for (index, packet) in after_the_banner.into_iter().enumerate() {
        let (address, _) = serve(move |mut stream| {
            let _ = stream.write_all(BANNER).and_then(|()| stream.write_all(packet));
            hold(stream);
        });
        let failure = failure(address, &impatient()).await;
        assert!(allowed.contains(&failure.error.code()), "{index}: {failure}");
    }
    let flood = failure(serve(flooding(BANNER, b"\0\0\0\x0c\x0a\x02aaaaaaaaaa")).0, &impatient()).await;
    assert!(allowed.contains(&flood.error.code()), "{flood}");
}

#[tokio::test]
async fn a_flipped_bit_anywhere_in_the_handshake_ends_in_a_clean_error() {
    let sshd = Sshd::start();
    let real = SocketAddr::new(sshd.address, sshd.port);
    for position in (0..2600).step_by(61) {
        let (address, _) = serve(move |client| relay_with_a_flip(client, real, position));
        let endpoint = Endpoint { address: address.ip().to_string(), port: address.port(), ..sshd.endpoint() };
        // Some bits mean nothing; what may not happen is a panic, a hang or a login after a changed key.
        match connect(&[endpoint], &impatient(), &Prompts::nobody()).await {
            Ok(session) => assert_eq!(*session.host_key(), sshd.host_key("ed25519")),
            Err(failure) => assert_ne!(failure.error.code(), Code::Internal, "{position}: {failure}"),
        }
    }
}

/// Passes bytes both ways and flips one bit of what the server says.
fn relay_with_a_flip(client: TcpStream, server: SocketAddr, position: usize) {
    let server = TcpStream::connect(server).unwrap();
    let (mut from_client, mut to_server) = (client.try_clone().unwrap(), server.try_clone().unwrap());
    std::thread::spawn(move || {
        let _ = std::io::copy(&mut from_client, &mut to_server);
        let _ = to_server.shutdown(std::net::Shutdown::Both);
    });
    let (mut server, mut client) = (server, client);
    let (mut buffer, mut passed) = ([0; 4096], 0);
    while let Ok(count @ 1..) = server.read(&mut buffer) {
        if (passed..passed + count).contains(&position) {
            buffer[position - passed] ^= 0x10;
        }
        passed += count;
        if client.write_all(&buffer[..count]).is_err() {
            break;
        }
    }
    let _ = client.shutdown(std::net::Shutdown::Both);
}

#[tokio::test]
async fn a_host_that_hangs_up_is_tried_again_a_bounded_number_of_times() {
    let (address, count) = serve(drop);
    let options = ConnectOptions { retries: 3, retry_pause: Duration::from_millis(1), ..ConnectOptions::default() };
    let failure = failure(address, &options).await;
    assert!(matches!(*failure.error, SshError::ClosedBeforeBanner { .. }), "{failure}");
    assert_eq!(count.load(Ordering::SeqCst), 4);
}

#[tokio::test]
async fn a_silent_host_does_not_hold_up_two_hundred_others() {
    let sshd = Sshd::start();
    let silent = serve(hold).0;
    let options = ConnectOptions::default();
    let waiting = {
        let options = options.clone();
        tokio::spawn(async move { connect(&[at(silent)], &options, &Prompts::nobody()).await })
    };
    let running: Vec<_> = (0..200)
        .map(|_| {
            let (endpoint, options) = (sshd.endpoint(), options.clone());
            tokio::spawn(async move { connect(&[endpoint], &options, &Prompts::nobody()).await.map(drop) })
        })
        .collect();
    for one in running {
        one.await.unwrap().unwrap();
    }
    waiting.abort();
}
