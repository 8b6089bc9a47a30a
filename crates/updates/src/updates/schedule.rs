//! When the server is asked.

use super::Updates;
use millwright_domain::Code;
use std::time::Duration;

/// How often the server is asked.
#[derive(Debug, Clone, Copy)]
pub struct Schedule {
    /// From the start on: the start itself has better to do.
    pub first: Duration,
    /// From one time to the next.
    pub every: Duration,
    /// After the server could not be reached, or was just being changed.
    pub again: Duration,
    /// All but the first are up to this much longer, so that not everybody asks at once; the first is up to twice as
    /// long.
    pub jitter: Duration,
}

impl Default for Schedule {
    fn default() -> Self {
        Self {
            first: Duration::from_secs(10),
            every: Duration::from_secs(6 * 60 * 60),
            again: Duration::from_secs(30 * 60),
            jitter: Duration::from_secs(20 * 60),
        }
    }
}

impl Updates {
    /// Asks the server soon, and then again and again. Ends only if updates are off; a failed check is in the state.
    pub async fn keep_checking(self, schedule: Schedule) {
        if self.inner.release.is_none() || self.inner.installed.target.is_none() {
            return;
        }
        let mut pause = schedule.first + schedule.first.mul_f64(random_fraction());
        loop {
            // The runtime's clock is monotonic: a date that is set wrong neither holds a check up nor makes a storm.
            tokio::time::sleep(pause).await;
            let least = match self.check().await {
                Ok(_) => schedule.every,
                Err(fault) => {
                    tracing::warn!("no update was found: {fault}");
                    // A server that is just being given a new release has its manifest without the signature for a
                    // moment.
                    let is_passing = matches!(fault.code, Code::UpdateServer | Code::UpdateSignatureInvalid);
                    if is_passing { schedule.again } else { schedule.every }
                }
            };
            pause = least + schedule.jitter.mul_f64(random_fraction());
        }
    }
}

fn random_fraction() -> f64 {
    f64::from(getrandom::u32().unwrap_or_default()) / f64::from(u32::MAX)
}
