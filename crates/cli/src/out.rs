//! Where words go: answers to stdout, everything else to stderr; with `--json`, one document alone on stdout.

use crate::arguments::Color;
use crate::exit::Exit;
use crate::text::visible;
use comfy_table::{ContentArrangement, Table, presets};
use millwright_domain::Fault;
use serde::Serialize;
use serde_json::json;
use std::io::{IsTerminal, Write};

/// How this command speaks.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Out {
    json: bool,
    color: bool,
}

impl Out {
    pub(crate) fn new(json: bool, color: Color) -> Self {
        let color = match color {
            Color::Always => true,
            Color::Never => false,
            Color::Auto => std::env::var_os("NO_COLOR").is_none_or(|v| v.is_empty()) && std::io::stdout().is_terminal(),
        };
        Self { json, color }
    }

    /// Whether a person can be shown progress and asked questions.
    pub(crate) fn has_person(self) -> bool {
        !self.json && std::io::stderr().is_terminal() && std::io::stdin().is_terminal()
    }

    /// The answer: a document, or text for people.
    pub(crate) fn answer(self, document: &impl Serialize, text: impl FnOnce() -> String) {
        let words = if self.json {
            serde_json::to_string_pretty(document).unwrap_or_else(|error| format!("{{\"error\": \"{error}\"}}"))
        } else {
            text()
        };
        if !words.is_empty() {
            self.bytes(format!("{}\n", words.trim_end_matches('\n')).as_bytes());
        }
    }

    /// Bytes as they are. A reader that has gone away is no error of ours.
    pub(crate) fn bytes(self, bytes: &[u8]) {
        let mut stdout = std::io::stdout().lock();
        let _ = stdout.write_all(bytes).and_then(|()| stdout.flush());
    }

    /// Something that is said beside the answer.
    pub(crate) fn note(self, words: &str) {
        eprintln!("{words}");
    }

    /// Says what went wrong and what to do next.
    pub(crate) fn fault(self, fault: &Fault) -> Exit {
        if self.json {
            self.answer(&json!({ "error": fault }), String::new);
        } else {
            let label = self.paint("error", "1;31");
            eprintln!("{label}: {} [{}]", visible(&fault.message), fault.code);
            if let Some(hint) = &fault.hint {
                eprintln!("  {}", visible(hint));
            }
        }
        Exit::from(fault)
    }

    /// Text in a colour, where colours are wanted.
    pub(crate) fn paint(self, text: &str, code: &str) -> String {
        if self.color { format!("\u{1b}[{code}m{text}\u{1b}[0m") } else { text.to_owned() }
    }

    /// A table for people.
    pub(crate) fn table(self, header: &[&str]) -> Table {
        let mut table = Table::new();
        table.load_style(presets::NOTHING).set_content_arrangement(ContentArrangement::Dynamic);
        if !std::io::stdout().is_terminal() {
            table.set_content_arrangement(ContentArrangement::Disabled);
        }
        if table.width() == Some(0) {
            // A terminal that does not know how wide it is.
            table.set_width(80);
        }
        table.set_header(header.iter().map(|title| self.paint(title, "1")));
        table
    }
}
