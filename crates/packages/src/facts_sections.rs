//! Splits the facts script's output into its sections. Knows nothing of what is in them.

use crate::facts::FactsError;
use crate::nonce::Nonce;
use millwright_domain::facts::GapReason;
use std::collections::BTreeMap;

/// What one part of the script printed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Section<'a> {
    pub(crate) output: &'a [u8],
    pub(crate) errors: &'a [u8],
    pub(crate) end: End,
}

/// How one part of the script ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum End {
    Code(i32),
    NotInstalled,
    NeedsRoot,
    NotAsked,
}

impl<'a> Section<'a> {
    /// The output of a section that ended well, or why there is none.
    pub(crate) fn successful(&self) -> Result<&'a [u8], GapReason> {
        match self.end {
            End::Code(0) => Ok(self.output),
            // A tool behind a bound is looked for by the bound itself, which says 127.
            End::Code(127) | End::NotInstalled => Err(GapReason::NotInstalled),
            End::NeedsRoot => Err(GapReason::NeedsRoot),
            End::NotAsked => Err(GapReason::NotAsked),
            End::Code(exit_code) => Err(GapReason::Failed { exit_code, said: self.last_words() }),
        }
    }

    /// The last line that is not empty of what it complained, else of what it printed.
    pub(crate) fn last_words(&self) -> String {
        let last = |bytes: &'a [u8]| lines(bytes).rfind(|line| !line.trim_ascii().is_empty());
        crate::facts::text(last(self.errors).or_else(|| last(self.output)).unwrap_or_default())
    }
}

/// Every line without its end, which may be that of Windows or of a terminal.
pub(crate) fn lines(bytes: &[u8]) -> impl DoubleEndedIterator<Item = &[u8]> {
    bytes.split(|byte| *byte == b'\n').map(|line| line.strip_suffix(b"\r").unwrap_or(line))
}

/// All sections by name. What stands before the first of them, between them or after the last is not ours.
pub(crate) fn split<'a>(bytes: &'a [u8], nonce: &Nonce) -> Result<BTreeMap<&'a str, Section<'a>>, FactsError> {
    let mut sections = BTreeMap::new();
    let mut open: Option<Open<'a>> = None;
    let mut last = None;
    let mut offset = 0;
    for line in bytes.split_inclusive(|byte| *byte == b'\n') {
        let (start, end) = (offset, offset + line.len());
        offset = end;
        // A line that was cut in the middle is no marker, even when what is left of it looks like one.
        let Some(words) = line.strip_suffix(b"\n").and_then(|line| marker(line, nonce)) else { continue };
        let mut words = words.split(' ');
        match (words.next(), words.next(), words.next(), open.take()) {
            (Some("begin"), Some(name), None, None) => open = Some(Open { name, output_start: end, errors: None }),
            (Some("errors"), Some(name), None, Some(section)) if section.name == name && section.errors.is_none() => {
                open = Some(Open { errors: Some((start, end)), ..section });
            }
            (Some("end"), Some(name), Some(how), Some(section)) if section.name == name => {
                let end = parse_end(how).ok_or_else(|| FactsError::Garbled { section: name.to_owned() })?;
                let (output_end, errors) = match section.errors {
                    Some((marker_start, errors_start)) => {
                        (marker_start, without_last_line_end(&bytes[errors_start..start]))
                    }
                    None => (start, &bytes[..0]),
                };
                let output = without_last_line_end(&bytes[section.output_start..output_end]);
                if sections.insert(section.name, Section { output, errors, end }).is_some() {
                    return Err(FactsError::Garbled { section: name.to_owned() });
                }
                last = Some(name);
            }
            (Some("done"), None, None, None) => return Ok(sections),
            (_, name, _, _) => return Err(FactsError::Garbled { section: name.unwrap_or("?").to_owned() }),
        }
    }
    Err(match (open, last) {
        (Some(section), _) => FactsError::Truncated { section: section.name.to_owned() },
        (None, Some(last)) => FactsError::TruncatedAfter { section: last.to_owned() },
        (None, None) => FactsError::NotStarted,
    })
}

#[derive(Clone, Copy)]
struct Open<'a> {
    name: &'a str,
    output_start: usize,
    /// Where the errors' marker starts and ends.
    errors: Option<(usize, usize)>,
}

/// The words after the nonce, when a line is one of our markers.
fn marker<'a>(line: &'a [u8], nonce: &Nonce) -> Option<&'a str> {
    let line = line.strip_suffix(b"\r").unwrap_or(line);
    let words = line.strip_prefix(b"@")?.strip_prefix(nonce.as_str().as_bytes())?.strip_prefix(b" ")?;
    std::str::from_utf8(words).ok()
}

fn parse_end(how: &str) -> Option<End> {
    match how {
        "absent" => Some(End::NotInstalled),
        "needs-root" => Some(End::NeedsRoot),
        "not-asked" => Some(End::NotAsked),
        code => code.parse().ok().map(End::Code),
    }
}

/// A marker prints a line end before itself, so that it starts a line whatever came before it.
fn without_last_line_end(bytes: &[u8]) -> &[u8] {
    let bytes = bytes.strip_suffix(b"\n").unwrap_or(bytes);
    bytes.strip_suffix(b"\r").unwrap_or(bytes)
}
