//! What is wrong with a file, what of it was left out on purpose, and where.

use millwright_domain::{Code, Fault};
use serde::Serialize;
use std::collections::HashSet;
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
    /// Lines that are no rows: an import that leaves out what is bad goes on without them.
    lost_rows: Vec<ImportProblem>,
    more_lost_rows: usize,
    notes: Vec<ImportNote>,
    more_notes: usize,
    is_exhausted: bool,
    /// What was said at which place: a setting that holds for many hosts is told of once.
    told: HashSet<(Place, String)>,
}

impl Findings {
    pub(crate) fn new(file_name: &str) -> Self {
        Self {
            files: vec![file_name.to_owned()],
            problems: Vec::new(),
            more_problems: 0,
            lost_rows: Vec::new(),
            more_lost_rows: 0,
            notes: Vec::new(),
            more_notes: 0,
            is_exhausted: false,
            told: HashSet::new(),
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

    /// Something is wrong with the file itself.
    pub(crate) fn problem(&mut self, place: Place, fault: Fault) {
        if self.problems.len() == KEPT_PROBLEMS {
            self.more_problems += 1;
            return;
        }
        let problem = self.problem_at(place, fault);
        self.problems.push((place, problem));
    }

    /// The file holds more than an import may: nothing of it is taken.
    pub(crate) fn exhausted(&mut self, place: Place, fault: Fault) {
        self.is_exhausted = true;
        self.problem(place, fault);
    }

    /// A line that should be a row cannot be read as one.
    pub(crate) fn lost_row(&mut self, place: Place, fault: Fault) {
        if self.lost_rows.len() == KEPT_PROBLEMS {
            self.more_lost_rows += 1;
        } else {
            let problem = self.problem_at(place, fault);
            self.lost_rows.push(problem);
        }
    }

    /// Something is wrong with a cell, which no more than one problem is told of.
    pub(crate) fn cell_problem(&mut self, place: Place, fault: Fault) {
        let is_said = self.problems.iter().any(|(other, problem)| *other == place && problem.message != fault.message);
        if !is_said && self.told.insert((place, fault.message.clone())) {
            self.problem(place, fault);
        }
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
        !self.problems.is_empty() || !self.lost_rows.is_empty()
    }

    pub(crate) const fn is_exhausted(&self) -> bool {
        self.is_exhausted
    }

    /// Takes the lines that are no rows out of what is wrong, with their number.
    pub(crate) fn take_lost_rows(&mut self) -> (Vec<ImportProblem>, usize) {
        (std::mem::take(&mut self.lost_rows), std::mem::take(&mut self.more_lost_rows))
    }

    /// All that is wrong, in the order of its lines; none if nothing is.
    pub(crate) fn problems(&self) -> Option<ImportProblems> {
        if !self.has_problems() {
            return None;
        }
        let mut problems = self.problems.clone();
        problems.sort_by_key(|(place, _)| *place);
        let mut found: Vec<ImportProblem> = problems.into_iter().map(|(_, problem)| problem).collect();
        found.extend(self.lost_rows.iter().cloned());
        // Included files have names of their own, and their problems stay where their names stand.
        if self.files.len() == 1 {
            found.sort_by_key(|problem| (problem.line, problem.column));
        }
        Some(ImportProblems { found, more: self.more_problems + self.more_lost_rows })
    }

    /// What was left out or changed.
    pub(crate) fn into_notes(mut self) -> Vec<ImportNote> {
        if self.more_notes > 0 {
            let file = self.file_name(FileIndex::FIRST).to_owned();
            let message = format!("{} more things were left out or changed; they are not listed", self.more_notes);
            self.notes.push(ImportNote { file, line: 1, message });
        }
        self.notes
    }

    fn problem_at(&self, place: Place, fault: Fault) -> ImportProblem {
        ImportProblem {
            file: self.file_name(place.file).to_owned(),
            line: place.line,
            column: place.column,
            message: shortened(fault.message),
            hint: fault.hint.map(shortened),
        }
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
