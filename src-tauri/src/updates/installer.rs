//! Putting a proven package in: packages of Linux with the system's own tool, all others with the updater plugin.

#[cfg(target_os = "linux")]
use super::packages;
use millwright_api::Installer;
use millwright_domain::{Code, Fault};
use millwright_updates::Package;
use tauri::AppHandle;
use tauri_plugin_updater::UpdaterExt;

/// The plugin wants an address to ask. It is never asked: no such name exists.
const NOWHERE: &str = "https://updates.invalid/";

/// Installs in this system.
pub(crate) struct SystemInstaller(AppHandle);

impl SystemInstaller {
    pub(crate) fn new(app: AppHandle) -> Self {
        Self(app)
    }
}

impl Installer for SystemInstaller {
    #[cfg_attr(not(target_os = "linux"), expect(unused_variables, reason = "other packages bring all that they need"))]
    fn check(&self, package: &Package) -> Result<(), Fault> {
        #[cfg(target_os = "linux")]
        if let Some(tool) = packages::tool_of(package) {
            return tool.check(package);
        }
        Ok(())
    }

    fn install(&self, package: &Package) -> Result<(), Fault> {
        tracing::info!(version = %package.version(), package = %package.path().display(), "the update is being installed");
        #[cfg(target_os = "linux")]
        if let Some(tool) = packages::tool_of(package) {
            return tool.install(package);
        }
        install_with_plugin(&self.0, package)
    }

    fn restart(&self) {
        tracing::info!("restarting into what is installed now");
        self.0.request_restart();
    }
}

/// The plugin never asks a server: it is handed a release that was verified, and proves the package's signature and
/// signed version once more.
fn install_with_plugin(app: &AppHandle, package: &Package) -> Result<(), Fault> {
    let bytes = package.bytes()?;
    let nowhere = NOWHERE.parse().map_err(|error| not_installed(&error))?;
    let update = app
        .updater_builder()
        .endpoints(vec![nowhere])
        .and_then(|builder| {
            builder
                .pubkey(package.public_key())
                // Which version may follow which was decided by what the release says; going back is decided by a
                // person.
                .version_comparator(|_, _| true)
                .build()
        })
        .and_then(|updater| updater.restore_update(package.plugin_json()))
        .map_err(|error| not_installed(&error))?
        .ok_or_else(|| not_installed(&"the updater takes it for no update"))?;
    update.install(bytes).map_err(|error| not_installed(&error))
}

fn not_installed(error: &dyn std::fmt::Display) -> Fault {
    Fault::new(Code::UpdateInstallFailed, format!("the system's installer did not put it in: {error}")).with_hint(
        "This version goes on. Try again, or install the package yourself; it lies in the folder of updates.",
    )
}
