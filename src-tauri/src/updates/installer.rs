//! Putting a proven package in, with the updater plugin.

use millwright_api::Installer;
use millwright_domain::{Code, Fault};
use millwright_updates::Package;
#[cfg(unix)]
use std::path::{Path, PathBuf};
use tauri::AppHandle;
use tauri_plugin_updater::UpdaterExt;

/// The plugin wants an address to ask. It is never asked: no such name exists.
const NOWHERE: &str = "https://updates.invalid/";

/// Installs with the plugin.
pub(crate) struct PluginInstaller(AppHandle);

impl PluginInstaller {
    pub(crate) fn new(app: AppHandle) -> Self {
        Self(app)
    }
}

impl Installer for PluginInstaller {
    fn install(&self, package: &Package) -> Result<(), Fault> {
        let bytes = package.bytes()?;
        let nowhere = NOWHERE.parse().map_err(|error| not_installed(&error))?;
        tracing::info!(version = %package.version(), package = %package.path().display(), "the update is being installed");
        let update = self
            .0
            .updater_builder()
            .endpoints(vec![nowhere])
            .and_then(|builder| {
                builder
                    .pubkey(package.public_key())
                    // Which version may follow which was decided by what the release says; going back is decided by a person.
                    .version_comparator(|_, _| true)
                    .build()
            })
            .and_then(|updater| updater.restore_update(package.plugin_json()))
            .map_err(|error| not_installed(&error))?
            .ok_or_else(|| not_installed(&"the updater takes it for no update"))?;
        let size_bytes = bytes.len() as u64;
        update.install(bytes).map_err(|error| {
            tracing::error!(%error, "the installer said no");
            // The plugin keeps what dpkg or rpm said to itself; the commonest cause can be seen all the same.
            let why = too_little_room(size_bytes).map_or_else(|| error.to_string(), |room| format!("{error}: {room}"));
            not_installed(&why)
        })
    }

    fn restart(&self) {
        tracing::info!("restarting into what is installed now");
        self.0.request_restart();
    }
}

fn not_installed(error: &dyn std::fmt::Display) -> Fault {
    Fault::new(Code::UpdateInstallFailed, format!("the system's installer did not put it in: {error}")).with_hint(
        "This version goes on. Try again, which also repairs an installation that was cut off, or install the package \
             yourself; it lies in the folder of updates.",
    )
}

/// What takes shape in the system is several times what was packed.
#[cfg(unix)]
fn too_little_room(package_bytes: u64) -> Option<String> {
    const GROWS: u64 = 4;
    let free = |folder: &Path| {
        let room = rustix::fs::statvfs(folder).ok()?;
        Some(room.f_bavail.saturating_mul(room.f_frsize))
    };
    [PathBuf::from("/usr"), std::env::temp_dir()].iter().find_map(|folder| {
        let free = free(folder).filter(|free| *free < package_bytes.saturating_mul(GROWS))?;
        let megabytes = |bytes: u64| bytes.div_ceil(1_000_000);
        Some(format!(
            "there may be too little room, {} MB are free in {} for a package that is {} MB before it is unpacked",
            megabytes(free),
            folder.display(),
            megabytes(package_bytes)
        ))
    })
}

#[cfg(not(unix))]
fn too_little_room(_package_bytes: u64) -> Option<String> {
    None
}
