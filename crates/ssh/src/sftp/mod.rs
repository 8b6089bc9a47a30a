//! A host's files over SFTP version 3, with what OpenSSH adds to it.
//!
//! Owns the protocol: packets, the questions under way, folders, and files read and written many pieces at once. Does not
//! own: what becomes of the bytes on this machine, partial files, what may be replaced; nor how the stream came about.
//!
//! It is our own because nothing else fits: `russh-sftp` 3.0 reads handles and names as lossy UTF-8, ends the connection
//! at a status it does not know and cannot replace a file; `openssh-sftp-client-lowlevel` 0.7 takes packets of any length
//! that the host claims and computes with them unchecked. libssh2's own client is not asynchronous.

mod attributes;
mod connection;
mod error;
mod files;
mod stream;
mod wire;

pub use attributes::{Attributes, FileKind};
pub use connection::Sftp;
pub use error::SftpError;
pub use files::{Folder, FolderEntry, HostFile, OpenMode, Space};
pub use stream::{IN_FLIGHT_BYTES, Reading, Writing};
pub use wire::Data;
