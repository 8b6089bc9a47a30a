//! Turns a snapshot and a request into an immutable plan.
//!
//! Owns: which host gets which exact commands, which hosts are left out and why, in which waves the others
//! come, and what a recipe or runbook says to a host. Pure: hosts were asked before, and nothing is executed here.

mod arrange;
mod diff;
mod disk;
#[cfg(test)]
mod examples;
mod exec;
mod files;
mod grade;
mod guard;
pub mod library;
mod packages;
mod patch;
mod product;
pub mod render;
mod restart;
mod runbook;
mod saved;
mod snapshot;
mod steps;
mod terms;
mod undo;

pub use diff::{HostDiff, PlanDiff, diff};
pub use exec::{ExecMode, ExecRequest, exec};
pub use files::{FileText, files_script, parse_files, product_files, runbook_files};
pub use patch::{PatchRequest, PatchScope, patch};
pub use product::{ProductAction, ProductRequest, product};
pub use runbook::{RunbookRequest, runbook};
pub use snapshot::{Candidate, CandidateEnvironment, Known};
pub use steps::LocalFile;
pub use terms::{Policies, Terms, WindowRule};
pub use undo::{PackageMove, UndoRequest, UndoneJob, UndoneSource, undo, undone_packages};
