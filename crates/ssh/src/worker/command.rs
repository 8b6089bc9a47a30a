//! One program on its channel, on a terminal or without: input in, output out, never more of either than there is room for.

use super::{Program, RunRequest};
use crate::exchange::{Ending, Piece, PtySize};
use crate::library::wire;
use crate::library::{Channel, ExitReport, LibraryError, Startup, Step, Stream};
use std::sync::atomic::Ordering;
use std::task::Poll;
use tokio::sync::mpsc::Permit;
use tokio::sync::mpsc::error::{TryRecvError, TrySendError};

/// No more input is taken in while this much waits for the socket.
const OUTBOUND_LIMIT: usize = 256 * 1024;

/// A command whose channel is open.
pub(super) struct CommandChannel {
    pub(super) channel: Channel,
    request: RunRequest,
    phase: Phase,
    input: Input,
    /// A size that libssh2 has not sent yet: it must be offered again unchanged.
    resizing: Option<PtySize>,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Phase {
    /// The host has not said yet whether there is a terminal of this size. It throws input away until it was asked to run
    /// something.
    TerminalRequested(PtySize),
    /// The host has not said yet whether it runs the command.
    Requested,
    /// It runs.
    Running,
    /// Nobody wants to know any more, or everything was said.
    Closing,
}

enum Input {
    /// More may come; these bytes have not been sent yet.
    Open { unsent: Vec<u8>, start: usize },
    /// The end was said.
    Ended,
}

/// What a step did.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Activity {
    /// Nothing could be done.
    Idle,
    /// Something was done: more may be possible.
    Busy,
    /// The channel is closed on both sides.
    Over,
}

enum Room<'a> {
    For(Permit<'a, Piece>),
    Full,
    Gone,
}

impl CommandChannel {
    pub(super) fn new(channel: Channel, request: RunRequest) -> Self {
        let phase = match &request.program {
            Program::Command(_) | Program::Subsystem(_) => Phase::Requested,
            Program::Shell { size, .. } => Phase::TerminalRequested(*size.borrow()),
        };
        let input = Input::Open { unsent: Vec::new(), start: 0 };
        Self { channel, request, phase, input, resizing: None }
    }

    /// Does what can be done now. `buffer` is the thread's own.
    pub(super) fn step(&mut self, buffer: &mut [u8]) -> Result<Activity, LibraryError> {
        let mut busy = false;
        if let Phase::TerminalRequested(size) = self.phase
            && let Poll::Ready(granted) = self.request_terminal(size)
        {
            granted?;
            self.phase = Phase::Requested;
            busy = true;
        }
        if self.phase == Phase::Requested
            && let Poll::Ready(started) = self.start()
        {
            started?;
            self.phase = Phase::Running;
            busy = true;
        }
        match self.phase {
            Phase::TerminalRequested(_) | Phase::Closing => {}
            // Input follows the request without waiting for the answer to it.
            Phase::Requested => busy |= self.send_input()?,
            Phase::Running => {
                busy |= self.resize()?;
                busy |= self.send_input()?;
                busy |= self.take_output(buffer)?;
            }
        }
        match self.phase {
            Phase::TerminalRequested(_) | Phase::Requested if self.request.pieces.is_closed() => self.give_up(),
            Phase::TerminalRequested(_) | Phase::Requested | Phase::Running | Phase::Closing => {}
        }
        if self.phase == Phase::Closing {
            return match self.channel.close() {
                Poll::Pending if busy => Ok(Activity::Busy),
                Poll::Pending => Ok(Activity::Idle),
                Poll::Ready(_) => Ok(Activity::Over),
            };
        }
        Ok(if busy { Activity::Busy } else { Activity::Idle })
    }

    /// Says that the command could not be run, if there is still room to.
    pub(super) fn fail(&self, error: crate::error::SshError) {
        let _ = self.request.pieces.try_send(Piece::End(Ending::Lost(error)));
    }

    /// Closes the channel, whatever the command does.
    pub(super) fn give_up(&mut self) {
        self.phase = Phase::Closing;
    }

    fn request_terminal(&self, size: PtySize) -> Step<()> {
        match &self.request.program {
            Program::Shell { terminal_type, .. } => self.channel.request_terminal(terminal_type, size),
            Program::Command(_) | Program::Subsystem(_) => Poll::Ready(Ok(())),
        }
    }

    fn start(&self) -> Step<()> {
        self.channel.start(match &self.request.program {
            Program::Command(command) => Startup::Command(command.as_bytes()),
            Program::Subsystem(name) => Startup::Subsystem(name.as_bytes()),
            Program::Shell { .. } => Startup::Shell,
        })
    }

    /// Tells the host the size that was asked for last, if it has not heard of it.
    fn resize(&mut self) -> Result<bool, LibraryError> {
        let Program::Shell { size, .. } = &mut self.request.program else { return Ok(false) };
        let mut busy = false;
        loop {
            if self.resizing.is_none() && size.has_changed().unwrap_or(false) {
                self.resizing = Some(*size.borrow_and_update());
            }
            let Some(wanted) = self.resizing else { return Ok(busy) };
            match self.channel.resize_terminal(wanted) {
                Poll::Pending => return Ok(busy),
                Poll::Ready(sent) => {
                    sent?;
                    self.resizing = None;
                    busy = true;
                }
            }
        }
    }

    fn send_input(&mut self) -> Result<bool, LibraryError> {
        let mut busy = false;
        while let Input::Open { unsent, start } = &mut self.input {
            if wire::with(|wire| wire.waiting_to_leave()).unwrap_or(0) > OUTBOUND_LIMIT {
                break;
            }
            if *start == unsent.len() {
                match self.request.input.try_recv() {
                    Ok(bytes) => (*unsent, *start) = (bytes, 0),
                    Err(TryRecvError::Empty) => break,
                    Err(TryRecvError::Disconnected) => {
                        // The host may have closed already; then it needs no end of input.
                        let _ = self.channel.end_input();
                        self.input = Input::Ended;
                        return Ok(true);
                    }
                }
                continue;
            }
            match self.channel.write(&unsent[*start..]) {
                Poll::Pending | Poll::Ready(Ok(0)) => break,
                Poll::Ready(Ok(count)) => {
                    *start += count;
                    busy = true;
                }
                Poll::Ready(Err(error))
                    if self.channel.is_at_end() || wire::with(|wire| wire.lost().is_none()) == Some(true) =>
                {
                    // The command ended without reading all of its input: its exit says what that means.
                    tracing::debug!(%error, "the command takes no more input");
                    self.input = Input::Ended;
                }
                Poll::Ready(Err(error)) => return Err(error),
            }
        }
        Ok(busy)
    }

    fn take_output(&mut self, buffer: &mut [u8]) -> Result<bool, LibraryError> {
        let mut busy = false;
        for stream in [Stream::Output, Stream::Error] {
            loop {
                let permit = match room(&self.request) {
                    Room::For(permit) => permit,
                    Room::Full => return Ok(busy),
                    Room::Gone => {
                        self.phase = Phase::Closing;
                        return Ok(true);
                    }
                };
                match self.channel.read(stream, buffer) {
                    Poll::Pending | Poll::Ready(Ok(0)) => break,
                    Poll::Ready(Ok(count)) => {
                        let bytes = buffer[..count].to_vec();
                        permit.send(match stream {
                            Stream::Output => Piece::Stdout(bytes),
                            Stream::Error => Piece::Stderr(bytes),
                        });
                        busy = true;
                    }
                    Poll::Ready(Err(error)) => return Err(error),
                }
            }
        }
        if self.channel.is_at_end() && self.channel.is_closed_by_host() == Poll::Ready(Ok(())) {
            let ending = match self.channel.exit_report() {
                ExitReport::Status(code) => Ending::Exited { code },
                ExitReport::Signal(signal) => Ending::Killed { signal },
                ExitReport::Nothing => Ending::WithoutStatus,
            };
            match room(&self.request) {
                Room::For(permit) => permit.send(Piece::End(ending)),
                Room::Full => return Ok(busy),
                Room::Gone => {}
            }
            self.phase = Phase::Closing;
            busy = true;
        }
        Ok(busy)
    }
}

fn room(request: &RunRequest) -> Room<'_> {
    match request.pieces.try_reserve() {
        Ok(permit) => Room::For(permit),
        Err(TrySendError::Closed(())) => Room::Gone,
        Err(TrySendError::Full(())) => {
            // Announced first and tried again, or the last piece might be taken in between and nobody wake us.
            request.stalled.store(true, Ordering::SeqCst);
            match request.pieces.try_reserve() {
                Ok(permit) => Room::For(permit),
                Err(TrySendError::Closed(())) => Room::Gone,
                Err(TrySendError::Full(())) => Room::Full,
            }
        }
    }
}
