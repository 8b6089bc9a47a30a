//! The SSH agent as libssh2 reaches it.

use super::login::path_text;
use super::session::{LibrarySession, c_string};
use super::{LibraryError, Step, bytes_at, text_at};
use libssh2_sys as sys;
use std::path::Path;
use std::ptr::{NonNull, null_mut};
use std::task::Poll;

/// A connection to the agent.
pub(crate) struct Agent {
    raw: NonNull<sys::LIBSSH2_AGENT>,
    session: LibrarySession,
}

/// One key the agent holds.
pub(crate) struct AgentKey {
    /// The public key as it goes over the wire.
    pub(crate) blob: Vec<u8>,
    /// What its owner calls it.
    pub(crate) comment: String,
    place: NonNull<sys::libssh2_agent_publickey>,
}

impl Agent {
    /// Connects to the agent at `socket`, or at the one the environment names.
    pub(crate) fn connect(session: &LibrarySession, socket: Option<&Path>) -> Result<Self, LibraryError> {
        // SAFETY: the session lives.
        let raw = unsafe { sys::libssh2_agent_init(session.pointer()) };
        let Some(raw) = NonNull::new(raw) else {
            let (code, text) = session.last_words();
            return Err(LibraryError { code, text });
        };
        let agent = Self { raw, session: session.clone() };
        if let Some(socket) = socket {
            let socket = path_text(socket)?;
            // SAFETY: the agent lives; libssh2 copies the path.
            unsafe { sys::libssh2_agent_set_identity_path(raw.as_ptr(), socket.as_ptr()) };
        }
        // SAFETY: the agent lives.
        session.result(unsafe { sys::libssh2_agent_connect(raw.as_ptr()) })?;
        Ok(agent)
    }

    /// The keys the agent holds, in its order. They are valid as long as the agent is.
    pub(crate) fn keys(&self) -> Result<Vec<AgentKey>, LibraryError> {
        // SAFETY: the agent lives.
        self.session.result(unsafe { sys::libssh2_agent_list_identities(self.raw.as_ptr()) })?;
        let (mut keys, mut previous) = (Vec::new(), null_mut());
        loop {
            let mut next = null_mut();
            // SAFETY: the agent lives; `previous` is null or what it returned last.
            let code = unsafe { sys::libssh2_agent_get_identity(self.raw.as_ptr(), &mut next, previous) };
            let Some(place) = NonNull::new(next) else { break };
            if code != 0 {
                break;
            }
            // SAFETY: the agent keeps its list until it is asked for a new one; texts and lengths are as libssh2 says.
            let (blob, comment) = unsafe {
                let key = place.as_ref();
                (bytes_at(key.blob, key.blob_len).to_vec(), text_at(key.comment))
            };
            keys.push(AgentKey { blob, comment, place });
            previous = next;
        }
        Ok(keys)
    }

    /// Logs in with one of the agent's keys.
    pub(crate) fn log_in(&self, user: &str, key: &AgentKey) -> Step<()> {
        let user = match c_string(user.as_bytes()) {
            Ok(user) => user,
            Err(error) => return Poll::Ready(Err(error)),
        };
        // SAFETY: the agent lives and with it the key that it listed.
        self.session.step(unsafe { sys::libssh2_agent_userauth(self.raw.as_ptr(), user.as_ptr(), key.place.as_ptr()) })
    }
}

impl Drop for Agent {
    fn drop(&mut self) {
        // SAFETY: the session lives, held by this agent; this is the agent's only release.
        unsafe { sys::libssh2_agent_free(self.raw.as_ptr()) };
    }
}
