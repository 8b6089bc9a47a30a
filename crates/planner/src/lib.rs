//! Turns a snapshot and a request into an immutable plan.
//!
//! Owns: which host gets which exact commands, which hosts are left out and why, and what a recipe or runbook says to a
//! host. Pure: hosts were asked before, and nothing is executed here.

mod exec;
pub mod library;
mod patch;
mod product;
pub mod render;
mod runbook;
mod snapshot;
mod steps;

pub use exec::{ExecMode, ExecRequest, exec};
pub use patch::{PatchRequest, PatchScope, patch};
pub use product::{ProductAction, ProductRequest, product};
pub use runbook::{RunbookRequest, runbook};
pub use snapshot::{Candidate, Known};
pub use steps::LocalFile;
