//! From the cells of one row to a host: the one validation, whichever file the row comes from and whoever edited it.

use super::check::CellProblem;
use super::field;
use super::problem::{quoted, wrong};
use super::sheet::{Cells, ImportDefaults, ImportField, SheetRow};
use millwright_domain::fleet::{Credential, EnvironmentKind, SudoMode};
use millwright_domain::{Fault, HostPath, Slug};
use std::collections::BTreeSet;

/// What stands in a cell for a secret of Ansible's vault, which is not opened.
pub(super) const ENCRYPTED: &str = "!vault";
/// What stands in a cell for a list or a mapping.
pub(super) const STRUCTURE: &str = "[…]";

/// One host to be.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct ImportRow {
    pub(crate) path: HostPath,
    pub(crate) client_name: Option<String>,
    pub(crate) address: String,
    pub(crate) port: u16,
    pub(crate) user: String,
    pub(crate) credential: Credential,
    /// Every host on the way there, the first one first.
    pub(crate) jumps: Vec<HostPath>,
    pub(crate) sudo: SudoMode,
    pub(crate) tags: BTreeSet<Slug>,
    pub(crate) time_zone: Option<String>,
    pub(crate) environment_kind: Option<EnvironmentKind>,
}

/// What a row says, or what is wrong with it.
pub(super) struct Understood {
    /// The host's name, whatever is wrong with the other cells.
    pub(super) path: Option<HostPath>,
    /// None if anything is wrong.
    pub(super) host: Option<ImportRow>,
    pub(super) problems: Vec<CellProblem>,
}

/// Reads a row; every cell is read, so that all that is wrong is told at once.
pub(super) fn understand(row: &SheetRow, defaults: &ImportDefaults) -> Understood {
    let mut reader = Reader { cells: &row.cells, defaults, problems: Vec::new() };
    let path = reader.path();
    let host = reader.host(path.clone());
    let problems = reader.problems;
    Understood { path, host: host.filter(|_| problems.is_empty()), problems }
}

struct Reader<'r> {
    cells: &'r Cells,
    defaults: &'r ImportDefaults,
    problems: Vec<CellProblem>,
}

impl Reader<'_> {
    fn host(&mut self, path: Option<HostPath>) -> Option<ImportRow> {
        let defaults = self.defaults;
        let address = self.required(ImportField::Address, address);
        let port = self.optional(ImportField::Port, field::port);
        let user = self.optional(ImportField::User, field::user);
        let credential = self.credential();
        let sudo = self.optional(ImportField::Sudo, str::parse::<SudoMode>);
        let tags = self.optional(ImportField::Tags, tags);
        let time_zone = self.optional(ImportField::TimeZone, field::time_zone);
        let production = self.optional(ImportField::Production, field::yes_or_no);
        let client_name = self.optional(ImportField::ClientName, field::title);
        let jumps = self.optional(ImportField::Jumps, |text| jumps(text, path.as_ref()));
        let kind = |yes| if yes { EnvironmentKind::Production } else { EnvironmentKind::Other };
        Some(ImportRow {
            path: path?,
            client_name,
            address: address?,
            port: port.unwrap_or(22),
            user: user.unwrap_or_else(|| defaults.user.clone()),
            credential: credential.unwrap_or(Credential::Agent { fingerprint: None }),
            jumps: jumps.unwrap_or_default(),
            sudo: sudo.unwrap_or(defaults.sudo),
            tags: tags.unwrap_or_default(),
            time_zone,
            environment_kind: production.map(kind),
        })
    }

    fn path(&mut self) -> Option<HostPath> {
        let full = self.cell(ImportField::Host).contains('/');
        if full {
            let parts = [ImportField::Client, ImportField::Environment];
            if parts.into_iter().any(|part| !self.cell(part).is_empty()) {
                let message = "the full name and the cells for client and environment say the same";
                let fault = wrong(message, "Keep the host's name alone here, or empty those cells.");
                self.problem(Some(ImportField::Host), fault, None);
                return None;
            }
            return self.required(ImportField::Host, str::parse::<HostPath>);
        }
        let client = self.name(ImportField::Client, Some(&self.defaults.environment.client));
        let environment = self.name(ImportField::Environment, Some(&self.defaults.environment.environment));
        let host = self.name(ImportField::Host, None);
        Some(HostPath { client: client?, environment: environment?, host: host? })
    }

    fn name(&mut self, field: ImportField, default: Option<&Slug>) -> Option<Slug> {
        match (self.cell(field), default) {
            ("", Some(default)) => Some(default.clone()),
            (_, _) => self.required(field, str::parse::<Slug>),
        }
    }

    fn credential(&mut self) -> Option<Credential> {
        let defaults = self.defaults;
        let key = |text: &str| field::key_path(text, defaults).map(|path| Some(Credential::KeyFile { path }));
        let ask = |text: &str| field::yes_or_no(text).map(|yes| yes.then_some(Credential::AskPassword));
        let choices = [
            (ImportField::Key, self.optional(ImportField::Key, key)),
            (ImportField::Agent, self.optional(ImportField::Agent, field::agent)),
            (ImportField::AskPassword, self.optional(ImportField::AskPassword, ask)),
        ];
        let mut chosen = None;
        for (field, choice) in choices {
            let Some(credential) = choice.flatten() else { continue };
            if chosen.is_some() {
                let message = "the row names more than one way to log in";
                self.problem(Some(field), wrong(message, "Fill in one of key, agent and ask_password."), None);
                return None;
            }
            chosen = Some(credential);
        }
        chosen
    }

    fn required<T>(&mut self, field: ImportField, read: impl FnOnce(&str) -> Result<T, Fault>) -> Option<T> {
        if self.cell(field).is_empty() {
            self.problem(Some(field), wrong("nothing stands here", "Every host needs one."), None);
            return None;
        }
        self.optional(field, read)
    }

    fn optional<T>(&mut self, field: ImportField, read: impl FnOnce(&str) -> Result<T, Fault>) -> Option<T> {
        let text = self.cell(field);
        if text.is_empty() {
            return None;
        }
        match not_a_value(field, text).map_or_else(|| read(text), Err) {
            Ok(value) => Some(value),
            Err(fault) => {
                self.problem(Some(field), fault, suggestion(field, text));
                None
            }
        }
    }

    fn problem(&mut self, field: Option<ImportField>, fault: Fault, suggestion: Option<String>) {
        let Fault { message, hint, .. } = fault;
        self.problems.push(CellProblem { field, message, hint, suggestion });
    }

    fn cell(&self, field: ImportField) -> &str {
        self.cells.get(&field).map_or("", |text| text.trim())
    }
}

/// What no field takes: what Ansible would have to work out first, and what is left of a quote.
fn not_a_value(field: ImportField, text: &str) -> Option<Fault> {
    if text.contains("{{") || text.contains("{%") {
        let message = format!("{} is a template, and importing evaluates nothing", quoted(text));
        Some(wrong(message, "Write the value that it stands for."))
    } else if text == ENCRYPTED {
        let message = "the value is encrypted, and Millwright does not open Ansible's vault";
        Some(wrong(message, "Write the value as it is; it is no secret."))
    } else if text == STRUCTURE {
        Some(wrong("the value is not a text", "Write one value."))
    } else if field != ImportField::ClientName && ['"', '\''].iter().any(|quote| text.starts_with(*quote)) {
        Some(wrong(format!("{} begins with a quote that is never closed", quoted(text)), "Take it away."))
    } else {
        None
    }
}

fn address(text: &str) -> Result<String, Fault> {
    field::address(text).map_err(|fault| {
        if !text.contains('%') {
            return fault;
        }
        let message = format!("{} holds a token that Millwright does not know", quoted(text));
        wrong(message, "Write the name or the address that it stands for.")
    })
}

/// What the cell could say instead, where that follows from what it says.
fn suggestion(field: ImportField, text: &str) -> Option<String> {
    match field {
        ImportField::Client | ImportField::Environment | ImportField::Host => {
            let named = !text.starts_with('-') && !text.contains('/');
            if named { Slug::suggested_by(text).map(|slug| slug.to_string()) } else { None }
        }
        ImportField::Tags => {
            let tags: Option<Vec<Slug>> = separated(text).map(Slug::suggested_by).collect();
            tags.map(|tags| tags.iter().map(Slug::to_string).collect::<Vec<_>>().join(" "))
        }
        ImportField::Sudo => text.to_lowercase().parse::<SudoMode>().ok().map(|mode| mode.to_string()),
        ImportField::Address
        | ImportField::Port
        | ImportField::User
        | ImportField::Key
        | ImportField::Agent
        | ImportField::AskPassword
        | ImportField::Jumps
        | ImportField::TimeZone
        | ImportField::Production
        | ImportField::ClientName => None,
    }
}

fn separated(text: &str) -> impl Iterator<Item = &str> {
    text.split(|character: char| character.is_whitespace() || character == ';' || character == ',')
        .filter(|part| !part.is_empty())
}

fn tags(text: &str) -> Result<BTreeSet<Slug>, Fault> {
    separated(text).map(str::parse::<Slug>).collect()
}

/// Jump hosts, the first one first: full names, or names of hosts in the same environment. Without the environment,
/// only their form is checked.
fn jumps(text: &str, of: Option<&HostPath>) -> Result<Vec<HostPath>, Fault> {
    let mut found = Vec::new();
    for name in separated(text) {
        let jump = if name.contains('/') {
            Some(name.parse::<HostPath>())
        } else {
            match (name.parse::<Slug>(), of) {
                (Ok(host), Some(of)) => Some(Ok(HostPath { host, ..of.clone() })),
                (Ok(_), None) => None,
                (Err(fault), _) => Some(Err(fault)),
            }
        };
        let named = jump.transpose().map_err(|_| {
            let hint = "Write the name of a host of the same environment, or CLIENT/ENVIRONMENT/HOST; several are \
                joined by commas.";
            wrong(format!("{} does not name a host", quoted(name)), hint)
        })?;
        found.extend(named);
    }
    Ok(found)
}
