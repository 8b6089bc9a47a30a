//! How fast something moves just now.

use std::collections::VecDeque;
use std::time::{Duration, Instant};

/// Over how long the rate is taken.
const RATE_OVER: Duration = Duration::from_secs(3);
/// How often the rate's distance is measured.
const RATE_STEP: Duration = Duration::from_millis(250);

/// How fast something grows, from how far it was when somebody looked.
#[derive(Default)]
pub(crate) struct Rate {
    seen: VecDeque<(Instant, u64)>,
}

impl Rate {
    /// Bytes a second over the last seconds; none as long as that cannot be said.
    pub(crate) fn after(&mut self, now: Instant, bytes: u64) -> Option<u64> {
        if self.seen.back().is_none_or(|(then, _)| now.duration_since(*then) >= RATE_STEP) {
            self.seen.push_back((now, bytes));
        }
        // One that is older than the stretch is its beginning; the others before it are not needed.
        while self.seen.get(1).is_some_and(|(then, _)| now.duration_since(*then) >= RATE_OVER) {
            self.seen.pop_front();
        }
        let (then, before) = *self.seen.front()?;
        let seconds = now.duration_since(then).as_secs_f64();
        (seconds > 0.0).then(|| (bytes.saturating_sub(before) as f64 / seconds).round() as u64)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_rate_is_that_of_the_last_seconds() {
        let (mut rate, start) = (Rate::default(), Instant::now());
        let mut last = rate.after(start, 0);
        assert_eq!(last, None, "one look tells nothing");
        for step in 1..=100 {
            // A thousand bytes a second for five seconds, then nothing.
            let at = start + Duration::from_millis(step * 100);
            last = rate.after(at, (step * 100).min(5000));
            if (10..=50).contains(&step) {
                assert_eq!(last, Some(1000), "step {step}");
            }
        }
        assert_eq!(last, Some(0));
    }
}
