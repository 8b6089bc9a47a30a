//! A host's identity: nothing is said to a host that is not the one that was trusted.

use millwright_journeys::{Fleet, Technician, fault_of};
use millwright_lab::{KeyAlgorithm, Sshd};

#[test]
fn an_unknown_key_is_refused_with_its_fingerprint_and_the_command_that_trusts_it() {
    let sshd = Sshd::start().unwrap();
    let hosts = sshd.hosts(1);
    let host = &hosts[0];
    let technician = Technician::new();
    technician.add_all(&hosts);

    let ran = technician.run(&["exec", "all", "--", "true"]).ends(5);
    let job = ran.job(&host.path);
    assert_eq!(job["state"], "unreachable");
    let (code, message, hint) = fault_of(&job["error"]);
    assert_eq!(code, "host_key_unknown");
    assert!(message.contains(&host.fingerprint), "{message}");
    assert!(hint.contains(&format!("millwright host trust {}", host.path)), "{hint}");

    // Nobody is here to say yes.
    let (code, message, hint) = technician.run(&["host", "trust", &host.path]).ends(5).fault();
    assert_eq!(code, "host_key_unknown");
    assert!(message.contains(&host.fingerprint), "{message}");
    let command = format!("millwright host trust {} --fingerprint {}", host.path, host.fingerprint);
    assert!(hint.contains(&command), "{hint}");

    let wrong = ["host", "trust", &host.path, "--fingerprint", "SHA256:AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"];
    assert_eq!(technician.run(&wrong).ends(5).fault().0, "host_key_changed");
    assert_eq!(technician.run(&["host", "check", "all"]).ends(5).json()["checks"][0]["steps"][2]["name"], "host_key");
    assert_eq!(sshd.authentication_attempts(), 0, "{}", sshd.log());

    technician.trust(host);
    technician.run(&["exec", "all", "--", "true"]).ends(0);
    assert!(sshd.authentication_attempts() > 0, "the count must be able to move");
}

#[test]
fn a_changed_key_and_a_key_of_another_type_stop_everything_before_authentication() {
    let mut sshd = Sshd::start().unwrap();
    let hosts = sshd.hosts(3);
    let technician = Technician::with(&hosts);
    technician.run(&["exec", "all", "--", "true"]).ends(0);
    for (algorithm, what) in [(KeyAlgorithm::Ed25519, "another key"), (KeyAlgorithm::Ecdsa, "another type")] {
        sshd.replace_host_keys(&[algorithm]).unwrap();
        let before = sshd.authentication_attempts();
        for words in [vec!["exec", "all", "--", "true"], vec!["exec", "all", "--detach", "--", "true"]] {
            let ran = technician.run(&words).ends(5);
            for host in &hosts {
                let (code, message, _) = fault_of(&ran.job(&host.path)["error"]);
                assert_eq!(code, "host_key_changed", "{what}: {}", ran.told());
                assert!(message.contains(&sshd.host_keys()[0].fingerprint()), "{what}: {message}");
                assert_eq!(ran.job(&host.path)["state"], "unreachable", "{what}");
            }
        }
        for words in [vec!["facts", "refresh", "all"], vec!["patch", "all", "--yes"], vec!["host", "check", "all"]] {
            technician.run(&words).ends(5);
        }
        assert_eq!(sshd.authentication_attempts(), before, "{what}: {}", sshd.log());
    }

    // A new key that somebody has compared is trusted, and only then.
    let fingerprint = sshd.host_keys()[0].fingerprint();
    technician.run(&["host", "trust", &hosts[0].path, "--fingerprint", &fingerprint]).ends(0);
    let ran = technician.run(&["exec", "all", "--", "true"]).ends(3);
    assert_eq!(ran.job(&hosts[0].path)["state"], "succeeded");
    assert_eq!(ran.job(&hosts[1].path)["error"]["code"], "host_key_changed");
}
