//! A text with `{{ … }}` in it, and where it stands in its file.

use super::diagnostic::Place;

/// A text that the planner renders. What stands between the braces is none of this crate's business.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Template {
    text: String,
    start: Place,
    /// Where the text's first character stands, when the file has the text letter for letter.
    body: Option<Place>,
}

impl Template {
    /// A text that starts at a place of its file.
    pub(super) fn new(text: impl Into<String>, start: Place, body: Option<Place>) -> Self {
        Self { text: text.into(), start, body }
    }

    /// A text that stands in no file.
    pub fn detached(text: impl Into<String>) -> Self {
        let start = Place { line: 1, column: 1 };
        Self { text: text.into(), start, body: Some(start) }
    }

    /// The text.
    pub fn text(&self) -> &str {
        &self.text
    }

    /// Where the byte `offset` of the text stands in the file; the start of the text where that cannot be known, as
    /// in a string with escapes.
    pub fn place(&self, offset: usize) -> Place {
        let Some(body) = self.body else { return self.start };
        let before = self.text.get(..offset).unwrap_or(&self.text);
        match before.rsplit_once('\n') {
            None => Place { line: body.line, column: body.column.saturating_add(characters(before)) },
            Some((lines, last)) => Place {
                line: body.line.saturating_add(1).saturating_add(count(lines.matches('\n').count())),
                column: characters(last).saturating_add(1),
            },
        }
    }
}

fn characters(text: &str) -> u32 {
    count(text.chars().count())
}

fn count(number: usize) -> u32 {
    u32::try_from(number).unwrap_or(u32::MAX)
}
