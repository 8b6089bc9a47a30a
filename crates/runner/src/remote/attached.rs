//! A command that is attached to its channel: no directory on the host, its own trailer as proof of its end.

use super::call::{Call, Elevation, InputPart};
use super::shell::{compact, one_line, quote};
use super::{CallFault, Nonce, Nonces, ProtocolFault};

const ATTACHED: &str = include_str!("../../remote/attached.sh");
const NOISE_LIMIT_BYTES: usize = 1 << 20;

/// Runs one command with an empty stdin and stderr merged into stdout. For commands that change nothing: when the link is
/// lost, how it ended is unknown.
///
/// Keep stdin open while the answer is wanted: when it ends, by a deadline of the caller or with the connection, the host
/// stops the command and all that descends from it.
///
/// Once the command has ended, the shell on the host waits for the next one: see [`attached_again`].
pub fn attached(command_text: &str, elevation: Elevation, nonces: Nonces) -> Result<Call, CallFault> {
    let request = request("first", command_text, &nonces.frames)?;
    let input = vec![InputPart::Bytes(request)];
    Ok(match elevation {
        // Read byte by byte, the script would be a fifth of what a short command costs the host.
        Elevation::None => Call::of_argument(nonces, &format!("{}serve_attached", one_line(ATTACHED)), input),
        // sudo would write it into the host's log each time.
        Elevation::SudoNoPassword | Elevation::SudoAsk => {
            Call::of_script(nonces, elevation, format!("{}main() {{ serve_attached; }}\n", compact(ATTACHED)), input)
        }
    })
}

/// What to write to the stdin of a call of [`attached`] that has answered, for a further command: one round trip, no login
/// shell, no script. The answer comes on *stderr*. After it, only a parser that is [clean](AttachedParser::is_clean) permits
/// yet another.
pub fn attached_again(command_text: &str, frames: &Nonce) -> Result<Vec<u8>, CallFault> {
    request("again", command_text, frames)
}

/// One line, whatever the command contains: the host reads lines.
fn request(function: &str, command_text: &str, frames: &Nonce) -> Result<Vec<u8>, CallFault> {
    if command_text.contains('\0') {
        return Err(CallFault::Nul { what: "the command".to_owned() });
    }
    let quoted = quote(command_text).replace('\n', r#"'"$newline"'"#);
    Ok(format!("{function} {frames} {quoted}\n").into_bytes())
}

/// What is known of a command once its channel is closed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum AttachedEnd {
    /// It ended with this code. (128 + signal, if a signal ended it.)
    Exited {
        /// The code.
        code: i32,
    },
    /// There was no trailer: nobody knows.
    Unknown,
}

/// Cuts a command's output out of what its channel carries.
#[derive(Debug)]
pub struct AttachedParser {
    begin: Vec<u8>,
    trailer: Vec<u8>,
    clean: Vec<u8>,
    held: Vec<u8>,
    noise_bytes: usize,
    state: State,
}

#[derive(Debug, PartialEq, Eq)]
enum State {
    Noise,
    Output,
    Trailer,
    Ended(i32),
    Clean(i32),
}

impl AttachedParser {
    /// A parser for the call that was built with these frames.
    pub fn new(frames: &Nonce) -> Self {
        Self {
            begin: format!("\n{frames} BEGIN\n").into_bytes(),
            trailer: format!("\n{frames} END ").into_bytes(),
            clean: format!("\n{frames} CLEAN\n").into_bytes(),
            held: Vec::new(),
            noise_bytes: 0,
            state: State::Noise,
        }
    }

    /// Takes what was read from stdout; gives the output in it, exactly. Only what may be the trailer is held back.
    pub fn feed(&mut self, bytes: &[u8]) -> Result<Vec<u8>, ProtocolFault> {
        self.held.extend_from_slice(bytes);
        if self.state == State::Noise {
            self.skip_noise()?;
        }
        let mut output = Vec::new();
        if self.state == State::Output {
            let (keep_from, found) = find_or_partial(&self.held, &self.trailer);
            output = self.held.drain(..keep_from).collect();
            if found {
                self.held.drain(..self.trailer.len());
                self.state = State::Trailer;
            }
        }
        if self.state == State::Trailer {
            self.read_code()?;
        }
        if let State::Ended(code) = self.state {
            // What a process left behind prints now belongs to nobody.
            let (keep_from, found) = find_or_partial(&self.held, &self.clean);
            self.held.drain(..keep_from);
            if found {
                self.state = State::Clean(code);
            }
        }
        Ok(output)
    }

    /// How it ended, once the channel is at its end; with the output that was held back if there was no trailer.
    pub fn finish(self) -> (Vec<u8>, AttachedEnd) {
        match self.state {
            State::Ended(code) | State::Clean(code) => (Vec::new(), AttachedEnd::Exited { code }),
            State::Output => (self.held, AttachedEnd::Unknown),
            State::Noise | State::Trailer => (Vec::new(), AttachedEnd::Unknown),
        }
    }

    /// The code, as soon as the trailer was seen.
    pub fn exit_code(&self) -> Option<i32> {
        match self.state {
            State::Ended(code) | State::Clean(code) => Some(code),
            State::Noise | State::Output | State::Trailer => None,
        }
    }

    /// Whether the host has begun the command. One that closed the channel in good order before that never will.
    pub fn has_begun(&self) -> bool {
        self.state != State::Noise
    }

    /// Whether nothing is left of the command that could write into the answer of the next one. (Said of a command that was
    /// asked [again](attached_again); the first has an outlet of its own.)
    pub fn is_clean(&self) -> bool {
        matches!(self.state, State::Clean(_))
    }

    fn skip_noise(&mut self) -> Result<(), ProtocolFault> {
        let (keep_from, found) = find_or_partial(&self.held, &self.begin);
        self.noise_bytes += keep_from;
        self.held.drain(..keep_from);
        if self.noise_bytes > NOISE_LIMIT_BYTES {
            return Err(ProtocolFault::NoBeginning { limit_bytes: NOISE_LIMIT_BYTES });
        }
        if found {
            self.held.drain(..self.begin.len());
            self.state = State::Output;
        }
        Ok(())
    }

    fn read_code(&mut self) -> Result<(), ProtocolFault> {
        let Some(end) = self.held.iter().position(|byte| *byte == b'\n') else {
            return if self.held.len() > 8 { Err(ProtocolFault::LineTooLong { limit_bytes: 8 }) } else { Ok(()) };
        };
        let text = String::from_utf8_lossy(&self.held[..end]).into_owned();
        match text.parse() {
            Ok(code @ 0..=255) => self.state = State::Ended(code),
            Ok(_) | Err(_) => return Err(ProtocolFault::Malformed { line: format!("END {text}") }),
        }
        Ok(())
    }
}

/// Where the mark begins in `bytes` and true; or where a beginning of it at the very end begins (or the end) and false.
pub(super) fn find_or_partial(bytes: &[u8], mark: &[u8]) -> (usize, bool) {
    let mut from = 0;
    while let Some(found) = bytes[from..].iter().position(|byte| *byte == mark[0]) {
        let start = from + found;
        let rest = &bytes[start..];
        if rest.starts_with(mark) {
            return (start, true);
        }
        if rest.len() < mark.len() && mark.starts_with(rest) {
            return (start, false);
        }
        from = start + 1;
    }
    (bytes.len(), false)
}
