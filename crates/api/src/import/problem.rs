//! What is wrong with a file, what of it was left out on purpose, and where.

use millwright_domain::{Code, Fault};
use serde::Serialize;
use std::fmt;
use ts_rs::TS;

/// How many problems are kept; the others are counted.
const KEPT_PROBLEMS: usize = 200;
/// How many notes are kept; the others are counted.
const KEPT_NOTES: usize = 1_000;
/// How many problems stand in a message.
const SHOWN_PROBLEMS: usize = 20;
/// The longest message, in characters: a file's text stands in it.
const MESSAGE_LENGTH: usize = 400;

/// One thing that is wrong with a file.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, TS)]
pub struct ImportProblem {
    /// The file's name, as it was given to the reader.
    pub file: String,
    /// The line, from 1.
    pub line: u32,
    /// The character in the line, from 1.
    pub column: u32,
    /// What is wrong.
    pub message: String,
    /// What to do about it.
    pub hint: Option<String>,
}

impl fmt::Display for ImportProblem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}:{}: {}", self.file, self.line, self.column, self.message)?;
        match &self.hint {
            Some(hint) => write!(f, "\n    {hint}"),
            None => Ok(()),
        }
    }
}

/// Everything that is wrong with an import, in the order of its lines. Never empty.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, thiserror::Error, TS)]
pub struct ImportProblems {
    found: Vec<ImportProblem>,
    more: usize,
}

impl ImportProblems {
    /// The problems; of a file with a great many, the ones that were found first.
    pub fn iter(&self) -> impl Iterator<Item = &ImportProblem> {
        self.found.iter()
    }

    /// How many there are, the ones that [`Self::iter`] does not show included.
    pub fn count(&self) -> usize {
        self.found.len() + self.more
    }
}

impl fmt::Display for ImportProblems {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (index, problem) in self.found.iter().take(SHOWN_PROBLEMS).enumerate() {
            if index > 0 {
                f.write_str("\n")?;
            }
            write!(f, "{problem}")?;
        }
        match self.count().saturating_sub(SHOWN_PROBLEMS) {
            0 => Ok(()),
            more => write!(f, "\nand {more} more"),
        }
    }
}

impl From<ImportProblems> for Fault {
    fn from(problems: ImportProblems) -> Self {
        match (problems.found.as_slice(), problems.more) {
            ([one], 0) => Fault {
                code: Code::InvalidInput,
                message: format!("{}:{}:{}: {}", one.file, one.line, one.column, one.message),
                hint: one.hint.clone(),
            },
            (_, _) => Fault::new(
                Code::InvalidInput,
                format!("{} things are wrong with this import:\n{problems}", problems.count()),
            )
            .with_hint("Nothing was imported. Put these right and import the file again."),
        }
    }
}

/// Something that was left out or changed on purpose.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, TS)]
pub struct ImportNote {
    /// The file's name, as it was given to the reader.
    pub file: String,
    /// The line, from 1.
    pub line: u32,
    /// What was left out or changed, and why.
    pub message: String,
}

impl fmt::Display for ImportNote {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}: {}", self.file, self.line, self.message)
    }
}

/// One of the files of an import.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(crate) struct FileIndex(usize);

impl FileIndex {
    /// The file that was named to us; the others are included by it.
    pub(crate) const FIRST: FileIndex = FileIndex(0);

    /// A place in this file.
    pub(crate) fn at(self, line: u32, column: u32) -> Place {
        Place { file: self, line, column }
    }
}

/// A place in a file of an import. Line and column count from 1; columns count characters.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(crate) struct Place {
    pub(crate) file: FileIndex,
    pub(crate) line: u32,
    pub(crate) column: u32,
}

impl Place {
    /// The place `offset` bytes into `line_text`, on the line of this place.
    pub(crate) fn within(self, line_text: &str, offset: usize) -> Place {
        let before = line_text.get(..offset).unwrap_or(line_text);
        Place { column: saturated(before.chars().count() + 1), ..self }
    }
}

/// A line or column as places count them.
pub(crate) fn saturated(number: usize) -> u32 {
    u32::try_from(number).unwrap_or(u32::MAX)
}

/// What was found so far, in all files of one import.
#[derive(Debug)]
pub(crate) struct Findings {
    files: Vec<String>,
    problems: Vec<(Place, ImportProblem)>,
    more_problems: usize,
    notes: Vec<ImportNote>,
    more_notes: usize,
}

impl Findings {
    pub(crate) fn new(file_name: &str) -> Self {
        Self {
            files: vec![file_name.to_owned()],
            problems: Vec::new(),
            more_problems: 0,
            notes: Vec::new(),
            more_notes: 0,
        }
    }

    /// Makes the name of an included file known.
    pub(crate) fn add_file(&mut self, name: String) -> FileIndex {
        self.files.push(name);
        FileIndex(self.files.len() - 1)
    }

    /// The name of a file.
    pub(crate) fn file_name(&self, file: FileIndex) -> &str {
        self.files.get(file.0).map_or("", String::as_str)
    }

    /// A place as a sentence names it: the file's name stands there only if it is not the one that is spoken of.
    pub(crate) fn line_seen_from(&self, place: Place, here: Place) -> String {
        if place.file == here.file {
            format!("line {}", place.line)
        } else {
            format!("{} line {}", self.file_name(place.file), place.line)
        }
    }

    /// Something is wrong: the import will be refused.
    pub(crate) fn problem(&mut self, place: Place, fault: Fault) {
        if self.problems.len() == KEPT_PROBLEMS {
            self.more_problems += 1;
            return;
        }
        let problem = ImportProblem {
            file: self.file_name(place.file).to_owned(),
            line: place.line,
            column: place.column,
            message: shortened(fault.message),
            hint: fault.hint.map(shortened),
        };
        self.problems.push((place, problem));
    }

    /// Something is left out or changed, and the import goes on.
    pub(crate) fn note(&mut self, place: Place, message: impl Into<String>) {
        if self.notes.len() == KEPT_NOTES {
            self.more_notes += 1;
            return;
        }
        let file = self.file_name(place.file).to_owned();
        self.notes.push(ImportNote { file, line: place.line, message: shortened(message.into()) });
    }

    pub(crate) fn has_problems(&self) -> bool {
        !self.problems.is_empty()
    }

    /// The notes if nothing is wrong, else the problems.
    pub(crate) fn conclude(mut self) -> Result<Vec<ImportNote>, ImportProblems> {
        if self.has_problems() {
            self.problems.sort_by_key(|(place, _)| *place);
            let found = self.problems.into_iter().map(|(_, problem)| problem).collect();
            return Err(ImportProblems { found, more: self.more_problems });
        }
        if self.more_notes > 0 {
            let file = self.file_name(FileIndex::FIRST).to_owned();
            let message = format!("{} more things were left out or changed; they are not listed", self.more_notes);
            self.notes.push(ImportNote { file, line: 1, message });
        }
        Ok(self.notes)
    }
}

/// A fault in what a file says.
pub(crate) fn wrong(message: impl Into<String>, hint: impl Into<String>) -> Fault {
    Fault::new(Code::InvalidInput, message).with_hint(hint)
}

/// A file's text as a message shows it: quoted, short, and nothing in it that a terminal would obey.
pub(crate) fn quoted(text: &str) -> String {
    const LENGTH: usize = 60;
    let cut = if text.chars().nth(LENGTH).is_some() { "…" } else { "" };
    let shown: String = text.chars().take(LENGTH).collect();
    format!("“{}{cut}”", shown.escape_debug().to_string().replace("\\\"", "\"").replace("\\'", "'"))
}

fn shortened(text: String) -> String {
    match text.char_indices().nth(MESSAGE_LENGTH) {
        Some((end, _)) => format!("{}…", &text[..end]),
        None => text,
    }
}
