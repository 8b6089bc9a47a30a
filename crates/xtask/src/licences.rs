//! `cargo xtask licences`: the licences of everything that is inside of the product, as one text to ship with it.
//!
//! What has no licence, one that `deny.toml` does not allow, or no text of it, is an error that names it.

mod allowed;
mod standard;

use crate::{
    shipped::{self, Origin, Part, Reach},
    workspace,
};
use allowed::Allowed;
pub(crate) use allowed::spdx_expression;
use anyhow::{Context, Result, bail};
use std::{collections::BTreeMap, fmt::Write as _, fs, path::Path, process::ExitCode};

/// Writes or prints the text.
pub(crate) fn run(options: &shipped::Options) -> Result<ExitCode> {
    options.hand_over(&licences_for(workspace::root(), &options.target()?)?)?;
    Ok(ExitCode::SUCCESS)
}

/// The text for what this machine builds. The same for the same sources, wherever they lie.
pub(crate) fn licences(root: &Path) -> Result<String> {
    licences_for(root, &shipped::host_target()?)
}

/// The text for a target.
fn licences_for(root: &Path, target: &str) -> Result<String> {
    licences_of(root, &shipped::parts(root, target)?)
}

/// The text for these parts, by the rules of the workspace at this place.
pub(crate) fn licences_of(root: &Path, parts: &[Part]) -> Result<String> {
    let file = root.join("deny.toml");
    let rules = fs::read_to_string(&file).with_context(|| format!("read {}", file.display()))?;
    let is_told = |part: &&Part| part.reach == Reach::Shipped && part.origin != Origin::Own;
    let parts: Vec<_> = parts.iter().filter(is_told).collect();
    written(&parts, &Allowed::read(&rules)?)
}

/// A heading, and whether a part stands under it.
type Group = (&'static str, fn(Origin) -> bool);

/// In the order in which they are told.
const GROUPS: [Group; 3] = [
    ("Libraries in C that are compiled in", |origin| matches!(origin, Origin::Vendored { .. })),
    ("Packages and fonts of the window's page", |origin| matches!(origin, Origin::Page)),
    ("Rust crates, and Rust's standard library", |origin| matches!(origin, Origin::Crate | Origin::Toolchain)),
];

/// A text, and the names of the parts that it is for.
struct Numbered<'a> {
    number: usize,
    text: String,
    parts: Vec<&'a str>,
}

fn written(parts: &[&Part], allowed: &Allowed) -> Result<String> {
    let mut refused = Vec::new();
    let mut texts: BTreeMap<String, Numbered<'_>> = BTreeMap::new();
    let mut list = String::new();
    for (title, belongs) in GROUPS {
        let underline = "-".repeat(title.len());
        write!(list, "\n{title}\n{underline}\n\n")?;
        for part in parts.iter().copied().filter(|part| belongs(part.origin)) {
            match (allowed.licence(part), standard::texts(part)) {
                (Ok(licence), Ok(own)) => {
                    let numbers = own.into_iter().map(|text| number(&mut texts, text, &part.name).to_string());
                    let numbers = numbers.collect::<Vec<_>>().join(", ");
                    writeln!(list, "{} {}: {licence} [{numbers}]", part.name, part.version)?;
                }
                (licence, own) => refused.extend([licence.err(), own.err()].into_iter().flatten()),
            }
        }
    }
    if !refused.is_empty() {
        let lines: Vec<_> = refused.iter().map(|refused| format!("\n  {refused}")).collect();
        bail!("this must not be shipped as it is:{}", lines.concat());
    }
    let mut texts: Vec<_> = texts.into_values().collect();
    texts.sort_by_key(|text| text.number);
    let mut whole = format!("{INTRODUCTION}{list}\nTexts\n-----\n");
    for Numbered { number, text, parts } in texts {
        let line = "=".repeat(78);
        write!(whole, "\n{line}\n[{number}] {}\n{line}\n\n{}\n", parts.join(", "), text.trim_matches('\n'))?;
    }
    Ok(whole)
}

const INTRODUCTION: &str = "\
Millwright is licensed under the Apache License, Version 2.0, or the MIT license, at your option.
It contains what is listed here, each under the licence named with it. The numbers are those of the
texts below, as they came with it. The source code of each can be had under its name and version from
crates.io and npm; that of the Rust crates is used as it is there.
";

/// The number of a text; two that differ in spaces and line ends only are one.
fn number<'a>(texts: &mut BTreeMap<String, Numbered<'a>>, text: String, part: &'a str) -> usize {
    let next = texts.len() + 1;
    let key = text.split_whitespace().collect::<Vec<_>>().join(" ");
    let numbered = texts.entry(key).or_insert(Numbered { number: next, text, parts: Vec::new() });
    if !numbered.parts.contains(&part) {
        numbered.parts.push(part);
    }
    numbered.number
}

#[cfg(test)]
mod tests {
    use super::*;

    fn part(name: &str, licence: Option<&str>, texts: &[&str]) -> Part {
        Part::for_test(Origin::Crate, name, licence, texts)
    }

    fn allowed() -> Allowed {
        Allowed::read(
            "[licenses]\nallow = [\"MIT\", \"ISC\"]\nexceptions = [{ crate = \"old\", allow = [\"MPL-2.0\"] }]",
        )
        .unwrap()
    }

    #[test]
    fn what_must_not_be_shipped_is_named() {
        let cases = [
            (part("good", Some("MIT OR GPL-3.0-only"), &["text"]), None),
            (part("slashed", Some("MIT/ISC"), &["text"]), None),
            (part("old", Some("MPL-2.0"), &["text"]), None),
            (
                part("new", Some("MPL-2.0"), &["text"]),
                Some("new 1.0.0 is under MPL-2.0, which deny.toml does not allow"),
            ),
            (part("both", Some("MIT AND GPL-3.0-only"), &["text"]), Some("both 1.0.0 is under MIT AND GPL-3.0-only")),
            (part("none", None, &["text"]), Some("none 1.0.0 names no licence")),
            (part("odd", Some("do what you like"), &["text"]), Some("odd 1.0.0 names `do what you like`")),
            (part("bare", Some("MIT"), &[]), Some("bare 1.0.0 comes without the text of its licence")),
            (part("empty", Some("MIT"), &["\n "]), Some("empty 1.0.0 comes without the text of its licence")),
            (part("dlopen2", Some("MIT"), &[]), None),
        ];
        for (part, expected) in cases {
            let result = written(&[&part], &allowed());
            match expected {
                None => assert!(result.is_ok(), "{}: {result:?}", part.name),
                Some(expected) => {
                    let said = format!("{:#}", result.unwrap_err());
                    assert!(said.contains(expected), "{}: {said}", part.name);
                }
            }
        }
    }

    #[test]
    fn all_that_is_refused_is_named_at_once() {
        let parts = [part("one", None, &["text"]), part("two", Some("MIT"), &[]), part("three", Some("WTFPL"), &[])];
        let said = format!("{:#}", written(&parts.each_ref(), &allowed()).unwrap_err());
        assert_eq!(said.lines().count(), 5, "{said}");
    }

    #[test]
    fn a_text_is_there_once_however_it_is_broken_into_lines() {
        let parts = [
            part("a", Some("MIT"), &["Permission is\r\nhereby  granted", "Notice"]),
            part("b", Some("ISC"), &["Permission is hereby granted\n"]),
            part("c", Some("ISC"), &["Permission is not granted"]),
        ];
        insta::assert_snapshot!(written(&parts.each_ref(), &allowed()).unwrap());
    }

    #[test]
    fn the_product_has_all_its_licences_on_every_run() {
        let text = licences(workspace::root()).unwrap();
        assert_eq!(text, licences(workspace::root()).unwrap());
        let lines = [
            "sqlite 3.",
            "libssh2 1.",
            "openssl 3.",
            "serde 1.",
            "rust-std 1.",
            "svelte 5.",
            "tauri 2.",
            "@fontsource-variable/inter 5.",
        ];
        for line in lines {
            assert!(text.lines().any(|there| there.starts_with(line)), "{line}");
        }
        let words = [
            "May you do good and not evil",
            "Sara Golemon",
            "SIL OPEN FONT LICENSE",
            "Apache License",
            "Svelte Contributors",
            "Mozilla Public License",
        ];
        for words in words {
            assert!(text.contains(words), "{words}");
        }
        let here = workspace::root().display().to_string();
        assert!(!text.contains(&here), "no path of this machine");
        assert!(!text.contains("millwright-lab") && !text.contains("proptest"));
    }
}
