//! The one way from the page to the engine.

use crate::shell;
use millwright_api::Desk;
use millwright_domain::{Code, Fault};
use serde_json::Value;
use tauri::{AppHandle, State};

/// Answers a command: the shell's own few, else the engine's.
#[tauri::command]
pub(crate) async fn rpc(
    app: AppHandle,
    desk: State<'_, Desk>,
    command: String,
    arguments: Value,
    task: u32,
) -> Result<Value, Fault> {
    let desk = desk.inner().clone();
    // A task of its own: a defect in one command is that command's answer, and a page that was loaded again cancels none.
    let answer = tauri::async_runtime::spawn(async move {
        match shell::call(&app, &desk, &command, &arguments).await {
            Some(answer) => answer,
            None => desk.call_as(task, &command, arguments).await,
        }
    });
    answer.await.unwrap_or_else(|error| {
        tracing::error!(%error, "a command did not come to its end");
        Err(Fault::new(Code::Internal, format!("a command did not come to its end: {error}"))
            .with_hint("This is a defect of Millwright. Its log has more: Help, Open the log's folder."))
    })
}
