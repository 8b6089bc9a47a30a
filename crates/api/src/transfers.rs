//! The transfers of a desk: which there are, whose turn it is, how far each is.
//!
//! Does not own how a file is moved (`transfer`). A desk that ends leaves partial files; the audit knows how to go on.

use crate::desk::Desk;
use crate::rate::Rate;
use crate::transfer::{TransferDirection, TransferOrder, TransferProgress, TransferStart};
use jiff::Timestamp;
use millwright_domain::{Code, Fault};
use serde::Serialize;
use std::collections::VecDeque;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Instant;
use tokio::sync::Semaphore;
use tokio::task::JoinHandle;
use ts_rs::TS;
use uuid::Uuid;

/// As many move at once; the others wait for their turn.
const MOVING_AT_ONCE: usize = 4;
/// As many are kept; of those that have ended, the oldest is forgotten first.
const KEPT: usize = 500;

/// A file on its way.
#[derive(Debug, Clone, Serialize, TS)]
pub struct TransferView {
    /// Names it.
    pub id: Uuid,
    /// The host.
    pub host: millwright_domain::HostPath,
    /// Which way it goes.
    pub direction: TransferDirection,
    /// The file's name at its destination.
    pub name: String,
    /// The file on the host.
    pub host_path: String,
    /// The file on this machine.
    pub local_path: String,
    /// How many bytes are at the destination; 0 again when it had to start over.
    pub done: u64,
    /// How many there are, as far as is known.
    pub total: Option<u64>,
    /// How fast it moves just now.
    pub bytes_per_second: Option<u64>,
    /// Where it is.
    pub state: TransferState,
    /// Why it did not go on.
    pub error: Option<Fault>,
    /// When it was asked for.
    pub started_at: Timestamp,
    /// When it ended.
    pub ended_at: Option<Timestamp>,
}

/// Where a transfer is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum TransferState {
    /// Others move first.
    Waiting,
    /// It moves.
    Moving,
    /// The link was lost; it can go on.
    Interrupted,
    /// A person stopped it; it can go on.
    Cancelled,
    /// It did not work.
    Failed,
    /// The file is at its destination, whole.
    Done,
}

impl TransferState {
    const fn has_ended(self) -> bool {
        match self {
            TransferState::Waiting | TransferState::Moving => false,
            TransferState::Interrupted | TransferState::Cancelled | TransferState::Failed | TransferState::Done => true,
        }
    }
}

/// The transfers of a desk.
pub(crate) struct Transfers {
    kept: Mutex<VecDeque<Transfer>>,
    turns: Arc<Semaphore>,
}

struct Transfer {
    id: Uuid,
    order: Arc<TransferOrder>,
    progress: Arc<TransferProgress>,
    rate: Rate,
    state: TransferState,
    error: Option<Fault>,
    started_at: Timestamp,
    ended_at: Option<Timestamp>,
    task: Option<JoinHandle<()>>,
}

impl Default for Transfers {
    fn default() -> Self {
        Self { kept: Mutex::default(), turns: Arc::new(Semaphore::new(MOVING_AT_ONCE)) }
    }
}

impl Transfers {
    fn lock(&self) -> MutexGuard<'_, VecDeque<Transfer>> {
        self.kept.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Every transfer, in the order of asking.
    pub(crate) fn list(&self) -> Vec<TransferView> {
        self.lock().iter_mut().map(Transfer::view).collect()
    }

    /// How many have not ended.
    pub(crate) fn under_way(&self) -> usize {
        self.lock().iter().filter(|transfer| !transfer.state.has_ended()).count()
    }

    /// Begins a transfer that was checked.
    pub(crate) fn begin(&self, desk: &Desk, order: TransferOrder) -> Result<TransferView, Fault> {
        // Refused while an update is put in; from then on it is counted as under way.
        let _under_way = desk.workspace().store.begin_work()?;
        let mut kept = self.lock();
        refuse_same_place(&kept, &order)?;
        if kept.len() >= KEPT {
            let oldest = kept.iter().position(|transfer| transfer.state.has_ended()).ok_or_else(|| {
                Fault::new(Code::InUse, format!("{KEPT} transfers are under way already"))
                    .with_hint("Wait for some of them, or cancel them.")
            })?;
            kept.remove(oldest);
        }
        let mut transfer = Transfer {
            id: Uuid::now_v7(),
            order: Arc::new(order),
            progress: Arc::default(),
            rate: Rate::default(),
            state: TransferState::Waiting,
            error: None,
            started_at: Timestamp::now(),
            ended_at: None,
            task: None,
        };
        transfer.set_out(desk, &self.turns, TransferStart::Anew);
        let view = transfer.view();
        kept.push_back(transfer);
        Ok(view)
    }

    /// Goes on with a transfer that has ended without success.
    pub(crate) fn resume(&self, desk: &Desk, id: Uuid) -> Result<TransferView, Fault> {
        let _under_way = desk.workspace().store.begin_work()?;
        let mut kept = self.lock();
        let order = Arc::clone(&find(&mut kept, id)?.order);
        let elsewhere = refuse_same_place(&kept, &order);
        let transfer = find(&mut kept, id)?;
        match transfer.state {
            TransferState::Interrupted | TransferState::Cancelled | TransferState::Failed => {
                elsewhere?;
                transfer.set_out(desk, &self.turns, TransferStart::WhereItStopped);
                Ok(transfer.view())
            }
            TransferState::Waiting | TransferState::Moving => Err(under_way()),
            TransferState::Done => Err(Fault::new(Code::InvalidInput, "this transfer is done already")),
        }
    }

    /// Stops a transfer. Its partial file stays.
    pub(crate) async fn cancel(&self, desk: &Desk, id: Uuid) -> Result<(), Fault> {
        let task = {
            let mut kept = self.lock();
            find(&mut kept, id)?.task.take()
        };
        let Some(task) = task else { return Ok(()) };
        task.abort();
        // One that came to its own end meanwhile has told it.
        if task.await.is_err() {
            self.end(id, TransferState::Cancelled, None);
        }
        // Its end was put down while it was dropped; behind it stands this.
        Ok(desk.workspace().store.journal(|_| Ok(())).await?)
    }

    /// Takes a transfer that has ended from the list; the order of it, if a partial file of it may be left.
    pub(crate) fn take(&self, id: Uuid) -> Result<Option<Arc<TransferOrder>>, Fault> {
        let mut kept = self.lock();
        if !find(&mut kept, id)?.state.has_ended() {
            return Err(under_way());
        }
        let place = kept.iter().position(|transfer| transfer.id == id);
        let taken = place.and_then(|place| kept.remove(place));
        Ok(taken.filter(|taken| taken.state != TransferState::Done).map(|taken| taken.order))
    }

    fn started(&self, id: Uuid) {
        if let Ok(transfer) = find(&mut self.lock(), id) {
            transfer.state = TransferState::Moving;
        }
    }

    fn end(&self, id: Uuid, state: TransferState, error: Option<Fault>) {
        if let Ok(transfer) = find(&mut self.lock(), id) {
            (transfer.state, transfer.error, transfer.ended_at) = (state, error, Some(Timestamp::now()));
        }
    }
}

impl Transfer {
    fn set_out(&mut self, desk: &Desk, turns: &Arc<Semaphore>, start: TransferStart) {
        (self.state, self.error, self.ended_at) = (TransferState::Waiting, None, None);
        self.rate = Rate::default();
        let (desk, turns, id) = (desk.clone(), Arc::clone(turns), self.id);
        let (order, progress) = (Arc::clone(&self.order), Arc::clone(&self.progress));
        self.task = Some(tokio::spawn(async move {
            // Nobody closes the semaphore.
            let Ok(_turn) = turns.acquire_owned().await else { return };
            desk.transfers().started(id);
            let (state, error) = match desk.workspace().transfer(&order, start, &progress).await {
                Ok(()) => (TransferState::Done, None),
                Err(fault) if is_of_the_link(fault.code) => (TransferState::Interrupted, Some(fault)),
                Err(fault) => (TransferState::Failed, Some(fault)),
            };
            desk.transfers().end(id, state, error);
        }));
    }

    fn view(&mut self) -> TransferView {
        let done = self.progress.done();
        let bytes_per_second = match self.state {
            TransferState::Moving => self.rate.after(Instant::now(), self.progress.moved()),
            TransferState::Waiting
            | TransferState::Interrupted
            | TransferState::Cancelled
            | TransferState::Failed
            | TransferState::Done => None,
        };
        let order = &*self.order;
        let name = match order.direction {
            TransferDirection::Upload => order.host_path.rsplit('/').next().unwrap_or_default().to_owned(),
            TransferDirection::Download => {
                order.local_path.file_name().unwrap_or_default().to_string_lossy().into_owned()
            }
        };
        TransferView {
            id: self.id,
            host: order.host.clone(),
            direction: order.direction,
            name,
            host_path: order.host_path.clone(),
            local_path: order.local_path.display().to_string(),
            done,
            total: self.progress.total(),
            bytes_per_second,
            state: self.state,
            error: self.error.clone(),
            started_at: self.started_at,
            ended_at: self.ended_at,
        }
    }
}

/// The failures after which the same transfer may well go on.
fn is_of_the_link(code: Code) -> bool {
    matches!(
        code,
        Code::LinkLost
            | Code::DeadlineExceeded
            | Code::NameNotFound
            | Code::ConnectionRefused
            | Code::NoRoute
            | Code::TimeoutTcp
            | Code::TimeoutBanner
            | Code::TimeoutKeyExchange
            | Code::ChannelRefused
    )
}

fn find(kept: &mut VecDeque<Transfer>, id: Uuid) -> Result<&mut Transfer, Fault> {
    let found = kept.iter_mut().find(|transfer| transfer.id == id);
    found.ok_or_else(|| Fault::new(Code::NotFound, "there is no such transfer any more"))
}

/// Two files must not grow in one partial file.
fn refuse_same_place(kept: &VecDeque<Transfer>, order: &TransferOrder) -> Result<(), Fault> {
    let same = |other: &TransferOrder| match order.direction {
        _ if other.direction != order.direction => false,
        TransferDirection::Upload => other.host == order.host && other.host_path == order.host_path,
        TransferDirection::Download => other.local_path == order.local_path,
    };
    if kept.iter().any(|transfer| !transfer.state.has_ended() && same(&transfer.order)) {
        return Err(Fault::new(Code::InUse, format!("a file is on its way to “{}” already", order.destination()))
            .with_hint("Wait for it, or cancel it first."));
    }
    Ok(())
}

fn under_way() -> Fault {
    Fault::new(Code::InUse, "this transfer is on its way").with_hint("Cancel it first.")
}
