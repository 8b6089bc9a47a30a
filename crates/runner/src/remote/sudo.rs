//! The way through sudo: when the password is written, when the script may be, and why it did not come to that.

use super::call::prompt;
use super::{Elevation, Nonce};
use millwright_domain::{Code, Fault};

/// As much as is kept of what sudo prints.
const KEPT_BYTES: usize = 16 * 1024;

/// Stands in front of a call's input. Feed it stdout and stderr until it is open.
#[derive(Debug)]
pub struct SudoGate {
    elevation: Elevation,
    prompt: String,
    ready: Vec<u8>,
    stdout: Vec<u8>,
    stderr: Vec<u8>,
    prompts_answered: usize,
    open: bool,
}

/// What to do now.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum SudoStep {
    /// Read on.
    Wait,
    /// sudo asked: write the password and a newline. Said once.
    WritePassword,
    /// The script's shell runs: write the input. Said once.
    Open,
    /// It will not run. Close the channel.
    Failed(Fault),
}

impl SudoGate {
    pub(super) fn new(elevation: Elevation, opening: Nonce) -> Self {
        let ready = format!("READY {opening}\n").into_bytes();
        let prompt = prompt(opening.as_str());
        Self { elevation, prompt, ready, stdout: Vec::new(), stderr: Vec::new(), prompts_answered: 0, open: false }
    }

    /// Whether the input may be written right after the exec request, without waiting for [`SudoStep::Open`]: it saves a
    /// round trip. Not when sudo may ask, for it would read the script as a password.
    pub fn may_write_at_once(&self) -> bool {
        match self.elevation {
            Elevation::None | Elevation::SudoNoPassword => true,
            Elevation::SudoAsk => false,
        }
    }

    /// Takes what came on stdout. (The same bytes go to the parser as well.)
    pub fn feed_stdout(&mut self, bytes: &[u8]) -> SudoStep {
        if self.open {
            return SudoStep::Wait;
        }
        self.stdout.extend_from_slice(bytes);
        if contains(&self.stdout, &self.ready) {
            self.open = true;
            self.stdout = Vec::new();
            return SudoStep::Open;
        }
        let surplus = self.stdout.len().saturating_sub(KEPT_BYTES);
        self.stdout.drain(..surplus);
        SudoStep::Wait
    }

    /// Takes what came on stderr.
    pub fn feed_stderr(&mut self, bytes: &[u8]) -> SudoStep {
        if self.open {
            return SudoStep::Wait;
        }
        self.stderr.extend_from_slice(bytes);
        self.stderr.truncate(KEPT_BYTES);
        let prompts = count(&self.stderr, self.prompt.as_bytes());
        match (prompts, self.prompts_answered) {
            (0, _) => SudoStep::Wait,
            (1, 0) => {
                self.prompts_answered = 1;
                SudoStep::WritePassword
            }
            (1, _) => SudoStep::Wait,
            (_, _) => SudoStep::Failed(password_wrong()),
        }
    }

    /// Takes the end of the channel before the gate was open: why sudo did not run the script.
    ///
    /// `exit_status` is the channel's, if the host sent one.
    pub fn closed(&self, exit_status: Option<i32>) -> Fault {
        let printed = self.printed();
        if self.elevation == Elevation::None {
            return Fault::new(Code::AccountUnusable, format!("The login shell did not run our script{printed}"))
                .with_hint("Check that the account has a shell and that `sh` is in its PATH.");
        }
        if exit_status == Some(127) {
            return Fault::new(Code::SudoMissing, "sudo is not installed on the host.")
                .with_hint("Install sudo there, or log in as root with `--sudo none`.");
        }
        self.refusal(&printed)
    }

    /// sudo ends with 1 for every reason. Its messages are the only way to tell them apart; LC_ALL=C keeps them constant,
    /// and what is not recognised is shown as it came.
    fn refusal(&self, printed: &str) -> Fault {
        let text = String::from_utf8_lossy(&self.stderr);
        let says = |phrases: &[&str]| phrases.iter().any(|phrase| text.contains(phrase));
        if says(&["you must have a tty"]) {
            return Fault::new(
                Code::SudoRequiresTty,
                "sudo on the host is configured to want a terminal (requiretty).",
            )
            .with_hint("Remove `requiretty` from sudoers for this account: `Defaults:USER !requiretty`.");
        }
        if says(&["not in the sudoers file", "is not allowed to", "may not run sudo", "I'm sorry"]) {
            return Fault::new(Code::SudoRefused, "sudo does not allow this account to run `sh` as root.")
                .with_hint("Allow the account in sudoers, or use another one with `millwright host edit … --user`.");
        }
        if self.prompts_answered > 0 {
            return password_wrong();
        }
        if says(&["a password is required", "authentication is required", "a terminal is required"]) {
            return Fault::new(Code::SudoPasswordRequired, "sudo wants a password, and none may be given.")
                .with_hint("Use `--sudo ask`, or allow NOPASSWD in sudoers for this account.");
        }
        Fault::new(Code::SudoRefused, format!("sudo did not run our script{printed}"))
            .with_hint("Log in as this account and try `sudo -n true`.")
    }

    fn printed(&self) -> String {
        let text = String::from_utf8_lossy(&self.stderr).replace(&self.prompt, "");
        match text.trim().lines().last() {
            Some(line) if !line.is_empty() => format!(": {line}"),
            Some(_) | None => ".".to_owned(),
        }
    }
}

fn password_wrong() -> Fault {
    Fault::new(Code::SudoPasswordWrong, "sudo did not accept the password.")
        .with_hint("It was tried once only, so that the account is not locked. Try again with the right password.")
}

fn contains(bytes: &[u8], mark: &[u8]) -> bool {
    count(bytes, mark) > 0
}

fn count(bytes: &[u8], mark: &[u8]) -> usize {
    bytes.windows(mark.len()).filter(|window| *window == mark).count()
}
