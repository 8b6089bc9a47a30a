//! Questions to a person. Owns asking once and remembering; does not own any terminal or window.

use secrecy::SecretString;
use std::collections::HashMap;
use std::path::PathBuf;
use std::sync::{Arc, Mutex, PoisonError};
use tokio::sync::{OnceCell, mpsc, oneshot};

/// What a person is asked for.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum PromptRequest {
    /// The passphrase of a key file.
    KeyPassphrase {
        /// The file.
        path: PathBuf,
    },
    /// The password of an account.
    Password {
        /// The account.
        user: String,
        /// The machine.
        address: String,
    },
    /// A question of the host's own. Its text comes from the host: show it as text.
    KeyboardInteractive {
        /// The machine that asks.
        address: String,
        /// What the host calls the conversation.
        name: String,
        /// What it wants a person to read first.
        instruction: String,
        /// The question.
        prompt: String,
        /// Whether the answer may be seen.
        echo: bool,
    },
}

/// A question that waits for an answer. Dropping it answers that nobody is there.
#[derive(Debug)]
pub struct Prompt {
    /// The question.
    pub request: PromptRequest,
    reply: oneshot::Sender<Option<SecretString>>,
}

impl Prompt {
    /// Answers; `None` says that nobody answers.
    pub fn answer(self, answer: Option<SecretString>) {
        // Whoever asked may have gone: then nobody needs the answer.
        let _ = self.reply.send(answer);
    }
}

/// Where questions go. Clones share the answers: a passphrase is asked for once per file and a password once per
/// account, however many connections want it and whether or not it turned out to be right. Make a new one to ask anew.
#[derive(Clone, Debug, Default)]
pub struct Prompts {
    people: Option<mpsc::Sender<Prompt>>,
    answers: Arc<Mutex<HashMap<PromptRequest, Answer>>>,
}

type Answer = Arc<OnceCell<Option<SecretString>>>;

impl Prompts {
    /// Nobody is there to ask.
    pub fn nobody() -> Self {
        Self::default()
    }

    /// Questions go to the other end of this channel.
    pub fn to(people: mpsc::Sender<Prompt>) -> Self {
        Self { people: Some(people), answers: Arc::default() }
    }

    /// The answer of the one time that this is asked.
    pub(crate) async fn ask_once(&self, request: PromptRequest) -> Option<SecretString> {
        let answer = {
            let mut answers = self.answers.lock().unwrap_or_else(PoisonError::into_inner);
            Arc::clone(answers.entry(request.clone()).or_default())
        };
        answer.get_or_init(|| self.ask(request)).await.clone()
    }

    async fn ask(&self, request: PromptRequest) -> Option<SecretString> {
        let (reply, answer) = oneshot::channel();
        self.people.as_ref()?.send(Prompt { request, reply }).await.ok()?;
        answer.await.ok().flatten()
    }

    /// Asks each time, from a thread of its own: a one-time code cannot be remembered.
    pub(crate) fn ask_blocking(&self, request: PromptRequest) -> Option<SecretString> {
        let (reply, answer) = oneshot::channel();
        self.people.as_ref()?.blocking_send(Prompt { request, reply }).ok()?;
        answer.blocking_recv().ok().flatten()
    }
}
