//! An update whose new version does not start: a person is offered the way back.

use super::{Start, SystemInstaller};
use millwright_api::{Installer, Workspace};
use millwright_domain::Fault;
use millwright_updates::{Package, Started};
use std::path::{Path, PathBuf};
use tauri::AppHandle;
use tauri_plugin_dialog::{DialogExt, MessageDialogButtons, MessageDialogKind};

const TRY_AGAIN: &str = "Try again";

/// Asks, if this start comes after two that failed, and goes on with `otherwise` where nobody wants back.
pub(crate) fn ask_about(
    app: &AppHandle,
    start: Start,
    workspace: &Path,
    otherwise: impl FnOnce(&AppHandle, Start) + Send + 'static,
) {
    let Started::FailedTwice { version, from, backup, previous_package } = &start.started else {
        otherwise(app, start);
        return;
    };
    tracing::error!(%version, "the updated version was started twice and did not come up");
    let back = format!("Go back to {from}");
    let (text, buttons) = match previous_package {
        Some(_) => (
            format!(
                "Millwright {version} was started twice after the update and did not come up.\n\nYou can go back to {from}: \
                 its package is installed again. If {version} has changed the workspace so that {from} cannot read it, the \
                 copy from before the update takes its place, and the changed one is kept beside it."
            ),
            MessageDialogButtons::OkCancelCustom(back.clone(), TRY_AGAIN.into()),
        ),
        None => (
            format!(
                "Millwright {version} was started twice after the update and did not come up.\n\nThe package of {from} is \
                 not here. To go back, install it yourself. The copy of the workspace from before the update: {}",
                backup.as_ref().map_or_else(|| "there is none".to_owned(), |path| path.display().to_string())
            ),
            MessageDialogButtons::OkCustom(TRY_AGAIN.into()),
        ),
    };
    let (asking, workspace) = (app.clone(), workspace.to_owned());
    let way_back = previous_package.clone().map(|package| (*package, backup.clone()));
    app.dialog().message(text).title("Millwright did not start").kind(MessageDialogKind::Error).buttons(buttons).show(
        move |goes_back| match way_back.filter(|_| goes_back) {
            Some((package, backup)) => go_back(asking, package, backup, workspace),
            None => {
                let app = asking.clone();
                if let Err(error) = asking.run_on_main_thread(move || otherwise(&app, start)) {
                    tracing::error!(%error, "the start cannot go on");
                    asking.exit(1);
                }
            }
        },
    );
}

/// The workspace first: the version before could not open it otherwise.
fn go_back(app: AppHandle, package: Package, backup: Option<PathBuf>, workspace: PathBuf) {
    tauri::async_runtime::spawn_blocking(move || {
        let installer = SystemInstaller::new(app.clone());
        let gone = backup
            .map_or(Ok(()), |backup| Workspace::restore_if_changed(&workspace, &backup))
            .and_then(|()| installer.install(&package));
        match gone {
            Ok(()) => installer.restart(),
            Err(fault) => say_and_end(&app, &fault),
        }
    });
}

fn say_and_end(app: &AppHandle, fault: &Fault) {
    let text = [Some(fault.message.as_str()), fault.hint.as_deref()].into_iter().flatten().collect::<Vec<_>>();
    let ending = app.clone();
    app.dialog()
        .message(text.join("\n\n"))
        .title("Millwright could not go back")
        .kind(MessageDialogKind::Error)
        .show(move |_| ending.exit(1));
}
