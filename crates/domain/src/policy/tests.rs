use super::*;
use proptest::prelude::*;
use rstest::rstest;

const POLICY: &str = r#"canary = 1
waves = ["3", "25%"]
order = "staging-first"
tiers = ["db", "web"]
at_once_per_client = 5
at_once_per_environment = 2
quorum_tags = ["db-cluster"]

[gate]
most_failures = 1
least_success_percent = 90
soak_minutes = 10
probe = "systemctl is-active --quiet nginx"
person = "after-canary"

[restart]
when = "if-needed"
exempt_tags = ["no-restart"]
refuse_when_logged_in = false
drain = "drain this"
probe = "probe this"
undrain = "undrain this"
back_within_minutes = 20
"#;

fn read(text: &str) -> Policy {
    Policy::parse("policy.toml", text).unwrap()
}

#[test]
fn a_whole_policy_is_read_as_it_is_written() {
    insta::assert_snapshot!(serde_json::to_string_pretty(&read(POLICY)).unwrap());
}

#[test]
fn an_empty_policy_is_the_default_with_production_last() {
    assert_eq!(read(""), Policy { order: HostOrder::StagingFirst, ..Policy::default() });
    assert_eq!(read("order = \"as-selected\"\n[gate]\n[restart]\n"), Policy::default());
}

/// What the technician reads for each way in which a file can be wrong.
#[test]
fn malformed_policies_are_refused_with_a_place_and_a_hint() {
    let cases: Vec<(&str, String)> = vec![
        ("not TOML", "canary = = 1".into()),
        (
            "several at once",
            "canary = \"1\"\nwaves = [\"0\"]\norder = \"stagin-first\"\n[gate]\nsoak_minute = 3".into(),
        ),
        ("canary out of range", POLICY.replace("canary = 1", "canary = 10001")),
        ("negative canary", POLICY.replace("canary = 1", "canary = -1")),
        ("waves without quotes", POLICY.replace("[\"3\", \"25%\"]", "[3, \"25%\"]")),
        (
            "no sizes",
            POLICY
                .replace("[\"3\", \"25%\"]", "[\"0\", \"0%\", \"101%\", \"\", \"%\", \"+3\", \" 3\", \"99999999999\"]"),
        ),
        ("tiers as a text", POLICY.replace("[\"db\", \"web\"]", "\"db\"")),
        ("tier twice", POLICY.replace("[\"db\", \"web\"]", "[\"db\", \"db\"]")),
        ("no tag", POLICY.replace("\"no-restart\"", "\"No Restart\"")),
        ("long list", POLICY.replace("[\"db\", \"web\"]", &format!("[{}]", "\"db\",".repeat(101)))),
        ("nobody at once", POLICY.replace("at_once_per_client = 5", "at_once_per_client = 0")),
        ("more than all", POLICY.replace("= 90", "= 101")),
        ("nearly no success", POLICY.replace("= 90", "= 0")),
        ("soak of a month", POLICY.replace("soak_minutes = 10", "soak_minutes = 43200")),
        ("empty probe", POLICY.replace("systemctl is-active --quiet nginx", " ")),
        ("probe with null", POLICY.replace("systemctl is", "systemctl\\u0000is")),
        ("long drain", POLICY.replace("drain this", &"x".repeat(16 * 1024 + 1))),
        ("no such person", POLICY.replace("after-canary", "after-canaries")),
        ("no canary to wait behind", POLICY.replace("canary = 1", "canary = 0")),
        ("gate is no table", POLICY.replace("canary = 1", "canary = 1\nrestart = 5").replace("[restart]", "[x]")),
        ("bad wish", POLICY.replace("if-needed", "if_needed")),
        ("true in quotes", POLICY.replace("= false", "= \"false\"")),
        ("back at once", POLICY.replace("back_within_minutes = 20", "back_within_minutes = 0")),
        ("fields of the gate outside", POLICY.replace("[gate]", "")),
    ];
    let mut report = String::new();
    for (title, text) in cases {
        let diagnostics = Policy::parse("policy.toml", &text).expect_err(title);
        report.push_str(&format!("── {title}\n{diagnostics}\n"));
    }
    insta::assert_snapshot!(report);
}

#[test]
fn too_long_a_file_is_refused() {
    let long = format!("{POLICY}# {}", "x".repeat(300 * 1024));
    assert!(Policy::parse("long.toml", &long).unwrap_err().to_string().contains("Keep long scripts on the hosts"));
}

#[rstest]
#[case("3", 100, 3)]
#[case("3", 2, 3)]
#[case("25%", 100, 25)]
#[case("25%", 10, 3)]
#[case("1%", 10, 1)]
#[case("1%", 0, 1)]
#[case("100%", 7, 7)]
fn a_size_is_so_many_hosts(#[case] size: WaveSize, #[case] all: usize, #[case] expected: usize) {
    assert_eq!(size.of(all), expected);
}

proptest! {
    /// A policy in which anything was damaged is read or refused, but never a panic.
    #[test]
    fn damaged_policies_do_not_panic(at in 0..POLICY.len(), cut in 0usize..40, insert in "\\PC{0,8}") {
        let mut bytes = POLICY.as_bytes().to_vec();
        let end = (at + cut).min(bytes.len());
        bytes.splice(at..end, insert.bytes());
        let text = String::from_utf8_lossy(&bytes).into_owned();
        if let Err(diagnostics) = Policy::parse("x.toml", &text) {
            for diagnostic in diagnostics.iter() {
                prop_assert!(diagnostic.line >= 1 && diagnostic.column >= 1);
            }
        }
    }

    #[test]
    fn arbitrary_text_does_not_panic(text in any::<String>()) {
        let _ = Policy::parse("x.toml", &text);
        let _ = text.parse::<WaveSize>();
    }

    #[test]
    fn sizes_read_back(hosts in 1..=HOSTS_LIMIT, percent in 1u8..=100) {
        for size in [WaveSize::Hosts(hosts), WaveSize::Percent(percent)] {
            prop_assert_eq!(size.to_string().parse::<WaveSize>().unwrap(), size);
        }
    }
}
