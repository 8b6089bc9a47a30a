//! The bytes between libssh2 and the socket of the thread that owns a session.
//!
//! libssh2 sends into a buffer of ours and never sees a full socket. That removes its sharpest edge (a packet that was
//! sent by half must be finished by the very call that began it, or the session breaks), lets an exec request, its input
//! and its end-of-file leave in one segment, and lets a pass over many channels cost one `recv` and not one for each.
//! There is one wire per thread, as there is one session per thread; libssh2's callbacks find it in a thread-local.

use libssh2_sys::libssh2_socket_t;
use socket2::Socket;
use std::cell::RefCell;
use std::ffi::{c_int, c_void};
use std::io;
use std::mem::{ManuallyDrop, MaybeUninit};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

/// A host may not send more than this before it has let us in.
const LIMIT_BEFORE_LOGIN: u64 = 1024 * 1024;
/// After this much, libssh2 gives the thread back, however fast the host sends.
const BUDGET_PER_PASS: usize = 4 * 1024 * 1024;
/// How much of what the host said first is kept to explain a failure.
const OPENING_LENGTH: usize = 256;
/// How long an agent may take to answer: it may be asking a person to touch a key.
const AGENT_PATIENCE: Duration = Duration::from_secs(60);

thread_local! {
    static WIRE: RefCell<Option<Wire>> = const { RefCell::new(None) };
}

/// Why no more bytes come or go.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Lost {
    /// The host ended the connection in an orderly way.
    ClosedByHost,
    /// The socket failed.
    Failed(String),
    /// The host sent more than anybody needs to log in.
    Flooded,
    /// We closed it.
    ClosedByUs,
}

/// The socket and what is under way.
pub(crate) struct Wire {
    socket: Arc<Socket>,
    stop: Arc<AtomicBool>,
    outbound: Vec<u8>,
    inbound: Vec<u8>,
    inbound_start: usize,
    readable: bool,
    received: u64,
    limit: u64,
    budget: usize,
    opening: Vec<u8>,
    lost: Option<Lost>,
}

/// Lays the wire of this thread. `stop` cuts it from another thread.
pub(crate) fn lay(socket: Arc<Socket>, stop: Arc<AtomicBool>) {
    let wire = Wire {
        socket,
        stop,
        outbound: Vec::new(),
        inbound: Vec::new(),
        inbound_start: 0,
        readable: true,
        received: 0,
        limit: LIMIT_BEFORE_LOGIN,
        budget: BUDGET_PER_PASS,
        opening: Vec::new(),
        lost: None,
    };
    WIRE.with_borrow_mut(|slot| *slot = Some(wire));
}

/// Takes the wire of this thread away, and with it its hold on the socket.
pub(crate) fn take_away() {
    WIRE.with_borrow_mut(|slot| *slot = None);
}

/// Looks at or changes this thread's wire; `None` before [`lay`].
pub(crate) fn with<T>(action: impl FnOnce(&mut Wire) -> T) -> Option<T> {
    WIRE.try_with(|slot| slot.try_borrow_mut().ok().and_then(|mut slot| slot.as_mut().map(action))).ok().flatten()
}

impl Wire {
    /// The poll said that bytes have come.
    pub(crate) fn mark_readable(&mut self) {
        self.readable = true;
    }

    /// Begins a pass over the channels.
    pub(crate) fn begin_pass(&mut self) {
        self.budget = BUDGET_PER_PASS;
    }

    /// Whether the socket may hold bytes that nobody has read.
    pub(crate) fn is_readable(&self) -> bool {
        self.readable
    }

    /// How many bytes have come since the beginning.
    pub(crate) fn received(&self) -> u64 {
        self.received
    }

    /// How many bytes wait to be sent.
    pub(crate) fn waiting_to_leave(&self) -> usize {
        self.outbound.len()
    }

    /// The host has let us in: what it sends is bounded by the windows of channels from here on.
    pub(crate) fn lift_limit(&mut self) {
        self.limit = u64::MAX;
    }

    /// The first bytes the host sent.
    pub(crate) fn opening(&self) -> &[u8] {
        &self.opening
    }

    /// Why the wire is dead, if it is.
    pub(crate) fn lost(&self) -> Option<&Lost> {
        self.lost.as_ref()
    }

    /// Cuts the wire: whatever libssh2 does next fails at once.
    pub(crate) fn cut(&mut self) {
        self.lost.get_or_insert(Lost::ClosedByUs);
    }

    /// Finds out whether the host has ended the connection, without taking a byte.
    pub(crate) fn peek_for_end(&mut self) {
        let mut byte = [MaybeUninit::uninit(); 1];
        match self.socket.peek(&mut byte) {
            Ok(0) => self.lost = Some(Lost::ClosedByHost),
            Ok(_) => {}
            Err(error) if is_not_yet(&error) => self.readable = false,
            Err(error) => self.lost = Some(Lost::Failed(error.to_string())),
        }
    }

    /// Sends what waits, as far as the socket takes it.
    pub(crate) fn flush(&mut self) {
        let mut sent = 0;
        while self.lost.is_none() && sent < self.outbound.len() {
            match self.socket.send(&self.outbound[sent..]) {
                Ok(count) => sent += count,
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(error) if is_not_yet(&error) => break,
                Err(error) => self.lost = Some(Lost::Failed(error.to_string())),
            }
        }
        self.outbound.drain(..sent);
        if self.outbound.is_empty() && self.outbound.capacity() > 64 * 1024 {
            self.outbound = Vec::new();
        }
    }

    #[cfg(unix)]
    fn is_socket(&self, number: libssh2_socket_t) -> bool {
        std::os::fd::AsRawFd::as_raw_fd(&*self.socket) == number
    }

    #[cfg(windows)]
    fn is_socket(&self, number: libssh2_socket_t) -> bool {
        std::os::windows::io::AsRawSocket::as_raw_socket(&*self.socket) == number
    }

    /// Whether libssh2 must stop here for good.
    fn refusal(&self) -> Option<isize> {
        self.lost.as_ref().map(|lost| match lost {
            Lost::ClosedByHost => 0,
            Lost::Failed(_) | Lost::Flooded | Lost::ClosedByUs => -(libc::ECONNABORTED as isize),
        })
    }

    fn receive(&mut self, into: &mut [MaybeUninit<u8>]) -> isize {
        // A host that floods us keeps libssh2 in its reading loop: this is where another thread can stop it.
        if self.stop.load(Ordering::Relaxed) {
            return -(libc::EAGAIN as isize);
        }
        if let Some(refusal) = self.refusal() {
            return refusal;
        }
        if self.inbound_start == self.inbound.len() {
            if !self.readable || self.budget == 0 {
                return -(libc::EAGAIN as isize);
            }
            // libssh2 asks for the banner byte by byte; everything else it asks for in large pieces.
            if into.len() >= 512 {
                return self.receive_from_socket(into);
            }
            let mut chunk = [MaybeUninit::uninit(); 1024];
            let count = self.receive_from_socket(&mut chunk);
            if count <= 0 {
                return count;
            }
            self.inbound_start = 0;
            // SAFETY: `receive_from_socket` says that it filled the first `count` bytes.
            let filled = unsafe { std::slice::from_raw_parts(chunk.as_ptr().cast::<u8>(), count as usize) };
            self.inbound.clear();
            self.inbound.extend_from_slice(filled);
        }
        let count = into.len().min(self.inbound.len() - self.inbound_start);
        for (slot, byte) in into.iter_mut().zip(&self.inbound[self.inbound_start..][..count]) {
            slot.write(*byte);
        }
        self.inbound_start += count;
        count as isize
    }

    fn receive_from_socket(&mut self, into: &mut [MaybeUninit<u8>]) -> isize {
        let count = match self.socket.recv(into) {
            Ok(0) => {
                self.lost = Some(Lost::ClosedByHost);
                return 0;
            }
            Ok(count) => count,
            Err(error) if error.kind() == io::ErrorKind::Interrupted => return -(libc::EAGAIN as isize),
            Err(error) if is_not_yet(&error) => {
                self.readable = false;
                return -(libc::EAGAIN as isize);
            }
            Err(error) => {
                self.lost = Some(Lost::Failed(error.to_string()));
                return -(libc::ECONNABORTED as isize);
            }
        };
        // A short read has emptied the socket: the next poll, not the next `recv`, says when there is more.
        self.readable = count == into.len();
        self.budget = self.budget.saturating_sub(count);
        self.received += count as u64;
        if self.opening.len() < OPENING_LENGTH {
            let wanted = count.min(OPENING_LENGTH - self.opening.len());
            // SAFETY: `recv` filled the first `count` bytes and `wanted` is not more.
            self.opening.extend_from_slice(unsafe { std::slice::from_raw_parts(into.as_ptr().cast::<u8>(), wanted) });
        }
        if self.received > self.limit {
            self.lost = Some(Lost::Flooded);
            return -(libc::ECONNABORTED as isize);
        }
        count as isize
    }

    fn accept_for_sending(&mut self, bytes: &[u8]) -> isize {
        match self.refusal() {
            Some(_) => -(libc::ECONNABORTED as isize),
            None => {
                self.outbound.extend_from_slice(bytes);
                bytes.len() as isize
            }
        }
    }
}

/// libssh2 speaks to the agent through the same two callbacks, on a blocking socket of its own.
///
/// # Safety
/// `socket` is open and stays so during the call.
unsafe fn agent_socket(socket: libssh2_socket_t, action: impl FnOnce(&Socket) -> io::Result<usize>) -> isize {
    // SAFETY: the socket is open, and `ManuallyDrop` leaves its closing to libssh2.
    let socket = ManuallyDrop::new(unsafe { socket_from(socket) });
    let bounded = socket.set_read_timeout(Some(AGENT_PATIENCE)).and_then(|()| action(&socket));
    bounded.map_or(-(libc::ECONNABORTED as isize), |count| count as isize)
}

#[cfg(unix)]
unsafe fn socket_from(socket: libssh2_socket_t) -> Socket {
    // SAFETY: the caller promises an open socket and does not let the result close it.
    unsafe { std::os::fd::FromRawFd::from_raw_fd(socket) }
}

#[cfg(windows)]
unsafe fn socket_from(socket: libssh2_socket_t) -> Socket {
    // SAFETY: the caller promises an open socket and does not let the result close it.
    unsafe { std::os::windows::io::FromRawSocket::from_raw_socket(socket) }
}

fn is_not_yet(error: &io::Error) -> bool {
    error.kind() == io::ErrorKind::WouldBlock
}

/// libssh2's `LIBSSH2_RECV_FUNC`.
///
/// # Safety
/// libssh2 calls it with a buffer that is valid for `length` bytes.
pub(super) unsafe extern "C" fn receive_callback(
    socket: libssh2_socket_t,
    buffer: *mut c_void,
    length: usize,
    _flags: c_int,
    _session: *mut *mut c_void,
) -> isize {
    // SAFETY: libssh2 promises `length` writable bytes, and nothing else looks at them during the call.
    let into = unsafe { std::slice::from_raw_parts_mut(buffer.cast::<MaybeUninit<u8>>(), length) };
    let count = with(|wire| if wire.is_socket(socket) { Some(wire.receive(into)) } else { None });
    match count {
        Some(Some(count)) => count,
        // SAFETY: libssh2 passes a socket of its own, which it closes only after the call.
        Some(None) => unsafe { agent_socket(socket, |agent| agent.recv(into)) },
        None => -(libc::ECONNABORTED as isize),
    }
}

/// libssh2's `LIBSSH2_SEND_FUNC`.
///
/// # Safety
/// libssh2 calls it with a buffer that is valid for `length` bytes.
pub(super) unsafe extern "C" fn send_callback(
    socket: libssh2_socket_t,
    buffer: *const c_void,
    length: usize,
    _flags: c_int,
    _session: *mut *mut c_void,
) -> isize {
    // SAFETY: libssh2 promises `length` readable bytes.
    let bytes = unsafe { super::bytes_at(buffer.cast::<u8>(), length) };
    let count = with(|wire| if wire.is_socket(socket) { Some(wire.accept_for_sending(bytes)) } else { None });
    match count {
        Some(Some(count)) => count,
        // SAFETY: libssh2 passes a socket of its own, which it closes only after the call.
        Some(None) => unsafe { agent_socket(socket, |agent| agent.send(bytes)) },
        None => -(libc::ECONNABORTED as isize),
    }
}
