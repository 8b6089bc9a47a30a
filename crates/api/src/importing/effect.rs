//! What a sheet would do to the inventory, row by row.

use super::known::{Known, cells_of_row};
use crate::import::{CellProblem, Cells, ImportDefaults, ImportField, ImportRow, SheetRow, check, in_order};
use millwright_domain::fleet::EnvironmentKind;
use millwright_domain::{EnvironmentPath, HostPath, Slug};
use serde::Serialize;
use std::collections::BTreeSet;
use ts_rs::TS;

/// What a sheet would do.
#[derive(Debug, Default, Serialize, TS)]
pub struct ImportCheck {
    /// Each row, in the order in which they were asked about.
    pub rows: Vec<ImportRowCheck>,
    /// Clients that would be new.
    pub clients_added: Vec<Slug>,
    /// Environments that would be new.
    pub environments_added: Vec<EnvironmentPath>,
    /// How many hosts would be new.
    pub added: usize,
    /// How many would change.
    pub changed: usize,
    /// How many are as their rows say.
    pub unchanged: usize,
    /// How many rows have problems.
    pub bad: usize,
    /// What of the rows an import does not do.
    pub notes: Vec<String>,
}

/// What would become of a row.
#[derive(Debug, Serialize, TS)]
pub struct ImportRowCheck {
    /// The host's full name, if it can be told.
    pub host: Option<HostPath>,
    /// What would become of it.
    pub becomes: RowBecomes,
    /// What would change of a host that is there.
    pub changes: Vec<FieldChange>,
    /// What is wrong with it.
    pub problems: Vec<CellProblem>,
}

/// What becomes of a row.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum RowBecomes {
    /// A new host.
    Added,
    /// A host that is there becomes another.
    Changed,
    /// The host is there and the same.
    Unchanged,
    /// Something is wrong with it: it would be refused.
    Bad,
}

/// A field of a host that changes.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, TS)]
pub struct FieldChange {
    /// Which.
    pub field: ImportField,
    /// What the inventory says.
    pub before: String,
    /// What the row says.
    pub after: String,
}

pub(super) fn of_rows(rows: &[SheetRow], defaults: &ImportDefaults, known: &Known) -> ImportCheck {
    let checked = check(rows, defaults, |path| known.has_host(path));
    let mut answer = ImportCheck::default();
    for row in &checked {
        let (becomes, changes) = match &row.host {
            None => (RowBecomes::Bad, Vec::new()),
            Some(host) => effect(host, known),
        };
        *match becomes {
            RowBecomes::Added => &mut answer.added,
            RowBecomes::Changed => &mut answer.changed,
            RowBecomes::Unchanged => &mut answer.unchanged,
            RowBecomes::Bad => &mut answer.bad,
        } += 1;
        let (host, problems) = (row.path.clone(), row.problems.clone());
        answer.rows.push(ImportRowCheck { host, becomes, changes, problems });
    }
    let hosts: Vec<ImportRow> = in_order(checked).into_iter().map(|(_, host)| host).collect();
    let environments: BTreeSet<EnvironmentPath> = hosts.iter().map(|host| host.path.environment_path()).collect();
    let clients: BTreeSet<&Slug> = environments.iter().map(|path| &path.client).collect();
    answer.clients_added = clients.into_iter().filter(|client| !known.clients.contains(*client)).cloned().collect();
    answer.notes = not_done(&hosts, known);
    answer.environments_added =
        environments.into_iter().filter(|path| !known.environments.contains_key(path)).collect();
    answer
}

/// An import changes no environment that is there: what the rows say otherwise is told.
pub(super) fn not_done<'h>(hosts: impl IntoIterator<Item = &'h ImportRow>, known: &Known) -> Vec<String> {
    let mut notes = BTreeSet::new();
    for host in hosts {
        let path = host.path.environment_path();
        let Some(environment) = known.environments.get(&path) else { continue };
        if let Some(zone) = host.time_zone.as_ref().filter(|zone| **zone != environment.time_zone) {
            let stays = &environment.time_zone;
            notes.insert(format!("the time zone of “{path}” stays {stays}: an import does not make it {zone}"));
        }
        if host.environment_kind.is_some_and(|kind| kind != environment.kind) {
            let stays = match environment.kind {
                EnvironmentKind::Production => "stays production",
                EnvironmentKind::Other => "does not become production",
            };
            notes.insert(format!("“{path}” {stays}: an import changes no environment that is there"));
        }
    }
    notes.into_iter().collect()
}

fn effect(row: &ImportRow, known: &Known) -> (RowBecomes, Vec<FieldChange>) {
    let Some(host) = known.hosts.get(&row.path) else { return (RowBecomes::Added, Vec::new()) };
    let changes = changes(&known.cells_of(host), &cells_of_row(row));
    (if changes.is_empty() { RowBecomes::Unchanged } else { RowBecomes::Changed }, changes)
}

fn changes(before: &Cells, after: &Cells) -> Vec<FieldChange> {
    let fields: BTreeSet<ImportField> = before.keys().chain(after.keys()).copied().collect();
    let text = |cells: &Cells, field| cells.get(&field).cloned().unwrap_or_default();
    fields
        .into_iter()
        .map(|field| FieldChange { field, before: text(before, field), after: text(after, field) })
        .filter(|change| change.before != change.after)
        .collect()
}
