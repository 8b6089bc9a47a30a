//! What is wrong with a recipe or runbook, and where.

use crate::fault::{Code, Fault};
use serde::{Deserialize, Serialize};
use std::fmt;
use ts_rs::TS;

/// A place in a text. Both count from 1; columns count characters, as editors do.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, TS)]
pub struct Place {
    /// The line.
    pub line: u32,
    /// The character in the line.
    pub column: u32,
}

/// One thing that is wrong.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct Diagnostic {
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

impl fmt::Display for Diagnostic {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}:{}: {}", self.file, self.line, self.column, self.message)?;
        match &self.hint {
            Some(hint) => write!(f, "\n    {hint}"),
            None => Ok(()),
        }
    }
}

/// Everything that was found wrong with one file, in the order of its lines. Never empty.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct Diagnostics(Vec<Diagnostic>);

impl Diagnostics {
    /// The diagnostics in the order of their places; none when there is nothing wrong.
    pub fn collect(mut found: Vec<Diagnostic>) -> Option<Self> {
        found.sort_by_key(|diagnostic| (diagnostic.line, diagnostic.column));
        if found.is_empty() { None } else { Some(Self(found)) }
    }

    /// What was found.
    pub fn iter(&self) -> impl Iterator<Item = &Diagnostic> {
        self.0.iter()
    }
}

impl From<Diagnostic> for Diagnostics {
    fn from(diagnostic: Diagnostic) -> Self {
        Self(vec![diagnostic])
    }
}

impl fmt::Display for Diagnostics {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (index, diagnostic) in self.0.iter().enumerate() {
            if index > 0 {
                f.write_str("\n")?;
            }
            write!(f, "{diagnostic}")?;
        }
        Ok(())
    }
}

impl std::error::Error for Diagnostics {}

impl From<Diagnostics> for Fault {
    fn from(diagnostics: Diagnostics) -> Self {
        match diagnostics.0.as_slice() {
            [one] => Fault {
                code: Code::InvalidRecipe,
                message: format!("{}:{}:{}: {}", one.file, one.line, one.column, one.message),
                hint: one.hint.clone(),
            },
            several => Fault::new(
                Code::InvalidRecipe,
                format!("{} things are wrong with this file:\n{diagnostics}", several.len()),
            ),
        }
    }
}
