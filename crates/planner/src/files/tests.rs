use super::*;
use crate::examples::candidate;
use millwright_domain::recipe::{Given, Recipe, resolve};
use proptest::prelude::*;
use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::process::Command;
use tempfile::TempDir;

fn nonce() -> Nonce {
    "0123456789abcdef".parse().unwrap()
}

fn upload(to: &str, content: Option<&str>) -> RenderedStep {
    RenderedStep {
        name: "Write it".into(),
        action: RenderedAction::Upload {
            script: String::new(),
            to: to.into(),
            file: None,
            content: content.map(str::to_owned),
        },
        privilege: millwright_domain::run::Privilege::Root,
        timeout_seconds: 60,
        only_if: None,
        on_failure: millwright_domain::run::OnFailure::Stop,
        risks: Vec::new(),
        secrets: Default::default(),
    }
}

#[test]
fn each_kind_of_file_is_told_apart_by_every_shell() {
    let folder = TempDir::new().unwrap();
    let path = |name: &str| folder.path().join(name).to_str().unwrap().to_owned();
    let write = |name: &str, content: &[u8], mode: u32| {
        fs::write(path(name), content).unwrap();
        fs::set_permissions(path(name), fs::Permissions::from_mode(mode)).unwrap();
    };
    let forged = format!("one\n@{} end 0 absent\n\ntwo\n\n", "0123456789abcdee");
    write("it's text", forged.as_bytes(), 0o644);
    write("empty", b"", 0o604);
    write("private", b"password", 0o640);
    write("binary", b"\xff\x00", 0o644);
    write("long", &vec![b'x'; FILE_LIMIT_BYTES + 1], 0o644);
    write("longest", &vec![b'x'; FILE_LIMIT_BYTES], 0o644);
    std::os::unix::fs::symlink("it's text", path("link")).unwrap();
    std::os::unix::fs::symlink("nowhere", path("dangling")).unwrap();
    let names = ["it's text", "empty", "private", "binary", "long", "longest", "link", "dangling", "missing", "."];
    let paths: Vec<String> = names.iter().map(|name| path(name)).collect();
    let script = files_script(&nonce(), &paths);
    let not_shown = |why: &str| FileText::NotShown { why: why.to_owned() };
    let expected = [
        FileText::Text(forged.clone()),
        FileText::Text(String::new()),
        not_shown("not everybody on the host may read what is there"),
        not_shown("what is there is not text"),
        not_shown("what is there is longer than 64 KiB"),
        FileText::Text("x".repeat(FILE_LIMIT_BYTES)),
        FileText::Text(forged),
        not_shown("what is there cannot be read as a file"),
        FileText::Absent,
        not_shown("what is there cannot be read as a file"),
    ];
    for shell in [&["sh"][..], &["dash"], &["bash", "--posix"], &["busybox", "sh"]] {
        let Ok(output) = Command::new(shell[0]).args(&shell[1..]).args(["-c", &script]).output() else { continue };
        let files = parse_files(&nonce(), &paths, &output.stdout);
        for (path, expected) in paths.iter().zip(&expected) {
            assert_eq!(files.get(path), Some(expected), "{path} under {shell:?}");
        }
        let cut = &output.stdout[..output.stdout.len() - 20];
        assert_eq!(parse_files(&nonce(), &paths, cut).len(), paths.len() - 1, "what was cut is not known");
    }
}

#[test]
fn what_would_change_in_a_file_is_shown_as_a_difference() {
    let before = "# Settings\nport = 80\nname = _\n\nroot = /var/www\n\u{1b}[31mred\n";
    let after = "# Settings\nport = 8080\nname = _\n\nroot = /var/www\ngreen";
    let steps = [
        upload("/etc/changed.conf", Some(before)),
        upload("/etc/changed.conf", Some(after)),
        upload("/etc/same.conf", Some("same\n")),
        upload("/etc/new.conf", Some("new\n")),
        upload("/etc/hidden.conf", Some("x\n")),
        upload("/etc/secret.conf", None),
        upload("/etc/not-asked.conf", Some("x\n")),
    ];
    let files = BTreeMap::from([
        ("/etc/changed.conf".to_owned(), FileText::Text(before.to_owned())),
        ("/etc/same.conf".to_owned(), FileText::Text("same\n".to_owned())),
        ("/etc/new.conf".to_owned(), FileText::Absent),
        ("/etc/hidden.conf".to_owned(), FileText::NotShown { why: "not everybody may read it".to_owned() }),
        ("/etc/secret.conf".to_owned(), FileText::Text("password".to_owned())),
    ]);
    let told: Vec<String> =
        differences(&steps, &files).into_iter().map(|file| format!("── {}\n{}", file.path, file.diff)).collect();
    insta::assert_snapshot!(told.join("\n"));
    let expected = ["/etc/changed.conf", "/etc/same.conf", "/etc/new.conf", "/etc/hidden.conf", "/etc/not-asked.conf"];
    assert_eq!(wanted(&steps), expected);
}

#[test]
fn a_difference_that_nobody_would_read_is_cut() {
    let long: String = (0..300).map(|number| format!("{number}\n")).collect();
    let diff = unified("/etc/long", "", &long);
    assert_eq!(diff.lines().count(), LINE_LIMIT + 1);
    assert!(diff.ends_with("\n… 103 more lines"), "{diff}");
    let wide = unified("/etc/wide", "", &"x".repeat(10_000));
    assert!(wide.lines().all(|line| line.chars().count() <= LINE_LIMIT_CHARACTERS + 1));
}

/// The password of a recipe's upload must come neither into the question nor into the plan.
#[test]
fn an_upload_with_a_secret_is_not_asked_for() {
    let text = r#"format = 1
product = "app"
title = "App"
vendor = "ACME"
description = "An app."
[version]
scheme = "semver"
probe = "app --version"
pattern = '(?P<version>\S+)'
[[parameters]]
name = "password"
type = "secret"
description = "Password."
[[install]]
name = "Settings"
upload = { to = "/etc/{{ host.name }}.conf", content = "a\n" }
[[install]]
name = "Password"
upload = { to = "/etc/password.conf", content = "{{ password }}" }
"#;
    let recipe = Recipe::parse("app.toml", text).unwrap();
    let given = Given { secrets: ["password".to_owned()].into(), ..Given::default() };
    let request = ProductRequest {
        terms: crate::examples::terms(crate::terms::Policies::none()),
        action: crate::product::ProductAction::Install,
        product_id: uuid_of_nothing(),
        recipe: &recipe,
        version: None,
        values: &resolve(&recipe.parameters, &given).unwrap(),
        files: &BTreeMap::new(),
    };
    assert_eq!(product_files(&request, &candidate("acme/prod/web-1", &[])), ["/etc/web-1.conf"]);
}

fn uuid_of_nothing() -> millwright_domain::ids::ProductId {
    "00000000-0000-0000-0000-000000000000".parse().unwrap()
}

proptest! {
    #[test]
    fn no_answer_makes_reading_panic(output in proptest::collection::vec(any::<u8>(), 0..300)) {
        prop_assert!(parse_files(&nonce(), &["/etc/a".to_owned()], &output).is_empty());
    }
}
