//! The thread that owns one SSH session: it dials, shakes hands, and then serves every channel of the session at once.
//!
//! Owns the blocking half of the crate. It keeps the limits of the stages; it decides nothing about keys and identities
//! (that is `connect`'s part) and never waits for whoever uses the session.

mod command;
mod dial;
mod login;
mod serve;
mod setup;
mod tunnel;

pub(crate) use login::{LoginFailure, Way};

use crate::error::SshError;
use crate::exchange::{Piece, PtySize};
use crate::gate::Place;
use crate::host_key::HostKey;
use crate::library::wire;
use crate::options::{ConnectOptions, ConnectSteps, Stage};
use polling::Poller;
use socket2::Socket;
use std::sync::atomic::AtomicBool;
use std::sync::{Arc, OnceLock};
use std::time::Instant;
use tokio::sync::{OwnedSemaphorePermit, mpsc, oneshot, watch};

/// What libssh2, OpenSSL and the resolver need, with room to spare; 500 sessions reserve, not use, 256 MB.
const STACK_BYTES: usize = 512 * 1024;

/// How the first byte gets to the host.
pub(crate) enum Leg {
    /// By a TCP connection of our own.
    Direct { address: String, port: u16 },
    /// Through a machine that pumps this socket into a tunnel.
    Tunnel(Socket),
}

/// Everything the thread starts with.
pub(crate) struct Assignment {
    pub(crate) leg: Leg,
    pub(crate) host_key_algorithms: String,
    pub(crate) options: ConnectOptions,
    pub(crate) deadline: Instant,
    pub(crate) steps: ConnectSteps,
    /// Given back when the host has answered to the first channel, a second after the login, or when the connection is
    /// closed: not before.
    pub(crate) place: Place,
    pub(crate) greeting: oneshot::Sender<Result<Greeting, SetupFailure>>,
    pub(crate) requests: std::sync::mpsc::Receiver<Request>,
    pub(crate) ties: Ties,
}

/// What the thread shares with the handles of its session.
#[derive(Clone)]
pub(crate) struct Ties {
    /// Wakes the thread.
    pub(crate) poller: Arc<Poller>,
    /// Tells it to end.
    pub(crate) stop: Arc<AtomicBool>,
    /// Why it ended; set before any channel's end is felt.
    pub(crate) lost: Arc<OnceLock<SshError>>,
}

/// The host has shown its key. Nothing was sent that concerns a login.
pub(crate) struct Greeting {
    pub(crate) host_key: HostKey,
    pub(crate) steps: ConnectSteps,
}

/// The connection did not get as far as a host key.
pub(crate) struct SetupFailure {
    pub(crate) stage: Stage,
    pub(crate) steps: ConnectSteps,
    pub(crate) error: SshError,
}

/// What the handles ask of the thread.
pub(crate) enum Request {
    /// Log in, in one way.
    LogIn { user: String, way: Way, reply: oneshot::Sender<Result<(), LoginFailure>> },
    /// Say what the host accepts.
    LoginMethods { user: String, reply: oneshot::Sender<Vec<String>> },
    /// Run a program.
    Run(RunRequest),
    /// Open a tunnel; the turn is given back when the host has answered.
    Tunnel {
        address: String,
        port: u16,
        turn: Option<OwnedSemaphorePermit>,
        reply: oneshot::Sender<Result<Socket, SshError>>,
    },
}

/// What runs on a channel.
pub(crate) enum Program {
    /// A command, by the account's shell.
    Command(String),
    /// A service of the host's SSH server.
    Subsystem(String),
    /// The account's shell on a terminal, which has the size that was asked for last.
    Shell { terminal_type: String, size: watch::Receiver<PtySize> },
}

impl Program {
    /// How much the host may send before somebody has taken it. Files travel over links where a second's worth is on its
    /// way; of a terminal no more should be on its way than a person is ready to wait for after Ctrl-C.
    pub(crate) fn window_bytes(&self) -> u32 {
        match self {
            Program::Command(_) => 512 * 1024,
            Program::Subsystem(_) => 2 * 1024 * 1024,
            Program::Shell { .. } => 128 * 1024,
        }
    }
}

/// A program and the channels to whoever wants it run.
pub(crate) struct RunRequest {
    pub(crate) program: Program,
    pub(crate) pieces: mpsc::Sender<Piece>,
    pub(crate) input: mpsc::Receiver<Vec<u8>>,
    /// Set while there is no room for pieces: whoever takes one wakes the thread.
    pub(crate) stalled: Arc<AtomicBool>,
}

/// Starts the thread of a session.
pub(crate) fn start(assignment: Assignment) -> Result<(), SshError> {
    std::thread::Builder::new()
        .name("ssh-session".to_owned())
        .stack_size(STACK_BYTES)
        .spawn(move || run(assignment))
        .map(drop)
        .map_err(|error| SshError::Exhausted { detail: error.to_string() })
}

fn run(assignment: Assignment) {
    let Assignment { leg, host_key_algorithms, options, deadline, steps, place, greeting, requests, ties } = assignment;
    let mut journey = setup::Journey { steps, deadline, options: &options };
    let prepared = journey.reach(leg).and_then(|socket| journey.shake_hands(socket, &host_key_algorithms, &ties));
    match prepared {
        Err((stage, error)) => {
            wire::take_away();
            drop(place);
            // Whoever waits for the greeting may have given up.
            let _ = greeting.send(Err(SetupFailure { stage, steps: journey.steps, error }));
        }
        Ok((wired, host_key)) => {
            if greeting.send(Ok(Greeting { host_key, steps: journey.steps })).is_ok() {
                serve::serve(wired, requests, &ties, place, options.keepalive_seconds);
            }
        }
    }
}
