//! Taking an import up into the inventory: the whole of it in one transaction, or nothing.

use crate::import::{
    ImportDefaults, ImportDraft, ImportNote, ImportRow, Includes, parse_ansible, parse_csv, parse_ssh_config,
};
use crate::inventory::check_time_zone;
use crate::workspace::Workspace;
use millwright_domain::fleet::{EnvironmentKind, Host};
use millwright_domain::ids::{EnvironmentId, HostId};
use millwright_domain::{Code, EnvironmentPath, Fault, HostPath, Slug};
use millwright_store::table::{client, environment, host};
use millwright_store::{StoreError, Writer};
use serde::{Deserialize, Serialize};
use std::collections::HashMap;
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

/// What an import does to the inventory.
#[derive(Debug, Clone, Default, Serialize, TS)]
pub struct ImportReport {
    /// Clients that are new.
    pub clients_added: Vec<Slug>,
    /// Environments that are new.
    pub environments_added: Vec<String>,
    /// Hosts that are new.
    pub hosts_added: Vec<HostPath>,
    /// Hosts that the file says something else of than the inventory does.
    pub hosts_changed: Vec<HostPath>,
    /// Hosts of which the file says the same.
    pub hosts_unchanged: Vec<HostPath>,
    /// What was left out or changed on purpose.
    pub notes: Vec<ImportNote>,
}

impl Workspace {
    /// Reads a file and takes its hosts up.
    pub async fn import(
        &self,
        kind: ImportKind,
        file: &Path,
        defaults: &ImportDefaults,
        mode: ImportMode,
    ) -> Result<ImportReport, Fault> {
        let unreadable = |error| Fault::new(Code::LocalFile, format!("{} cannot be read: {error}", file.display()));
        let length = std::fs::metadata(file).map_err(unreadable)?.len();
        if length > crate::import::MAXIMUM_BYTES as u64 {
            return Err(Fault::new(
                Code::InvalidInput,
                format!("{} has {length} bytes: that is too long for an inventory", file.display()),
            ));
        }
        let bytes = std::fs::read(file).map_err(unreadable)?;
        let name = file.display().to_string();
        let draft = match kind {
            ImportKind::Csv => parse_csv(&name, &bytes, defaults),
            ImportKind::SshConfig => parse_ssh_config(&name, &bytes, defaults, Includes::LeftOut),
            ImportKind::Ansible => parse_ansible(&name, &bytes, defaults),
        }?;
        let apply = move |writer: &Writer<'_>| apply(writer, draft);
        match mode {
            ImportMode::Apply => self.write(apply).await,
            ImportMode::DryRun => Ok(self.store.rehearse(&self.actor, apply).await?),
        }
    }
}

fn apply(writer: &Writer<'_>, draft: ImportDraft) -> Result<ImportReport, StoreError> {
    let mut report = ImportReport { notes: draft.notes, ..ImportReport::default() };
    let mut known: HashMap<HostPath, Host> =
        host::list(&writer.reader())?.into_iter().map(|host| (host.path.clone(), host)).collect();
    let mut places: HashMap<EnvironmentPath, EnvironmentId> =
        environment::list(&writer.reader())?.into_iter().map(|(path, place)| (path, place.id)).collect();
    for row in draft.rows {
        let path = row.path.environment_path();
        let place = match places.get(&path) {
            Some(place) => *place,
            None => add_place(writer, &row, &mut report)?,
        };
        places.insert(path, place);
        let before = known.get(&row.path).cloned();
        let jumps = jumps(&row, &known)?;
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
        known.insert(after.path.clone(), after);
    }
    Ok(report)
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

fn jumps(row: &ImportRow, known: &HashMap<HostPath, Host>) -> Result<Vec<HostId>, Fault> {
    row.jumps
        .iter()
        .map(|jump| {
            known.get(jump.path()).map(|host| host.id).ok_or_else(|| {
                Fault::new(
                    Code::NotFound,
                    format!(
                        "{}, line {}: “{}” is reached through “{}”, which is not in the inventory",
                        row.file,
                        row.line,
                        row.path,
                        jump.path()
                    ),
                )
                .with_hint("Add the jump host first.")
            })
        })
        .collect()
}
