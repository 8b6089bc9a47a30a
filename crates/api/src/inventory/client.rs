//! Clients.

use crate::undo::Edited;
use crate::workspace::Workspace;
use millwright_domain::fleet::Client;
use millwright_domain::{Code, Fault, Slug};
use millwright_store::table::{client, environment, host};
use serde::Serialize;
use ts_rs::TS;

/// A client with what it has.
#[derive(Debug, Clone, Serialize, TS)]
pub struct ClientView {
    /// The client.
    #[serde(flatten)]
    pub client: Client,
    /// The names of its environments.
    pub environments: Vec<Slug>,
    /// How many hosts it has.
    pub hosts: usize,
}

impl Workspace {
    /// Adds a client; its short name follows from its name unless one is given.
    pub async fn client_add(&self, name: &str, slug: Option<Slug>) -> Result<Edited<Client>, Fault> {
        let name = name.trim().to_owned();
        if name.is_empty() || name.len() > 200 || name.contains(char::is_control) {
            return Err(Fault::new(Code::InvalidInput, "a client's name has 1 to 200 printable characters"));
        }
        let slug = slug.or_else(|| Slug::suggested_by(&name)).ok_or_else(|| {
            Fault::new(Code::InvalidInput, format!("no short name follows from “{name}”"))
                .with_hint("Give one with --slug.")
        })?;
        self.edit(move |writer| client::add(writer, slug, &name)).await
    }

    /// Every client.
    pub fn client_list(&self) -> Result<Vec<ClientView>, Fault> {
        Ok(self.store.read(|reader| {
            let (environments, hosts) = (environment::list(reader)?, host::list(reader)?);
            Ok(client::list(reader)?
                .into_iter()
                .map(|client| ClientView {
                    environments: environments
                        .iter()
                        .filter(|(path, _)| path.client == client.slug)
                        .map(|(path, _)| path.environment.clone())
                        .collect(),
                    hosts: hosts.iter().filter(|host| host.path.client == client.slug).count(),
                    client,
                })
                .collect())
        })?)
    }

    /// One client.
    pub fn client_show(&self, slug: &Slug) -> Result<ClientView, Fault> {
        self.store.read(|reader| client::find(reader, slug))?;
        let found = self.client_list()?.into_iter().find(|view| view.client.slug == *slug);
        found.ok_or_else(|| Fault::new(Code::NotFound, format!("there is no client “{slug}”")))
    }

    /// Removes a client that has no environment.
    pub async fn client_remove(&self, slug: Slug) -> Result<Edited<()>, Fault> {
        self.edit(move |writer| {
            let found = client::find(&writer.reader(), &slug)?;
            client::remove(writer, &found)
        })
        .await
    }
}
