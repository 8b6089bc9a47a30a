//! Questions to a person: passphrases, passwords, secrets. Owns which questions there are; whoever holds the terminal or
//! the window answers them.

use millwright_domain::HostPath;
use millwright_ssh::{Prompt, PromptRequest, Prompts};
use secrecy::SecretString;
use std::collections::HashMap;
use std::sync::Arc;
use tokio::sync::{Mutex, mpsc, oneshot};

/// A question to a person.
#[derive(Debug)]
pub enum Question {
    /// What a connection needs.
    Connection(PromptRequest),
    /// The password for sudo on a host.
    Sudo {
        /// The host.
        host: HostPath,
        /// The account there.
        user: String,
    },
    /// A secret parameter of a recipe or runbook.
    Secret {
        /// The parameter.
        name: String,
        /// What it is for.
        description: String,
    },
}

/// A question that waits for its answer.
#[derive(Debug)]
pub struct Asked {
    /// The question.
    pub question: Question,
    /// Where the answer goes; none says that nobody answers.
    pub answer: oneshot::Sender<Option<SecretString>>,
}

/// Whoever can be asked. Clones share what was answered.
#[derive(Clone, Default)]
pub struct People {
    questions: Option<mpsc::Sender<Asked>>,
    sudo: Arc<Mutex<SudoPasswords>>,
}

/// What was typed for an account on a host, or that nobody answered.
type SudoPasswords = HashMap<(String, HostPath), Option<SecretString>>;

impl People {
    /// Nobody is there.
    pub fn nobody() -> Self {
        Self::default()
    }

    /// Questions arrive at the other end of this channel, one at a time.
    pub fn to(questions: mpsc::Sender<Asked>) -> Self {
        Self { questions: Some(questions), sudo: Arc::default() }
    }

    /// Asks; none when nobody answers.
    pub(crate) async fn ask(&self, question: Question) -> Option<SecretString> {
        let (answer, answered) = oneshot::channel();
        self.questions.as_ref()?.send(Asked { question, answer }).await.ok()?;
        answered.await.ok().flatten()
    }

    /// The password for sudo on a host; asked for once.
    pub(crate) async fn sudo_password(&self, host: &HostPath, user: &str) -> Option<SecretString> {
        // The lock is tokio's: a second host waits for its turn at the terminal, not on a blocked thread.
        let mut known = self.sudo.lock().await;
        let key = (user.to_owned(), host.clone());
        if let Some(password) = known.get(&key) {
            return password.clone();
        }
        let password = self.ask(Question::Sudo { host: host.clone(), user: user.to_owned() }).await;
        known.insert(key, password.clone());
        password
    }

    /// The same people, as the SSH transport asks them.
    pub(crate) fn for_connections(&self) -> Prompts {
        if self.questions.is_none() {
            return Prompts::nobody();
        }
        let (sender, mut prompts) = mpsc::channel::<Prompt>(1);
        let people = self.clone();
        tokio::spawn(async move {
            while let Some(prompt) = prompts.recv().await {
                let answer = people.ask(Question::Connection(prompt.request.clone())).await;
                prompt.answer(answer);
            }
        });
        Prompts::to(sender)
    }
}
