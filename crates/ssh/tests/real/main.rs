//! The transport against the real sshd of this machine, and against servers that nobody should meet.

#![allow(clippy::unwrap_used, reason = "a test stops at the first surprise")]

mod common;
mod exchanges;
mod gate;
mod host_keys;
mod hostile;
mod jumps;
mod logins;
mod screen;
mod sftp;
mod sftp_hostile;
mod terminals;
