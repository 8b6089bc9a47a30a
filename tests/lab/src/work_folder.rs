//! Temporary folders that name their owner, so that the next start can remove what a killed process left.
//!
//! Processes, mounts and interfaces of a killed owner are ended by the kernel (see [`crate::keeper`]). What may stay is
//! files and empty control groups; both carry the owner's process number and start time in their name.

use crate::{
    error::{Doing, LabError},
    privilege::Privilege,
    process::{run_any, start_time},
};
use std::{
    env, fs,
    path::Path,
    process::{self, Command},
};
use tempfile::TempDir;

const PREFIX: &str = "millwright-lab-";
const CONTROL_GROUPS: &str = "/sys/fs/cgroup";

/// A new folder of this process; removes first what dead owners left.
pub(crate) fn create() -> Result<TempDir, LabError> {
    remove_stale();
    let pid = process::id();
    let prefix = format!("{PREFIX}{pid}-{}-", start_time(pid).unwrap_or_default());
    tempfile::Builder::new().prefix(&prefix).tempdir().doing(|| format!("make a folder in {:?}", env::temp_dir()))
}

/// Removes the control groups whose names begin with `name`. They must be empty of processes.
pub(crate) fn remove_control_groups(name: &str, privilege: Privilege) {
    // systemd has made groups within: the deepest go first. One that is not empty yet stays for the next start.
    let path = format!("*/{name}*");
    let _ =
        run_any(privilege.command("find").args([CONTROL_GROUPS, "-depth", "-type", "d", "-path", &path, "-delete"]));
}

/// Removes the control groups that dead owners left.
pub(crate) fn remove_stale_control_groups(privilege: Privilege) {
    let name = format!("{PREFIX}*");
    let mut find = Command::new("find");
    let Ok(found) = run_any(find.args([CONTROL_GROUPS, "-type", "d", "-name", &name, "-prune"])) else { return };
    for group in String::from_utf8_lossy(&found.stdout).lines() {
        let name = Path::new(group).file_name().and_then(|name| name.to_str()).unwrap_or_default();
        if name.strip_prefix(PREFIX).is_some_and(|owner| !is_alive(owner)) {
            remove_control_groups(name, privilege);
        }
    }
}

fn remove_stale() {
    let Ok(entries) = fs::read_dir(env::temp_dir()) else { return };
    for entry in entries.flatten() {
        let name = entry.file_name();
        let Some(owner) = name.to_str().and_then(|name| name.strip_prefix(PREFIX)) else { continue };
        if !is_alive(owner) {
            // Another user's folder stays; it is not ours to remove.
            let _ = fs::remove_dir_all(entry.path());
        }
    }
}

/// Whether the owner in `<pid>-<start time>-<random>` still runs. What cannot be read counts as alive.
fn is_alive(owner: &str) -> bool {
    let mut parts = owner.split('-');
    let (Some(Ok(pid)), Some(Ok(started))) = (parts.next().map(str::parse), parts.next().map(str::parse::<u64>)) else {
        return true;
    };
    start_time(pid) == Some(started)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_dead_owners_folder_goes_and_a_living_ones_stays() {
        let own = create().unwrap();
        let stale = env::temp_dir().join(format!("{PREFIX}999999999-1-left"));
        fs::create_dir_all(stale.join("web-1")).unwrap();
        let another = create().unwrap();
        assert!(own.path().exists() && another.path().exists());
        assert!(!stale.exists());
        assert!(is_alive("not a number-1-x"));
    }
}
