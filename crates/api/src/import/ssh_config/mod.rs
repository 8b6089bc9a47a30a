//! OpenSSH's client configuration (`~/.ssh/config`): each concrete `Host` is a host, patterns give defaults.
//!
//! Values are found as `ssh` finds them: in the order of the file, the first one wins. Nothing is executed: a
//! `ProxyCommand` or `Match exec` is left out with a note.

mod document;
mod keyword;
mod pattern;
mod resolve;
mod rows;

use super::draft::{Draft, ImportDefaults, ImportDraft};
use super::problem::ImportProblems;
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

/// Reads a configuration of `ssh`: the whole of it, or everything that is wrong with it.
pub fn parse_ssh_config(
    file_name: &str,
    bytes: &[u8],
    defaults: &ImportDefaults,
    includes: Includes<'_>,
) -> Result<ImportDraft, ImportProblems> {
    let mut draft = Draft::new(file_name, defaults);
    let document = document::read(bytes, includes, &mut draft);
    if !draft.findings.has_problems() {
        rows::add_hosts(&document, &mut draft);
    }
    draft.conclude()
}
