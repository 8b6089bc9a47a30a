//! Which licences may be shipped: what `deny.toml` says of crates, and the same rule for what cargo-deny does not see.

use crate::shipped::Part;
use anyhow::{Context, Result, anyhow};
use serde::Deserialize;
use spdx::{Expression, ParseMode};
use std::collections::BTreeMap;

/// What is no crate, and may be under a licence that no crate may be under: fonts may be shipped within software as
/// they are, and SQLite is in the public domain.
const BEYOND_CRATES: &[(&str, &str)] = &[
    ("@fontsource-variable/inter", "OFL-1.1"),
    ("@fontsource-variable/jetbrains-mono", "OFL-1.1"),
    ("sqlite", "blessing"),
];

/// The rules.
#[derive(Debug)]
pub(super) struct Allowed {
    everywhere: Vec<String>,
    exceptions: BTreeMap<String, Vec<String>>,
}

#[derive(Debug, Deserialize)]
struct Rules {
    licenses: Licences,
}

#[derive(Debug, Deserialize)]
struct Licences {
    allow: Vec<String>,
    #[serde(default)]
    exceptions: Vec<Exception>,
}

#[derive(Debug, Deserialize)]
struct Exception {
    #[serde(rename = "crate")]
    name: String,
    allow: Vec<String>,
}

impl Allowed {
    /// Reads them from the text of `deny.toml`.
    pub(super) fn read(text: &str) -> Result<Self> {
        let rules: Rules = toml::from_str(text).context("read deny.toml")?;
        let mut exceptions: BTreeMap<_, Vec<_>> = BTreeMap::new();
        for exception in rules.licenses.exceptions {
            exceptions.entry(exception.name).or_default().extend(exception.allow);
        }
        for (name, licence) in BEYOND_CRATES {
            exceptions.entry((*name).to_owned()).or_default().push((*licence).to_owned());
        }
        Ok(Self { everywhere: rules.licenses.allow, exceptions })
    }

    /// The licence of a part as SPDX writes it, if it may be shipped.
    pub(super) fn licence(&self, part: &Part) -> Result<String> {
        let Part { name, version, .. } = part;
        let said = part.licence.as_deref().with_context(|| format!("{name} {version} names no licence"))?;
        let canonical =
            spdx_expression(said).with_context(|| format!("{name} {version} names `{said}`, no licence"))?;
        let expression = Expression::parse(&canonical).with_context(|| format!("{name} {version} names `{said}`"))?;
        let more = self.exceptions.get(name).map_or(&[][..], Vec::as_slice);
        let is_allowed = |licence: &String| self.everywhere.contains(licence) || more.contains(licence);
        if !expression.evaluate(|requirement| is_allowed(&requirement.to_string())) {
            return Err(anyhow!("{name} {version} is under {said}, which deny.toml does not allow"));
        }
        Ok(canonical)
    }
}

/// What an author wrote, as SPDX writes it: older crates part two licences by a slash.
pub(crate) fn spdx_expression(said: &str) -> Result<String> {
    let canonical = Expression::canonicalize(said)?.unwrap_or_else(|| said.to_owned());
    Expression::parse_mode(&canonical, ParseMode::STRICT)?;
    Ok(canonical)
}
