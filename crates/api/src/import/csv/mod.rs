//! CSV: a table whose first row names its columns.
//!
//! Owns: which columns there are, and what a row means. A cell is text, whatever a spreadsheet would make of it.

mod cells;

use super::draft::{Draft, ImportDefaults, ImportDraft, Pending};
use super::field;
use super::problem::{FileIndex, Findings, ImportProblems, Place, quoted, wrong};
use super::text;
use cells::{Cell, Rows};
use millwright_domain::fleet::{Credential, EnvironmentKind, SudoMode};
use millwright_domain::recipe::nearest;
use millwright_domain::{Fault, HostPath, Slug};
use std::collections::BTreeSet;

/// Reads a table of hosts: the whole of it, or everything that is wrong with it.
pub fn parse_csv(file_name: &str, bytes: &[u8], defaults: &ImportDefaults) -> Result<ImportDraft, ImportProblems> {
    let mut draft = Draft::new(file_name, defaults);
    if let Some(text) = text::decode(bytes, FileIndex::FIRST, &mut draft.findings) {
        read(&text, &mut draft);
    }
    draft.conclude()
}

/// What a column holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Column {
    Path,
    Client,
    Environment,
    Host,
    ClientName,
    Address,
    Port,
    User,
    Key,
    Agent,
    AskPassword,
    Jump,
    Sudo,
    Tags,
    TimeZone,
    Production,
}

impl Column {
    const ALL: [(Column, &'static str); 16] = [
        (Column::Path, "path"),
        (Column::Client, "client"),
        (Column::Environment, "environment"),
        (Column::Host, "host"),
        (Column::ClientName, "client_name"),
        (Column::Address, "address"),
        (Column::Port, "port"),
        (Column::User, "user"),
        (Column::Key, "key"),
        (Column::Agent, "agent"),
        (Column::AskPassword, "ask_password"),
        (Column::Jump, "jump"),
        (Column::Sudo, "sudo"),
        (Column::Tags, "tags"),
        (Column::TimeZone, "time_zone"),
        (Column::Production, "production"),
    ];

    fn name(self) -> &'static str {
        Self::ALL.iter().find(|(column, _)| *column == self).map_or("", |(_, name)| *name)
    }

    fn parse(title: &str) -> Result<Column, Fault> {
        let name = title.trim().to_lowercase().replace([' ', '-'], "_");
        if let Some((column, _)) = Self::ALL.iter().find(|(_, known)| *known == name) {
            return Ok(*column);
        }
        let hint = if name.contains("pass") || name.contains("secret") {
            "Passwords are not imported. Remove the column; ask_password=yes lets Millwright ask when it connects."
                .to_owned()
        } else if let Some(meant) = nearest(&name, Self::ALL.map(|(_, name)| name)) {
            format!("Did you mean “{meant}”?")
        } else {
            format!("The columns are {}.", Self::ALL.map(|(_, name)| name).join(", "))
        };
        Err(wrong(format!("there is no column {}", quoted(title)), hint))
    }
}

/// Something is wrong, and the findings say what.
struct Refused;

fn read(text: &str, draft: &mut Draft<'_>) {
    let mut rows = Rows::new(text, FileIndex::FIRST, delimiter(text));
    let columns = match rows.next() {
        Some(Ok(titles)) => read_header(&titles, &mut draft.findings),
        Some(Err((place, fault))) => {
            draft.findings.problem(place, fault);
            Err(Refused)
        }
        None => {
            let fault = wrong("the file is empty", "The first row names the columns, such as path,address,user.");
            draft.findings.problem(FileIndex::FIRST.at(1, 1), fault);
            Err(Refused)
        }
    };
    let Ok(columns) = columns else { return };
    for row in rows {
        match row {
            Ok(cells) if cells.iter().all(|cell| cell.text.trim().is_empty()) => {}
            Ok(cells) if cells.len() != columns.len() => {
                let place = cells.first().map_or(FileIndex::FIRST.at(1, 1), |cell| cell.place);
                let message = format!("the row has {} cells, and the first row has {}", cells.len(), columns.len());
                let hint = "Leave a cell empty if there is nothing to say, and quote a cell that holds the separator.";
                draft.findings.problem(place, wrong(message, hint));
            }
            Ok(cells) => {
                let row = Row { columns: &columns, cells: &cells };
                if let Ok(host) = row.read(draft) {
                    draft.add(host);
                }
            }
            Err((place, fault)) => draft.findings.problem(place, fault),
        }
    }
}

/// The separator that the first row uses: spreadsheets of half the world write semicolons.
fn delimiter(text: &str) -> char {
    let header = text.lines().next().unwrap_or("");
    let count = |candidate: char| {
        let unquoted = header.split('"').step_by(2);
        unquoted.map(|part| part.matches(candidate).count()).sum::<usize>()
    };
    ['\t', ';', ','].into_iter().max_by_key(|candidate| count(*candidate)).unwrap_or(',')
}

fn read_header(titles: &[Cell], findings: &mut Findings) -> Result<Vec<Column>, Refused> {
    let mut columns = Vec::new();
    let mut refused = false;
    for title in titles {
        let column = Column::parse(&title.text).and_then(|column| {
            let twice = || wrong(format!("the column “{}” is there twice", column.name()), "Remove one.");
            if columns.contains(&column) { Err(twice()) } else { Ok(column) }
        });
        match column {
            Ok(column) => columns.push(column),
            Err(fault) => {
                findings.problem(title.place, fault);
                refused = true;
            }
        }
    }
    let place = titles.first().map_or(FileIndex::FIRST.at(1, 1), |title| title.place);
    let has = |column| columns.contains(&column);
    let parts = [Column::Client, Column::Environment, Column::Host];
    let missing = if refused {
        None
    } else if has(Column::Path) && parts.into_iter().any(has) {
        Some(("the columns path and client, environment or host say the same", "Keep path, or the other three."))
    } else if !has(Column::Path) && !has(Column::Host) {
        Some(("no column names the hosts", "Add path (client/environment/host), or client, environment and host."))
    } else if !has(Column::Address) {
        Some(("there is no column address", "Add it: the DNS name or IP address of each host."))
    } else {
        None
    };
    if let Some((message, hint)) = missing {
        findings.problem(place, wrong(message, hint));
        refused = true;
    }
    if refused { Err(Refused) } else { Ok(columns) }
}

struct Row<'r> {
    columns: &'r [Column],
    cells: &'r [Cell],
}

impl Row<'_> {
    /// The host of this row; every field is read before the first problem ends it, so that all are told at once.
    fn read(&self, draft: &mut Draft<'_>) -> Result<Pending, Refused> {
        let defaults = draft.defaults;
        let path = self.path(draft);
        let findings = &mut draft.findings;
        let address = self.required(findings, Column::Address, field::address);
        let port = self.optional(findings, Column::Port, field::port);
        let user = self.optional(findings, Column::User, field::user);
        let credential = self.credential(findings, defaults);
        let sudo = self.optional(findings, Column::Sudo, str::parse::<SudoMode>);
        let tags = self.optional(findings, Column::Tags, tags);
        let time_zone = self.optional(findings, Column::TimeZone, field::time_zone);
        let production = self.optional(findings, Column::Production, field::yes_or_no);
        let client_name = self.optional(findings, Column::ClientName, field::title);
        let path = path?;
        let jumps = self.optional(findings, Column::Jump, |text| jumps(text, &path));
        let mut host = Pending::new(self.place(), path.clone(), address?, defaults);
        host.port = port?.unwrap_or(host.port);
        host.user = user?.unwrap_or(host.user);
        host.credential = credential?.unwrap_or(host.credential);
        host.sudo = sudo?.unwrap_or(host.sudo);
        host.tags = tags?.unwrap_or_default();
        host.jumps = jumps?.unwrap_or_default();
        host.time_zone = time_zone?;
        host.environment_kind =
            production?.map(|yes| if yes { EnvironmentKind::Production } else { EnvironmentKind::Other });
        host.client_name = client_name?;
        Ok(host)
    }

    fn path(&self, draft: &mut Draft<'_>) -> Result<HostPath, Refused> {
        let findings = &mut draft.findings;
        if self.columns.contains(&Column::Path) {
            return self.required(findings, Column::Path, str::parse::<HostPath>);
        }
        let client = self.optional(findings, Column::Client, str::parse::<Slug>);
        let environment = self.optional(findings, Column::Environment, str::parse::<Slug>);
        let host = self.required(findings, Column::Host, str::parse::<Slug>);
        let defaults = &draft.defaults.environment;
        Ok(HostPath {
            client: client?.unwrap_or_else(|| defaults.client.clone()),
            environment: environment?.unwrap_or_else(|| defaults.environment.clone()),
            host: host?,
        })
    }

    fn credential(&self, findings: &mut Findings, defaults: &ImportDefaults) -> Result<Option<Credential>, Refused> {
        let key = |text: &str| field::key_path(text, defaults).map(|path| Some(Credential::KeyFile { path }));
        let ask = |text: &str| field::yes_or_no(text).map(|yes| yes.then_some(Credential::AskPassword));
        let choices = [
            self.optional(findings, Column::Key, key),
            self.optional(findings, Column::Agent, field::agent),
            self.optional(findings, Column::AskPassword, ask),
        ];
        let mut chosen = Vec::new();
        for choice in choices {
            chosen.extend(choice?.flatten());
        }
        if chosen.len() > 1 {
            let message = "the row names more than one way to log in";
            findings.problem(self.place(), wrong(message, "Fill in one of key, agent and ask_password."));
            return Err(Refused);
        }
        Ok(chosen.pop())
    }

    fn required<T>(
        &self,
        findings: &mut Findings,
        column: Column,
        read: impl FnOnce(&str) -> Result<T, Fault>,
    ) -> Result<T, Refused> {
        let value = self.optional(findings, column, read)?;
        value.ok_or_else(|| {
            let message = format!("{} is empty", column.name());
            findings.problem(self.place_of(column), wrong(message, "Every host needs one."));
            Refused
        })
    }

    fn optional<T>(
        &self,
        findings: &mut Findings,
        column: Column,
        read: impl FnOnce(&str) -> Result<T, Fault>,
    ) -> Result<Option<T>, Refused> {
        let text = self.cell(column).map_or("", |cell| cell.text.trim());
        if text.is_empty() {
            return Ok(None);
        }
        read(text).map(Some).map_err(|mut fault| {
            fault.message = format!("{}: {}", column.name(), fault.message);
            findings.problem(self.place_of(column), fault);
            Refused
        })
    }

    fn cell(&self, column: Column) -> Option<&Cell> {
        let index = self.columns.iter().position(|known| *known == column)?;
        self.cells.get(index)
    }

    fn place_of(&self, column: Column) -> Place {
        self.cell(column).map_or(self.place(), |cell| cell.place)
    }

    fn place(&self) -> Place {
        self.cells.first().map_or(FileIndex::FIRST.at(1, 1), |cell| cell.place)
    }
}

fn separated(text: &str) -> impl Iterator<Item = &str> {
    text.split(|character: char| character.is_whitespace() || character == ';' || character == ',')
        .filter(|part| !part.is_empty())
}

fn tags(text: &str) -> Result<BTreeSet<Slug>, Fault> {
    separated(text).map(str::parse::<Slug>).collect()
}

/// Jump hosts, the first one first: full names, or names of hosts in the same environment.
fn jumps(text: &str, path: &HostPath) -> Result<Vec<HostPath>, Fault> {
    separated(text).map(|name| jump(name, path)).collect()
}

fn jump(name: &str, path: &HostPath) -> Result<HostPath, Fault> {
    if name.contains('/') { name.parse() } else { Ok(HostPath { host: name.parse()?, ..path.clone() }) }
}
