//! The shell of an attached command that has answered: it takes the next command in one round trip.
//!
//! Never a shell that became root: none of those stands open while nobody works.

use crate::conversation::Conversation;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;
use tokio::time::Instant;

/// How long a shell waits for the next command.
const IDLE_AFTER: Duration = Duration::from_secs(60);

/// The place for one idle shell of a connection. Clones are the same place.
#[derive(Clone, Default)]
pub struct SpareShell {
    place: Arc<Mutex<Option<Idle>>>,
}

struct Idle {
    conversation: Conversation,
    until: Instant,
}

impl SpareShell {
    /// Takes the shell, if there is one.
    pub(crate) fn take(&self) -> Option<Conversation> {
        let idle = self.lock().take()?;
        (Instant::now() < idle.until).then_some(idle.conversation)
    }

    /// Keeps a shell that has answered, for a while. A second one is dropped, which ends it on the host.
    pub(crate) fn keep(&self, mut conversation: Conversation) {
        conversation.turn_to_stderr();
        let until = Instant::now() + IDLE_AFTER;
        let mut place = self.lock();
        if place.is_some() {
            return;
        }
        *place = Some(Idle { conversation, until });
        let remembered = Arc::downgrade(&self.place);
        tokio::spawn(async move {
            tokio::time::sleep_until(until).await;
            let Some(place) = remembered.upgrade() else { return };
            let mut place = place.lock().unwrap_or_else(PoisonError::into_inner);
            if place.as_ref().is_some_and(|idle| idle.until <= until) {
                *place = None;
            }
        });
    }

    fn lock(&self) -> MutexGuard<'_, Option<Idle>> {
        self.place.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
