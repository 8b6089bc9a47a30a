//! The workspace: one folder with one SQLite file. The only crate that knows SQLite.
//!
//! Owns: the schema, every SQL statement, the one writer, the readers, backups, and the locks that let the window and
//! the command work on one workspace side by side. Does not own: what the rows mean (that is `domain`'s), secrets, and
//! anything that leaves this machine.
//!
//! Every write goes through [`Store::write`] (or its blocking twin): it carries an actor, and what it changes lands with
//! its audit rows in one transaction. The journal of jobs is the exception: it is evidence by itself, only ever grows,
//! and goes through [`Store::journal`].

mod backup;
mod error;
pub mod fleet;
mod lease;
pub mod names;
mod open;
mod read;
mod restore;
mod still;
pub mod table;
mod write;

pub use error::StoreError;
pub use lease::RunLease;
pub use open::{DATABASE_FILE, Store};
pub use read::{Reader, Watch};
pub use restore::restore_if_changed;
pub use still::{Still, UnderWay};
pub use write::{Journal, Writer};

#[cfg(test)]
mod migration_tests;
#[cfg(test)]
mod safety_tests;
#[cfg(test)]
mod tests;
