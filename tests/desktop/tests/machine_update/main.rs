//! Millwright updates itself on a technician's computer, from the first key of a release to the way back.
#![allow(clippy::unwrap_used, clippy::panic, clippy::print_stdout, reason = "a test's own helpers are tests too")]

mod interrupted;
mod journey;
mod releases;
