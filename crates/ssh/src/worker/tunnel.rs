//! One tunnel: a channel to a machine behind this one, pumped into a socket pair whose other end is the wire of a second
//! session. Never a listening port: any user of this machine could connect to that.

use super::command::Activity;
use crate::error::SshError;
use crate::library::{Channel, LibraryError, Stream, wire};
use polling::{Event, Poller};
use socket2::Socket;
use std::io::{self, Read, Write};
use std::net::Shutdown;
use std::task::Poll;

/// No more is taken from the pair while this much waits for the session's own socket.
const OUTBOUND_LIMIT: usize = 256 * 1024;

pub(super) struct Tunnel {
    pub(super) channel: Channel,
    socket: Socket,
    key: usize,
    /// From the pair to the channel.
    outward: Pending,
    /// From the channel to the pair.
    inward: Pending,
    pair_ended: bool,
    channel_ended: bool,
    can_read: bool,
    can_write: bool,
    end_sent: bool,
    is_closing: bool,
}

/// Bytes that were taken on one side and not yet given to the other.
#[derive(Default)]
struct Pending {
    bytes: Vec<u8>,
    start: usize,
}

impl Pending {
    fn rest(&self) -> &[u8] {
        &self.bytes[self.start..]
    }

    fn is_empty(&self) -> bool {
        self.start == self.bytes.len()
    }

    fn refill(&mut self, bytes: &[u8]) {
        self.bytes.clear();
        self.bytes.extend_from_slice(bytes);
        self.start = 0;
    }
}

/// Two connected, non-blocking sockets: one to pump, one for the second session.
#[cfg(unix)]
pub(super) fn socket_pair() -> Result<(Socket, Socket), SshError> {
    let exhausted = |error: io::Error| SshError::Exhausted { detail: error.to_string() };
    let (ours, theirs) = Socket::pair(socket2::Domain::UNIX, socket2::Type::STREAM, None).map_err(exhausted)?;
    ours.set_nonblocking(true).map_err(exhausted)?;
    theirs.set_nonblocking(true).map_err(exhausted)?;
    Ok((ours, theirs))
}

#[cfg(not(unix))]
pub(super) fn socket_pair() -> Result<(Socket, Socket), SshError> {
    Err(SshError::JumpUnsupported)
}

impl Tunnel {
    pub(super) fn new(channel: Channel, socket: Socket, key: usize) -> Self {
        Self {
            channel,
            socket,
            key,
            outward: Pending::default(),
            inward: Pending::default(),
            pair_ended: false,
            channel_ended: false,
            can_read: true,
            can_write: true,
            end_sent: false,
            is_closing: false,
        }
    }

    /// Begins to watch the pair.
    pub(super) fn enter(&self, poller: &Poller) -> io::Result<()> {
        // SAFETY: the socket lives in this tunnel, and `leave` takes it out before the tunnel is dropped.
        unsafe { poller.add(&self.socket, Event::none(self.key)) }
    }

    /// Asks the poll for what is needed next.
    pub(super) fn watch(&self, poller: &Poller) -> io::Result<()> {
        let wants_read = !self.can_read && !self.pair_ended && self.outward.is_empty();
        let wants_write = !self.can_write && !self.inward.is_empty();
        poller.modify(&self.socket, Event::new(self.key, wants_read, wants_write))
    }

    /// Stops watching.
    pub(super) fn leave(&self, poller: &Poller) {
        // Closing the socket takes it out as well.
        let _ = poller.delete(&self.socket);
    }

    /// The poll has an event.
    pub(super) fn notice(&mut self, event: Event) {
        if event.key == self.key {
            self.can_read |= event.readable;
            self.can_write |= event.writable;
        }
    }

    pub(super) fn step(&mut self, buffer: &mut [u8]) -> Result<Activity, LibraryError> {
        let mut busy = false;
        if !self.is_closing {
            busy |= self.pump_inward(buffer)?;
            busy |= self.pump_outward(buffer)?;
            self.is_closing =
                self.channel_ended && self.inward.is_empty() || self.pair_ended && self.outward.is_empty();
        }
        if self.is_closing {
            return Ok(match self.channel.close() {
                Poll::Pending if busy => Activity::Busy,
                Poll::Pending => Activity::Idle,
                Poll::Ready(_) => Activity::Over,
            });
        }
        Ok(if busy { Activity::Busy } else { Activity::Idle })
    }

    fn pump_inward(&mut self, buffer: &mut [u8]) -> Result<bool, LibraryError> {
        let mut busy = false;
        loop {
            if self.inward.is_empty() && !self.channel_ended {
                match self.channel.read(Stream::Output, buffer) {
                    Poll::Pending => break,
                    Poll::Ready(Ok(0)) if self.channel.is_at_end() => {
                        self.channel_ended = true;
                        let _ = self.socket.shutdown(Shutdown::Write);
                        return Ok(true);
                    }
                    Poll::Ready(Ok(0)) => break,
                    Poll::Ready(Ok(count)) => self.inward.refill(&buffer[..count]),
                    Poll::Ready(Err(error)) => return Err(error),
                }
            }
            if self.inward.is_empty() || !self.can_write {
                break;
            }
            match (&self.socket).write(self.inward.rest()) {
                Ok(count) => {
                    self.inward.start += count;
                    busy = true;
                }
                Err(error) if error.kind() == io::ErrorKind::WouldBlock => self.can_write = false,
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(_) => {
                    self.pair_ended = true;
                    self.inward = Pending::default();
                    break;
                }
            }
        }
        Ok(busy)
    }

    fn pump_outward(&mut self, buffer: &mut [u8]) -> Result<bool, LibraryError> {
        let mut busy = false;
        loop {
            if self.outward.is_empty() {
                if self.pair_ended
                    || !self.can_read
                    || wire::with(|wire| wire.waiting_to_leave()).unwrap_or(0) > OUTBOUND_LIMIT
                {
                    break;
                }
                match (&self.socket).read(buffer) {
                    Ok(0) => self.pair_ended = true,
                    Ok(count) => self.outward.refill(&buffer[..count]),
                    Err(error) if error.kind() == io::ErrorKind::WouldBlock => self.can_read = false,
                    Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                    Err(_) => self.pair_ended = true,
                }
                continue;
            }
            match self.channel.write(self.outward.rest()) {
                Poll::Pending | Poll::Ready(Ok(0)) => break,
                Poll::Ready(Ok(count)) => {
                    self.outward.start += count;
                    busy = true;
                }
                Poll::Ready(Err(error)) => return Err(error),
            }
        }
        if self.pair_ended && self.outward.is_empty() && !self.end_sent {
            // The channel may be closed already; then nobody waits for our end.
            let _ = self.channel.end_input();
            self.end_sent = true;
            busy = true;
        }
        Ok(busy)
    }
}
