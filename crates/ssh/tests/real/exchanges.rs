use crate::common::{Setup, Sshd, pause};
use millwright_ssh::{ConnectOptions, Ending, Piece, Prompts, Session, SshError, Stage, connect};
use std::process::Command;
use std::time::{Duration, Instant};

const MEGABYTE: usize = 1024 * 1024;

async fn session(sshd: &Sshd) -> Session {
    connect(&[sshd.endpoint()], &ConnectOptions::default(), &Prompts::nobody()).await.unwrap()
}

#[tokio::test]
async fn a_command_gives_its_outputs_and_its_status() {
    let sshd = Sshd::start();
    let session = session(&sshd).await;
    let cases = [
        ("true", "", "", Ending::Exited { code: 0 }),
        ("printf out; printf err >&2; exit 3", "out", "err", Ending::Exited { code: 3 }),
        ("kill -9 $$", "", "", Ending::Killed { signal: "KILL".to_owned() }),
        ("exit 255", "", "", Ending::Exited { code: 255 }),
    ];
    for (command, stdout, stderr, ending) in cases {
        let output = session.exec(command).collect(MEGABYTE).await;
        let texts = (String::from_utf8(output.stdout).unwrap(), String::from_utf8(output.stderr).unwrap());
        assert_eq!((texts.0.as_str(), texts.1.as_str(), output.ending), (stdout, stderr, ending), "{command}");
    }
    let stages: Vec<Stage> = session.connect_steps().passed.iter().map(|(stage, _)| *stage).collect();
    use Stage::{Authentication, Banner, HostKey, KeyExchange, Name, Tcp};
    assert_eq!(stages, [Name, Tcp, Banner, KeyExchange, HostKey, Authentication]);
}

#[tokio::test]
async fn input_reaches_the_command_and_ends() {
    let sshd = Sshd::start();
    let session = session(&sshd).await;
    let mut exchange = session.exec("wc -c");
    let input = exchange.take_input().unwrap();
    let feeding = tokio::spawn(async move {
        for _ in 0..64 {
            input.send(vec![b'x'; 100_000]).await.unwrap();
        }
    });
    let output = exchange.collect(MEGABYTE).await;
    feeding.await.unwrap();
    assert_eq!(String::from_utf8(output.stdout).unwrap().trim(), "6400000");
    assert_eq!(output.ending, Ending::Exited { code: 0 });
}

#[tokio::test]
async fn input_that_nobody_reads_does_not_hide_the_status() {
    let sshd = Sshd::start();
    let session = session(&sshd).await;
    let mut exchange = session.exec("exec <&-; exit 7");
    let input = exchange.take_input().unwrap();
    let feeding = tokio::spawn(async move { while input.send(vec![b'x'; 100_000]).await.is_ok() {} });
    let mut ending = None;
    while let Some(piece) = exchange.next().await {
        if let Piece::End(end) = piece {
            ending = Some(end);
        }
    }
    drop(exchange);
    feeding.await.unwrap();
    assert_eq!(ending, Some(Ending::Exited { code: 7 }));
}

#[tokio::test]
async fn many_commands_run_at_once_on_one_session() {
    let sshd = Sshd::start_with(Setup { lines: vec!["MaxSessions 64".to_owned()], ..Setup::default() });
    let session = session(&sshd).await;
    let running: Vec<_> = (0..40)
        .map(|number| {
            let session = session.clone();
            let command = format!("head -c 200000 /dev/zero | tr '\\0' x; exit {number}");
            tokio::spawn(async move { session.exec(&command).collect(MEGABYTE).await })
        })
        .collect();
    for (number, one) in running.into_iter().enumerate() {
        let output = one.await.unwrap();
        assert_eq!(output.stdout.len(), 200_000);
        assert_eq!(output.ending, Ending::Exited { code: i32::try_from(number).unwrap() });
    }
}

#[tokio::test]
async fn too_many_sessions_are_refused_one_by_one_and_the_rest_goes_on() {
    let sshd = Sshd::start_with(Setup { lines: vec!["MaxSessions 1".to_owned()], ..Setup::default() });
    let session = session(&sshd).await;
    let mut first = session.exec("echo there; cat");
    assert_eq!(first.next().await, Some(Piece::Stdout(b"there\n".to_vec())));
    let second = session.exec("true").collect(MEGABYTE).await;
    assert!(matches!(second.ending, Ending::Lost(SshError::ChannelRefused { .. })), "{:?}", second.ending);
    first.close_input();
    assert_eq!(first.next().await, Some(Piece::End(Ending::Exited { code: 0 })));
}

#[tokio::test]
async fn a_killed_connection_is_lost_and_not_a_success() {
    let sshd = Sshd::start();
    let session = session(&sshd).await;
    // The parent of the command's shell is the sshd of this connection.
    let mut exchange = session.exec("echo $PPID $$; exec sleep 600");
    let Some(Piece::Stdout(pids)) = exchange.next().await else { panic!("no pids") };
    let pids = String::from_utf8(pids).unwrap();
    let (sshd_pid, sleep_pid) = pids.trim().split_once(' ').unwrap();
    let kill = |pid: &str| assert!(Command::new("kill").args(["-9", pid]).status().unwrap().success());
    kill(sshd_pid);
    let end = exchange.next().await;
    assert!(matches!(end, Some(Piece::End(Ending::Lost(SshError::LinkLost { .. })))), "{end:?}");
    assert_eq!(exchange.next().await, None);
    assert!(!session.is_alive());
    let later = session.exec("true").collect(MEGABYTE).await;
    assert!(matches!(later.ending, Ending::Lost(SshError::LinkLost { .. })), "{:?}", later.ending);
    kill(sleep_pid);
}

#[tokio::test]
async fn a_dropped_exchange_closes_its_channel_and_leaves_the_session() {
    let sshd = Sshd::start_with(Setup { lines: vec!["MaxSessions 1".to_owned()], ..Setup::default() });
    let session = session(&sshd).await;
    let mut endless = session.exec("cat /dev/zero");
    assert!(matches!(endless.next().await, Some(Piece::Stdout(_))));
    drop(endless);
    let deadline = Instant::now() + Duration::from_secs(20);
    while session.exec("true").collect(MEGABYTE).await.ending != (Ending::Exited { code: 0 }) {
        assert!(Instant::now() < deadline, "the channel stays open");
        pause();
    }
}

#[tokio::test]
async fn dropping_the_last_handle_says_goodbye() {
    let sshd = Sshd::start();
    let session = session(&sshd).await;
    session.exec("true").collect(MEGABYTE).await;
    drop(session);
    sshd.wait_for_log("Received disconnect from");
}
