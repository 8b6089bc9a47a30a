//! Putting a proven package in, with the updater plugin.

use millwright_api::Installer;
use millwright_domain::{Code, Fault};
use millwright_updates::Package;
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
        update.install(bytes).map_err(|error| {
            tracing::error!(%error, "the installer said no");
            not_installed(&error)
        })
    }

    fn restart(&self) {
        tracing::info!("restarting into what is installed now");
        self.0.request_restart();
    }
}

fn not_installed(error: &dyn std::fmt::Display) -> Fault {
    Fault::new(Code::UpdateInstallFailed, format!("the update was not installed: {error}")).with_hint(
        "Nothing else was changed. Try again, or install the package yourself; it lies in the folder of updates.",
    )
}
