//! The cache: folders that are slow to make, each under a key that names everything it depends on.
//!
//! A folder is built beside its final name while a lock file is held, and published by one rename: who finds the name
//! finds the whole folder. A builder that was killed leaves a partial folder that the next builder removes.

use crate::{
    error::{Doing, LabError},
    privilege::Privilege,
    process::run,
};
use sha2::{Digest, Sha256};
use std::{
    env,
    fs::{self, File, TryLockError},
    path::{Path, PathBuf},
};

/// The cache's folder: `MILLWRIGHT_LAB_CACHE`, else below `XDG_CACHE_HOME`, else below `~/.cache`.
pub fn cache_folder() -> Result<PathBuf, LabError> {
    let named = |name: &str| env::var_os(name).filter(|value| !value.is_empty()).map(PathBuf::from);
    named("MILLWRIGHT_LAB_CACHE")
        .or_else(|| named("XDG_CACHE_HOME").map(|folder| folder.join("millwright-lab")))
        .or_else(|| named("HOME").map(|folder| folder.join(".cache/millwright-lab")))
        .ok_or(LabError::NoCacheFolder)
}

/// A short key for everything that a cached folder depends on.
pub(crate) fn key(parts: &[&str]) -> String {
    let mut hash = Sha256::new();
    for part in parts {
        hash.update((part.len() as u64).to_be_bytes());
        hash.update(part.as_bytes());
    }
    hex::encode(hash.finalize())[..12].to_owned()
}

/// The folder `name` in the cache; `build` fills it when nobody has yet.
pub(crate) fn folder(
    name: &str,
    privilege: Privilege,
    progress: &mut dyn FnMut(&str),
    build: impl FnOnce(&Path, &mut dyn FnMut(&str)) -> Result<(), LabError>,
) -> Result<PathBuf, LabError> {
    let cache = cache_folder()?;
    let published = cache.join(name);
    if published.is_dir() {
        return Ok(published);
    }
    fs::create_dir_all(&cache).doing(|| format!("make {cache:?}"))?;
    let lock_path = cache.join(format!("{name}.lock"));
    let lock = File::create(&lock_path).doing(|| format!("open {lock_path:?}"))?;
    match lock.try_lock() {
        Ok(()) => {}
        Err(TryLockError::WouldBlock) => {
            progress(&format!("another process builds {name}; waiting for it"));
            lock.lock().doing(|| format!("lock {lock_path:?}"))?;
        }
        Err(TryLockError::Error(error)) => return Err(error).doing(|| format!("lock {lock_path:?}")),
    }
    if published.is_dir() {
        return Ok(published);
    }
    let partial = cache.join(format!("{name}.partial"));
    run(privilege.command("rm").arg("-rf").arg(&partial))?;
    fs::create_dir(&partial).doing(|| format!("make {partial:?}"))?;
    build(&partial, progress)?;
    // By the same privilege as the build: a plain user does not own what root built.
    run(privilege.command("mv").arg("-T").arg(&partial).arg(&published))?;
    Ok(published)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_tell_apart_where_parts_begin() {
        assert_ne!(key(&["ab", "c"]), key(&["a", "bc"]));
        assert_eq!(key(&["ab", "c"]), key(&["ab", "c"]));
    }
}
