//! The desktop application: one window on the engine.
//!
//! Owns: the window, the application menu, dialogs and notifications of the system, and the three commands that the page
//! may ask: `rpc`, `subscribe`, `ready`. Does not own: anything about hosts or runs, which is the engine's
//! ([`millwright_api::Desk`]), nor how anything looks in the window, which is the page's.

#![cfg_attr(not(debug_assertions), windows_subsystem = "windows")]

mod addresses;
mod arguments;
mod drops;
mod events;
mod grants;
mod logs;
mod menu;
mod notify;
mod opener;
mod quit;
mod rpc;
mod shell;
mod start;
mod updates;
mod window;

use arguments::Arguments;
use clap::Parser;
use std::process::ExitCode;
use tauri::RunEvent;

fn main() -> ExitCode {
    let arguments = Arguments::parse();
    // Held to the end: what is logged last is written when it goes.
    let _logs = logs::start();
    // A session takes four descriptors. With fewer of them, fewer hosts go at once; each says so.
    if let Err(error) = millwright_api::raise_open_file_limit() {
        tracing::warn!(%error, "the limit of open files stays as it is");
    }
    let mut builder = tauri::Builder::default();
    if arguments.workspace.is_none() {
        // A window on a workspace that was named stands beside the usual one instead of being swallowed by it.
        builder = builder.plugin(tauri_plugin_single_instance::init(|app, _words, _folder| window::focus(app)));
    }
    let built = builder
        .plugin(tauri_plugin_deep_link::init())
        .plugin(tauri_plugin_dialog::init())
        .plugin(tauri_plugin_opener::Builder::new().open_js_links_on_click(false).build())
        .plugin(tauri_plugin_updater::Builder::new().build())
        .plugin(window::remembers_its_place())
        .manage(addresses::Addresses::new())
        .manage(drops::Drops::new())
        .manage(events::Subscription::default())
        .manage(quit::Quitting::default())
        .invoke_handler(tauri::generate_handler![rpc::rpc, events::subscribe, window::ready])
        .setup(move |app| start::set_up(app, &arguments))
        .build(context());
    let app = match built {
        Ok(app) => app,
        Err(error) => {
            tracing::error!(%error, "the window cannot be set up");
            return ExitCode::FAILURE;
        }
    };
    let code = app.run_return(|app, event| {
        // On macOS the Dock and the system ask to quit without closing the window.
        if let RunEvent::ExitRequested { code: None, api, .. } = event {
            api.prevent_exit();
            quit::request(app);
        }
    });
    ExitCode::from(u8::try_from(code).unwrap_or(1))
}

/// What tauri knows of the application, with the version that the engine tells too.
#[allow(clippy::all, clippy::print_stderr, clippy::unwrap_used, reason = "tauri wrote what is included here")]
fn context() -> tauri::Context {
    let mut context = tauri::tauri_build_context!();
    match millwright_api::VERSION.parse() {
        Ok(version) => context.package_info_mut().version = version,
        Err(error) => tracing::error!(%error, version = millwright_api::VERSION, "no version of an application"),
    }
    context
}
