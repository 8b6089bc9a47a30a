//! Import: the inventories that technicians already have (CSV, OpenSSH's client configuration, Ansible), read into a
//! draft.
//!
//! Owns: reading text into [`ImportRow`]s, every check on it, and what is said about whatever cannot be read or is left
//! out. Does not own: any file, network or database. Bytes come in; a whole draft or a list of problems goes out, never
//! a part of a file. Nothing that a file says is ever run, and no secret of it is kept.

mod ansible;
mod csv;
mod draft;
mod field;
mod jump;
mod problem;
mod ssh_config;
mod text;
mod words;

#[cfg(test)]
mod tests;

pub use self::csv::parse_csv;
pub use ansible::parse_ansible;
pub use draft::{ImportDefaults, ImportDraft, ImportRow, JumpReference};
pub use problem::{ImportNote, ImportProblem, ImportProblems};
pub use ssh_config::{IncludedFile, Includes, parse_ssh_config};

/// The most that one import reads, its included files counted in.
pub const MAXIMUM_BYTES: usize = 16 * 1024 * 1024;
/// The most hosts that one import may name.
pub const MAXIMUM_HOSTS: usize = 100_000;
/// The longest line.
pub const MAXIMUM_LINE_BYTES: usize = 64 * 1024;
/// The most hosts that one host may be reached through.
pub const MAXIMUM_JUMPS: usize = 8;
