//! Asks the person at the terminal. Nothing that is typed is shown, unless the host says that it may be.

use crate::text::visible;
use millwright_api::{Asked, People, PromptRequest, Question};
use secrecy::SecretString;
use std::io::Write;
use tokio::sync::mpsc;

/// People who are asked at this terminal; nobody where there is none.
pub(crate) fn at_terminal(there: bool) -> People {
    if !there {
        return People::nobody();
    }
    let (questions, mut waiting) = mpsc::channel::<Asked>(1);
    tokio::spawn(async move {
        while let Some(Asked { question, answer }) = waiting.recv().await {
            let typed = tokio::task::spawn_blocking(move || ask(&question)).await;
            // Whoever asked may have gone.
            let _ = answer.send(typed.ok().flatten());
        }
    });
    People::to(questions)
}

/// Asks for a line that may be seen.
pub(crate) async fn ask_openly(words: String) -> Option<String> {
    tokio::task::spawn_blocking(move || read_line(&words)).await.ok().flatten()
}

fn ask(question: &Question) -> Option<SecretString> {
    let (words, echo) = words(question);
    let typed = if echo { read_line(&words) } else { rpassword::prompt_password(words).ok() };
    typed.filter(|typed| !typed.is_empty()).map(SecretString::from)
}

fn words(question: &Question) -> (String, bool) {
    match question {
        Question::Connection(PromptRequest::KeyPassphrase { path }) => {
            (format!("Passphrase of {}: ", path.display()), false)
        }
        Question::Connection(PromptRequest::Password { user, address }) => {
            (format!("Password of {}@{}: ", visible(user), visible(address)), false)
        }
        Question::Connection(PromptRequest::KeyboardInteractive { address, name, instruction, prompt, echo }) => {
            let said: Vec<String> =
                [name, instruction].into_iter().filter(|said| !said.is_empty()).map(|said| visible(said)).collect();
            (format!("{} asks: {} {} ", visible(address), said.join(" "), visible(prompt)), *echo)
        }
        Question::Sudo { host, user } => (format!("Password of {} for sudo on {host}: ", visible(user)), false),
        Question::Secret { name, description } => (format!("{name} ({description}): "), false),
    }
}

fn read_line(words: &str) -> Option<String> {
    let mut stderr = std::io::stderr().lock();
    write!(stderr, "{words}").and_then(|()| stderr.flush()).ok()?;
    let mut line = String::new();
    std::io::stdin().read_line(&mut line).ok()?;
    Some(line.trim_end_matches(['\r', '\n']).to_owned())
}
