//! The global search: clients, hosts, runs and runbooks by a text.

use crate::desk::Desk;
use jiff::Timestamp;
use millwright_domain::Fault;
use millwright_store::fleet::{self, Filter, Page};
use millwright_store::table::{client, run};
use serde::{Deserialize, Serialize};
use ts_rs::TS;

/// Hits of one kind.
const HITS_OF_A_KIND: u32 = 8;
/// Runs that are looked at: older ones are found by their host's timeline.
const RECENT_RUNS: u32 = 500;

/// A text to look for.
#[derive(Debug, Deserialize, TS)]
#[serde(deny_unknown_fields)]
pub(crate) struct SearchFor {
    /// The text.
    pub text: String,
}

/// Something that was found.
#[derive(Debug, Serialize, TS)]
pub(crate) struct SearchHit {
    /// What it is.
    pub kind: SearchKind,
    /// What names it: a slug, a host's name, a run's identifier.
    pub key: String,
    /// Its name for people.
    pub title: String,
    /// What tells it from others.
    pub detail: String,
}

/// What can be found.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, TS)]
#[serde(rename_all = "snake_case")]
#[allow(missing_docs, reason = "the names say it")]
pub(crate) enum SearchKind {
    Client,
    Host,
    Runbook,
    Run,
}

pub(super) fn search(desk: &Desk, wanted: SearchFor) -> Result<Vec<SearchHit>, Fault> {
    let text = wanted.text.trim().to_lowercase();
    if text.is_empty() {
        return Ok(Vec::new());
    }
    let matches = |words: &[&str]| words.iter().any(|word| word.to_lowercase().contains(&text));
    let workspace = desk.workspace();
    let mut hits = workspace.store.read(|reader| {
        let mut hits = Vec::new();
        for found in client::list(reader)? {
            if matches(&[found.slug.as_str(), &found.name]) {
                let (key, title) = (found.slug.to_string(), found.name);
                hits.push(SearchHit { kind: SearchKind::Client, detail: key.clone(), key, title });
            }
        }
        hits.truncate(HITS_OF_A_KIND as usize);
        let filter = Filter { text: Some(text.clone()), ..Filter::default() };
        let page = Page { limit: HITS_OF_A_KIND, ..Page::default() };
        for row in fleet::page(reader, Timestamp::now(), &filter, page)? {
            let detail = [Some(row.address), row.os].into_iter().flatten().collect::<Vec<_>>().join(" · ");
            let title = row.host.to_string();
            hits.push(SearchHit { kind: SearchKind::Host, key: title.clone(), title, detail });
        }
        let runs = run::newest(reader, RECENT_RUNS)?.into_iter().map(|(run, _)| run);
        let runs = runs.filter(|run| matches(&[&run.title, &run.selector, &run.id.to_string()]));
        hits.extend(runs.take(HITS_OF_A_KIND as usize).map(|run| SearchHit {
            kind: SearchKind::Run,
            key: run.id.to_string(),
            title: run.title,
            detail: run.created_at.to_string(),
        }));
        Ok(hits)
    })?;
    let runbooks = workspace.runbook_list()?.into_iter().filter(|entry| matches(&[&entry.name, &entry.title]));
    hits.extend(runbooks.map(|entry| SearchHit {
        kind: SearchKind::Runbook,
        key: entry.name.clone(),
        title: entry.title,
        detail: entry.name,
    }));
    // What begins with the text is what was most likely meant.
    hits.sort_by_key(|hit| !(hit.key.to_lowercase().starts_with(&text) || hit.title.to_lowercase().starts_with(&text)));
    Ok(hits)
}
