//! A channel of libssh2: one command, or one tunnel.

use super::session::{LibrarySession, c_string};
use super::{LibraryError, Step, raw};
use crate::exchange::PtySize;
use libssh2_sys as sys;
use std::ffi::c_int;
use std::ptr::{NonNull, null, null_mut};
use std::task::Poll;

/// One open channel. Dropping it releases it; close it first, or the host learns of it only when the session ends.
pub(crate) struct Channel {
    raw: NonNull<sys::LIBSSH2_CHANNEL>,
    session: LibrarySession,
}

/// What a channel is asked to run.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Startup<'a> {
    /// A command, by the account's shell.
    Command(&'a [u8]),
    /// A service of the host's SSH server, by its name.
    Subsystem(&'a [u8]),
    /// The account's shell.
    Shell,
}

/// What a keyboard and a screen of today expect of a terminal, as RFC 4254 encodes it: DEL erases, a character may have
/// several bytes, 38400 baud each way.
const TERMINAL_MODES: &[u8] = &[3, 0, 0, 0, 127, 42, 0, 0, 0, 1, 128, 0, 0, 0x96, 0, 129, 0, 0, 0x96, 0, 0];

/// Which of a command's two outputs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Stream {
    /// Standard output, or the data of a tunnel.
    Output,
    /// Standard error.
    Error,
}

/// How the host said that a command ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum ExitReport {
    /// It ended by itself with this status.
    Status(i32),
    /// This signal ended it (without the letters SIG).
    Signal(String),
    /// The host closed the channel and said neither.
    Nothing,
}

impl LibrarySession {
    /// Opens a channel for a command, on which the host may send `window_bytes` before we must have read them. One opening
    /// at a time: libssh2 keeps its state in the session.
    pub(crate) fn open_for_command(&self, window_bytes: u32) -> Step<Channel> {
        const KIND: &[u8] = b"session";
        // SAFETY: the session lives; the kind is passed with its length.
        let channel = unsafe {
            sys::libssh2_channel_open_ex(
                self.pointer(),
                KIND.as_ptr().cast(),
                KIND.len() as u32,
                window_bytes,
                sys::LIBSSH2_CHANNEL_PACKET_DEFAULT,
                null(),
                0,
            )
        };
        self.opened(channel)
    }

    /// Asks the host to connect to an address for us. One opening at a time.
    pub(crate) fn open_tunnel(&self, address: &str, port: u16) -> Step<Channel> {
        let address = match c_string(address.as_bytes()) {
            Ok(address) => address,
            Err(error) => return Poll::Ready(Err(error)),
        };
        // SAFETY: the session lives; both strings are NUL-terminated and copied by libssh2.
        let channel = unsafe {
            sys::libssh2_channel_direct_tcpip_ex(
                self.pointer(),
                address.as_ptr(),
                c_int::from(port),
                c"127.0.0.1".as_ptr(),
                22,
            )
        };
        self.opened(channel)
    }

    fn opened(&self, channel: *mut sys::LIBSSH2_CHANNEL) -> Step<Channel> {
        match NonNull::new(channel) {
            Some(raw) => Poll::Ready(Ok(Channel { raw, session: self.clone() })),
            None => match self.last_words() {
                (sys::LIBSSH2_ERROR_EAGAIN, _) => Poll::Pending,
                (code, text) => Poll::Ready(Err(LibraryError { code, text })),
            },
        }
    }
}

impl Channel {
    /// Asks the host to run something.
    pub(crate) fn start(&self, startup: Startup<'_>) -> Step<()> {
        let (request, message): (&[u8], Option<&[u8]>) = match startup {
            Startup::Command(command) => (b"exec", Some(command)),
            Startup::Subsystem(name) => (b"subsystem", Some(name)),
            Startup::Shell => (b"shell", None),
        };
        // SAFETY: the channel lives; both texts are passed with their lengths and copied by libssh2, which takes null for
        // a request without a text.
        self.session.step(unsafe {
            sys::libssh2_channel_process_startup(
                self.raw.as_ptr(),
                request.as_ptr().cast(),
                request.len() as u32,
                message.map_or(null(), |message| message.as_ptr().cast()),
                message.map_or(0, |message| message.len() as u32),
            )
        })
    }

    /// Asks the host for a terminal, on which what is started afterwards runs.
    pub(crate) fn request_terminal(&self, terminal_type: &str, size: PtySize) -> Step<()> {
        // SAFETY: the channel lives; both texts are passed with their lengths and copied by libssh2.
        self.session.step(unsafe {
            sys::libssh2_channel_request_pty_ex(
                self.raw.as_ptr(),
                terminal_type.as_ptr().cast(),
                terminal_type.len() as u32,
                TERMINAL_MODES.as_ptr().cast(),
                TERMINAL_MODES.len() as u32,
                c_int::from(size.columns),
                c_int::from(size.rows),
                0,
                0,
            )
        })
    }

    /// Tells the host the terminal's new size; the host does not answer. Only after the terminal was granted.
    pub(crate) fn resize_terminal(&self, size: PtySize) -> Step<()> {
        // SAFETY: the channel lives.
        self.session.step(unsafe {
            sys::libssh2_channel_request_pty_size_ex(
                self.raw.as_ptr(),
                c_int::from(size.columns),
                c_int::from(size.rows),
                0,
                0,
            )
        })
    }

    /// Reads what has come; 0 means that nothing more will.
    pub(crate) fn read(&self, stream: Stream, into: &mut [u8]) -> Step<usize> {
        // SAFETY: the channel lives and the buffer is valid for its length.
        self.counted(unsafe {
            sys::libssh2_channel_read_ex(
                self.raw.as_ptr(),
                match stream {
                    Stream::Output => 0,
                    Stream::Error => 1,
                },
                into.as_mut_ptr().cast(),
                into.len(),
            )
        })
    }

    /// Takes in whatever has come for the whole session, without reading any of it here.
    pub(crate) fn drive_session(&self) -> Step<usize> {
        self.read(Stream::Output, &mut [])
    }

    /// Sends the beginning of `bytes`, as much as the host's window takes.
    pub(crate) fn write(&self, bytes: &[u8]) -> Step<usize> {
        // SAFETY: the channel lives and the buffer is valid for its length.
        self.counted(unsafe { sys::libssh2_channel_write_ex(self.raw.as_ptr(), 0, bytes.as_ptr().cast(), bytes.len()) })
    }

    /// Says that no more input comes.
    pub(crate) fn end_input(&self) -> Step<()> {
        // SAFETY: the channel lives.
        self.session.step(unsafe { sys::libssh2_channel_send_eof(self.raw.as_ptr()) })
    }

    /// Whether the host said that no more output comes, and all of it was read.
    pub(crate) fn is_at_end(&self) -> bool {
        // SAFETY: the channel lives.
        unsafe { sys::libssh2_channel_eof(self.raw.as_ptr()) != 0 }
    }

    /// Ready once the host has closed the channel; only to be asked at the end of its output.
    pub(crate) fn is_closed_by_host(&self) -> Step<()> {
        // SAFETY: the channel lives.
        self.session.step(unsafe { sys::libssh2_channel_wait_closed(self.raw.as_ptr()) })
    }

    /// Closes our side; ready once the host has closed its own.
    pub(crate) fn close(&self) -> Step<()> {
        // SAFETY: the channel lives.
        self.session.step(unsafe { sys::libssh2_channel_close(self.raw.as_ptr()) })
    }

    /// How the command ended. Sound only after [`Channel::is_closed_by_host`].
    pub(crate) fn exit_report(&self) -> ExitReport {
        if let Some(signal) = self.exit_signal() {
            return ExitReport::Signal(signal);
        }
        // SAFETY: the channel lives. The status is 0 when none has come, hence the question whether one has.
        unsafe {
            match raw::libssh2_channel_has_exit_status(self.raw.as_ptr()) {
                0 => ExitReport::Nothing,
                _ => ExitReport::Status(sys::libssh2_channel_get_exit_status(self.raw.as_ptr())),
            }
        }
    }

    fn exit_signal(&self) -> Option<String> {
        let (mut signal, mut length) = (null_mut(), 0);
        // SAFETY: the channel lives; null pointers say that message and language are not wanted; what comes back was
        // allocated for us and is freed after it was copied.
        unsafe {
            sys::libssh2_channel_get_exit_signal(
                self.raw.as_ptr(),
                &mut signal,
                &mut length,
                null_mut(),
                null_mut(),
                null_mut(),
                null_mut(),
            );
            if signal.is_null() {
                return None;
            }
            let text = String::from_utf8_lossy(super::bytes_at(signal.cast::<u8>(), length)).into_owned();
            sys::libssh2_free(self.session.pointer(), signal.cast());
            Some(text)
        }
    }

    fn counted(&self, count: isize) -> Step<usize> {
        match usize::try_from(count) {
            Ok(count) => Poll::Ready(Ok(count)),
            Err(_) => self.session.step(count as c_int).map_ok(|()| 0),
        }
    }
}

impl Drop for Channel {
    fn drop(&mut self) {
        // SAFETY: the session lives, held by this channel; this is the channel's only release.
        unsafe { sys::libssh2_channel_free(self.raw.as_ptr()) };
    }
}
