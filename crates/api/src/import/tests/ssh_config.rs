use super::{defaults, taken, told, told_all};
use crate::import::{IncludedFile, Includes, ReadSheet, read_ssh_config};
use millwright_domain::{Code, Fault};

fn read(text: &str) -> ReadSheet {
    read_ssh_config("config", text.as_bytes(), &defaults(), Includes::LeftOut)
}

#[test]
fn a_usual_configuration() {
    insta::assert_snapshot!(told(read(
        r#"
# Written by hand over ten years.
IgnoreUnknown Frobnicate
Frobnicate yes

Host bastion jump.acme.example
    HostName jump.acme.example
    User=ops
    Port = 2222
    IdentityFile "~/.ssh/acme key"
    ProxyJump none

Host acme/prod/web-1
    HostName 10.0.0.11
    user first
    User second

Host Web_2 db-1
    HostName %h.internal.example
    ProxyJump bastion
    IdentityFile ~/.ssh/a
    IdentityFile ~/.ssh/b

Host deep
    HostName deep.example
    ProxyJump admin@bastion:2022,db-1

Host via-command
    ProxyCommand ssh -W %h:%p bastion it's
    ProxyJump bastion

Host github.com
    User git

Match host *.internal.example
    Port 2200

Match exec "touch /tmp/pwned"
    User pwned

Host *.internal !bastion
    ServerAliveInterval 30

Host *
    User fallback
    StrictHostKeyChecking no
    UserKnownHostsFile /dev/null
"#
    )));
}

#[test]
fn the_first_value_wins_in_the_order_of_the_file() {
    let sheet =
        read("User early\nHost a\n  User late\n  Port 1\nHost *\n  Port 2\nHost b\n  Port 3\nMatch all\n  Port 4\n");
    let (hosts, _) = taken(sheet).unwrap();
    let found: Vec<_> = hosts.iter().map(|(_, row)| (row.user.as_str(), row.port)).collect();
    assert_eq!(found, [("early", 1), ("early", 2)]);
}

#[test]
fn jump_hosts_bring_their_own_way() {
    insta::assert_snapshot!(told(read(
        "Host inner\n ProxyJump middle\nHost middle\n ProxyJump outer.example\nHost plain\n ProxyJump middle,inner\n"
    )));
}

#[test]
fn what_is_wrong_is_told_with_its_place() {
    insta::assert_snapshot!(told_all(
        &[
            "",
            "Host *\n  User a\n",
            "Host a\n  Hostnmae b\n  Banana yes\n",
            "Host a\n  Port 0\n  User $(id)\n  HostName\n  Port 1 2\n",
            "Host a\n  HostName \"b\n",
            "Host a\n  HostName $(id)\n",
            "Host a\n  HostName %n.example\n",
            "Host -oProxyCommand=id\n  HostName b\n",
            "Host web-1\nHost WEB-1\n",
            "Host acme/prod/Web\n  HostName b\n",
            "Host a\n  IdentityFile ../id\n",
            "Host a\n  ProxyJump -oProxyCommand=id\n",
            "Host a b\n  ProxyJump a\n",
            "Host a\n  ProxyJump b\nHost b\n  ProxyJump a\n",
            "Host a\n  HostName a\u{202e}b\n",
        ],
        read
    ));
}

/// The file that each argument names, from a table.
fn with_files(text: &str, files: &[(&str, &str)]) -> ReadSheet {
    let mut reader = |argument: &str| match argument {
        "forbidden" => Err(Fault::new(Code::LocalFile, "forbidden cannot be read").with_hint("Check its mode.")),
        _ => Ok(files
            .iter()
            .filter(|(name, _)| *name == argument)
            .map(|(name, text)| IncludedFile { name: (*name).to_owned(), bytes: text.as_bytes().to_vec() })
            .collect()),
    };
    read_ssh_config("config", text.as_bytes(), &defaults(), Includes::Read(&mut reader))
}

#[test]
fn included_files_stand_where_they_are_included() {
    let included = "User inside\nHost x y\n  Port 1\n";
    let text = "Host x\n  Include more\n  Port 2\nHost y z\n  Port 3\nInclude nothing\n";
    insta::assert_snapshot!(told(with_files(text, &[("more", included)])));
    insta::assert_snapshot!(told_all(&["Include more\nHost a\n", "Include forbidden\n"], read));
}

#[test]
fn files_that_include_each_other_end() {
    for (text, files) in [
        ("Include a\n", vec![("a", "Include a\n")]),
        ("Include a\n", vec![("a", "Include a\nInclude a\n")]),
        ("Include a\n", vec![("a", "Include b b b b\n"), ("b", "Include a a a a\n")]),
        ("Include forbidden\n", vec![]),
    ] {
        let problems = taken(with_files(text, &files)).unwrap_err();
        assert!(problems.count() < 1000, "{problems}");
    }
}
