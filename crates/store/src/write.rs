//! Writing: one thread owns the one connection that writes.
//!
//! Requests that wait while a transaction is being made durable share the next one: five hundred jobs that end together
//! cost a few syncs, not five hundred. Each request has its own savepoint, so one that is refused takes nothing else
//! with it, and nobody is answered before the commit.

use crate::error::StoreError;
use crate::open::Store;
use crate::read::Reader;
use crate::table;
use jiff::Timestamp;
use millwright_domain::ids::AuditId;
use millwright_domain::{Actor, Fault};
use rusqlite::{Connection, TransactionBehavior};
use serde_json::Value;
use std::cell::Cell;
use std::sync::Mutex;
use std::sync::mpsc::{Receiver, Sender, channel, sync_channel};
use std::thread::JoinHandle;
use tokio::sync::oneshot;
use uuid::Uuid;

/// How many requests share a transaction at most.
const BATCH: usize = 256;

/// A change in the making: it has an actor, and leaves audit rows.
pub struct Writer<'c> {
    pub(crate) connection: &'c Connection,
    pub(crate) actor: &'c Actor,
    pub(crate) now: Timestamp,
    audited: Cell<Option<AuditId>>,
}

impl Writer<'_> {
    /// When this change is made.
    pub fn now(&self) -> Timestamp {
        self.now
    }

    /// A new identifier.
    pub fn new_id<Id: From<Uuid>>(&self) -> Id {
        Id::from(Uuid::now_v7())
    }

    /// The same moment, for reading.
    pub fn reader(&self) -> Reader<'_> {
        Reader { connection: self.connection }
    }

    /// Adds the row of the audit that says what this change does.
    pub fn audit(&self, action: &str, entity: &str, id: impl ToString, change: Value) -> Result<(), StoreError> {
        self.audited.set(Some(table::audit::append(self, action, entity, &id.to_string(), change)?));
        Ok(())
    }

    /// The row of the audit that was added last.
    pub fn audited(&self) -> Option<AuditId> {
        self.audited.get()
    }
}

/// An addition to the journal of a job.
pub struct Journal<'c> {
    pub(crate) connection: &'c Connection,
    pub(crate) now: Timestamp,
}

impl Journal<'_> {
    /// The same moment, for reading.
    pub fn reader(&self) -> Reader<'_> {
        Reader { connection: self.connection }
    }
}

impl Store {
    /// Makes a change and waits until it is durable.
    pub async fn write<T: Send + 'static>(
        &self,
        actor: &Actor,
        change: impl FnOnce(&Writer<'_>) -> Result<T, StoreError> + Send + 'static,
    ) -> Result<T, StoreError> {
        self.submit(as_change(actor, change)).await
    }

    /// The same, for threads that may block.
    pub fn write_blocking<T: Send + 'static>(
        &self,
        actor: &Actor,
        change: impl FnOnce(&Writer<'_>) -> Result<T, StoreError> + Send + 'static,
    ) -> Result<T, StoreError> {
        let (reply, answer) = sync_channel(1);
        // Whoever asked may have gone; the change stands. So it is below.
        self.send(Fate::Kept, as_change(actor, change), move |result| drop(reply.send(result)))?;
        answer.recv().map_err(|_| StoreError::Closed)?
    }

    /// Makes a change without waiting, for those who cannot: what is being dropped. What cannot be written is reported by
    /// the log.
    pub fn write_soon(
        &self,
        actor: &Actor,
        change: impl FnOnce(&Writer<'_>) -> Result<(), StoreError> + Send + 'static,
    ) -> Result<(), StoreError> {
        self.send(Fate::Kept, as_change(actor, change), |result| {
            if let Err(error) = result {
                tracing::error!(%error, "a change could not be written");
            }
        })
    }

    /// Makes a change and takes it back: what it would do, checked by the database itself.
    pub async fn rehearse<T: Send + 'static>(
        &self,
        actor: &Actor,
        change: impl FnOnce(&Writer<'_>) -> Result<T, StoreError> + Send + 'static,
    ) -> Result<T, StoreError> {
        let (reply, answer) = oneshot::channel();
        self.send(Fate::TakenBack, as_change(actor, change), move |result| drop(reply.send(result)))?;
        answer.await.map_err(|_| StoreError::Closed)?
    }

    /// Adds to the journal and waits until it is durable.
    pub async fn journal<T: Send + 'static>(
        &self,
        add: impl FnOnce(&Journal<'_>) -> Result<T, StoreError> + Send + 'static,
    ) -> Result<T, StoreError> {
        self.submit(move |connection: &Connection, now| add(&Journal { connection, now })).await
    }

    /// Adds to the journal without waiting. Whoever waits for a later write knows that this one is durable too; what
    /// cannot be written is reported by the log, and by the next write that is waited for.
    pub fn journal_soon(
        &self,
        add: impl FnOnce(&Journal<'_>) -> Result<(), StoreError> + Send + 'static,
    ) -> Result<(), StoreError> {
        let work = move |connection: &Connection, now| add(&Journal { connection, now });
        self.send(Fate::Kept, work, |result| {
            if let Err(error) = result {
                tracing::error!(%error, "the journal could not be written");
            }
        })
    }

    async fn submit<T: Send + 'static>(
        &self,
        work: impl FnOnce(&Connection, Timestamp) -> Result<T, StoreError> + Send + 'static,
    ) -> Result<T, StoreError> {
        let (reply, answer) = oneshot::channel();
        self.send(Fate::Kept, work, move |result| drop(reply.send(result)))?;
        answer.await.map_err(|_| StoreError::Closed)?
    }

    fn send<T: Send + 'static>(
        &self,
        fate: Fate,
        work: impl FnOnce(&Connection, Timestamp) -> Result<T, StoreError> + Send + 'static,
        reply: impl FnOnce(Result<T, StoreError>) + Send + 'static,
    ) -> Result<(), StoreError> {
        let request = Box::new(Pending { fate, state: State::Asked(work), reply });
        let requests = self.writer.requests.lock().map_err(|_| StoreError::Closed)?;
        requests.as_ref().ok_or(StoreError::Closed)?.send(request).map_err(|_| StoreError::Closed)
    }
}

fn as_change<T, F: FnOnce(&Writer<'_>) -> Result<T, StoreError>>(
    actor: &Actor,
    change: F,
) -> impl FnOnce(&Connection, Timestamp) -> Result<T, StoreError> + use<T, F> {
    let actor = actor.clone();
    move |connection, now| change(&Writer { connection, actor: &actor, now, audited: Cell::new(None) })
}

/// The thread that owns the writing connection. Dropping it finishes what was asked and joins the thread.
pub(crate) struct WriterThread {
    requests: Mutex<Option<Sender<Box<dyn Request>>>>,
    thread: Option<JoinHandle<()>>,
}

impl WriterThread {
    pub(crate) fn start(connection: Connection) -> Result<Self, StoreError> {
        let (requests, inbox) = channel();
        let thread = std::thread::Builder::new()
            .name("store-writer".into())
            .spawn(move || serve(connection, &inbox))
            .map_err(StoreError::file("the store's thread"))?;
        Ok(Self { requests: Mutex::new(Some(requests)), thread: Some(thread) })
    }
}

impl Drop for WriterThread {
    fn drop(&mut self) {
        if let Ok(requests) = self.requests.get_mut() {
            *requests = None;
        }
        if let Some(thread) = self.thread.take() {
            // A panic in there has been reported already; there is nobody left to answer.
            let _ = thread.join();
        }
    }
}

fn serve(mut connection: Connection, inbox: &Receiver<Box<dyn Request>>) {
    while let Ok(first) = inbox.recv() {
        let mut batch = vec![first];
        while batch.len() < BATCH {
            match inbox.try_recv() {
                Ok(request) => batch.push(request),
                Err(_) => break,
            }
        }
        // A lost transaction is lost for everybody who shared it.
        let committed = commit(&mut connection, &mut batch).map_err(Fault::from);
        for request in batch {
            request.answer(committed.clone());
        }
    }
    // Leaves one file behind when we were the last; another process's readers may make it wait, which is harmless.
    if let Err(error) = connection.pragma_update(None, "optimize", "") {
        tracing::debug!(%error, "optimize");
    }
}

fn commit(connection: &mut Connection, batch: &mut [Box<dyn Request>]) -> Result<(), StoreError> {
    let mut transaction = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
    for request in batch {
        let savepoint = transaction.savepoint()?;
        if request.perform(&savepoint) {
            savepoint.commit()?;
        } else {
            savepoint.finish()?;
        }
    }
    transaction.commit()?;
    Ok(())
}

/// The database keeps milliseconds, so that what is written reads back the same.
fn now() -> Timestamp {
    let now = Timestamp::now();
    Timestamp::from_millisecond(now.as_millisecond()).unwrap_or(now)
}

/// A write that somebody waits for.
trait Request: Send {
    /// Does it; false takes it back.
    fn perform(&mut self, connection: &Connection) -> bool;
    /// Tells whoever waits, once the transaction was committed or lost.
    fn answer(self: Box<Self>, committed: Result<(), Fault>);
}

/// What becomes of a change that went well.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Fate {
    Kept,
    TakenBack,
}

struct Pending<W, T, R> {
    fate: Fate,
    state: State<W, T>,
    reply: R,
}

enum State<W, T> {
    Asked(W),
    Done(Result<T, StoreError>),
    Taken,
}

impl<W, T, R> Request for Pending<W, T, R>
where
    W: FnOnce(&Connection, Timestamp) -> Result<T, StoreError> + Send,
    T: Send,
    R: FnOnce(Result<T, StoreError>) + Send,
{
    fn perform(&mut self, connection: &Connection) -> bool {
        let State::Asked(work) = std::mem::replace(&mut self.state, State::Taken) else { return false };
        let result = work(connection, now());
        let kept = result.is_ok() && self.fate == Fate::Kept;
        self.state = State::Done(result);
        kept
    }

    fn answer(self: Box<Self>, committed: Result<(), Fault>) {
        let result = match (self.state, committed) {
            (_, Err(fault)) => Err(fault.into()),
            (State::Done(result), Ok(())) => result,
            (State::Asked(_) | State::Taken, Ok(())) => Err(StoreError::Closed),
        };
        (self.reply)(result);
    }
}
