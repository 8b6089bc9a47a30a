//! `millwright files …`

use crate::arguments::{Files, TransferManner};
use crate::exit::Exit;
use crate::out::Out;
use crate::text::{ago, size, visible_line};
use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};
use jiff::Timestamp;
use millwright_api::{
    FileEntryKind, FilesPage, IfTaken, TransferDirection, TransferOrder, TransferProgress, TransferStart, Workspace,
};
use millwright_domain::{Code, Fault};
use serde_json::json;
use std::path::{Path, PathBuf};
use std::time::Duration;

/// How often the bar is moved.
const GLANCE: Duration = Duration::from_millis(100);

pub(crate) async fn perform(workspace: &Workspace, out: &Out, verb: Files) -> Result<Exit, Fault> {
    match verb {
        Files::List { host, path } => {
            let page = workspace.files_list(&host, path.as_deref()).await?;
            out.answer(&json!({ "folder": page }), || listed(out, &page));
        }
        Files::Get { host, path, local, manner } => {
            let local_path = destination(&path, local)?;
            let direction = TransferDirection::Download;
            let order = TransferOrder { direction, host, host_path: path, local_path, if_taken: if_taken(manner) };
            transfer(workspace, out, &order, manner).await?;
        }
        Files::Put { local, host, path, manner } => {
            let name = local.file_name().and_then(|name| name.to_str()).ok_or_else(|| {
                Fault::new(Code::InvalidInput, format!("{} has no name that a host could take", local.display()))
            })?;
            let host_path = workspace.transfer_place(&host, &path, name).await?;
            let local_path = absolute(&local)?;
            let direction = TransferDirection::Upload;
            let order = TransferOrder { direction, host, host_path, local_path, if_taken: if_taken(manner) };
            transfer(workspace, out, &order, manner).await?;
        }
        Files::Rename { host, from, to } => {
            workspace.files_rename(&host, &from, &to).await?;
            out.answer(&json!({ "renamed": { "host": host, "from": from, "to": to } }), || {
                format!("Renamed {} to {}.", visible_line(&from), visible_line(&to))
            });
        }
        Files::Remove { host, path } => {
            workspace.files_delete(&host, &path).await?;
            out.answer(&json!({ "removed": { "host": host, "path": path } }), || {
                format!("Removed {}.", visible_line(&path))
            });
        }
        Files::Mkdir { host, path } => {
            workspace.files_make_folder(&host, &path).await?;
            out.answer(&json!({ "made": { "host": host, "path": path } }), || {
                format!("Made the folder {}.", visible_line(&path))
            });
        }
    }
    Ok(Exit::Well)
}

async fn transfer(
    workspace: &Workspace,
    out: &Out,
    order: &TransferOrder,
    manner: TransferManner,
) -> Result<(), Fault> {
    let start = if manner.resume { TransferStart::WhereItStopped } else { TransferStart::Anew };
    workspace.transfer_check(order).await?;
    let progress = TransferProgress::default();
    shown(*out, &progress, workspace.transfer(order, start, &progress)).await.map_err(|fault| {
        if fault.code != Code::LinkLost {
            return fault;
        }
        fault.with_hint("What has arrived stays: the same command with `--resume` goes on.")
    })?;
    let (done, moved) = (progress.done(), progress.moved());
    let answer = json!({ "transfer": {
        "host": order.host,
        "direction": order.direction,
        "host_path": order.host_path,
        "local_path": order.local_path.to_string_lossy(),
        "size": done,
        "moved": moved,
    } });
    out.answer(&answer, || {
        let verb = match order.direction {
            TransferDirection::Upload => "Sent",
            TransferDirection::Download => "Fetched",
        };
        let rest = if moved < done { format!(" ({} of it now)", size(moved)) } else { String::new() };
        format!("{verb} {}: {}{rest}.", visible_line(&order.destination()), size(done))
    });
    Ok(())
}

/// Waits for the work, and shows how far it is where somebody looks.
async fn shown(
    out: Out,
    progress: &TransferProgress,
    work: impl Future<Output = Result<(), Fault>>,
) -> Result<(), Fault> {
    if !out.has_person() {
        return work.await;
    }
    let bar = ProgressBar::with_draw_target(None, ProgressDrawTarget::stderr_with_hz(10));
    let style = "{bar:20} {decimal_bytes}/{decimal_total_bytes}  {decimal_bytes_per_sec}  {eta} left";
    if let Ok(style) = ProgressStyle::with_template(style) {
        bar.set_style(style);
    }
    tokio::pin!(work);
    loop {
        tokio::select! {
            result = &mut work => {
                bar.finish_and_clear();
                return result;
            }
            () = tokio::time::sleep(GLANCE) => {
                if let Some(total) = progress.total() {
                    bar.set_length(total.max(progress.done()));
                }
                bar.set_position(progress.done());
            }
        }
    }
}

const fn if_taken(manner: TransferManner) -> IfTaken {
    if manner.replace { IfTaken::Replace } else { IfTaken::Refuse }
}

/// Where a fetched file goes: what was named, or the name that was typed for the host, in a folder of this machine.
fn destination(host_path: &str, local: Option<PathBuf>) -> Result<PathBuf, Fault> {
    let local = absolute(&local.unwrap_or_else(|| PathBuf::from(".")))?;
    if !local.is_dir() {
        return Ok(local);
    }
    match host_path.rsplit('/').next() {
        Some(name) if !matches!(name, "" | "." | "..") => Ok(local.join(name)),
        Some(_) | None => Err(Fault::new(Code::InvalidInput, format!("“{host_path}” does not name a file"))
            .with_hint("Name the file, not only its folder.")),
    }
}

fn absolute(path: &Path) -> Result<PathBuf, Fault> {
    std::path::absolute(path).map_err(|error| Fault::new(Code::LocalFile, format!("{}: {error}", path.display())))
}

fn listed(out: &Out, page: &FilesPage) -> String {
    let now = Timestamp::now();
    let mut table = out.table(&["MODE", "OWNER", "GROUP", "SIZE", "CHANGED", "NAME"]);
    let or_unknown = |text: &Option<String>| visible_line(text.as_deref().unwrap_or("?"));
    for entry in &page.entries {
        let kind = match entry.kind {
            FileEntryKind::File => '-',
            FileEntryKind::Folder => 'd',
            FileEntryKind::Link => 'l',
            FileEntryKind::Other => '?',
        };
        let name = visible_line(&entry.name);
        table.add_row([
            format!("{kind}{}", or_unknown(&entry.mode)),
            or_unknown(&entry.owner),
            or_unknown(&entry.group),
            entry.size.map_or_else(|| "?".to_owned(), size),
            ago(now, entry.modified_at),
            entry.link_to.as_ref().map_or(name.clone(), |target| format!("{name} → {}", visible_line(target))),
        ]);
    }
    let cut = if page.cut { format!("\nOnly the first {} are shown.", page.entries.len()) } else { String::new() };
    format!("{}\n{table}{cut}", visible_line(&page.path))
}
