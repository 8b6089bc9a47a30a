//! Starting: the workspace is opened, then the window. A workspace that cannot be opened is said in a dialog of the
//! system, since there is no page yet that could say it.

use crate::{addresses, arguments::Arguments, menu, notify, updates, window};
use millwright_api::{Desk, Workspace};
use millwright_domain::{Code, Fault};
use std::{
    error::Error,
    path::{Path, PathBuf},
};
use tauri::{App, AppHandle, Manager};
use tauri_plugin_dialog::{DialogExt, MessageDialogKind};

/// The folder of the workspace that is open.
#[derive(Debug)]
pub(crate) struct WorkspaceFolder(pub(crate) PathBuf);

/// Opens the workspace and the window on it.
pub(crate) fn set_up(app: &mut App, arguments: &Arguments) -> Result<(), Box<dyn Error>> {
    let folder = match arguments.folder() {
        Ok(folder) => folder,
        Err(fault) => {
            say_and_end(app.handle(), &fault);
            return Ok(());
        }
    };
    let link = arguments.link.clone();
    match updates::begin(app.handle()) {
        Some(start) => {
            let workspace = folder.clone();
            updates::ask_about(app.handle(), start, &workspace, move |app, start| {
                go_on(app, folder, link.as_deref(), Some(&start));
            });
        }
        None => go_on(app.handle(), folder, link.as_deref(), None),
    }
    Ok(())
}

fn go_on(app: &AppHandle, folder: PathBuf, link: Option<&str>, start: Option<&updates::Start>) {
    if let Err(error) = open_window(app, folder, link, start) {
        tracing::error!(%error, "the window cannot be opened");
        app.exit(1);
    }
}

fn open_window(
    app: &AppHandle,
    folder: PathBuf,
    link: Option<&str>,
    start: Option<&updates::Start>,
) -> Result<(), Box<dyn Error>> {
    match tauri::async_runtime::block_on(async { open(&folder) }) {
        Ok(desk) => {
            tracing::info!(folder = %folder.display(), "the workspace is open");
            notify::when_runs_end(app, &desk);
            // Only now, so that the end of a run that is taken up again is heard.
            let going = tauri::async_runtime::block_on(async { desk.keep_going() });
            if let Some(start) = start {
                updates::offer(app, &desk, start);
            }
            app.manage(desk);
            if let Err(fault) = going {
                say_and_end(app, &fault);
                return Ok(());
            }
            app.manage(WorkspaceFolder(folder));
            addresses::listen(app, link);
            menu::build(app)?;
            window::open(app)?;
        }
        Err(fault) => say_and_end(app, &fault),
    }
    Ok(())
}

/// Opens the workspace, made first when it is missing. The engine wants a runtime around it.
fn open(folder: &Path) -> Result<Desk, Fault> {
    match Desk::open(folder) {
        Err(fault) if fault.code == Code::WorkspaceMissing => {
            Workspace::init(folder)?;
            Desk::open(folder)
        }
        opened => opened,
    }
}

fn say_and_end(app: &AppHandle, fault: &Fault) {
    tracing::error!(code = fault.code.as_str(), fault = %fault.message, "the workspace cannot be opened");
    let text = [Some(fault.message.as_str()), fault.hint.as_deref()].into_iter().flatten().collect::<Vec<_>>();
    let ending = app.clone();
    app.dialog()
        .message(text.join("\n\n"))
        .title("Millwright cannot open its workspace")
        .kind(MessageDialogKind::Error)
        .show(move |_| ending.exit(1));
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_missing_workspace_is_made_and_a_foreign_file_is_left_alone() {
        let place = tempfile::tempdir().unwrap();
        let folder = place.path().join("new");
        let desk = open(&folder).unwrap();
        assert!(desk.call("fleet_tree", serde_json::json!({})).await.is_ok());

        let foreign = place.path().join("file");
        std::fs::write(&foreign, "not a folder").unwrap();
        assert!(open(&foreign).is_err());
        assert_eq!(std::fs::read(&foreign).unwrap(), b"not a folder");
    }
}
