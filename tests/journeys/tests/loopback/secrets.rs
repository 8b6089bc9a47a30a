//! A secret goes to the host that needs it, and nowhere else.

use millwright_journeys::{Fleet, Technician, eventually};
use millwright_lab::Sshd;
use std::{fs, path::Path};

const CANARY: &str = "canary-7f3d9b51c2-of-a-secret";

const RUNBOOK: &str = r#"
format = 1
name = "log-in"
title = "Logs in somewhere"
description = "Uses a password, and carelessly prints it."
read_only = false

[[parameters]]
name = "password"
type = "secret"
description = "Of the account."

[[parameters]]
name = "marker"
type = "string"
description = "A file that tells that it runs, and another that lets it go on."

[[steps]]
name = "Use it"
run = '''
set -eu
password={{ password }}
printf 'of %s characters: %s\n' "$(printf %s "$password" | wc -c)" "$password"
touch {{ marker }}
while [ ! -e {{ marker }}-go-on ]; do sleep 0.1; done
printf %s "$password" | cut -c 1-10 | tr -d '\n'
# Long enough for both pieces to come on their own.
sleep 1
printf %s "$password" | cut -c 11-
'''
"#;

/// Processes whose arguments or environment hold a text, as their `/proc` path.
fn processes_with(text: &str) -> Vec<String> {
    let holds = |path: &Path| fs::read(path).is_ok_and(|bytes| contains(&bytes, text));
    fs::read_dir("/proc")
        .unwrap()
        .flatten()
        .map(|entry| entry.path())
        .flat_map(|process| ["cmdline", "environ"].map(|part| process.join(part)))
        .filter(|path| holds(path))
        .map(|path| path.display().to_string())
        .collect()
}

fn contains(bytes: &[u8], text: &str) -> bool {
    bytes.windows(text.len()).any(|window| window == text.as_bytes())
}

/// Every file below a folder that holds a text.
fn files_with(text: &str, folder: &Path) -> Vec<String> {
    let Ok(entries) = fs::read_dir(folder) else { return Vec::new() };
    let mut found = Vec::new();
    for path in entries.flatten().map(|entry| entry.path()) {
        if path.is_dir() {
            found.extend(files_with(text, &path));
        } else if fs::read(&path).is_ok_and(|bytes| contains(&bytes, text)) {
            found.push(path.display().to_string());
        }
    }
    found
}

#[test]
fn a_secret_is_in_no_list_of_processes_no_database_and_no_output() {
    let _alone = crate::one_change_at_a_time();
    let sshd = Sshd::start().unwrap();
    let hosts = sshd.hosts(1);
    let technician = Technician::with(&hosts);
    technician.file("workspace/runbooks/log-in.toml", RUNBOOK);
    let secret = technician.file("the-secret", format!("{CANARY}\n"));
    let marker = technician.folder().join("marker");
    let values = [format!("password={secret}"), format!("marker={}", marker.display())];
    let words = ["runbook", "run", "log-in", "all", "--yes", "--secret", &values[0], "--set", &values[1]];
    let planned = technician.run(&[&words[..], &["--dry-run"]].concat()).ends(0);
    assert!(!contains(&planned.stdout, CANARY), "{}", planned.told());

    // Looked at from before the start until the step is in the middle of its work.
    let mut running = technician.spawn(&words);
    eventually("the step at work", || {
        assert_eq!(processes_with(CANARY), Vec::<String>::new());
        assert!(running.is_running());
        marker.exists().then_some(())
    });
    // What proves that the look sees something: the marker's path stands in the arguments of ours.
    assert!(!processes_with(&values[1]).is_empty());
    fs::write(technician.folder().join("marker-go-on"), "").unwrap();
    let ran = running.wait().ends(0);
    let id = ran.run()["id"].as_str().unwrap().to_owned();
    let output = technician.output(&id, &hosts[0].path);
    let shown = String::from_utf8_lossy(&output).into_owned();
    assert!(shown.starts_with(&format!("of {} characters: ", CANARY.len())), "the host had it: {shown}");
    assert!(!contains(&output, CANARY), "{shown}");
    assert!(!contains(&ran.stdout, CANARY) && !ran.stderr.contains(CANARY), "{}", ran.told());
    assert_eq!(files_with(CANARY, &technician.workspace()), Vec::<String>::new());
    assert!(!files_with("characters: ", &technician.workspace()).is_empty(), "the output itself is there");
    // Nothing of it stays on the host: `run` has told the host that it may forget the job.
    for folder in ["/var/lib/millwright", &format!("{}/.local/state/millwright", env!("HOME"))] {
        assert_eq!(files_with(CANARY, Path::new(folder)), Vec::<String>::new());
    }
    technician.audit_head();
}

#[test]
fn a_secret_that_is_missing_is_told_and_nothing_starts() {
    let _alone = crate::one_change_at_a_time();
    let sshd = Sshd::start().unwrap();
    let hosts = sshd.hosts(1);
    let technician = Technician::with(&hosts);
    technician.file("workspace/runbooks/log-in.toml", RUNBOOK);
    let (head, log) = (technician.audit_head(), sshd.log());
    let run = ["runbook", "run", "log-in", "all", "--yes", "--set", "marker=x"];
    let ran = technician.run(&run).ends(1);
    let (code, message, _) = ran.fault();
    assert_eq!(code, "invalid_recipe", "{}", ran.told());
    assert!(message.contains("password"), "{message}");
    // A secret among plain values would stand in the history of a shell and in the list of processes.
    let ran = technician.run(&[&run[..], &["--set", &format!("password={CANARY}")]].concat()).ends(1);
    let (code, message, hint) = ran.fault();
    assert_eq!(code, "invalid_recipe", "{}", ran.told());
    assert!(message.contains("password") && !hint.is_empty(), "{}", ran.told());
    assert!(!contains(&ran.stdout, CANARY), "{}", ran.told());
    assert_eq!((technician.audit_head(), sshd.log()), (head, log));
}
