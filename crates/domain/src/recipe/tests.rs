use super::*;
use crate::run::UndoGrade;
use proptest::prelude::*;
use rstest::rstest;

const RECIPE: &str = r#"format = 1
product = "web"
title = "Web"
vendor = "ACME"
description = "A web server."

[version]
scheme = "semver"
probe = "web --version"
pattern = 'web (?P<version>\S+)'

[[parameters]]
name = "port"
type = "integer"
description = "Port."
default = 80
minimum = 1
maximum = 65535

[[parameters]]
name = "password"
type = "secret"
description = "Password."

[[install]]
name = "Install"
package = { action = "install", names = ["web"], version = "{{ request.version }}" }

[[install]]
name = "Configure"
sudo = true
only_if = "test -d /etc/web"
on_failure = "continue"
upload = { to = "/etc/web.conf", content = "port={{ port }}\n", mode = "0640", owner = "web" }

[[health]]
name = "Answers"
wait_for = { http = { url = "http://localhost:{{ port }}/" }, timeout_seconds = 20 }
"#;

/// What the technician reads for each way in which a file can be wrong.
#[test]
fn malformed_recipes_are_refused_with_a_place_and_a_hint() {
    let step = |fields: &str| RECIPE.replace("[[health]]", &format!("[[remove]]\nname = \"x\"\n{fields}\n[[health]]"));
    let parameter = |fields: &str| RECIPE.replacen("[[install]]", &format!("[[parameters]]\n{fields}\n[[install]]"), 1);
    let top = |fields: &str| RECIPE.replace("vendor =", &format!("{fields}\nvendor ="));
    let cases: Vec<(&str, String)> = vec![
        ("not TOML", "format = = 1".into()),
        ("binary", "\u{0}\u{1}\u{2}".into()),
        ("empty", String::new()),
        ("another format", RECIPE.replace("format = 1", "format = 2")),
        ("unknown field", RECIPE.replace("vendor =", "vendro =")),
        ("stranger", RECIPE.replace("[version]", "[banana]\nx = 1\n[version]")),
        ("wrong types", RECIPE.replace("title = \"Web\"", "title = 5").replace("default = 80", "default = \"80\"")),
        ("bad slug", RECIPE.replace("product = \"web\"", "product = \"Web Server\"")),
        ("bad scheme", RECIPE.replace("\"semver\"", "\"semvre\"")),
        ("bad probe pattern", RECIPE.replace("web (?P<version>", "web ((?P<version>")),
        ("default out of range", RECIPE.replace("default = 80", "default = 70000")),
        ("duplicate key", RECIPE.replace("vendor = \"ACME\"", "vendor = \"ACME\"\nvendor = \"B\"")),
        ("duplicate parameter", parameter("name = \"port\"\ntype = \"string\"\ndescription = \"x\"\ndefault = \"\"")),
        ("bad pattern", parameter("name = \"a\"\ntype = \"string\"\ndescription = \"x\"\npattern = \"(\"")),
        (
            "default breaks pattern",
            parameter("name = \"a\"\ntype = \"string\"\ndescription = \"x\"\npattern = \"[a-z]+\"\ndefault = \"A b\""),
        ),
        ("secret with default", parameter("name = \"a\"\ntype = \"secret\"\ndescription = \"x\"\ndefault = \"y\"")),
        (
            "required with default",
            parameter("name = \"a\"\ntype = \"boolean\"\ndescription = \"x\"\nrequired = true\ndefault = true"),
        ),
        ("no choices", parameter("name = \"a\"\ntype = \"choice\"\ndescription = \"x\"")),
        ("reserved name", parameter("name = \"host\"\ntype = \"string\"\ndescription = \"x\"")),
        ("bad name", parameter("name = \"my-name\"\ntype = \"string\"\ndescription = \"x\"")),
        ("unknown type", parameter("name = \"a\"\ntype = \"int\"\ndescription = \"x\"\nminimum = 1")),
        ("no action", step("sudo = true")),
        ("two actions", step("run = \"true\"\nreboot = true")),
        ("empty run", step("run = \"  \"")),
        ("time-out in words", step("run = \"true\"\ntimeout_seconds = \"300\"")),
        ("time-out of a week", step("run = \"true\"\ntimeout_seconds = 604800")),
        ("step field misspelled", step("run = \"true\"\ntimeout_second = 300\nonly_fi = \"true\"")),
        ("upload without source", step("upload = { to = \"/x\" }")),
        ("upload of both", step("upload = { to = \"/x\", content = \"\", from = \"x\" }")),
        ("upload from elsewhere", step("upload = { to = \"/x\", from = \"../../etc/shadow\" }")),
        ("bad mode", step("upload = { to = \"/x\", content = \"\", mode = \"rw\" }")),
        ("package without names", step("package = { action = \"install\" }")),
        (
            "version of two packages",
            step("package = { action = \"install\", names = [\"a\", \"b\"], version = \"1\" }"),
        ),
        ("bad service action", step("service = { name = \"x\", action = \"restrat\" }")),
        ("two conditions", step("wait_for = { port = 80, command = \"true\" }")),
        ("port out of range", step("wait_for = { port = 70000 }")),
        ("bad undo step", RECIPE.replace("[[health]]", "[[undo]]\nname = \"x\"\nrnu = \"true\"\n[[health]]")),
        ("unknown undo grade", top("undo_grade = \"exakt\"\nconfiguration = [\"/etc/web.conf\"]")),
        ("one-way is no grade of a rule", top("undo_grade = \"one-way\"\nconfiguration = [\"/etc/web.conf\"]")),
        ("undo grade of nothing", top("undo_grade = \"exact\"")),
        (
            "configuration elsewhere",
            top("configuration = [\"etc/web.conf\", \"/etc/../root\", \"\", \"{{ port }}/..\"]"),
        ),
        ("too much configuration", top(&format!("configuration = [{}]", "\"/etc/web.conf\", ".repeat(33)))),
        ("configuration misspelled", top("configuraton = []")),
        ("steps as a table", RECIPE.replace("[[health]]", "[health]")),
    ];
    let mut report = String::new();
    for (title, text) in cases {
        let diagnostics = Recipe::parse("web.toml", &text).expect_err(title);
        report.push_str(&format!("── {title}\n{diagnostics}\n"));
    }
    insta::assert_snapshot!(report);
}

#[test]
fn a_read_only_runbook_may_not_change_anything_by_its_steps() {
    let runbook = |read_only: bool| {
        format!(
            "format = 1\nname = \"x\"\ntitle = \"X\"\ndescription = \"x\"\nread_only = {read_only}\n\
             [[steps]]\nname = \"Restart\"\nservice = {{ name = \"x\", action = \"restart\" }}\n"
        )
    };
    assert_eq!(Runbook::parse("x.toml", &runbook(false)).unwrap().effect, Effect::ChangesHost);
    let diagnostics = Runbook::parse("x.toml", &runbook(true)).unwrap_err();
    insta::assert_snapshot!(diagnostics.to_string(), @r"
    x.toml:5:1: the runbook is read-only, but its step “Restart” has `service`
        Write read_only = false.
    ");
}

#[test]
fn a_read_only_runbook_has_nothing_to_take_back() {
    let text = "format = 1\nname = \"x\"\ntitle = \"X\"\ndescription = \"x\"\nread_only = true\n\
                configuration = [\"/etc/x\"]\n[[steps]]\nname = \"a\"\nrun = \"true\"\n\
                [[undo]]\nname = \"b\"\nrun = \"true\"\n";
    insta::assert_snapshot!(Runbook::parse("x.toml", text).unwrap_err().to_string());
    assert!(Runbook::parse("x.toml", &text.replace("true\nconf", "false\nconf")).is_ok());
}

#[test]
fn how_a_recipe_is_taken_back_is_read_as_it_is_written() {
    assert_eq!(Recipe::parse("web.toml", RECIPE).unwrap().undo, UndoRule::default());
    let text = RECIPE
        .replace("vendor =", "undo_grade = \"exact\"\nconfiguration = [\"/etc/{{ port }}.conf\"]\nvendor =")
        + "[[undo]]\nname = \"Reload\"\nservice = { name = \"web\", action = \"reload\" }\n";
    let recipe = Recipe::parse("web.toml", &text).unwrap();
    assert_eq!(recipe.undo.grade, UndoGrade::Exact);
    assert_eq!(recipe.undo.configuration[0].text(), "/etc/{{ port }}.conf");
    assert_eq!(recipe.undo.steps[0].name, "Reload");
    assert_eq!(recipe.steps().count(), 4);
}

#[test]
fn the_line_of_a_version_is_told_from_its_neighbours() {
    let rule = Recipe::parse("web.toml", RECIPE).unwrap().version;
    assert_eq!(rule.line_in("not web\nthe web 1.2.3 (linux)\r\nweb 1.2.3\n"), Some("the web 1.2.3 (linux)"));
    assert_eq!(rule.line_in("web 1.2.3"), Some("web 1.2.3"));
    assert_eq!(rule.line_in("nothing"), None);
}

#[test]
fn a_whole_recipe_is_read_as_it_is_written() {
    let recipe = Recipe::parse("web.toml", RECIPE).unwrap();
    assert_eq!(recipe.product.as_str(), "web");
    assert_eq!(recipe.version.version_in("web 1.2.3 (linux)"), Some("1.2.3"));
    assert_eq!(recipe.version.version_in("command not found"), None);
    assert_eq!(recipe.install.len(), 2);
    assert_eq!(recipe.install[0].privilege, Privilege::Root);
    assert_eq!(recipe.install[1].place, Place { line: 29, column: 1 });
    let Action::Upload(upload) = &recipe.install[1].action else { panic!("the second step is an upload") };
    assert_eq!(upload.mode, Some(0o640));
    assert_eq!(recipe.health[0].timeout_seconds, 50, "the wait's own time and one more attempt");
}

#[test]
fn a_template_knows_where_its_characters_stand() {
    let text = "format = 1\nname = \"x\"\ntitle = \"X\"\ndescription = \"x\"\nread_only = true\n\
                [[steps]]\nname = \"a\"\nrun = '''\nécho one\n  two'''\n\
                [[steps]]\nname = \"b\"\nrun = \"one two\"\n[[steps]]\nname = \"c\"\nrun = \"one\\ttwo\"\n";
    let runbook = Runbook::parse("x.toml", text).unwrap();
    let place = |step: usize, word: &str| {
        let Action::Run(template) = &runbook.steps[step].action else { panic!("all steps run something") };
        let place = template.place(template.text().find(word).unwrap());
        (place.line, place.column)
    };
    assert_eq!(place(0, "one"), (9, 6));
    assert_eq!(place(0, "two"), (10, 3));
    assert_eq!(place(1, "two"), (13, 12));
    assert_eq!(place(2, "two"), (16, 7), "escapes: the string as a whole");
}

fn parameters() -> Parameters {
    let text = r#"format = 1
name = "x"
title = "X"
description = "x"
read_only = true

[[parameters]]
name = "unit"
type = "string"
description = "Name of the service."
pattern = '[a-z]+'

[[parameters]]
name = "lines"
type = "integer"
description = "How many."
default = 20
minimum = 1
maximum = 100

[[parameters]]
name = "deep"
type = "boolean"
description = "All of it."
default = false

[[parameters]]
name = "level"
type = "choice"
description = "How urgent."
choices = ["info", "error"]
default = "info"

[[parameters]]
name = "token"
type = "secret"
description = "The token."
pattern = '[a-z]{4,}'

[[steps]]
name = "a"
run = "true"
"#;
    Runbook::parse("x.toml", text).unwrap().parameters
}

fn given(values: &[(&str, &str)], secrets: &[&str]) -> Given {
    Given {
        values: values.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect(),
        secrets: secrets.iter().map(|name| (*name).to_owned()).collect(),
    }
}

#[test]
fn values_are_parsed_by_type_and_the_rest_are_defaults() {
    let values =
        resolve(&parameters(), &given(&[("unit", "cron"), ("lines", "7"), ("deep", "yes")], &["token"])).unwrap();
    let plain: Vec<String> = values.plain.iter().map(|(name, value)| format!("{name}={value}")).collect();
    assert_eq!(plain, ["unit=cron", "lines=7", "deep=true", "level=info"]);
    assert_eq!(values.plain["lines"], ParameterValue::Integer(7));
    assert!(values.secrets.contains("token"));
}

#[test]
fn everything_wrong_with_the_given_values_is_said_at_once() {
    let given =
        given(&[("unti", "cron"), ("lines", "700"), ("deep", "maybe"), ("level", "debug"), ("token", "abcd")], &[]);
    let report: Vec<String> = resolve(&parameters(), &given)
        .unwrap_err()
        .into_iter()
        .map(|fault| format!("{}\n    {}", fault.message, fault.hint.unwrap_or_default()))
        .collect();
    insta::assert_snapshot!(report.join("\n"));
}

#[rstest]
#[case::fits("abcd", true)]
#[case::pattern("AB", false)]
#[case::empty("", false)]
#[case::newline("abcd\n", false)]
fn a_secret_is_checked_and_never_repeated(#[case] secret: &str, #[case] fits: bool) {
    let parameters = parameters();
    let result = parameters.get("token").unwrap().check_secret(secret);
    assert_eq!(result.is_ok(), fits);
    if let Err(error) = result {
        assert!(secret.is_empty() || !error.to_string().contains(secret));
    }
}

#[test]
fn too_long_a_file_and_too_deep_a_file_are_refused() {
    let long = format!("{RECIPE}# {}", "x".repeat(300 * 1024));
    assert!(Recipe::parse("long.toml", &long).unwrap_err().to_string().contains("bytes"));
    let deep = format!("format = {}{}", "[".repeat(10_000), "]".repeat(10_000));
    assert!(Recipe::parse("deep.toml", &deep).is_err());
    let wide: String = (0..10_000).map(|number| format!("unknown_{number} = 1\n")).collect();
    assert_eq!(Recipe::parse("wide.toml", &wide).unwrap_err().iter().count(), 50);
}

proptest! {
    /// A recipe in which anything was damaged is read or refused, but never a panic.
    #[test]
    fn damaged_recipes_do_not_panic(at in 0..RECIPE.len(), cut in 0usize..40, insert in "\\PC{0,8}") {
        let mut bytes = RECIPE.as_bytes().to_vec();
        let end = (at + cut).min(bytes.len());
        bytes.splice(at..end, insert.bytes());
        let text = String::from_utf8_lossy(&bytes).into_owned();
        if let Err(diagnostics) = Recipe::parse("x.toml", &text) {
            for diagnostic in diagnostics.iter() {
                prop_assert!(diagnostic.line >= 1 && diagnostic.column >= 1);
            }
        }
    }
}
