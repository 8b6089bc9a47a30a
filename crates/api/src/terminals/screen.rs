//! What a terminal printed last, and who has read how far.

use crate::shell::TerminalEnd;
use std::collections::VecDeque;

/// As much is kept for a page that is loaded again.
const KEPT_BYTES: usize = 1 << 20;
/// No more is taken from the host while more than this is unread.
const UNREAD_BYTES: u64 = 256 << 10;
/// The longest piece that is read at once.
const PIECE_BYTES: usize = 64 << 10;

/// The last output of a terminal.
#[derive(Debug, Default)]
pub(super) struct Screen {
    kept: VecDeque<u8>,
    /// Where in all output the first kept byte stands.
    start: u64,
    /// Up to where a page has it. A page that is loaded again goes back.
    read_until: u64,
    /// Nobody wants this terminal any more.
    pub(super) is_closing: bool,
    pub(super) end: Option<TerminalEnd>,
}

impl Screen {
    /// Adds output. What is older than what is kept falls out.
    pub(super) fn append(&mut self, bytes: &[u8]) {
        self.kept.extend(bytes);
        let excess = self.kept.len().saturating_sub(KEPT_BYTES);
        self.kept.drain(..excess);
        self.start += excess as u64;
    }

    /// Where in all output the next byte will stand.
    pub(super) fn until(&self) -> u64 {
        self.start + self.kept.len() as u64
    }

    /// A page has everything before `from`; says whether that is news.
    pub(super) fn read_until(&mut self, from: u64) -> bool {
        std::mem::replace(&mut self.read_until, from) != from
    }

    /// Whether the host may go on.
    pub(super) fn has_room(&self) -> bool {
        self.until() - self.read_until.max(self.start) <= UNREAD_BYTES
    }

    /// Whether there is something to say to a page that has everything before `from`.
    pub(super) fn has_news(&self, from: u64) -> bool {
        self.until() > from || self.end.is_some()
    }

    /// The next piece for that page, and where it begins.
    pub(super) fn piece(&self, from: u64) -> (u64, Vec<u8>) {
        let from = from.clamp(self.start, self.until());
        let skipped = usize::try_from(from - self.start).unwrap_or(self.kept.len());
        let end = (skipped + PIECE_BYTES).min(self.kept.len());
        (from, self.kept.range(skipped..end).copied().collect())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pieces_join_to_what_was_printed() {
        let printed: Vec<u8> = (0..500_000_u32).map(|place| (place >> 3) as u8).collect();
        let mut screen = Screen::default();
        printed.chunks(999).for_each(|bytes| screen.append(bytes));
        let mut read = Vec::new();
        while screen.has_news(read.len() as u64) {
            let (from, piece) = screen.piece(read.len() as u64);
            assert_eq!(from, read.len() as u64);
            assert!((1..=PIECE_BYTES).contains(&piece.len()));
            read.extend(piece);
        }
        assert!(read == printed);
    }

    #[test]
    fn a_page_that_is_loaded_again_gets_the_last_part_and_loses_none_of_it() {
        let mut screen = Screen::default();
        let mut printed = 0;
        while printed < 3 * KEPT_BYTES as u64 {
            screen.append(&[7; 1000]);
            printed += 1000;
            screen.read_until(printed);
            assert!(screen.has_room());
        }
        let (from, _) = screen.piece(0);
        assert_eq!(from, printed - KEPT_BYTES as u64, "what fell out shows");
        assert!(screen.read_until(0));
        assert!(!screen.has_room(), "nothing more falls out while it catches up");
        screen.read_until(printed - 1000);
        assert!(screen.has_room());
    }

    #[test]
    fn the_host_waits_for_a_page_that_reads_nothing() {
        let mut screen = Screen::default();
        screen.append(&[0; UNREAD_BYTES as usize]);
        assert!(screen.has_room());
        screen.append(&[0; 1]);
        assert!(!screen.has_room());
        assert!(screen.read_until(1) && !screen.read_until(1));
        assert!(screen.has_room());
    }
}
