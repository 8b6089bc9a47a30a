//! The package on a technician's own computer: a bare Debian machine, and one with a desktop.
#![allow(clippy::unwrap_used, clippy::panic, clippy::print_stdout, reason = "a test's own helpers are tests too")]

mod package;
