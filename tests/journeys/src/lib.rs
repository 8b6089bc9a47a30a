//! What journeys share: a technician with a workspace of their own, who works with the real command as a process.
//!
//! Owns: building the command, running it with a deadline, reading its answers, filling an inventory. Does not own
//! hosts: those are the lab's. No crate of the product is among the dependencies: what a journey sees, a person sees.
#![allow(clippy::unwrap_used, clippy::panic, reason = "a test's own helpers are tests too")]

mod binary;
mod inventory;
pub mod laptop;
mod process;
mod technician;
mod terminal;
mod wait;

pub use binary::{binary, xtask};
pub use inventory::{Fleet, HostEntry};
pub use process::{Ran, Running, fault_of};
pub use technician::Technician;
pub use terminal::Terminal;
pub use wait::{DEADLINE, eventually, moment, pass_time};
