//! Which jobs must not all be at work at once.

use super::{Placed, count};
use crate::terms::Policies;
use millwright_domain::run::Limit;
use millwright_domain::{EnvironmentPath, Slug};
use std::collections::BTreeMap;

/// The limits over jobs that are in the plan's order. One that could never be reached is left out.
pub(super) fn limits(working: &[Placed<'_>], policies: &Policies) -> Vec<Limit> {
    let mut clients: BTreeMap<&Slug, Group> = BTreeMap::new();
    let mut environments: BTreeMap<EnvironmentPath, Group> = BTreeMap::new();
    let mut quorums: BTreeMap<(EnvironmentPath, &Slug), Group> = BTreeMap::new();
    for (position, placed) in working.iter().enumerate() {
        let (path, position) = (&placed.job.host, count(position));
        let policy = policies.of_host(path);
        if let Some(at_once) = policy.at_once_per_client {
            clients.entry(&path.client).or_insert(Group::of(at_once)).jobs.push(position);
        }
        if let Some(at_once) = policy.at_once_per_environment {
            environments.entry(path.environment_path()).or_insert(Group::of(at_once)).jobs.push(position);
        }
        for tag in policy.quorum_tags.iter().filter(|tag| placed.candidate.host.tags.contains(*tag)) {
            quorums.entry((path.environment_path(), tag)).or_insert(Group::of(1)).jobs.push(position);
        }
    }
    let clients = clients.into_iter().map(|(client, group)| group.limit(format!("client {client}"), false));
    let environments =
        environments.into_iter().map(|(environment, group)| group.limit(format!("environment {environment}"), false));
    let quorums = quorums
        .into_iter()
        .map(|((environment, tag), group)| group.limit(format!("quorum group {tag} of {environment}"), true));
    clients.chain(environments).chain(quorums).filter(|limit| limit.jobs.len() > limit.at_once as usize).collect()
}

struct Group {
    at_once: u32,
    jobs: Vec<u32>,
}

impl Group {
    fn of(at_once: u32) -> Self {
        Self { at_once, jobs: Vec::new() }
    }

    fn limit(self, title: String, stops_on_failure: bool) -> Limit {
        Limit { title, at_once: self.at_once, jobs: self.jobs, stops_on_failure }
    }
}
