//! Journeys on loopback hosts: the real command, a real sshd, no privilege needed.
#![allow(clippy::unwrap_used, clippy::panic, reason = "a test's own helpers are tests too")]

mod cancel;
mod contract;
mod host_keys;
mod interruption;
mod task;
mod together;
