//! An exchange as a stream of bytes, for libraries that speak a protocol of their own over one.
//!
//! Owns nothing but the change of shape: the exchange keeps its back-pressure in both directions.

use crate::exchange::{Ending, Exchange, Piece};
use std::io;
use std::pin::Pin;
use std::task::{Context, Poll, ready};
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::sync::mpsc;
use tokio_util::sync::PollSender;

/// The most that is taken from a writer at once.
const LARGEST_WRITE: usize = 256 * 1024;

/// An exchange to read from and write to. A lost link is an error whose source is the [`SshError`](crate::SshError); any
/// other end is the end of the stream. Dropping it closes the channel.
#[derive(Debug)]
pub struct ExchangeStream {
    exchange: Exchange,
    /// None once the writer has shut down.
    input: Option<PollSender<Vec<u8>>>,
    /// What the host said and the reader had no room for.
    unread: Vec<u8>,
    start: usize,
}

impl ExchangeStream {
    pub(crate) fn new(exchange: Exchange, input: Option<mpsc::Sender<Vec<u8>>>) -> Self {
        Self { exchange, input: input.map(PollSender::new), unread: Vec::new(), start: 0 }
    }
}

impl AsyncRead for ExchangeStream {
    fn poll_read(mut self: Pin<&mut Self>, context: &mut Context<'_>, into: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
        let stream = &mut *self;
        while stream.start == stream.unread.len() {
            match ready!(stream.exchange.poll_next(context)) {
                Some(Piece::Stdout(bytes)) => (stream.unread, stream.start) = (bytes, 0),
                Some(Piece::Stderr(bytes)) => tracing::debug!(said = %bytes.escape_ascii(), "on standard error"),
                Some(Piece::End(Ending::Lost(error))) => return Poll::Ready(Err(io::Error::other(error))),
                Some(Piece::End(Ending::Exited { .. } | Ending::Killed { .. } | Ending::WithoutStatus)) | None => {
                    return Poll::Ready(Ok(()));
                }
            }
        }
        let rest = &stream.unread[stream.start..];
        let count = rest.len().min(into.remaining());
        into.put_slice(&rest[..count]);
        stream.start += count;
        Poll::Ready(Ok(()))
    }
}

impl AsyncWrite for ExchangeStream {
    fn poll_write(mut self: Pin<&mut Self>, context: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        let Some(input) = &mut self.input else { return Poll::Ready(Err(io::ErrorKind::BrokenPipe.into())) };
        let taken = &bytes[..bytes.len().min(LARGEST_WRITE)];
        if taken.is_empty() {
            return Poll::Ready(Ok(0));
        }
        let sent = ready!(input.poll_reserve(context)).and_then(|()| input.send_item(taken.to_vec()));
        sent.map_err(|_| io::Error::from(io::ErrorKind::BrokenPipe))?;
        self.exchange.wake();
        Poll::Ready(Ok(taken.len()))
    }

    /// What was written is on its way already.
    fn poll_flush(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<io::Result<()>> {
        Poll::Ready(Ok(()))
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<io::Result<()>> {
        // Dropped first: the session's thread must find the input ended when it wakes.
        self.input = None;
        self.exchange.wake();
        Poll::Ready(Ok(()))
    }
}
