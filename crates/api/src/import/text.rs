//! From bytes to text that the readers may trust: UTF-8, of bounded size, with ends of lines as `\n` and no other
//! control character but the tab.

use super::problem::{FileIndex, Findings, saturated, wrong};
use super::{MAXIMUM_BYTES, MAXIMUM_LINE_BYTES};
use std::borrow::Cow;

/// The text of a file; none if something is wrong with it, which the findings then say.
pub(crate) fn decode<'b>(bytes: &'b [u8], file: FileIndex, findings: &mut Findings) -> Option<Cow<'b, str>> {
    let start = file.at(1, 1);
    if bytes.len() > MAXIMUM_BYTES {
        let message = format!("the file has {} bytes, and an import reads at most {MAXIMUM_BYTES}", bytes.len());
        findings.problem(start, wrong(message, "Split it into several files."));
        return None;
    }
    if bytes.starts_with(&[0xff, 0xfe]) || bytes.starts_with(&[0xfe, 0xff]) {
        findings.problem(start, wrong("the file is in UTF-16", "Save it as UTF-8."));
        return None;
    }
    let text = match std::str::from_utf8(bytes) {
        Ok(text) => text,
        Err(error) => {
            let valid = &bytes[..error.valid_up_to()];
            let line_start = valid.iter().rposition(|byte| *byte == b'\n').map_or(0, |at| at + 1);
            let line = valid.iter().filter(|byte| **byte == b'\n').count() + 1;
            let column = String::from_utf8_lossy(&valid[line_start..]).chars().count() + 1;
            let place = file.at(saturated(line), saturated(column));
            findings.problem(place, wrong("the text is not UTF-8 here", "Save the file as UTF-8."));
            return None;
        }
    };
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    let text = if text.contains('\r') { Cow::Owned(text.replace("\r\n", "\n")) } else { Cow::Borrowed(text) };
    check_lines(&text, file, findings).then_some(text)
}

/// Whether every line is short enough and free of characters that would hide what it says.
fn check_lines(text: &str, file: FileIndex, findings: &mut Findings) -> bool {
    let mut all_well = true;
    for (index, line) in text.split('\n').enumerate() {
        let place = file.at(saturated(index + 1), 1);
        if line.len() > MAXIMUM_LINE_BYTES {
            let message = format!("the line has {} bytes, and a line has at most {MAXIMUM_LINE_BYTES}", line.len());
            findings.problem(place, wrong(message, "Is it the right file?"));
            all_well = false;
        } else if let Some((offset, character)) = line.char_indices().find(|(_, character)| hides(*character)) {
            let message = format!("there is a control character (U+{:04X}) here", u32::from(character));
            findings.problem(place.within(line, offset), wrong(message, "Remove it."));
            all_well = false;
        }
    }
    all_well
}

/// Control characters, and those that turn the direction of writing so that a line shows as what it is not.
fn hides(character: char) -> bool {
    (character.is_control() && character != '\t')
        || matches!(character, '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
}
