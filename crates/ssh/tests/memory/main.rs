//! What the transport holds in memory when nobody reads. A process of its own, and one test at a time: what is measured is
//! the memory of the whole process.

#![allow(clippy::unwrap_used, reason = "a test stops at the first surprise")]

#[path = "../real/common.rs"]
#[allow(dead_code, reason = "shared with the other tests, which need more of it")]
mod common;
#[path = "../real/screen.rs"]
#[allow(dead_code, reason = "shared with the other tests, which need more of it")]
mod screen;

use common::{Sshd, pause};
use millwright_ssh::{ConnectOptions, Ending, Piece, Prompts, Session, connect};
use screen::Screen;
use tokio::sync::Mutex;

const MEGABYTE: usize = 1024 * 1024;

static ALONE: Mutex<()> = Mutex::const_new(());

async fn session(sshd: &Sshd) -> Session {
    connect(&[sshd.endpoint()], &ConnectOptions::default(), &Prompts::nobody()).await.unwrap()
}

#[tokio::test]
async fn a_slow_reader_bounds_the_memory_and_loses_nothing() {
    let _alone = ALONE.lock().await;
    let sshd = Sshd::start();
    let session = session(&sshd).await;
    session.exec("true").collect(MEGABYTE).await;
    let before = resident_bytes();
    let mut exchange = session.exec("head -c 100000000 /dev/zero; printf end >&2");
    // The host sends as long as it may; then the count stands still, however long nobody reads.
    let held = wait_until_memory_stands_still();
    assert!(held.saturating_sub(before) < 24 * MEGABYTE as u64, "{before} → {held}");
    let (mut stdout, mut stderr, mut most) = (0, 0, 0);
    let ending = loop {
        match exchange.next().await {
            Some(Piece::Stdout(bytes)) => stdout += bytes.len(),
            Some(Piece::Stderr(bytes)) => stderr += bytes.len(),
            Some(Piece::End(ending)) => break ending,
            None => panic!("no end"),
        }
        most = most.max(resident_bytes());
    };
    assert_eq!((stdout, stderr, ending), (100_000_000, 3, Ending::Exited { code: 0 }));
    assert!(most.saturating_sub(before) < 24 * MEGABYTE as u64, "{before} → {most}");
}

#[tokio::test]
async fn a_flood_waits_for_its_reader_and_ends_at_a_key() {
    let _alone = ALONE.lock().await;
    let sshd = Sshd::start();
    let session = session(&sshd).await;
    let mut screen = Screen::open(&session);
    screen.type_in("echo wa'rm'\r").await;
    screen.wait_for("warm\r\n").await;
    let before = resident_bytes();
    screen.type_in("yes flooded\r").await;
    screen.wait_for("flooded\r\nflooded\r\n").await;
    let held = wait_until_memory_stands_still();
    assert!(held.saturating_sub(before) < 4 * 1024 * 1024, "{before} → {held}");
    screen.type_in("\x03echo ov'er'\r").await;
    screen.wait_for("over\r\n").await;
    let most = resident_bytes();
    assert!(most.saturating_sub(before) < 4 * 1024 * 1024, "{before} → {most}");
}

/// The memory of this process, once it has stood still for a while.
fn wait_until_memory_stands_still() -> u64 {
    let (mut last, mut still) = (0, 0);
    while still < 10 {
        pause();
        let now = resident_bytes();
        still = if now == last { still + 1 } else { 0 };
        last = now;
    }
    last
}

/// The memory of this process.
fn resident_bytes() -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap();
    let line = status.lines().find(|line| line.starts_with("VmRSS:")).unwrap();
    line.split_whitespace().nth(1).unwrap().parse::<u64>().unwrap() * 1024
}
