//! One call to a host, from the exec request through sudo to the last byte of the answer.

use crate::ports::{Channel, Link, Piece};
use crate::remote::{Call, InputPart, SudoGate, SudoStep};
use millwright_domain::{Code, Fault};
use std::collections::VecDeque;
use std::fs::File;
use std::io::Read;
use tokio::sync::mpsc;

const FILE_PIECE_BYTES: usize = 256 * 1024;

/// A call that was started on a host. Dropping it closes the channel.
pub(crate) struct Conversation {
    output: mpsc::Receiver<Piece>,
    later: mpsc::Sender<Vec<u8>>,
    /// What was read before the gate opened; the parsers want it too.
    early: VecDeque<Vec<u8>>,
    /// Until the script has said that it runs: tells why, if it never does.
    gate: Option<SudoGate>,
    listens_to: Stream,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Stream {
    Stdout,
    Stderr,
}

/// What a conversation gives next.
#[derive(Debug)]
pub(crate) enum Heard {
    /// Bytes of the stream that is listened to.
    Bytes(Vec<u8>),
    /// The host closed the channel in good order.
    Closed,
    /// The connection broke.
    Lost(Fault),
}

impl Conversation {
    /// Starts a call and waits until its script runs: sudo has been passed, and the input is on its way.
    pub(crate) async fn open(link: &impl Link, call: Call) -> Result<Self, Fault> {
        let mut gate = call.gate();
        let Channel { mut output, input } = link.start(&call.command).await?;
        let (later, afterwards) = mpsc::channel(4);
        let mut early = VecDeque::new();
        let gate = if gate.may_write_at_once() {
            Some(gate)
        } else {
            // sudo would read the script as a password: nothing else may be written before it has let us through.
            pass(link, &mut gate, &mut output, &input, &mut early).await?;
            None
        };
        tokio::spawn(write_input(input, call.input, afterwards));
        Ok(Self { output, later, early, gate, listens_to: Stream::Stdout })
    }

    /// What comes next.
    pub(crate) async fn next(&mut self) -> Result<Heard, Fault> {
        if let Some(bytes) = self.early.pop_front() {
            return Ok(Heard::Bytes(bytes));
        }
        loop {
            match self.output.recv().await {
                Some(Piece::Stdout(bytes)) => {
                    self.gate.take_if(|gate| gate.feed_stdout(&bytes) == SudoStep::Open);
                    if self.listens_to == Stream::Stdout {
                        return Ok(Heard::Bytes(bytes));
                    }
                }
                Some(Piece::Stderr(bytes)) => {
                    if let Some(SudoStep::Failed(fault)) = self.gate.as_mut().map(|gate| gate.feed_stderr(&bytes)) {
                        return Err(fault);
                    }
                    if self.listens_to == Stream::Stderr {
                        return Ok(Heard::Bytes(bytes));
                    }
                }
                Some(Piece::Closed { exit_status }) => {
                    return self.gate.take().map_or(Ok(Heard::Closed), |gate| Err(gate.closed(exit_status)));
                }
                Some(Piece::Lost(fault)) => return Ok(Heard::Lost(fault)),
                None => return Ok(Heard::Lost(Fault::new(Code::LinkLost, "the connection was closed"))),
            }
        }
    }

    /// From here on the script speaks on stderr. What it says on stdout is dropped.
    pub(crate) fn turn_to_stderr(&mut self) {
        self.early.clear();
        self.listens_to = Stream::Stderr;
    }

    /// Writes to the script's stdin.
    pub(crate) async fn write(&self, bytes: Vec<u8>) {
        // A channel that is gone says so when it is read.
        let _ = self.later.send(bytes).await;
    }
}

async fn pass(
    link: &impl Link,
    gate: &mut SudoGate,
    output: &mut mpsc::Receiver<Piece>,
    input: &mpsc::Sender<Vec<u8>>,
    early: &mut VecDeque<Vec<u8>>,
) -> Result<(), Fault> {
    loop {
        let step = match output.recv().await {
            Some(Piece::Stdout(bytes)) => {
                let step = gate.feed_stdout(&bytes);
                early.push_back(bytes);
                step
            }
            Some(Piece::Stderr(bytes)) => gate.feed_stderr(&bytes),
            Some(Piece::Closed { exit_status }) => return Err(gate.closed(exit_status)),
            Some(Piece::Lost(fault)) => return Err(fault),
            None => return Err(Fault::new(Code::LinkLost, "the connection was closed")),
        };
        match step {
            SudoStep::Wait => {}
            SudoStep::Open => return Ok(()),
            SudoStep::Failed(fault) => return Err(fault),
            SudoStep::WritePassword => {
                let Some(mut password) = link.sudo_password().await else {
                    return Err(Fault::new(
                        Code::SudoPasswordRequired,
                        "sudo asks for a password, and nobody is here to type it",
                    )
                    .with_hint("Run this from a terminal, or allow NOPASSWD in sudoers for this account."));
                };
                password.push(b'\n');
                let _ = input.send(password.to_vec()).await;
            }
        }
    }
}

/// Writes the call's input, then whatever is said later; ends the file when the conversation is dropped.
async fn write_input(input: mpsc::Sender<Vec<u8>>, parts: Vec<InputPart>, mut later: mpsc::Receiver<Vec<u8>>) {
    for part in parts {
        let whole = match part {
            InputPart::Bytes(bytes) => input.send(bytes).await.is_ok(),
            InputPart::File { path, length_bytes } => {
                let input = input.clone();
                let streamed = tokio::task::spawn_blocking(move || stream_file(&path, length_bytes, &input));
                matches!(streamed.await, Ok(Ok(())))
            }
        };
        if !whole {
            // The host starts nothing from an upload that is cut off.
            return;
        }
    }
    while let Some(bytes) = later.recv().await {
        if input.send(bytes).await.is_err() {
            return;
        }
    }
}

fn stream_file(path: &std::path::Path, length_bytes: u64, input: &mpsc::Sender<Vec<u8>>) -> std::io::Result<()> {
    let mut file = File::open(path)?.take(length_bytes);
    loop {
        let mut piece = vec![0; FILE_PIECE_BYTES];
        let length = file.read(&mut piece)?;
        if length == 0 {
            return if file.limit() == 0 { Ok(()) } else { Err(std::io::ErrorKind::UnexpectedEof.into()) };
        }
        piece.truncate(length);
        input.blocking_send(piece).map_err(|_| std::io::ErrorKind::BrokenPipe)?;
    }
}
