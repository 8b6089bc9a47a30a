//! The application's menu. Its items show something or edit the text at the cursor; none of them acts on a host.

use crate::{addresses::Addresses, logs, opener, quit};
use tauri::menu::{AboutMetadata, Menu, MenuEvent, MenuItem, PredefinedMenuItem, Submenu};
use tauri::{AppHandle, Manager};

/// The screens that the menu leads to: title, address, accelerator. The page's rail has
/// the same order, and the page numbers its keys by it.
const SCREENS: &[(&str, &str, &str)] = &[
    ("Today", "/today", "CmdOrCtrl+1"),
    ("Fleet", "/fleet", "CmdOrCtrl+2"),
    ("Clients", "/clients", "CmdOrCtrl+3"),
    ("Runs", "/runs", "CmdOrCtrl+4"),
    ("Runbooks", "/runbooks", "CmdOrCtrl+5"),
    ("Audit", "/audit", "CmdOrCtrl+6"),
    ("Settings", "/settings", "CmdOrCtrl+7"),
];
const IMPORT: &str = "/import";

const QUIT: &str = "quit";
const OPEN_LOGS: &str = "open-logs";

/// Puts the menu on every window (on macOS: at the top of the screen).
pub(crate) fn build(app: &AppHandle) -> tauri::Result<()> {
    let menu = Menu::new(app)?;
    let about = PredefinedMenuItem::about(app, None, Some(about(app)))?;
    let quit = MenuItem::with_id(app, QUIT, "Quit Millwright", true, Some("CmdOrCtrl+Q"))?;
    let import = MenuItem::with_id(app, IMPORT, "Import…", true, Some("CmdOrCtrl+I"))?;
    let separator = PredefinedMenuItem::separator(app)?;
    let file = if cfg!(target_os = "macos") {
        // There the first menu is the application's own.
        let hide = PredefinedMenuItem::hide(app, None)?;
        menu.append(&Submenu::with_items(app, "Millwright", true, &[&about, &separator, &hide, &separator, &quit])?)?;
        Submenu::with_items(app, "File", true, &[&import])?
    } else {
        Submenu::with_items(app, "File", true, &[&import, &separator, &quit])?
    };
    menu.append(&file)?;
    menu.append(&edit::submenu(app)?)?;
    let view = Submenu::new(app, "View", true)?;
    for (title, address, accelerator) in SCREENS {
        view.append(&MenuItem::with_id(app, *address, *title, true, Some(*accelerator))?)?;
    }
    menu.append(&view)?;
    let logs = MenuItem::with_id(app, OPEN_LOGS, "Open the log's folder", true, None::<&str>)?;
    let help = Submenu::with_items(app, "Help", true, &[&logs])?;
    if !cfg!(target_os = "macos") {
        help.append(&about)?;
    }
    menu.append(&help)?;
    app.set_menu(menu)?;
    app.on_menu_event(chosen);
    Ok(())
}

fn chosen(app: &AppHandle, event: MenuEvent) {
    match event.id().as_ref() {
        QUIT => quit::request(app),
        OPEN_LOGS => {
            if let Some(folder) = logs::folder() {
                opener::open_folder(app, &folder);
            }
        }
        address if address.starts_with('/') => app.state::<Addresses>().open(address),
        other => edit::perform(app, other),
    }
}

fn about(app: &AppHandle) -> AboutMetadata<'_> {
    AboutMetadata {
        name: Some("Millwright".to_owned()),
        version: Some(app.package_info().version.to_string()),
        comments: Some("A workbench for managed service providers".to_owned()),
        license: Some("Apache-2.0 OR MIT".to_owned()),
        icon: app.default_window_icon().cloned(),
        ..AboutMetadata::default()
    }
}

/// The menu's items are the system's.
#[cfg(not(target_os = "linux"))]
mod edit {
    use tauri::AppHandle;
    use tauri::menu::{PredefinedMenuItem, Submenu};

    pub(super) fn submenu(app: &AppHandle) -> tauri::Result<Submenu<tauri::Wry>> {
        let separator = PredefinedMenuItem::separator(app)?;
        let (undo, redo) = (PredefinedMenuItem::undo(app, None)?, PredefinedMenuItem::redo(app, None)?);
        let (cut, copy) = (PredefinedMenuItem::cut(app, None)?, PredefinedMenuItem::copy(app, None)?);
        let (paste, all) = (PredefinedMenuItem::paste(app, None)?, PredefinedMenuItem::select_all(app, None)?);
        Submenu::with_items(app, "Edit", true, &[&undo, &redo, &separator, &cut, &copy, &paste, &separator, &all])
    }

    pub(super) fn perform(_app: &AppHandle, _item: &str) {}
}

/// GTK has no such items; WebKit performs them. Their keys are the webview's own, so that each acts once.
#[cfg(target_os = "linux")]
mod edit {
    use crate::window;
    use tauri::menu::{MenuItem, PredefinedMenuItem, Submenu};
    use tauri::{AppHandle, Manager};
    use webkit2gtk::WebViewExt;

    /// Title, and WebKit's name of the command; none separates.
    const ITEMS: &[Option<(&str, &str)>] = &[
        Some(("Undo", "Undo")),
        Some(("Redo", "Redo")),
        None,
        Some(("Cut", "Cut")),
        Some(("Copy", "Copy")),
        Some(("Paste", "Paste")),
        None,
        Some(("Select all", "SelectAll")),
    ];

    pub(super) fn submenu(app: &AppHandle) -> tauri::Result<Submenu<tauri::Wry>> {
        let menu = Submenu::new(app, "Edit", true)?;
        for item in ITEMS {
            match item {
                Some((title, command)) => {
                    menu.append(&MenuItem::with_id(app, *command, *title, true, None::<&str>)?)?
                }
                None => menu.append(&PredefinedMenuItem::separator(app)?)?,
            }
        }
        Ok(menu)
    }

    pub(super) fn perform(app: &AppHandle, item: &str) {
        let command = ITEMS.iter().flatten().find(|(_, command)| *command == item);
        let (Some((_, command)), Some(window)) = (command, app.get_webview_window(window::MAIN)) else { return };
        if let Err(error) = window.with_webview(|webview| webview.inner().execute_editing_command(command)) {
            tracing::warn!(%error, command, "the page does not edit");
        }
    }
}
