//! OpenSSH's client configuration (`~/.ssh/config`): each concrete `Host` is a host, patterns give defaults.
//!
//! Values are found as `ssh` finds them: in the order of the file, the first one wins. Nothing is executed: a
//! `ProxyCommand` or `Match exec` is left out with a note.

mod document;
mod keyword;
mod pattern;
mod resolve;
mod rows;
mod setting;

use super::sheet::{ImportDefaults, ReadSheet, Sheet};
use millwright_domain::Fault;

/// A file that an `Include` names.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct IncludedFile {
    /// Its name, as problems and notes show it.
    pub name: String,
    /// What is in it.
    pub bytes: Vec<u8>,
}

/// What is done with an `Include`.
pub enum Includes<'r> {
    /// It is left out, with a note.
    LeftOut,
    /// This reads the files that its argument names (a path, perhaps with wildcards, perhaps relative to `~/.ssh`), in
    /// the order of their names. Files that do not exist are no fault, as with `ssh`.
    Read(&'r mut dyn FnMut(&str) -> Result<Vec<IncludedFile>, Fault>),
}

/// Reads a configuration of `ssh`.
pub(crate) fn read_ssh_config(
    file_name: &str,
    bytes: &[u8],
    defaults: &ImportDefaults,
    includes: Includes<'_>,
) -> ReadSheet {
    let mut sheet = Sheet::new(file_name, defaults);
    let document = document::read(bytes, includes, &mut sheet);
    rows::add_hosts(&document, &mut sheet);
    sheet.conclude()
}
