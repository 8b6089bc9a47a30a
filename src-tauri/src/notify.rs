//! The system's notification when a run ends while nobody looks at the window.

use crate::window;
use millwright_api::{Desk, EngineEvent, RunSummary};
use millwright_domain::run::{RunCounts, RunState};
use tauri::{AppHandle, Manager};
use tokio::sync::broadcast::error::RecvError;

/// Watches for runs that end.
pub(crate) fn when_runs_end(app: &AppHandle, desk: &Desk) {
    let (app, mut events) = (app.clone(), desk.events());
    tauri::async_runtime::spawn(async move {
        loop {
            let (summary, body) = match events.recv().await {
                Ok(EngineEvent::RunEnded { run }) => (run.title.clone(), how_it_ended(&run)),
                Ok(EngineEvent::RunStopped { error, .. }) => ("A run is not followed any more".into(), error.message),
                Ok(
                    EngineEvent::Changed { .. }
                    | EngineEvent::Question { .. }
                    | EngineEvent::QuestionGone { .. }
                    | EngineEvent::Progress { .. }
                    | EngineEvent::Updates,
                ) => continue,
                Err(RecvError::Lagged(missed)) => {
                    tracing::warn!(missed, "the end of a run may not be notified");
                    continue;
                }
                Err(RecvError::Closed) => return,
            };
            if !is_looked_at(&app) {
                show(&app, summary, body).await;
            }
        }
    });
}

fn is_looked_at(app: &AppHandle) -> bool {
    app.get_webview_window(window::MAIN).is_some_and(|window| window.is_focused().unwrap_or(false))
}

/// `notify-rust` itself, not tauri's plugin: that one injects a script into the page, which may not call it.
async fn show(app: &AppHandle, summary: String, body: String) {
    let identifier = app.config().identifier.clone();
    let shown = tauri::async_runtime::spawn_blocking(move || {
        let mut notification = notify_rust::Notification::new();
        notification.appname("Millwright").summary(&summary).body(&escaped(&body)).icon("millwright-desktop");
        #[cfg(target_os = "windows")]
        notification.app_id(&identifier);
        #[cfg(target_os = "macos")]
        if let Err(error) = notify_rust::set_application(&identifier) {
            tracing::debug!(%error, "the notification appears under another application's name");
        }
        #[cfg(not(any(target_os = "windows", target_os = "macos")))]
        notification.hint(notify_rust::Hint::DesktopEntry(identifier));
        notification.show().map(|_| ())
    });
    match shown.await {
        Ok(Ok(())) => {}
        Ok(Err(error)) => tracing::warn!(%error, "the system shows no notification"),
        Err(error) => tracing::error!(%error, "a notification broke"),
    }
}

/// Notification servers of Linux read markup, and a title may hold what a host is called.
fn escaped(text: &str) -> String {
    if cfg!(target_os = "linux") {
        text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;")
    } else {
        text.to_owned()
    }
}

fn how_it_ended(run: &RunSummary) -> String {
    let counts = said(&run.counts);
    match (&run.halted, run.state) {
        (Some(why), _) => format!("Halted: {}. {counts}", why.message),
        (None, RunState::Awaiting) => format!("Waits for your word. {counts}"),
        (None, _) => counts,
    }
}

/// `5 of 8 hosts succeeded · 1 failed · 2 unreachable`: what went otherwise is counted apart.
fn said(counts: &RunCounts) -> String {
    let others = [
        (counts.failed, "failed"),
        (counts.timed_out, "timed out"),
        (counts.interrupted, "interrupted"),
        (counts.unknown, "unknown"),
        (counts.cancelled, "cancelled"),
        (counts.unreachable, "unreachable"),
        (counts.held, "held"),
        (counts.skipped, "skipped"),
    ];
    let mut text = format!("{} of {} hosts succeeded", counts.succeeded, counts.total);
    for (count, word) in others.into_iter().filter(|(count, _)| *count > 0) {
        text.push_str(&format!(" · {count} {word}"));
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_host_is_left_out() {
        let counts = RunCounts { total: 8, succeeded: 5, failed: 1, unreachable: 2, ..RunCounts::default() };
        assert_eq!(said(&counts), "5 of 8 hosts succeeded · 1 failed · 2 unreachable");
        let counts = RunCounts { total: 2, succeeded: 2, ..RunCounts::default() };
        assert_eq!(said(&counts), "2 of 2 hosts succeeded");
    }
}
