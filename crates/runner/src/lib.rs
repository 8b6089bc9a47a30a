//! Executes plans on hosts.
//!
//! Owns: both ends of the remote-job protocol, and the one way from a plan to its jobs' ends: [`dispatch`]. Does not own:
//! the SSH transport and the journal (it says what it needs of them in [`ports`]), or any choice that the plan did not
//! show.

mod ask;
mod conversation;
mod dispatch;
mod execute;
mod mask;
mod outcome;
pub mod ports;
pub mod remote;
mod shell;

pub use ask::{Answer, Question, ask};
pub use dispatch::{Came, dispatch};
pub use execute::{CancelRequests, Diagnosis, Secrets, Setting};
pub use shell::SpareShell;
