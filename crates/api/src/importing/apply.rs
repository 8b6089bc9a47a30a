//! Taking checked rows up: all that are well in one transaction.

use super::BadRowPolicy;
use super::effect::not_done;
use super::known::Known;
use crate::import::{
    CellProblem, CheckedRow, ImportDefaults, ImportNote, ImportProblem, ImportRow, SheetRow, check, give_up_dependents,
    in_order,
};
use crate::inventory::check_time_zone;
use millwright_domain::fleet::{EnvironmentKind, Host};
use millwright_domain::ids::{EnvironmentId, HostId};
use millwright_domain::{Code, EnvironmentPath, Fault, HostPath, Slug};
use millwright_store::table::{client, environment, host};
use millwright_store::{StoreError, Writer};
use serde::Serialize;
use std::collections::HashMap;
use ts_rs::TS;

/// How many rows a message names.
const NAMED_ROWS: usize = 20;

/// What an import does to the inventory.
#[derive(Debug, Clone, Default, Serialize, TS)]
pub struct ImportReport {
    /// Clients that are new.
    pub clients_added: Vec<Slug>,
    /// Environments that are new.
    pub environments_added: Vec<String>,
    /// Hosts that are new.
    pub hosts_added: Vec<HostPath>,
    /// Hosts of which a row says something else than the inventory did.
    pub hosts_changed: Vec<HostPath>,
    /// Hosts of which a row says the same.
    pub hosts_unchanged: Vec<HostPath>,
    /// Rows that were left out, with what is wrong with them.
    pub left_out: Vec<ImportLeftOut>,
    /// What was left out or changed on purpose.
    pub notes: Vec<ImportNote>,
    /// What of the rows an import does not do.
    pub not_done: Vec<String>,
}

/// A row that was left out.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, TS)]
pub struct ImportLeftOut {
    /// Its line in the file, from 1.
    pub line: u32,
    /// The host's full name, if it can be told.
    pub host: Option<HostPath>,
    /// The first thing that is wrong with it.
    pub message: String,
    /// What to do about it.
    pub hint: Option<String>,
}

impl ImportReport {
    /// Adds the lines that could not be read as rows.
    pub(super) fn add_lost(&mut self, lost: Vec<ImportProblem>, more: usize) {
        self.left_out.extend(lost.into_iter().map(|problem| {
            let ImportProblem { line, message, hint, .. } = problem;
            ImportLeftOut { line, host: None, message, hint }
        }));
        self.left_out.sort_by_key(|left_out| left_out.line);
        if more > 0 {
            self.not_done.push(format!("{more} more lines could not be read"));
        }
    }
}

/// The rows that something is wrong with.
pub(super) struct BadRows<'r> {
    rows: &'r [SheetRow],
    checked: &'r [CheckedRow],
}

impl<'r> BadRows<'r> {
    /// What is wrong, with the number of the row.
    pub(super) fn problems(&self) -> impl Iterator<Item = (usize, &'r CellProblem)> {
        let rows = self.checked.iter().enumerate();
        rows.flat_map(|(index, row)| row.problems.iter().map(move |problem| (index, problem)))
    }

    /// Refuses a sheet of which a row is bad.
    pub(super) fn refuse(&self, policy: BadRowPolicy) -> Result<Vec<ImportNote>, Fault> {
        let count = self.checked.iter().filter(|row| row.host.is_none()).count();
        if count == 0 || policy == BadRowPolicy::LeaveOut {
            return Ok(Vec::new());
        }
        let lines: Vec<String> = self
            .problems()
            .take(NAMED_ROWS)
            .map(|(index, problem)| format!("line {}: {}", self.rows[index].line, problem.message))
            .collect();
        let message = format!("{count} rows have problems:\n{}", lines.join("\n"));
        Err(Fault::new(Code::InvalidInput, message)
            .with_hint("Nothing was imported. Put them right, or leave them out."))
    }

    fn left_out(&self) -> Vec<ImportLeftOut> {
        let bad = self.rows.iter().zip(self.checked).filter(|(_, checked)| checked.host.is_none());
        bad.map(|(row, checked)| {
            let problem = checked.problems.first();
            ImportLeftOut {
                line: row.line,
                host: checked.path.clone(),
                message: problem.map_or_else(String::new, |problem| problem.message.clone()),
                hint: problem.and_then(|problem| problem.hint.clone()),
            }
        })
        .collect()
    }
}

/// Checks the rows against the inventory as it is now, and takes up those that are well. `settle` refuses bad rows unless
/// they are to be left out, and has the notes of the file.
pub(super) fn apply(
    writer: &Writer<'_>,
    rows: &[SheetRow],
    defaults: &ImportDefaults,
    policy: BadRowPolicy,
    settle: impl FnOnce(&BadRows<'_>, BadRowPolicy) -> Result<Vec<ImportNote>, Fault>,
) -> Result<ImportReport, StoreError> {
    let known = Known::of(&writer.reader())?;
    let mut checked = check(rows, defaults, |path| known.has_host(path));
    let mut report =
        ImportReport { notes: settle(&BadRows { rows, checked: &checked }, policy)?, ..ImportReport::default() };
    give_up_dependents(&mut checked, |path| known.has_host(path));
    report.left_out = BadRows { rows, checked: &checked }.left_out();
    let rows: Vec<ImportRow> = in_order(checked).into_iter().map(|(_, row)| row).collect();
    report.not_done = not_done(&rows, &known);
    let Known { mut hosts, environments, .. } = known;
    let mut places: HashMap<EnvironmentPath, EnvironmentId> =
        environments.into_iter().map(|(path, place)| (path, place.id)).collect();
    for row in rows {
        let path = row.path.environment_path();
        let place = match places.get(&path) {
            Some(place) => *place,
            None => add_place(writer, &row, &mut report)?,
        };
        places.insert(path, place);
        take_up(writer, row, place, &mut hosts, &mut report)?;
    }
    Ok(report)
}

fn take_up(
    writer: &Writer<'_>,
    row: ImportRow,
    place: EnvironmentId,
    hosts: &mut HashMap<HostPath, Host>,
    report: &mut ImportReport,
) -> Result<(), StoreError> {
    let before = hosts.get(&row.path).cloned();
    let jumps: Vec<HostId> = row.jumps.iter().map(|jump| jump_id(jump, hosts)).collect::<Result<_, _>>()?;
    let after = Host {
        id: before.as_ref().map_or_else(|| writer.new_id(), |before| before.id),
        environment_id: place,
        path: row.path,
        address: row.address,
        port: row.port,
        user: row.user,
        credential: row.credential,
        jumps,
        sudo: row.sudo,
        tags: row.tags,
    };
    match before {
        None => {
            host::add(writer, &after)?;
            report.hosts_added.push(after.path.clone());
        }
        Some(before) if before == after => report.hosts_unchanged.push(after.path.clone()),
        Some(before) => {
            host::edit(writer, &before, &after)?;
            report.hosts_changed.push(after.path.clone());
        }
    }
    hosts.insert(after.path.clone(), after);
    Ok(())
}

fn add_place(writer: &Writer<'_>, row: &ImportRow, report: &mut ImportReport) -> Result<EnvironmentId, StoreError> {
    let path = row.path.environment_path();
    let owner = match client::list(&writer.reader())?.into_iter().find(|client| client.slug == path.client) {
        Some(owner) => owner,
        None => {
            report.clients_added.push(path.client.clone());
            let name = row.client_name.clone().unwrap_or_else(|| path.client.to_string());
            client::add(writer, path.client.clone(), &name)?
        }
    };
    let time_zone = row.time_zone.clone().unwrap_or_else(|| "UTC".to_owned());
    check_time_zone(&time_zone)?;
    let kind = row.environment_kind.unwrap_or(EnvironmentKind::Other);
    report.environments_added.push(path.to_string());
    Ok(environment::add(writer, &owner, path.environment, &time_zone, kind)?.id)
}

fn jump_id(jump: &HostPath, hosts: &HashMap<HostPath, Host>) -> Result<HostId, Fault> {
    hosts.get(jump).map(|host| host.id).ok_or_else(|| {
        Fault::new(Code::NotFound, format!("the jump host “{jump}” is not in the inventory"))
            .with_hint("Add the jump host first.")
    })
}
