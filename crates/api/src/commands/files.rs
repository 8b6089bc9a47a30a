//! Files of hosts and transfers. A page names files of this machine by grants only.

use super::Nothing;
use crate::desk::Desk;
use crate::files::host_path;
use crate::transfer::{IfTaken, TransferDirection, TransferOrder};
use crate::{FilesPage, TransferView};
use millwright_domain::{Code, Fault, HostPath};
use serde::Deserialize;
use ts_rs::TS;
use uuid::Uuid;

/// A folder of a host.
#[derive(Debug, Deserialize, TS)]
#[serde(deny_unknown_fields)]
pub(crate) struct FilesOf {
    /// The host.
    pub host: HostPath,
    /// The folder; none: the account's home.
    pub path: Option<String>,
}

pub(super) async fn files_list(desk: &Desk, FilesOf { host, path }: FilesOf) -> Result<FilesPage, Fault> {
    desk.workspace().files_list(&host, path.as_deref()).await
}

/// Something on a host.
#[derive(Debug, Deserialize, TS)]
#[serde(deny_unknown_fields)]
pub(crate) struct OneFile {
    /// The host.
    pub host: HostPath,
    /// Its path there.
    pub path: String,
}

pub(super) async fn files_make_folder(desk: &Desk, OneFile { host, path }: OneFile) -> Result<(), Fault> {
    desk.workspace().files_make_folder(&host, &path).await
}

/// A new name.
#[derive(Debug, Deserialize, TS)]
#[serde(deny_unknown_fields)]
pub(crate) struct RenameFile {
    /// The host.
    pub host: HostPath,
    /// Its path.
    pub from: String,
    /// Its new path.
    pub to: String,
}

pub(super) async fn files_rename(desk: &Desk, RenameFile { host, from, to }: RenameFile) -> Result<(), Fault> {
    desk.workspace().files_rename(&host, &from, &to).await
}

pub(super) async fn files_delete(desk: &Desk, OneFile { host, path }: OneFile) -> Result<(), Fault> {
    desk.workspace().files_delete(&host, &path).await
}

/// A file to send.
#[derive(Debug, Deserialize, TS)]
#[serde(deny_unknown_fields)]
pub(crate) struct Upload {
    /// The host.
    pub host: HostPath,
    /// The folder there.
    pub folder: String,
    /// The file that a person chose.
    pub grant: Uuid,
    /// Whether a file that has the name is replaced.
    pub replace: bool,
}

pub(super) async fn transfer_upload(desk: &Desk, upload: Upload) -> Result<TransferView, Fault> {
    let local_path = desk.granted(upload.grant)?;
    host_path::check(&upload.folder)?;
    let name = local_path.file_name().and_then(|name| name.to_str()).ok_or_else(|| {
        Fault::new(Code::InvalidInput, format!("{} has a name that is no UTF-8", local_path.display()))
            .with_hint("Give the file another name first.")
    })?;
    let host_path = host_path::join(&upload.folder, name);
    let if_taken = if upload.replace { IfTaken::Replace } else { IfTaken::Refuse };
    let direction = TransferDirection::Upload;
    begin(desk, TransferOrder { direction, host: upload.host, host_path, local_path, if_taken }).await
}

/// A file to fetch.
#[derive(Debug, Deserialize, TS)]
#[serde(deny_unknown_fields)]
pub(crate) struct Download {
    /// The host.
    pub host: HostPath,
    /// The file there.
    pub path: String,
    /// The place that a person chose.
    pub grant: Uuid,
}

pub(super) async fn transfer_download(desk: &Desk, download: Download) -> Result<TransferView, Fault> {
    let local_path = desk.granted(download.grant)?;
    let Download { host, path: host_path, .. } = download;
    // Whoever chose a place was asked there whether its file may be replaced.
    let if_taken = IfTaken::Replace;
    let direction = TransferDirection::Download;
    begin(desk, TransferOrder { direction, host, host_path, local_path, if_taken }).await
}

async fn begin(desk: &Desk, order: TransferOrder) -> Result<TransferView, Fault> {
    desk.workspace().transfer_check(&order).await?;
    desk.transfers().begin(desk, order)
}

pub(super) fn transfer_list(desk: &Desk, Nothing {}: Nothing) -> Result<Vec<TransferView>, Fault> {
    Ok(desk.transfers().list())
}

/// A transfer.
#[derive(Debug, Deserialize, TS)]
#[serde(deny_unknown_fields)]
pub(crate) struct OneTransfer {
    /// Which.
    pub id: Uuid,
}

/// Async like all that leaves the desk with work under way: the transfer needs the runtime.
#[allow(clippy::unused_async, reason = "the table's form")]
pub(super) async fn transfer_resume(desk: &Desk, OneTransfer { id }: OneTransfer) -> Result<TransferView, Fault> {
    desk.transfers().resume(desk, id)
}

pub(super) async fn transfer_cancel(desk: &Desk, OneTransfer { id }: OneTransfer) -> Result<(), Fault> {
    desk.transfers().cancel(desk, id).await
}

pub(super) async fn transfer_forget(desk: &Desk, OneTransfer { id }: OneTransfer) -> Result<(), Fault> {
    match desk.transfers().take(id)? {
        None => Ok(()),
        Some(order) => desk.workspace().transfer_discard(&order).await.map_err(|fault| {
            let message =
                format!("the partial file beside “{}” was left behind: {}", order.destination(), fault.message);
            Fault { message, ..fault }
        }),
    }
}
