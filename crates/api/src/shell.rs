//! A person's shell on a host.
//!
//! Owns: opening it over the workspace's connections, and that its beginning and its end stand in the audit, whoever opens
//! it and however it ends. What is typed and printed passes through and is kept nowhere.

use crate::journal::contacted;
use crate::workspace::Workspace;
use millwright_domain::fleet::EnvironmentKind;
use millwright_domain::ids::HostId;
use millwright_domain::{Code, Fault, HostPath};
use millwright_ssh::{Ending, Exchange, ExchangeInput, Piece, PtySize, ShellWindow};
use millwright_store::table::{environment, host};
use millwright_store::{StoreError, Writer};
use serde::Serialize;
use serde_json::{Map, Value, json};
use ts_rs::TS;
use uuid::Uuid;

/// What a shell finds in `TERM`: nearly every host knows it, and every terminal of today obeys it.
const TERMINAL_TYPE: &str = "xterm-256color";
/// The longest and the widest terminal.
const LARGEST: u16 = 1000;

/// A shell that was opened, with its keyboard and its window.
#[derive(Debug)]
pub struct OpenShell {
    /// What it prints, and its end.
    pub shell: Shell,
    /// What is typed goes here. Dropping it says that nothing more will be.
    pub keys: ExchangeInput,
    /// How large it is.
    pub window: ShellWindow,
}

/// A shell on a host. Dropping it hangs up; what it ran there ends, unless it was made to go on.
pub struct Shell {
    workspace: Workspace,
    host: HostId,
    id: Uuid,
    production: bool,
    exchange: Exchange,
    end: Option<TerminalEnd>,
    is_audited: bool,
}

/// A part of a shell's conversation.
#[derive(Debug, Clone)]
pub enum ShellPiece {
    /// Bytes that it printed. Cut anywhere, also within a character.
    Output(Vec<u8>),
    /// Nothing follows.
    End(TerminalEnd),
}

/// How a terminal ended. When nothing stands here, it was closed, or the host did not say.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, TS)]
pub struct TerminalEnd {
    /// With which status the shell exited.
    pub exit_code: Option<i32>,
    /// The signal that ended it, without the letters SIG.
    pub signal: Option<String>,
    /// Why it did not come about, or was lost.
    pub error: Option<Fault>,
}

impl Workspace {
    /// Opens a shell on a host. The audit knows of it before the host does.
    pub async fn shell_open(&self, path: &HostPath, size: PtySize) -> Result<OpenShell, Fault> {
        check_size(size)?;
        let (found, place) = self.store.read(|reader| {
            let found = host::find(reader, path)?;
            Ok((found, environment::find(reader, &path.environment_path())?))
        })?;
        self.connections.refresh()?;
        let session = self.connections.session(found.id).await;
        let session = session.map_err(|failure| self.connections.named(found.id, failure));
        contacted(&self.store, found.id, session.as_ref().map(drop).map_err(Clone::clone))?;
        let session = session?;

        let (host, id) = (found.id, Uuid::now_v7());
        let change = json!({ "terminal": [null, id], "user": [null, found.user] });
        self.write(move |writer| writer.audit("terminal.open", "host", host, change)).await?;
        let (mut exchange, window) = session.shell(size, TERMINAL_TYPE);
        let broken = || Fault::new(Code::Internal, "a shell came without its input");
        let keys = exchange.take_input().ok_or_else(broken)?;
        let production = place.kind == EnvironmentKind::Production;
        let workspace = self.clone();
        let shell = Shell { workspace, host, id, production, exchange, end: None, is_audited: false };
        Ok(OpenShell { shell, keys, window })
    }
}

impl Shell {
    /// Names it, here and in the audit.
    pub fn id(&self) -> Uuid {
        self.id
    }

    /// Whether the client lives on what it runs on.
    pub fn is_production(&self) -> bool {
        self.production
    }

    /// What comes next. After the end, the end again. Can be cancelled without loss.
    pub async fn next(&mut self) -> ShellPiece {
        let end = loop {
            if let Some(end) = &self.end {
                break end.clone();
            }
            match self.exchange.next().await {
                // A terminal has one output; what a host says beside it stands where it was said.
                Some(Piece::Stdout(bytes) | Piece::Stderr(bytes)) => return ShellPiece::Output(bytes),
                Some(Piece::End(ending)) => self.end = Some(TerminalEnd::of(ending)),
                None => self.end = Some(TerminalEnd::default()),
            }
        };
        ShellPiece::End(self.audited(end).await)
    }

    /// Hangs up.
    pub async fn close(mut self) -> TerminalEnd {
        self.exchange.hang_up();
        let end = self.end.take().unwrap_or_default();
        self.audited(end).await
    }

    /// The end, once the audit knows of it. When the audit cannot be written, that is what there is to say.
    async fn audited(&mut self, end: TerminalEnd) -> TerminalEnd {
        if std::mem::replace(&mut self.is_audited, true) {
            return end;
        }
        match self.workspace.write(entry_of_end(self.host, self.id, &end)).await {
            Ok(()) => end,
            Err(fault) => TerminalEnd { error: Some(end.error.clone().unwrap_or(fault)), ..end },
        }
    }
}

impl Drop for Shell {
    /// Whoever stops listening without closing (a command that is interrupted) leaves an end in the audit as well.
    fn drop(&mut self) {
        if self.is_audited {
            return;
        }
        let end = self.end.take().unwrap_or_default();
        let Workspace { store, actor, .. } = &self.workspace;
        if let Err(error) = store.write_blocking(actor, entry_of_end(self.host, self.id, &end)) {
            tracing::error!(%error, "the end of a terminal is missing in the audit");
        }
    }
}

impl std::fmt::Debug for Shell {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Shell").field("id", &self.id).finish_non_exhaustive()
    }
}

impl TerminalEnd {
    fn of(ending: Ending) -> Self {
        let nothing = TerminalEnd::default();
        match ending {
            Ending::Exited { code } => TerminalEnd { exit_code: Some(code), ..nothing },
            Ending::Killed { signal } => TerminalEnd { signal: Some(signal), ..nothing },
            Ending::WithoutStatus => nothing,
            Ending::Lost(error) => TerminalEnd { error: Some(error.into()), ..nothing },
        }
    }
}

/// Refuses a size that no screen has.
pub(crate) fn check_size(size: PtySize) -> Result<(), Fault> {
    if (1..=LARGEST).contains(&size.columns) && (1..=LARGEST).contains(&size.rows) {
        return Ok(());
    }
    let PtySize { columns, rows } = size;
    Err(Fault::new(Code::InvalidInput, format!("{columns} columns and {rows} rows are not the size of a terminal"))
        .with_hint(format!("It has 1 to {LARGEST} of each.")))
}

fn entry_of_end(
    host: HostId,
    id: Uuid,
    end: &TerminalEnd,
) -> impl FnOnce(&Writer<'_>) -> Result<(), StoreError> + Send + 'static {
    let mut change = Map::from_iter([("terminal".to_owned(), json!([id, null]))]);
    let mut note = |name: &str, value: Option<Value>| {
        if let Some(value) = value {
            change.insert(name.to_owned(), json!([null, value]));
        }
    };
    note("exit_code", end.exit_code.map(Value::from));
    note("signal", end.signal.clone().map(Value::from));
    note("error", end.error.as_ref().map(|fault| json!(fault.code)));
    move |writer| writer.audit("terminal.end", "host", host, Value::Object(change))
}
