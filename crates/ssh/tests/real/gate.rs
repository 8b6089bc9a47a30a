use crate::common::{Sshd, next_address, without_retries};
use millwright_ssh::{ConnectOptions, Ending, Endpoint, Prompts, connect};
use std::net::TcpListener;
use std::time::Duration;
use tokio::sync::mpsc;

#[tokio::test]
async fn eight_knock_at_one_door_at_once_and_never_more() {
    let listener = TcpListener::bind((next_address(), 0)).unwrap();
    let address = listener.local_addr().unwrap();
    let (sender, mut knocks) = mpsc::unbounded_channel();
    std::thread::spawn(move || {
        for stream in listener.incoming() {
            let _ = sender.send(stream.unwrap());
        }
    });
    let options = without_retries();
    for _ in 0..20 {
        let options = options.clone();
        let endpoint = Endpoint {
            address: address.ip().to_string(),
            port: address.port(),
            user: "nobody".to_owned(),
            identities: vec![],
            pins: vec![],
        };
        tokio::spawn(async move { connect(&[endpoint], &options, &Prompts::nobody()).await.map(drop) });
    }
    // Eight stand at the door; the next eight come when those are sent away, and then the last four.
    for expected in [8, 8, 4] {
        let mut standing = Vec::new();
        while standing.len() < expected {
            standing.push(knocks.recv().await.unwrap());
        }
        let one_more = tokio::time::timeout(Duration::from_millis(300), knocks.recv()).await;
        assert!(one_more.is_err(), "more than {expected} knock at once");
    }
}

#[tokio::test]
async fn sixty_logins_at_once_do_not_meet_the_throttle_of_sshd() {
    let sshd = Sshd::start();
    let options = ConnectOptions::default();
    let running: Vec<_> = (0..60)
        .map(|_| {
            let (endpoint, options) = (sshd.endpoint(), options.clone());
            tokio::spawn(async move {
                let session = connect(&[endpoint], &options, &Prompts::nobody()).await.unwrap();
                session.exec("true").collect(10).await.ending
            })
        })
        .collect();
    for one in running {
        assert_eq!(one.await.unwrap(), Ending::Exited { code: 0 });
    }
    assert!(!sshd.log().contains("MaxStartups"), "{}", sshd.log());
}
