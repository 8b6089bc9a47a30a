//! Cuts a template into text and what stands between braces, with offsets.

use std::ops::Range;

/// A part of a template.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Segment {
    pub(super) kind: SegmentKind,
    /// The whole part, braces included.
    pub(super) range: Range<usize>,
    /// What stands between the braces, or the text.
    pub(super) inner: Range<usize>,
}

/// What a part is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum SegmentKind {
    /// Goes to the host as it is.
    Text,
    /// `{{ … }}`
    Expression,
    /// `{% … %}`
    Tag,
    /// `{# … #}`
    Comment,
}

/// A part that is opened and never closed, at this offset.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Unclosed {
    pub(super) offset: usize,
    pub(super) kind: SegmentKind,
}

/// The parts of a template, in order.
pub(super) fn scan(template: &str) -> Result<Vec<Segment>, Unclosed> {
    let mut segments = Vec::new();
    let mut position = 0;
    while position < template.len() {
        let rest = &template[position..];
        let Some((start, kind)) = next_opening(rest) else {
            push_text(&mut segments, position..template.len());
            break;
        };
        let start = position + start;
        push_text(&mut segments, position..start);
        let inner_start = start + 2;
        let closed = match kind {
            SegmentKind::Comment => template[inner_start..].find("#}"),
            SegmentKind::Tag => find_outside_strings(&template[inner_start..], "%}"),
            SegmentKind::Expression | SegmentKind::Text => find_outside_strings(&template[inner_start..], "}}"),
        };
        let Some(length) = closed else { return Err(Unclosed { offset: start, kind }) };
        let end = inner_start + length + 2;
        segments.push(Segment { kind, range: start..end, inner: inner_start..inner_start + length });
        position = end;
    }
    Ok(segments)
}

/// Where an expression has words that can be names: not in strings, not after a dot.
pub(super) fn names(expression: &str) -> Vec<Range<usize>> {
    let mut names = Vec::new();
    let mut quote: Option<u8> = None;
    let mut previous_is_dot = false;
    let bytes = expression.as_bytes();
    let mut index = 0;
    while index < bytes.len() {
        let byte = bytes[index];
        match quote {
            Some(open) => {
                if byte == b'\\' {
                    index += 1;
                } else if byte == open {
                    quote = None;
                }
            }
            None if byte == b'"' || byte == b'\'' => {
                quote = Some(byte);
                previous_is_dot = false;
            }
            None if byte.is_ascii_alphabetic() || byte == b'_' => {
                let start = index;
                while index < bytes.len() && (bytes[index].is_ascii_alphanumeric() || bytes[index] == b'_') {
                    index += 1;
                }
                if !previous_is_dot {
                    names.push(start..index);
                }
                previous_is_dot = false;
                continue;
            }
            None => {
                if !byte.is_ascii_whitespace() {
                    previous_is_dot = byte == b'.';
                }
            }
        }
        index += 1;
    }
    names
}

fn push_text(segments: &mut Vec<Segment>, range: Range<usize>) {
    if !range.is_empty() {
        segments.push(Segment { kind: SegmentKind::Text, inner: range.clone(), range });
    }
}

fn next_opening(text: &str) -> Option<(usize, SegmentKind)> {
    text.as_bytes().windows(2).enumerate().find_map(|(offset, pair)| match pair {
        b"{{" => Some((offset, SegmentKind::Expression)),
        b"{%" => Some((offset, SegmentKind::Tag)),
        b"{#" => Some((offset, SegmentKind::Comment)),
        _ => None,
    })
}

fn find_outside_strings(text: &str, closing: &str) -> Option<usize> {
    let bytes = text.as_bytes();
    let mut quote: Option<u8> = None;
    let mut index = 0;
    while index < bytes.len() {
        match quote {
            Some(_) if bytes[index] == b'\\' => index += 1,
            Some(open) if bytes[index] == open => quote = None,
            Some(_) => {}
            None if bytes[index..].starts_with(closing.as_bytes()) => return Some(index),
            None if bytes[index] == b'"' || bytes[index] == b'\'' => quote = Some(bytes[index]),
            None => {}
        }
        index += 1;
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_template_falls_into_its_parts() {
        let template = "a {{ x }}{# }} #}b{% if y == \"%}\" %}";
        let parts: Vec<(SegmentKind, &str)> =
            scan(template).unwrap().into_iter().map(|segment| (segment.kind, &template[segment.range])).collect();
        assert_eq!(
            parts,
            [
                (SegmentKind::Text, "a "),
                (SegmentKind::Expression, "{{ x }}"),
                (SegmentKind::Comment, "{# }} #}"),
                (SegmentKind::Text, "b"),
                (SegmentKind::Tag, "{% if y == \"%}\" %}"),
            ]
        );
        assert_eq!(scan("ok {{ x").unwrap_err(), Unclosed { offset: 3, kind: SegmentKind::Expression });
    }

    #[test]
    fn names_are_found_outside_strings_and_not_after_dots() {
        let expression = r#"a ~ "b \" c" ~ d.e | f"#;
        let found: Vec<&str> = names(expression).into_iter().map(|range| &expression[range]).collect();
        assert_eq!(found, ["a", "d", "f"]);
    }
}
