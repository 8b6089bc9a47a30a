//! Which identity to try, and when to stop. One refusal per kind of identity: OpenSSH counts them per source address and
//! locks out the whole office.

use crate::endpoint::{Endpoint, Identity};
use crate::error::{KeyFileProblem, SshError};
use crate::key_file::{self, Protection};
use crate::options::ConnectOptions;
use crate::prompt::{PromptRequest, Prompts};
use crate::session::Stranger;
use crate::worker::{LoginFailure, Way};
use std::mem::{Discriminant, discriminant};
use std::path::Path;
use std::time::Duration;

/// A person who answers the host's own questions may take as long as sshd's LoginGraceTime.
const TIME_FOR_ANSWERS: Duration = Duration::from_secs(120);

/// Logs in with the endpoint's identities in their order.
pub(crate) async fn authenticate(
    stranger: &Stranger,
    endpoint: &Endpoint,
    options: &ConnectOptions,
    prompts: &Prompts,
) -> Result<(), SshError> {
    let mut refused: Vec<Discriminant<Identity>> = Vec::new();
    let mut unusable: Option<SshError> = None;
    for identity in &endpoint.identities {
        if refused.contains(&discriminant(identity)) {
            continue;
        }
        let way = match prepare(identity, endpoint, options, prompts).await {
            Ok(way) => way,
            Err(error) => {
                unusable.get_or_insert(error);
                continue;
            }
        };
        let after = match identity {
            Identity::Agent { .. } | Identity::KeyboardInteractive => TIME_FOR_ANSWERS,
            Identity::KeyFile { .. } | Identity::Password => options.authentication_timeout,
        };
        match tokio::time::timeout(after, stranger.log_in(&endpoint.user, way)).await {
            Ok(Ok(())) => return Ok(()),
            Ok(Err(LoginFailure::Refused)) => refused.push(discriminant(identity)),
            Ok(Err(LoginFailure::Failed(
                error @ (SshError::KeyFileUnusable { .. } | SshError::AgentUnusable { .. }),
            ))) => {
                unusable.get_or_insert(error);
            }
            Ok(Err(LoginFailure::Failed(error))) => return Err(error),
            Err(_) => return Err(SshError::DeadlineExceeded { after }),
        }
    }
    let user = endpoint.user.clone();
    if let (Some(error), []) = (unusable, refused.as_slice()) {
        return Err(error);
    }
    let asked = tokio::time::timeout(options.authentication_timeout, stranger.login_methods(&endpoint.user)).await;
    // The names come from the host.
    let accepts: Vec<String> =
        asked.unwrap_or_default().iter().take(8).map(|name| name.escape_debug().to_string()).collect();
    Err(refusal(endpoint, &refused, user, accepts))
}

async fn prepare(
    identity: &Identity,
    endpoint: &Endpoint,
    options: &ConnectOptions,
    prompts: &Prompts,
) -> Result<Way, SshError> {
    match identity {
        Identity::Agent { fingerprint } => {
            Ok(Way::Agent { socket: options.agent_socket.clone(), fingerprint: fingerprint.clone() })
        }
        Identity::KeyFile { path } => open_key_file(path, prompts).await,
        Identity::Password => {
            let request = PromptRequest::Password { user: endpoint.user.clone(), address: endpoint.address.clone() };
            prompts.ask_once(request).await.map(Way::Password).ok_or(SshError::PasswordUnanswered)
        }
        Identity::KeyboardInteractive => {
            Ok(Way::Answers { address: endpoint.address.clone(), prompts: prompts.clone() })
        }
    }
}

async fn open_key_file(path: &Path, prompts: &Prompts) -> Result<Way, SshError> {
    let unusable = |problem| SshError::KeyFileUnusable { path: path.to_owned(), problem };
    let passphrase = match key_file::protection_of(path).map_err(unusable)? {
        Protection::None => None,
        Protection::Passphrase => {
            let answer = prompts.ask_once(PromptRequest::KeyPassphrase { path: path.to_owned() }).await;
            Some(answer.ok_or_else(|| unusable(KeyFileProblem::PassphraseUnanswered))?)
        }
    };
    Ok(Way::File { path: path.to_owned(), passphrase })
}

fn refusal(endpoint: &Endpoint, refused: &[Discriminant<Identity>], user: String, accepts: Vec<String>) -> SshError {
    let was_refused = |identity: &&Identity| refused.contains(&discriminant(*identity));
    let kinds: Vec<&Identity> = endpoint.identities.iter().filter(was_refused).collect();
    let is_key = |identity: &&Identity| matches!(identity, Identity::Agent { .. } | Identity::KeyFile { .. });
    if kinds.is_empty() || kinds.iter().any(is_key) && !kinds.iter().all(is_key) {
        SshError::AuthenticationRefused { user, accepts }
    } else if kinds.iter().all(is_key) {
        SshError::KeyRefused { user, accepts }
    } else {
        SshError::PasswordRefused { user, accepts }
    }
}
