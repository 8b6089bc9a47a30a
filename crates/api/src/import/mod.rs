//! Import: the inventories that technicians already have (CSV, OpenSSH's client configuration, Ansible), read into a
//! sheet whose rows a person can put right, and checked.
//!
//! Owns: reading text into [`SheetRow`]s whatever is wrong with them, the one validation of such rows, and what is said
//! about whatever cannot be read or is left out. Does not own: any file, network or database. Nothing that a file says
//! is ever run, and no secret of it is kept.

mod ansible;
mod check;
mod csv;
mod field;
mod jump;
mod problem;
mod row;
mod sheet;
mod ssh_config;
mod text;
mod words;

#[cfg(test)]
mod tests;

pub(crate) use self::csv::{Header, read_csv};
pub(crate) use ansible::read_ansible;
pub use check::CellProblem;
pub(crate) use check::{CheckedRow, check, give_up_dependents, in_order};
pub use problem::{ImportNote, ImportProblem, ImportProblems};
pub(crate) use row::ImportRow;
pub(crate) use sheet::ReadSheet;
pub use sheet::{Cells, ImportDefaults, ImportField, SheetColumn, SheetRow};
pub(crate) use ssh_config::read_ssh_config;
pub use ssh_config::{IncludedFile, Includes};

/// The most that one import reads, its included files counted in.
pub const MAXIMUM_BYTES: usize = 16 * 1024 * 1024;
/// The most hosts that one import may name.
pub const MAXIMUM_HOSTS: usize = 100_000;
/// The longest line, and the longest cell.
pub const MAXIMUM_LINE_BYTES: usize = 64 * 1024;
/// The most hosts that one host may be reached through.
pub const MAXIMUM_JUMPS: usize = 8;
