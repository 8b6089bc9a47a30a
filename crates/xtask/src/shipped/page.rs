//! What of npm's packages gets into the page: what it depends on, over the lock file, without what only compiles.

use super::{Hash, Origin, Part, Reach, licence_texts};
use anyhow::{Context, Result, bail};
use base64::{Engine, prelude::BASE64_STANDARD};
use serde::Deserialize;
use std::{
    collections::{BTreeMap, BTreeSet},
    fs,
    path::Path,
};

/// Packages of which a part is a compiler, with what the rest of them needs.
const RUNTIMES: &[(&str, &[&str])] = &[("svelte", &["clsx", "esm-env"]), ("vite", &[]), ("rolldown", &[])];

/// The tools that put a few lines of their own into what they build.
const BUILDERS: [&str; 2] = ["vite", "rolldown"];

/// Packages that forgot to say their licence, and what their file says.
const UNSAID: &[(&str, &str)] = &[("svelte-toolbelt", "MIT")];

/// From here on, vite's file speaks of what vite itself is made of.
const OTHERS: &str = "# Licenses of bundled dependencies";

#[derive(Debug, Deserialize)]
struct Lock {
    packages: BTreeMap<String, Package>,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Package {
    version: Option<String>,
    license: Option<String>,
    integrity: Option<String>,
    #[serde(default)]
    dependencies: BTreeMap<String, String>,
    #[serde(default)]
    peer_dependencies: BTreeMap<String, String>,
}

/// Every package in the page that is in this folder. They must be installed: their licences lie with them.
pub(super) fn parts(page: &Path) -> Result<Vec<Part>> {
    let file = page.join("package-lock.json");
    let text = fs::read_to_string(&file).with_context(|| format!("read {}", file.display()))?;
    let lock: Lock = serde_json::from_str(&text).with_context(|| format!("read {}", file.display()))?;
    let graph = graph(&lock)?;
    graph.iter().map(|(path, needs)| part(page, &lock, path, needs)).collect()
}

/// Each package by its path in the lock file, with the paths of what it needs.
fn graph(lock: &Lock) -> Result<BTreeMap<String, BTreeSet<String>>> {
    let root = lock.packages.get("").context("the lock file names no page")?;
    let wanted = root.dependencies.keys().map(String::as_str).chain(BUILDERS);
    let mut waiting: Vec<String> = wanted.map(|name| format!("node_modules/{name}")).collect();
    let mut graph = BTreeMap::new();
    while let Some(path) = waiting.pop() {
        if graph.contains_key(&path) {
            continue;
        }
        let package = lock.packages.get(&path).with_context(|| format!("the lock file has no {path}"))?;
        let runtime = RUNTIMES.iter().find(|(name, _)| *name == name_of(&path)).map(|(_, needs)| *needs);
        let mut needs = BTreeSet::new();
        for name in package.dependencies.keys() {
            if runtime.is_none_or(|runtime| runtime.contains(&name.as_str())) {
                let found = resolve(lock, &path, name);
                needs.insert(found.with_context(|| format!("the lock file has no {name} for {path}"))?);
            }
        }
        // A peer may be optional, and then it need not be there.
        let peers = package.peer_dependencies.keys().filter(|_| runtime.is_none());
        needs.extend(peers.filter_map(|name| resolve(lock, &path, name)));
        waiting.extend(needs.iter().cloned());
        graph.insert(path, needs);
    }
    Ok(graph)
}

/// Looks where Node looks: below the package, then below each one that it lies in.
fn resolve(lock: &Lock, from: &str, name: &str) -> Option<String> {
    let mut folder = from;
    loop {
        let path = format!("{folder}{}node_modules/{name}", if folder.is_empty() { "" } else { "/" });
        if lock.packages.contains_key(&path) {
            return Some(path);
        }
        if folder.is_empty() {
            return None;
        }
        folder = folder.rfind("node_modules/").map_or("", |start| folder[..start].trim_end_matches('/'));
    }
}

fn name_of(path: &str) -> &str {
    path.rsplit("node_modules/").next().unwrap_or(path)
}

fn part(page: &Path, lock: &Lock, path: &str, needs: &BTreeSet<String>) -> Result<Part> {
    let package = &lock.packages[path];
    let version = |path: &str| {
        let version = lock.packages.get(path).and_then(|package| package.version.clone());
        version.with_context(|| format!("the lock file tells no version of {path}"))
    };
    let name = name_of(path);
    let folder = page.join(path);
    if !folder.is_dir() {
        bail!("{} is not installed: run `npm ci` in {}", name, page.display());
    }
    let mut texts = licence_texts(&folder)?;
    if BUILDERS.contains(&name) {
        texts.iter_mut().for_each(|text| text.truncate(text.find(OTHERS).unwrap_or(text.len())));
    }
    let unsaid = UNSAID.iter().find(|(unsaid, _)| *unsaid == name).map(|(_, licence)| (*licence).to_owned());
    let needs = needs.iter().map(|path| Ok(Part::page_identifier(name_of(path), &version(path)?)));
    Ok(Part {
        origin: Origin::Page,
        name: name.to_owned(),
        version: version(path)?,
        licence: package.license.clone().or(unsaid),
        texts,
        authors: Vec::new(),
        website: None,
        hash: package.integrity.as_deref().map(hash).transpose()?,
        reach: Reach::Shipped,
        needs: needs.collect::<Result<_>>()?,
        folder,
    })
}

/// npm writes `sha512-` and base64.
fn hash(integrity: &str) -> Result<Hash> {
    let encoded = integrity.strip_prefix("sha512-").with_context(|| format!("{integrity} is no SHA-512"))?;
    let bytes = BASE64_STANDARD.decode(encoded).with_context(|| format!("read {integrity}"))?;
    Ok(Hash { algorithm: "SHA-512", hex: hex::encode(bytes) })
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn what_only_compiles_or_tests_stays_out_of_the_page() {
        let package = |dependencies: serde_json::Value| json!({ "version": "1.0.0", "dependencies": dependencies });
        let lock = json!({ "packages": {
            "": { "dependencies": { "grid": "^1", "svelte": "^5" }, "devDependencies": { "vitest": "^4" } },
            "node_modules/grid": package(json!({ "clsx": "^1" })),
            "node_modules/grid/node_modules/clsx": package(json!({ "tiny": "^1" })),
            "node_modules/clsx": package(json!({})),
            "node_modules/tiny": package(json!({})),
            "node_modules/esm-env": package(json!({})),
            "node_modules/svelte": package(json!({ "acorn": "^8", "clsx": "^2", "esm-env": "^1" })),
            "node_modules/acorn": package(json!({})),
            "node_modules/vitest": package(json!({ "chai": "^5" })),
            "node_modules/vite": package(json!({ "postcss": "^8" })),
            "node_modules/rolldown": package(json!({})),
        }});
        let lock: Lock = serde_json::from_value(lock).unwrap();
        let graph = graph(&lock).unwrap();
        let paths: Vec<_> = graph.keys().map(|path| path.trim_start_matches("node_modules/")).collect();
        let expected = ["clsx", "esm-env", "grid", "grid/node_modules/clsx", "rolldown", "svelte", "tiny", "vite"];
        assert_eq!(paths, expected);
        assert!(graph["node_modules/grid"].contains("node_modules/grid/node_modules/clsx"), "the nearest one counts");
        assert!(graph["node_modules/svelte"].contains("node_modules/clsx"));
    }

    #[test]
    fn a_hash_is_written_as_cyclonedx_wants_it() {
        assert_eq!(hash("sha512-AP8=").unwrap().hex, "00ff");
        for bad in ["sha1-AP8=", "sha512-%", ""] {
            assert!(hash(bad).is_err(), "{bad}");
        }
    }
}
