//! Importing: a file becomes a sheet, the sheet is checked while it is edited, and taken up.

use crate::desk::Desk;
use crate::import::{ImportDefaults, ImportField, SheetRow};
use crate::{BadRowPolicy, ImportCheck, ImportKind, ImportReport, ImportSheet, KnownHostsFound};
use millwright_domain::fleet::SudoMode;
use millwright_domain::{EnvironmentPath, Fault, HostPath};
use serde::Deserialize;
use std::path::PathBuf;
use ts_rs::TS;

/// A file with hosts.
#[derive(Debug, Deserialize, TS)]
#[serde(deny_unknown_fields)]
pub(crate) struct ReadImport {
    /// What it is.
    pub kind: ImportKind,
    /// Its absolute path.
    pub file: PathBuf,
    /// What each column of a table is, none where it is left out; without a mapping that is guessed.
    pub mapping: Option<Vec<Option<ImportField>>>,
    /// Where hosts go that the file does not place.
    pub environment: EnvironmentPath,
    /// The account that we log in as, where the file does not say.
    pub user: String,
    /// How commands become root, where the file does not say.
    pub sudo: SudoMode,
}

pub(super) fn import_read(desk: &Desk, import: ReadImport) -> Result<ImportSheet, Fault> {
    let defaults = defaults(import.environment, import.user, import.sudo);
    desk.workspace().import_read(import.kind, &import.file, &defaults, import.mapping.as_deref())
}

/// The rows of a sheet, and what holds where they are empty.
#[derive(Debug, Deserialize, TS)]
#[serde(deny_unknown_fields)]
pub(crate) struct CheckImport {
    /// The rows.
    pub rows: Vec<SheetRow>,
    /// Where hosts go that no cell places.
    pub environment: EnvironmentPath,
    /// The account that we log in as, where no cell says it.
    pub user: String,
    /// How commands become root, where no cell says it.
    pub sudo: SudoMode,
}

pub(super) fn import_check(desk: &Desk, import: CheckImport) -> Result<ImportCheck, Fault> {
    let defaults = defaults(import.environment, import.user, import.sudo);
    desk.workspace().import_check(&import.rows, &defaults)
}

/// The rows to take up.
#[derive(Debug, Deserialize, TS)]
#[serde(deny_unknown_fields)]
pub(crate) struct ApplyImport {
    /// The rows.
    pub rows: Vec<SheetRow>,
    /// Where hosts go that no cell places.
    pub environment: EnvironmentPath,
    /// The account that we log in as, where no cell says it.
    pub user: String,
    /// How commands become root, where no cell says it.
    pub sudo: SudoMode,
    /// Whether rows with problems are left out; otherwise nothing is imported if there is one.
    pub leave_out_bad: bool,
}

pub(super) async fn import_apply(desk: &Desk, import: ApplyImport) -> Result<ImportReport, Fault> {
    let defaults = defaults(import.environment, import.user, import.sudo);
    let policy = if import.leave_out_bad { BadRowPolicy::LeaveOut } else { BadRowPolicy::Refuse };
    desk.workspace().import_apply(import.rows, defaults, policy).await
}

/// Keys that this machine's `ssh` has accepted.
#[derive(Debug, Deserialize, TS)]
#[serde(deny_unknown_fields)]
pub(crate) struct ReadKnownHosts {
    /// Which hosts.
    pub hosts: Vec<HostPath>,
    /// The absolute path of the file; the one of this account, if none is named.
    pub file: Option<PathBuf>,
}

pub(super) fn known_hosts_read(desk: &Desk, asked: ReadKnownHosts) -> Result<KnownHostsFound, Fault> {
    desk.workspace().known_hosts_read(asked.file.as_deref(), &asked.hosts)
}

fn defaults(environment: EnvironmentPath, user: String, sudo: SudoMode) -> ImportDefaults {
    let home = std::env::home_dir().map(|home| home.display().to_string());
    ImportDefaults { environment, user, sudo, home }
}
