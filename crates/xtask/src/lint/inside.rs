//! For every target that `deny.toml` names: whatever is inside has a licence that may be shipped and its text, and the
//! bill of materials is as CycloneDX wants it. And the page has nothing inside that the bill does not name.

use super::python_tools;
use crate::{
    licences, process, sbom,
    shipped::{self, Origin, Part},
    window, workspace,
};
use anyhow::{Context, Result, bail};
use serde::Deserialize;
use std::{
    collections::BTreeMap,
    fs,
    path::{Path, PathBuf},
    process::Command,
};

const VALIDATOR: &str = include_str!("tools/bill.py");

#[derive(Debug, Deserialize)]
struct Rules {
    graph: Graph,
}

#[derive(Debug, Deserialize)]
struct Graph {
    targets: Vec<String>,
}

pub(super) fn check() -> Result<()> {
    let rules = fs::read_to_string(workspace::root().join("deny.toml")).context("read deny.toml")?;
    let Rules { graph: Graph { targets } } = toml::from_str(&rules).context("read deny.toml")?;
    if targets.is_empty() {
        bail!("deny.toml names no target that is shipped for");
    }
    let folder = tempfile::tempdir().context("make a temporary folder")?;
    let bundled = bundled(folder.path())?;
    let mut everything = BTreeMap::new();
    for target in targets {
        let parts = shipped::parts(workspace::root(), &target).with_context(|| format!("look into {target}"))?;
        page_is_told(&bundled, &parts)?;
        licences::licences_of(workspace::root(), &parts).with_context(|| format!("the licences for {target}"))?;
        everything.extend(parts.into_iter().map(|part| (part.identifier(), part)));
    }
    // One bill with the parts of all targets: to hold it against the schema takes ten seconds.
    let everything: Vec<_> = everything.into_values().collect();
    let file = folder.path().join("bill.json");
    let bill = sbom::bill_of(&everything, "all")?;
    fs::write(&file, bill).with_context(|| format!("write {}", file.display()))?;
    validate(folder.path(), &[file])
}

/// Builds the page into this folder; the packages that are in it then.
fn bundled(folder: &Path) -> Result<Vec<String>> {
    let page = window::page_folder();
    window::install_packages(&page)?;
    let file = folder.join("bundled.json");
    let mut npm = window::npm(&page);
    npm.args(["run", "build", "--", "--logLevel=warn", "--outDir"]).arg(folder.join("page"));
    process::run(npm.env("MILLWRIGHT_BUNDLED", &file))?;
    let text = fs::read_to_string(&file).with_context(|| format!("read {}", file.display()))?;
    serde_json::from_str(&text).context("read what is in the page")
}

/// The other way round is fine: not everything that a package needs is used.
fn page_is_told(bundled: &[String], parts: &[Part]) -> Result<()> {
    if bundled.is_empty() {
        bail!("the page is said to have no package in it");
    }
    let is_told = |name: &String| parts.iter().any(|part| part.origin == Origin::Page && part.name == *name);
    let untold: Vec<_> = bundled.iter().filter(|name| !is_told(name)).map(String::as_str).collect();
    if !untold.is_empty() {
        bail!("in the page and not among what is told of it: {}", untold.join(", "));
    }
    Ok(())
}

/// Holds bills against CycloneDX's schema; the folder is for what does that.
fn validate(folder: &Path, bills: &[PathBuf]) -> Result<()> {
    let validator = folder.join("bill.py");
    fs::write(&validator, VALIDATOR).with_context(|| format!("write {}", validator.display()))?;
    process::run(Command::new(python_tools()?.join("python")).arg(validator).args(bills))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_package_that_nobody_told_of_is_noticed() {
        let parts = [
            Part::for_test(Origin::Page, "svelte", Some("MIT"), &[]),
            Part::for_test(Origin::Crate, "grid", Some("MIT"), &[]),
        ];
        let cases: [(&[&str], bool); 4] =
            [(&["svelte"], true), (&["svelte", "grid"], false), (&["other"], false), (&[], false)];
        for (bundled, is_good) in cases {
            let names: Vec<_> = bundled.iter().map(|name| (*name).to_owned()).collect();
            assert_eq!(page_is_told(&names, &parts).is_ok(), is_good, "{bundled:?}");
        }
    }

    #[test]
    fn a_bill_that_is_not_as_the_schema_wants_it_is_noticed() {
        let good = r#"{"bomFormat":"CycloneDX","specVersion":"1.6","components":[{"type":"library","name":"a"}]}"#;
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("bill.json");
        let cases = [
            (good.to_owned(), true),
            (good.replace("library", "wood"), false),
            (good.replace(r#""name""#, r#""called""#), false),
            (good[1..].to_owned(), false),
        ];
        for (bill, is_good) in cases {
            fs::write(&file, &bill).unwrap();
            assert_eq!(validate(folder.path(), std::slice::from_ref(&file)).is_ok(), is_good, "{bill}");
        }
        assert!(validate(folder.path(), &[]).is_err(), "nothing is not good");
    }
}
