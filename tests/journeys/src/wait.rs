//! Waiting with a deadline.

use std::{
    thread,
    time::{Duration, Instant},
};

/// Longer than anything but a journey that says so takes; only there so that nothing hangs.
pub const DEADLINE: Duration = Duration::from_secs(120);

/// Asks until there is an answer; panics with `what` when there is none by the deadline.
pub fn eventually<T>(what: &str, mut probe: impl FnMut() -> Option<T>) -> T {
    let deadline = Instant::now() + DEADLINE;
    loop {
        if let Some(answer) = probe() {
            return answer;
        }
        assert!(Instant::now() < deadline, "{what}: not within {} s", DEADLINE.as_secs());
        thread::park_timeout(Duration::from_millis(20));
    }
}

/// Lets time pass where the time itself is the subject: a link that is down for so long.
pub fn pass_time(duration: Duration) {
    let until = Instant::now() + duration;
    while let Some(left) = until.checked_duration_since(Instant::now()) {
        thread::park_timeout(left);
    }
}

/// A time of the command's JSON as what can be compared: as text, "8.3Z" comes after "8.391Z".
pub fn moment(time: &serde_json::Value) -> jiff::Timestamp {
    time.as_str().and_then(|time| time.parse().ok()).unwrap_or_else(|| panic!("no time: {time}"))
}
