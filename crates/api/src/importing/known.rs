//! What the inventory has already, as an import compares itself with it.

use crate::import::{Cells, ImportField, ImportRow};
use millwright_domain::fleet::{Credential, Environment, Host, SudoMode};
use millwright_domain::ids::HostId;
use millwright_domain::{EnvironmentPath, HostPath, Slug};
use millwright_store::table::{client, environment, host};
use millwright_store::{Reader, StoreError};
use std::collections::{BTreeSet, HashMap, HashSet};

/// Everything that has a name.
#[derive(Debug)]
pub(super) struct Known {
    pub(super) clients: HashSet<Slug>,
    pub(super) environments: HashMap<EnvironmentPath, Environment>,
    pub(super) hosts: HashMap<HostPath, Host>,
    paths: HashMap<HostId, HostPath>,
}

impl Known {
    pub(super) fn of(reader: &Reader<'_>) -> Result<Self, StoreError> {
        let hosts = host::list(reader)?;
        Ok(Self {
            clients: client::list(reader)?.into_iter().map(|client| client.slug).collect(),
            environments: environment::list(reader)?.into_iter().collect(),
            paths: hosts.iter().map(|host| (host.id, host.path.clone())).collect(),
            hosts: hosts.into_iter().map(|host| (host.path.clone(), host)).collect(),
        })
    }

    pub(super) fn has_host(&self, path: &HostPath) -> bool {
        self.hosts.contains_key(path)
    }

    /// A host of the inventory as a row would say it.
    pub(super) fn cells_of(&self, host: &Host) -> Cells {
        let jumps: Vec<&HostPath> = host.jumps.iter().filter_map(|id| self.paths.get(id)).collect();
        cells(&host.address, host.port, &host.user, &host.credential, &jumps, host.sudo, &host.tags)
    }
}

/// A host to be, as a row would say it with nothing left to the defaults.
pub(super) fn cells_of_row(row: &ImportRow) -> Cells {
    let jumps: Vec<&HostPath> = row.jumps.iter().collect();
    cells(&row.address, row.port, &row.user, &row.credential, &jumps, row.sudo, &row.tags)
}

fn cells(
    address: &str,
    port: u16,
    user: &str,
    credential: &Credential,
    jumps: &[&HostPath],
    sudo: SudoMode,
    tags: &BTreeSet<Slug>,
) -> Cells {
    let mut cells = Cells::from([
        (ImportField::Address, address.to_owned()),
        (ImportField::Port, port.to_string()),
        (ImportField::User, user.to_owned()),
        (ImportField::Jumps, jumps.iter().map(ToString::to_string).collect::<Vec<_>>().join(", ")),
        (ImportField::Sudo, sudo.to_string()),
        (ImportField::Tags, tags.iter().map(Slug::to_string).collect::<Vec<_>>().join(" ")),
    ]);
    match credential {
        Credential::KeyFile { path } => _ = cells.insert(ImportField::Key, path.clone()),
        Credential::Agent { fingerprint: Some(fingerprint) } => {
            cells.insert(ImportField::Agent, fingerprint.clone());
        }
        Credential::Agent { fingerprint: None } => _ = cells.insert(ImportField::Agent, "yes".to_owned()),
        Credential::AskPassword => _ = cells.insert(ImportField::AskPassword, "yes".to_owned()),
    }
    cells
}
