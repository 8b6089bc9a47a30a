//! From an address to a host key, each stage within its own limit and all within one deadline.

use super::{Leg, Ties, dial};
use crate::error::SshError;
use crate::host_key::HostKey;
use crate::library::wire::{self, Lost};
use crate::library::{LibraryError, LibrarySession, linked_version};
use crate::options::{ConnectOptions, ConnectSteps, Stage};
use libssh2_sys as sys;
use polling::{Event, Events};
use socket2::Socket;
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::task::Poll;
use std::time::{Duration, Instant};

/// The key of the session's own socket in the poll.
pub(super) const SOCKET_KEY: usize = 0;

/// A session and the socket it lies on.
pub(super) struct Wired {
    pub(super) library: LibrarySession,
    pub(super) socket: Arc<Socket>,
}

/// One connection on its way.
pub(super) struct Journey<'a> {
    pub(super) steps: ConnectSteps,
    pub(super) deadline: Instant,
    pub(super) options: &'a ConnectOptions,
}

impl Journey<'_> {
    /// Gets a connected socket.
    pub(super) fn reach(&mut self, leg: Leg) -> Result<Socket, (Stage, SshError)> {
        match leg {
            Leg::Tunnel(socket) => Ok(socket),
            Leg::Direct { address, port } => {
                let began = Instant::now();
                let addresses = dial::resolve(&address, port).map_err(|error| (Stage::Name, error))?;
                self.steps.pass(Stage::Name, began.elapsed());
                let began = Instant::now();
                let ConnectOptions { tcp_timeout, silence_timeout, .. } = *self.options;
                let socket = dial::connect(&addresses, tcp_timeout, self.deadline, silence_timeout)?;
                self.steps.pass(Stage::Tcp, began.elapsed());
                Ok(socket)
            }
        }
    }

    /// Lets both sides introduce themselves and exchange keys.
    pub(super) fn shake_hands(
        &mut self,
        socket: Socket,
        host_key_algorithms: &str,
        ties: &Ties,
    ) -> Result<(Wired, HostKey), (Stage, SshError)> {
        let at_banner = |error| (Stage::Banner, error);
        let exhausted = |error: std::io::Error| (Stage::Banner, SshError::Exhausted { detail: error.to_string() });
        linked_version().map_err(|version| at_banner(SshError::LibraryTooOld { version }))?;
        let socket = Arc::new(socket);
        let library = LibrarySession::new(Arc::clone(&socket), Arc::clone(&ties.stop))
            .and_then(|library| library.offer_host_key_algorithms(host_key_algorithms).map(|()| library))
            .map_err(|error| at_banner(SshError::Exhausted { detail: error.text }))?;
        // SAFETY: the socket lives in the session and in `Wired`; `serve` and the error path below take it out again.
        unsafe { ties.poller.add(&*socket, Event::none(SOCKET_KEY)) }.map_err(exhausted)?;
        let wired = Wired { library, socket };
        let outcome = self.exchange_keys(&wired, ties);
        if outcome.is_err() {
            let _ = ties.poller.delete(&*wired.socket);
        }
        outcome.map(|host_key| (wired, host_key))
    }

    fn exchange_keys(&mut self, wired: &Wired, ties: &Ties) -> Result<HostKey, (Stage, SshError)> {
        let mut events = Events::new();
        let mut stage = Stage::Banner;
        let mut began = Instant::now();
        loop {
            wire::with(|wire| wire.begin_pass());
            let outcome = wired.library.handshake();
            if stage == Stage::Banner && wired.library.banner().is_some() {
                self.steps.pass(Stage::Banner, began.elapsed());
                (stage, began) = (Stage::KeyExchange, Instant::now());
            }
            match outcome {
                Poll::Ready(Ok(())) => break,
                Poll::Ready(Err(error)) => return Err((stage, self.explain(stage, &error, &wired.library))),
                Poll::Pending => {}
            }
            if ties.stop.load(Ordering::Acquire) {
                return Err((stage, SshError::LinkLost { detail: describe(&Lost::ClosedByUs) }));
            }
            let limit = match stage {
                Stage::Banner => self.options.banner_timeout,
                Stage::Name | Stage::Tcp | Stage::KeyExchange | Stage::HostKey | Stage::Authentication => {
                    self.options.key_exchange_timeout
                }
            };
            let until = self.deadline.min(began + limit);
            if Instant::now() >= until {
                return Err((stage, timed_out(stage, until.saturating_duration_since(began))));
            }
            wait(wired, ties, &mut events, until).map_err(|error| (stage, error))?;
        }
        self.steps.pass(Stage::KeyExchange, began.elapsed());
        let blob = wired.library.host_key().unwrap_or_default();
        HostKey::from_blob(blob)
            .map_err(|_| (Stage::HostKey, SshError::Protocol { detail: "it showed a key that is none".to_owned() }))
    }

    fn explain(&self, stage: Stage, error: &LibraryError, library: &LibrarySession) -> SshError {
        let known = wire::with(|wire| (wire.lost().cloned(), wire.opening().to_vec(), wire.received()));
        let (lost, said, received) = known.unwrap_or_default();
        if stage == Stage::Banner {
            return match lost {
                Some(Lost::Flooded) => SshError::NotSsh { said: readable(&said) },
                Some(Lost::ClosedByHost | Lost::Failed(_)) if is_a_dismissal(&said) => {
                    SshError::ClosedBeforeBanner { said: readable(&said) }
                }
                Some(Lost::ClosedByUs) => SshError::LinkLost { detail: "closed by us".to_owned() },
                Some(Lost::ClosedByHost | Lost::Failed(_)) | None => SshError::NotSsh { said: readable(&said) },
            };
        }
        match lost {
            Some(lost) => SshError::LinkLost { detail: format!("{} during the key exchange", describe(&lost)) },
            None if error.code == sys::LIBSSH2_ERROR_KEX_FAILURE
                && has_offered_algorithms(&said, received)
                && !library.agreed_on_algorithms() =>
            {
                SshError::NoCommonAlgorithm { detail: error.text.clone() }
            }
            None => SshError::Protocol { detail: error.to_string() },
        }
    }
}

/// Sends what waits and sleeps until bytes come, the thread is wanted, or the time has come.
fn wait(wired: &Wired, ties: &Ties, events: &mut Events, until: Instant) -> Result<(), SshError> {
    let (waiting, readable) = wire::with(|wire| {
        wire.flush();
        (wire.waiting_to_leave() > 0, wire.is_readable())
    })
    .unwrap_or_default();
    let timeout = if readable { Duration::ZERO } else { until.saturating_duration_since(Instant::now()) };
    let interest = Event::new(SOCKET_KEY, true, waiting);
    let exhausted = |error: std::io::Error| SshError::Exhausted { detail: error.to_string() };
    ties.poller.modify(&*wired.socket, interest).map_err(exhausted)?;
    events.clear();
    ties.poller.wait(events, Some(timeout)).map_err(exhausted)?;
    if events.iter().any(|event| event.key == SOCKET_KEY && event.readable) {
        wire::with(|wire| wire.mark_readable());
    }
    Ok(())
}

fn timed_out(stage: Stage, after: Duration) -> SshError {
    match stage {
        Stage::Banner => SshError::TimeoutBanner { after },
        Stage::KeyExchange => SshError::TimeoutKeyExchange { after },
        Stage::Name | Stage::Tcp | Stage::HostKey | Stage::Authentication => SshError::DeadlineExceeded { after },
    }
}

/// Whether a host that hung up without introducing itself is an sshd that did not want us just now: it says nothing, or
/// one of the two lines that OpenSSH sends in that place.
fn is_a_dismissal(said: &[u8]) -> bool {
    said.is_empty() || said.starts_with(b"Exceeded MaxStartups") || said.starts_with(b"Not allowed at this time")
}

/// Whether the first packet after the host's introduction is a whole offer of algorithms. libssh2 gives one number to an
/// offer without anything in common and to bytes that are no offer at all.
fn has_offered_algorithms(opening: &[u8], received: u64) -> bool {
    const OFFER: u8 = 20;
    let mut lines = opening.split_inclusive(|byte| *byte == b'\n');
    let mut start = 0;
    let introduced = lines.any(|line| {
        start += line.len();
        line.starts_with(b"SSH-")
    });
    let packet = &opening[start..];
    let length = packet.first_chunk::<4>().map(|length| u64::from(u32::from_be_bytes(*length)));
    introduced
        && packet.get(5) == Some(&OFFER)
        && length.is_some_and(|length| length <= 35_000 && received >= start as u64 + 4 + length)
}

/// The beginning of what a host said, with everything that is not plain text made visible.
fn readable(said: &[u8]) -> String {
    String::from_utf8_lossy(&said[..said.len().min(80)]).trim_end().escape_debug().to_string()
}

/// Why a wire is dead, in words.
pub(super) fn describe(lost: &Lost) -> String {
    match lost {
        Lost::ClosedByHost => "the host closed the connection".to_owned(),
        Lost::Failed(detail) => detail.clone(),
        Lost::Flooded => "the host sent more than a login needs".to_owned(),
        Lost::ClosedByUs => "closed by us".to_owned(),
    }
}
