use super::*;
use crate::examples::with_packages;
use std::process::Command;

fn named(names: &[&str]) -> Vec<PlannedPackage> {
    names.iter().map(|name| PlannedPackage { name: (*name).to_owned(), from: None, to: None }).collect()
}

#[test]
fn packages_are_expected_as_the_host_said_that_they_are() {
    let candidate = with_packages(
        "acme/prod/web-1",
        &["nginx amd64 1.22.1-9", "libc6 i386 2.36-9", "tzdata all 2025b-0", "held amd64 1.0 held"],
    );
    let known = candidate.known.as_ref().unwrap();
    let told = |known: &Known, name: &str| {
        let told = expected(&named(&[name]), &Packages::of(known));
        told.first().map_or("nothing".to_owned(), |package| match &package.standing {
            ExpectedStanding::Installed { version } => format!("{} {version}", package.name),
            ExpectedStanding::Absent => format!("no {}", package.name),
        })
    };
    for (name, expected) in [
        ("nginx", "nginx 1.22.1-9"),
        ("nginx:amd64", "nginx:amd64 1.22.1-9"),
        ("nginx:i386", "no nginx:i386"),
        ("libc6", "no libc6"),
        ("libc6:i386", "libc6:i386 2.36-9"),
        ("tzdata", "tzdata 2025b-0"),
        ("tzdata:amd64", "tzdata:amd64 2025b-0"),
        ("gone", "no gone"),
        // The guard would say that it is held now, and it was before.
        ("held", "nothing"),
    ] {
        assert_eq!(told(known, name), expected, "{name}");
    }
    let mut cut = known.clone();
    let facts = cut.facts.as_mut().unwrap();
    facts.gaps =
        serde_json::from_str(r#"[{ "part": "packages", "reason": { "kind": "unreadable", "lines": 1 } }]"#).unwrap();
    assert_eq!(told(&cut, "nginx"), "nginx 1.22.1-9");
    assert_eq!(told(&cut, "gone"), "nothing", "it may be in what could not be read");
    assert_eq!(told(&Known::default(), "nginx"), "nothing");
}

/// What the look at a probe says under each shell, when the probe was this text and showed that line.
fn look(probe: &str, line: &str) -> (Option<i32>, String) {
    let rendered = RenderedProbe {
        script: probe.to_owned(),
        privilege: Privilege::Login,
        timeout_seconds: 30,
        pattern: String::new(),
    };
    let known = Known { probe_line: Some(line.to_owned()), ..Known::default() };
    let script = probe_guard(&rendered, &known).unwrap().script;
    let mut answers = Vec::new();
    for shell in [&["sh"][..], &["dash"], &["bash", "--posix"], &["busybox", "sh"]] {
        if let Ok(output) = Command::new(shell[0]).args(&shell[1..]).args(["-c", &script]).output() {
            answers.push((output.status.code(), String::from_utf8(output.stdout).unwrap()));
        }
    }
    assert!(answers.iter().all(|answer| *answer == answers[0]), "{answers:?}");
    answers.remove(0)
}

#[test]
fn a_product_is_as_it_was_when_its_probe_shows_the_same_line() {
    assert_eq!(look("echo before\necho 'app 1.2 [x]'", "app 1.2 [x]"), (Some(0), String::new()));
    assert_eq!(look("printf 'app 1.2\\r\\n'; exit 3 # ended", "app 1.2"), (Some(0), String::new()));
    let (code, said) = look("echo app 1.20", "app 1.2");
    assert_eq!(code, Some(65));
    assert_eq!(said, "When the plan was made, the version probe showed: app 1.2\nNow it shows: app 1.20\n");
    let (code, said) = look("echo 'app: not found' >&2; exit 127", "app 1.2");
    assert_eq!(code, Some(65));
    assert!(said.ends_with("Now it shows: app: not found\n"), "{said}");
    assert_eq!(look("printf '%s\\n' -e", "-e").0, Some(0));
}

#[test]
fn a_product_that_was_not_there_leaves_nothing_to_look_for() {
    let probe = RenderedProbe {
        script: "true".into(),
        privilege: Privilege::Login,
        timeout_seconds: 30,
        pattern: String::new(),
    };
    assert_eq!(probe_guard(&probe, &Known::default()), None);
}
