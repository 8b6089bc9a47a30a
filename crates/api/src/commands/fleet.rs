//! The fleet: the tree, the table, and asking its hosts.

use super::Nothing;
use super::inventory::OneHost;
use crate::desk::Desk;
use crate::{FactsResult, HostCheck, IndexRefresh};
use jiff::Timestamp;
use millwright_domain::facts::Facts;
use millwright_domain::fleet::EnvironmentKind;
use millwright_domain::{Code, Fault, HostPath, Selector, Slug};
use millwright_store::fleet::{self, Filter, FleetCounts, FleetRow, FleetSort, Need, Page};
use millwright_store::table::{client, environment, facts, host};
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, HashSet};
use ts_rs::TS;

/// More rows than a screen has.
const LONGEST_PAGE: u32 = 1000;

/// A client in the tree.
#[derive(Debug, Serialize, TS)]
pub(crate) struct TreeClient {
    /// Its short name.
    pub slug: Slug,
    /// Its name.
    pub name: String,
    /// How many hosts it has.
    pub hosts: u32,
    /// Its environments.
    pub environments: Vec<TreeEnvironment>,
}

/// An environment in the tree.
#[derive(Debug, Serialize, TS)]
pub(crate) struct TreeEnvironment {
    /// Its short name.
    pub slug: Slug,
    /// Whether the client lives on it.
    pub production: bool,
    /// The time zone of its people.
    pub time_zone: String,
    /// How many hosts it has.
    pub hosts: u32,
}

pub(super) fn fleet_tree(desk: &Desk, Nothing {}: Nothing) -> Result<Vec<TreeClient>, Fault> {
    Ok(desk.workspace().store.read(|reader| {
        let hosts = host::count_by_environment(reader)?;
        let mut environments: BTreeMap<Slug, Vec<TreeEnvironment>> = BTreeMap::new();
        for (path, found) in environment::list(reader)? {
            environments.entry(path.client).or_default().push(TreeEnvironment {
                slug: path.environment,
                production: found.kind == EnvironmentKind::Production,
                time_zone: found.time_zone,
                hosts: hosts.get(&found.id).copied().unwrap_or_default(),
            });
        }
        let clients = client::list(reader)?.into_iter().map(|client| {
            let environments = environments.remove(&client.slug).unwrap_or_default();
            let hosts = environments.iter().map(|environment| environment.hosts).sum();
            TreeClient { slug: client.slug, name: client.name, hosts, environments }
        });
        Ok(clients.collect())
    })?)
}

/// Which hosts, as the window's address holds it.
#[derive(Debug, Clone, Default, Deserialize, TS)]
#[serde(deny_unknown_fields, default)]
#[ts(optional_fields)]
pub(crate) struct FleetFilter {
    /// `acme` or `acme/prod`; none: all.
    pub scope: Option<String>,
    /// A text in the name, the client's name, the address, the system or a tag.
    pub text: Option<String>,
    /// All of these.
    #[ts(as = "Option<Vec<Need>>", optional)]
    pub needs: Vec<Need>,
}

impl FleetFilter {
    pub(super) fn stored(&self) -> Result<Filter, Fault> {
        let mut scope = self.scope.as_deref().into_iter().flat_map(|scope| scope.split('/'));
        let mut next = || scope.next().map(str::parse).transpose();
        let (client, environment) = (next()?, next()?);
        Ok(Filter { client, environment, text: self.text.clone(), needs: self.needs.clone() })
    }
}

/// A page of the table.
#[derive(Debug, Deserialize, TS)]
#[serde(deny_unknown_fields)]
pub(crate) struct FleetPageQuery {
    /// Which hosts.
    pub filter: FleetFilter,
    /// In which order.
    pub sort: FleetSort,
    /// Largest first.
    pub descending: bool,
    /// How many rows stand before the page.
    pub offset: u32,
    /// How many rows the page has; at most 1000.
    pub limit: u32,
}

/// Hosts and counts of one moment.
#[derive(Debug, Serialize, TS)]
pub(crate) struct FleetPage {
    /// The moment.
    pub at: Timestamp,
    /// How many hosts match the whole filter.
    pub matching: u32,
    /// How many match all but the needs.
    pub in_scope: u32,
    /// Of those in scope, how many have each need.
    pub needs: Vec<NeedCount>,
    /// The page.
    pub rows: Vec<FleetRow>,
}

/// How many hosts have a need.
#[derive(Debug, Clone, Serialize, TS)]
pub(crate) struct NeedCount {
    /// The need.
    pub need: Need,
    /// How many.
    pub hosts: u32,
}

pub(super) fn fleet_page(desk: &Desk, query: FleetPageQuery) -> Result<FleetPage, Fault> {
    let filter = query.filter.stored()?;
    let limit = query.limit.min(LONGEST_PAGE);
    let page = Page { sort: query.sort, descending: query.descending, offset: query.offset, limit };
    let at = Timestamp::now();
    Ok(desk.workspace().store.read(|reader| {
        let (counts, rows) = fleet::page(reader, at, &filter, page)?;
        Ok(FleetPage { at, matching: counts.matching, in_scope: counts.in_scope, needs: needs(&counts), rows })
    })?)
}

pub(super) fn needs(counts: &FleetCounts) -> Vec<NeedCount> {
    counts.needs.iter().map(|(&need, &hosts)| NeedCount { need, hosts }).collect()
}

/// Which hosts an action is for. A query is frozen to names when it is planned.
#[derive(Debug, Clone, Deserialize, TS)]
#[serde(tag = "kind", rename_all = "snake_case", deny_unknown_fields)]
pub(crate) enum HostChoice {
    /// Those that a selector names.
    Selector {
        /// The selector.
        selector: String,
    },
    /// These.
    Hosts {
        /// Their names.
        hosts: Vec<HostPath>,
    },
    /// All that a filter matches, but some.
    Matching {
        /// The filter.
        filter: FleetFilter,
        /// Those that are not meant.
        except: Vec<HostPath>,
    },
}

impl HostChoice {
    /// The choice as a selector.
    pub(super) fn selector(self, desk: &Desk) -> Result<Selector, Fault> {
        let names: Vec<HostPath> = match self {
            HostChoice::Selector { selector } => return selector.parse(),
            HostChoice::Hosts { hosts } => hosts,
            HostChoice::Matching { filter, except } => {
                let (filter, except): (_, HashSet<HostPath>) = (filter.stored()?, except.into_iter().collect());
                let names = desk.workspace().store.read(|reader| fleet::names(reader, Timestamp::now(), &filter))?;
                names.into_iter().filter(|name| !except.contains(name)).collect()
            }
        };
        if names.is_empty() {
            return Err(Fault::new(Code::SelectorMatchedNothing, "no host is chosen").with_hint("Choose at least one."));
        }
        names.iter().map(HostPath::to_string).collect::<Vec<_>>().join(",").parse()
    }
}

/// Asks hosts about themselves.
#[derive(Debug, Deserialize, TS)]
#[serde(deny_unknown_fields)]
pub(crate) struct RefreshFacts {
    /// Which hosts.
    pub hosts: HostChoice,
    /// Whether they leave their package index as it is.
    pub keep_index: bool,
}

pub(super) async fn facts_refresh(desk: &Desk, asked: RefreshFacts) -> Result<Vec<FactsResult>, Fault> {
    let selector = asked.hosts.selector(desk)?;
    let refresh = if asked.keep_index { IndexRefresh::Leave } else { IndexRefresh::Refresh };
    desk.workspace().facts_refresh(&selector, refresh, desk.workspace().parallel()?).await
}

pub(super) fn facts_show(desk: &Desk, OneHost { host }: OneHost) -> Result<Option<Facts>, Fault> {
    Ok(desk.workspace().store.read(|reader| {
        let found = host::find(reader, &host)?;
        Ok(facts::of_host::<Facts>(reader, found.id)?.map(|(_, facts)| facts))
    })?)
}

pub(super) async fn host_check(desk: &Desk, hosts: HostChoice) -> Result<Vec<HostCheck>, Fault> {
    desk.workspace().host_check(&hosts.selector(desk)?, desk.workspace().parallel()?).await
}
