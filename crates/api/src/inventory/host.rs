//! Hosts.

use super::{check_address, check_user};
use crate::undo::Edited;
use crate::workspace::{Workspace, this_user};
use jiff::Timestamp;
use millwright_domain::fleet::{Credential, Host, HostKeyPin, Installation, SudoMode};
use millwright_domain::ids::HostId;
use millwright_domain::{Code, Fault, HostPath, Selector, Slug};
use millwright_store::table::{contact, environment, host, host_key_pin, installation, product};
use millwright_store::{Reader, StoreError};
use serde::{Deserialize, Serialize};
use std::collections::{BTreeSet, HashSet};
use std::path::Path;
use ts_rs::TS;

/// A host to be.
#[derive(Debug, Clone, Deserialize, TS)]
#[serde(deny_unknown_fields)]
pub struct HostDraft {
    /// Its full name.
    #[serde(rename = "host")]
    pub path: HostPath,
    /// A DNS name or an IP address.
    pub address: String,
    /// The port of its SSH server.
    pub port: u16,
    /// The account; the one that we run as, if none is given.
    pub user: Option<String>,
    /// How we prove who we are.
    pub credential: Credential,
    /// The hosts to go through, the first one first.
    pub jumps: Vec<HostPath>,
    /// How commands become root there.
    pub sudo: SudoMode,
    /// Free labels.
    pub tags: BTreeSet<Slug>,
}

/// What can be changed of a host.
#[derive(Debug, Clone, Default)]
#[allow(missing_docs)] // the fields are those of the draft
pub struct HostEdit {
    pub name: Option<Slug>,
    pub address: Option<String>,
    pub port: Option<u16>,
    pub user: Option<String>,
    pub credential: Option<Credential>,
    pub jumps: Option<Vec<HostPath>>,
    pub sudo: Option<SudoMode>,
    pub add_tags: BTreeSet<Slug>,
    pub remove_tags: BTreeSet<Slug>,
}

/// A host with what is known of it.
#[derive(Debug, Clone, Serialize, TS)]
pub struct HostView {
    /// The host.
    #[serde(flatten)]
    pub host: Host,
    /// Its keys.
    pub pins: Vec<HostKeyPin>,
    /// The names of the hosts to go through.
    pub jump_names: Vec<HostPath>,
    /// When it was reached last.
    pub seen_at: Option<Timestamp>,
    /// Why it could not be reached since.
    pub failure: Option<Fault>,
    /// What was installed there by recipe, with the product's short name.
    pub installations: Vec<(Slug, Installation)>,
}

impl Workspace {
    /// Adds a host.
    pub async fn host_add(&self, draft: HostDraft) -> Result<Edited<Host>, Fault> {
        let (address, user) = (draft.address.clone(), draft.user.clone().or_else(this_user));
        let user = user.ok_or_else(|| {
            Fault::new(Code::InvalidInput, "nobody knows as whom to log in").with_hint("Name the account with --user.")
        })?;
        check_address(&address)?;
        check_user(&user)?;
        check_credential(&draft.credential)?;
        self.edit(move |writer| {
            let reader = writer.reader();
            let place = environment::find(&reader, &draft.path.environment_path())?;
            let added = Host {
                id: writer.new_id(),
                environment_id: place.id,
                jumps: find_jumps(&reader, &draft.jumps)?,
                path: draft.path,
                address: draft.address,
                port: draft.port,
                user,
                credential: draft.credential,
                sudo: draft.sudo,
                tags: draft.tags,
            };
            host::add(writer, &added)?;
            Ok(added)
        })
        .await
    }

    /// The hosts that a selector names; all of them without one.
    pub fn host_list(&self, selector: Option<&Selector>) -> Result<Vec<Host>, Fault> {
        let hosts = self.store.read(host::list)?;
        match selector {
            Some(selector) => Ok(selector.select(&hosts)?.into_iter().cloned().collect()),
            None => Ok(hosts),
        }
    }

    /// One host with what is known of it.
    pub fn host_show(&self, path: &HostPath) -> Result<HostView, Fault> {
        Ok(self.store.read(|reader| {
            let host = host::find(reader, path)?;
            let all = host::list(reader)?;
            let contact = contact::all(reader)?.remove(&host.id).unwrap_or_default();
            let products = product::list(reader)?;
            let installations = installation::list(reader)?
                .into_iter()
                .filter(|installed| installed.host_id == host.id)
                .filter_map(|installed| {
                    let product = products.iter().find(|product| product.id == installed.product_id)?;
                    Some((product.slug.clone(), installed))
                })
                .collect();
            Ok(HostView {
                pins: host_key_pin::of_host(reader, host.id)?,
                jump_names: host
                    .jumps
                    .iter()
                    .filter_map(|id| all.iter().find(|other| other.id == *id).map(|other| other.path.clone()))
                    .collect(),
                seen_at: contact.seen_at,
                failure: contact.failure.map(|(_, fault)| fault),
                installations,
                host,
            })
        })?)
    }

    /// Changes a host.
    pub async fn host_edit(&self, path: HostPath, edit: HostEdit) -> Result<Edited<Host>, Fault> {
        edit.address.as_deref().map_or(Ok(()), check_address)?;
        edit.user.as_deref().map_or(Ok(()), check_user)?;
        edit.credential.as_ref().map_or(Ok(()), check_credential)?;
        self.edit(move |writer| {
            let reader = writer.reader();
            let before = host::find(&reader, &path)?;
            let mut after = before.clone();
            if let Some(name) = edit.name {
                after.path.host = name;
            }
            after.address = edit.address.unwrap_or(after.address);
            after.port = edit.port.unwrap_or(after.port);
            after.user = edit.user.unwrap_or(after.user);
            after.credential = edit.credential.unwrap_or(after.credential);
            after.sudo = edit.sudo.unwrap_or(after.sudo);
            if let Some(jumps) = edit.jumps {
                after.jumps = find_jumps(&reader, &jumps)?;
            }
            after.tags.extend(edit.add_tags);
            after.tags.retain(|tag| !edit.remove_tags.contains(tag));
            refuse_circle(&reader, &after)?;
            host::edit(writer, &before, &after)?;
            Ok(after)
        })
        .await
    }

    /// Removes a host from the inventory. Its runs stay readable.
    pub async fn host_remove(&self, path: HostPath) -> Result<Edited<()>, Fault> {
        self.edit(move |writer| {
            let found = host::find(&writer.reader(), &path)?;
            host::remove(writer, &found)
        })
        .await
    }
}

fn check_credential(credential: &Credential) -> Result<(), Fault> {
    let Credential::KeyFile { path } = credential else { return Ok(()) };
    if !Path::new(path).is_absolute() {
        return Err(Fault::new(Code::InvalidInput, format!("“{path}” is not the absolute path of a key file")));
    }
    std::fs::File::open(path).map(drop).map_err(|error| {
        Fault::new(Code::LocalFile, format!("the key file {path} cannot be read: {error}"))
            .with_hint("Name the private key, not the .pub file; --agent uses the SSH agent instead.")
    })
}

fn find_jumps(reader: &Reader<'_>, names: &[HostPath]) -> Result<Vec<HostId>, StoreError> {
    names.iter().map(|name| host::find(reader, name).map(|found| found.id)).collect()
}

/// A host that is reached through itself is reached never.
fn refuse_circle(reader: &Reader<'_>, edited: &Host) -> Result<(), StoreError> {
    let hosts = host::list(reader)?;
    let mut waiting = edited.jumps.clone();
    let mut seen = HashSet::new();
    while let Some(id) = waiting.pop() {
        if id == edited.id {
            return Err(Fault::new(Code::InvalidInput, format!("“{}” would be reached through itself", edited.path))
                .with_hint("Take a jump host out of the circle.")
                .into());
        }
        if seen.insert(id) {
            waiting.extend(hosts.iter().filter(|host| host.id == id).flat_map(|host| host.jumps.clone()));
        }
    }
    Ok(())
}
