//! What may be written, how it reads back, and what is said of the rest.

use super::windows;
use crate::fault::Code;
use crate::window::{RULES_LIMIT, WindowRule, Windows};

#[test]
fn rules_read_back_in_one_spelling() {
    let cases = [
        ("sat 22:00-04:00", "sat 22:00-04:00"),
        ("mon,wed,fri 20:00-23:30", "mon,wed,fri 20:00-23:30"),
        ("mon-fri 19:00-06:00", "mon-fri 19:00-06:00"),
        ("daily 01:00-03:00", "daily 01:00-03:00"),
        ("mon-sun 01:00-03:00", "daily 01:00-03:00"),
        ("fri,wed,mon 9:00-9:05", "mon,wed,fri 09:00-09:05"),
        ("sun,sat,sat 00:00-24:00", "sat,sun 00:00-00:00"),
        ("fri-mon 22:00-24:00", "mon,fri-sun 22:00-00:00"),
        ("mon-wed,fri,sun-sun 22:00-22:00", "mon-wed,fri,sun 22:00-22:00"),
        ("  SAT\t22:00 – 04:00 ", "sat 22:00-04:00"),
        ("Mon, Wed , Fri 20:00 - 23:30", "mon,wed,fri 20:00-23:30"),
        ("second tue 22:00-02:00", "second tue 22:00-02:00"),
        ("Last SUN 03:00-06:00", "last sun 03:00-06:00"),
        ("second tue +3d 22:00-02:00", "second tue +3d 22:00-02:00"),
        ("first mon +0d 22:00-02:00", "first mon 22:00-02:00"),
        ("fourth thu +27D 22:00-02:00", "fourth thu +27d 22:00-02:00"),
        ("third wed +07d 22:00-02:00", "third wed +7d 22:00-02:00"),
        ("day 15 22:00-02:00", "day 15 22:00-02:00"),
        ("day 05 22:00-02:00", "day 5 22:00-02:00"),
        ("2026-12-24 20:00-23:00", "2026-12-24 20:00-23:00"),
        ("2028-2-29 20:00-23:00", "2028-02-29 20:00-23:00"),
        ("not 2026-12-20..2027-01-06", "not 2026-12-20..2027-01-06"),
        ("NOT 2026-12-20 .. 2027-1-6", "not 2026-12-20..2027-01-06"),
        ("not 2026-12-24", "not 2026-12-24"),
        ("not 2026-12-24..2026-12-24", "not 2026-12-24"),
    ];
    for (written, expected) in cases {
        let rule: WindowRule = written.parse().unwrap_or_else(|fault| panic!("{written}: {fault}"));
        assert_eq!(rule.to_string(), expected, "for {written:?}");
        assert_eq!(expected.parse::<WindowRule>().unwrap(), rule, "for {written:?}");
        assert_eq!(serde_json::to_value(&rule).unwrap(), expected);
        assert_eq!(rule.is_blackout(), expected.starts_with("not"));
    }
}

#[test]
fn what_is_not_a_rule_is_told_with_an_example() {
    let long = format!("sat 22:00-04:00 {}", "x".repeat(200));
    let many_bytes = "ü".repeat(51);
    let mut told = String::new();
    for text in [
        "",
        "sat",
        "22:00-04:00",
        "saturday 22:00-04:00",
        "sat 22:00",
        "sat 22-04",
        "sat 22:00-25:00",
        "sat 24:00-04:00",
        "sat 22:0-04:00",
        "sat +2:00-04:00",
        "sat 22:00-04:00 23:00-23:30",
        "sat, 22:00-04:00",
        "mon-fri-sun 22:00-04:00",
        "weekdays 22:00-04:00",
        "daily,sat 22:00-04:00",
        "fifth tue 22:00-02:00",
        "2nd tue 22:00-02:00",
        "second 22:00-02:00",
        "second tue 3d 22:00-02:00",
        "second tue +28d 22:00-02:00",
        "second tue -1d 22:00-02:00",
        "second tue +3d +3d 22:00-02:00",
        "day 0 22:00-02:00",
        "day 32 22:00-02:00",
        "day fifteen 22:00-02:00",
        "2026-12-24",
        "2026-02-29 20:00-23:00",
        "24.12.2026 20:00-23:00",
        "1926-12-24 20:00-23:00",
        "12026-12-24 20:00-23:00",
        "not",
        "not sat",
        "not 2027-01-06..2026-12-20",
        "not 2026-12-20-2027-01-06",
        "not 2026-12-20..",
        "nothing",
        "\u{1b}[2Jsat 22:00-04:00",
        &many_bytes,
        &long,
    ] {
        let fault = text.parse::<WindowRule>().unwrap_err();
        assert_eq!(fault.code, Code::InvalidInput);
        let hint = fault.hint.as_deref().unwrap();
        let example = hint.split(['“', '”']).nth(1).unwrap();
        assert!(example.parse::<WindowRule>().is_ok(), "the example in {hint:?}");
        told.push_str(&format!("{fault}\n  {hint}\n"));
    }
    insta::assert_snapshot!(told);
}

#[test]
fn several_rules_are_lines_or_a_list() {
    let read: Windows = "Sat 22:00-04:00\r\n\n  not 2026-12-24 \n".parse().unwrap();
    assert_eq!(read.to_string(), "sat 22:00-04:00\nnot 2026-12-24");
    assert_eq!(read, windows("sat 22:00-04:00; ;not 2026-12-24"));
    assert_eq!(read.rules().len(), 2);
    let json = serde_json::json!(["sat 22:00-04:00", "not 2026-12-24"]);
    assert_eq!(serde_json::to_value(&read).unwrap(), json);
    assert_eq!(serde_json::from_value::<Windows>(json).unwrap(), read);
    for none in ["", " \n\n"] {
        assert_eq!(none.parse::<Windows>().unwrap(), Windows::default());
    }
    assert_eq!(Windows::default().to_string(), "");
    assert!(serde_json::from_str::<Windows>(r#"["sat 22:00-04:00", "sat"]"#).is_err());
}

#[test]
fn there_are_not_too_many_rules() {
    let rules = vec!["sat 22:00-04:00".to_owned(); RULES_LIMIT];
    assert_eq!(Windows::try_from(rules.clone()).unwrap().rules().len(), RULES_LIMIT);
    let fault = Windows::try_from([rules, vec!["sun 22:00-04:00".to_owned()]].concat()).unwrap_err();
    insta::assert_snapshot!(format!("{fault}\n{}", fault.hint.as_deref().unwrap()), @"
    there are more than 64 rules
    Name several days in one rule: “mon,wed,fri 20:00-23:30”.
    ");
}
