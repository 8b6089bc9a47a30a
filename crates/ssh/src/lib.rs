//! SSH as Millwright needs it: sessions on threads of their own, pinned host keys, jump chains, exchanges with
//! back-pressure.
//!
//! Owns everything between an address and the bytes of a command or a file: name, TCP, handshake, host key, login,
//! channels, SFTP, and the errors that tell them apart. It deliberately does not own the inventory, where pins and secrets are kept, what a
//! command means, or whether it succeeded.

mod connect;
mod endpoint;
mod error;
mod exchange;
mod gate;
mod host_key;
mod keeper;
mod key_file;
mod known_hosts;
mod library;
mod login;
mod open_files;
mod options;
mod prompt;
mod session;
pub mod sftp;
mod stream;
mod worker;

pub use connect::{connect, scan_host_key};
pub use endpoint::{Endpoint, Identity, Route};
pub use error::{AgentProblem, ConnectError, KeyFileProblem, SshError};
pub use exchange::{Ending, Exchange, ExchangeInput, InputClosed, Output, Piece, PtySize, ShellWindow};
pub use gate::Gate;
pub use host_key::{HostKey, HostKeyPin, NotAPublicKey, PinStanding, PinVerdict, judge};
pub use keeper::SessionKeeper;
pub use known_hosts::{KnownHosts, KnownKey, parse_known_hosts};
pub use open_files::raise_open_file_limit;
pub use options::{ConnectOptions, ConnectSteps, Stage};
pub use prompt::{Prompt, PromptRequest, Prompts};
pub use session::{Session, WeakSession};
pub use stream::ExchangeStream;
