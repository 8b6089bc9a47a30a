//! One command's conversation, as its caller sees it.
//!
//! Owns the back-pressure: pieces that nobody takes stop the host, input that the host does not take stops the caller.
//! It proves nothing about success: `ssh` knows how a shell ended, not whether a script did what it should. Callers that
//! must know let the script print a trailer of its own.

use crate::error::SshError;
use crate::session::Session;
use crate::stream::ExchangeStream;
use std::future::poll_fn;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::task::{Context, Poll, ready};
use tokio::sync::{mpsc, watch};

/// How many pieces may wait for the caller: with 32 KiB each, half a megabyte.
pub(crate) const PIECES: usize = 16;
/// The same for a shell, of which a person wants to see what is printed now.
pub(crate) const SHELL_PIECES: usize = 4;
/// How many pieces of input may wait for the host.
pub(crate) const INPUTS: usize = 4;

/// A part of what the host said.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Piece {
    /// Bytes of standard output. Cut anywhere, also within a character.
    Stdout(Vec<u8>),
    /// Bytes of standard error.
    Stderr(Vec<u8>),
    /// Nothing follows.
    End(Ending),
}

/// How a command ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Ending {
    /// The host sent this exit status, the end of the output, and closed the channel.
    Exited {
        /// The status.
        code: i32,
    },
    /// The host said that a signal ended it.
    Killed {
        /// The signal's name without the letters SIG.
        signal: String,
    },
    /// The host closed the channel and did not say how the command ended. It is not a success.
    WithoutStatus,
    /// The session broke, or the command never ran. Unless the error says that it was refused, it may still be running.
    Lost(SshError),
}

/// A running command. Dropping it closes the channel; that does not stop the command.
#[derive(Debug)]
pub struct Exchange {
    pieces: mpsc::Receiver<Piece>,
    input: Option<ExchangeInput>,
    stalled: Arc<AtomicBool>,
    session: Session,
    ended: bool,
}

/// How large a terminal is, in characters.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PtySize {
    /// Characters in a row.
    pub columns: u16,
    /// Rows.
    pub rows: u16,
}

/// The size of the terminal on which a shell runs.
#[derive(Debug)]
pub struct ShellWindow {
    wanted: watch::Sender<PtySize>,
    session: Session,
}

/// The standard input of a running command. Dropping it says that no more comes.
#[derive(Debug)]
pub struct ExchangeInput {
    bytes: Option<mpsc::Sender<Vec<u8>>>,
    session: Session,
}

/// All of a short command's output.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Output {
    /// Standard output.
    pub stdout: Vec<u8>,
    /// Standard error.
    pub stderr: Vec<u8>,
    /// Whether more came than the limit, and was thrown away.
    pub truncated: bool,
    /// How it ended.
    pub ending: Ending,
}

impl Exchange {
    pub(crate) fn new(
        pieces: mpsc::Receiver<Piece>,
        input: mpsc::Sender<Vec<u8>>,
        stalled: Arc<AtomicBool>,
        session: Session,
    ) -> Self {
        let input = ExchangeInput { bytes: Some(input), session: session.clone() };
        Self { pieces, input: Some(input), stalled, session, ended: false }
    }

    /// The next piece; the last one is [`Piece::End`], after which there is none. Can be cancelled without loss.
    pub async fn next(&mut self) -> Option<Piece> {
        poll_fn(|context| self.poll_next(context)).await
    }

    pub(crate) fn poll_next(&mut self, context: &mut Context<'_>) -> Poll<Option<Piece>> {
        if self.ended {
            return Poll::Ready(None);
        }
        let piece = ready!(self.pieces.poll_recv(context));
        if self.stalled.swap(false, Ordering::SeqCst) {
            self.session.wake();
        }
        let piece = piece.unwrap_or_else(|| Piece::End(Ending::Lost(self.session.why_lost())));
        self.ended = matches!(piece, Piece::End(_));
        Poll::Ready(Some(piece))
    }

    /// The output as a reader, the input as a writer. What the host says on standard error is logged.
    pub fn into_stream(mut self) -> ExchangeStream {
        let input = self.input.as_mut().and_then(|input| input.bytes.take());
        ExchangeStream::new(self, input)
    }

    pub(crate) fn wake(&self) {
        self.session.wake();
    }

    /// The command's input, to be written elsewhere while the pieces are read here. There is one.
    pub fn take_input(&mut self) -> Option<ExchangeInput> {
        self.input.take()
    }

    /// Closes the channel, for whoever does not want to know any more how it ends.
    pub fn hang_up(&mut self) {
        self.input = None;
        self.pieces.close();
        self.session.wake();
    }

    /// Says that no input comes.
    pub fn close_input(&mut self) {
        self.input = None;
    }

    /// Closes the input and reads to the end, keeping at most `limit_bytes` of each output.
    pub async fn collect(mut self, limit_bytes: usize) -> Output {
        self.close_input();
        let (mut stdout, mut stderr, mut truncated) = (Vec::new(), Vec::new(), false);
        let mut keep = |kept: &mut Vec<u8>, bytes: Vec<u8>| {
            let room = limit_bytes.saturating_sub(kept.len());
            truncated |= bytes.len() > room;
            kept.extend_from_slice(&bytes[..bytes.len().min(room)]);
        };
        loop {
            match self.next().await {
                Some(Piece::Stdout(bytes)) => keep(&mut stdout, bytes),
                Some(Piece::Stderr(bytes)) => keep(&mut stderr, bytes),
                Some(Piece::End(ending)) => return Output { stdout, stderr, truncated, ending },
                None => {
                    let ending = Ending::Lost(self.session.why_lost());
                    return Output { stdout, stderr, truncated, ending };
                }
            }
        }
    }
}

impl ExchangeInput {
    /// Sends bytes; waits while the host does not take them. Fails once the command takes no more.
    pub async fn send(&self, bytes: Vec<u8>) -> Result<(), InputClosed> {
        if bytes.is_empty() {
            return Ok(());
        }
        let sender = self.bytes.as_ref().ok_or(InputClosed)?;
        sender.send(bytes).await.map_err(|_| InputClosed)?;
        self.session.wake();
        Ok(())
    }
}

impl ShellWindow {
    pub(crate) fn new(wanted: watch::Sender<PtySize>, session: Session) -> Self {
        Self { wanted, session }
    }

    /// Asks for another size. The host hears of the last one that was asked for; once the shell has ended, nobody does.
    pub fn resize(&self, size: PtySize) {
        self.wanted.send_replace(size);
        self.session.wake();
    }
}

impl Drop for ExchangeInput {
    fn drop(&mut self) {
        // The thread must find the channel closed when it wakes.
        self.bytes = None;
        self.session.wake();
    }
}

/// The command takes no more input: it ended, or the session did. Its pieces say which.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the command takes no more input")]
pub struct InputClosed;

impl Drop for Exchange {
    fn drop(&mut self) {
        self.hang_up();
    }
}
