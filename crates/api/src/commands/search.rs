//! The global search: clients, hosts, runs, runbooks and recipes by the letters of their names, in order and with gaps:
//! `acw1` finds `acme/prod/web-1`.

use crate::LibraryEntry;
use crate::desk::Desk;
use millwright_domain::Fault;
use millwright_store::names::{self, Named};
use nucleo_matcher::pattern::{CaseMatching, Normalization, Pattern};
use nucleo_matcher::{Config, Matcher, Utf32Str};
use serde::{Deserialize, Serialize};
use ts_rs::TS;

/// Hits of one kind.
const HITS_OF_A_KIND: usize = 8;
/// Runs that are looked at, the newest; older ones are found by their host's timeline.
const RECENT_RUNS: u32 = 10_000;
/// No name is longer, and whoever pastes a page means none.
const LONGEST_TEXT: usize = 200;

/// A text to look for.
#[derive(Debug, Deserialize, TS)]
#[serde(deny_unknown_fields)]
pub(crate) struct SearchFor {
    /// Words, each in letters that may have gaps; `'word` without gaps, `^word` at the beginning, `!word` not.
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
    Recipe,
    Run,
}

pub(super) fn search(desk: &Desk, wanted: SearchFor) -> Result<Vec<SearchHit>, Fault> {
    let text: String = wanted.text.trim().chars().take(LONGEST_TEXT).collect();
    if text.is_empty() {
        return Ok(Vec::new());
    }
    let workspace = desk.workspace();
    let (clients, hosts, runs) = workspace
        .store
        .read(|reader| Ok((names::clients(reader)?, names::hosts(reader)?, names::runs(reader, RECENT_RUNS)?)))?;
    let mut ranking = Ranking::by(&text);
    ranking.add(SearchKind::Client, clients);
    // A host is known by its whole name; its client's name finds it too.
    let whole = |host: Named| {
        let Named { key, title: client, detail } = host;
        Named { title: key.clone(), key, detail: format!("{client} · {detail}") }
    };
    ranking.add(SearchKind::Host, hosts.into_iter().map(whole));
    ranking.add(SearchKind::Runbook, workspace.runbook_list()?.into_iter().map(entry));
    ranking.add(SearchKind::Recipe, workspace.recipe_list()?.into_iter().map(entry));
    ranking.add(SearchKind::Run, runs);
    Ok(ranking.best())
}

fn entry(entry: LibraryEntry) -> Named {
    let words = [vec![entry.name.clone()], entry.symptoms].concat();
    Named { key: entry.name, title: entry.title, detail: words.join(" · ") }
}

/// Keeps the best of each kind.
struct Ranking {
    pattern: Pattern,
    matcher: Matcher,
    hits: Vec<(u32, SearchHit)>,
}

impl Ranking {
    fn by(text: &str) -> Self {
        let pattern = Pattern::parse(text, CaseMatching::Ignore, Normalization::Smart);
        Self { pattern, matcher: Matcher::new(Config::DEFAULT.match_paths()), hits: Vec::new() }
    }

    fn add(&mut self, kind: SearchKind, candidates: impl IntoIterator<Item = Named>) {
        let mut letters = Vec::new();
        let mut found: Vec<(u32, Named)> = Vec::new();
        for candidate in candidates {
            let words = format!("{} {}", candidate.title, candidate.detail);
            if let Some(score) = self.pattern.score(Utf32Str::new(&words, &mut letters), &mut self.matcher) {
                found.push((score, candidate));
            }
        }
        // Of equal ones the first stays first, which is the order of names or the newest.
        found.sort_by_key(|(score, _)| std::cmp::Reverse(*score));
        found.truncate(HITS_OF_A_KIND);
        self.hits.extend(
            found
                .into_iter()
                .map(|(score, Named { key, title, detail })| (score, SearchHit { kind, key, title, detail })),
        );
    }

    fn best(mut self) -> Vec<SearchHit> {
        self.hits.sort_by_key(|(score, _)| std::cmp::Reverse(*score));
        self.hits.into_iter().map(|(_, hit)| hit).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(text: &str) -> Vec<String> {
        let named = |key: &str, detail: &str| Named { key: key.into(), title: key.into(), detail: detail.into() };
        let mut ranking = Ranking::by(text);
        ranking.add(SearchKind::Client, [named("acme", "Acme GmbH"), named("zürich", "Zürich Rück")]);
        ranking.add(
            SearchKind::Host,
            [
                named("acme/prod/web-1", "Acme · 10.0.0.1 · Debian GNU/Linux 12 (bookworm) db"),
                named("acme/prod/web-12", "Acme · 10.0.0.12 · Debian GNU/Linux 11 (bullseye)"),
                named("bolt/prod/db-1", "Bolt · 10.0.0.3 · Debian GNU/Linux 12 (bookworm)"),
            ],
        );
        ranking.best().into_iter().map(|hit| hit.key).collect()
    }

    #[test]
    fn the_best_comes_first() {
        let cases: [(&str, &[&str]); 8] = [
            ("acme", &["acme", "acme/prod/web-1", "acme/prod/web-12"]),
            ("ACME web-12", &["acme/prod/web-12", "acme/prod/web-1"]),
            ("apw1", &["acme/prod/web-1", "acme/prod/web-12"]),
            ("bookworm bolt", &["bolt/prod/db-1"]),
            ("10.0.0.3", &["bolt/prod/db-1"]),
            ("zurich", &["zürich"]),
            ("acme !web !GmbH", &[]),
            ("no such thing", &[]),
        ];
        for (text, expected) in cases {
            assert_eq!(found(text), expected, "{text}");
        }
    }
}
