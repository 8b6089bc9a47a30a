//! What hosts printed, as text: a piece at a time, and searched a stretch at a time, so that a gigabyte costs no more than
//! what is looked at.

use crate::desk::Desk;
use millwright_domain::ids::{JobId, RunId};
use millwright_domain::{Code, Fault, HostPath};
use millwright_store::table::{job, output};
use regex::bytes::RegexBuilder;
use serde::{Deserialize, Serialize};
use ts_rs::TS;

/// The longest piece that is read at once.
const LONGEST_PIECE: u64 = 1 << 20;
/// How much is searched for one answer.
const STRETCH: u64 = 16 << 20;
/// How many matches one answer has.
const MOST_MATCHES: usize = 500;
/// How much of a matching line is shown.
const LINE_BYTES: usize = 300;

/// A piece of a host's output in a run.
#[derive(Debug, Deserialize, TS)]
#[serde(deny_unknown_fields)]
pub(crate) struct LogPiece {
    /// The run.
    pub run: RunId,
    /// The host.
    pub host: HostPath,
    /// The first byte; none: the last `length` bytes.
    pub from: Option<u64>,
    /// How many bytes; at most 1 MiB.
    pub length: u64,
}

/// Output as text. What is not UTF-8 is replaced; the bytes themselves stay as they came.
#[derive(Debug, Serialize, TS)]
pub(crate) struct LogText {
    /// The first byte that the text stands for.
    pub from: u64,
    /// The byte after the last one.
    pub until: u64,
    /// How much there is.
    pub total: u64,
    /// The text.
    pub text: String,
}

pub(super) fn log_read(desk: &Desk, piece: LogPiece) -> Result<LogText, Fault> {
    let length = piece.length.min(LONGEST_PIECE);
    Ok(desk.workspace().store.read(|reader| {
        let (id, total) = find(reader, piece.run, &piece.host)?;
        let from = piece.from.unwrap_or_else(|| total.saturating_sub(length)).min(total);
        let bytes = output::read(reader, id, from, length)?;
        let (skipped, kept) = whole_characters(&bytes, from > 0, from + (bytes.len() as u64) < total);
        let from = from + skipped as u64;
        let text = String::from_utf8_lossy(kept).into_owned();
        Ok(LogText { from, until: from + kept.len() as u64, total, text })
    })?)
}

/// Looks for a text.
#[derive(Debug, Deserialize, TS)]
#[serde(deny_unknown_fields)]
pub(crate) struct LogSearch {
    /// The run.
    pub run: RunId,
    /// The host.
    pub host: HostPath,
    /// The text; letters match in either case.
    pub text: String,
    /// From which byte on.
    pub from: u64,
}

/// What was found in one stretch.
#[derive(Debug, Serialize, TS)]
pub(crate) struct LogMatches {
    /// The places, in order.
    pub matches: Vec<LogMatch>,
    /// All before this byte was searched; go on from here.
    pub searched_until: u64,
    /// How much there is.
    pub total: u64,
}

/// A place where the text stands.
#[derive(Debug, Serialize, TS)]
pub(crate) struct LogMatch {
    /// Its first byte.
    pub at: u64,
    /// How many bytes it has.
    pub length: u64,
    /// The line it stands in, cut to a bound.
    pub line: String,
}

pub(super) fn log_search(desk: &Desk, search: LogSearch) -> Result<LogMatches, Fault> {
    if search.text.is_empty() || search.text.len() > LINE_BYTES {
        return Err(Fault::new(Code::InvalidInput, format!("a search has 1 to {LINE_BYTES} bytes")));
    }
    let pattern = RegexBuilder::new(&regex::escape(&search.text))
        .case_insensitive(true)
        .build()
        .map_err(|error| Fault::new(Code::InvalidInput, format!("this cannot be searched for: {error}")))?;
    Ok(desk.workspace().store.read(|reader| {
        let (id, total) = find(reader, search.run, &search.host)?;
        let bytes = output::read(reader, id, search.from, STRETCH)?;
        let end = search.from + bytes.len() as u64;
        let mut matches = Vec::new();
        // The next stretch begins where a match might have begun that this one cuts.
        let mut searched_until =
            if end < total { end - (search.text.len() as u64 - 1).min(end - search.from) } else { end };
        for found in pattern.find_iter(&bytes) {
            if matches.len() == MOST_MATCHES {
                searched_until = search.from + found.start() as u64;
                break;
            }
            let (at, length) = (search.from + found.start() as u64, found.len() as u64);
            matches.push(LogMatch { at, length, line: line_around(&bytes, found.start()) });
            searched_until = searched_until.max(at + length);
        }
        Ok(LogMatches { matches, searched_until, total })
    })?)
}

fn find(
    reader: &millwright_store::Reader<'_>,
    run: RunId,
    host: &HostPath,
) -> Result<(JobId, u64), millwright_store::StoreError> {
    let found = job::of_run_and_host(reader, run, host)?;
    let found = found.ok_or_else(|| Fault::new(Code::NotFound, format!("“{host}” has no part in this run")))?;
    Ok((found.id, found.output_length))
}

/// The piece without the parts of characters at its ends, and how much was skipped at its beginning.
fn whole_characters(bytes: &[u8], cut_before: bool, cut_behind: bool) -> (usize, &[u8]) {
    let is_continuation = |byte: &&u8| **byte & 0xc0 == 0x80;
    let skipped = if cut_before { bytes.iter().take(3).take_while(is_continuation).count() } else { 0 };
    let mut kept = &bytes[skipped..];
    if cut_behind {
        let tail = kept.iter().rev().take(3).take_while(is_continuation).count();
        if let Some(lead) = kept.len().checked_sub(tail + 1) {
            let wanted = match kept[lead] {
                0xc0..=0xdf => 2,
                0xe0..=0xef => 3,
                0xf0..=0xf7 => 4,
                _ => 1,
            };
            if wanted > tail + 1 {
                kept = &kept[..lead];
            }
        }
    }
    (skipped, kept)
}

fn line_around(bytes: &[u8], place: usize) -> String {
    let earliest = place.saturating_sub(LINE_BYTES / 3);
    let start = bytes[earliest..place].iter().rposition(|byte| *byte == b'\n').map_or(earliest, |at| earliest + at + 1);
    let latest = (start + LINE_BYTES).min(bytes.len());
    let end = bytes[place..latest].iter().position(|byte| *byte == b'\n').map_or(latest, |at| place + at);
    String::from_utf8_lossy(&bytes[start..end]).into_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pieces_are_cut_between_characters() {
        let text = "aé€😀z".as_bytes();
        for from in 0..text.len() {
            for until in from..=text.len() {
                let (skipped, kept) = whole_characters(&text[from..until], from > 0, until < text.len());
                assert!(std::str::from_utf8(kept).is_ok(), "{from}..{until}: {kept:?}");
                assert!(skipped <= 3 && until - from - skipped - kept.len() <= 3);
            }
        }
        assert_eq!(whole_characters(b"\xff\xfe", true, true), (0, &b"\xff\xfe"[..]), "what is no character stays");
    }

    #[test]
    fn a_match_is_shown_in_its_line() {
        assert_eq!(line_around(b"one\ntwo here\nthree", 8), "two here");
        assert_eq!(line_around(&[b'x'; 1000], 500).len(), LINE_BYTES);
    }
}
