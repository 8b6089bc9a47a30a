//! Clients, environments and hosts: one at a time, with their edits.

use crate::desk::Desk;
use crate::{
    ClientView, Edited, EnvironmentEdit, EnvironmentView, HostDraft, HostEdit, HostView, OfferedKey, Workspace,
};
use jiff::Timestamp;
use millwright_domain::audit::AuditEntry;
use millwright_domain::fleet::{Client, Credential, Environment, EnvironmentKind, Host, HostKeyPin, SudoMode};
use millwright_domain::ids::{AuditId, RunId};
use millwright_domain::run::JobState;
use millwright_domain::window::Windows;
use millwright_domain::{EnvironmentPath, Fault, HostPath, Slug};
use millwright_store::table::{audit, host, job, run};
use serde::{Deserialize, Serialize};
use std::collections::BTreeSet;
use ts_rs::TS;

/// Shown of a host's past.
const TIMELINE_ENTRIES: u32 = 200;

/// One host by name.
#[derive(Debug, Deserialize, TS)]
#[serde(deny_unknown_fields)]
pub(crate) struct OneHost {
    /// `acme/prod/web-1`
    pub host: HostPath,
}

/// One client by short name.
#[derive(Debug, Deserialize, TS)]
#[serde(deny_unknown_fields)]
pub(crate) struct OneClient {
    /// `acme`
    pub client: Slug,
}

/// One environment by name.
#[derive(Debug, Deserialize, TS)]
#[serde(deny_unknown_fields)]
pub(crate) struct OneEnvironment {
    /// `acme/prod`
    pub environment: EnvironmentPath,
}

/// A new client.
#[derive(Debug, Deserialize, TS)]
#[serde(deny_unknown_fields)]
pub(crate) struct AddClient {
    /// Its name as people write it.
    pub name: String,
    /// Its short name; one that follows from the name, if none is given.
    pub slug: Option<Slug>,
}

pub(super) async fn client_add(desk: &Desk, new: AddClient) -> Result<Edited<Client>, Fault> {
    desk.workspace().client_add(&new.name, new.slug).await
}

/// A client with its environments.
#[derive(Debug, Serialize, TS)]
pub(crate) struct ClientCard {
    /// The client.
    pub client: ClientView,
    /// Its environments.
    pub environments: Vec<EnvironmentView>,
}

pub(super) fn client_show(desk: &Desk, OneClient { client }: OneClient) -> Result<ClientCard, Fault> {
    let environments = desk.workspace().environment_list(Some(&client))?;
    Ok(ClientCard { client: desk.workspace().client_show(&client)?, environments })
}

pub(super) async fn client_remove(desk: &Desk, OneClient { client }: OneClient) -> Result<Edited<()>, Fault> {
    desk.workspace().client_remove(client).await
}

/// A new environment.
#[derive(Debug, Deserialize, TS)]
#[serde(deny_unknown_fields)]
pub(crate) struct AddEnvironment {
    /// `acme/prod`
    pub environment: EnvironmentPath,
    /// An IANA time zone.
    pub time_zone: String,
    /// Whether the client lives on it.
    pub kind: EnvironmentKind,
}

pub(super) async fn environment_add(desk: &Desk, new: AddEnvironment) -> Result<Edited<Environment>, Fault> {
    desk.workspace().environment_add(new.environment, new.time_zone, new.kind).await
}

/// Changes of an environment.
#[derive(Debug, Deserialize, TS)]
#[serde(deny_unknown_fields)]
pub(crate) struct EditEnvironment {
    /// `acme/prod`
    pub environment: EnvironmentPath,
    /// An IANA time zone, if another one.
    pub time_zone: Option<String>,
    /// Whether the client lives on it, if that changes.
    pub kind: Option<EnvironmentKind>,
    /// All of its maintenance windows, if they change.
    #[ts(optional)]
    pub windows: Option<Windows>,
}

pub(super) async fn environment_edit(desk: &Desk, edit: EditEnvironment) -> Result<Edited<Environment>, Fault> {
    let EditEnvironment { environment, time_zone, kind, windows } = edit;
    desk.workspace().environment_edit(environment, EnvironmentEdit { time_zone, kind, windows }).await
}

pub(super) async fn environment_remove(desk: &Desk, of: OneEnvironment) -> Result<Edited<()>, Fault> {
    desk.workspace().environment_remove(of.environment).await
}

pub(super) async fn host_add(desk: &Desk, new: HostDraft) -> Result<Edited<Host>, Fault> {
    desk.workspace().host_add(new).await
}

/// Changes of a host; what is not given stays.
#[derive(Debug, Deserialize, TS)]
#[serde(deny_unknown_fields)]
#[allow(missing_docs, reason = "as of a host")]
pub(crate) struct EditHost {
    pub host: HostPath,
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

pub(super) async fn host_edit(desk: &Desk, edit: EditHost) -> Result<Edited<Host>, Fault> {
    let EditHost { host, name, address, port, user, credential, jumps, sudo, add_tags, remove_tags } = edit;
    let edit = HostEdit { name, address, port, user, credential, jumps, sudo, add_tags, remove_tags };
    desk.workspace().host_edit(host, edit).await
}

pub(super) fn host_show(desk: &Desk, OneHost { host }: OneHost) -> Result<HostView, Fault> {
    desk.workspace().host_show(&host)
}

pub(super) async fn host_remove(desk: &Desk, OneHost { host }: OneHost) -> Result<Edited<()>, Fault> {
    desk.workspace().host_remove(host).await
}

/// Something in a host's past.
#[derive(Debug, Serialize, TS)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub(crate) enum TimelineEntry {
    /// It was edited.
    Edit {
        /// How.
        entry: AuditEntry,
    },
    /// It had a part in a run.
    Work {
        /// When the run began.
        at: Timestamp,
        /// Which run.
        run: RunId,
        /// The run in a line.
        title: String,
        /// Where the host's job is.
        state: JobState,
        /// Why it did not succeed.
        error: Option<Fault>,
    },
}

impl TimelineEntry {
    const fn at(&self) -> Timestamp {
        match self {
            TimelineEntry::Edit { entry } => entry.at,
            TimelineEntry::Work { at, .. } => *at,
        }
    }
}

pub(super) fn host_timeline(desk: &Desk, OneHost { host: path }: OneHost) -> Result<Vec<TimelineEntry>, Fault> {
    Ok(desk.workspace().store.read(|reader| {
        let found = host::find(reader, &path)?;
        let edits = audit::of_entity(reader, "host", &found.id.to_string(), TIMELINE_ENTRIES)?;
        let mut entries: Vec<TimelineEntry> = edits.into_iter().map(|entry| TimelineEntry::Edit { entry }).collect();
        for job in job::of_host(reader, found.id, TIMELINE_ENTRIES)? {
            let run = run::get(reader, job.run_id)?;
            let error = job.progress.outcome.and_then(|outcome| outcome.fault);
            let (at, title) = (run.created_at, run.title);
            entries.push(TimelineEntry::Work { at, run: run.id, title, state: job.progress.state, error });
        }
        entries.sort_by_key(|entry| std::cmp::Reverse(entry.at()));
        Ok(entries)
    })?)
}

/// An edit that was made.
#[derive(Debug, Deserialize, TS)]
#[serde(deny_unknown_fields)]
pub(crate) struct OneEdit {
    /// Its entry in the audit.
    pub entry: AuditId,
}

pub(super) async fn edit_undo(desk: &Desk, OneEdit { entry }: OneEdit) -> Result<Edited<()>, Fault> {
    desk.workspace().edit_undo(entry).await
}

pub(super) async fn host_key_offered(desk: &Desk, OneHost { host }: OneHost) -> Result<OfferedKey, Fault> {
    desk.workspace().host_key_offered(&host).await
}

/// A key that a person has compared.
#[derive(Debug, Deserialize, TS)]
#[serde(deny_unknown_fields)]
pub(crate) struct TrustKey {
    /// Whose.
    pub host: HostPath,
    /// The fingerprint that was compared.
    pub fingerprint: String,
}

pub(super) async fn host_key_revoke(desk: &Desk, revoked: TrustKey) -> Result<(), Fault> {
    desk.workspace().host_key_revoke(revoked.host, revoked.fingerprint).await
}

pub(super) async fn host_key_trust(desk: &Desk, trusted: TrustKey) -> Result<HostKeyPin, Fault> {
    let offered = desk.workspace().host_key_offered(&trusted.host).await?;
    Workspace::check_fingerprint(&offered, &trusted.fingerprint)?;
    desk.workspace().host_key_trust(offered).await
}
