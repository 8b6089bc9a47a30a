use crate::common::{Setup, Sshd, make_key, trusted, without_retries};
use millwright_ssh::{HostKey, HostKeyPin, PinStanding, Prompts, SshError, Stage, connect, scan_host_key};

fn other_key(sshd: &Sshd, key_type: &str) -> HostKey {
    let path = sshd.path(&format!("other-{key_type}"));
    make_key(&path, key_type, "");
    std::fs::read_to_string(path.with_extension("pub")).unwrap().parse().unwrap()
}

/// sshd logs nothing about users or keys unless somebody tried to log in.
fn assert_no_login_was_tried(sshd: &Sshd) {
    sshd.wait_for_log("[preauth]");
    let log = sshd.log();
    for trace in ["publickey", "password", "Accepted", "Failed", "Invalid user", "authenticating user"] {
        assert!(!log.contains(trace), "{log}");
    }
}

#[tokio::test]
async fn a_key_that_is_not_the_pinned_one_stops_before_any_login() {
    type Pins = fn(&Sshd) -> Vec<HostKeyPin>;
    type Expected = fn(HostKey) -> SshError;
    let cases: [(&str, Pins, Expected); 5] = [
        ("no pin", |_| vec![], |offered| SshError::HostKeyUnknown { offered }),
        (
            "another key",
            |sshd| vec![trusted(other_key(sshd, "ed25519"))],
            |offered| SshError::HostKeyChanged { offered },
        ),
        (
            "another type",
            |sshd| vec![trusted(other_key(sshd, "ecdsa"))],
            |offered| SshError::HostKeyChanged { offered },
        ),
        ("another type", |sshd| vec![trusted(other_key(sshd, "rsa"))], |offered| SshError::HostKeyChanged { offered }),
        (
            "revoked",
            |sshd| vec![HostKeyPin { key: sshd.host_key("ed25519"), standing: PinStanding::Revoked }],
            |offered| SshError::HostKeyRevoked { offered },
        ),
    ];
    for (name, pins, expected) in cases {
        let sshd = Sshd::start();
        let mut endpoint = sshd.endpoint();
        endpoint.pins = pins(&sshd);
        let failure = connect(&[endpoint], &without_retries(), &Prompts::nobody()).await.unwrap_err();
        assert_eq!(*failure.error, expected(sshd.host_key("ed25519")), "{name}");
        assert_eq!(failure.stage, Stage::HostKey, "{name}");
        assert_no_login_was_tried(&sshd);
    }
}

#[tokio::test]
async fn a_host_with_several_keys_shows_the_pinned_one() {
    let sshd = Sshd::start_with(Setup { key_types: vec!["ed25519", "ecdsa", "rsa"], ..Setup::default() });
    for key_type in ["ed25519", "ecdsa", "rsa"] {
        let mut endpoint = sshd.endpoint();
        endpoint.pins = vec![trusted(sshd.host_key(key_type))];
        let session = connect(&[endpoint], &without_retries(), &Prompts::nobody()).await.unwrap();
        assert_eq!(*session.host_key(), sshd.host_key(key_type));
    }
}

#[tokio::test]
async fn a_host_certificate_beside_the_key_is_no_mismatch() {
    let sshd = Sshd::start_with(Setup { lines: vec![], key_types: vec!["ed25519"] });
    let authority = sshd.path("authority");
    make_key(&authority, "ed25519", "");
    let signed = std::process::Command::new("ssh-keygen")
        .args(["-q", "-h", "-I", "host", "-s"])
        .args([&authority, &sshd.path("ed25519.pub")])
        .status()
        .unwrap();
    assert!(signed.success());
    let line = format!("HostCertificate {}", sshd.path("ed25519-cert.pub").display());
    let config = std::fs::read_to_string(sshd.path("sshd_config")).unwrap();
    std::fs::write(sshd.path("sshd_config"), format!("{config}{line}\n")).unwrap();
    sshd.reload();
    connect(&[sshd.endpoint()], &without_retries(), &Prompts::nobody()).await.unwrap();
}

#[tokio::test]
async fn a_scan_returns_the_key_and_tries_no_login() {
    let sshd = Sshd::start();
    let mut endpoint = sshd.endpoint();
    endpoint.pins.clear();
    let key = scan_host_key(&[endpoint], &without_retries(), &Prompts::nobody()).await.unwrap();
    assert_eq!(key, sshd.host_key("ed25519"));
    assert_no_login_was_tried(&sshd);
}

#[tokio::test]
async fn a_host_with_only_sha1_has_no_common_algorithm() {
    let lines = vec!["KexAlgorithms diffie-hellman-group14-sha1".to_owned()];
    let sshd = Sshd::start_with(Setup { lines, ..Setup::default() });
    let failure = connect(&[sshd.endpoint()], &without_retries(), &Prompts::nobody()).await.unwrap_err();
    assert!(matches!(*failure.error, SshError::NoCommonAlgorithm { .. }), "{failure:?}");
    assert!(failure.error.hint().is_some_and(|hint| hint.contains("SHA-1")));
    assert_eq!(failure.stage, Stage::KeyExchange);
}
