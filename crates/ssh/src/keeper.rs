//! Sessions that stay open between uses, one per chain of endpoints.
//!
//! Many targets behind one jump host share its sessions. Tunnels go through lanes of their own: libssh2 opens one channel
//! at a time, and a jump host that tries to reach a dead machine answers only after minutes, so whoever finds a lane
//! busy moves on to the next, and commands on the jump host itself never wait behind either.

use crate::connect::{Through, connect_hop, empty_route};
use crate::endpoint::Endpoint;
use crate::error::ConnectError;
use crate::options::ConnectOptions;
use crate::prompt::Prompts;
use crate::session::Session;
use std::collections::HashMap;
use std::pin::Pin;
use std::sync::{Arc, Mutex, MutexGuard, OnceLock, PoisonError, Weak};
use std::time::{Duration, Instant};
use tokio::sync::{OnceCell, OwnedSemaphorePermit};

/// How long to wait for a busy lane before going on to the next one.
const LANE_PATIENCE: Duration = Duration::from_millis(300);
/// At most this many sessions to one jump host carry tunnels.
const LANES: usize = 32;
/// How long a session that nobody uses stays open.
const IDLE_AFTER: Duration = Duration::from_secs(300);

/// Keeps sessions. Clones are the same keeper; the last one dropped closes what nobody else uses.
#[derive(Clone, Debug)]
pub struct SessionKeeper {
    inner: Arc<Inner>,
}

#[derive(Debug)]
struct Inner {
    options: ConnectOptions,
    prompts: Prompts,
    idle_after: Duration,
    kept: Mutex<HashMap<Key, Arc<Kept>>>,
    sweeping: OnceLock<()>,
}

/// A session is kept for exactly these endpoints, pins and identities included: when one of them changes, the next use
/// connects anew.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
struct Key {
    chain: Vec<Endpoint>,
    lane: Lane,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
enum Lane {
    Commands,
    Tunnels(usize),
}

/// One connection, made once for everybody who waits for it.
#[derive(Debug)]
struct Kept {
    outcome: OnceCell<Result<Session, ConnectError>>,
    last_used: Mutex<Instant>,
}

impl SessionKeeper {
    /// Keeps nothing yet.
    pub fn new(options: ConnectOptions, prompts: Prompts) -> Self {
        Self::with_idle_time(options, prompts, IDLE_AFTER)
    }

    /// Keeps nothing yet, and closes what nobody has used for this long.
    pub fn with_idle_time(options: ConnectOptions, prompts: Prompts, idle_after: Duration) -> Self {
        let inner = Inner { options, prompts, idle_after, kept: Mutex::default(), sweeping: OnceLock::new() };
        Self { inner: Arc::new(inner) }
    }

    /// A live session with the last endpoint of a route. Those who ask for the same route at the same time share one
    /// attempt and its failure; whoever asks after a failure tries again.
    pub async fn session_for(&self, route: &[Endpoint]) -> Result<Session, ConnectError> {
        self.reach(route, Lane::Commands).await
    }

    /// A session with the last endpoint of a chain, and the turn to open a tunnel on it.
    pub(crate) async fn session_with_turn(
        &self,
        chain: &[Endpoint],
    ) -> Result<(Session, Option<OwnedSemaphorePermit>), ConnectError> {
        for lane in 0..LANES {
            let session = self.reach(chain, Lane::Tunnels(lane)).await?;
            if let Ok(turn) = tokio::time::timeout(LANE_PATIENCE, session.tunnel_turn()).await {
                return Ok((session, turn));
            }
        }
        let session = self.reach(chain, Lane::Tunnels(0)).await?;
        let turn = session.tunnel_turn().await;
        Ok((session, turn))
    }

    /// Boxed, because reaching a machine means reaching the one before it first.
    fn reach<'a>(
        &'a self,
        chain: &'a [Endpoint],
        lane: Lane,
    ) -> Pin<Box<dyn Future<Output = Result<Session, ConnectError>> + Send + 'a>> {
        Box::pin(async move {
            self.sweep_from_now_on();
            let hop = chain.len().checked_sub(1).ok_or_else(empty_route)?;
            let through = if hop == 0 { Through::Network } else { Through::Kept(self) };
            let kept = self.kept_for(Key { chain: chain.to_vec(), lane });
            let Inner { options, prompts, .. } = &*self.inner;
            let outcome = kept.outcome.get_or_init(|| connect_hop(chain, hop, &through, options, prompts)).await;
            *kept.last_used.lock().unwrap_or_else(PoisonError::into_inner) = Instant::now();
            outcome.clone()
        })
    }

    /// The connection under way or alive, or a new one to be made.
    fn kept_for(&self, key: Key) -> Arc<Kept> {
        let mut all = self.inner.lock();
        let is_usable = |kept: &Arc<Kept>| match kept.outcome.get() {
            None => true,
            Some(Ok(session)) => session.is_alive(),
            Some(Err(_)) => false,
        };
        if let Some(kept) = all.get(&key).filter(|kept| is_usable(kept)) {
            return Arc::clone(kept);
        }
        let kept = Arc::new(Kept { outcome: OnceCell::new(), last_used: Mutex::new(Instant::now()) });
        all.insert(key, Arc::clone(&kept));
        kept
    }

    fn sweep_from_now_on(&self) {
        self.inner.sweeping.get_or_init(|| {
            let inner = Arc::downgrade(&self.inner);
            tokio::spawn(sweep(inner, self.inner.idle_after / 2));
        });
    }
}

impl Inner {
    fn lock(&self) -> MutexGuard<'_, HashMap<Key, Arc<Kept>>> {
        self.kept.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn forget_the_unused(&self) {
        self.lock().retain(|_, kept| match kept.outcome.get() {
            None => true,
            Some(Err(_)) => false,
            Some(Ok(session)) => {
                let last_used = *kept.last_used.lock().unwrap_or_else(PoisonError::into_inner);
                session.is_alive() && (!session.is_unused() || last_used.elapsed() < self.idle_after)
            }
        });
    }
}

async fn sweep(inner: Weak<Inner>, pause: Duration) {
    loop {
        tokio::time::sleep(pause).await;
        match inner.upgrade() {
            Some(inner) => inner.forget_the_unused(),
            None => return,
        }
    }
}
