//! A session of libssh2: its life, its handshake, its keepalive.

use super::{LibraryError, Step, bytes_at, raw, text_at, wire};
use libssh2_sys as sys;
use socket2::Socket;
use std::ffi::{CString, c_int};
use std::ptr::{NonNull, null_mut};
use std::rc::Rc;
use std::sync::Arc;
use std::sync::atomic::AtomicBool;
use std::task::Poll;

/// One session. It stays on the thread that made it; channels keep it alive.
#[derive(Clone)]
pub(crate) struct LibrarySession {
    pub(super) handle: Rc<Handle>,
}

/// Frees the session once the last channel is gone.
pub(super) struct Handle {
    pub(super) raw: NonNull<sys::LIBSSH2_SESSION>,
    socket: Arc<Socket>,
}

impl Drop for Handle {
    fn drop(&mut self) {
        // A cut wire answers at once, so that freeing neither waits nor gives up half-way.
        wire::with(|wire| wire.cut());
        // SAFETY: the pointer came from `libssh2_session_init_ex` and this is its only release.
        unsafe { sys::libssh2_session_free(self.raw.as_ptr()) };
    }
}

impl LibrarySession {
    /// Makes this thread's session on a connected, non-blocking socket. `stop` cuts its wire from another thread.
    pub(crate) fn new(socket: Arc<Socket>, stop: Arc<AtomicBool>) -> Result<Self, LibraryError> {
        sys::init();
        // SAFETY: null callbacks and abstract pointer choose libssh2's defaults.
        let raw = unsafe { sys::libssh2_session_init_ex(None, None, None, null_mut()) };
        let raw = NonNull::new(raw).ok_or_else(|| LibraryError {
            code: sys::LIBSSH2_ERROR_ALLOC,
            text: "no memory for a session".to_owned(),
        })?;
        wire::lay(Arc::clone(&socket), stop);
        // SAFETY: the callbacks have the types that libssh2 documents for these two numbers, which the generic function
        // pointer erases; they live as long as the program.
        unsafe {
            sys::libssh2_session_set_blocking(raw.as_ptr(), 0);
            type Receive = unsafe extern "C" fn(
                sys::libssh2_socket_t,
                *mut std::ffi::c_void,
                usize,
                c_int,
                *mut *mut std::ffi::c_void,
            ) -> isize;
            type Send = unsafe extern "C" fn(
                sys::libssh2_socket_t,
                *const std::ffi::c_void,
                usize,
                c_int,
                *mut *mut std::ffi::c_void,
            ) -> isize;
            let receive = std::mem::transmute::<Receive, unsafe extern "C" fn()>(wire::receive_callback);
            let send = std::mem::transmute::<Send, unsafe extern "C" fn()>(wire::send_callback);
            raw::libssh2_session_callback_set2(raw.as_ptr(), raw::CALLBACK_RECV, Some(receive));
            raw::libssh2_session_callback_set2(raw.as_ptr(), raw::CALLBACK_SEND, Some(send));
        }
        Ok(Self { handle: Rc::new(Handle { raw, socket }) })
    }

    /// Offers these host-key algorithms and no others, in this order.
    pub(crate) fn offer_host_key_algorithms(&self, algorithms: &str) -> Result<(), LibraryError> {
        let algorithms = c_string(algorithms.as_bytes())?;
        // SAFETY: the session lives and the string is NUL-terminated; libssh2 copies it.
        let code = unsafe {
            sys::libssh2_session_method_pref(self.pointer(), sys::LIBSSH2_METHOD_HOSTKEY, algorithms.as_ptr())
        };
        self.result(code)
    }

    /// Introduces the two sides and exchanges keys. Repeat until ready.
    pub(crate) fn handshake(&self) -> Step<()> {
        // SAFETY: the session lives, and the handle keeps the socket open as long.
        self.step(unsafe { sys::libssh2_session_handshake(self.pointer(), self.socket_number()) })
    }

    /// How the host introduced itself; `None` before it did, and for lines that come before.
    pub(crate) fn banner(&self) -> Option<String> {
        // SAFETY: libssh2 returns null or a NUL-terminated string of the living session.
        let banner = unsafe { text_at(sys::libssh2_session_banner_get(self.pointer())) };
        banner.starts_with("SSH-").then_some(banner)
    }

    /// Whether both sides agreed on how to exchange keys, to sign and to encrypt.
    pub(crate) fn agreed_on_algorithms(&self) -> bool {
        [
            sys::LIBSSH2_METHOD_KEX,
            sys::LIBSSH2_METHOD_HOSTKEY,
            sys::LIBSSH2_METHOD_CRYPT_CS,
            sys::LIBSSH2_METHOD_CRYPT_SC,
        ]
        .into_iter()
        // SAFETY: the session lives; the result is only compared with null.
        .all(|kind| !unsafe { sys::libssh2_session_methods(self.pointer(), kind) }.is_null())
    }

    /// The host's key as it went over the wire.
    pub(crate) fn host_key(&self) -> Option<Vec<u8>> {
        let (mut length, mut kind) = (0, 0);
        // SAFETY: the session lives; a returned pointer is valid for `length` bytes until the session changes.
        let blob = unsafe {
            let pointer = sys::libssh2_session_hostkey(self.pointer(), &mut length, &mut kind);
            bytes_at(pointer.cast::<u8>(), length).to_vec()
        };
        (!blob.is_empty()).then_some(blob)
    }

    /// Sends a message that asks for no answer every so many seconds.
    pub(crate) fn keep_alive_every(&self, seconds: u32) {
        // SAFETY: the session lives.
        unsafe { sys::libssh2_keepalive_config(self.pointer(), 0, seconds) };
    }

    /// Sends that message when it is due; says in how many seconds the next one is.
    pub(crate) fn keep_alive(&self) -> Result<u32, LibraryError> {
        let mut seconds_to_next = 0;
        // SAFETY: the session lives and the pointer is to a local.
        let code = unsafe { sys::libssh2_keepalive_send(self.pointer(), &mut seconds_to_next) };
        self.result(code).map(|()| u32::try_from(seconds_to_next).unwrap_or(0))
    }

    /// Says goodbye, so that the host's log does not speak of a lost connection.
    pub(crate) fn say_goodbye(&self) {
        // SAFETY: the session lives; both strings are static and NUL-terminated.
        unsafe {
            sys::libssh2_session_disconnect_ex(
                self.pointer(),
                sys::SSH_DISCONNECT_BY_APPLICATION,
                c"closed".as_ptr(),
                c"".as_ptr(),
            )
        };
    }

    pub(super) fn pointer(&self) -> *mut sys::LIBSSH2_SESSION {
        self.handle.raw.as_ptr()
    }

    pub(super) fn step(&self, code: c_int) -> Step<()> {
        if code == sys::LIBSSH2_ERROR_EAGAIN { Poll::Pending } else { Poll::Ready(self.result(code)) }
    }

    pub(super) fn result(&self, code: c_int) -> Result<(), LibraryError> {
        if code >= 0 { Ok(()) } else { Err(LibraryError { code, text: self.last_words().1 }) }
    }

    /// The number and the words of the last failure.
    pub(super) fn last_words(&self) -> (c_int, String) {
        let mut pointer = null_mut();
        let mut length = 0;
        // SAFETY: the session lives; with `want_buf` 0 libssh2 lends its own buffer, which is copied at once.
        unsafe {
            let code = sys::libssh2_session_last_error(self.pointer(), &mut pointer, &mut length, 0);
            let text = bytes_at(pointer.cast::<u8>(), usize::try_from(length).unwrap_or(0));
            (code, String::from_utf8_lossy(text).into_owned())
        }
    }

    #[cfg(unix)]
    fn socket_number(&self) -> sys::libssh2_socket_t {
        std::os::fd::AsRawFd::as_raw_fd(&*self.handle.socket)
    }

    #[cfg(windows)]
    fn socket_number(&self) -> sys::libssh2_socket_t {
        std::os::windows::io::AsRawSocket::as_raw_socket(&*self.handle.socket)
    }
}

/// A C string; text with a NUL inside cannot be sent to libssh2.
pub(super) fn c_string(text: &[u8]) -> Result<CString, LibraryError> {
    CString::new(text)
        .map_err(|_| LibraryError { code: sys::LIBSSH2_ERROR_INVAL, text: "the text contains a NUL byte".to_owned() })
}
