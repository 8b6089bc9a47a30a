//! The life of a session after the handshake: requests come in, every channel gets its turn, the thread sleeps until the
//! socket, a tunnel or a handle has something for it.

use super::command::{Activity, CommandChannel};
use super::login::Login;
use super::setup::{SOCKET_KEY, Wired, describe};
use super::tunnel::{Tunnel, socket_pair};
use super::{Request, RunRequest, Ties};
use crate::error::SshError;
use crate::gate::Place;
use crate::library::wire::{self, Lost};
use crate::library::{Channel, LibraryError};
use libssh2_sys as sys;
use polling::{Event, Events};
use socket2::Socket;
use std::collections::VecDeque;
use std::sync::atomic::Ordering;
use std::sync::mpsc::{Receiver, TryRecvError};
use std::task::Poll;
use std::time::{Duration, Instant};
use tokio::sync::{OwnedSemaphorePermit, oneshot};

/// The size of the pieces in which output is handed on.
const BUFFER_BYTES: usize = 32 * 1024;

/// How long a session that opens no channel keeps its place at the gate. We learn of a login before sshd's listener does,
/// which counts us among those who are not logged in until then; its answer to the first channel comes after that.
const PLACE_AFTER_LOGIN: Duration = Duration::from_secs(1);

struct Serving<'a> {
    wired: Wired,
    ties: &'a Ties,
    keepalive_seconds: u32,
    user: String,
    login: Option<Login>,
    methods: Option<(String, oneshot::Sender<Vec<String>>)>,
    /// Held until the host must know that it let us in, see [`PLACE_AFTER_LOGIN`].
    place: Option<Place>,
    logged_in_at: Option<Instant>,
    ever_opened: bool,
    openings: VecDeque<Opening>,
    commands: Vec<CommandChannel>,
    tunnels: Vec<Tunnel>,
    /// The last channel, closed on both sides: libssh2 reads the session's messages only through some channel.
    parked: Option<Channel>,
    next_key: usize,
    next_keepalive: Option<Instant>,
    buffer: Vec<u8>,
}

/// A channel that is to be opened. libssh2 opens one at a time.
enum Opening {
    Command(RunRequest),
    Tunnel {
        address: String,
        port: u16,
        reply: oneshot::Sender<Result<Socket, SshError>>,
        _turn: Option<OwnedSemaphorePermit>,
    },
}

/// Serves until the handles are gone or the link is lost.
pub(super) fn serve(wired: Wired, requests: Receiver<Request>, ties: &Ties, place: Place, keepalive_seconds: u32) {
    let mut serving = Serving {
        wired,
        ties,
        keepalive_seconds,
        user: String::new(),
        login: None,
        methods: None,
        place: Some(place),
        logged_in_at: None,
        ever_opened: false,
        openings: VecDeque::new(),
        commands: Vec::new(),
        tunnels: Vec::new(),
        parked: None,
        next_key: SOCKET_KEY + 1,
        next_keepalive: None,
        buffer: Vec::new(),
    };
    let ended = serving.run(&requests);
    // Said before any channel's end is felt, so that whoever feels it knows why.
    let _ = ties.lost.set(match ended {
        Ended::Wanted => SshError::LinkLost { detail: "closed by us".to_owned() },
        Ended::Lost(error) => error,
    });
    wire::with(|wire| wire.cut());
    for tunnel in &serving.tunnels {
        tunnel.leave(&ties.poller);
    }
    let _ = ties.poller.delete(&*serving.wired.socket);
    let place = serving.place.take();
    drop(serving);
    wire::take_away();
    drop(place);
}

enum Ended {
    Wanted,
    Lost(SshError),
}

impl Serving<'_> {
    fn run(&mut self, requests: &Receiver<Request>) -> Ended {
        let mut events = Events::new();
        loop {
            if self.ties.stop.load(Ordering::Acquire) {
                return self.say_goodbye();
            }
            loop {
                match requests.try_recv() {
                    Ok(request) => self.accept(request),
                    Err(TryRecvError::Empty) => break,
                    Err(TryRecvError::Disconnected) => return self.say_goodbye(),
                }
            }
            if let Err(error) = self.pass() {
                return Ended::Lost(self.explain_end(&error));
            }
            let lost = wire::with(|wire| {
                wire.flush();
                wire.lost().cloned()
            });
            if let Some(lost) = lost.flatten() {
                return Ended::Lost(self.explain_loss(&lost));
            }
            if let Err(error) = self.sleep(&mut events) {
                return Ended::Lost(SshError::Exhausted { detail: error.to_string() });
            }
        }
    }

    fn accept(&mut self, request: Request) {
        match request {
            Request::LogIn { user, way, reply } => {
                self.user.clone_from(&user);
                self.login = Some(Login::new(user, way, reply));
            }
            Request::LoginMethods { user, reply } => self.methods = Some((user, reply)),
            Request::Run(request) => self.openings.push_back(Opening::Command(request)),
            Request::Tunnel { address, port, turn, reply } => {
                self.openings.push_back(Opening::Tunnel { address, port, reply, _turn: turn });
            }
        }
    }

    /// Gives everything its turn until nothing can be done without new bytes.
    fn pass(&mut self) -> Result<(), LibraryError> {
        wire::with(|wire| wire.begin_pass());
        self.buffer.resize(BUFFER_BYTES, 0);
        let done = self.pass_until_idle();
        // A session that only waits should not cost more than it must: there may be hundreds.
        self.buffer = Vec::new();
        done
    }

    fn pass_until_idle(&mut self) -> Result<(), LibraryError> {
        loop {
            let received = wire::with(|wire| wire.received());
            if let Some(channel) = self.any_channel()
                && let Poll::Ready(Err(error)) = channel.drive_session()
            {
                return Err(error);
            }
            let mut busy = self.step_login();
            busy |= self.step_opening()?;
            busy |= self.step_commands()?;
            busy |= self.step_tunnels()?;
            if !busy && received == wire::with(|wire| wire.received()) {
                return Ok(());
            }
        }
    }

    fn any_channel(&self) -> Option<&Channel> {
        let command = self.commands.first().map(|command| &command.channel);
        command.or(self.tunnels.first().map(|tunnel| &tunnel.channel)).or(self.parked.as_ref())
    }

    fn step_login(&mut self) -> bool {
        if let Some(login) = &mut self.login
            && let Poll::Ready(outcome) = login.step(&self.wired.library)
        {
            self.login = None;
            if outcome.is_ok() {
                self.logged_in_at = Some(Instant::now());
                wire::with(|wire| wire.lift_limit());
                self.wired.library.keep_alive_every(self.keepalive_seconds);
                self.next_keepalive = Some(Instant::now() + self.keepalive_pause());
            }
            return true;
        }
        if let Some((user, _)) = &self.methods
            && let Poll::Ready(methods) = self.wired.library.login_methods(user)
        {
            if let Some((_, reply)) = self.methods.take() {
                // An answer nobody waits for any more is no loss.
                let _ = reply.send(methods.unwrap_or_default());
            }
            return true;
        }
        false
    }

    fn step_opening(&mut self) -> Result<bool, LibraryError> {
        let mut busy = false;
        while let Some(opening) = self.openings.front() {
            let outcome = match opening {
                Opening::Command(request) => self.wired.library.open_for_command(request.program.window_bytes()),
                Opening::Tunnel { address, port, .. } => self.wired.library.open_tunnel(address, *port),
            };
            let Poll::Ready(outcome) = outcome else { break };
            busy = true;
            match (self.openings.pop_front(), outcome) {
                (Some(Opening::Command(request)), Ok(channel)) => {
                    self.commands.push(CommandChannel::new(channel, request));
                }
                (Some(Opening::Tunnel { reply, .. }), Ok(channel)) => self.begin_tunnel(channel, reply),
                (opening, Err(error)) => {
                    let refusal = channel_refusal(&error).ok_or(error)?;
                    match opening {
                        Some(Opening::Command(request)) => refuse_command(&request, refusal),
                        Some(Opening::Tunnel { reply, .. }) => drop(reply.send(Err(refusal))),
                        None => {}
                    }
                }
                (None, Ok(_)) => {}
            }
            self.ever_opened = true;
            self.place = None;
        }
        Ok(busy)
    }

    fn begin_tunnel(&mut self, channel: Channel, reply: oneshot::Sender<Result<Socket, SshError>>) {
        let begun = socket_pair().and_then(|(ours, theirs)| {
            let tunnel = Tunnel::new(channel, ours, self.next_key);
            let exhausted = |error: std::io::Error| SshError::Exhausted { detail: error.to_string() };
            tunnel.enter(&self.ties.poller).map_err(exhausted)?;
            self.next_key += 1;
            self.tunnels.push(tunnel);
            Ok(theirs)
        });
        // A socket nobody wants is dropped, and the tunnel feels its end.
        let _ = reply.send(begun);
    }

    fn step_commands(&mut self) -> Result<bool, LibraryError> {
        let mut busy = false;
        let mut index = 0;
        while let Some(command) = self.commands.get_mut(index) {
            match command.step(&mut self.buffer) {
                Ok(Activity::Idle) => index += 1,
                Ok(Activity::Busy) => {
                    busy = true;
                    index += 1;
                }
                Ok(Activity::Over) => {
                    busy = true;
                    self.parked = Some(self.commands.swap_remove(index).channel);
                }
                Err(error) => match channel_refusal(&error) {
                    Some(refusal) => {
                        command.fail(refusal);
                        command.give_up();
                        busy = true;
                    }
                    None => return Err(error),
                },
            }
        }
        Ok(busy)
    }

    fn step_tunnels(&mut self) -> Result<bool, LibraryError> {
        let mut busy = false;
        let mut index = 0;
        while let Some(tunnel) = self.tunnels.get_mut(index) {
            match tunnel.step(&mut self.buffer)? {
                Activity::Idle => index += 1,
                Activity::Busy => {
                    busy = true;
                    index += 1;
                }
                Activity::Over => {
                    busy = true;
                    let tunnel = self.tunnels.swap_remove(index);
                    tunnel.leave(&self.ties.poller);
                    self.parked = Some(tunnel.channel);
                }
            }
        }
        Ok(busy)
    }

    fn sleep(&mut self, events: &mut Events) -> std::io::Result<()> {
        self.keep_alive();
        let place_ends = self.logged_in_at.filter(|_| self.place.is_some()).map(|at| at + PLACE_AFTER_LOGIN);
        if place_ends.is_some_and(|end| end <= Instant::now()) {
            self.place = None;
        }
        let (waiting, readable) =
            wire::with(|wire| (wire.waiting_to_leave() > 0, wire.is_readable())).unwrap_or_default();
        let can_take_in =
            self.any_channel().is_some() || self.login.is_some() || self.methods.is_some() || !self.openings.is_empty();
        if readable && !can_take_in {
            // Nothing of libssh2 would read these bytes: leave them, but notice the end.
            wire::with(|wire| wire.peek_for_end());
            if wire::with(|wire| wire.lost().is_some()) == Some(true) {
                return Ok(());
            }
        }
        let readable = wire::with(|wire| wire.is_readable()).unwrap_or_default();
        let timeout = if readable && can_take_in {
            Some(Duration::ZERO)
        } else {
            let next = [self.next_keepalive, place_ends.filter(|_| self.place.is_some())].into_iter().flatten().min();
            next.map(|due| due.saturating_duration_since(Instant::now()))
        };
        let interest = Event::new(SOCKET_KEY, !readable, waiting);
        self.ties.poller.modify(&*self.wired.socket, interest)?;
        for tunnel in &self.tunnels {
            tunnel.watch(&self.ties.poller)?;
        }
        events.clear();
        self.ties.poller.wait(events, timeout)?;
        for event in events.iter() {
            if event.key == SOCKET_KEY {
                wire::with(|wire| {
                    if event.readable {
                        wire.mark_readable()
                    }
                });
            } else {
                self.tunnels.iter_mut().for_each(|tunnel| tunnel.notice(event));
            }
        }
        Ok(())
    }

    fn keep_alive(&mut self) {
        if self.next_keepalive.is_some_and(|due| due <= Instant::now()) {
            // A failure shows in the wire, where everything looks for it.
            let _ = self.wired.library.keep_alive();
            wire::with(|wire| wire.flush());
            self.next_keepalive = Some(Instant::now() + self.keepalive_pause());
        }
    }

    fn keepalive_pause(&self) -> Duration {
        Duration::from_secs(u64::from(self.keepalive_seconds.max(2)))
    }

    fn say_goodbye(&self) -> Ended {
        self.wired.library.say_goodbye();
        wire::with(|wire| wire.flush());
        Ended::Wanted
    }

    fn explain_end(&self, error: &LibraryError) -> SshError {
        match wire::with(|wire| wire.lost().cloned()).flatten() {
            Some(lost) => self.explain_loss(&lost),
            None if error.code == sys::LIBSSH2_ERROR_SOCKET_DISCONNECT => {
                SshError::LinkLost { detail: "the host ended the session".to_owned() }
            }
            None => SshError::Protocol { detail: error.to_string() },
        }
    }

    fn explain_loss(&self, lost: &Lost) -> SshError {
        if self.logged_in_at.is_some() && !self.ever_opened && !self.openings.is_empty() && *lost == Lost::ClosedByHost
        {
            let detail = "the host accepted the login and closed the connection".to_owned();
            return SshError::AccountUnusable { user: self.user.clone(), detail };
        }
        SshError::LinkLost { detail: describe(lost) }
    }
}

fn refuse_command(request: &RunRequest, refusal: SshError) {
    use crate::exchange::{Ending, Piece};
    // The channel is new and has room, unless nobody listens any more.
    let _ = request.pieces.try_send(Piece::End(Ending::Lost(refusal)));
}

/// The errors that concern one channel and leave the session whole.
fn channel_refusal(error: &LibraryError) -> Option<SshError> {
    const CHANNEL_ERRORS: [i32; 6] = [
        sys::LIBSSH2_ERROR_CHANNEL_FAILURE,
        sys::LIBSSH2_ERROR_CHANNEL_REQUEST_DENIED,
        sys::LIBSSH2_ERROR_CHANNEL_UNKNOWN,
        sys::LIBSSH2_ERROR_CHANNEL_CLOSED,
        sys::LIBSSH2_ERROR_TIMEOUT,
        sys::LIBSSH2_ERROR_INVAL,
    ];
    CHANNEL_ERRORS.contains(&error.code).then(|| SshError::ChannelRefused { detail: error.text.clone() })
}
