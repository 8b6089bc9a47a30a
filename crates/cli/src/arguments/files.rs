//! What can be said of files.

use clap::{Args, Subcommand};
use millwright_domain::HostPath;
use std::path::PathBuf;

#[derive(Debug, Subcommand)]
pub(crate) enum Files {
    /// List a folder.
    List {
        /// CLIENT/ENV/HOST
        host: HostPath,
        /// The folder there; the account's home without one.
        path: Option<String>,
    },
    /// Fetch a file.
    Get {
        /// CLIENT/ENV/HOST
        host: HostPath,
        /// The file there.
        path: String,
        /// Where it goes: a file or a folder; this folder without one.
        local: Option<PathBuf>,
        #[command(flatten)]
        manner: TransferManner,
    },
    /// Send a file.
    Put {
        /// The file here.
        local: PathBuf,
        /// CLIENT/ENV/HOST
        host: HostPath,
        /// Where it goes: a file or a folder there.
        path: String,
        #[command(flatten)]
        manner: TransferManner,
    },
    /// Give a file or folder another name.
    Rename {
        /// CLIENT/ENV/HOST
        host: HostPath,
        /// Its path there.
        from: String,
        /// Its new path; refused when it is taken.
        to: String,
    },
    /// Delete a file, a link or an empty folder.
    Remove {
        /// CLIENT/ENV/HOST
        host: HostPath,
        /// Its path there.
        path: String,
    },
    /// Make a folder.
    Mkdir {
        /// CLIENT/ENV/HOST
        host: HostPath,
        /// Its path there.
        path: String,
    },
}

/// How a file is moved.
#[derive(Debug, Clone, Copy, Args)]
pub(crate) struct TransferManner {
    /// Replace a file that has the name already.
    #[arg(long)]
    pub(crate) replace: bool,
    /// Go on where it stopped, if the source is still the same file.
    #[arg(long)]
    pub(crate) resume: bool,
}
