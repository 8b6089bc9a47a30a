//! Files that are made to hurt: each ends in a bounded error, or in text that does nothing.

use super::{defaults, taken};
use crate::import::{
    Header, Includes, MAXIMUM_BYTES, MAXIMUM_HOSTS, MAXIMUM_LINE_BYTES, ReadSheet, read_ansible, read_csv,
    read_ssh_config,
};
use proptest::prelude::*;

fn every_reader(bytes: &[u8]) -> [ReadSheet; 5] {
    [
        read_csv("x.csv", bytes, &defaults(), Header::Strict),
        read_csv("x.csv", bytes, &defaults(), Header::Guessed),
        read_ssh_config("config", bytes, &defaults(), Includes::LeftOut),
        read_ansible("x.ini", bytes, &defaults()),
        read_ansible("x.yml", bytes, &defaults()),
    ]
}

#[test]
fn bytes_that_are_no_text_are_refused_by_every_reader() {
    let cases: [(&str, Vec<u8>, &str); 6] = [
        ("too large", vec![b'#'; MAXIMUM_BYTES + 1], "bytes"),
        ("long line", vec![b'a'; MAXIMUM_LINE_BYTES + 1], "a line has at most"),
        ("UTF-16", b"\xff\xfeH\0o\0".to_vec(), "UTF-16"),
        ("invalid UTF-8", b"Host a\n\xc3\x28".to_vec(), "UTF-8"),
        ("NUL", b"Host \0a".to_vec(), "U+0000"),
        ("escape", b"# \x1b]52;c;aGk=\x07".to_vec(), "U+001B"),
    ];
    for (what, bytes, expected) in cases {
        for result in every_reader(&bytes) {
            let problems = taken(result).unwrap_err();
            assert_eq!(problems.count(), 1, "{what}: {problems}");
            assert!(problems.to_string().contains(expected), "{what}: {problems}");
        }
    }
}

#[test]
fn yaml_that_grows_or_digs_is_refused() {
    let mut laughs = "a0: &a0 [x, x, x, x, x, x, x, x, x, x]\n".to_owned();
    for level in 1..12 {
        let alias = format!("*a{}", level - 1);
        laughs.push_str(&format!("a{level}: &a{level} [{}]\n", [alias.as_str(); 10].join(", ")));
    }
    let deep_flow = "[".repeat(10_000);
    let deep_block: String = (0..1_000).map(|depth| format!("{}a:\n", " ".repeat(depth))).collect();
    let deep_aliases: String = "a0: &a0 [x]\n".to_owned()
        + &(1..200).map(|level| format!("a{level}: &a{level} [*a{}]\n", level - 1)).collect::<String>();
    for text in [laughs, deep_flow, deep_block, deep_aliases] {
        assert!(taken(read_ansible("x.yml", text.as_bytes(), &defaults())).is_err(), "{text:.40}");
    }
}

#[test]
fn too_many_hosts_are_refused() {
    let rows: String = (0..=MAXIMUM_HOSTS).map(|index| format!("a/b/c{index},c.example\n")).collect();
    let names: String = (0..=MAXIMUM_HOSTS).map(|index| format!("Host c{index}\n")).collect();
    let results = [
        read_csv("x.csv", format!("path,address\n{rows}").as_bytes(), &defaults(), Header::Strict),
        read_ssh_config("config", names.as_bytes(), &defaults(), Includes::LeftOut),
        read_ansible("x.ini", b"a[1:60000]\nb[1:60000]\n", &defaults()),
        read_ansible("x.ini", "a[1:99999] b=1\n".repeat(1_000).as_bytes(), &defaults()),
        read_ansible("x.yml", b"all: {hosts: {'a[1:60000]': , 'b[1:60000]': }}", &defaults()),
    ];
    for result in results {
        let problems = taken(result).unwrap_err();
        assert!(problems.to_string().contains("more than"), "{problems}");
    }
}

#[test]
fn patterns_that_would_take_for_ever_are_refused() {
    let names: String = (0..20_000).map(|index| format!("Host name-{index}\n")).collect();
    let patterns = format!("Host {}\n", "*a*a*a*b ".repeat(6_000)).repeat(4);
    let sheet = read_ssh_config("config", (names + &patterns).as_bytes(), &defaults(), Includes::LeftOut);
    let problems = taken(sheet).unwrap_err();
    assert!(problems.to_string().contains("too many times"), "{problems}");
}

#[test]
fn what_looks_like_a_command_stays_text() {
    for text in ["Host $(touch${IFS}pwned)\n  HostName a.example\n", "Host `id`\n  HostName a.example\n"] {
        let sheet = read_ssh_config("config", text.as_bytes(), &defaults(), Includes::LeftOut);
        let (hosts, notes) = taken(sheet).unwrap();
        assert!(hosts[0].1.path.host.as_str().bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-'));
        assert_eq!(notes.len(), 1);
    }
}

proptest! {
    #[test]
    fn random_bytes_never_panic(bytes in proptest::collection::vec(any::<u8>(), 0..500)) {
        _ = every_reader(&bytes).map(taken);
    }

    #[test]
    fn random_lines_never_panic(
        words in proptest::collection::vec(
            proptest::sample::select(vec![
                "Host", "Match", "ProxyJump", "HostName", "IdentityFile", "a", "b",
                "*", "!a", "%h", "~/x", " ", "  ", "\n", "\n  ", "\"",
                "'", "\\", "#", "=", ",", ";", ":", ": ", "- ",
                "[", "]", "{", "}", "&x ", "*x", "<<", "!vault ", "|",
                "? ", "---\n", "1", "01", "all", "hosts", "vars",
                "children", "[g]", "[g:vars]", "[g:children]", "ansible_host",
                "ansible_port", "path,address\n", "a/b/c", "é",
            ]),
            0..60,
        )
    ) {
        _ = every_reader(words.concat().as_bytes()).map(taken);
    }
}
