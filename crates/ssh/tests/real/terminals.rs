//! Shells on terminals, and services that speak a protocol of their own.

use crate::common::{Setup, Sshd};
use crate::screen::{SMALL, Screen};
use millwright_ssh::{ConnectOptions, Ending, Piece, Prompts, PtySize, Session, SessionKeeper, SshError, connect};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};
use tokio::io::{AsyncReadExt, AsyncWriteExt};

async fn session(sshd: &Sshd) -> Session {
    connect(&[sshd.endpoint()], &ConnectOptions::default(), &Prompts::nobody()).await.unwrap()
}

#[tokio::test]
async fn a_shell_has_a_terminal_that_follows_its_window() {
    let sshd = Sshd::start();
    let session = session(&sshd).await;
    let mut screen = Screen::open(&session);
    // What is typed comes back as well: the quotes tell the two apart.
    screen.type_in("tty; stty size; echo $TERM' 'type\r").await;
    screen.wait_for("/dev/pts/").await;
    screen.wait_for("24 80\r\n").await;
    screen.wait_for("xterm-256color type\r\n").await;
    screen.window.resize(PtySize { columns: 100, rows: 30 });
    screen.window.resize(PtySize { columns: 213, rows: 57 });
    screen.type_in("stty size\r").await;
    screen.wait_for("57 213\r\n").await;
    screen.type_in("stty -a\r").await;
    screen.wait_for(" iutf8").await;
    screen.type_in("exit 7\r").await;
    assert_eq!(screen.ending().await, Ending::Exited { code: 7 });
    let output = session.exec("echo still there").collect(100).await;
    assert_eq!(output.stdout, b"still there\n");
}

#[tokio::test]
async fn every_byte_passes_unchanged_in_both_directions() {
    let sshd = Sshd::start();
    let session = session(&sshd).await;
    let mut screen = Screen::open(&session);
    screen.type_in("stty raw -echo; printf 'r''eady'; exec head -c 256\r").await;
    screen.wait_for("ready").await;
    let all: Vec<u8> = (0..=255).collect();
    screen.type_in(&all).await;
    screen.wait_for(&all).await;
    assert_eq!(screen.ending().await, Ending::Exited { code: 0 });
}

#[tokio::test]
async fn a_key_comes_back_at_once() {
    let sshd = Sshd::start();
    let session = session(&sshd).await;
    let mut screen = Screen::open(&session);
    screen.type_in("stty raw -echo; printf 'r''eady'; exec cat\r").await;
    screen.wait_for("ready").await;
    let mut echoes = Vec::new();
    for key in b"0123456789".iter().cycle().take(200) {
        let began = Instant::now();
        screen.type_in([*key]).await;
        screen.wait_for([*key]).await;
        echoes.push(began.elapsed());
    }
    echoes.sort();
    let median = echoes[echoes.len() / 2];
    eprintln!("a key's echo: median {median:?}, slowest {:?}", echoes[echoes.len() - 1]);
    // Nagle's algorithm with delayed acknowledgements would cost 40 ms, a poll that sleeps more.
    assert!(median < Duration::from_millis(20), "{median:?}");
}

#[tokio::test]
async fn a_dropped_shell_hangs_up_on_what_runs_in_it() {
    let sshd = Sshd::start();
    let session = session(&sshd).await;
    let mut screen = Screen::open(&session);
    screen.type_in("echo pid'='$$.; exec sleep 600\r").await;
    screen.wait_for("pid=").await;
    let pid = screen.read_until(b'.').await;
    let deadline = Instant::now() + Duration::from_secs(20);
    // A shell that is hung up on just before its exec keeps that for later, and the program never hears of it.
    while std::fs::read_to_string(format!("/proc/{pid}/comm")).unwrap() != "sleep\n" {
        assert!(Instant::now() < deadline, "the shell does not become the program");
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
    drop(screen);
    while Command::new("kill").args(["-0", &pid]).stderr(Stdio::null()).status().unwrap().success() {
        assert!(Instant::now() < deadline, "nobody hung up on process {pid}");
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    assert_eq!(session.exec("true").collect(100).await.ending, Ending::Exited { code: 0 });
}

#[tokio::test(flavor = "multi_thread", worker_threads = 1)]
async fn an_idle_shell_keeps_its_session_open() {
    let sshd = Sshd::start();
    let idle = Duration::from_millis(100);
    let keeper = SessionKeeper::with_idle_time(ConnectOptions::default(), Prompts::nobody(), idle);
    let session = keeper.session_for(&[sshd.endpoint()]).await.unwrap();
    let mut screen = Screen::open(&session);
    screen.type_in("echo rea'dy'\r").await;
    screen.wait_for("ready\r\n").await;
    drop(session);
    tokio::time::sleep(10 * idle).await;
    screen.type_in("echo the'' re\r").await;
    screen.wait_for("the re\r\n").await;
    drop(screen);
    sshd.wait_for_log("Received disconnect from");
}

#[tokio::test]
async fn what_the_host_does_not_grant_is_refused_and_the_session_goes_on() {
    let lines = vec!["PermitTTY no".to_owned(), "Subsystem sftp internal-sftp".to_owned()];
    let sshd = Sshd::start_with(Setup { lines, ..Setup::default() });
    let session = session(&sshd).await;
    let (mut shell, _window) = session.shell(SMALL, "xterm-256color");
    let mut unknown = session.subsystem("no-such-thing");
    for exchange in [&mut shell, &mut unknown] {
        let end = exchange.next().await;
        assert!(matches!(end, Some(Piece::End(Ending::Lost(SshError::ChannelRefused { .. })))), "{end:?}");
    }
    assert_eq!(session.exec("true").collect(100).await.ending, Ending::Exited { code: 0 });
}

#[tokio::test]
async fn a_subsystem_is_a_stream_in_both_directions() {
    let lines = vec!["Subsystem sftp internal-sftp".to_owned()];
    let sshd = Sshd::start_with(Setup { lines, ..Setup::default() });
    let session = session(&sshd).await;
    let mut stream = session.subsystem("sftp").into_stream();
    // Hello in version 3 of SFTP; the answer has its length, its type 2 and a version.
    stream.write_all(&[0, 0, 0, 5, 1, 0, 0, 0, 3]).await.unwrap();
    let length = stream.read_u32().await.unwrap();
    let mut answer = vec![0; length as usize];
    stream.read_exact(&mut answer).await.unwrap();
    assert_eq!(answer[..5], [2, 0, 0, 0, 3]);
    stream.shutdown().await.unwrap();
    assert_eq!(stream.read(&mut [0; 16]).await.unwrap(), 0);
    assert!(stream.write_all(b"x").await.is_err(), "nothing can be written after the end");
}

#[tokio::test]
async fn a_stream_carries_much_in_both_directions_at_once() {
    const LENGTH: usize = 20_000_000;
    let sshd = Sshd::start();
    let session = session(&sshd).await;
    let (mut reader, mut writer) = tokio::io::split(session.exec("cat").into_stream());
    let sent: Vec<u8> = (0..LENGTH).map(|place| (place.wrapping_mul(31) >> 3) as u8).collect();
    let expected = sent.clone();
    let writing = tokio::spawn(async move {
        writer.write_all(&sent).await.unwrap();
        writer.shutdown().await.unwrap();
    });
    let mut received = Vec::new();
    reader.read_to_end(&mut received).await.unwrap();
    writing.await.unwrap();
    assert!(received == expected, "{} bytes came back changed", received.len());
}

#[tokio::test]
async fn a_stream_on_a_lost_link_is_an_error_that_says_so() {
    let sshd = Sshd::start();
    let session = session(&sshd).await;
    let mut stream = session.exec("echo there; cat").into_stream();
    stream.read_exact(&mut [0; 6]).await.unwrap();
    session.abandon();
    let error = stream.read(&mut [0; 16]).await.unwrap_err();
    let cause = error.get_ref().and_then(|cause| cause.downcast_ref::<SshError>());
    assert!(matches!(cause, Some(SshError::LinkLost { .. })), "{error:?}");
}
