//! One exec request and what is written to its stdin.

use super::shell::{compact, quote};
use super::{Nonces, SudoGate};
use std::fmt;
use std::path::PathBuf;

const PRELUDE: &str = include_str!("../../remote/prelude.sh");

/// What is sent to a host for one exchange.
#[derive(Clone)]
pub struct Call {
    /// The exec request: constant but for a nonce, no payload, no secret, right in every login shell.
    pub command: String,
    /// What is written to stdin once the gate is open, in order. Stdin stays open after it.
    pub input: Vec<InputPart>,
    /// Marks the host's frames.
    pub nonces: Nonces,
    /// How the script becomes root.
    pub elevation: Elevation,
}

impl Call {
    /// The gate in front of this call's input.
    pub fn gate(&self) -> SudoGate {
        SudoGate::new(self.elevation, self.nonces.opening.clone())
    }

    /// A call whose script, in one line and the same in every call, stands in the request itself.
    pub(super) fn of_argument(nonces: Nonces, script: &str, input: Vec<InputPart>) -> Self {
        let command = format!(r#"exec sh -c 'printf "READY {}\n"; {script}'"#, nonces.opening);
        Self { command, input, nonces, elevation: Elevation::None }
    }

    /// A call that evaluates `script` on the host and then its function `main`; `data` follows on stdin.
    pub(super) fn of_script(nonces: Nonces, elevation: Elevation, script: String, data: Vec<InputPart>) -> Self {
        let opening = &nonces.opening;
        let intake = if script.len() > LONG_SCRIPT_BYTES { Intake::Block } else { Intake::Lines };
        let text = match intake {
            Intake::Lines => format!("BEGIN {opening}\n{script}END {opening}\n"),
            Intake::Block => format!("BEGIN {opening} {}\n{script}{CALL}", script.len() + CALL.len()),
        };
        let input = std::iter::once(InputPart::Bytes(text.into_bytes())).chain(data).collect();
        Self { command: exec_request(elevation, opening.as_str(), intake), input, nonces, elevation }
    }
}

/// Neither scripts nor secrets belong in a log.
impl fmt::Debug for Call {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Call")
            .field("command", &self.command)
            .field("elevation", &self.elevation)
            .field("input_parts", &self.input.len())
            .finish_non_exhaustive()
    }
}

/// A part of what goes to stdin.
#[derive(Clone, PartialEq, Eq)]
pub enum InputPart {
    /// These bytes.
    Bytes(Vec<u8>),
    /// The first `length_bytes` of a local file. When it has become shorter, close the channel: the host then starts nothing.
    File {
        /// Where it lies.
        path: PathBuf,
        /// How long the host was told that it is.
        length_bytes: u64,
    },
}

impl fmt::Debug for InputPart {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Bytes(bytes) => write!(f, "Bytes({})", bytes.len()),
            Self::File { path, length_bytes } => write!(f, "File({}, {length_bytes})", path.display()),
        }
    }
}

/// How a call becomes root.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Elevation {
    /// It stays whoever logged in.
    None,
    /// sudo without a password.
    SudoNoPassword,
    /// sudo, which may ask for a password.
    SudoAsk,
}

/// Where things lie on the host. Tests put them elsewhere.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HostLayout {
    /// Where jobs, locks and tombstones lie; `None`: `/var/lib/millwright` for root, else `~/.local/state/millwright`.
    pub state_directory: Option<String>,
    /// The file that changes with every boot.
    pub boot_id_file: String,
}

impl Default for HostLayout {
    fn default() -> Self {
        Self { state_directory: None, boot_id_file: "/proc/sys/kernel/random/boot_id".to_owned() }
    }
}

impl HostLayout {
    /// The prelude and what it wants to be told.
    pub(super) fn prelude(&self) -> String {
        format!(
            "state_directory={}\nboot_id_file={}\n{}",
            quote(self.state_directory.as_deref().unwrap_or_default()),
            quote(&self.boot_id_file),
            compact(PRELUDE),
        )
    }
}

/// sudo's prompt. Not the bare nonce: a sudo that refuses repeats the command, in which that stands several times.
pub(super) fn prompt(nonce: &str) -> String {
    format!("PASSWORD-{nonce}")
}

/// How the host takes the script from stdin.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Intake {
    /// Line by line with the `read` builtin: no further program, but a system call for each byte.
    Lines,
    /// In one block with `dd`.
    Block,
}

/// From here on `dd` is cheaper than the system calls: 20 KB cost the host 8 ms line by line, 1 ms with `dd`.
const LONG_SCRIPT_BYTES: usize = 4096;
/// The last line of a script. One that was cut off is a function that nobody calls: no beginning of this is a command.
const CALL: &str = "{ main; }\n";

/// The script comes on stdin. What precedes its first line is thrown away (a password that sudo did not consume), and only
/// its end has it do anything (one that was cut off does nothing). Neither `read` nor `dd` takes anything beyond it from a
/// pipe, so what follows is left for the script. No `!`, no single quote, no newline: csh and fish take this as well.
fn exec_request(elevation: Elevation, nonce: &str, intake: Intake) -> String {
    // sudo's messages are the same everywhere only in the C locale; the script then goes back to the host's own.
    let (prefix, reset) = match elevation {
        Elevation::None => ("exec".to_owned(), ""),
        Elevation::SudoNoPassword => ("exec env LC_ALL=C sudo -n".to_owned(), "unset LC_ALL; "),
        Elevation::SudoAsk => (format!("exec env LC_ALL=C sudo -S -p {}", prompt(nonce)), "unset LC_ALL; "),
    };
    let (first_line, collect) = match intake {
        Intake::Lines => (
            format!(r#""BEGIN {nonce}""#),
            format!(
                r#"while IFS= read -r l; do case "$l" in ("END {nonce}") echo main; exit;; esac; printf "%s\n" "$l"; done"#
            ),
        ),
        Intake::Block => {
            (format!(r#""BEGIN {nonce} "*"#), r#"dd bs="${l##* }" count=1 iflag=fullblock 2>/dev/null"#.to_owned())
        }
    };
    let skip = format!(r#"while IFS= read -r l; do case "$l" in ({first_line}) break;; esac; done"#);
    format!(r#"{prefix} sh -c '{reset}printf "READY {nonce}\n"; {skip}; eval "$({collect})"'"#)
}
