//! The packages of a release in a folder: which kind of installation each is for, told from its name as Tauri gives it.

use super::sign::signature_path;
use anyhow::{Context, Result, bail};
use base64::{Engine, engine::general_purpose::STANDARD};
use millwright_updates::{Artifact, Digest, Target};
use sha2::{Digest as _, Sha256};
use std::{
    collections::BTreeMap,
    fs,
    path::{Path, PathBuf},
};
use url::Url;

/// A package in its file.
pub(super) struct Found {
    pub(super) path: PathBuf,
    pub(super) artifact: Artifact,
}

/// Every package below a folder. One without a signature, or a second of its kind, is an error: nothing is left out
/// without a word.
pub(super) fn collect(folder: &Path, base_url: &Url) -> Result<BTreeMap<Target, Found>> {
    let mut found: BTreeMap<Target, Found> = BTreeMap::new();
    for path in files_below(folder)? {
        let Some(name) = path.file_name().and_then(|name| name.to_str()) else { continue };
        let Some(target) = target_of(name)? else { continue };
        if let Some(other) = found.get(&target) {
            bail!("{} and {} are both for {target}", other.path.display(), path.display());
        }
        let artifact = describe(&path, name, base_url)?;
        found.insert(target, Found { path, artifact });
    }
    if found.is_empty() {
        bail!("there is no package below {}", folder.display());
    }
    Ok(found)
}

/// What a package is for; none if the file is no package.
pub(super) fn target_of(name: &str) -> Result<Option<Target>> {
    const KINDS: [(&str, &str, &str); 5] = [
        (".deb", "linux", "deb"),
        (".rpm", "linux", "rpm"),
        (".AppImage", "linux", "appimage"),
        (".app.tar.gz", "darwin", "app"),
        ("-setup.exe", "windows", "nsis"),
    ];
    const MACHINES: [(&str, &str); 5] =
        [("amd64", "x86_64"), ("x86_64", "x86_64"), ("x64", "x86_64"), ("arm64", "aarch64"), ("aarch64", "aarch64")];
    let Some((_, system, bundle)) = KINDS.iter().find(|(ending, ..)| name.ends_with(ending)) else { return Ok(None) };
    let Some((_, machine)) = MACHINES.iter().find(|(word, _)| name.contains(word)) else {
        bail!("{name} does not say for which machine it is: amd64, x86_64, x64, arm64 or aarch64");
    };
    Ok(Some(format!("{system}-{machine}-{bundle}").parse()?))
}

fn describe(path: &Path, name: &str, base_url: &Url) -> Result<Artifact> {
    let mut url = base_url.clone();
    let Ok(mut segments) = url.path_segments_mut() else { bail!("{base_url} cannot have files below it") };
    segments.pop_if_empty().push(name);
    drop(segments);
    let signature = signature_path(path);
    let text = fs::read_to_string(&signature)
        .with_context(|| format!("read {}; `cargo xtask release sign` makes it", signature.display()))?;
    let bytes = fs::read(path).with_context(|| format!("read {}", path.display()))?;
    let (size_bytes, sha256) = (bytes.len() as u64, Digest(Sha256::digest(&bytes).into()));
    let signature = signature_text(&text).with_context(|| format!("read {}", signature.display()))?;
    Ok(Artifact { url, size_bytes, sha256, signature, notes: None })
}

/// Tauri's own tool writes the four lines in base64; ours writes them as minisign does.
fn signature_text(text: &str) -> Result<String> {
    if text.starts_with("untrusted comment:") {
        return Ok(text.to_owned());
    }
    let bytes = STANDARD.decode(text.trim()).context("it is neither a minisign signature nor one in base64")?;
    String::from_utf8(bytes).context("it is not text")
}

fn files_below(folder: &Path) -> Result<Vec<PathBuf>> {
    let mut files = Vec::new();
    let mut folders = vec![folder.to_owned()];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(&folder).with_context(|| format!("list {}", folder.display()))? {
            let entry = entry.with_context(|| format!("list {}", folder.display()))?;
            let kind = entry.file_type().with_context(|| format!("look at {}", entry.path().display()))?;
            if kind.is_dir() {
                folders.push(entry.path());
            } else if kind.is_file() {
                files.push(entry.path());
            }
        }
    }
    files.sort();
    Ok(files)
}
