//! Policies of how runs go over their hosts: kept as their authors wrote them, read each time they count.

use crate::workspace::Workspace;
use millwright_domain::policy::Policy;
use millwright_domain::{Fault, Slug};
use millwright_store::table::{client, policy};
use serde::Serialize;
use ts_rs::TS;

/// A policy that is kept.
#[derive(Debug, Clone, Serialize, TS)]
pub struct PolicyView {
    /// Whose it is; none: the workspace's.
    pub client: Option<Slug>,
    /// The text, as its author wrote it.
    pub text: String,
    /// What it says; none when it cannot be read any more.
    pub policy: Option<Policy>,
}

impl Workspace {
    /// Every policy that is kept, the workspace's first.
    pub fn policy_list(&self) -> Result<Vec<PolicyView>, Fault> {
        let kept = self.store.read(|reader| {
            let own = policy::find(reader, None)?.map(|text| (None, text));
            let of_clients = policy::of_clients(reader)?.into_iter().map(|(slug, text)| (Some(slug), text));
            Ok(own.into_iter().chain(of_clients).collect::<Vec<_>>())
        })?;
        let view = |(client, text): (Option<Slug>, String)| {
            let policy = Policy::parse(&file_name(client.as_ref()), &text).ok();
            PolicyView { client, text, policy }
        };
        Ok(kept.into_iter().map(view).collect())
    }

    /// Keeps a client's policy, or the workspace's; or takes it away.
    pub async fn policy_set(&self, of: Option<Slug>, text: Option<String>) -> Result<(), Fault> {
        if let Some(text) = &text {
            Policy::parse(&file_name(of.as_ref()), text).map_err(Fault::from)?;
        }
        self.write(move |writer| {
            let client = of.map(|slug| client::find(&writer.reader(), &slug)).transpose()?;
            policy::set(writer, client.as_ref(), text.as_deref())
        })
        .await
    }
}

pub(crate) fn file_name(client: Option<&Slug>) -> String {
    client.map_or_else(|| "policy.toml".to_owned(), |client| format!("policy of {client}"))
}
