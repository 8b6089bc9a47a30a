//! Where to go and as whom.

use crate::host_key::HostKeyPin;
use std::path::PathBuf;

/// One machine on the way.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Endpoint {
    /// A name or an IP address. For all but the first machine of a route, the machine before it resolves the name.
    pub address: String,
    /// The TCP port of sshd.
    pub port: u16,
    /// The account.
    pub user: String,
    /// The ways to log in, in the order to try them.
    pub identities: Vec<Identity>,
    /// Every key that is known for this machine.
    pub pins: Vec<HostKeyPin>,
}

/// The machines to go through, the target last.
pub type Route = Vec<Endpoint>;

/// One way to prove who we are.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum Identity {
    /// A key in the SSH agent: the one with this fingerprint, or the agent's first.
    Agent {
        /// `SHA256:…` of the public key.
        fingerprint: Option<String>,
    },
    /// A private key file. When it is encrypted each connection derives its key anew, which costs up to half a second of
    /// CPU: the agent is the better place for it.
    KeyFile {
        /// Where it lies.
        path: PathBuf,
    },
    /// A password that a person is asked for.
    Password,
    /// The host's own questions, passed on to a person.
    KeyboardInteractive,
}
