//! The sheet: what a file says of hosts, as rows of text cells with one set of columns, whatever the file's kind.
//!
//! Nothing here is checked: a cell holds what the file says, right or wrong, so that a person can put it right in place.

use super::MAXIMUM_HOSTS;
use super::check::CellProblem;
use super::problem::{FileIndex, Findings, ImportProblems, Place, quoted, wrong};
use millwright_domain::fleet::SudoMode;
use millwright_domain::{EnvironmentPath, Fault, Slug};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::sync::Arc;
use ts_rs::TS;

/// What holds for every host whose row does not say otherwise.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ImportDefaults {
    /// Where hosts go.
    pub environment: EnvironmentPath,
    /// The account that we log in as.
    pub user: String,
    /// How commands become root.
    pub sudo: SudoMode,
    /// The absolute path that `~` stands for in the paths of keys.
    pub home: Option<String>,
}

/// What a cell says of its host.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum ImportField {
    /// The client's short name.
    Client,
    /// The environment's name.
    Environment,
    /// The host's name, or all three names as `client/environment/host`.
    Host,
    /// A DNS name or an IP address.
    Address,
    /// The TCP port of its SSH server.
    Port,
    /// The account that we log in as.
    User,
    /// The path of a private key.
    Key,
    /// Whether the agent's keys are used, or which of them.
    Agent,
    /// Whether a password is asked for.
    AskPassword,
    /// The hosts on the way there, the first one first.
    Jumps,
    /// How commands become root.
    Sudo,
    /// Free labels.
    Tags,
    /// The environment's IANA time zone.
    TimeZone,
    /// Whether the client lives on the environment.
    Production,
    /// The client's name as people write it.
    ClientName,
}

/// The text of each field that a row says something of.
pub type Cells = BTreeMap<ImportField, String>;

/// A row of the sheet.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(deny_unknown_fields)]
pub struct SheetRow {
    /// The line of the file that names the host, from 1.
    pub line: u32,
    /// What it says.
    #[ts(type = "{ [field in ImportField]?: string }")]
    pub cells: Cells,
}

/// A column of a table, and what it is taken for.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, TS)]
pub struct SheetColumn {
    /// Its title in the file.
    pub title: String,
    /// What its cells say; none if it is left out.
    pub field: Option<ImportField>,
    /// It sounds like a secret: it is left out, and its cells are not read.
    pub secret: bool,
}

/// A text of the file and where it stands.
#[derive(Debug, Clone)]
pub(crate) struct Said {
    pub(crate) text: String,
    pub(crate) place: Place,
    /// What the file calls it: a column's title or a variable's name.
    pub(crate) called: Option<Arc<str>>,
}

impl Said {
    pub(crate) fn new(text: impl Into<String>, place: Place) -> Self {
        Self { text: text.into(), place, called: None }
    }
}

/// A host as a reader found it.
#[derive(Debug, Clone)]
pub(crate) struct ReadRow {
    pub(crate) place: Place,
    pub(crate) cells: BTreeMap<ImportField, Said>,
}

impl ReadRow {
    pub(crate) fn new(place: Place) -> Self {
        Self { place, cells: BTreeMap::new() }
    }

    /// Fills a cell.
    pub(crate) fn say(&mut self, field: ImportField, said: Said) {
        self.cells.insert(field, said);
    }

    /// The host's name, or its full name in its three parts.
    pub(crate) fn say_name(&mut self, said: Said) {
        let parts: Vec<&str> = said.text.split('/').collect();
        if let [client, environment, host] = parts[..]
            && parts.iter().all(|part| !part.trim().is_empty())
        {
            let part = |text: &str| Said { text: text.trim().to_owned(), ..said.clone() };
            self.say(ImportField::Client, part(client));
            self.say(ImportField::Environment, part(environment));
            self.say(ImportField::Host, part(host));
        } else {
            self.say(ImportField::Host, said);
        }
    }

    pub(crate) fn text(&self, field: ImportField) -> Option<&str> {
        self.cells.get(&field).map(|said| said.text.as_str()).filter(|text| !text.is_empty())
    }

    /// How the cell of another row names this host.
    pub(crate) fn reference(&self) -> String {
        let host = self.text(ImportField::Host).unwrap_or_default();
        match (self.text(ImportField::Client), self.text(ImportField::Environment)) {
            (Some(client), Some(environment)) => format!("{client}/{environment}/{host}"),
            (_, _) => host.to_owned(),
        }
    }
}

/// What the readers write to.
#[derive(Debug)]
pub(crate) struct Sheet<'d> {
    pub(crate) defaults: &'d ImportDefaults,
    pub(crate) findings: Findings,
    /// The columns of a table; none of a file that is no table.
    pub(crate) columns: Vec<SheetColumn>,
    rows: Vec<ReadRow>,
}

impl<'d> Sheet<'d> {
    pub(crate) fn new(file_name: &str, defaults: &'d ImportDefaults) -> Self {
        Self { defaults, findings: Findings::new(file_name), columns: Vec::new(), rows: Vec::new() }
    }

    /// The name for a cell where the file's names need not be slugs; a note says when it is another than the file's. One
    /// of which no slug can be made stays as it is, and is told of when the row is checked.
    pub(crate) fn name(&mut self, place: Place, name: &str) -> String {
        if name.parse::<Slug>().is_ok() || name.starts_with('-') {
            return name.to_owned();
        }
        match Slug::suggested_by(name) {
            Some(slug) => {
                self.findings.note(place, format!("{} is called “{slug}” in Millwright", quoted(name)));
                slug.to_string()
            }
            None => name.to_owned(),
        }
    }

    /// Takes a row up.
    pub(crate) fn add(&mut self, row: ReadRow) {
        if self.rows.len() < MAXIMUM_HOSTS {
            self.rows.push(row);
        } else if self.rows.len() == MAXIMUM_HOSTS && !self.findings.is_exhausted() {
            self.findings.exhausted(row.place, too_many_hosts());
        }
    }

    /// The sheet as the file has it.
    pub(crate) fn conclude(mut self) -> ReadSheet {
        if self.rows.is_empty() && !self.findings.has_problems() {
            let place = FileIndex::FIRST.at(1, 1);
            self.findings.problem(place, wrong("the file names no host to import", "Is it the right file?"));
        }
        if self.findings.is_exhausted() {
            self.rows.clear();
        }
        let mut rows = Vec::with_capacity(self.rows.len());
        let mut origins = Vec::with_capacity(self.rows.len());
        for row in self.rows {
            let mut cells = Cells::new();
            let mut places = BTreeMap::new();
            for (field, Said { text, place, called }) in row.cells {
                if !text.is_empty() {
                    cells.insert(field, text);
                }
                places.insert(field, (place, called));
            }
            rows.push(SheetRow { line: row.place.line, cells });
            origins.push(RowOrigin { place: row.place, cells: places });
        }
        ReadSheet { columns: self.columns, rows, origins, findings: self.findings }
    }
}

/// Where a row comes from.
#[derive(Debug)]
struct RowOrigin {
    place: Place,
    cells: BTreeMap<ImportField, (Place, Option<Arc<str>>)>,
}

/// A file that was read: its rows, and where each of their cells stands.
#[derive(Debug)]
pub(crate) struct ReadSheet {
    pub(crate) columns: Vec<SheetColumn>,
    pub(crate) rows: Vec<SheetRow>,
    origins: Vec<RowOrigin>,
    pub(crate) findings: Findings,
}

impl ReadSheet {
    /// What is wrong with a cell, as a problem at its place in the file.
    pub(crate) fn cell_problem(&mut self, row: usize, problem: CellProblem) {
        let Some(origin) = self.origins.get(row) else { return };
        let CellProblem { field, message, hint, .. } = problem;
        let (place, called) = match field.and_then(|field| origin.cells.get(&field)) {
            Some((place, called)) => (*place, called.as_deref()),
            None => (origin.place, None),
        };
        let message = called.map_or_else(|| message.clone(), |called| format!("{called}: {message}"));
        let fault = Fault { hint, ..wrong(message, "") };
        self.findings.cell_problem(place, fault);
    }

    /// The same for every problem of every row; none if nothing is wrong.
    pub(crate) fn problems<'p>(
        mut self,
        problems: impl IntoIterator<Item = (usize, &'p CellProblem)>,
    ) -> Result<Self, ImportProblems> {
        for (row, problem) in problems {
            self.cell_problem(row, problem.clone());
        }
        match self.findings.problems() {
            Some(problems) => Err(problems),
            None => Ok(self),
        }
    }
}

/// What is said of a file with too many hosts.
pub(crate) fn too_many_hosts() -> Fault {
    wrong(format!("the file names more than {MAXIMUM_HOSTS} hosts"), "Split it into several files.")
}
