//! An apt repository on this machine: packages made on the spot, and Debian's own from the cache.
//!
//! Owns the files: pool, indices, Release. Serving them is [`crate::http`]'s.

use crate::{
    debian_packages::DebianPackages,
    error::{Doing, LabError},
    package::Package,
    process::run,
};
use sha2::{Digest, Sha256};
use std::{
    fmt::Write as _,
    fs,
    os::unix::fs::symlink,
    path::{Path, PathBuf},
    process::Command,
    sync::{Mutex, PoisonError},
};

/// Which of the repository's two suites a package stands in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Suite {
    /// `Debian:…/stable`.
    Stable,
    /// `Debian-Security:…/stable-security`: what stands here counts as a security update.
    Security,
}

impl Suite {
    const ALL: [Self; 2] = [Self::Stable, Self::Security];

    /// The suite's name in `sources.list`.
    pub fn name(self) -> &'static str {
        match self {
            Self::Stable => "stable",
            Self::Security => "stable-security",
        }
    }

    fn label(self) -> &'static str {
        match self {
            Self::Stable => "Debian",
            Self::Security => "Debian-Security",
        }
    }
}

/// A folder that apt can read as a repository. Adding to it renews its index at once; hosts see it at `apt-get update`.
#[derive(Debug)]
pub struct Repository {
    folder: PathBuf,
    architecture: String,
    indices: Mutex<Indices>,
}

#[derive(Debug, Default)]
struct Indices {
    stable: String,
    security: String,
    borrowed_folders: usize,
}

impl Indices {
    fn of(&mut self, suite: Suite) -> &mut String {
        match suite {
            Suite::Stable => &mut self.stable,
            Suite::Security => &mut self.security,
        }
    }
}

impl Repository {
    /// An empty repository in `folder`, for machines of `architecture` (`amd64`, …).
    pub fn create(folder: &Path, architecture: &str) -> Result<Self, LabError> {
        let repository =
            Self { folder: folder.to_owned(), architecture: architecture.to_owned(), indices: Mutex::default() };
        let pool = folder.join("pool");
        fs::create_dir_all(&pool).doing(|| format!("make {pool:?}"))?;
        for suite in Suite::ALL {
            repository.write_index(suite, "")?;
        }
        Ok(repository)
    }

    /// The folder that is served.
    pub fn folder(&self) -> &Path {
        &self.folder
    }

    /// What a host's `sources.list` says when the repository is reached at `url`.
    pub fn sources_list(&self, url: &str) -> String {
        Suite::ALL.iter().map(|suite| format!("deb [trusted=yes] {url} {} main\n", suite.name())).collect()
    }

    /// Makes a package and adds it to a suite, beside its other versions.
    pub fn publish(&self, suite: Suite, package: &Package) -> Result<(), LabError> {
        let file = package.build(&self.folder.join("pool"), &self.architecture)?;
        let name = file.file_name().unwrap_or_default().to_string_lossy().into_owned();
        let entry = index_entry(&file, &format!("pool/{name}"))?;
        self.extend(suite, |_| Ok(entry))
    }

    /// Takes a version out of a suite's index, as archives do with versions that were replaced.
    pub fn withdraw(&self, suite: Suite, name: &str, version: &str) -> Result<(), LabError> {
        let mut indices = self.indices.lock().unwrap_or_else(PoisonError::into_inner);
        let index = indices.of(suite);
        let is_it = |entry: &str| {
            let field = |wanted: String| entry.lines().any(|line| line == wanted);
            field(format!("Package: {name}")) && field(format!("Version: {version}"))
        };
        *index = index.split_inclusive("\n\n").filter(|entry| !is_it(entry)).collect();
        self.write_index(suite, index)
    }

    /// Adds Debian's own packages to the stable suite.
    pub fn add_debian_packages(&self, packages: &DebianPackages) -> Result<(), LabError> {
        self.extend(Suite::Stable, |number| {
            let folder = format!("pool/debian-{number}");
            let link = self.folder.join(&folder);
            symlink(&packages.folder, &link).doing(|| format!("link {link:?}"))?;
            let here = |line: &str| match line.strip_prefix("Filename: ") {
                Some(name) => format!("Filename: {folder}/{name}\n"),
                None => format!("{line}\n"),
            };
            Ok(packages.index.lines().map(here).collect())
        })
    }

    fn extend(&self, suite: Suite, entries: impl FnOnce(usize) -> Result<String, LabError>) -> Result<(), LabError> {
        let mut indices = self.indices.lock().unwrap_or_else(PoisonError::into_inner);
        indices.borrowed_folders += 1;
        let entries = entries(indices.borrowed_folders)?;
        let index = indices.of(suite);
        index.push_str(&entries);
        self.write_index(suite, index)
    }

    fn write_index(&self, suite: Suite, index: &str) -> Result<(), LabError> {
        let folder = self.folder.join("dists").join(suite.name());
        let binary = format!("main/binary-{}", self.architecture);
        fs::create_dir_all(folder.join(&binary)).doing(|| format!("make {folder:?}"))?;
        let packages = format!("{binary}/Packages");
        replace(&folder.join(&packages), index)?;
        let mut release = String::new();
        let date = jiff::Timestamp::now().strftime("%a, %d %b %Y %H:%M:%S UTC");
        let (label, name, architecture) = (suite.label(), suite.name(), &self.architecture);
        let _ = write!(
            release,
            "Origin: Debian\nLabel: {label}\nSuite: {name}\nVersion: 12\nCodename: {name}\nDate: {date}\n\
             Architectures: {architecture}\nComponents: main\nDescription: The lab's own packages\n\
             SHA256:\n {} {} {packages}\n",
            hex::encode(Sha256::digest(index)),
            index.len(),
        );
        replace(&folder.join("Release"), &release)
    }
}

/// What an index says of one `.deb`: its control fields, where it lies, and what it must be.
pub(crate) fn index_entry(file: &Path, name: &str) -> Result<String, LabError> {
    let control = run(Command::new("dpkg-deb").arg("--field").arg(file))?;
    let bytes = fs::read(file).doing(|| format!("read {file:?}"))?;
    Ok(format!(
        "{}\nFilename: {name}\nSize: {}\nSHA256: {}\n\n",
        String::from_utf8_lossy(&control.stdout).trim_end(),
        bytes.len(),
        hex::encode(Sha256::digest(&bytes)),
    ))
}

/// Whole or not at all: a host may be reading.
fn replace(path: &Path, text: &str) -> Result<(), LabError> {
    let beside = path.with_extension("new");
    fs::write(&beside, text).and_then(|()| fs::rename(&beside, path)).doing(|| format!("write {path:?}"))
}
