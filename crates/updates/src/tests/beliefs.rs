//! What a release folder may say, and where a release may come from.

use super::scene::{Scene, Signer};
use crate::Release;
use millwright_domain::Code;
use std::fs;

#[test]
fn what_this_build_believes_can_be_read() {
    let release = Release::built_in().unwrap();
    assert!(release.is_none_or(|release| !release.keys().is_empty()));
}

#[test]
fn a_release_folder_is_read_as_the_build_reads_it() {
    let folder = tempfile::tempdir().unwrap();
    let key = Signer::new();
    fs::write(folder.path().join("primary.pub"), key.public()).unwrap();
    let settings = "endpoint = \"https://example.org/{channel}/m.json\"\nkeys = [\"primary\"]\n";
    fs::write(folder.path().join("release.toml"), settings).unwrap();
    let release = Release::read(folder.path()).unwrap();
    assert_eq!(release, Release::parse(settings, &[("primary", &key.public())]).unwrap());
    assert_eq!(release.keys()[0].id, key.id());
    let stable = crate::Channel::Stable;
    assert_eq!(release.manifest_url(stable).unwrap().as_str(), "https://example.org/stable/m.json");
    assert_eq!(release.signature_url(stable).unwrap().as_str(), "https://example.org/stable/m.json.minisig");
}

#[test]
fn a_release_folder_that_cannot_be_used_says_why() {
    let key = Signer::new().public();
    let keys = [("primary", key.as_str()), ("broken", "not a key")];
    let endpoint = "endpoint = \"https://example.org/{channel}\"";
    let cases = [
        (endpoint.to_owned(), "missing field `keys`"),
        (format!("{endpoint}\nkeys = []"), "it names no key"),
        (format!("{endpoint}\nkeys = [\"offline\"]"), "there is no offline.pub"),
        (format!("{endpoint}\nkeys = [\"broken\"]"), "the key “broken” is not a minisign public key"),
        (format!("{endpoint}\nkeys = [\"primary\"]\nretired = [\"12\"]"), "“12” is not the id of a key"),
        (format!("{endpoint}\nkeys = [\"primary\"]\nsecret = 1"), "unknown field `secret`"),
        ("endpoint = \"{channel}\"\nkeys = [\"primary\"]".to_owned(), "the endpoint “stable” is not an address"),
        ("endpoint = \"http://example.org/\"\nkeys = [\"primary\"]".to_owned(), "over http"),
    ];
    for (settings, why) in cases {
        let fault = Release::parse(&settings, &keys).unwrap_err();
        assert!(fault.message.contains(why), "{settings}: {fault}");
    }
}

#[test]
fn only_a_test_may_come_without_encryption_and_only_from_near() {
    // The address, and whether a release's build and a test's build take it.
    let cases = [
        ("https://example.org/a", true, true),
        ("http://127.0.0.1:8080/a", false, true),
        ("http://[::1]/a", false, true),
        ("http://10.1.2.3/a", false, true),
        ("http://192.168.1.1/a", false, true),
        ("http://[fd00::1]/a", false, true),
        ("http://8.8.8.8/a", false, false),
        ("http://169.254.1.1/a", false, false),
        ("http://[2001:db8::1]/a", false, false),
        ("http://localhost/a", false, false),
        ("http://example.org/a", false, false),
        ("ftp://127.0.0.1/a", false, false),
        ("file:///etc/passwd", false, false),
    ];
    for (is_test, endpoint) in [(false, "https://example.org/{channel}"), (true, "http://127.0.0.1/{channel}")] {
        let mut scene = Scene::new();
        scene.allow_insecure_transport = is_test;
        let release = scene.release(endpoint).unwrap();
        for (url, for_release, for_test) in cases {
            let permitted = release.permit(&url.parse().unwrap());
            assert_eq!(permitted.is_ok(), if is_test { for_test } else { for_release }, "{url}, test: {is_test}");
            assert!(permitted.is_ok() || permitted.unwrap_err().code == Code::UpdateInsecureTransport);
        }
    }
}
