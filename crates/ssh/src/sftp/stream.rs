//! A file's content, many pieces under way at once: on a link with 50 ms to the host and back, one piece at a time would
//! move 0.6 MB a second.

use super::connection::{Asked, unexpected};
use super::error::SftpError;
use super::files::HostFile;
use super::wire::{Ask, Data, Reply, protocol};
use std::collections::VecDeque;

/// How many pieces are under way at once.
const PIECES: usize = 64;
/// The most of a file that can be under way. What lies further back than this from the end of a file that was cut off has
/// been answered for, whatever order the host wrote in.
pub const IN_FLIGHT_BYTES: u64 = PIECES as u64 * 32 * 1024;
/// No server that answers with less at a time is worth asking for even less.
const SMALLEST_PIECE: u32 = 1024;

/// A file that is read from a place to its end.
pub struct Reading<'f> {
    file: &'f HostFile,
    /// How long the file is, as far as is known. It may have grown: the end is where the host says so.
    size: u64,
    next: u64,
    piece: u32,
    under_way: VecDeque<Piece>,
}

struct Piece {
    start: u64,
    length: u32,
    asked: Asked,
}

/// A file that is written from a place on.
pub struct Writing<'f> {
    file: &'f HostFile,
    next: u64,
    under_way: VecDeque<(u64, Asked)>,
    answered: u64,
}

impl HostFile {
    /// Reads from a place; `size` is the length that the host told, if it did.
    pub fn read_from(&self, start: u64, size: Option<u64>) -> Reading<'_> {
        let piece = self.sftp.read_bytes();
        Reading { file: self, size: size.unwrap_or(0), next: start, piece, under_way: VecDeque::new() }
    }

    /// Writes from a place.
    pub fn write_from(&self, start: u64) -> Writing<'_> {
        Writing { file: self, next: start, under_way: VecDeque::new(), answered: start }
    }

    async fn ask_piece(&self, start: u64, length: u32) -> Result<Piece, SftpError> {
        let ask = self.sftp.ask(Ask::Read, |packet| packet.bytes(&self.handle).long(start).number(length));
        Ok(Piece { start, length, asked: ask.await? })
    }
}

impl Reading<'_> {
    /// The next piece; none at the end.
    pub async fn next(&mut self) -> Result<Option<Data>, SftpError> {
        // Beyond the known length one piece at a time asks whether there is more.
        while self.under_way.len() < PIECES && (self.next < self.size || self.under_way.is_empty()) {
            self.under_way.push_back(self.file.ask_piece(self.next, self.piece).await?);
            self.next = self.next.saturating_add(self.piece.into());
        }
        let Some(Piece { start, length, asked }) = self.under_way.pop_front() else { return Ok(None) };
        let data = match asked.answer().await? {
            Reply::Data(data) => data,
            Reply::Status { code: 1, .. } => return Ok(None),
            Reply::Status { .. } | Reply::Handle(_) | Reply::Names(_) | Reply::Attributes(_) | Reply::Extended(_) => {
                return Err(unexpected());
            }
        };
        let count = match u32::try_from(data.bytes().len()) {
            Ok(count) if (1..=length).contains(&count) => count,
            Ok(_) | Err(_) => return Err(protocol("a piece of a file has another length than was asked for")),
        };
        if count < length {
            let rest = start + u64::from(count);
            if rest < self.size {
                self.piece = self.piece.min(count.max(SMALLEST_PIECE));
            }
            self.under_way.push_front(self.file.ask_piece(rest, length - count).await?);
        }
        Ok(Some(data))
    }
}

impl Writing<'_> {
    /// Sends bytes; waits while too many are under way.
    pub async fn put(&mut self, bytes: &[u8]) -> Result<(), SftpError> {
        for piece in bytes.chunks(self.file.sftp.write_bytes() as usize) {
            while self.under_way.len() >= PIECES {
                self.take_answer().await?;
            }
            let (handle, start) = (&self.file.handle, self.next);
            let ask = self.file.sftp.ask(Ask::Write, |packet| packet.bytes(handle).long(start).bytes(piece));
            self.under_way.push_back((start + piece.len() as u64, ask.await?));
            self.next += piece.len() as u64;
        }
        Ok(())
    }

    /// Everything before this place has been answered for.
    pub fn answered(&self) -> u64 {
        self.answered
    }

    /// Waits until everything is.
    pub async fn finish(&mut self) -> Result<(), SftpError> {
        while !self.under_way.is_empty() {
            self.take_answer().await?;
        }
        Ok(())
    }

    async fn take_answer(&mut self) -> Result<(), SftpError> {
        if let Some((end, asked)) = self.under_way.pop_front() {
            asked.done().await?;
            self.answered = end;
        }
        Ok(())
    }
}
