//! Everything that can go wrong between here and a host, told apart, with a cause and a next step.

use crate::endpoint::Endpoint;
use crate::host_key::HostKey;
use crate::options::{ConnectSteps, Stage};
use millwright_domain::{Code, Fault};
use std::path::PathBuf;
use std::time::Duration;

/// One failure. Text that a host sent is escaped before it gets in here.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[allow(missing_docs, reason = "each message says what its fields are")]
pub enum SshError {
    /// The address is a name that no resolver knows.
    #[error("the name “{name}” does not resolve: {detail}")]
    NameNotFound { name: String, detail: String },
    /// The host says that nothing listens there.
    #[error("the host refused the connection: nothing listens on that port")]
    ConnectionRefused,
    /// Something listens, and hangs up before it says that it is SSH.
    #[error("the host closed the connection before it introduced itself{}", quoted_after(", saying", said))]
    ClosedBeforeBanner { said: String },
    /// No packet gets there.
    #[error("there is no way to the host: {detail}")]
    NoRoute { detail: String },
    /// No answer to the TCP connection.
    #[error("the host did not answer the connection within {}", seconds(after))]
    TimeoutTcp { after: Duration },
    /// TCP answered, SSH did not introduce itself.
    #[error("the host took the connection but did not introduce itself as SSH within {}", seconds(after))]
    TimeoutBanner { after: Duration },
    /// The key exchange did not finish.
    #[error("the host did not finish the key exchange within {}", seconds(after))]
    TimeoutKeyExchange { after: Duration },
    /// Something else than SSH answers there.
    #[error("what answers there is not SSH{}", quoted_after("; it said", said))]
    NotSsh { said: String },
    /// The two sides share no way to exchange keys, to sign or to encrypt.
    #[error("the host and Millwright share no algorithm: {detail}")]
    NoCommonAlgorithm { detail: String },
    /// No key is pinned for this host.
    #[error("the host's key is not known yet: {} {}", offered.algorithm(), offered.fingerprint())]
    HostKeyUnknown { offered: HostKey },
    /// Another key is pinned for this host.
    #[error("the host's key is not the pinned one: it shows {} {}", offered.algorithm(), offered.fingerprint())]
    HostKeyChanged { offered: HostKey },
    /// The key was revoked.
    #[error("the host shows a key that was revoked: {} {}", offered.algorithm(), offered.fingerprint())]
    HostKeyRevoked { offered: HostKey },
    /// A key file cannot be used on this machine.
    #[error("the key file {} cannot be used: {problem}", path.display())]
    KeyFileUnusable { path: PathBuf, problem: KeyFileProblem },
    /// The agent cannot be used on this machine.
    #[error("the SSH agent cannot be used: {problem}")]
    AgentUnusable { problem: AgentProblem },
    /// A password was needed and nobody answered.
    #[error("a password is needed and there is nobody to ask")]
    PasswordUnanswered,
    /// The host did not accept the key.
    #[error("the host refused the key of “{user}”{}", accepts_after(accepts))]
    KeyRefused { user: String, accepts: Vec<String> },
    /// The host did not accept the password or the answers.
    #[error("the host refused the password of “{user}”{}", accepts_after(accepts))]
    PasswordRefused { user: String, accepts: Vec<String> },
    /// The host offers no way that is configured.
    #[error("the host refused every configured way to log in as “{user}”{}", accepts_after(accepts))]
    AuthenticationRefused { user: String, accepts: Vec<String> },
    /// The login was accepted and the account is of no use.
    #[error("the account “{user}” cannot be used: {detail}")]
    AccountUnusable { user: String, detail: String },
    /// The host did not open a channel, or not run a command in it.
    #[error("the host did not open a channel: {detail}")]
    ChannelRefused { detail: String },
    /// The connection broke.
    #[error("the connection was lost: {detail}")]
    LinkLost { detail: String },
    /// The total time ran out.
    #[error("the connection was not ready within {}", seconds(after))]
    DeadlineExceeded { after: Duration },
    /// What the host said is not the SSH protocol.
    #[error("the host broke the SSH protocol: {detail}")]
    Protocol { detail: String },
    /// The route has no endpoint.
    #[error("there is no host to connect to")]
    EmptyRoute,
    /// This platform has no socket pairs.
    #[error("jump hosts are not supported on this platform yet")]
    JumpUnsupported,
    /// The program was linked with a libssh2 that is too old.
    #[error("libssh2 {version} has holes that a hostile host can use; Millwright does not connect with it")]
    LibraryTooOld { version: String },
    /// This machine ran out of something.
    #[error("this machine could not start a session: {detail}")]
    Exhausted { detail: String },
}

/// Why a key file is of no use.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum KeyFileProblem {
    /// It cannot be read.
    #[error("{0}")]
    Unreadable(String),
    /// It holds no private key.
    #[error("it is not a private key")]
    NotAKey,
    /// It is encrypted, and nobody answered for its passphrase.
    #[error("it is encrypted and there is nobody to ask for its passphrase")]
    PassphraseUnanswered,
    /// The passphrase does not open it.
    #[error("the passphrase does not open it")]
    WrongPassphrase,
    /// libssh2 cannot read its format or its type.
    #[error("{0}")]
    NotUnderstood(String),
}

/// Why the agent is of no use.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum AgentProblem {
    /// No agent answers.
    #[error("no agent answers ({0})")]
    NotRunning(String),
    /// It holds no key.
    #[error("it holds no key")]
    Empty,
    /// It does not hold the chosen key.
    #[error("it does not hold the key {0}")]
    KeyMissing(String),
    /// It did not sign.
    #[error("it did not sign ({0})")]
    DidNotSign(String),
}

impl SshError {
    /// The stable name of this failure.
    pub fn code(&self) -> Code {
        match self {
            SshError::NameNotFound { .. } => Code::NameNotFound,
            SshError::ConnectionRefused | SshError::ClosedBeforeBanner { .. } => Code::ConnectionRefused,
            SshError::NoRoute { .. } => Code::NoRoute,
            SshError::TimeoutTcp { .. } => Code::TimeoutTcp,
            SshError::TimeoutBanner { .. } => Code::TimeoutBanner,
            SshError::TimeoutKeyExchange { .. } => Code::TimeoutKeyExchange,
            SshError::NotSsh { .. } => Code::NotSsh,
            SshError::NoCommonAlgorithm { .. } => Code::NoCommonAlgorithm,
            SshError::HostKeyUnknown { .. } => Code::HostKeyUnknown,
            SshError::HostKeyChanged { .. } => Code::HostKeyChanged,
            SshError::HostKeyRevoked { .. } => Code::HostKeyRevoked,
            SshError::KeyFileUnusable { .. } | SshError::AgentUnusable { .. } => Code::CredentialUnusable,
            SshError::KeyRefused { .. } => Code::KeyRefused,
            SshError::PasswordRefused { .. } | SshError::PasswordUnanswered => Code::PasswordRefused,
            SshError::AuthenticationRefused { .. } => Code::AuthenticationRefused,
            SshError::AccountUnusable { .. } => Code::AccountUnusable,
            SshError::ChannelRefused { .. } => Code::ChannelRefused,
            SshError::LinkLost { .. } => Code::LinkLost,
            SshError::DeadlineExceeded { .. } => Code::DeadlineExceeded,
            SshError::Protocol { .. } => Code::Protocol,
            SshError::EmptyRoute => Code::InvalidInput,
            SshError::JumpUnsupported => Code::Unsupported,
            SshError::LibraryTooOld { .. } | SshError::Exhausted { .. } => Code::Internal,
        }
    }

    /// What to do next, if there is something that one can do.
    pub fn hint(&self) -> Option<String> {
        let hint = match self {
            SshError::NameNotFound { .. } => {
                "Check the host's address in the inventory, and whether this network (or its VPN) has the name server that \
                 knows it."
            }
            SshError::ConnectionRefused => {
                "Check the port in the inventory and whether sshd runs on the host. It may be restarting."
            }
            SshError::ClosedBeforeBanner { .. } => {
                "The host may have too many logins under way (MaxStartups), may have locked this address out for a while \
                 (PerSourcePenalties, fail2ban), or may not allow it at all. Wait a few minutes and look at the host's log."
            }
            SshError::NoRoute { .. } => "Check the VPN, the network cable and the host's address.",
            SshError::TimeoutTcp { .. } => {
                "The host may be off, or a firewall drops the connection. Check the VPN, the address and the port."
            }
            SshError::TimeoutBanner { .. } => {
                "Something takes connections there without being SSH, or the host is overloaded. Check the port, and the \
                 load of the host."
            }
            SshError::TimeoutKeyExchange { .. } => {
                "The link may lose large packets (an MTU too high on a VPN), or the host is overloaded."
            }
            SshError::NotSsh { .. } => "Check the port in the inventory: another service answers on it.",
            SshError::NoCommonAlgorithm { .. } => {
                "Very old hosts offer only SHA-1 signatures or key exchanges, which are broken and switched off here. \
                 Upgrade sshd on the host (OpenSSH 7.2 or newer), or reach it through a jump host's own ssh."
            }
            SshError::HostKeyUnknown { .. } => {
                "Compare the fingerprint with the host's own (`ssh-keygen -lf /etc/ssh/ssh_host_ed25519_key.pub`), then trust \
                 it with `millwright host trust`."
            }
            SshError::HostKeyChanged { .. } => {
                "Either the host was reinstalled or somebody stands in between. Nothing was sent to it. Ask whoever runs the \
                 host; only when the new fingerprint is confirmed, pin it with `millwright host trust`."
            }
            SshError::HostKeyRevoked { .. } => {
                "Nobody may use this key any more. Nothing was sent. Replace the host's key."
            }
            SshError::KeyFileUnusable { problem, .. } => match problem {
                KeyFileProblem::Unreadable(_) => "Check the path and its permissions.",
                KeyFileProblem::NotAKey => "Name the private key, not the `.pub` beside it.",
                KeyFileProblem::PassphraseUnanswered => {
                    "Run the command in a terminal, or add the key to the SSH agent with `ssh-add`."
                }
                KeyFileProblem::WrongPassphrase => {
                    "Try again; `ssh-keygen -yf FILE` tells whether the passphrase is right."
                }
                KeyFileProblem::NotUnderstood(_) => {
                    "Keys of the types ed25519, ECDSA and RSA work. A key on a token works through the SSH agent."
                }
            },
            SshError::AgentUnusable { problem } => match problem {
                AgentProblem::NotRunning(_) => "Start the agent and see that SSH_AUTH_SOCK names its socket.",
                AgentProblem::Empty => "Add a key with `ssh-add`.",
                AgentProblem::KeyMissing(_) => "Add that key with `ssh-add`; `ssh-add -l` lists what the agent holds.",
                AgentProblem::DidNotSign(_) => "Unlock the agent, or confirm or touch the key when it asks.",
            },
            SshError::PasswordUnanswered => "Run the command in a terminal, or configure a key for this host.",
            SshError::KeyRefused { .. } => {
                "Check the user, and that the public key stands in the host's authorized_keys. One refusal is not followed \
                 by other keys of the same source, so that the host does not lock this office out."
            }
            SshError::PasswordRefused { .. } => "Check the user and the password; the host's log says more.",
            SshError::AuthenticationRefused { .. } => "Configure one of the ways that the host accepts.",
            SshError::AccountUnusable { .. } => {
                "The account may be locked or expired, its password may have to be changed, or the login took longer than the \
                 host allows. The host's log says which; look at the account there with `chage -l` and `getent passwd`."
            }
            SshError::ChannelRefused { .. } => {
                "The host may forbid commands or forwarding (ForceCommand, AllowTcpForwarding, MaxSessions), or the jump host \
                 cannot reach the address."
            }
            SshError::LinkLost { .. } => "Check the network. What was running on the host may still be running.",
            SshError::DeadlineExceeded { .. } => "The host or the link is too slow. Check the load of the host.",
            SshError::Protocol { .. } => "Check what runs on that port; the host may be hostile or broken.",
            SshError::Exhausted { .. } => "Close other programs, or raise the limit of open files (`ulimit -n`).",
            SshError::EmptyRoute | SshError::JumpUnsupported | SshError::LibraryTooOld { .. } => return None,
        };
        Some(hint.to_owned())
    }

    /// Whether the same connection may succeed a moment later, nothing having been tried on the host yet.
    pub(crate) fn is_worth_a_retry(&self) -> bool {
        matches!(self, SshError::ConnectionRefused | SshError::ClosedBeforeBanner { .. })
    }
}

impl From<SshError> for Fault {
    fn from(error: SshError) -> Fault {
        let fault = Fault::new(error.code(), error.to_string());
        match error.hint() {
            Some(hint) => fault.with_hint(hint),
            None => fault,
        }
    }
}

/// A connection that did not come about: which machine, how far it got, why not.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{user}@{address}:{port}: {error}")]
pub struct ConnectError {
    /// Where in the route: 0 is the first machine, the last is the target.
    pub hop: usize,
    /// The user there.
    pub user: String,
    /// The machine's address.
    pub address: String,
    /// Its port.
    pub port: u16,
    /// The stage that failed.
    pub stage: Stage,
    /// How long each stage before took.
    pub steps: ConnectSteps,
    /// What went wrong.
    #[source]
    pub error: Box<SshError>,
}

impl ConnectError {
    pub(crate) fn at(hop: usize, endpoint: &Endpoint, stage: Stage, steps: ConnectSteps, error: SshError) -> Self {
        let Endpoint { address, port, user, .. } = endpoint.clone();
        Self { hop, user, address, port, stage, steps, error: Box::new(error) }
    }
}

impl From<ConnectError> for Fault {
    fn from(failure: ConnectError) -> Fault {
        let message = failure.to_string();
        Fault { message, ..Fault::from(*failure.error) }
    }
}

fn seconds(duration: &Duration) -> String {
    format!("{} s", duration.as_secs_f64())
}

fn quoted_after(lead: &str, text: &str) -> String {
    if text.is_empty() { String::new() } else { format!("{lead} “{text}”") }
}

fn accepts_after(methods: &[String]) -> String {
    if methods.is_empty() { String::new() } else { format!("; it accepts only: {}", methods.join(", ")) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_error_reads_as_a_cause_and_a_next_step() {
        let key: HostKey =
            "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAINuN+dLFV70579hl1p/fkFUdQvVKuzNTrhaIeRLVcVV8".parse().unwrap();
        let after = Duration::from_secs(10);
        let (user, detail) = ("deploy".to_owned(), "detail".to_owned());
        let accepts = vec!["publickey".to_owned(), "keyboard-interactive".to_owned()];
        let path = PathBuf::from("/home/me/.ssh/id_ed25519");
        let file = |problem| SshError::KeyFileUnusable { path: path.clone(), problem };
        let agent = |problem| SshError::AgentUnusable { problem };
        let errors = [
            SshError::NameNotFound { name: "web-1".into(), detail: detail.clone() },
            SshError::ConnectionRefused,
            SshError::ClosedBeforeBanner { said: String::new() },
            SshError::ClosedBeforeBanner { said: "Exceeded MaxStartups".into() },
            SshError::NoRoute { detail: detail.clone() },
            SshError::TimeoutTcp { after },
            SshError::TimeoutBanner { after },
            SshError::TimeoutKeyExchange { after: Duration::from_millis(1500) },
            SshError::NotSsh { said: "HTTP/1.1 400 Bad Request".into() },
            SshError::NoCommonAlgorithm { detail: detail.clone() },
            SshError::HostKeyUnknown { offered: key.clone() },
            SshError::HostKeyChanged { offered: key.clone() },
            SshError::HostKeyRevoked { offered: key },
            file(KeyFileProblem::Unreadable("No such file or directory (os error 2)".into())),
            file(KeyFileProblem::NotAKey),
            file(KeyFileProblem::PassphraseUnanswered),
            file(KeyFileProblem::WrongPassphrase),
            file(KeyFileProblem::NotUnderstood(detail.clone())),
            agent(AgentProblem::NotRunning(detail.clone())),
            agent(AgentProblem::Empty),
            agent(AgentProblem::KeyMissing("SHA256:abc".into())),
            agent(AgentProblem::DidNotSign(detail.clone())),
            SshError::PasswordUnanswered,
            SshError::KeyRefused { user: user.clone(), accepts: vec![] },
            SshError::KeyRefused { user: user.clone(), accepts: accepts.clone() },
            SshError::PasswordRefused { user: user.clone(), accepts: accepts.clone() },
            SshError::AuthenticationRefused { user: user.clone(), accepts },
            SshError::AccountUnusable { user, detail: detail.clone() },
            SshError::ChannelRefused { detail: detail.clone() },
            SshError::LinkLost { detail: detail.clone() },
            SshError::DeadlineExceeded { after },
            SshError::Protocol { detail: detail.clone() },
            SshError::EmptyRoute,
            SshError::JumpUnsupported,
            SshError::LibraryTooOld { version: "1.11.1".into() },
            SshError::Exhausted { detail },
        ];
        let texts: Vec<String> = errors
            .into_iter()
            .map(|error| {
                let fault = Fault::from(error);
                format!("{}\n  {}\n  → {}", fault.code, fault.message, fault.hint.unwrap_or_default())
            })
            .collect();
        insta::assert_snapshot!(texts.join("\n"));
    }
}
