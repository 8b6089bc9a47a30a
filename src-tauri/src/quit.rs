//! Quitting. While this process drives runs a person says what becomes of them: they go on without us, they end after the
//! step at work, or we stay. While an update is being installed there is no quitting: it ends with a restart.

use crate::window;
use millwright_api::{Desk, UpdatePhase};
use millwright_domain::{Code, Fault, ids::RunId, run::RunCounts};
use serde::Deserialize;
use serde_json::json;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;
use tauri::async_runtime::JoinHandle;
use tauri::{AppHandle, Manager};
use tauri_plugin_dialog::{DialogExt, MessageDialogButtons, MessageDialogKind, MessageDialogResult};
use tokio::sync::oneshot;

const LEAVE: &str = "Leave running";
const QUIT: &str = "Quit";
const STOP: &str = "Stop after this step";
const STAY: &str = "Stay";

const UPDATE_IS_LEFT: &str =
    "An update of Millwright has not begun to be installed. It is left, and offered again at the next start.";
const UPDATE_MUST_END: &str =
    "An update of Millwright is being installed. Millwright restarts by itself once it is in, or goes on as it was.";

/// How often it is looked whether the runs that were stopped have ended.
const GLANCE: Duration = Duration::from_millis(500);

/// How far quitting has come.
#[derive(Default)]
pub(crate) struct Quitting(Mutex<Progress>);

#[derive(Default)]
enum Progress {
    #[default]
    Not,
    /// The dialog is open.
    Asking,
    /// Runs were told to stop; the application ends with the last of them.
    Waiting(JoinHandle<()>),
}

/// A run that this process drives.
#[derive(Debug, Clone, Deserialize)]
struct OpenRun {
    id: RunId,
    title: String,
    counts: RunCounts,
}

/// A terminal of this process.
#[derive(Debug, Deserialize)]
struct OpenTerminal {
    host: String,
    ended: Option<serde_json::Value>,
}

/// Somebody wants to quit, by the menu, the window's button or the system.
pub(crate) fn request(app: &AppHandle) {
    let quitting = app.state::<Quitting>();
    match std::mem::replace(&mut *quitting.lock(), Progress::Asking) {
        Progress::Asking => return,
        // Asked again while runs come to their ends: the new answer counts.
        Progress::Waiting(earlier) => earlier.abort(),
        Progress::Not => {}
    }
    let app = app.clone();
    tauri::async_runtime::spawn(async move {
        let progress = decide(&app).await;
        *app.state::<Quitting>().lock() = progress;
    });
}

impl Quitting {
    fn lock(&self) -> MutexGuard<'_, Progress> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Asks where that is needed, and does as was answered.
async fn decide(app: &AppHandle) -> Progress {
    // Without an open workspace there is nothing to ask about.
    let Some(desk) = app.try_state::<Desk>().map(|desk| desk.inner().clone()) else {
        app.exit(0);
        return Progress::Not;
    };
    let update = match update(&desk.update_phase()) {
        Update::None => None,
        Update::IsLeft => Some(UPDATE_IS_LEFT.to_owned()),
        Update::MustEnd => {
            ask(app, UPDATE_MUST_END.to_owned(), MessageDialogButtons::OkCustom(STAY.into())).await;
            return Progress::Not;
        }
    };
    let terminals = open_terminals(&desk).await;
    let (runs, buttons) = match open_runs(&desk).await {
        Ok(runs) if runs.is_empty() => (None, MessageDialogButtons::OkCancelCustom(QUIT.into(), STAY.into())),
        Ok(runs) => (Some(under_way(&runs)), three_ways()),
        Err(fault) => (Some(unknown(&fault)), MessageDialogButtons::OkCancelCustom(LEAVE.into(), STAY.into())),
    };
    let texts: Vec<_> = [runs, terminals, update].into_iter().flatten().collect();
    let answer = match texts.as_slice() {
        [] => MessageDialogResult::Custom(LEAVE.into()),
        texts => ask(app, texts.join("\n\n"), buttons).await,
    };
    match answer {
        MessageDialogResult::Custom(answer) if answer == LEAVE || answer == QUIT => {
            leave(app, &desk).await;
            Progress::Not
        }
        MessageDialogResult::Custom(answer) if answer == STOP => {
            let app = app.clone();
            Progress::Waiting(tauri::async_runtime::spawn(async move { stop_then_quit(&app, &desk).await }))
        }
        // A dialog that was closed without an answer changes nothing.
        MessageDialogResult::Custom(_)
        | MessageDialogResult::Yes
        | MessageDialogResult::No
        | MessageDialogResult::Ok
        | MessageDialogResult::Cancel => Progress::Not,
    }
}

/// What quitting means to an update of Millwright.
#[derive(Debug, PartialEq, Eq)]
enum Update {
    /// There is none under way.
    None,
    /// It is left, and offered again.
    IsLeft,
    /// It ends first.
    MustEnd,
}

fn update(phase: &UpdatePhase) -> Update {
    match phase {
        UpdatePhase::Idle | UpdatePhase::Failed { .. } => Update::None,
        UpdatePhase::Fetching { .. } | UpdatePhase::Waiting { .. } | UpdatePhase::BackingUp => Update::IsLeft,
        UpdatePhase::Installing | UpdatePhase::Restarting => Update::MustEnd,
    }
}

/// Ends the terminals first, so that the audit knows: what exits drops nothing.
async fn leave(app: &AppHandle, desk: &Desk) {
    if let Err(fault) = desk.end_updates() {
        tracing::warn!(fault = %fault.message, "an update began to be installed meanwhile: Millwright stays until it is in");
        ask(app, UPDATE_MUST_END.to_owned(), MessageDialogButtons::OkCustom(STAY.into())).await;
        return;
    }
    desk.close_terminals().await;
    app.exit(0);
}

/// Tells every run to stop after the step at work, and quits when the last has ended.
async fn stop_then_quit(app: &AppHandle, desk: &Desk) {
    let stopped = async {
        for run in open_runs(desk).await? {
            desk.call("run_cancel", json!({ "run": run.id, "mode": "after_step" })).await?;
        }
        while !open_runs(desk).await?.is_empty() {
            tokio::time::sleep(GLANCE).await;
        }
        Ok::<_, Fault>(())
    };
    match stopped.await {
        Ok(()) => leave(app, desk).await,
        Err(fault) => {
            tracing::error!(fault = %fault.message, "the runs could not be stopped");
            let text = format!("The runs could not be stopped: {}\n\nMillwright stays open.", fault.message);
            ask(app, text, MessageDialogButtons::OkCustom(STAY.into())).await;
        }
    }
}

async fn open_runs(desk: &Desk) -> Result<Vec<OpenRun>, Fault> {
    let runs = desk.call("runs_open", json!({})).await?;
    serde_json::from_value(runs)
        .map_err(|error| Fault::new(Code::Internal, format!("the runs cannot be read: {error}")))
}

/// What quitting does to the terminals, if any is open.
async fn open_terminals(desk: &Desk) -> Option<String> {
    let listed = desk.call("terminal_list", json!({})).await.and_then(|open| {
        serde_json::from_value(open)
            .map_err(|error| Fault::new(Code::Internal, format!("the terminals cannot be read: {error}")))
    });
    let open: Vec<OpenTerminal> = match listed {
        Ok(open) => open,
        Err(fault) => return Some(format!("It cannot be told which terminals are open: {}", fault.message)),
    };
    let hosts: Vec<String> = open.into_iter().filter(|one| one.ended.is_none()).map(|one| one.host).collect();
    match hosts.as_slice() {
        [] => None,
        [one] => Some(format!("A terminal on {one} is open. It ends with Millwright, and with it what runs in it.")),
        many => Some(format!(
            "{} terminals are open: {}. They end with Millwright, and with them what runs in them.",
            many.len(),
            many.join(", ")
        )),
    }
}

async fn ask(app: &AppHandle, text: String, buttons: MessageDialogButtons) -> MessageDialogResult {
    let mut dialog =
        app.dialog().message(text).title("Quit Millwright?").kind(MessageDialogKind::Warning).buttons(buttons);
    if let Some(window) = app.get_webview_window(window::MAIN) {
        dialog = dialog.parent(&window);
    }
    let (answer, answered) = oneshot::channel();
    dialog.show_with_result(move |result| drop(answer.send(result)));
    answered.await.unwrap_or_default()
}

fn three_ways() -> MessageDialogButtons {
    MessageDialogButtons::YesNoCancelCustom(LEAVE.into(), STOP.into(), STAY.into())
}

fn under_way(runs: &[OpenRun]) -> String {
    /// As many runs are named one by one.
    const NAMED: usize = 6;
    let hosts = |run: &OpenRun| run.counts.waiting + run.counts.connecting + run.counts.running;
    let counted = |count: u32| if count == 1 { "1 host".to_owned() } else { format!("{count} hosts") };
    let mut text = format!("{} still at work:\n", counted(runs.iter().map(hosts).sum()));
    for run in runs.iter().take(NAMED) {
        text.push_str(&format!("\n• {}: {}", run.title, counted(hosts(run))));
    }
    if runs.len() > NAMED {
        text.push_str(&format!("\n• and {} more runs", runs.len() - NAMED));
    }
    text.push_str(
        "\n\nWhat was left running finishes the work that its host has; hosts that wait begin when the run is followed again.",
    );
    text
}

fn unknown(fault: &Fault) -> String {
    format!("It cannot be told which runs are under way: {}\n\nHosts at work go on without Millwright.", fault.message)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn run(title: &str, counts: RunCounts) -> OpenRun {
        OpenRun { id: "01936b2e-0000-7000-8000-000000000001".parse().unwrap(), title: title.to_owned(), counts }
    }

    #[test]
    fn the_hosts_at_work_are_counted_and_no_run_is_left_out() {
        let counts = RunCounts { total: 9, waiting: 2, running: 3, succeeded: 4, ..RunCounts::default() };
        let one = RunCounts { total: 1, connecting: 1, ..RunCounts::default() };
        let text = under_way(&[run("Patch acme", counts), run("Restart nginx", one)]);
        assert!(
            text.starts_with("6 hosts still at work:\n\n• Patch acme: 5 hosts\n• Restart nginx: 1 host\n"),
            "{text}"
        );
        let many: Vec<_> = (0..9).map(|number| run(&number.to_string(), one)).collect();
        assert!(under_way(&many).contains("• and 3 more runs"));
    }

    #[test]
    fn an_update_is_never_cut_off_while_it_is_installed() {
        let waits = UpdatePhase::Waiting { until: "under way: 1 run".to_owned() };
        assert_eq!(update(&waits), Update::IsLeft);
        assert_eq!(update(&UpdatePhase::Installing), Update::MustEnd);
        assert_eq!(update(&UpdatePhase::Idle), Update::None);
    }

    #[tokio::test]
    async fn a_desk_without_runs_has_none_open() {
        let place = tempfile::tempdir().unwrap();
        millwright_api::Workspace::init(place.path()).unwrap();
        let desk = Desk::open(place.path()).unwrap();
        assert!(open_runs(&desk).await.unwrap().is_empty());
    }
}
