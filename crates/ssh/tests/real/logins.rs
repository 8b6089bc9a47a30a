use crate::common::{Setup, Sshd, make_key, without_retries};
use millwright_domain::Code;
use millwright_ssh::{
    AgentProblem, ConnectOptions, Endpoint, Identity, KeyFileProblem, Prompt, PromptRequest, Prompts, SshError, connect,
};
use std::process::{Child, Command, Stdio};
use tokio::sync::mpsc;

async fn failure(endpoint: Endpoint, options: &ConnectOptions, prompts: &Prompts) -> SshError {
    connect(&[endpoint], options, prompts).await.unwrap_err().error.as_ref().clone()
}

/// Answers every prompt with the same word and counts them.
fn answering(word: &'static str) -> (Prompts, tokio::task::JoinHandle<Vec<PromptRequest>>) {
    let (sender, mut asked) = mpsc::channel::<Prompt>(4);
    let counting = tokio::spawn(async move {
        let mut requests = Vec::new();
        while let Some(prompt) = asked.recv().await {
            requests.push(prompt.request.clone());
            prompt.answer(Some(word.into()));
        }
        requests
    });
    (Prompts::to(sender), counting)
}

#[tokio::test]
async fn an_encrypted_key_is_opened_with_a_passphrase_asked_for_once() {
    let sshd = Sshd::start();
    let key = sshd.path("encrypted");
    make_key(&key, "ed25519", "opensesame");
    std::fs::copy(key.with_extension("pub"), sshd.path("authorized_keys")).unwrap();
    let mut endpoint = sshd.endpoint();
    endpoint.identities = vec![Identity::KeyFile { path: key.clone() }];

    let unanswered = failure(endpoint.clone(), &without_retries(), &Prompts::nobody()).await;
    assert_eq!(
        unanswered,
        SshError::KeyFileUnusable { path: key.clone(), problem: KeyFileProblem::PassphraseUnanswered }
    );

    let (prompts, asked) = answering("wrong");
    let wrong = failure(endpoint.clone(), &without_retries(), &prompts).await;
    assert_eq!(wrong, SshError::KeyFileUnusable { path: key.clone(), problem: KeyFileProblem::WrongPassphrase });
    drop(prompts);
    assert_eq!(asked.await.unwrap().len(), 1);

    let (prompts, asked) = answering("opensesame");
    let route = [endpoint];
    let options = without_retries();
    let (first, second) = tokio::join!(connect(&route, &options, &prompts), connect(&route, &options, &prompts));
    first.unwrap();
    second.unwrap();
    drop(prompts);
    assert_eq!(asked.await.unwrap(), [PromptRequest::KeyPassphrase { path: key }]);
}

struct SshAgent(Child);

impl SshAgent {
    fn start(sshd: &Sshd) -> Self {
        let child = Command::new("ssh-agent")
            .args(["-D", "-a"])
            .arg(sshd.path("agent"))
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        while !sshd.path("agent").exists() {
            crate::common::pause();
        }
        Self(child)
    }

    fn add(sshd: &Sshd, key: &str) {
        let added = Command::new("ssh-add")
            .arg("-q")
            .arg(sshd.path(key))
            .env("SSH_AUTH_SOCK", sshd.path("agent"))
            .stderr(Stdio::null())
            .status();
        assert!(added.unwrap().success());
    }
}

impl Drop for SshAgent {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

#[tokio::test]
async fn the_agent_logs_in_with_the_chosen_key() {
    let sshd = Sshd::start();
    let options = ConnectOptions { agent_socket: Some(sshd.path("agent")), ..without_retries() };
    let with =
        |fingerprint: Option<String>| Endpoint { identities: vec![Identity::Agent { fingerprint }], ..sshd.endpoint() };
    let nobody = Prompts::nobody();
    let problem = |error: SshError| {
        let SshError::AgentUnusable { problem } = error else { panic!("{error}") };
        problem
    };
    assert!(matches!(problem(failure(with(None), &options, &nobody).await), AgentProblem::NotRunning(_)));
    let _agent = SshAgent::start(&sshd);
    assert_eq!(problem(failure(with(None), &options, &nobody).await), AgentProblem::Empty);
    make_key(&sshd.path("stranger"), "ed25519", "");
    SshAgent::add(&sshd, "stranger");
    SshAgent::add(&sshd, "client");
    let text = std::fs::read_to_string(sshd.path("client.pub")).unwrap();
    let ours = text.parse::<millwright_ssh::HostKey>().unwrap().fingerprint();
    connect(&[with(Some(ours))], &options, &nobody).await.unwrap();
    let first = failure(with(None), &options, &nobody).await;
    assert!(matches!(first, SshError::KeyRefused { .. }), "only the agent's first key is tried: {first}");
    let missing = "SHA256:nobody".to_owned();
    assert_eq!(
        problem(failure(with(Some(missing.clone())), &options, &nobody).await),
        AgentProblem::KeyMissing(missing)
    );
}

#[tokio::test]
async fn refusals_say_what_the_host_accepts() {
    let sshd = Sshd::start_with(Setup { lines: vec!["PasswordAuthentication yes".to_owned()], ..Setup::default() });
    std::fs::write(sshd.path("authorized_keys"), "").unwrap();
    make_key(&sshd.path("second"), "ed25519", "");
    let key = |name: &str| Identity::KeyFile { path: sshd.path(name) };
    let accepts = vec!["publickey".to_owned(), "password".to_owned()];
    let user = crate::common::user();
    let cases = [
        (vec![key("client"), key("second")], SshError::KeyRefused { user: user.clone(), accepts: accepts.clone() }),
        (vec![Identity::Password], SshError::PasswordRefused { user: user.clone(), accepts: accepts.clone() }),
        (
            vec![Identity::KeyboardInteractive],
            SshError::PasswordRefused { user: user.clone(), accepts: accepts.clone() },
        ),
        (vec![], SshError::AuthenticationRefused { user: user.clone(), accepts: accepts.clone() }),
        (
            vec![key("client"), Identity::Password],
            SshError::AuthenticationRefused { user: user.clone(), accepts: accepts.clone() },
        ),
    ];
    for (identities, expected) in cases {
        let (prompts, asked) = answering("certainly not the password");
        let endpoint = Endpoint { identities: identities.clone(), ..sshd.endpoint() };
        assert_eq!(failure(endpoint, &without_retries(), &prompts).await, expected, "{identities:?}");
        drop(prompts);
        assert_eq!(asked.await.unwrap().len(), usize::from(identities.contains(&Identity::Password)));
    }
    let public = std::fs::read_to_string(sshd.path("second.pub")).unwrap();
    let second: millwright_ssh::HostKey = public.parse().unwrap();
    assert!(!sshd.log().contains(&second.fingerprint()), "a second key was tried after a refusal");
}

#[tokio::test]
async fn unusable_key_files_are_told_apart_before_the_host_hears_of_them() {
    let sshd = Sshd::start();
    std::fs::write(sshd.path("text"), "not a key\n").unwrap();
    std::fs::write(sshd.path("broken"), "-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n").unwrap();
    type Check = fn(&KeyFileProblem) -> bool;
    let cases: [(&str, Check); 4] = [
        ("missing", |problem| matches!(problem, KeyFileProblem::Unreadable(_))),
        ("text", |problem| *problem == KeyFileProblem::NotAKey),
        ("client.pub", |problem| *problem == KeyFileProblem::NotAKey),
        ("broken", |problem| matches!(problem, KeyFileProblem::NotUnderstood(_))),
    ];
    for (name, check) in cases {
        let identities = vec![Identity::KeyFile { path: sshd.path(name) }];
        let error = failure(Endpoint { identities, ..sshd.endpoint() }, &without_retries(), &Prompts::nobody()).await;
        assert_eq!(error.code(), Code::CredentialUnusable, "{name}");
        assert!(matches!(&error, SshError::KeyFileUnusable { problem, .. } if check(problem)), "{name}: {error}");
    }
}

#[tokio::test]
async fn each_key_type_logs_in() {
    let sshd = Sshd::start();
    for key_type in ["ed25519", "ecdsa", "rsa"] {
        let key = sshd.path(&format!("user-{key_type}"));
        make_key(&key, key_type, "");
        std::fs::copy(key.with_extension("pub"), sshd.path("authorized_keys")).unwrap();
        let endpoint = Endpoint { identities: vec![Identity::KeyFile { path: key }], ..sshd.endpoint() };
        connect(&[endpoint], &without_retries(), &Prompts::nobody()).await.unwrap();
    }
}
