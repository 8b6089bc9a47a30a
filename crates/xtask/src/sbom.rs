//! `cargo xtask sbom`: the bill of materials of the product, as CycloneDX 1.6 in JSON.
//!
//! The same for the same sources: it has no random serial number, and its time is `SOURCE_DATE_EPOCH`'s or none.

use crate::{
    licences::spdx_expression,
    shipped::{self, Origin, Part, Reach},
    workspace,
};
use anyhow::{Context, Result, bail};
use serde_json::{Value, json};
use std::{
    env, fs,
    path::{Path, PathBuf},
    process::ExitCode,
};

/// What the bill is for, and where it goes.
#[derive(Debug, clap::Args)]
pub(crate) struct Options {
    #[command(flatten)]
    shown: shipped::Options,

    /// A built program: fails unless the C libraries in it have the versions that the bill names
    #[arg(long, value_name = "FILE")]
    check: Option<PathBuf>,
}

/// Writes or prints the bill.
pub(crate) fn run(options: &Options) -> Result<ExitCode> {
    let target = options.shown.target()?;
    let parts = shipped::parts(workspace::root(), &target)?;
    if let Some(program) = &options.check {
        check(program, &parts)?;
    }
    options.shown.hand_over(&bill_of(&parts, &target)?)?;
    Ok(ExitCode::SUCCESS)
}

/// The bill of these parts, as its file has it.
pub(crate) fn bill_of(parts: &[Part], target: &str) -> Result<String> {
    written(parts, target, time()?.as_deref())
}

/// When the sources were last changed, if whoever builds says so.
fn time() -> Result<Option<String>> {
    let Some(seconds) = env::var_os("SOURCE_DATE_EPOCH") else { return Ok(None) };
    let seconds = seconds.to_str().and_then(|seconds| seconds.parse().ok());
    let seconds = seconds.context("SOURCE_DATE_EPOCH is no count of seconds")?;
    Ok(Some(jiff::Timestamp::from_second(seconds).context("SOURCE_DATE_EPOCH is out of range")?.to_string()))
}

fn written(parts: &[Part], target: &str, time: Option<&str>) -> Result<String> {
    let version = parts.iter().find(|part| part.origin == Origin::Own).map(|part| part.version.as_str());
    let version = version.context("nothing of our own is in the product")?;
    let product = format!("pkg:generic/millwright@{version}");
    let mut metadata = json!({
        "lifecycles": [{ "phase": "build" }],
        "tools": { "components": [{ "type": "application", "name": "cargo xtask sbom", "version": version }] },
        "component": {
            "type": "application",
            "bom-ref": product,
            "name": "millwright",
            "version": version,
            "licenses": [{ "expression": "Apache-2.0 OR MIT" }],
            "purl": product,
        },
        "properties": [{ "name": "millwright:target", "value": target }],
    });
    if let Some(time) = time {
        metadata["timestamp"] = json!(time);
    }
    let roots = parts.iter().filter(|part| shipped::PRODUCTS.contains(&part.name.as_str())).map(Part::identifier);
    let mut dependencies = vec![json!({ "ref": product, "dependsOn": roots.collect::<Vec<_>>() })];
    dependencies.extend(parts.iter().map(|part| json!({ "ref": part.identifier(), "dependsOn": part.needs })));
    let bill = json!({
        "$schema": "http://cyclonedx.org/schema/bom-1.6.schema.json",
        "bomFormat": "CycloneDX",
        "specVersion": "1.6",
        "version": 1,
        "metadata": metadata,
        "components": parts.iter().map(component).collect::<Result<Vec<_>>>()?,
        "dependencies": dependencies,
    });
    Ok(serde_json::to_string_pretty(&bill)? + "\n")
}

fn component(part: &Part) -> Result<Value> {
    let identifier = part.identifier();
    let is_program = shipped::PRODUCTS.contains(&part.name.as_str());
    let (group, name) = match part.name.split_once('/') {
        Some((group, name)) => (Some(group), name),
        None => (None, part.name.as_str()),
    };
    let mut component = json!({
        "type": if is_program { "application" } else { "library" },
        "bom-ref": identifier,
        "name": name,
        "version": part.version,
        "scope": match part.reach {
            Reach::Shipped => "required",
            // What takes part in a build without being in its result.
            Reach::BuildOnly => "excluded",
        },
        "purl": identifier,
    });
    if let Some(group) = group {
        component["group"] = json!(group);
    }
    if let Some(licence) = &part.licence {
        let expression = spdx_expression(licence).with_context(|| format!("read the licence of {}", part.name))?;
        component["licenses"] = json!([{ "expression": expression }]);
    }
    if let Some(hash) = &part.hash {
        component["hashes"] = json!([{ "alg": hash.algorithm, "content": hash.hex }]);
    }
    if let Some(website) = &part.website {
        let kind = if matches!(part.origin, Origin::Vendored { .. }) { "website" } else { "vcs" };
        component["externalReferences"] = json!([{ "type": kind, "url": website }]);
    }
    if let Origin::Vendored { vendor, product } = part.origin {
        component["cpe"] = json!(cpe(vendor, product, &part.version));
    }
    Ok(component)
}

/// The name in tables of vulnerabilities. `1.11.2_DEV` is the state before 1.11.2: what follows the number is CPE's update.
fn cpe(vendor: &str, product: &str, version: &str) -> String {
    let (number, update) = version.split_once('_').unwrap_or((version, "*"));
    format!("cpe:2.3:a:{vendor}:{product}:{number}:{}:*:*:*:*:*:*", update.to_lowercase())
}

/// Compares the bill with what a program has in it: each of these libraries leaves its version there.
fn check(program: &Path, parts: &[Part]) -> Result<()> {
    let bytes = fs::read(program).with_context(|| format!("read {}", program.display()))?;
    let mut marks = parts.iter().filter_map(shipped::mark).peekable();
    if marks.peek().is_none() {
        bail!("the bill names no library that could be looked for");
    }
    for mark in marks {
        if memchr::memmem::find(&bytes, mark.as_bytes()).is_none() {
            bail!("the bill says that {} has `{}` in it, and it has not", program.display(), mark.escape_default());
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::process;
    use std::collections::BTreeSet;

    const LINUX: &str = "x86_64-unknown-linux-gnu";

    fn bill() -> String {
        bill_of(&shipped::parts(workspace::root(), LINUX).unwrap(), LINUX).unwrap()
    }

    fn text<'a>(value: &'a Value, field: &str) -> &'a str {
        value[field].as_str().unwrap_or_default()
    }

    #[test]
    fn a_bill_has_every_part_once_and_every_edge_ends_at_one() {
        let written = bill();
        assert_eq!(written, bill(), "the same on every run");
        let bill: Value = serde_json::from_str(&written).unwrap();
        let components = bill["components"].as_array().unwrap();
        let mut references: BTreeSet<_> = components.iter().map(|component| text(component, "bom-ref")).collect();
        assert_eq!(references.len(), components.len());
        references.insert(text(&bill["metadata"]["component"], "bom-ref"));
        let dependencies = bill["dependencies"].as_array().unwrap();
        assert_eq!(dependencies.len(), references.len());
        for dependency in dependencies {
            let ends = dependency["dependsOn"].as_array().unwrap().iter().map(|end| end.as_str().unwrap());
            for end in ends.chain([text(dependency, "ref")]) {
                assert!(references.contains(end), "{end}");
            }
        }
        for component in components {
            let purl = text(component, "purl");
            let is_ours = purl.starts_with("pkg:cargo/millwright-") || purl.starts_with("pkg:generic/");
            assert_eq!(component["hashes"].is_array(), !is_ours, "{purl}: what a registry has is hashed");
            let expression = component["licenses"][0]["expression"].as_str();
            assert!(expression.is_some_and(|expression| !expression.contains('/')), "{purl}: {expression:?}");
        }
    }

    #[test]
    fn parts_are_told_as_scanners_expect_them() {
        let names = ["openssl", "sqlite", "libssh2", "codemirror/view", "serde", "syn"];
        let bill: Value = serde_json::from_str(&bill()).unwrap();
        let mut shown = Vec::new();
        for name in names {
            let (_, last) = name.rsplit_once('/').unwrap_or(("", name));
            let components = bill["components"].as_array().unwrap().iter();
            let mut found: Vec<_> = components.filter(|component| text(component, "name") == last).cloned().collect();
            assert!(!found.is_empty(), "{name}");
            let mut component = found.swap_remove(0);
            // Versions come and go; what they do to a part is told by its shape.
            let version = text(&component, "version").to_owned();
            let number = version.split('_').next().unwrap_or_default().to_owned();
            let line = component.to_string().replace(&version, "VERSION").replace(&number, "NUMBER");
            component = serde_json::from_str(&line).unwrap();
            if let Some(hash) = component.pointer_mut("/hashes/0/content") {
                *hash = json!("HEX");
            }
            shown.push(component);
        }
        insta::assert_json_snapshot!(shown);
    }

    #[test]
    fn time_and_target_are_told_and_a_bill_without_a_product_is_none() {
        let part = Part::for_test(Origin::Own, "millwright-cli", Some("MIT"), &[]);
        let written = written(std::slice::from_ref(&part), "some-target", Some("2026-11-22T00:00:00Z")).unwrap();
        let bill: Value = serde_json::from_str(&written).unwrap();
        assert_eq!(bill["metadata"]["timestamp"], "2026-11-22T00:00:00Z");
        assert_eq!(bill["metadata"]["properties"][0]["value"], "some-target");
        assert_eq!(bill["dependencies"][0]["dependsOn"][0], "pkg:cargo/millwright-cli@1.0.0");
        assert!(super::written(&[], "some-target", None).is_err());
    }

    #[test]
    fn a_version_before_its_release_is_told_as_an_update() {
        let cases = [
            ("3.6.3", "cpe:2.3:a:openssl:openssl:3.6.3:*:*:*:*:*:*:*"),
            ("1.11.2_DEV", "cpe:2.3:a:openssl:openssl:1.11.2:dev:*:*:*:*:*:*"),
        ];
        for (version, expected) in cases {
            assert_eq!(cpe("openssl", "openssl", version), expected);
        }
    }

    #[test]
    fn the_bill_names_the_versions_that_are_linked() {
        process::run(workspace::cargo().args(["build", "--quiet", "--locked", "--package", "millwright-cli"])).unwrap();
        let name = format!("debug/millwright{}", env::consts::EXE_SUFFIX);
        let program = workspace::target_folder().unwrap().join(name);
        let mut parts = shipped::parts(workspace::root(), &shipped::host_target().unwrap()).unwrap();
        check(&program, &parts).unwrap();
        for library in ["sqlite", "libssh2", "openssl"] {
            let part = parts.iter_mut().find(|part| part.name == library).unwrap();
            let true_version = std::mem::replace(&mut part.version, "1.99.1".to_owned());
            assert!(check(&program, &parts).is_err(), "{library}: another version is noticed");
            parts.iter_mut().find(|part| part.name == library).unwrap().version = true_version;
        }
        assert!(check(&program, &[]).is_err());
    }
}
