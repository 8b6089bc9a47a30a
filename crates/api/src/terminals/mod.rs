//! The terminals of a desk: shells whose output waits for a page that pulls it.
//!
//! Owns: how many there are, what each printed last, and that a page that does not read stops the host. A terminal goes
//! with its desk. Does not own: connections and the audit (that is `shell`), nor what bytes mean.

mod screen;

use crate::shell::{OpenShell, Shell, ShellPiece, TerminalEnd, check_size};
use crate::workspace::Workspace;
use jiff::Timestamp;
use millwright_domain::{Code, Fault, HostPath};
use millwright_ssh::{ExchangeInput, PtySize, ShellWindow};
use screen::Screen;
use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;
use tokio::sync::{OwnedSemaphorePermit, Semaphore, watch};
use uuid::Uuid;

/// As many terminals a desk has, ended ones that were not closed included.
const MOST_TERMINALS: usize = 32;
/// How long a reader waits for something to read.
const PATIENCE: Duration = Duration::from_secs(20);
/// The most that is typed, or pasted, at once.
const LONGEST_INPUT: usize = 1 << 20;

/// The terminals of a desk.
pub(crate) struct Terminals {
    places: Arc<Semaphore>,
    /// By their ids, which are in the order of opening.
    all: Mutex<BTreeMap<Uuid, Arc<Terminal>>>,
}

/// One of them.
pub(crate) struct Terminal {
    pub(crate) id: Uuid,
    pub(crate) host: HostPath,
    pub(crate) production: bool,
    pub(crate) opened_at: Timestamp,
    keys: ExchangeInput,
    window: ShellWindow,
    screen: Arc<watch::Sender<Screen>>,
    _place: OwnedSemaphorePermit,
}

/// A piece of what a terminal printed.
pub(crate) struct TerminalOutput {
    pub(crate) from: u64,
    pub(crate) bytes: Vec<u8>,
    /// None while there is more to read, or to wait for.
    pub(crate) ended: Option<TerminalEnd>,
}

impl Default for Terminals {
    fn default() -> Self {
        Self { places: Arc::new(Semaphore::new(MOST_TERMINALS)), all: Mutex::default() }
    }
}

impl Terminals {
    /// Opens one.
    pub(crate) async fn open(
        &self,
        workspace: &Workspace,
        host: HostPath,
        size: PtySize,
    ) -> Result<Arc<Terminal>, Fault> {
        let place = Arc::clone(&self.places).try_acquire_owned().map_err(|_| {
            Fault::new(Code::InUse, format!("{MOST_TERMINALS} terminals are open"))
                .with_hint("Close one that is not needed any more.")
        })?;
        // Refused while an update is put in; from then on it is counted as open.
        let _under_way = workspace.store.begin_work()?;
        let OpenShell { shell, keys, window } = workspace.shell_open(&host, size).await?;
        let screen = Arc::new(watch::Sender::new(Screen::default()));
        let terminal = Arc::new(Terminal {
            id: shell.id(),
            host,
            production: shell.is_production(),
            opened_at: Timestamp::now(),
            keys,
            window,
            screen: Arc::clone(&screen),
            _place: place,
        });
        tokio::spawn(keep_up(shell, screen));
        self.lock().insert(terminal.id, Arc::clone(&terminal));
        Ok(terminal)
    }

    /// All of them, in the order of opening.
    pub(crate) fn list(&self) -> Vec<Arc<Terminal>> {
        self.lock().values().cloned().collect()
    }

    /// How many have not ended.
    pub(crate) fn open_now(&self) -> usize {
        self.lock().values().filter(|terminal| terminal.ended().is_none()).count()
    }

    /// One of them.
    pub(crate) fn find(&self, id: Uuid) -> Result<Arc<Terminal>, Fault> {
        self.lock().get(&id).cloned().ok_or_else(gone)
    }

    /// Ends one and forgets it.
    pub(crate) async fn close(&self, id: Uuid) -> Result<(), Fault> {
        let terminal = self.lock().remove(&id).ok_or_else(gone)?;
        terminal.close().await;
        Ok(())
    }

    /// Ends all and forgets them.
    pub(crate) async fn close_all(&self) {
        let all = std::mem::take(&mut *self.lock());
        // All hang up at once; then each is waited for.
        all.values().for_each(|terminal| terminal.hang_up());
        for terminal in all.values() {
            terminal.close().await;
        }
    }

    fn lock(&self) -> MutexGuard<'_, BTreeMap<Uuid, Arc<Terminal>>> {
        self.all.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Terminal {
    /// How it ended, if it has.
    pub(crate) fn ended(&self) -> Option<TerminalEnd> {
        self.screen.borrow().end.clone()
    }

    /// What was printed from a byte on, once there is something or it is time to ask again. Whoever asks has everything
    /// before that byte.
    pub(crate) async fn read(&self, from: u64) -> Result<TerminalOutput, Fault> {
        if from > self.screen.borrow().until() {
            return Err(Fault::new(Code::InvalidInput, format!("this terminal has not printed {from} bytes yet")));
        }
        self.screen.send_if_modified(|screen| screen.read_until(from));
        let mut news = self.screen.subscribe();
        // Nothing happened meanwhile when this runs out; the terminal itself keeps the sender, so nothing else does.
        let _ = tokio::time::timeout(PATIENCE, news.wait_for(|screen| screen.has_news(from))).await;
        let screen = self.screen.borrow();
        let (from, bytes) = screen.piece(from);
        let is_all = from + bytes.len() as u64 == screen.until();
        Ok(TerminalOutput { from, bytes, ended: screen.end.clone().filter(|_| is_all) })
    }

    /// Types; waits while the host does not take it.
    pub(crate) async fn write(&self, bytes: Vec<u8>) -> Result<(), Fault> {
        if bytes.len() > LONGEST_INPUT {
            return Err(Fault::new(Code::InvalidInput, format!("at most {LONGEST_INPUT} bytes are typed at once")));
        }
        self.keys.send(bytes).await.map_err(|closed| {
            Fault::new(Code::NotFound, closed.to_string()).with_hint("The terminal has ended. Open another one.")
        })
    }

    /// Makes it larger or smaller.
    pub(crate) fn resize(&self, size: PtySize) -> Result<(), Fault> {
        check_size(size)?;
        self.window.resize(size);
        Ok(())
    }

    fn hang_up(&self) {
        self.screen.send_modify(|screen| screen.is_closing = true);
    }

    async fn close(&self) {
        self.hang_up();
        // The sender is this terminal's own.
        let _ = self.screen.subscribe().wait_for(|screen| screen.end.is_some()).await;
    }
}

impl Drop for Terminal {
    fn drop(&mut self) {
        self.hang_up();
    }
}

/// Takes what the shell prints, as long as somebody keeps up with it, and sees to its end.
async fn keep_up(mut shell: Shell, screen: Arc<watch::Sender<Screen>>) {
    let mut changes = screen.subscribe();
    let mut closing = screen.subscribe();
    let end = loop {
        let next = async {
            // The sender is held here.
            let _ = changes.wait_for(Screen::has_room).await;
            shell.next().await
        };
        let piece = tokio::select! {
            biased;
            _ = closing.wait_for(|screen| screen.is_closing) => None,
            piece = next => Some(piece),
        };
        match piece {
            Some(ShellPiece::Output(bytes)) => screen.send_modify(|screen| screen.append(&bytes)),
            Some(ShellPiece::End(end)) => break end,
            None => break shell.close().await,
        }
    };
    screen.send_modify(|screen| screen.end = Some(end));
}

fn gone() -> Fault {
    Fault::new(Code::NotFound, "there is no such terminal any more")
}
