//! What the runner needs of the world: a way to hosts, and a journal.

use crate::SpareShell;
use crate::remote::{CallFault, Elevation};
use millwright_domain::Fault;
use millwright_domain::ids::{HostId, JobId};
use millwright_domain::run::{GateStanding, JobEvent, JobProgress, Privilege};
use std::future::Future;
use tokio::sync::mpsc;
use zeroize::Zeroizing;

/// Reaches hosts.
pub trait Transport: Send + Sync + 'static {
    /// A connection to a host.
    type Link: Link;

    /// Connects, or gives the connection that is open already.
    fn connect(&self, host: HostId) -> impl Future<Output = Result<Self::Link, Fault>> + Send;
}

/// An authenticated connection to a host. It may carry several exchanges at once.
pub trait Link: Send + Sync + 'static {
    /// How a command gets that privilege on this host.
    fn elevation(&self, privilege: Privilege) -> Result<Elevation, Fault>;

    /// Starts a command.
    fn start(&self, command: &str) -> impl Future<Output = Result<Channel, Fault>> + Send;

    /// The password for sudo, asked for if need be; none when there is nobody to ask.
    fn sudo_password(&self) -> impl Future<Output = Option<Zeroizing<Vec<u8>>>> + Send;

    /// Where the connection keeps the shell that has answered last.
    fn spare_shell(&self) -> &SpareShell;

    /// Gives the connection up: it was silent for too long. The next connect makes a new one.
    fn abandon(&self);
}

/// One command on a host. Dropping both ends closes it.
#[derive(Debug)]
pub struct Channel {
    /// What comes from the host, in order; the last piece is `Closed` or `Lost`.
    pub output: mpsc::Receiver<Piece>,
    /// What goes to its stdin. Dropping it is the end of the file.
    pub input: mpsc::Sender<Vec<u8>>,
}

/// Something that a command sent.
#[derive(Debug)]
pub enum Piece {
    /// Bytes of stdout.
    Stdout(Vec<u8>),
    /// Bytes of stderr.
    Stderr(Vec<u8>),
    /// The host closed it in good order.
    Closed {
        /// The exit status, if the host sent one.
        exit_status: Option<i32>,
    },
    /// The connection broke.
    Lost(Fault),
}

/// Keeps what happens, durably, before it is acted upon.
pub trait Journal: Send + Sync + 'static {
    /// Adds entries to a job in one transaction and says where the job is then.
    fn record(&self, job: JobId, entries: Vec<Entry>) -> impl Future<Output = Result<JobView, Fault>> + Send;

    /// Adds an event without waiting. Once a later entry is durable, so is this one.
    fn note(&self, job: JobId, event: JobEvent) -> Result<(), Fault>;

    /// Says what the run waits for between two waves; none when it goes on.
    fn gate(&self, standing: Option<GateStanding>) -> impl Future<Output = Result<(), Fault>> + Send;

    /// Whether the run waits for something behind a wave, or will when the wave's last jobs have ended.
    fn stands_at_gate(&self) -> Result<bool, Fault>;

    /// Whether a person has opened the gate behind a wave.
    fn is_promoted(&self, wave: u32) -> Result<bool, Fault>;

    /// Halts the run: these jobs, which have not begun, are held. All of it in one transaction.
    fn halt(&self, why: Fault, jobs: Vec<JobId>) -> impl Future<Output = Result<(), Fault>> + Send;

    /// A host was reached, or not. Nothing waits for this.
    fn contact(&self, host: HostId, result: Result<(), Fault>) -> Result<(), Fault>;
}

/// An addition to a job's journal.
#[derive(Debug, Clone, PartialEq)]
pub enum Entry {
    /// Something happened.
    Event(JobEvent),
    /// The next bytes of the job's output.
    Output {
        /// Where they begin in the job's output.
        start: u64,
        /// The bytes.
        bytes: Vec<u8>,
    },
}

/// Where a job is, as the journal has it.
#[derive(Debug, Clone, PartialEq)]
pub struct JobView {
    /// Its identifier.
    pub id: JobId,
    /// The sum of its events.
    pub progress: JobProgress,
    /// Where the output of the current task begins in the job's output.
    pub task_base: u64,
    /// How much output is kept.
    pub output_length: u64,
}

/// A call that cannot be made is a fault like any other.
pub(crate) fn call_fault(fault: CallFault) -> Fault {
    Fault::from(fault)
}
