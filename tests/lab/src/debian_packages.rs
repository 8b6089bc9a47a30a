//! Debian's real packages, fetched once with everything that they need beyond the root folder, and cached.
//!
//! apt fetches them with this machine's own `Acquire` settings, but with state, cache and sources in private folders:
//! the machine's own apt is not touched, and no privilege is needed.

use crate::{
    cache,
    error::{Doing, LabError},
    mirror::Mirror,
    process::run,
    repository::index_entry,
    root_folder::LabRoot,
    work_folder,
};
use std::{
    fs,
    path::{Path, PathBuf},
    process::Command,
};

/// A cached folder of `.deb` files with their index.
#[derive(Debug, Clone)]
pub struct DebianPackages {
    pub(crate) folder: PathBuf,
    pub(crate) index: String,
}

const INDEX: &str = "Packages";

pub(crate) fn fetch(
    root: &LabRoot,
    mirror: &Mirror,
    names: &[&str],
    progress: &mut dyn FnMut(&str),
) -> Result<DebianPackages, LabError> {
    let mut sorted = names.to_vec();
    sorted.sort_unstable();
    let root_name = root.folder.file_name().unwrap_or_default().to_string_lossy().into_owned();
    let name = format!("packages-{}-{}", mirror.suite, cache::key(&[&root_name, &sorted.join(" ")]));
    let folder = cache::folder(&name, root.privilege, progress, |partial, progress| {
        progress(&format!("fetching {} and what they need from {}", sorted.join(", "), mirror.uri));
        download(partial, root, mirror, &sorted)
    })?;
    let index = folder.join(INDEX);
    let index = fs::read_to_string(&index).doing(|| format!("read {index:?}"))?;
    Ok(DebianPackages { folder, index })
}

fn download(partial: &Path, root: &LabRoot, mirror: &Mirror, names: &[&str]) -> Result<(), LabError> {
    let private = work_folder::create()?;
    let configuration = write_configuration(private.path(), partial, root, mirror)?;
    let apt = || {
        let mut command = Command::new("apt-get");
        command.env("APT_CONFIG", &configuration).arg("--yes");
        command
    };
    run(apt().arg("update"))?;
    run(apt().args(["--no-install-recommends", "--download-only", "install"]).args(names))?;
    let mut index = String::new();
    for file in deb_files(partial)? {
        let name = file.file_name().unwrap_or_default().to_string_lossy().into_owned();
        // apt writes an epoch's colon as %3a; a plain name needs no thought about who decodes it.
        let plain = name.replace("%3a", "-");
        let renamed = partial.join(&plain);
        fs::rename(&file, &renamed).doing(|| format!("rename {file:?}"))?;
        index.push_str(&index_entry(&renamed, &plain)?);
    }
    fs::write(partial.join(INDEX), index).doing(|| format!("write the index of {partial:?}"))
}

/// An apt configuration that shares nothing with this machine's but how to reach the mirror.
fn write_configuration(private: &Path, archives: &Path, root: &LabRoot, mirror: &Mirror) -> Result<PathBuf, LabError> {
    let acquire = run(Command::new("apt-config").arg("dump"))?;
    let acquire = String::from_utf8_lossy(&acquire.stdout).into_owned();
    let acquire: String =
        acquire.lines().filter(|line| line.starts_with("Acquire::")).map(|line| format!("{line}\n")).collect();
    for folder in [private.join("lists/partial"), private.join("cache"), archives.join("partial")] {
        fs::create_dir_all(&folder).doing(|| format!("make {folder:?}"))?;
    }
    let sources = private.join("sources.list");
    fs::write(&sources, mirror.source_line()).doing(|| format!("write {sources:?}"))?;
    let path = |path: &Path| path.display().to_string();
    let settings = [
        ("Dir::Etc::main", "/dev/null".to_owned()),
        ("Dir::Etc::parts", "/dev/null".to_owned()),
        ("Dir::Etc::sourcelist", path(&sources)),
        ("Dir::Etc::sourceparts", "/dev/null".to_owned()),
        ("Dir::Etc::preferences", "/dev/null".to_owned()),
        ("Dir::Etc::preferencesparts", "/dev/null".to_owned()),
        ("Dir::State", path(private)),
        ("Dir::State::lists", path(&private.join("lists"))),
        ("Dir::State::status", path(&root.folder.join("var/lib/dpkg/status"))),
        ("Dir::State::extended_states", path(&private.join("extended_states"))),
        ("Dir::Cache", path(&private.join("cache"))),
        ("Dir::Cache::archives", path(archives)),
        ("APT::Architecture", root.architecture().to_owned()),
        // As root, apt would hand the download to an account that cannot enter these folders.
        ("APT::Sandbox::User", "root".to_owned()),
        ("Debug::NoLocking", "true".to_owned()),
    ];
    let text: String = settings.iter().map(|(name, value)| format!("{name} \"{value}\";\n")).collect();
    let file = private.join("apt.conf");
    fs::write(&file, text + &acquire).doing(|| format!("write {file:?}"))?;
    Ok(file)
}

fn deb_files(folder: &Path) -> Result<Vec<PathBuf>, LabError> {
    let entries = fs::read_dir(folder).doing(|| format!("read {folder:?}"))?;
    let mut files: Vec<PathBuf> = entries
        .flatten()
        .map(|entry| entry.path())
        .filter(|path| path.extension().is_some_and(|e| e == "deb"))
        .collect();
    files.sort();
    Ok(files)
}
