//! The overview: every host with what is known of it and how old that is, and the audit.

use crate::facts::FactsSummary;
use crate::workspace::Workspace;
use jiff::Timestamp;
use millwright_domain::audit::{AuditEntry, AuditHead};
use millwright_domain::fleet::EnvironmentKind;
use millwright_domain::{Code, Fault, HostPath, Selector, Slug};
use millwright_store::table::{audit, contact, environment, facts, host, installation, product};
use serde::Serialize;
use std::collections::{BTreeMap, HashSet};
use ts_rs::TS;

/// The hosts that a selector names, with what is known of each.
#[derive(Debug, Clone, Serialize, TS)]
pub struct Overview {
    /// When this was true.
    pub at: Timestamp,
    /// The hosts, by name.
    pub hosts: Vec<HostStatus>,
}

/// What is known of a host.
#[derive(Debug, Clone, Serialize, TS)]
pub struct HostStatus {
    /// Its name.
    pub host: HostPath,
    /// Whether its environment is a production one.
    pub production: bool,
    /// Where it is reached.
    pub address: String,
    /// Its labels.
    pub tags: Vec<Slug>,
    /// When it was reached last.
    pub seen_at: Option<Timestamp>,
    /// Why it could not be reached since.
    pub error: Option<Fault>,
    /// When it said what follows.
    pub facts_at: Option<Timestamp>,
    /// What it said, in short.
    pub facts: Option<FactsSummary>,
    /// The products on it with their versions as they were observed.
    pub products: BTreeMap<Slug, Option<String>>,
}

impl Workspace {
    /// The overview; it is read from the workspace alone, no host is asked.
    pub fn overview(&self, selector: Option<&Selector>) -> Result<Overview, Fault> {
        let hosts = self.store.read(|reader| {
            let all = host::list(reader)?;
            let chosen = match selector {
                Some(selector) => selector.select(&all)?,
                None => all.iter().collect(),
            };
            let production: HashSet<_> = environment::list(reader)?
                .into_iter()
                .filter(|(_, environment)| environment.kind == EnvironmentKind::Production)
                .map(|(_, environment)| environment.id)
                .collect();
            let mut contacts = contact::all(reader)?;
            let mut summaries = facts::summaries::<FactsSummary>(reader)?;
            let names: BTreeMap<_, _> =
                product::list(reader)?.into_iter().map(|product| (product.id, product.slug)).collect();
            let installed = installation::list(reader)?;
            Ok(chosen
                .into_iter()
                .map(|host| {
                    let contact = contacts.remove(&host.id).unwrap_or_default();
                    let said = summaries.remove(&host.id);
                    HostStatus {
                        host: host.path.clone(),
                        production: production.contains(&host.environment_id),
                        address: host.address.clone(),
                        tags: host.tags.iter().cloned().collect(),
                        seen_at: contact.seen_at,
                        error: contact.failure.map(|(_, fault)| fault),
                        facts_at: said.as_ref().map(|(at, _)| *at),
                        facts: said.map(|(_, summary)| summary),
                        products: installed
                            .iter()
                            .filter(|installed| installed.host_id == host.id)
                            .filter_map(|installed| {
                                let name = names.get(&installed.product_id)?.clone();
                                Some((name, installed.observed_version.clone()))
                            })
                            .collect(),
                    }
                })
                .collect())
        })?;
        Ok(Overview { at: Timestamp::now(), hosts })
    }

    /// The newest entries of the audit, the newest first.
    pub fn audit_list(&self, limit: u32) -> Result<Vec<AuditEntry>, Fault> {
        Ok(self.store.read(|reader| audit::newest(reader, limit))?)
    }

    /// The entry with a number.
    pub fn audit_entry(&self, sequence: u64) -> Result<AuditEntry, Fault> {
        Ok(self.store.read(|reader| audit::at(reader, sequence))?)
    }

    /// Walks the whole audit. With a head that was exported earlier, a cut tail shows too.
    pub fn audit_verify(&self, exported: Option<&AuditHead>) -> Result<AuditHead, Fault> {
        let (head, then) = self.store.read(|reader| {
            let then = match exported {
                Some(exported) => audit::hash_of(reader, exported.sequence)?,
                None => None,
            };
            Ok((audit::verify(reader)?, then))
        })?;
        match exported {
            Some(exported) if exported.sequence > 0 && then.as_deref() != Some(exported.hash.as_str()) => {
                Err(Fault::new(
                    Code::AuditBroken,
                    format!(
                        "the exported head {} does not stand at its place in this audit: the tail was cut or rewritten",
                        exported.sequence
                    ),
                )
                .with_hint("Compare with a backup."))
            }
            Some(_) | None => Ok(head),
        }
    }
}
