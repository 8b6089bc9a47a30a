//! What goes wrong with a host's files, told apart, with a cause and a next step.

use crate::error::SshError;
use millwright_domain::{Code, Fault};
use std::time::Duration;

/// One failure. Text that a host sent is escaped before it gets in here.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[allow(missing_docs, reason = "each message says what its fields are")]
pub enum SftpError {
    /// Nothing has that name, or a part of the way to it is no folder.
    #[error("there is no such file")]
    NoSuchFile,
    /// The account may not.
    #[error("the account may not do that")]
    PermissionDenied,
    /// The host did not do it and did not say why: its disk is full, the name is taken, the folder is not empty.
    #[error("the host did not do it{}", said_after(said))]
    Failure { said: String },
    /// The host does not know how to.
    #[error("the host's SFTP server does not offer that{}", said_after(said))]
    Unsupported { said: String },
    /// The host has no SFTP server, or what answers is something else.
    #[error("the host did not start an SFTP server{}", said_after(said))]
    NoServer { said: String },
    /// What the host said is not SFTP.
    #[error("the host broke the SFTP protocol: {detail}")]
    Protocol { detail: String },
    /// The host was asked and said nothing.
    #[error("the host did not answer within {} s", after.as_secs())]
    Silent { after: Duration },
    /// The channel ended.
    #[error("the SFTP server ended: {detail}")]
    Ended { detail: String },
    /// The connection did.
    #[error(transparent)]
    Ssh(#[from] SshError),
}

impl SftpError {
    pub(super) fn of_status(code: u32, said: String) -> Self {
        match code {
            2 => SftpError::NoSuchFile,
            3 => SftpError::PermissionDenied,
            6 | 7 => SftpError::Ended { detail: said },
            8 => SftpError::Unsupported { said },
            // 4 is "failure", 5 is "bad message" (OpenSSH: a name that is too long); others belong to later versions.
            _ => SftpError::Failure { said },
        }
    }

    /// The error that a stream broke with.
    pub(super) fn of_stream(error: std::io::Error) -> Self {
        let detail = error.to_string();
        match error.into_inner().and_then(|inner| inner.downcast::<SshError>().ok()) {
            Some(error) => SftpError::Ssh(*error),
            None => SftpError::Ended { detail },
        }
    }

    /// As a fault that names the file.
    pub fn about(self, path: &str) -> Fault {
        let path = format!("“{}”", path.escape_debug());
        match self {
            SftpError::NoSuchFile => Fault::new(Code::NotFound, format!("the host has no {path}"))
                .with_hint("Look at the folder again: it may have been renamed or deleted."),
            SftpError::PermissionDenied => {
                Fault::new(Code::PermissionDenied, format!("the account may not do that with {path} on the host"))
                    .with_hint(
                        "Files are reached as the account that logs in, without sudo: choose a folder of its own.",
                    )
            }
            SftpError::Failure { .. } => Fault::new(Code::FileRefused, format!("{path}: {self}"))
                .with_hint("Look at the folder's space, its permissions and the length of the name on the host."),
            SftpError::Unsupported { .. } => Fault::new(Code::Unsupported, format!("{path}: {self}"))
                .with_hint("Use an OpenSSH server, or a command in the terminal."),
            SftpError::NoServer { .. } => Fault::new(Code::Unsupported, self.to_string()).with_hint(
                "See that sshd_config on the host has a line `Subsystem sftp` and allows more channels than are open \
                 (MaxSessions), and that nothing (a .bashrc, say) prints at a login that is no terminal.",
            ),
            SftpError::Protocol { .. } => Fault::new(Code::Protocol, self.to_string())
                .with_hint("Check what serves SFTP there; the host may be hostile or broken."),
            SftpError::Silent { .. } | SftpError::Ended { .. } | SftpError::Ssh(SshError::LinkLost { .. }) => {
                Fault::new(Code::LinkLost, self.to_string()).with_hint(
                    "Check the network and the host's load, then try again: a file goes on where it stopped.",
                )
            }
            SftpError::Ssh(SshError::ChannelRefused { detail }) => {
                SftpError::NoServer { said: detail }.about_the_server()
            }
            SftpError::Ssh(error) => error.into(),
        }
    }

    /// As a fault that concerns no file.
    pub fn about_the_server(self) -> Fault {
        self.about("")
    }
}

fn said_after(said: &str) -> String {
    if said.is_empty() { String::new() } else { format!(" (it said “{said}”)") }
}
