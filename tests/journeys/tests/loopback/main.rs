//! Journeys on loopback hosts: the real command, a real sshd, no privilege needed.
#![allow(clippy::unwrap_used, clippy::panic, clippy::print_stdout, reason = "a test's own helpers are tests too")]

mod cancel;
mod clock;
mod contract;
mod desk;
mod endings;
mod files;
mod files_command;
mod files_speed;
mod gates;
mod host_keys;
mod hostile;
mod imports;
mod interruption;
mod jumps;
mod killed;
mod malformed;
mod plans;
mod schedule;
mod secrets;
mod shells;
mod silent;
mod task;
mod terminal;
mod together;
mod trail;
mod transfers;
mod warm;
mod waves;
mod windows;

use std::sync::{Mutex, MutexGuard, PoisonError};

/// Loopback hosts are all this machine, which has one lock for changes: journeys that change hosts go one after another.
fn one_change_at_a_time() -> MutexGuard<'static, ()> {
    static CHANGES: Mutex<()> = Mutex::new(());
    CHANGES.lock().unwrap_or_else(PoisonError::into_inner)
}
