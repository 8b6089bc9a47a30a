//! The few commands that the shell answers itself, since they need the system's dialogs or its other applications. They
//! come by `rpc` as the engine's do, and their names begin with `shell_`.
//!
//! The page never names a file that is written or sent: a person picks it in the system's dialog.

use crate::grants::{GrantedFile, granted};
use crate::{opener, start::WorkspaceFolder, window};
use millwright_api::Desk;
use millwright_domain::ids::RunId;
use millwright_domain::{Code, Fault, HostPath};
use serde::{Deserialize, Serialize, de::DeserializeOwned};
use serde_json::Value;
use std::fs::File;
use std::io::Write;
use std::path::{Path, PathBuf};
use tauri::{AppHandle, Manager};
use tauri_plugin_dialog::{DialogExt, FileDialogBuilder, FilePath};
use tokio::sync::oneshot;

/// How much of a log is fetched at once.
const PIECE: u64 = 1 << 20;

/// `shell_choose_file`: a person picks a file; its path, or none when they think better of it.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct ChooseFile {
    /// The dialog's title.
    title: String,
    /// What the file's name may end with; all files when empty.
    extensions: Vec<String>,
}

/// `shell_save_text`: a person picks where a text is kept; whether they did.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct SaveText {
    /// The name that the dialog begins with.
    name: String,
    /// What is written.
    text: String,
}

/// `shell_save_log`: a person picks where all that a host printed in a run is kept; whether they did.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct SaveLog {
    run: RunId,
    host: HostPath,
}

/// `shell_grant_uploads`: a person picks files to send to a host; none when they think better of it.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct GrantUploads {}

/// `shell_grant_download`: a person picks where a file of a host is kept; none when they think better of it.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct GrantDownload {
    /// The name that the dialog begins with.
    name: String,
}

/// `shell_open`: opens a link, or a document in the workspace's folder, in another application.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Open {
    target: String,
}

/// Answers a command of the shell; none when it is the engine's.
pub(crate) async fn call(
    app: &AppHandle,
    desk: &Desk,
    command: &str,
    arguments: &Value,
) -> Option<Result<Value, Fault>> {
    match command {
        "shell_choose_file" => Some(choose_file(app, arguments).await.and_then(write)),
        "shell_save_text" => Some(save_text(app, arguments).await.and_then(write)),
        "shell_save_log" => Some(save_log(app, desk, arguments).await.and_then(write)),
        "shell_grant_uploads" => Some(grant_uploads(app, desk, arguments).await.and_then(write)),
        "shell_grant_download" => Some(grant_download(app, desk, arguments).await.and_then(write)),
        "shell_open" => Some(open(app, arguments).and_then(write)),
        _ => None,
    }
}

async fn choose_file(app: &AppHandle, arguments: &Value) -> Result<Option<PathBuf>, Fault> {
    let ChooseFile { title, extensions } = read("shell_choose_file", arguments)?;
    let endings: Vec<_> = extensions.iter().map(String::as_str).collect();
    let mut dialog = dialog(app).set_title(title);
    if !endings.is_empty() {
        dialog = dialog.add_filter(extensions.join(", "), &endings);
    }
    let (answer, answered) = oneshot::channel();
    dialog.pick_file(move |picked| drop(answer.send(picked)));
    path_of(answered.await.ok().flatten())
}

async fn save_text(app: &AppHandle, arguments: &Value) -> Result<bool, Fault> {
    let SaveText { name, text } = read("shell_save_text", arguments)?;
    let Some(path) = choose_place(app, &name).await? else { return Ok(false) };
    let written = tauri::async_runtime::spawn_blocking(move || {
        std::fs::write(&path, text).map_err(|error| not_written(&path, &error))
    });
    written.await.map_err(broken)??;
    Ok(true)
}

async fn save_log(app: &AppHandle, desk: &Desk, arguments: &Value) -> Result<bool, Fault> {
    let SaveLog { run, host } = read("shell_save_log", arguments)?;
    let Some(path) = choose_place(app, &format!("{host} {run}.log")).await? else { return Ok(false) };
    let mut file = File::create(&path).map_err(|error| not_written(&path, &error))?;
    let mut from = 0;
    loop {
        // The bytes as they came: what a person keeps may have to prove something.
        let bytes = desk.output(run, host.clone(), from, PIECE).await?;
        if bytes.is_empty() {
            return Ok(true);
        }
        file.write_all(&bytes).map_err(|error| not_written(&path, &error))?;
        from += bytes.len() as u64;
    }
}

async fn grant_uploads(app: &AppHandle, desk: &Desk, arguments: &Value) -> Result<Vec<GrantedFile>, Fault> {
    let GrantUploads {} = read("shell_grant_uploads", arguments)?;
    let (answer, answered) = oneshot::channel();
    dialog(app).set_title("Upload files").pick_files(move |picked| drop(answer.send(picked)));
    let picked = answered.await.ok().flatten().unwrap_or_default();
    let paths = picked.into_iter().map(plain_path).collect::<Result<_, _>>()?;
    grant_all(desk, paths).await
}

async fn grant_download(app: &AppHandle, desk: &Desk, arguments: &Value) -> Result<Option<GrantedFile>, Fault> {
    let GrantDownload { name } = read("shell_grant_download", arguments)?;
    let Some(path) = choose_place(app, &name).await? else { return Ok(None) };
    Ok(grant_all(desk, vec![path]).await?.pop())
}

/// Away from here: what was picked may lie on a slow disk.
async fn grant_all(desk: &Desk, paths: Vec<PathBuf>) -> Result<Vec<GrantedFile>, Fault> {
    let desk = desk.clone();
    tauri::async_runtime::spawn_blocking(move || granted(&desk, paths)).await.map_err(broken)
}

async fn choose_place(app: &AppHandle, name: &str) -> Result<Option<PathBuf>, Fault> {
    let (answer, answered) = oneshot::channel();
    dialog(app).set_file_name(plain_name(name)).save_file(move |picked| drop(answer.send(picked)));
    path_of(answered.await.ok().flatten())
}

fn open(app: &AppHandle, arguments: &Value) -> Result<(), Fault> {
    let Open { target } = read("shell_open", arguments)?;
    opener::open(app, &target, &app.state::<WorkspaceFolder>().0)
}

fn dialog(app: &AppHandle) -> FileDialogBuilder<tauri::Wry> {
    let dialog = app.dialog().file();
    match app.get_webview_window(window::MAIN) {
        Some(window) => dialog.set_parent(&window),
        None => dialog,
    }
}

/// A name without a path: what the page suggests may hold what a host is called.
fn plain_name(name: &str) -> String {
    let plain = |c: char| if c.is_alphanumeric() || "-_. ".contains(c) { c } else { '-' };
    let name: String = name.chars().take(120).map(plain).collect();
    name.trim_start_matches(['.', ' ', '-']).to_owned()
}

fn path_of(picked: Option<FilePath>) -> Result<Option<PathBuf>, Fault> {
    picked.map(plain_path).transpose()
}

fn plain_path(picked: FilePath) -> Result<PathBuf, Fault> {
    picked
        .into_path()
        .map_err(|error| Fault::new(Code::LocalFile, format!("what was picked is not a file of this machine: {error}")))
}

fn not_written(path: &Path, error: &std::io::Error) -> Fault {
    Fault::new(Code::LocalFile, format!("{} cannot be written: {error}", path.display()))
        .with_hint("Check its permissions and the room on its disk, or choose another place.")
}

fn broken(error: tauri::Error) -> Fault {
    Fault::new(Code::Internal, format!("a dialog did not come to its end: {error}"))
}

fn read<T: DeserializeOwned>(command: &str, arguments: &Value) -> Result<T, Fault> {
    T::deserialize(arguments)
        .map_err(|error| Fault::new(Code::InvalidInput, format!("the arguments of {command} cannot be read: {error}")))
}

fn write(answer: impl Serialize) -> Result<Value, Fault> {
    serde_json::to_value(answer)
        .map_err(|error| Fault::new(Code::Internal, format!("an answer cannot be written: {error}")))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_suggested_name_holds_no_path() {
        let cases = [
            ("acme/prod/web-1.log", "acme-prod-web-1.log"),
            ("../../.bashrc", "bashrc"),
            ("C:\\autoexec.bat", "C--autoexec.bat"),
        ];
        for (name, plain) in cases {
            assert_eq!(plain_name(name), plain);
        }
    }
}
