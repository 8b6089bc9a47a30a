//! Reading a TOML document field by field, so that everything wrong with it is found at once and has a place.

use super::diagnostic::{Diagnostic, Diagnostics, Place};
use super::suggest::nearest;
use super::template::Template;
use std::ops::Range;
use toml::Spanned;
use toml::de::{DeArray, DeTable, DeValue};

/// More than any recipe or policy needs. The parser bounds the depth.
const LENGTH_LIMIT_BYTES: usize = 256 * 1024;

/// Beyond this many diagnostics nobody reads on.
const DIAGNOSTIC_LIMIT: usize = 50;

/// Reads a text that is `what` (“a recipe”): all its fields must have been asked for, or they are noted as unknown.
pub(crate) fn read<T>(
    file: &str,
    text: &str,
    what: &'static str,
    too_long: &str,
    body: impl FnOnce(&mut Document<'_>, &mut Fields<'_>) -> Option<T>,
) -> Result<T, Diagnostics> {
    let mut document = Document::new(file, text, too_long)?;
    let table = document.parse()?;
    let mut root = Fields::new(what, 0, table.get_ref());
    let model = body(&mut document, &mut root);
    root.finish(&mut document);
    match (document.take_diagnostics(), model) {
        (None, Some(model)) => Ok(model),
        (Some(diagnostics), _) => Err(diagnostics),
        // Every reader that gives nothing says why, so this is never seen; but nothing may pass in silence.
        (None, None) => Err(document.not_readable_as(what)),
    }
}

/// A text that is being read, and what was found wrong with it so far.
pub(crate) struct Document<'t> {
    file: &'t str,
    text: &'t str,
    line_starts: Vec<usize>,
    found: Vec<Diagnostic>,
}

impl<'t> Document<'t> {
    /// Takes the text up, unless it is too long; `too_long` says what to do then.
    fn new(file: &'t str, text: &'t str, too_long: &str) -> Result<Self, Diagnostics> {
        if text.len() > LENGTH_LIMIT_BYTES {
            return Err(Diagnostics::from(Diagnostic {
                file: file.to_owned(),
                line: 1,
                column: 1,
                message: format!("the file has {} bytes; at most {LENGTH_LIMIT_BYTES} are read", text.len()),
                hint: Some(too_long.to_owned()),
            }));
        }
        let line_starts =
            std::iter::once(0).chain(text.match_indices('\n').map(|(newline, _)| newline + 1)).collect::<Vec<_>>();
        Ok(Self { file, text, line_starts, found: Vec::new() })
    }

    /// The document as TOML.
    fn parse(&mut self) -> Result<Spanned<DeTable<'t>>, Diagnostics> {
        let (table, errors) = DeTable::parse_recoverable(self.text);
        for error in &errors {
            let at = error.span().map_or(0, |span| span.start);
            self.report(at, error.message(), None);
        }
        match self.take_diagnostics() {
            None => Ok(table),
            Some(diagnostics) => Err(diagnostics),
        }
    }

    /// What was found so far.
    fn take_diagnostics(&mut self) -> Option<Diagnostics> {
        Diagnostics::collect(std::mem::take(&mut self.found))
    }

    /// Says no more than that the text is not what it should be.
    fn not_readable_as(&self, what: &str) -> Diagnostics {
        let message = format!("this is not {what}");
        Diagnostics::from(Diagnostic { file: self.file.to_owned(), line: 1, column: 1, message, hint: None })
    }

    /// The place of a byte of the text.
    pub(crate) fn place(&self, at: usize) -> Place {
        let line = self.line_starts.partition_point(|start| *start <= at).saturating_sub(1);
        let start = self.line_starts.get(line).copied().unwrap_or(0);
        let column = self.text.get(start..at).map_or(0, |before| before.chars().count());
        Place {
            line: u32::try_from(line).unwrap_or(u32::MAX).saturating_add(1),
            column: u32::try_from(column).unwrap_or(u32::MAX).saturating_add(1),
        }
    }

    /// Notes that something is wrong.
    pub(crate) fn report(&mut self, at: usize, message: impl Into<String>, hint: Option<String>) {
        if self.found.len() < DIAGNOSTIC_LIMIT {
            let Place { line, column } = self.place(at);
            self.found.push(Diagnostic { file: self.file.to_owned(), line, column, message: message.into(), hint });
        }
    }

    /// A string of the document as a template that knows its place.
    pub(crate) fn template(&self, text: &Text<'_>) -> Template {
        let raw = self.text.get(text.span.clone()).unwrap_or_default();
        let quotes = if raw.starts_with("'''") || raw.starts_with("\"\"\"") { 3 } else { 1 };
        let inner = raw.get(quotes..raw.len().saturating_sub(quotes)).unwrap_or_default();
        // TOML drops a newline that follows the opening quotes of a long string.
        let dropped = match inner {
            _ if quotes == 1 => 0,
            _ if inner.starts_with("\r\n") => 2,
            _ if inner.starts_with('\n') => 1,
            _ => 0,
        };
        let body = inner.get(dropped..).unwrap_or_default();
        let letter_for_letter = body == text.value || body.replace("\r\n", "\n") == text.value;
        let body_place = letter_for_letter.then(|| self.place(text.span.start + quotes + dropped));
        Template::new(text.value, self.place(text.span.start), body_place)
    }
}

/// A string of the document.
#[derive(Debug, Clone)]
pub(crate) struct Text<'t> {
    pub(crate) value: &'t str,
    pub(crate) span: Range<usize>,
}

/// The fields of one table, taken one by one; what is left at the end is unknown.
pub(crate) struct Fields<'t> {
    what: &'static str,
    at: usize,
    entries: Vec<Entry<'t>>,
    known: Vec<&'static str>,
}

struct Entry<'t> {
    key: &'t str,
    key_at: usize,
    value: &'t Spanned<DeValue<'t>>,
}

impl<'t> Fields<'t> {
    /// The fields of a table that is `what` (“a step”) and stands at `at`.
    pub(crate) fn new(what: &'static str, at: usize, table: &'t DeTable<'t>) -> Self {
        let mut entries: Vec<Entry<'t>> = table
            .iter()
            .map(|(key, value)| Entry { key: key.get_ref().as_ref(), key_at: key.span().start, value })
            .collect();
        entries.sort_by_key(|entry| entry.key_at);
        Self { what, at, entries, known: Vec::new() }
    }

    /// Where the table stands.
    pub(crate) fn at(&self) -> usize {
        self.at
    }

    /// Where the field stands, or the table when it has no such field.
    pub(crate) fn at_field(&self, name: &str) -> usize {
        self.entries.iter().find(|entry| entry.key == name).map_or(self.at, |entry| entry.key_at)
    }

    /// Whether the table has the field.
    pub(crate) fn has(&self, name: &str) -> bool {
        self.entries.iter().any(|entry| entry.key == name)
    }

    /// The field, whatever it is.
    pub(crate) fn any(&mut self, name: &'static str) -> Option<&'t Spanned<DeValue<'t>>> {
        if !self.known.contains(&name) {
            self.known.push(name);
        }
        self.entries.iter().find(|entry| entry.key == name).map(|entry| entry.value)
    }

    /// A string.
    pub(crate) fn string(&mut self, document: &mut Document<'_>, name: &'static str) -> Option<Text<'t>> {
        let value = self.any(name)?;
        text_of(value).or_else(|| wrong_type(document, name, value, "a string"))
    }

    /// A string that must be there and must not be empty.
    pub(crate) fn filled(&mut self, document: &mut Document<'_>, name: &'static str) -> Option<Text<'t>> {
        let text = self.string(document, name);
        let text = self.required(document, name, text)?;
        if text.value.trim().is_empty() {
            document.report(text.span.start, format!("`{name}` is empty"), None);
            return None;
        }
        Some(text)
    }

    /// A string that is a template.
    pub(crate) fn template(&mut self, document: &mut Document<'_>, name: &'static str) -> Option<Template> {
        self.string(document, name).map(|text| document.template(&text))
    }

    /// An integer within bounds.
    pub(crate) fn integer(
        &mut self,
        document: &mut Document<'_>,
        name: &'static str,
        bounds: std::ops::RangeInclusive<i64>,
    ) -> Option<i64> {
        let value = self.any(name)?;
        let Some(number) = value.get_ref().as_integer() else {
            return wrong_type(document, name, value, "an integer");
        };
        match i64::from_str_radix(number.as_str(), number.radix()) {
            Ok(number) if bounds.contains(&number) => Some(number),
            Ok(_) | Err(_) => {
                let message = if bounds == (i64::MIN..=i64::MAX) {
                    format!("`{name}` does not fit into 64 bits")
                } else {
                    format!("`{name}` must be from {} to {}", bounds.start(), bounds.end())
                };
                document.report(value.span().start, message, None);
                None
            }
        }
    }

    /// `true` or `false`.
    pub(crate) fn boolean(&mut self, document: &mut Document<'_>, name: &'static str) -> Option<bool> {
        let value = self.any(name)?;
        value.get_ref().as_bool().or_else(|| wrong_type(document, name, value, "true or false"))
    }

    /// A word out of a list.
    pub(crate) fn choice<T: Copy>(
        &mut self,
        document: &mut Document<'_>,
        name: &'static str,
        choices: &[(&'static str, T)],
    ) -> Option<T> {
        let text = self.string(document, name)?;
        let found = choices.iter().find(|(word, _)| *word == text.value).map(|(_, choice)| *choice);
        if found.is_none() {
            let words = || choices.iter().map(|(word, _)| *word);
            let hint = match nearest(text.value, words()) {
                Some(word) => format!("Did you mean “{word}”?"),
                None => format!("Write one of: {}.", words().collect::<Vec<_>>().join(", ")),
            };
            document.report(text.span.start, format!("`{name}` cannot be “{}”", text.value.escape_debug()), Some(hint));
        }
        found
    }

    /// A list of strings; empty when the field is not there.
    pub(crate) fn strings(&mut self, document: &mut Document<'_>, name: &'static str) -> Vec<Text<'t>> {
        let Some(items) = self.array(document, name, "a list of strings") else { return Vec::new() };
        items
            .iter()
            .filter_map(|item| text_of(item).or_else(|| wrong_type(document, name, item, "a list of strings")))
            .collect()
    }

    /// A table.
    pub(crate) fn table(
        &mut self,
        document: &mut Document<'_>,
        name: &'static str,
        what: &'static str,
    ) -> Option<Fields<'t>> {
        let at = self.at_field(name);
        let value = self.any(name)?;
        match value.get_ref().as_table() {
            Some(table) => Some(Fields::new(what, at, table)),
            None => wrong_type(document, name, value, "a table"),
        }
    }

    /// A list of tables; empty when the field is not there.
    pub(crate) fn tables(
        &mut self,
        document: &mut Document<'_>,
        name: &'static str,
        what: &'static str,
    ) -> Vec<Fields<'t>> {
        let Some(items) = self.array(document, name, "a list of tables") else { return Vec::new() };
        items
            .iter()
            .filter_map(|item| match item.get_ref().as_table() {
                Some(table) => Some(Fields::new(what, item.span().start, table)),
                None => wrong_type(document, name, item, "a list of tables"),
            })
            .collect()
    }

    /// The value, or a note that it is missing. A field of the wrong type has been noted already.
    pub(crate) fn required<T>(&self, document: &mut Document<'_>, name: &str, value: Option<T>) -> Option<T> {
        if value.is_none() && !self.has(name) {
            document.report(self.at, format!("{} needs `{name}`", self.what), None);
        }
        value
    }

    /// Notes every field that nobody asked for.
    pub(crate) fn finish(self, document: &mut Document<'_>) {
        for entry in self.entries.iter().filter(|entry| !self.known.contains(&entry.key)) {
            let hint = match nearest(entry.key, self.known.iter().copied()) {
                Some(name) => format!("Did you mean `{name}`?"),
                None => format!("Here may stand: {}.", self.known.join(", ")),
            };
            let message = format!("{} has no field `{}`", self.what, entry.key.escape_debug());
            document.report(entry.key_at, message, Some(hint));
        }
    }

    fn array(
        &mut self,
        document: &mut Document<'_>,
        name: &'static str,
        expected: &'static str,
    ) -> Option<&'t DeArray<'t>> {
        let value = self.any(name)?;
        value.get_ref().as_array().or_else(|| wrong_type(document, name, value, expected))
    }
}

/// The value as a string.
pub(crate) fn text_of<'t>(value: &'t Spanned<DeValue<'t>>) -> Option<Text<'t>> {
    value.get_ref().as_str().map(|text| Text { value: text, span: value.span() })
}

/// Notes that a value has the wrong type.
pub(crate) fn wrong_type<T>(
    document: &mut Document<'_>,
    name: &str,
    value: &Spanned<DeValue<'_>>,
    expected: &str,
) -> Option<T> {
    let found = value.get_ref().type_str();
    let article = if matches!(found, "integer" | "array") { "an" } else { "a" };
    let hint = match (expected, found) {
        ("a string", "integer" | "float" | "boolean" | "datetime") => Some("Put it in quotes.".to_owned()),
        ("an integer" | "true or false", "string") => Some("Write it without quotes.".to_owned()),
        ("a list of strings", "integer") => Some("Put each in quotes, in brackets: [\"…\"].".to_owned()),
        ("a list of strings", "string") => Some("Put it in brackets: [\"…\"].".to_owned()),
        ("a list of tables", "table") => Some(format!("Begin each with [[{name}]], in double brackets.")),
        _ => None,
    };
    document.report(value.span().start, format!("`{name}` must be {expected}, but this is {article} {found}"), hint);
    None
}
