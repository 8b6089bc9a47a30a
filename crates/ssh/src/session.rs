//! The handle of a session: what async code holds while a thread does the work.

use crate::error::SshError;
use crate::exchange::{Exchange, INPUTS, PIECES, PtySize, SHELL_PIECES, ShellWindow};
use crate::gate::Place;
use crate::host_key::HostKey;
use crate::options::{ConnectOptions, ConnectSteps, Stage};
use crate::worker::{
    self, Assignment, Greeting, Leg, LoginFailure, Program, Request, RunRequest, SetupFailure, Ties, Way,
};
use polling::Poller;
use socket2::Socket;
use std::fmt;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, OnceLock, Weak, mpsc as std_mpsc};
use std::time::{Duration, Instant};
use tokio::sync::{OwnedSemaphorePermit, Semaphore, mpsc, oneshot, watch};

/// A logged-in session. Clones are the same session; the last one dropped closes it, without waiting.
#[derive(Clone)]
pub struct Session {
    shared: Arc<Shared>,
}

struct Shared {
    line: Line,
    steps: ConnectSteps,
    host_key: HostKey,
    /// One tunnel opens at a time: libssh2 keeps the opening in the session.
    tunnel_turn: Arc<Semaphore>,
    /// Keeps the machine before this one connected.
    _through: Option<Session>,
}

/// The line to the thread. Dropping it ends the thread.
struct Line {
    requests: std_mpsc::Sender<Request>,
    ties: Ties,
}

impl Drop for Line {
    fn drop(&mut self) {
        self.ties.stop.store(true, Ordering::Release);
        self.wake();
    }
}

impl Line {
    fn wake(&self) {
        // A poll that cannot be notified belongs to a thread that is gone.
        let _ = self.ties.poller.notify();
    }

    fn send(&self, request: Request) {
        // When the thread is gone the request is dropped, and with it its reply: that is how its sender learns.
        let _ = self.requests.send(request);
        self.wake();
    }

    fn why_lost(&self) -> SshError {
        let lost = self.ties.lost.get().cloned();
        lost.unwrap_or_else(|| SshError::LinkLost { detail: "the session ended".to_owned() })
    }
}

/// A session that has seen the host's key and not logged in.
pub(crate) struct Stranger {
    line: Line,
    pub(crate) host_key: HostKey,
    pub(crate) steps: ConnectSteps,
}

impl Stranger {
    /// Starts a thread and shakes hands on it.
    pub(crate) async fn meet(
        leg: Leg,
        host_key_algorithms: String,
        options: &ConnectOptions,
        place: Place,
        steps: ConnectSteps,
    ) -> Result<Self, (Stage, ConnectSteps, SshError)> {
        let deadline = Instant::now() + options.total_timeout;
        let at_start = |detail: String| (Stage::Name, ConnectSteps::default(), SshError::Exhausted { detail });
        let poller = Poller::new().map_err(|error| at_start(error.to_string()))?;
        let ties = Ties { poller: Arc::new(poller), stop: Arc::default(), lost: Arc::new(OnceLock::new()) };
        let (greeting, greeted) = oneshot::channel();
        let (requests, received) = std_mpsc::channel();
        let line = Line { requests, ties: ties.clone() };
        worker::start(Assignment {
            leg,
            host_key_algorithms,
            options: options.clone(),
            deadline,
            steps,
            place,
            greeting,
            requests: received,
            ties,
        })
        .map_err(|error| (Stage::Name, ConnectSteps::default(), error))?;
        // The thread keeps the deadline itself, except in the system's resolver, which nobody can interrupt.
        let grace = Duration::from_millis(500);
        match tokio::time::timeout_at((deadline + grace).into(), greeted).await {
            Ok(Ok(Ok(Greeting { host_key, steps }))) => Ok(Self { line, host_key, steps }),
            Ok(Ok(Err(SetupFailure { stage, steps, error }))) => Err((stage, steps, error)),
            Ok(Err(_)) => Err(at_start("the session's thread ended".to_owned())),
            Err(_) => {
                let after = options.total_timeout;
                Err((Stage::Name, ConnectSteps::default(), SshError::DeadlineExceeded { after }))
            }
        }
    }

    /// Tries one way to log in.
    pub(crate) async fn log_in(&self, user: &str, way: Way) -> Result<(), LoginFailure> {
        let (reply, answer) = oneshot::channel();
        self.line.send(Request::LogIn { user: user.to_owned(), way, reply });
        answer.await.unwrap_or_else(|_| Err(LoginFailure::Failed(self.line.why_lost())))
    }

    /// What the host says it accepts; empty when it does not say.
    pub(crate) async fn login_methods(&self, user: &str) -> Vec<String> {
        let (reply, answer) = oneshot::channel();
        self.line.send(Request::LoginMethods { user: user.to_owned(), reply });
        answer.await.unwrap_or_default()
    }

    /// The host has let us in.
    pub(crate) fn into_session(self, through: Option<Session>) -> Session {
        let Self { line, host_key, steps } = self;
        let tunnel_turn = Arc::new(Semaphore::new(1));
        Session { shared: Arc::new(Shared { line, steps, host_key, tunnel_turn, _through: through }) }
    }
}

impl Session {
    /// Runs a command by the account's shell. Returns at once: a refusal comes as the exchange's end.
    pub fn exec(&self, command: &str) -> Exchange {
        self.run(Program::Command(command.to_owned()), PIECES)
    }

    /// Speaks with a service of the host's SSH server, such as `sftp`. A refusal comes as the exchange's end.
    pub fn subsystem(&self, name: &str) -> Exchange {
        self.run(Program::Subsystem(name.to_owned()), PIECES)
    }

    /// Runs the account's shell on a terminal of this size. `terminal_type` is what the shell finds in `TERM`.
    pub fn shell(&self, size: PtySize, terminal_type: &str) -> (Exchange, ShellWindow) {
        let (wanted, size) = watch::channel(size);
        let exchange = self.run(Program::Shell { terminal_type: terminal_type.to_owned(), size }, SHELL_PIECES);
        (exchange, ShellWindow::new(wanted, self.clone()))
    }

    fn run(&self, program: Program, most_pieces: usize) -> Exchange {
        let (pieces, received) = mpsc::channel(most_pieces);
        let (input, inputs) = mpsc::channel(INPUTS);
        let stalled = Arc::new(AtomicBool::new(false));
        self.shared.line.send(Request::Run(RunRequest {
            program,
            pieces,
            input: inputs,
            stalled: Arc::clone(&stalled),
        }));
        Exchange::new(received, input, stalled, self.clone())
    }

    /// How far each stage of the connection took.
    pub fn connect_steps(&self) -> &ConnectSteps {
        &self.shared.steps
    }

    /// The key that the host showed and that was compared.
    pub fn host_key(&self) -> &HostKey {
        &self.shared.host_key
    }

    /// Whether the session is still there, as far as anybody knows.
    pub fn is_alive(&self) -> bool {
        self.shared.line.ties.lost.get().is_none()
    }

    /// Gives the session up for everybody: it has been silent for longer than the caller's protocol allows. Its exchanges
    /// end as lost, and a keeper makes a new one.
    pub fn abandon(&self) {
        let ties = &self.shared.line.ties;
        // Whatever it was lost for before stands.
        let _ = ties.lost.set(SshError::LinkLost { detail: "the host was silent for too long".to_owned() });
        ties.stop.store(true, Ordering::Release);
        self.wake();
    }

    /// Knows this session again without keeping it open.
    pub fn downgrade(&self) -> WeakSession {
        WeakSession { shared: Arc::downgrade(&self.shared) }
    }

    /// Waits for the turn to open a tunnel; `None` never comes about, as nobody closes the semaphore.
    pub(crate) async fn tunnel_turn(&self) -> Option<OwnedSemaphorePermit> {
        Arc::clone(&self.shared.tunnel_turn).acquire_owned().await.ok()
    }

    /// Opens a tunnel to an address as this host sees it.
    pub(crate) async fn open_tunnel(
        &self,
        address: &str,
        port: u16,
        turn: Option<OwnedSemaphorePermit>,
    ) -> Result<Socket, SshError> {
        let (reply, answer) = oneshot::channel();
        self.shared.line.send(Request::Tunnel { address: address.to_owned(), port, turn, reply });
        answer.await.unwrap_or_else(|_| Err(self.why_lost()))
    }

    /// Whether this handle is the only one.
    pub(crate) fn is_unused(&self) -> bool {
        Arc::strong_count(&self.shared) == 1
    }

    pub(crate) fn wake(&self) {
        self.shared.line.wake();
    }

    pub(crate) fn why_lost(&self) -> SshError {
        self.shared.line.why_lost()
    }
}

/// A session that is only remembered.
#[derive(Clone)]
pub struct WeakSession {
    shared: Weak<Shared>,
}

impl WeakSession {
    /// Whether that is the session.
    pub fn is(&self, session: &Session) -> bool {
        std::ptr::eq(self.shared.as_ptr(), Arc::as_ptr(&session.shared))
    }
}

impl fmt::Debug for WeakSession {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("WeakSession").finish_non_exhaustive()
    }
}

impl fmt::Debug for Session {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Session").field("host_key", &self.shared.host_key.fingerprint()).finish_non_exhaustive()
    }
}
