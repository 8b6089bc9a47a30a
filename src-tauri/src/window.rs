//! The one window: opened hidden, shown when the page has painted, so that nobody sees it white.

use crate::{drops, updates};
use std::time::Duration;
use tauri::window::Color;
use tauri::{AppHandle, Manager, Runtime, Theme, WebviewUrl, WebviewWindow, WebviewWindowBuilder, WindowEvent};
use tauri::{plugin::TauriPlugin, webview::NewWindowResponse};
use tauri_plugin_window_state::StateFlags;

/// The window's label, by which the capability names it too.
pub(crate) const MAIN: &str = "main";

/// A page that has not said by then that it is ready is shown as it is.
const PATIENCE: Duration = Duration::from_secs(3);

/// A proxy that cannot be there: no port has the number 0. The page's policy forbids it every request, but not the
/// connections that WebKit opens ahead for a link, and the name that is looked up for one can carry something out.
#[cfg(target_os = "linux")]
const NOWHERE: &str = "http://127.0.0.1:0";

/// What lies under the page until it paints: `--canvas` of the page's styles.
const LIGHT: Color = Color(244, 242, 239, 255);
const DARK: Color = Color(16, 15, 13, 255);

/// Opens the window; it stays hidden until [`ready`].
pub(crate) fn open(app: &AppHandle) -> tauri::Result<()> {
    let builder = WebviewWindowBuilder::new(app, MAIN, WebviewUrl::App("index.html".into()))
        .title("Millwright")
        .inner_size(1280.0, 800.0)
        .min_inner_size(960.0, 600.0)
        .center()
        .visible(false)
        .on_navigation(is_ours)
        .on_new_window(|_, _| NewWindowResponse::Deny);
    #[cfg(target_os = "linux")]
    let builder = builder.proxy_url(NOWHERE.parse().map_err(tauri::Error::InvalidUrl)?);
    let window = builder.build()?;
    window.set_background_color(Some(background(window.theme()?)))?;
    let watched = window.clone();
    window.on_window_event(move |event| on_event(&watched, event));
    let late = window.clone();
    tauri::async_runtime::spawn(async move {
        tokio::time::sleep(PATIENCE).await;
        if !late.is_visible().unwrap_or(false) {
            tracing::warn!("the page did not say that it is ready; it is shown as it is");
            show(&late);
        }
    });
    Ok(())
}

/// The page has painted: the window may be seen.
#[tauri::command]
pub(crate) fn ready(window: WebviewWindow) {
    tracing::info!("the page has painted");
    show(&window);
    updates::came_up(window.app_handle());
}

/// Brings the window to the front.
pub(crate) fn focus(app: &AppHandle) {
    if let Some(window) = app.get_webview_window(MAIN) {
        if let Err(error) = window.unminimize() {
            tracing::warn!(%error, "the window stays minimized");
        }
        show(&window);
    }
}

/// Keeps the window's size and place from one start to the next. Whether it can be seen is for [`ready`] to say.
pub(crate) fn remembers_its_place<R: Runtime>() -> TauriPlugin<R> {
    let flags = StateFlags::SIZE | StateFlags::POSITION | StateFlags::MAXIMIZED | StateFlags::FULLSCREEN;
    tauri_plugin_window_state::Builder::new().with_state_flags(flags).build()
}

fn show(window: &WebviewWindow) {
    if let Err(error) = window.show().and_then(|()| window.set_focus()) {
        tracing::error!(%error, "the window cannot be shown");
    }
}

fn on_event(window: &WebviewWindow, event: &WindowEvent) {
    if let WindowEvent::CloseRequested { api, .. } = event {
        api.prevent_close();
        crate::quit::request(window.app_handle());
    } else if let WindowEvent::DragDrop(event) = event {
        drops::on_event(window.app_handle(), event);
    } else if let WindowEvent::ThemeChanged(theme) = event
        && let Err(error) = window.set_background_color(Some(background(*theme)))
    {
        tracing::warn!(%error, "the window keeps the background of the other theme");
    }
}

fn background(theme: Theme) -> Color {
    if theme == Theme::Dark { DARK } else { LIGHT }
}

/// The page stays the application's own, whatever it is told to go to.
fn is_ours(url: &tauri::Url) -> bool {
    let host = url.host_str().unwrap_or_default();
    match url.scheme() {
        "tauri" => host == "localhost",
        // So the page is called on Windows, whose webview knows no schemes of an application.
        "http" | "https" => cfg!(windows) && host == "tauri.localhost",
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_window_goes_nowhere_else() {
        let windows = cfg!(windows);
        let cases = [
            ("tauri://localhost/index.html#/fleet", true),
            ("http://tauri.localhost/index.html", windows),
            ("tauri://elsewhere/", false),
            ("https://example.com/", false),
            ("http://tauri.localhost.example.com/", false),
            ("file:///etc/passwd", false),
            ("data:text/html,<h1>x</h1>", false),
        ];
        for (url, ours) in cases {
            assert_eq!(is_ours(&url.parse().unwrap()), ours, "{url}");
        }
    }
}
