use super::*;
use crate::library::{read_recipe, read_runbook};
use millwright_domain::recipe::{Given, Runbook, Template, UndoRule, Values, resolve};
use proptest::prelude::*;
use std::process::{Command, Stdio};

const PARAMETERS: &str = r#"
[[parameters]]
name = "text"
type = "string"
description = "Any text."

[[parameters]]
name = "flag"
type = "boolean"
description = "A flag."
default = false

[[parameters]]
name = "port"
type = "integer"
description = "A port."
default = 8080

[[parameters]]
name = "password"
type = "secret"
description = "A secret."
required = false
"#;

fn source(steps: &str) -> String {
    format!("format = 1\nname = \"x\"\ntitle = \"X\"\ndescription = \"x\"\nread_only = false\n{PARAMETERS}\n{steps}")
}

fn run_step(script: &str) -> String {
    source(&format!("[[steps]]\nname = \"a\"\nrun = '''\n{script}\n'''\n"))
}

fn values(runbook: &Runbook, text: &str, flag: &str, secrets: &[&str]) -> Values {
    let given = Given {
        values: [("text".to_owned(), text.to_owned()), ("flag".to_owned(), flag.to_owned())].into_iter().collect(),
        secrets: secrets.iter().map(|name| (*name).to_owned()).collect(),
    };
    resolve(&runbook.parameters, &given).unwrap()
}

fn host() -> HostContext {
    HostContext {
        name: "web-1".into(),
        client: "acme".into(),
        environment: "prod".into(),
        os_id: "debian".into(),
        os_version_id: "12".into(),
        requested_version: Some("1.2".into()),
        installed_version: None,
    }
}

fn render_runbook(toml: &str, text: &str, flag: &str) -> Result<Vec<RenderedStep>, RenderError> {
    let runbook = read_runbook("x.toml", toml).unwrap_or_else(|error| panic!("{error}\n{toml}"));
    let values = values(&runbook, text, flag, &["password"]);
    render_steps(&runbook.steps, &Inputs { parameters: &runbook.parameters, values: &values, host: &host() })
}

fn script_of(step: &RenderedStep) -> &str {
    match &step.action {
        RenderedAction::Shell { script } | RenderedAction::Upload { script, .. } => script,
        RenderedAction::Package { .. } | RenderedAction::Reboot => panic!("{step:?} has no script"),
    }
}

fn shells() -> Vec<&'static [&'static str]> {
    let all: [&[&str]; 4] = [&["sh"], &["dash"], &["bash", "--posix"], &["busybox", "sh"]];
    let runs = |shell: &[&str]| {
        Command::new(shell[0]).arg("--help").stdout(Stdio::null()).stderr(Stdio::null()).status().is_ok()
    };
    all.into_iter().filter(|shell| shell[0] == "sh" || runs(shell)).collect()
}

#[test]
fn templates_that_cannot_be_rendered_are_refused_with_a_place_and_a_hint() {
    let cases = [
        ("unknown name", "echo {{ txet }}"),
        ("unknown fact", "echo {{ host.nmae }}"),
        ("unknown filter", "echo {{ text | uper }}"),
        ("unclosed", "echo {{ text"),
        ("a length in sh", "echo ${#x}"),
        ("loop", "{% for x in text %}{% endfor %}"),
        ("assignment", "{% set x = text %}"),
        ("syntax", "echo {{ text + }}"),
        ("open if", "{% if flag %}echo"),
        ("tests", "{% if text is defined %}echo{% endif %}"),
        ("empty", "echo {{ }}"),
        ("single quotes", "echo 'Hello {{ text }}'"),
        ("double quotes", "echo first\necho \"Hello {{ text }}\""),
        ("substitution in double quotes", "echo \"$(echo \"{{ text }}\")\""),
        ("comment", "echo # {{ text }}"),
        ("comment after an escaped newline", "echo \\\n# {{ text }}"),
        ("backslash", "echo \\{{ text }}"),
        ("dollar", "echo ${{ text }}"),
        ("expansion", "echo ${x:-{{ text }}}"),
        ("arithmetic", "echo $(({{ port }} + 1))"),
        ("here-document", "cat <<EOF\n{{ text }}\nEOF"),
        ("backquotes", "echo `echo {{ text }}`"),
        ("case in a substitution", "echo $(case x in a) echo {{ text }};; esac)"),
        ("copied descriptor", "echo x >&{{ text }}"),
        ("open quote", "echo 'a\necho {{ text }}"),
        ("raw put together", "echo {{ (text ~ port) | raw }}"),
        ("secret in an expression", "echo {{ password ~ text }}"),
        ("secret compared", "{% if password == text %}echo{% endif %}"),
        ("raw secret", "echo {{ password | raw }}"),
        ("file of no secret", "cat {{ text | file }}"),
    ];
    let mut report = String::new();
    for (title, script) in cases {
        let diagnostics = read_runbook("x.toml", &run_step(script)).expect_err(title);
        report.push_str(&format!("── {title}\n{diagnostics}\n"));
    }
    insta::assert_snapshot!(report);
}

#[test]
fn values_become_words_wherever_they_may_stand() {
    let script = "x={{ text }}\necho \"$x\" --port={{ port }} $(echo {{ text }}) \"$(echo {{ text | upper }})\"\n\
                  case {{ text }} in a) echo {{ flag }};; esac # it's a comment\n( echo {{ host.name }} ) >{{ text }}\n\
                  echo $((1 + 2)) ${x:-y} {{ request.version }}\n\
                  {% if flag %}\necho yes\n{% else %}\necho no\n{% endif %}\n\
                  printf %s {{ password }}; cat {{ password | file }}; {{ text | raw }}";
    let steps = render_runbook(&run_step(script), "it's", "true").unwrap();
    assert_eq!(steps[0].risks, ["raw value of parameter text"]);
    assert_eq!(steps[0].secrets.iter().collect::<Vec<_>>(), ["password"]);
    insta::assert_snapshot!(script_of(&steps[0]));
}

#[test]
fn an_optional_secret_that_is_not_there_is_asked_for_first() {
    let render = |script: &str| {
        let runbook = read_runbook("x.toml", &run_step(script)).unwrap();
        let values = values(&runbook, "x", "no", &[]);
        render_steps(&runbook.steps, &Inputs { parameters: &runbook.parameters, values: &values, host: &host() })
    };
    let asked = render("{% if password %}cat {{ password | file }}{% else %}echo none{% endif %}").unwrap();
    assert_eq!(script_of(&asked[0]), "echo none\n");
    for script in ["printf %s {{ password }}", "cat {{ password | file }}"] {
        let fault = millwright_domain::Fault::from(render(script).unwrap_err());
        assert_eq!(fault.message, "step “a”: a value that was not given is used");
    }
}

#[test]
fn the_place_of_a_value_is_read_again_in_the_branch_that_is_taken() {
    // Read with every branch in it, the quotes pair up; in the branch that is taken they do not.
    let toml = run_step("echo {% if flag %}\"{% endif %}{% if not flag %}\"{% endif %}\necho {{ text }}");
    let error = render_runbook(&toml, "x", "true").unwrap_err();
    assert_eq!(error.to_string(), "step “a”: a value stands between double quotes");
}

#[test]
fn other_texts_take_values_as_they_are_and_refuse_what_would_break_them() {
    let step = |fields: &str| source(&format!("[[steps]]\nname = \"a\"\n{fields}\n"));
    let upload =
        step("upload = { to = \"/etc/x.conf\", content = \"a={{ text }}\\np={{ password }}\\n\", owner = \"www\" }");
    let steps = render_runbook(&upload, "it's $HOME", "no").unwrap();
    assert!(steps[0].secrets.contains("password"));
    let head: Vec<&str> = script_of(&steps[0]).lines().take(9).collect();
    insta::assert_snapshot!(head.join("\n"));
    let refused = [
        (upload.clone(), "two\nlines"),
        (step("upload = { to = \"{{ text }}\", content = \"\" }"), "etc/x"),
        (step("upload = { to = \"{{ text }}\", content = \"\" }"), "/etc/../x"),
        (step("upload = { to = \"/x\", content = \"\", owner = \"{{ text }}\" }"), "-R"),
        (step("package = { action = \"install\", names = [\"{{ text }}\"] }"), "--purge"),
        (step("package = { action = \"install\", names = [\"a\"], version = \"{{ text }}\" }"), "1 2"),
        (step("service = { name = \"{{ text }}\", action = \"stop\" }"), "a b"),
        (step("wait_for = { port = \"{{ text }}\" }"), "70000"),
        (step("wait_for = { http = { url = \"{{ text }}\" } }"), "file:///etc/passwd"),
        (step("wait_for = { http = { url = \"http://{{ text }}/\" } }"), "-o x"),
    ];
    let report: Vec<String> = refused
        .into_iter()
        .map(|(toml, text)| {
            let fault = millwright_domain::Fault::from(render_runbook(&toml, text, "no").expect_err(text));
            format!("{}\n    {}", fault.message, fault.hint.unwrap_or_default())
        })
        .collect();
    insta::assert_snapshot!(report.join("\n"));
}

#[test]
fn an_upload_writes_the_file_once_with_its_mode_and_its_secret() {
    let folder = tempfile::tempdir().unwrap();
    let secrets = folder.path().join("secrets");
    std::fs::create_dir(&secrets).unwrap();
    std::fs::write(secrets.join("password"), "p'w\\$x").unwrap();
    let to = folder.path().join("app.conf");
    let toml = source(&format!(
        "[[steps]]\nname = \"a\"\nupload = {{ to = \"{}\", content = \"a={{{{ text }}}}\\np={{{{ password }}}}\\n\" }}\n",
        to.display()
    ));
    let steps = render_runbook(&toml, "it's `x` $HOME", "no").unwrap();
    let run = || {
        let output = Command::new("sh").args(["-c", script_of(&steps[0])]).env("MILLWRIGHT_SECRETS", &secrets).output();
        let output = output.unwrap();
        assert!(output.status.success(), "{output:?}");
        String::from_utf8(output.stdout).unwrap()
    };
    assert_eq!(run(), format!("Wrote {}.\n", to.display()));
    assert_eq!(std::fs::read_to_string(&to).unwrap(), "a=it's `x` $HOME\np=p'w\\$x\n");
    assert_eq!(run(), format!("{} is already there.\n", to.display()));
    let mode = std::os::unix::fs::PermissionsExt::mode(&std::fs::metadata(&to).unwrap().permissions());
    assert_eq!(mode & 0o7777, 0o600);
    assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 2, "nothing is left beside the file");
}

#[test]
fn a_wait_for_a_port_sees_a_listener_and_gives_up_without_one() {
    let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let port = listener.local_addr().unwrap().port();
    let toml = source(
        "[[steps]]\nname = \"a\"\nwait_for = { port = \"{{ text }}\", timeout_seconds = 1, interval_seconds = 1 }\n",
    );
    let run = |port: u16| {
        let steps = render_runbook(&toml, &port.to_string(), "no").unwrap();
        Command::new("sh").args(["-c", script_of(&steps[0])]).output().unwrap()
    };
    assert!(run(port).status.success());
    // A port that was just given back may be somebody else's a moment later; this one is nobody's.
    let port = 1;
    let output = run(port);
    assert_eq!(output.status.code(), Some(1));
    let said = String::from_utf8_lossy(&output.stderr).into_owned();
    assert!(
        said.starts_with("Gave up after 1 seconds and ") && said.contains(&format!("port {port} is open")),
        "{said}"
    );
}

#[test]
fn a_wait_for_a_command_survives_its_exit_and_repeats_its_last_line() {
    let toml = source(
        "[[steps]]\nname = \"a\"\nwait_for = { command = \"echo one; echo {{ text }}; exit 3\", timeout_seconds = 1, interval_seconds = 1 }\n",
    );
    let steps = render_runbook(&toml, "not yet", "no").unwrap();
    for shell in shells() {
        let output = Command::new(shell[0]).args(&shell[1..]).args(["-c", script_of(&steps[0])]).output().unwrap();
        assert_eq!(output.status.code(), Some(1));
        assert!(String::from_utf8_lossy(&output.stderr).ends_with("Last answer: not yet\n"), "{output:?}");
    }
}

#[test]
fn a_probe_reads_no_secret() {
    let toml = |probe: &str| {
        format!(
            "format = 1\nproduct = \"x\"\ntitle = \"X\"\nvendor = \"X\"\ndescription = \"x\"\n\
             [version]\nscheme = \"opaque\"\nprobe = '''{probe}'''\npattern = '.+'\n{PARAMETERS}\n\
             [[install]]\nname = \"a\"\nrun = \"true\"\n"
        )
    };
    let render = |probe: &str| {
        let recipe = read_recipe("x.toml", &toml(probe)).unwrap();
        let given = Given {
            values: [("text".to_owned(), "a b".to_owned())].into_iter().collect(),
            secrets: ["password".to_owned()].into_iter().collect(),
        };
        let values = resolve(&recipe.parameters, &given).unwrap();
        render_probe(&recipe.version, &Inputs { parameters: &recipe.parameters, values: &values, host: &host() })
    };
    assert_eq!(render("x --version {{ text }}").unwrap().script, "x --version 'a b'");
    assert!(render("x {{ password }}").is_err());
}

/// Fragments that open, close or hide quotes.
const FRAGMENTS: &[&str] = &[
    "'",
    "\"",
    "\\",
    "$",
    "`",
    "#",
    "(",
    ")",
    "{",
    "}",
    "$(",
    "$((",
    "))",
    "${",
    "<<E\n",
    "E\n",
    " ",
    "\n",
    "\\\n",
    ";",
    "&",
    "|",
    "a",
    "=",
    ":",
    "-",
    "case x in ",
    " esac",
    "\t",
    "!",
    "~",
    "*",
    "[",
    "]",
    "<",
    ">a",
    "$'",
    "x=",
    "\r",
    ">&",
    "<&-",
    "((",
    "$[",
    "-#",
];

proptest! {
    #![proptest_config(ProptestConfig::with_cases(200))]

    /// Whatever the value is, the shell gets exactly it.
    #[test]
    fn every_value_comes_back_byte_for_byte(text in "[^\\x00]{0,60}") {
        let steps = render_runbook(&run_step("printf %s {{ text }}"), &text, "no").unwrap();
        for shell in shells() {
            let output = Command::new(shell[0]).args(&shell[1..]).args(["-c", script_of(&steps[0])]).output().unwrap();
            prop_assert!(output.status.success());
            prop_assert_eq!(String::from_utf8_lossy(&output.stdout), text.as_str());
        }
    }

    /// Whatever a script is like, a value that it was allowed to hold never runs.
    #[test]
    fn an_accepted_value_never_runs(
        before in prop::collection::vec(prop::sample::select(FRAGMENTS), 0..10),
        after in prop::collection::vec(prop::sample::select(FRAGMENTS), 0..6),
    ) {
        let script = format!("{}{{{{ text }}}}{}", before.concat(), after.concat());
        let toml = source(&format!("[[steps]]\nname = \"a\"\nrun = {}\n", toml_string(&script)));
        let Ok(runbook) = read_runbook("x.toml", &toml) else { return Ok(()) };
        let folder = tempfile::tempdir().unwrap();
        for payload in ["\n: >../ran\n", "$(: >../ran)", "`: >../ran`", "';: >../ran;'", "\";: >../ran;\"", "\\';: >../ran;"] {
            let values = values(&runbook, payload, "no", &[]);
            let inputs = Inputs { parameters: &runbook.parameters, values: &values, host: &host() };
            let Ok(steps) = render_steps(&runbook.steps, &inputs) else { continue };
            let inside = folder.path().join("inside");
            std::fs::create_dir_all(&inside).unwrap();
            for shell in shells() {
                let mut command = Command::new(shell[0]);
                command.args(&shell[1..]).args(["-c", script_of(&steps[0])]).current_dir(&inside);
                command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
                command.status().unwrap();
                prop_assert!(!folder.path().join("ran").exists(), "{:?} under {:?}", script_of(&steps[0]), shell);
            }
        }
    }
}

fn toml_string(text: &str) -> String {
    let mut quoted = String::from("\"");
    for character in text.chars() {
        match character {
            '"' | '\\' => quoted.extend(['\\', character]),
            character if character.is_control() => quoted.push_str(&format!("\\u{:04X}", u32::from(character))),
            character => quoted.push(character),
        }
    }
    quoted.push('"');
    quoted
}

#[test]
fn the_templates_of_a_way_back_are_checked_like_all_others() {
    let steps = "[[steps]]\nname = \"a\"\nrun = \"true\"\n[[undo]]\nname = \"b\"\nrun = \"echo '{{ text }}'\"\n";
    let text = source(steps).replace("read_only", "configuration = [\"/etc/{{ txet }}\"]\nread_only");
    insta::assert_snapshot!(read_runbook("x.toml", &text).unwrap_err().to_string());
}

#[test]
fn configuration_is_named_by_paths_that_can_be_put_back() {
    let runbook = read_runbook("x.toml", &run_step("true")).unwrap();
    let values = values(&runbook, "two words", "true", &["password"]);
    let inputs = Inputs { parameters: &runbook.parameters, values: &values, host: &host() };
    let rendered = |paths: &[&str]| {
        let configuration = paths.iter().map(|path| Template::detached(*path)).collect();
        let rule = UndoRule { configuration, ..UndoRule::default() };
        render_configuration(&rule, &inputs)
    };
    let kept =
        rendered(&["/etc/app/a.conf", "/etc/app", "/etc/apps", "/etc/{{ host.name }}", "/etc/apps", "/etc/{{ text }}"]);
    assert_eq!(kept.unwrap(), ["/etc/app", "/etc/apps", "/etc/web-1", "/etc/two words"]);
    for path in [
        "/etc",
        "/",
        "",
        "etc/app",
        "/etc/",
        "/etc//app",
        "/etc/./app",
        "/etc/../root",
        "/proc/1/mem",
        "/sys/class/net",
        "/dev/sda",
        "/run/app",
        "/var/lib/millwright",
        "/var/lib/millwright/saved",
        "/etc/{{ password }}",
        "{{ text }}",
    ] {
        assert!(rendered(&[path]).is_err(), "{path}");
    }
    assert!(rendered(&["/var/lib/millwright-app"]).is_ok());
}
