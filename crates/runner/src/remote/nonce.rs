//! Random words that nobody on the host can guess.

use super::CallFault;
use std::fmt;

/// 128 random bits as hexadecimal digits: safe in any shell without quoting.
#[derive(Clone, PartialEq, Eq)]
pub struct Nonce(String);

impl Nonce {
    /// A nonce of these bits.
    pub fn from_bytes(bytes: [u8; 16]) -> Self {
        Self(hex::encode(bytes))
    }

    /// The digits.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for Nonce {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl fmt::Debug for Nonce {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Nonce(…)")
    }
}

/// The two nonces of one call.
///
/// They differ because the first stands in the list of processes, where what runs on the host can read it; the second
/// travels on stdin only, so that nothing on the host can forge a frame.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Nonces {
    /// Marks the beginning and the end of the script on stdin, and sudo's prompt.
    pub opening: Nonce,
    /// Marks every line of ours on stdout, and the acknowledgement.
    pub frames: Nonce,
}

impl Nonces {
    /// Two nonces from the operating system's random source.
    pub fn random() -> Result<Self, CallFault> {
        let mut bits = [0; 32];
        getrandom::fill(&mut bits).map_err(|_| CallFault::NoRandomness)?;
        let (mut opening, mut frames) = ([0; 16], [0; 16]);
        opening.copy_from_slice(&bits[..16]);
        frames.copy_from_slice(&bits[16..]);
        Ok(Self { opening: Nonce::from_bytes(opening), frames: Nonce::from_bytes(frames) })
    }
}
