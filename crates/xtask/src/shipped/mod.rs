//! What is inside of what people install: the crates of the window and of the command, the C code within them, and the
//! packages and fonts of the page.
//!
//! Only finds out; `licences` and `sbom` say it. Nothing here depends on when or by whom it is asked.

mod crates;
mod options;
mod page;
mod vendored;

use crate::window;
use anyhow::{Context, Result, bail};
pub(crate) use options::Options;
use std::{
    collections::{BTreeMap, BTreeSet},
    fs,
    path::{Path, PathBuf},
    process::Command,
};
pub(crate) use vendored::mark;

/// The packages that people install.
pub(crate) const PRODUCTS: [&str; 2] = ["millwright-cli", "millwright-desktop"];

/// One thing that has a version and a licence of its own.
#[derive(Debug, Clone)]
pub(crate) struct Part {
    pub(crate) origin: Origin,
    pub(crate) name: String,
    pub(crate) version: String,
    /// What its author says, as it is written there.
    pub(crate) licence: Option<String>,
    /// Its licence's texts, in the order of their files' names.
    pub(crate) texts: Vec<String>,
    pub(crate) authors: Vec<String>,
    pub(crate) website: Option<String>,
    /// What its registry says that it hashes to.
    pub(crate) hash: Option<Hash>,
    /// Whether its code is in the product, rather than only at work when that is built.
    pub(crate) reach: Reach,
    /// The identifiers of what it needs.
    pub(crate) needs: BTreeSet<String>,
    /// Where its source lies.
    folder: PathBuf,
}

/// Where a part comes from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Origin {
    /// Millwright's own crates.
    Own,
    /// A crate from crates.io.
    Crate,
    /// The library that comes with the compiler.
    Toolchain,
    /// C code that a crate brings along; what the tables of vulnerabilities call it.
    Vendored { vendor: &'static str, product: &'static str },
    /// A package from npm.
    Page,
}

/// How far a part comes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Reach {
    /// Into the product.
    Shipped,
    /// Into the machine that builds it.
    BuildOnly,
}

/// A hash and how it was made, as CycloneDX names that.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Hash {
    pub(crate) algorithm: &'static str,
    pub(crate) hex: String,
}

impl Part {
    /// Its package URL, by which it is known everywhere.
    pub(crate) fn identifier(&self) -> String {
        match self.origin {
            Origin::Own | Origin::Crate => Self::crate_identifier(&self.name, &self.version),
            Origin::Toolchain | Origin::Vendored { .. } => package_url("generic", &self.name, &self.version),
            Origin::Page => Self::page_identifier(&self.name, &self.version),
        }
    }

    /// A part that is nowhere.
    #[cfg(test)]
    pub(crate) fn for_test(origin: Origin, name: &str, licence: Option<&str>, texts: &[&str]) -> Self {
        Self {
            origin,
            name: name.to_owned(),
            version: "1.0.0".to_owned(),
            licence: licence.map(str::to_owned),
            texts: texts.iter().map(|text| (*text).to_owned()).collect(),
            authors: Vec::new(),
            website: None,
            hash: None,
            reach: Reach::Shipped,
            needs: BTreeSet::new(),
            folder: PathBuf::new(),
        }
    }

    fn crate_identifier(name: &str, version: &str) -> String {
        package_url("cargo", name, version)
    }

    fn page_identifier(name: &str, version: &str) -> String {
        package_url("npm", name, version)
    }
}

fn package_url(kind: &str, name: &str, version: &str) -> String {
    let encoded = |text: &str| text.replace('@', "%40").replace('+', "%2B");
    format!("pkg:{kind}/{}@{}", encoded(name), encoded(version))
}

/// All of it for one target, each part once and by identifier.
pub(crate) fn parts(root: &Path, target: &str) -> Result<Vec<Part>> {
    // The licences of the page's packages lie with them.
    window::install_packages(&root.join("ui"))?;
    let mut all = crates::parts(root, target)?;
    let vendored = vendored::parts(target, &all)?;
    for part in &vendored {
        vendored::belongs_to(part, &mut all);
    }
    all.extend(vendored.into_iter().map(|vendored| vendored.part));
    all.push(standard_library()?);
    let page = page::parts(&root.join("ui"))?;
    let shown = page.iter().map(Part::identifier).collect::<Vec<_>>();
    for window in all.iter_mut().filter(|part| part.name == "millwright-desktop") {
        window.needs.extend(shown.iter().cloned());
    }
    all.extend(page);
    let mut sorted = BTreeMap::new();
    for part in all {
        if let Some(twin) = sorted.insert(part.identifier(), part) {
            bail!("{} is there twice", twin.identifier());
        }
    }
    Ok(sorted.into_values().collect())
}

/// The target that this machine's compiler builds for.
pub(crate) fn host_target() -> Result<String> {
    compiler("host")
}

/// One line of what the compiler says of itself.
fn compiler(field: &str) -> Result<String> {
    let output = Command::new("rustc").arg("-vV").output().context("start rustc")?;
    let text = String::from_utf8(output.stdout).context("read what rustc printed")?;
    let value = text.lines().find_map(|line| line.strip_prefix(field)?.strip_prefix(": "));
    value.map(str::to_owned).with_context(|| format!("`rustc -vV` names no {field}"))
}

/// What every Rust program has in it, though no lock file names it.
fn standard_library() -> Result<Part> {
    Ok(Part {
        origin: Origin::Toolchain,
        name: "rust-std".to_owned(),
        version: compiler("release")?,
        licence: Some("MIT OR Apache-2.0".to_owned()),
        texts: Vec::new(),
        authors: vec!["The Rust Project contributors".to_owned()],
        website: Some("https://github.com/rust-lang/rust".to_owned()),
        hash: None,
        reach: Reach::Shipped,
        needs: BTreeSet::new(),
        folder: PathBuf::new(),
    })
}

/// The texts in a folder whose files' names tell that they are a licence, those in folders of licences too.
fn licence_texts(folder: &Path) -> Result<Vec<String>> {
    const BEGINNINGS: [&str; 6] = ["LICENSE", "LICENCE", "UNLICENSE", "COPYING", "COPYRIGHT", "NOTICE"];
    const CODE: [&str; 4] = ["rs", "js", "ts", "py"];
    let mut files = Vec::new();
    for path in listed(folder)? {
        let name = path.file_name().unwrap_or_default().to_string_lossy().to_uppercase();
        let is_code = path.extension().is_some_and(|extension| CODE.iter().any(|code| extension == *code));
        if !BEGINNINGS.iter().any(|beginning| name.starts_with(beginning)) || is_code {
            continue;
        }
        files.extend(if path.is_dir() { listed(&path)? } else { vec![path] });
    }
    files.retain(|file| file.is_file());
    files.iter().map(|file| text_of(file)).collect()
}

fn listed(folder: &Path) -> Result<Vec<PathBuf>> {
    let entries = fs::read_dir(folder).with_context(|| format!("list {}", folder.display()))?;
    let mut paths = entries
        .map(|entry| Ok(entry.with_context(|| format!("list {}", folder.display()))?.path()))
        .collect::<Result<Vec<_>>>()?;
    paths.sort();
    Ok(paths)
}

/// Some licences are older than UTF-8.
fn text_of(file: &Path) -> Result<String> {
    let bytes = fs::read(file).with_context(|| format!("read {}", file.display()))?;
    Ok(String::from_utf8_lossy(&bytes).replace("\r\n", "\n"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::workspace;

    const LINUX: &str = "x86_64-unknown-linux-gnu";

    fn named<'a>(parts: &'a [Part], name: &str) -> Option<&'a Part> {
        parts.iter().find(|part| part.name == name)
    }

    #[test]
    fn what_is_shipped_is_told_from_what_builds_and_what_tests() {
        let parts = parts(workspace::root(), LINUX).unwrap();
        let reach = |name: &str| named(&parts, name).map(|part| part.reach);
        for shipped in
            ["serde", "tauri", "libssh2-sys", "sqlite", "libssh2", "openssl", "rust-std", "svelte", "millwright-ssh"]
        {
            assert_eq!(reach(shipped), Some(Reach::Shipped), "{shipped}");
        }
        for builds in ["cc", "syn", "openssl-src", "tauri-build", "serde_derive"] {
            assert_eq!(reach(builds), Some(Reach::BuildOnly), "{builds}");
        }
        for absent in ["insta", "proptest", "millwright-lab", "millwright-xtask", "vitest", "windows-sys", "acorn"] {
            assert_eq!(reach(absent), None, "{absent}");
        }
        let ssh = named(&parts, "libssh2-sys").unwrap();
        assert!(ssh.needs.iter().any(|need| need.starts_with("pkg:generic/libssh2@")), "{:?}", ssh.needs);
        let window = named(&parts, "millwright-desktop").unwrap();
        assert!(window.needs.iter().any(|need| need.starts_with("pkg:npm/svelte@")), "{:?}", window.needs);
    }

    #[test]
    fn identifiers_are_package_urls() {
        let mut part = standard_library().unwrap();
        part.version = "1.2.3+4".to_owned();
        part.name = "@codemirror/view".to_owned();
        let cases = [
            (Origin::Crate, "pkg:cargo/%40codemirror/view@1.2.3%2B4"),
            (Origin::Page, "pkg:npm/%40codemirror/view@1.2.3%2B4"),
            (Origin::Vendored { vendor: "", product: "" }, "pkg:generic/%40codemirror/view@1.2.3%2B4"),
        ];
        for (origin, expected) in cases {
            part.origin = origin;
            assert_eq!(part.identifier(), expected);
        }
    }

    #[test]
    fn texts_are_found_by_the_names_that_people_give_them() {
        let folder = tempfile::tempdir().unwrap();
        for name in ["LICENSE-MIT", "license.txt", "Copying", "NOTICE", "README.md", "license.rs", "unlicense"] {
            fs::write(folder.path().join(name), name).unwrap();
        }
        fs::create_dir(folder.path().join("LICENSES")).unwrap();
        fs::write(folder.path().join("LICENSES/Zlib.txt"), "text").unwrap();
        let found = licence_texts(folder.path()).unwrap();
        assert_eq!(found, ["Copying", "LICENSE-MIT", "text", "NOTICE", "license.txt", "unlicense"]);
    }
}
