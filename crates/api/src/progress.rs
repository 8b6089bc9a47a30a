//! How far work on many hosts is, for whoever waits for it.

use std::fmt;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

/// Nobody is told more often.
const PAUSE: Duration = Duration::from_millis(100);

/// Where progress is told; clones tell of the same work.
#[derive(Clone, Default)]
pub struct Progress {
    told: Option<Arc<Told>>,
}

struct Told {
    tell: Box<dyn Fn(u32, u32) + Send + Sync>,
    state: Mutex<State>,
}

#[derive(Default)]
struct State {
    done: u32,
    total: u32,
    last: Option<Instant>,
}

impl Progress {
    /// Tells how many of how many hosts are done, a few times a second and at the end.
    pub fn to(tell: impl Fn(u32, u32) + Send + Sync + 'static) -> Self {
        Self { told: Some(Arc::new(Told { tell: Box::new(tell), state: Mutex::default() })) }
    }

    /// There is more to do.
    pub(crate) fn add(&self, hosts: usize) {
        self.change(|state| state.total = state.total.saturating_add(u32::try_from(hosts).unwrap_or(u32::MAX)));
    }

    /// One more is done.
    pub(crate) fn one_done(&self) {
        self.change(|state| state.done = state.done.saturating_add(1));
    }

    fn change(&self, change: impl FnOnce(&mut State)) {
        let Some(told) = &self.told else { return };
        let mut state = told.state.lock().unwrap_or_else(PoisonError::into_inner);
        change(&mut state);
        let due = state.last.is_none_or(|last| last.elapsed() >= PAUSE);
        if due || state.done >= state.total {
            state.last = Some(Instant::now());
            (told.tell)(state.done, state.total);
        }
    }
}

impl fmt::Debug for Progress {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Progress").finish_non_exhaustive()
    }
}
