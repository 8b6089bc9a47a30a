//! One attempt to log in.

use crate::error::{AgentProblem, KeyFileProblem, SshError};
use crate::host_key::fingerprint_of;
use crate::library::wire::{self, Lost};
use crate::library::{Agent, AgentKey, LibraryError, LibrarySession, Question};
use crate::prompt::{PromptRequest, Prompts};
use libssh2_sys as sys;
use secrecy::SecretString;
use std::path::PathBuf;
use std::task::Poll;
use tokio::sync::oneshot;

/// A way to log in with everything it needs.
pub(crate) enum Way {
    /// A key file and, when it is encrypted, its passphrase.
    File { path: PathBuf, passphrase: Option<SecretString> },
    /// A key of the agent.
    Agent { socket: Option<PathBuf>, fingerprint: Option<String> },
    /// A password.
    Password(SecretString),
    /// The host's questions, asked on this thread.
    Answers { address: String, prompts: Prompts },
}

/// Why an attempt did not let us in.
pub(crate) enum LoginFailure {
    /// The host said no: another way may do.
    Refused,
    /// It could not be tried, or nothing more can.
    Failed(SshError),
}

/// An attempt under way.
pub(super) struct Login {
    user: String,
    way: Way,
    key: Option<(AgentKey, Agent)>,
    reply: Option<oneshot::Sender<Result<(), LoginFailure>>>,
}

impl Login {
    pub(super) fn new(user: String, way: Way, reply: oneshot::Sender<Result<(), LoginFailure>>) -> Self {
        Self { user, way, key: None, reply: Some(reply) }
    }

    /// Goes on with the attempt; says whether it is over.
    pub(super) fn step(&mut self, library: &LibrarySession) -> Poll<Result<(), ()>> {
        let outcome = match self.try_it(library) {
            Poll::Pending => return Poll::Pending,
            Poll::Ready(outcome) => outcome,
        };
        let is_in = outcome.is_ok();
        if let Some(reply) = self.reply.take() {
            // Whoever asked may have run out of time.
            let _ = reply.send(outcome);
        }
        Poll::Ready(if is_in { Ok(()) } else { Err(()) })
    }

    fn try_it(&mut self, library: &LibrarySession) -> Poll<Result<(), LoginFailure>> {
        let mut nobody_answered = false;
        let outcome = match &self.way {
            Way::File { path, passphrase } => library.log_in_with_file(&self.user, path, passphrase.as_ref()),
            Way::Password(password) => library.log_in_with_password(&self.user, password),
            Way::Answers { address, prompts } => library.log_in_by_answers(&self.user, |question| {
                let answer = prompts.ask_blocking(request_for(address, question));
                if answer.is_none() {
                    // libssh2 would send empty answers, which the host counts as an attempt.
                    nobody_answered = true;
                    wire::with(|wire| wire.cut());
                }
                answer
            }),
            Way::Agent { socket, fingerprint } => {
                if self.key.is_none() {
                    match choose_key(library, socket.as_deref(), fingerprint.as_deref()) {
                        Ok(key) => self.key = Some(key),
                        Err(problem) => return Poll::Ready(Err(failed(SshError::AgentUnusable { problem }))),
                    }
                }
                match &self.key {
                    Some((key, agent)) => agent.log_in(&self.user, key),
                    None => Poll::Pending,
                }
            }
        };
        if nobody_answered {
            return Poll::Ready(Err(failed(SshError::PasswordUnanswered)));
        }
        outcome.map(|outcome| outcome.map_err(|error| self.explain(&error)))
    }

    fn explain(&self, error: &LibraryError) -> LoginFailure {
        if let Some(lost) = wire::with(|wire| wire.lost().cloned()).flatten() {
            return failed(match lost {
                Lost::Flooded => SshError::Protocol { detail: super::setup::describe(&lost) },
                // PAM's account rules end a login like this, after the key or the password was found right.
                Lost::ClosedByHost => SshError::AccountUnusable {
                    user: self.user.clone(),
                    detail: "the host closed the connection during the login".to_owned(),
                },
                Lost::Failed(_) | Lost::ClosedByUs => {
                    SshError::LinkLost { detail: format!("{} during the login", super::setup::describe(&lost)) }
                }
            });
        }
        match (error.code, &self.way) {
            (sys::LIBSSH2_ERROR_AUTHENTICATION_FAILED | sys::LIBSSH2_ERROR_PUBLICKEY_UNVERIFIED, _) => {
                LoginFailure::Refused
            }
            (sys::LIBSSH2_ERROR_PASSWORD_EXPIRED, _) => failed(SshError::AccountUnusable {
                user: self.user.clone(),
                detail: "the host wants a new password first".to_owned(),
            }),
            (sys::LIBSSH2_ERROR_AGENT_PROTOCOL, Way::Agent { .. }) => {
                failed(SshError::AgentUnusable { problem: AgentProblem::DidNotSign(error.text.clone()) })
            }
            (sys::LIBSSH2_ERROR_FILE | sys::LIBSSH2_ERROR_KEYFILE_AUTH_FAILED, Way::File { path, passphrase }) => {
                let problem = match passphrase {
                    Some(_) => KeyFileProblem::WrongPassphrase,
                    None => KeyFileProblem::NotUnderstood(error.text.clone()),
                };
                failed(SshError::KeyFileUnusable { path: path.clone(), problem })
            }
            (_, Way::File { .. } | Way::Password(_) | Way::Answers { .. } | Way::Agent { .. }) => {
                failed(SshError::Protocol { detail: error.to_string() })
            }
        }
    }
}

fn failed(error: SshError) -> LoginFailure {
    LoginFailure::Failed(error)
}

fn request_for(address: &str, question: Question) -> PromptRequest {
    let Question { name, instruction, prompt, echo } = question;
    PromptRequest::KeyboardInteractive { address: address.to_owned(), name, instruction, prompt, echo }
}

fn choose_key(
    library: &LibrarySession,
    socket: Option<&std::path::Path>,
    fingerprint: Option<&str>,
) -> Result<(AgentKey, Agent), AgentProblem> {
    let not_running = |error: LibraryError| AgentProblem::NotRunning(error.text);
    let agent = Agent::connect(library, socket).map_err(not_running)?;
    let keys = agent.keys().map_err(not_running)?;
    let is_empty = keys.is_empty();
    let key = match fingerprint {
        Some(fingerprint) => keys.into_iter().find(|key| fingerprint_of(&key.blob) == fingerprint),
        None => keys.into_iter().next(),
    };
    match (key, fingerprint) {
        (Some(key), _) => {
            tracing::debug!(key = %key.comment.escape_debug(), "the agent's key was chosen");
            Ok((key, agent))
        }
        (None, Some(fingerprint)) if !is_empty => Err(AgentProblem::KeyMissing(fingerprint.to_owned())),
        (None, _) => Err(AgentProblem::Empty),
    }
}
