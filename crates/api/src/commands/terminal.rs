//! Terminals. Their output is pulled: a slow page slows the host, and nothing is lost.

use crate::desk::Desk;
use crate::shell::TerminalEnd;
use crate::terminals::Terminal;
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use jiff::Timestamp;
use millwright_domain::{Code, Fault, HostPath};
use millwright_ssh::PtySize;
use serde::{Deserialize, Serialize};
use ts_rs::TS;
use uuid::Uuid;

use super::Nothing;

/// A new terminal.
#[derive(Debug, Deserialize, TS)]
#[serde(deny_unknown_fields)]
pub(crate) struct OpenTerminal {
    /// On which host.
    pub host: HostPath,
    /// Characters in a row, 1 to 1000.
    pub columns: u16,
    /// Rows, 1 to 1000.
    pub rows: u16,
}

/// One terminal.
#[derive(Debug, Deserialize, TS)]
#[serde(deny_unknown_fields)]
pub(crate) struct OneTerminal {
    /// Which.
    pub id: Uuid,
}

/// A terminal of this desk.
#[derive(Debug, Serialize, TS)]
pub(crate) struct TerminalView {
    /// Names it, here and in the audit.
    pub id: Uuid,
    /// The host.
    pub host: HostPath,
    /// Whether the client lives on it.
    pub production: bool,
    /// Since when.
    pub opened_at: Timestamp,
    /// How it ended; none while it has not.
    pub ended: Option<TerminalEnd>,
}

pub(super) async fn terminal_open(desk: &Desk, new: OpenTerminal) -> Result<TerminalView, Fault> {
    let OpenTerminal { host, columns, rows } = new;
    let opened = desk.terminals().open(desk.workspace(), host, PtySize { columns, rows }).await?;
    Ok(view(&opened))
}

pub(super) fn terminal_list(desk: &Desk, _: Nothing) -> Result<Vec<TerminalView>, Fault> {
    Ok(desk.terminals().list().iter().map(|terminal| view(terminal)).collect())
}

/// What was printed from a byte on.
#[derive(Debug, Deserialize, TS)]
#[serde(deny_unknown_fields)]
pub(crate) struct ReadTerminal {
    /// Which.
    pub id: Uuid,
    /// The first byte wanted. All before it are done with: the host may go on.
    pub from: u64,
}

/// A piece of what a terminal printed, as the bytes came.
#[derive(Debug, Serialize, TS)]
pub(crate) struct TerminalPiece {
    /// The first byte; later than the one asked for when that is not kept any more.
    pub from: u64,
    /// The bytes, in base64; none when nothing came for a while.
    pub data: String,
    /// Where to read on.
    pub next: u64,
    /// How it ended, with the last piece.
    pub ended: Option<TerminalEnd>,
}

pub(super) async fn terminal_read(desk: &Desk, read: ReadTerminal) -> Result<TerminalPiece, Fault> {
    let output = desk.terminals().find(read.id)?.read(read.from).await?;
    let next = output.from + output.bytes.len() as u64;
    Ok(TerminalPiece { from: output.from, data: STANDARD.encode(&output.bytes), next, ended: output.ended })
}

/// What is typed.
#[derive(Deserialize, TS)]
#[serde(deny_unknown_fields)]
pub(crate) struct WriteTerminal {
    /// Where.
    pub id: Uuid,
    /// The bytes, in base64.
    pub data: String,
}

pub(super) async fn terminal_write(desk: &Desk, write: WriteTerminal) -> Result<(), Fault> {
    let bytes = STANDARD.decode(write.data);
    // Not with the decoder's words: they quote what was typed.
    let bytes = bytes.map_err(|_| Fault::new(Code::InvalidInput, "what was typed did not come as base64"))?;
    desk.terminals().find(write.id)?.write(bytes).await
}

/// Another size.
#[derive(Debug, Deserialize, TS)]
#[serde(deny_unknown_fields)]
pub(crate) struct ResizeTerminal {
    /// Which.
    pub id: Uuid,
    /// Characters in a row, 1 to 1000.
    pub columns: u16,
    /// Rows, 1 to 1000.
    pub rows: u16,
}

pub(super) fn terminal_resize(desk: &Desk, resize: ResizeTerminal) -> Result<(), Fault> {
    let ResizeTerminal { id, columns, rows } = resize;
    desk.terminals().find(id)?.resize(PtySize { columns, rows })
}

pub(super) async fn terminal_close(desk: &Desk, OneTerminal { id }: OneTerminal) -> Result<(), Fault> {
    desk.terminals().close(id).await
}

fn view(terminal: &Terminal) -> TerminalView {
    TerminalView {
        id: terminal.id,
        host: terminal.host.clone(),
        production: terminal.production,
        opened_at: terminal.opened_at,
        ended: terminal.ended(),
    }
}
