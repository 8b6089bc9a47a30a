//! How long to wait, and how far a connection got.

use crate::gate::Gate;
use std::fmt;
use std::path::PathBuf;
use std::time::Duration;

/// How to connect. The default is right for hosts far away and near.
#[derive(Debug, Clone)]
pub struct ConnectOptions {
    /// For all addresses of a name together.
    pub tcp_timeout: Duration,
    /// From the TCP connection until the host has introduced itself.
    pub banner_timeout: Duration,
    /// From there until keys are exchanged.
    pub key_exchange_timeout: Duration,
    /// For each attempt to log in; the time a person takes to answer is not counted.
    pub authentication_timeout: Duration,
    /// For one machine from name to login, whatever the stages allow; waiting at the gate and for a person is not
    /// counted.
    pub total_timeout: Duration,
    /// How often a message keeps firewalls on the way from forgetting the connection.
    pub keepalive_seconds: u32,
    /// After how much silence to what we sent the link counts as lost.
    pub silence_timeout: Duration,
    /// How many more times to try when the host refuses or hangs up before it introduced itself.
    pub retries: u32,
    /// The pause before the first retry; it doubles, with jitter.
    pub retry_pause: Duration,
    /// The agent's socket; else the environment names it.
    pub agent_socket: Option<PathBuf>,
    /// Who may knock at the same time. Clones share it.
    pub gate: Gate,
}

impl Default for ConnectOptions {
    fn default() -> Self {
        Self {
            tcp_timeout: Duration::from_secs(10),
            banner_timeout: Duration::from_secs(10),
            key_exchange_timeout: Duration::from_secs(15),
            authentication_timeout: Duration::from_secs(20),
            total_timeout: Duration::from_secs(40),
            keepalive_seconds: 15,
            silence_timeout: Duration::from_secs(30),
            retries: 3,
            retry_pause: Duration::from_millis(250),
            agent_socket: None,
            gate: Gate::default(),
        }
    }
}

/// The stages of a connection, in order.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Stage {
    /// The name is resolved.
    Name,
    /// The TCP connection, or the tunnel through the machine before.
    Tcp,
    /// The host introduces itself.
    Banner,
    /// Keys are exchanged.
    KeyExchange,
    /// The host's key is compared with the pins.
    HostKey,
    /// The host lets us in.
    Authentication,
}

impl Stage {
    /// The stage in a word.
    pub const fn as_str(self) -> &'static str {
        match self {
            Stage::Name => "name",
            Stage::Tcp => "tcp",
            Stage::Banner => "banner",
            Stage::KeyExchange => "key exchange",
            Stage::HostKey => "host key",
            Stage::Authentication => "authentication",
        }
    }
}

impl fmt::Display for Stage {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// The stages that were passed, each with the time it took.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct ConnectSteps {
    /// In the order of the stages.
    pub passed: Vec<(Stage, Duration)>,
}

impl ConnectSteps {
    pub(crate) fn pass(&mut self, stage: Stage, took: Duration) {
        self.passed.push((stage, took));
    }
}
