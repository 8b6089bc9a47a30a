//! Rows against each other and against the inventory.

use super::MAXIMUM_JUMPS;
use super::jump;
use super::problem::{quoted, wrong};
use super::row::{ImportRow, understand};
use super::sheet::{ImportDefaults, ImportField, SheetRow};
use millwright_domain::fleet::EnvironmentKind;
use millwright_domain::{EnvironmentPath, Fault, HostPath, Slug};
use serde::Serialize;
use std::collections::{BTreeSet, HashMap};
use ts_rs::TS;

/// One thing that is wrong with a row.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, TS)]
pub struct CellProblem {
    /// The cell; none if it is the row as a whole.
    pub field: Option<ImportField>,
    /// What is wrong.
    pub message: String,
    /// What to do about it.
    pub hint: Option<String>,
    /// What the cell could say instead, if that follows from what it says.
    pub suggestion: Option<String>,
}

/// A row that was checked.
#[derive(Debug)]
pub(crate) struct CheckedRow {
    pub(crate) path: Option<HostPath>,
    /// None if anything is wrong with it.
    pub(crate) host: Option<ImportRow>,
    pub(crate) problems: Vec<CellProblem>,
}

/// Checks every row.
pub(crate) fn check(
    rows: &[SheetRow],
    defaults: &ImportDefaults,
    is_known: impl Fn(&HostPath) -> bool,
) -> Vec<CheckedRow> {
    let mut checked: Vec<CheckedRow> = rows
        .iter()
        .map(|row| {
            let understood = understand(row, defaults);
            CheckedRow { path: understood.path, host: understood.host, problems: understood.problems }
        })
        .collect();
    check_names(rows, &mut checked);
    check_ways(&mut checked, is_known);
    check_agreement(rows, &mut checked);
    check_order(&mut checked);
    for row in &mut checked {
        if !row.problems.is_empty() {
            row.host = None;
        }
    }
    checked
}

/// Gives up the rows that lead through a row that something is wrong with, unless the inventory has that host.
pub(crate) fn give_up_dependents(checked: &mut [CheckedRow], is_known: impl Fn(&HostPath) -> bool) {
    let mut behind: HashMap<HostPath, Vec<usize>> = HashMap::new();
    for (index, row) in checked.iter().enumerate() {
        for jump in row.host.iter().flat_map(|host| &host.jumps) {
            behind.entry(jump.clone()).or_default().push(index);
        }
    }
    let bad = checked.iter().filter(|row| row.host.is_none()).filter_map(|row| row.path.clone());
    let good: BTreeSet<&HostPath> = checked.iter().filter_map(|row| row.host.as_ref().map(|host| &host.path)).collect();
    let mut given_up: Vec<HostPath> = bad.filter(|path| !good.contains(path)).collect();
    while let Some(gone) = given_up.pop() {
        if is_known(&gone) {
            continue;
        }
        for index in behind.remove(&gone).unwrap_or_default() {
            let row = &mut checked[index];
            if let Some(host) = row.host.take() {
                let fault = wrong(format!("it is reached through “{gone}”, which is left out"), "Put that row right.");
                row.problems.push(problem(ImportField::Jumps, fault));
                given_up.push(host.path);
            }
        }
    }
}

/// The rows to take up, each behind those that it is reached through. What one row says of its client or environment
/// holds for all of its rows.
pub(crate) fn in_order(checked: Vec<CheckedRow>) -> Vec<(usize, ImportRow)> {
    let order = order(&checked).0;
    let mut names: HashMap<Slug, String> = HashMap::new();
    let mut zones: HashMap<EnvironmentPath, String> = HashMap::new();
    let mut kinds: HashMap<EnvironmentPath, EnvironmentKind> = HashMap::new();
    let mut hosts: Vec<Option<ImportRow>> = checked.into_iter().map(|row| row.host).collect();
    for host in hosts.iter().flatten() {
        names.extend(host.client_name.clone().map(|name| (host.path.client.clone(), name)));
        zones.extend(host.time_zone.clone().map(|zone| (host.path.environment_path(), zone)));
        kinds.extend(host.environment_kind.map(|kind| (host.path.environment_path(), kind)));
    }
    let mut rows = Vec::with_capacity(order.len());
    for index in order {
        let Some(mut host) = hosts.get_mut(index).and_then(Option::take) else { continue };
        let environment = host.path.environment_path();
        host.client_name = names.get(&host.path.client).cloned();
        host.time_zone = zones.get(&environment).cloned();
        host.environment_kind = kinds.get(&environment).copied();
        rows.push((index, host));
    }
    rows
}

fn problem(field: ImportField, fault: Fault) -> CellProblem {
    CellProblem { field: Some(field), message: fault.message, hint: fault.hint, suggestion: None }
}

/// No two rows have one name.
fn check_names(rows: &[SheetRow], checked: &mut [CheckedRow]) {
    let mut first: HashMap<HostPath, u32> = HashMap::new();
    for (row, checked) in rows.iter().zip(checked) {
        let Some(path) = &checked.path else { continue };
        if let Some(line) = first.get(path) {
            let message = format!("“{path}” is there twice: here and on line {line}");
            let fault = wrong(message, "Remove one, or give it another name.");
            checked.problems.push(problem(ImportField::Host, fault));
        } else {
            first.insert(path.clone(), row.line);
        }
    }
}

/// Every host on a way is a row or in the inventory; no way leads through one host twice, or through its own end.
fn check_ways(checked: &mut [CheckedRow], is_known: impl Fn(&HostPath) -> bool) {
    let named: BTreeSet<HostPath> = checked.iter().filter_map(|row| row.path.clone()).collect();
    for row in checked {
        let Some(host) = &row.host else { continue };
        let distinct: BTreeSet<&HostPath> = host.jumps.iter().collect();
        let fault = if host.jumps.len() > MAXIMUM_JUMPS {
            jump::too_long()
        } else if distinct.contains(&host.path) || distinct.len() < host.jumps.len() {
            let message = format!("the way to “{}” leads in a circle", host.path);
            let hint = "Name each jump host once, and not the host itself (`ProxyJump none` in its own block).";
            wrong(message, hint)
        } else if let Some(missing) = host.jumps.iter().find(|jump| !named.contains(*jump) && !is_known(jump)) {
            let message =
                format!("“{}” is reached through “{missing}”, which is neither here nor in the inventory", host.path);
            wrong(message, "Add a row for the jump host, or take it out of the way.")
        } else {
            continue;
        };
        row.problems.push(problem(ImportField::Jumps, fault));
    }
}

/// What several rows say of one client or environment must be the same.
fn check_agreement(rows: &[SheetRow], checked: &mut [CheckedRow]) {
    let mut said: HashMap<(String, ImportField), (String, u32)> = HashMap::new();
    for (row, checked) in rows.iter().zip(checked) {
        let Some(host) = &checked.host else { continue };
        let environment = host.path.environment_path().to_string();
        let kind = host.environment_kind.map(|kind| match kind {
            EnvironmentKind::Production => "yes".to_owned(),
            EnvironmentKind::Other => "no".to_owned(),
        });
        let statements = [
            (host.path.client.to_string(), ImportField::ClientName, host.client_name.clone()),
            (environment.clone(), ImportField::TimeZone, host.time_zone.clone()),
            (environment, ImportField::Production, kind),
        ];
        for (whose, field, value) in statements {
            let Some(value) = value else { continue };
            let Some((first, line)) = said.get(&(whose.clone(), field)) else {
                said.insert((whose, field), (value, row.line));
                continue;
            };
            if *first != value {
                let message = format!("“{whose}” has {} here and {} on line {line}", quoted(&value), quoted(first));
                let fault = wrong(message, "Write the same in each of its rows, or once.");
                checked.problems.push(problem(field, fault));
            }
        }
    }
}

/// No hosts are reached through each other.
fn check_order(checked: &mut [CheckedRow]) {
    for index in order(checked).1 {
        let row = &mut checked[index];
        if let (Some(path), true) = (&row.path, row.problems.is_empty()) {
            let message = format!("the way to “{path}” leads through hosts that are reached through each other");
            let fault = wrong(message, "Name at least one of them without a jump host.");
            row.problems.push(problem(ImportField::Jumps, fault));
        }
    }
}

/// The rows, each behind those that it is reached through, and the rows that have no such order.
fn order(checked: &[CheckedRow]) -> (Vec<usize>, Vec<usize>) {
    let rows: HashMap<&HostPath, usize> =
        checked.iter().enumerate().rev().filter_map(|(index, row)| Some((&row.host.as_ref()?.path, index))).collect();
    let mut behind: Vec<Vec<usize>> = vec![Vec::new(); checked.len()];
    let mut missing: Vec<usize> = vec![0; checked.len()];
    for (index, row) in checked.iter().enumerate() {
        for jump in row.host.iter().flat_map(|host| &host.jumps).filter_map(|path| rows.get(path)) {
            behind[*jump].push(index);
            missing[index] += 1;
        }
    }
    let mut order: Vec<usize> = (0..checked.len()).filter(|index| missing[*index] == 0).collect();
    let mut next = 0;
    while let Some(&index) = order.get(next) {
        next += 1;
        for &waiting in &behind[index] {
            missing[waiting] -= 1;
            if missing[waiting] == 0 {
                order.push(waiting);
            }
        }
    }
    let caught = (0..checked.len()).filter(|index| missing[*index] > 0).collect();
    (order, caught)
}
