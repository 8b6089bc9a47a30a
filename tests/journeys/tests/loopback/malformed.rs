//! Input that means nothing: named with its place, and nothing written.

use millwright_journeys::{Fleet, Technician};
use millwright_lab::Sshd;

/// What is wrong, the file that it stands in (name and content), the command that reads it, the exit code, the code of
/// the fault, and what the message must name.
struct Case {
    what: &'static str,
    file: (&'static str, &'static str),
    words: &'static [&'static str],
    exit_code: i32,
    code: &'static str,
    names: &'static [&'static str],
}

const RECIPE: &str = "install tool all --yes --recipe tool.toml";

const CASES: &[Case] = &[
    Case {
        what: "a recipe with an unknown field",
        file: ("tool.toml", "format = 1\nproduct = \"tool\"\ntitel = \"Tool\"\n"),
        words: &[RECIPE],
        exit_code: 1,
        code: "invalid_recipe",
        names: &["tool.toml:3:1", "titel", "title"],
    },
    Case {
        what: "a recipe that is no TOML",
        file: ("tool.toml", "format = 1\nproduct = \n"),
        words: &[RECIPE],
        exit_code: 1,
        code: "invalid_recipe",
        names: &["tool.toml:2:"],
    },
    Case {
        what: "a recipe with a wrong type",
        file: ("tool.toml", "format = \"1\"\nproduct = 7\n"),
        words: &[RECIPE],
        exit_code: 1,
        code: "invalid_recipe",
        names: &["tool.toml:1:", "tool.toml:2:"],
    },
    Case {
        what: "a recipe of bytes that are no text",
        file: ("tool.toml", "\u{0}\u{1}"),
        words: &[RECIPE],
        exit_code: 1,
        code: "invalid_recipe",
        names: &["tool.toml:1:"],
    },
    Case {
        what: "a recipe that is not there",
        file: ("other.toml", ""),
        words: &[RECIPE],
        exit_code: 1,
        code: "local_file",
        names: &["tool.toml"],
    },
    Case {
        what: "a runbook with a step that does two things",
        file: (
            "workspace/runbooks/both.toml",
            "format = 1\nname = \"both\"\ntitle = \"B\"\ndescription = \"B\"\nread_only = true\n[[steps]]\n\
             name = \"x\"\nrun = \"true\"\nreboot = true\n",
        ),
        words: &["runbook run both all --yes"],
        exit_code: 1,
        code: "invalid_recipe",
        names: &["both.toml:9:", "run", "reboot"],
    },
    Case {
        what: "a CSV with an unknown column",
        file: ("hosts.csv", "path,adress\nacme/prod/web-1,192.0.2.1\n"),
        words: &["import csv hosts.csv"],
        exit_code: 1,
        code: "invalid_input",
        names: &["hosts.csv:1", "adress", "address"],
    },
    Case {
        what: "a CSV with bad cells in two rows",
        file: (
            "hosts.csv",
            "path,address,port\nacme/prod/a,192.0.2.1,70000\nacme/prod/ok,192.0.2.2,22\nacme//b,192.0.2.3,22\n",
        ),
        words: &["import csv hosts.csv"],
        exit_code: 1,
        code: "invalid_input",
        names: &["hosts.csv:2:23", "70000", "hosts.csv:4:1", "path"],
    },
    Case {
        what: "a CSV with an unclosed quote",
        file: ("hosts.csv", "path,address\nacme/prod/a,\"192.0.2.1\n"),
        words: &["import csv hosts.csv"],
        exit_code: 1,
        code: "invalid_input",
        names: &["hosts.csv:2"],
    },
    Case {
        what: "a CSV whose address is an option",
        file: ("hosts.csv", "path,address\nacme/prod/a,-oProxyCommand=id\n"),
        words: &["import csv hosts.csv"],
        exit_code: 1,
        code: "invalid_input",
        names: &["hosts.csv:2"],
    },
    Case {
        what: "a CSV with one host twice",
        file: ("hosts.csv", "path,address\nacme/prod/a,192.0.2.1\nacme/prod/a,192.0.2.2\n"),
        words: &["import csv hosts.csv"],
        exit_code: 1,
        code: "invalid_input",
        names: &["hosts.csv:3", "acme/prod/a"],
    },
    Case {
        what: "a CSV with a time zone that is none",
        file: ("hosts.csv", "path,address,time_zone\nacme/prod/a,192.0.2.1,Europe/Atlantis\n"),
        words: &["import csv hosts.csv"],
        exit_code: 1,
        code: "invalid_input",
        names: &["hosts.csv:2", "Europe/Atlantis"],
    },
    Case {
        what: "an ssh config with a bad port",
        file: ("config", "Host web\n  HostName 192.0.2.1\n  Port many\n"),
        words: &["import ssh-config config"],
        exit_code: 1,
        code: "invalid_input",
        names: &["config:3", "many"],
    },
    Case {
        what: "an ssh config whose quotes do not close",
        file: ("config", "Host web\n  User \"ops\n"),
        words: &["import ssh-config config"],
        exit_code: 1,
        code: "invalid_input",
        names: &["config:2"],
    },
    Case {
        what: "an Ansible inventory in INI with a bad header",
        file: ("hosts.ini", "[web\nweb-1 ansible_host=192.0.2.1\n"),
        words: &["import ansible hosts.ini"],
        exit_code: 1,
        code: "invalid_input",
        names: &["hosts.ini:1"],
    },
    Case {
        what: "an Ansible inventory in YAML with a bad indent",
        file: ("hosts.yaml", "all:\n  hosts:\n    web-1:\n   ansible_host: [\n"),
        words: &["import ansible hosts.yaml"],
        exit_code: 1,
        code: "invalid_input",
        names: &["hosts.yaml:"],
    },
    Case {
        what: "a file that is not there",
        file: ("other", ""),
        words: &["import csv nowhere.csv", "import ssh-config nowhere.csv", "import ansible nowhere.csv"],
        exit_code: 1,
        code: "local_file",
        names: &["nowhere.csv"],
    },
    Case {
        what: "a version that the product's scheme does not know",
        file: ("other", ""),
        words: &["install nginx@1:2:3~~! all --yes", "install nginx@ all --yes"],
        exit_code: 1,
        code: "invalid_input",
        names: &["version"],
    },
    Case {
        what: "a time zone that is none",
        file: ("other", ""),
        words: &["env add acme/test --timezone Mars/Olympus", "env edit acme/prod --timezone Mars/Olympus"],
        exit_code: 1,
        code: "invalid_input",
        names: &["Mars/Olympus"],
    },
    Case {
        what: "an address that is none",
        file: ("other", ""),
        words: &["host add acme/prod/x --address=-oProxyCommand=id", "host add acme/prod/x --address a/b"],
        exit_code: 1,
        code: "invalid_input",
        names: &["address"],
    },
    Case {
        what: "a client, an environment or a host that nobody knows",
        file: ("other", ""),
        words: &["host add acme/nowhere/x --address 192.0.2.1", "env add nobody/prod", "host show acme/prod/nobody"],
        exit_code: 1,
        code: "not_found",
        names: &["no"],
    },
    Case {
        what: "a parameter that the recipe does not have",
        file: ("other", ""),
        words: &["install nginx all --yes --set prot=80"],
        exit_code: 1,
        code: "invalid_recipe",
        names: &["prot"],
    },
    Case {
        what: "a value outside of its bounds",
        file: ("other", ""),
        words: &["install nginx all --yes --set listen_port=70000"],
        exit_code: 1,
        code: "invalid_recipe",
        names: &["listen_port", "65535"],
    },
];

#[test]
fn what_means_nothing_is_named_and_writes_nothing() {
    let sshd = Sshd::start().unwrap();
    let technician = Technician::with(&sshd.hosts(1));
    let (head, log) = (technician.audit_head(), sshd.log());
    let mut wrong = Vec::new();
    for Case { what, file: (name, content), words, exit_code, code, names } in CASES {
        let path = technician.file(name, content);
        for words in *words {
            let words: Vec<&str> = words.split(' ').collect();
            let ran = technician.run(&words);
            if ran.exit_code != Some(*exit_code) {
                wrong.push(format!("{what}: not {exit_code}: {}", ran.told()));
                continue;
            }
            let (found, message, hint) = ran.fault();
            let said = format!("{message}\n{hint}");
            if found != *code || names.iter().any(|name| !said.contains(name)) {
                wrong.push(format!("{what}: want {code} naming {names:?}: {}", ran.told()));
            }
        }
        std::fs::remove_file(path).unwrap();
    }
    // Words that the command line itself does not take.
    for words in ["host add acme/prod --address x", "host add A/b/c --address x", "env add acme", "run show", "fly"] {
        let ran = technician.run(&words.split(' ').collect::<Vec<_>>());
        if ran.exit_code != Some(2) || ran.stderr.is_empty() {
            wrong.push(ran.told());
        }
    }
    assert!(wrong.is_empty(), "{} wrong:\n{}", wrong.len(), wrong.join("\n"));
    assert_eq!(technician.audit_head(), head, "something was written");
    assert_eq!(sshd.log(), log, "a host heard of it");
}
