//! Environments.

use super::check_time_zone;
use crate::undo::Edited;
use crate::workspace::Workspace;
use millwright_domain::fleet::{Environment, EnvironmentKind};
use millwright_domain::window::Windows;
use millwright_domain::{EnvironmentPath, Fault, Slug};
use millwright_store::table::{client, environment, host};
use serde::Serialize;
use ts_rs::TS;

/// An environment with its name.
#[derive(Debug, Clone, Serialize, TS)]
pub struct EnvironmentView {
    /// Its full name.
    pub path: EnvironmentPath,
    /// The environment.
    #[serde(flatten)]
    pub environment: Environment,
    /// How many hosts it has.
    pub hosts: usize,
}

/// What can be changed of an environment.
#[derive(Debug, Clone, Default)]
pub struct EnvironmentEdit {
    /// An IANA time zone.
    pub time_zone: Option<String>,
    /// Whether it is the one that the client lives on.
    pub kind: Option<EnvironmentKind>,
    /// All of its maintenance windows.
    pub windows: Option<Windows>,
}

impl Workspace {
    /// Adds an environment to a client.
    pub async fn environment_add(
        &self,
        path: EnvironmentPath,
        time_zone: String,
        kind: EnvironmentKind,
    ) -> Result<Edited<Environment>, Fault> {
        check_time_zone(&time_zone)?;
        self.edit(move |writer| {
            let owner = client::find(&writer.reader(), &path.client)?;
            environment::add(writer, &owner, path.environment, &time_zone, kind)
        })
        .await
    }

    /// Every environment, or those of one client.
    pub fn environment_list(&self, of: Option<&Slug>) -> Result<Vec<EnvironmentView>, Fault> {
        Ok(self.store.read(|reader| {
            if let Some(slug) = of {
                client::find(reader, slug)?;
            }
            let hosts = host::list(reader)?;
            Ok(environment::list(reader)?
                .into_iter()
                .filter(|(path, _)| of.is_none_or(|slug| path.client == *slug))
                .map(|(path, environment)| EnvironmentView {
                    hosts: hosts.iter().filter(|host| host.environment_id == environment.id).count(),
                    path,
                    environment,
                })
                .collect())
        })?)
    }

    /// Changes an environment.
    pub async fn environment_edit(
        &self,
        path: EnvironmentPath,
        edit: EnvironmentEdit,
    ) -> Result<Edited<Environment>, Fault> {
        edit.time_zone.as_deref().map_or(Ok(()), check_time_zone)?;
        self.edit(move |writer| {
            let before = environment::find(&writer.reader(), &path)?;
            let after = Environment {
                time_zone: edit.time_zone.unwrap_or_else(|| before.time_zone.clone()),
                kind: edit.kind.unwrap_or(before.kind),
                windows: edit.windows.unwrap_or_else(|| before.windows.clone()),
                ..before.clone()
            };
            environment::edit(writer, &before, &after)?;
            Ok(after)
        })
        .await
    }

    /// Removes an environment that has no host.
    pub async fn environment_remove(&self, path: EnvironmentPath) -> Result<Edited<()>, Fault> {
        self.edit(move |writer| {
            let found = environment::find(&writer.reader(), &path)?;
            environment::remove(writer, &found)
        })
        .await
    }
}
