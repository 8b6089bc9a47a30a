//! The gate: how many connections may knock at one door before any of them is let in.
//!
//! sshd drops connections at random once ten are not logged in yet (MaxStartups 10:30:100). Eight may be under way to
//! each address and port, as seen from each jump host; and eight to all doors behind one jump host together, since their
//! handshakes share its link. A place is held from before the first packet until the login failed, or until sshd itself
//! must know that it succeeded.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

/// How many may knock at one door.
const PLACES: usize = 8;
/// Doors where nobody stands are forgotten when there are more than this.
const DOORS_TO_REMEMBER: usize = 1024;

/// Who may knock at the same time. Clones are the same gate.
#[derive(Debug, Clone, Default)]
pub struct Gate {
    doors: Arc<Mutex<HashMap<Door, Arc<Semaphore>>>>,
}

/// Where a connection knocks.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(crate) enum Door {
    /// An address and port, seen from the end of a chain of jump hosts.
    Host { through: String, address: String, port: u16 },
    /// Everything behind a chain of jump hosts.
    Behind { through: String },
}

/// A place at the gate, given back when dropped.
#[derive(Debug)]
pub(crate) struct Place {
    _permits: Vec<OwnedSemaphorePermit>,
}

impl Gate {
    /// Waits for a place at this door. `through` names the chain of jump hosts; empty for a direct connection.
    pub(crate) async fn admit(&self, through: &str, address: &str, port: u16) -> Place {
        let mut permits = Vec::with_capacity(2);
        let host = Door::Host { through: through.to_owned(), address: address.to_owned(), port };
        permits.extend(self.door(host).acquire_owned().await.ok());
        // Always the host before the jump host: two that wait for each other cannot come about.
        if !through.is_empty() {
            permits.extend(self.door(Door::Behind { through: through.to_owned() }).acquire_owned().await.ok());
        }
        Place { _permits: permits }
    }

    fn door(&self, door: Door) -> Arc<Semaphore> {
        let mut doors = self.doors.lock().unwrap_or_else(PoisonError::into_inner);
        if doors.len() > DOORS_TO_REMEMBER {
            doors.retain(|_, places| Arc::strong_count(places) > 1);
        }
        Arc::clone(doors.entry(door).or_insert_with(|| Arc::new(Semaphore::new(PLACES))))
    }
}
