//! The exact versions before and after a change: what makes an undo exact.

use super::inventory::word;
use crate::facts_sections::lines;
use crate::nonce::Nonce;
use std::collections::BTreeMap;

/// A package and the version that is on the host.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct PackageAt {
    /// `lab-tool`
    pub name: String,
    /// `all`
    pub architecture: String,
    /// `1.0`
    pub version: String,
}

/// What was on the host before and after. `None` when the output does not reach that far.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct RecordedVersions {
    /// Before the change.
    pub before: Option<Vec<PackageAt>>,
    /// After it, whether it went well or not.
    pub after: Option<Vec<PackageAt>>,
}

/// One package whose version is not what it was.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct VersionChange {
    /// `lab-tool`
    pub name: String,
    /// `all`
    pub architecture: String,
    /// `None` when it is new.
    pub from: Option<String>,
    /// `None` when it is gone.
    pub to: Option<String>,
}

/// The script with a record of all versions before it and after it in its output. Its exit code stays.
///
/// The record from before is printed before the change starts: a host that dies in the middle has said it.
pub fn with_versions_recorded(nonce: &Nonce, script: &str) -> String {
    let nonce = nonce.as_str();
    format!(
        "millwright_versions() {{\n  \
          printf '\\n@%s versions %s\\n' {nonce} \"$1\"\n  \
          env LC_ALL=C dpkg-query -W -f '${{db:Status-Abbrev}}\\t${{Package}}\\t${{Architecture}}\\t${{Version}}\\n'\n  \
          printf '\\n@%s recorded %s\\n' {nonce} \"$1\"\n\
        }}\n\
        millwright_versions before\n\
        millwright_code=0\n\
        (\n{script}\n) || millwright_code=$?\n\
        millwright_versions after\n\
        (exit \"$millwright_code\")\n"
    )
}

/// Finds both records in a script's whole output.
pub fn recorded_versions(output: &[u8], nonce: &Nonce) -> RecordedVersions {
    RecordedVersions { before: record(output, nonce, "before"), after: record(output, nonce, "after") }
}

impl RecordedVersions {
    /// What changed; `None` unless both records are whole.
    pub fn changes(&self) -> Option<Vec<VersionChange>> {
        let (before, after) = (by_package(self.before.as_ref()?), by_package(self.after.as_ref()?));
        let mut changes: BTreeMap<(&str, &str), (Option<&str>, Option<&str>)> = BTreeMap::new();
        for (package, version) in before {
            changes.entry(package).or_default().0 = Some(version);
        }
        for (package, version) in after {
            changes.entry(package).or_default().1 = Some(version);
        }
        let changed = changes.into_iter().filter(|(_, (from, to))| from != to);
        Some(
            changed
                .map(|((name, architecture), (from, to))| VersionChange {
                    name: name.to_owned(),
                    architecture: architecture.to_owned(),
                    from: from.map(str::to_owned),
                    to: to.map(str::to_owned),
                })
                .collect(),
        )
    }
}

fn by_package(packages: &[PackageAt]) -> Vec<((&str, &str), &str)> {
    packages
        .iter()
        .map(|package| ((package.name.as_str(), package.architecture.as_str()), package.version.as_str()))
        .collect()
}

fn record(output: &[u8], nonce: &Nonce, which: &str) -> Option<Vec<PackageAt>> {
    let start = format!("@{} versions {which}", nonce.as_str());
    let end = format!("@{} recorded {which}", nonce.as_str());
    let mut packages = Vec::new();
    let mut inside = false;
    for line in lines(output) {
        if line == start.as_bytes() {
            inside = true;
        } else if inside && line == end.as_bytes() {
            return Some(packages);
        } else if inside {
            packages.extend(package(line));
        }
    }
    None
}

/// A line of dpkg-query, for a package whose files are on the host.
fn package(line: &[u8]) -> Option<PackageAt> {
    let mut fields = line.split(|byte| *byte == b'\t');
    let status = fields.next()?;
    if matches!(status.get(1), None | Some(b'n' | b'c')) {
        return None;
    }
    Some(PackageAt { name: word(fields.next()?)?, architecture: word(fields.next()?)?, version: word(fields.next()?)? })
}
