//! Updates of this application: what is installed and by whom, putting a proven package in, and a start that comes
//! after an update.
//!
//! What is offered, proven and waited for is the engine's.

mod failed_start;
mod installer;
mod owner;
#[cfg(target_os = "linux")]
mod packages;

pub(crate) use failed_start::ask_about;
pub(crate) use installer::SystemInstaller;

use directories::ProjectDirs;
use millwright_api::Desk;
use millwright_domain::{Code, Fault};
use millwright_updates::{Installed, Release, Started, Updates};
use std::path::PathBuf;
use std::sync::Arc;
use tauri::{AppHandle, Manager};

/// How this start came about, and the door to what comes next.
pub(crate) struct Start {
    pub(crate) updates: Updates,
    pub(crate) started: Started,
}

/// Counts this start, before anything else may go wrong in it. None where nothing can be remembered: that is in the
/// log, and no reason not to start.
pub(crate) fn begin(app: &AppHandle) -> Option<Start> {
    let opened = open(app).and_then(|updates| Ok(Start { started: updates.start()?, updates }));
    opened
        .inspect_err(|fault| tracing::error!(code = fault.code.as_str(), %fault, "updates cannot be remembered here"))
        .ok()
}

/// Lets the desk offer updates from now on.
pub(crate) fn offer(app: &AppHandle, desk: &Desk, start: &Start) {
    app.manage(CameUp(start.updates.clone()));
    let (app, desk) = (app.clone(), desk.clone());
    let (updates, started) = (start.updates.clone(), start.started.clone());
    tauri::async_runtime::spawn(async move {
        // Package managers are asked, which may take a second.
        let target = updates.state().target;
        let owner = tauri::async_runtime::spawn_blocking(move || owner::owner(target.as_ref())).await;
        match owner {
            Ok(owner) => desk.offer_updates(updates, &started, owner, Arc::new(SystemInstaller::new(app))),
            Err(error) => tracing::error!(%error, "nobody knows who installed this application"),
        }
    });
}

/// The page has painted: this version starts.
pub(crate) fn came_up(app: &AppHandle) {
    if let Some(CameUp(updates)) = app.try_state::<CameUp>().as_deref()
        && let Err(fault) = updates.came_up()
    {
        tracing::error!(code = fault.code.as_str(), %fault, "it cannot be kept that this version starts");
    }
}

struct CameUp(Updates);

fn open(app: &AppHandle) -> Result<Updates, Fault> {
    let installed = Installed { version: app.package_info().version.clone(), target: owner::target() };
    Updates::open(&folder()?, Release::built_in()?, installed)
}

fn folder() -> Result<PathBuf, Fault> {
    let folders = ProjectDirs::from("", "", "millwright")
        .ok_or_else(|| Fault::new(Code::LocalFile, "this account has no home folder"))?;
    Ok(folders.data_local_dir().join("updates"))
}
