//! libssh2 as safe Rust for the one thread that owns a session.
//!
//! Owns every `unsafe` line of the crate. It binds `libssh2-sys` itself and not through `ssh2`, because that wrapper
//! panics on a method list that is not UTF-8, forms a slice from a null pointer on an empty keyboard-interactive prompt,
//! and hides the channel that `libssh2_channel_has_exit_status` wants: three things a hostile host could use.
//! It decides nothing: no time-outs, no host-key policy, no order of identities.

mod agent;
mod channel;
mod login;
mod session;
pub(crate) mod wire;

pub(crate) use agent::{Agent, AgentKey};
pub(crate) use channel::{Channel, ExitReport, Startup, Stream};
pub(crate) use login::Question;
pub(crate) use session::LibrarySession;

use std::ffi::{c_char, c_int};
use std::task::Poll;

/// What libssh2 said when a call did not succeed.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{text} (libssh2 error {code})")]
pub(crate) struct LibraryError {
    /// One of libssh2's `LIBSSH2_ERROR_…` numbers.
    pub(crate) code: c_int,
    /// libssh2's own words.
    pub(crate) text: String,
}

/// A call that may have to be repeated, with the same arguments, once more bytes have come.
pub(crate) type Step<T> = Poll<Result<T, LibraryError>>;

mod raw {
    //! What libssh2 1.11.2 offers and libssh2-sys 0.3.4 does not bind.
    use libssh2_sys::{LIBSSH2_CHANNEL, LIBSSH2_SESSION};
    use std::ffi::{c_char, c_int};

    pub(super) const CALLBACK_SEND: c_int = 5;
    pub(super) const CALLBACK_RECV: c_int = 6;

    unsafe extern "C" {
        pub(super) fn libssh2_session_callback_set2(
            session: *mut LIBSSH2_SESSION,
            callback_type: c_int,
            callback: Option<unsafe extern "C" fn()>,
        ) -> Option<unsafe extern "C" fn()>;
        pub(super) fn libssh2_channel_has_exit_status(channel: *mut LIBSSH2_CHANNEL) -> c_int;
        pub(super) fn libssh2_version(required: c_int) -> *const c_char;
    }
}

/// The oldest libssh2 without the holes a hostile host can use before authentication. The development version that
/// libssh2-sys 0.3.4 vendors still answers 1.11.1 to a numeric comparison, hence the check of the printed version too.
const OLDEST_VERSION: [u32; 3] = [1, 11, 2];

/// The version of libssh2 that is linked, if it is one that can be trusted with a hostile host.
pub(crate) fn linked_version() -> Result<String, String> {
    // SAFETY: with 0 the function returns a pointer to a static, NUL-terminated string.
    let version = unsafe { text_at(raw::libssh2_version(0)) };
    let numbers: Vec<u32> = version.split(['.', '_', '-']).map_while(|part| part.parse().ok()).collect();
    if numbers.as_slice() >= OLDEST_VERSION.as_slice() { Ok(version) } else { Err(version) }
}

/// The text at a NUL-terminated pointer; empty for null.
///
/// # Safety
/// `pointer` is null or points to a NUL-terminated string that nothing changes during the call.
unsafe fn text_at(pointer: *const c_char) -> String {
    if pointer.is_null() {
        return String::new();
    }
    // SAFETY: the caller promises a NUL-terminated string.
    unsafe { std::ffi::CStr::from_ptr(pointer) }.to_string_lossy().into_owned()
}

/// The bytes of a pointer and a length that came from libssh2; empty for null, whatever the length says.
///
/// # Safety
/// `pointer` is null or valid for `length` bytes during `'a`.
unsafe fn bytes_at<'a>(pointer: *const u8, length: usize) -> &'a [u8] {
    if pointer.is_null() {
        return &[];
    }
    // SAFETY: the caller promises `length` readable bytes.
    unsafe { std::slice::from_raw_parts(pointer, length) }
}

#[cfg(test)]
mod tests {
    #[test]
    fn the_linked_libssh2_is_new_enough() {
        assert_eq!(super::linked_version().map_err(|version| panic!("libssh2 {version}")).unwrap(), "1.11.2_DEV");
    }
}
