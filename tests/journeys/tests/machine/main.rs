//! Journeys on Debian machines: the real command, real sudo, real apt, services, restarts, cut links.
#![allow(clippy::unwrap_used, clippy::panic, clippy::print_stdout, reason = "a test's own helpers are tests too")]

mod files;
mod interruption;
mod patching;
mod products;
mod restarts;
mod rivals;
mod site;
mod stale;
mod sudo;
mod trouble;
mod undo;
mod waves;
