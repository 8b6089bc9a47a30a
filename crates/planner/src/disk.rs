//! Whether a host has room for its updates, by what it said.

use millwright_domain::facts::{Facts, Filesystem, PendingUpdates};
use millwright_domain::run::DiskNeed;
use millwright_domain::{Code, Fault};

/// Where packages are put while they come; what they unpack to lies on the same file system on most hosts.
const PLACE: &str = "/var/cache/apt/archives";

/// The space that all pending updates need at most, where the host said enough to know.
pub(crate) fn needed(facts: &Facts, pending: &PendingUpdates) -> Option<DiskNeed> {
    let unpacked = pending.disk_bytes.unwrap_or(0).max(0).unsigned_abs();
    let needed_bytes = pending.download_bytes?.saturating_add(unpacked);
    let holds_it = |filesystem: &&Filesystem| {
        let mount = filesystem.mount.trim_end_matches('/');
        PLACE.strip_prefix(mount).is_some_and(|rest| rest.starts_with('/'))
    };
    let holds = facts.filesystems.iter().flatten().filter(holds_it).max_by_key(|filesystem| filesystem.mount.len())?;
    Some(DiskNeed { mount: holds.mount.clone(), needed_bytes, free_bytes: holds.available_bytes })
}

/// Refuses to begin what cannot end well for want of room.
pub(crate) fn has_room(need: &DiskNeed) -> Result<(), Fault> {
    if need.needed_bytes <= need.free_bytes {
        return Ok(());
    }
    let megabytes = |bytes: u64| bytes.div_ceil(1_000_000);
    let (needed, free) = (megabytes(need.needed_bytes), megabytes(need.free_bytes));
    Err(Fault::new(
        Code::HostDiskFull,
        format!("its updates need {needed} MB on {}, and {free} MB are free", need.mount),
    )
    .with_hint("Make room on the host, or plan fewer packages."))
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn facts(mounts: &[(&str, u64)], download: Option<u64>, disk: Option<i64>) -> Facts {
        let filesystem = |(mount, free): &(&str, u64)| {
            json!({ "mount": mount, "device": "/dev/vda1", "kind": "ext4", "size_bytes": 1_u64 << 40, "used_bytes": 0,
                "available_bytes": free, "inodes": null })
        };
        serde_json::from_value(json!({
            "observed_at": "2026-11-22T12:00:00Z",
            "reboot_required": { "state": "unknown" },
            "services_to_restart": { "state": "not_checked", "why": { "kind": "not_asked" } },
            "filesystems": mounts.iter().map(filesystem).collect::<Vec<_>>(),
            "pending": { "updates": [], "full_upgrade_removes": [], "download_bytes": download, "disk_bytes": disk },
        }))
        .unwrap()
    }

    #[test]
    fn the_file_system_that_packages_come_to_must_have_room() {
        let root = ("/", 900_u64);
        type Case<'c> = (&'c [(&'c str, u64)], Option<u64>, Option<i64>, Option<(&'c str, u64, bool)>);
        let table: [Case<'_>; 7] = [
            (&[root], None, Some(5), None),
            (&[], Some(5), Some(5), None),
            (&[root], Some(500), Some(400), Some(("/", 900, true))),
            (&[root], Some(500), Some(401), Some(("/", 901, false))),
            (&[root], Some(900), Some(-5000), Some(("/", 900, true))),
            (&[root, ("/var", 10), ("/var/cache-of-others", 5000)], Some(11), None, Some(("/var", 11, false))),
            (&[("/home", 10)], Some(1), None, None),
        ];
        for (mounts, download, disk, expected) in table {
            let facts = facts(mounts, download, disk);
            let need = needed(&facts, facts.pending.as_ref().unwrap());
            let found = need.as_ref().map(|need| (need.mount.as_str(), need.needed_bytes, has_room(need).is_ok()));
            assert_eq!(found, expected, "{mounts:?} {download:?} {disk:?}");
        }
    }
}
