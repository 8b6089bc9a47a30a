//! Taking an inventory up that exists already: a file becomes a sheet, the sheet is checked against the inventory as
//! often as a person edits it, and its rows are taken up in one transaction, or none is.

mod apply;
mod effect;
mod known;
#[cfg(test)]
mod tests;

pub use apply::{ImportLeftOut, ImportReport};
pub use effect::{FieldChange, ImportCheck, ImportRowCheck, RowBecomes};

use crate::import::{
    Header, ImportDefaults, ImportField, ImportNote, ImportProblem, Includes, MAXIMUM_BYTES, MAXIMUM_HOSTS,
    MAXIMUM_LINE_BYTES, ReadSheet, SheetColumn, SheetRow, read_ansible, read_csv, read_ssh_config,
};
use crate::workspace::Workspace;
use apply::{BadRows, apply};
use known::Known;
use millwright_domain::{Code, Fault};
use millwright_store::Writer;
use serde::{Deserialize, Serialize};
use std::fs::File;
use std::io::Read;
use std::path::Path;
use ts_rs::TS;

/// What kind of file is imported.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum ImportKind {
    /// Comma-separated values with a header.
    Csv,
    /// OpenSSH's client configuration.
    SshConfig,
    /// An Ansible inventory, INI or YAML.
    Ansible,
}

/// Whether an import is taken up or only tried.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ImportMode {
    /// It is taken up.
    Apply,
    /// It is checked against the inventory, and nothing is kept.
    DryRun,
}

/// What is done about rows that something is wrong with.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum BadRowPolicy {
    /// Nothing is imported.
    Refuse,
    /// The others are imported.
    LeaveOut,
}

/// What a file says, in rows that can be put right.
#[derive(Debug, Serialize, TS)]
pub struct ImportSheet {
    /// The columns of a table with what they were taken for; none of a file that is no table.
    pub columns: Vec<SheetColumn>,
    /// The rows, in the order of the file.
    pub rows: Vec<SheetRow>,
    /// What was left out or changed on purpose.
    pub notes: Vec<ImportNote>,
    /// What is wrong with the file itself: what of it is in no row.
    pub problems: Vec<ImportProblem>,
    /// How many more such problems there are.
    pub more_problems: usize,
}

impl Workspace {
    /// Reads a file into a sheet; whatever is wrong with its rows stands in their cells. The mapping says what each
    /// column of a table is; without one that is guessed.
    pub fn import_read(
        &self,
        kind: ImportKind,
        file: &Path,
        defaults: &ImportDefaults,
        mapping: Option<&[Option<ImportField>]>,
    ) -> Result<ImportSheet, Fault> {
        let header = mapping.map_or(Header::Guessed, Header::Mapped);
        let ReadSheet { columns, rows, findings, .. } = read(kind, file, defaults, header)?;
        let (problems, more_problems) = findings.problems().map_or((Vec::new(), 0), |problems| {
            let found: Vec<ImportProblem> = problems.iter().cloned().collect();
            let more = problems.count() - found.len();
            (found, more)
        });
        Ok(ImportSheet { columns, rows, notes: findings.into_notes(), problems, more_problems })
    }

    /// What would become of each row. Nothing is kept.
    pub fn import_check(&self, rows: &[SheetRow], defaults: &ImportDefaults) -> Result<ImportCheck, Fault> {
        check_size(rows)?;
        let known = self.store.read(Known::of)?;
        Ok(effect::of_rows(rows, defaults, &known))
    }

    /// Takes the rows of a sheet up.
    pub async fn import_apply(
        &self,
        rows: Vec<SheetRow>,
        defaults: ImportDefaults,
        policy: BadRowPolicy,
    ) -> Result<ImportReport, Fault> {
        check_size(&rows)?;
        self.write(move |writer| apply(writer, &rows, &defaults, policy, |bad, policy| bad.refuse(policy))).await
    }

    /// Reads a file and takes its hosts up; whoever wrote it wrote it for us, so that every title must be known.
    pub async fn import(
        &self,
        kind: ImportKind,
        file: &Path,
        defaults: &ImportDefaults,
        policy: BadRowPolicy,
        mode: ImportMode,
    ) -> Result<ImportReport, Fault> {
        let mut sheet = read(kind, file, defaults, Header::Strict)?;
        let (lost, more_lost) = match policy {
            BadRowPolicy::Refuse => (Vec::new(), 0),
            BadRowPolicy::LeaveOut => sheet.findings.take_lost_rows(),
        };
        let rows = std::mem::take(&mut sheet.rows);
        let settle = move |bad: &BadRows<'_>, policy| {
            let refused = bad.problems().filter(|_| policy == BadRowPolicy::Refuse);
            Ok(sheet.problems(refused)?.findings.into_notes())
        };
        let defaults = defaults.clone();
        let change = move |writer: &Writer<'_>| apply(writer, &rows, &defaults, policy, settle);
        let mut report = match mode {
            ImportMode::Apply => self.write(change).await?,
            ImportMode::DryRun => self.store.rehearse(&self.actor, change).await?,
        };
        report.add_lost(lost, more_lost);
        Ok(report)
    }
}

fn read(kind: ImportKind, file: &Path, defaults: &ImportDefaults, header: Header<'_>) -> Result<ReadSheet, Fault> {
    let unreadable = |error| Fault::new(Code::LocalFile, format!("{} cannot be read: {error}", file.display()));
    let opened = File::open(file).map_err(unreadable)?;
    let metadata = opened.metadata().map_err(unreadable)?;
    let too_long = || {
        let message =
            format!("{} has more than {MAXIMUM_BYTES} bytes: that is too long for an inventory", file.display());
        Fault::new(Code::InvalidInput, message).with_hint("Split it into several files.")
    };
    if metadata.len() > MAXIMUM_BYTES as u64 {
        return Err(too_long());
    }
    let mut bytes = Vec::new();
    // A file that grows, or that has no length, is read no further.
    opened.take(MAXIMUM_BYTES as u64 + 1).read_to_end(&mut bytes).map_err(unreadable)?;
    if bytes.len() > MAXIMUM_BYTES {
        return Err(too_long());
    }
    let name = file.display().to_string();
    Ok(match kind {
        ImportKind::Csv => read_csv(&name, &bytes, defaults, header),
        ImportKind::SshConfig => read_ssh_config(&name, &bytes, defaults, Includes::LeftOut),
        ImportKind::Ansible => read_ansible(&name, &bytes, defaults),
    })
}

fn check_size(rows: &[SheetRow]) -> Result<(), Fault> {
    let too_large = |message: String| Err(Fault::new(Code::InvalidInput, message));
    if rows.len() > MAXIMUM_HOSTS {
        return too_large(format!("a sheet has at most {MAXIMUM_HOSTS} rows"));
    }
    if rows.iter().flat_map(|row| row.cells.values()).any(|text| text.len() > MAXIMUM_LINE_BYTES) {
        return too_large(format!("a cell has at most {MAXIMUM_LINE_BYTES} bytes"));
    }
    Ok(())
}
