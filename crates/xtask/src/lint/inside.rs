//! For every target that `deny.toml` names: whatever is inside has a licence that may be shipped and its text, and the
//! bill of materials is as CycloneDX wants it.

use super::python_tools;
use crate::{licences, process, sbom, shipped, workspace};
use anyhow::{Context, Result, bail};
use serde::Deserialize;
use std::{
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
    let mut bills = Vec::new();
    for target in targets {
        let parts = shipped::parts(workspace::root(), &target).with_context(|| format!("look into {target}"))?;
        licences::licences_of(workspace::root(), &parts).with_context(|| format!("the licences for {target}"))?;
        let bill = sbom::bill_of(&parts, &target).with_context(|| format!("the bill of materials for {target}"))?;
        let file = folder.path().join(format!("{target}.json"));
        fs::write(&file, bill).with_context(|| format!("write {}", file.display()))?;
        bills.push(file);
    }
    validate(folder.path(), &bills)
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
