//! The crates of the products, by `cargo tree`, which alone resolves features as a build of just these packages does;
//! what their authors say of them, by `cargo metadata`; their hashes, by the lock file.

use super::{Hash, Origin, PRODUCTS, Part, Reach, licence_texts, text_of};
use anyhow::{Context, Result, bail};
use serde::Deserialize;
use std::{
    collections::{BTreeMap, BTreeSet},
    env,
    ffi::OsString,
    fs,
    path::{Path, PathBuf},
    process::Command,
};

/// A crate's name and version.
type Id = (String, String);
/// Each crate with those that it needs.
type Graph = BTreeMap<Id, BTreeSet<Id>>;

#[derive(Debug, Deserialize)]
struct Metadata {
    packages: Vec<Package>,
}

#[derive(Debug, Deserialize)]
struct Package {
    name: String,
    version: String,
    license: Option<String>,
    license_file: Option<PathBuf>,
    manifest_path: PathBuf,
    source: Option<String>,
    authors: Vec<String>,
    repository: Option<String>,
}

#[derive(Debug, Deserialize)]
struct Lock {
    package: Vec<Locked>,
}

#[derive(Debug, Deserialize)]
struct Locked {
    name: String,
    version: String,
    checksum: Option<String>,
}

/// Every crate that takes part in a build for this target; tests' are not among them.
pub(super) fn parts(root: &Path, target: &str) -> Result<Vec<Part>> {
    let shipped = tree(root, target, "normal,no-proc-macro")?;
    let everything = tree(root, target, "normal,build")?;
    let metadata = cargo(root, &["metadata", "--locked", "--format-version=1", "--filter-platform", target])?;
    let metadata: Metadata = serde_json::from_str(&metadata).context("read what `cargo metadata` printed")?;
    let packages: BTreeMap<Id, Package> = metadata
        .packages
        .into_iter()
        .map(|package| ((package.name.clone(), package.version.clone()), package))
        .collect();
    let lock = root.join("Cargo.lock");
    let lock = fs::read_to_string(&lock).with_context(|| format!("read {}", lock.display()))?;
    let lock: Lock = toml::from_str(&lock).context("read Cargo.lock")?;
    let checksums: BTreeMap<Id, String> =
        lock.package.into_iter().filter_map(|locked| Some(((locked.name, locked.version), locked.checksum?))).collect();
    let mut parts = Vec::new();
    for (id, needs) in &everything {
        let package = packages.get(id).with_context(|| format!("`cargo metadata` knows no {} {}", id.0, id.1))?;
        let reach = if shipped.contains_key(id) { Reach::Shipped } else { Reach::BuildOnly };
        parts.push(part(package, reach, needs, checksums.get(id))?);
    }
    Ok(parts)
}

fn part(package: &Package, reach: Reach, needs: &BTreeSet<Id>, checksum: Option<&String>) -> Result<Part> {
    let folder = package.manifest_path.parent().context("a manifest lies in a folder")?;
    let mut texts = licence_texts(folder)?;
    if let Some(file) = &package.license_file {
        let text = text_of(&folder.join(file))?;
        texts.extend((!texts.contains(&text)).then_some(text));
    }
    let is_own = package.source.is_none();
    let identifier = |(name, version): &Id| Part::crate_identifier(name, version);
    Ok(Part {
        origin: if is_own { Origin::Own } else { Origin::Crate },
        name: package.name.clone(),
        version: package.version.clone(),
        licence: package.license.clone(),
        texts,
        authors: package.authors.clone(),
        website: package.repository.clone(),
        hash: checksum.map(|hex| Hash { algorithm: "SHA-256", hex: hex.clone() }),
        reach,
        needs: needs.iter().map(identifier).collect(),
        folder: folder.to_owned(),
    })
}

/// Asks cargo for a tree over these kinds of dependencies.
fn tree(root: &Path, target: &str, kinds: &str) -> Result<Graph> {
    let mut arguments =
        vec!["tree", "--locked", "--prefix=depth", "--format={p}", "--edges", kinds, "--target", target];
    for product in PRODUCTS {
        arguments.extend(["--package", product]);
    }
    parse_tree(&cargo(root, &arguments)?)
}

/// Reads lines as `2serde v1.0.229 (*)`: depth, name, version, and remarks that do not matter here.
fn parse_tree(text: &str) -> Result<Graph> {
    let mut graph = Graph::new();
    let mut path: Vec<Id> = Vec::new();
    for line in text.lines().filter(|line| !line.trim().is_empty()) {
        let digits = line.chars().take_while(char::is_ascii_digit).count();
        let mut words = line[digits..].split_whitespace();
        let name = words.next();
        let version = words.next().and_then(|version| version.strip_prefix('v'));
        let (Ok(depth), Some(name), Some(version)) = (line[..digits].parse::<usize>(), name, version) else {
            bail!("`cargo tree` printed a line that is none of a tree: {line}");
        };
        let id = (name.to_owned(), version.to_owned());
        graph.entry(id.clone()).or_default();
        path.truncate(depth);
        if let Some(parent) = path.last() {
            graph.entry(parent.clone()).or_default().insert(id.clone());
        }
        path.push(id);
    }
    Ok(graph)
}

fn cargo(root: &Path, arguments: &[&str]) -> Result<String> {
    let mut command = Command::new(env::var_os("CARGO").unwrap_or_else(|| OsString::from("cargo")));
    command.current_dir(root).args(arguments);
    let line = crate::process::shown(&command);
    let output = command.output().with_context(|| format!("start `{line}`"))?;
    if !output.status.success() {
        bail!("`{line}` failed: {}", String::from_utf8_lossy(&output.stderr).trim());
    }
    String::from_utf8(output.stdout).with_context(|| format!("read what `{line}` printed"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_tree_is_read_with_its_edges() {
        let text = "0cli v0.1.0 (/somewhere)\n1serde v1.0.0\n2serde_core v1.0.1\n1serde_derive v1.0.0 (proc-macro)\n\n\
                    0desktop v0.1.0 (/somewhere)\n1serde v1.0.0 (*)\n1z-sys v1.1.0+z.2\n";
        let graph = parse_tree(text).unwrap();
        let shown: Vec<_> = graph
            .iter()
            .map(|((name, version), needs)| {
                let needs: Vec<_> = needs.iter().map(|(name, _)| name.as_str()).collect();
                format!("{name} {version}: {}", needs.join(" "))
            })
            .collect();
        let expected = [
            "cli 0.1.0: serde serde_derive",
            "desktop 0.1.0: serde z-sys",
            "serde 1.0.0: serde_core",
            "serde_core 1.0.1: ",
            "serde_derive 1.0.0: ",
            "z-sys 1.1.0+z.2: ",
        ];
        assert_eq!(shown, expected);
        for bad in ["serde v1.0.0", "1serde", "1serde 1.0.0", "[build-dependencies]"] {
            assert!(parse_tree(bad).is_err(), "{bad}");
        }
    }
}
