//! The draft: the hosts that a file names, checked against each other.

use super::jump;
use super::problem::{FileIndex, Findings, ImportNote, ImportProblems, Place, quoted, wrong};
use super::{MAXIMUM_HOSTS, MAXIMUM_JUMPS};
use indexmap::IndexMap;
use millwright_domain::fleet::{Credential, EnvironmentKind, SudoMode};
use millwright_domain::{EnvironmentPath, Fault, HostPath, Slug};
use serde::Serialize;
use std::collections::{BTreeSet, HashMap};
use ts_rs::TS;

/// What holds for every host whose file does not say otherwise.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ImportDefaults {
    /// Where hosts go.
    pub environment: EnvironmentPath,
    /// The account that we log in as.
    pub user: String,
    /// How commands become root.
    pub sudo: SudoMode,
    /// The absolute path that `~` stands for in the paths of keys.
    pub home: Option<String>,
}

/// The hosts of one import, and what was left out of it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, TS)]
pub struct ImportDraft {
    /// The hosts. Never empty; no two have one path; each stands behind the rows that it is reached through, and apart
    /// from that in the order of the file.
    pub rows: Vec<ImportRow>,
    /// What was left out or changed on purpose.
    pub notes: Vec<ImportNote>,
}

/// One host to be.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, TS)]
pub struct ImportRow {
    /// The file that names it.
    pub file: String,
    /// The line that names it, from 1.
    pub line: u32,
    /// Its full name.
    pub path: HostPath,
    /// The client's name as people write it, if any row says it.
    pub client_name: Option<String>,
    /// A DNS name or an IP address.
    pub address: String,
    /// The TCP port of its SSH server.
    pub port: u16,
    /// The account that we log in as.
    pub user: String,
    /// How we prove who we are.
    pub credential: Credential,
    /// Every host on the way there, the first one first.
    pub jumps: Vec<JumpReference>,
    /// How commands become root there.
    pub sudo: SudoMode,
    /// Free labels.
    pub tags: BTreeSet<Slug>,
    /// The environment's IANA time zone, if any row says it.
    pub time_zone: Option<String>,
    /// Whether the environment is the one that the client lives on, if any row says it.
    pub environment_kind: Option<EnvironmentKind>,
}

/// A host that another is reached through.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, TS)]
#[serde(tag = "found_in", content = "path", rename_all = "snake_case")]
pub enum JumpReference {
    /// It is a row of the same draft.
    Draft(HostPath),
    /// The draft does not have it: it must be in the workspace already.
    Workspace(HostPath),
}

impl JumpReference {
    /// The jump host's full name.
    pub fn path(&self) -> &HostPath {
        match self {
            JumpReference::Draft(path) | JumpReference::Workspace(path) => path,
        }
    }
}

/// A host as a reader found it, before it is checked against the others.
#[derive(Debug, Clone)]
pub(crate) struct Pending {
    pub(crate) place: Place,
    pub(crate) path: HostPath,
    pub(crate) client_name: Option<String>,
    pub(crate) address: String,
    pub(crate) port: u16,
    pub(crate) user: String,
    pub(crate) credential: Credential,
    pub(crate) jumps: Vec<HostPath>,
    pub(crate) sudo: SudoMode,
    pub(crate) tags: BTreeSet<Slug>,
    pub(crate) time_zone: Option<String>,
    pub(crate) environment_kind: Option<EnvironmentKind>,
}

impl Pending {
    /// A host of which nothing is known but its name and address.
    pub(crate) fn new(place: Place, path: HostPath, address: String, defaults: &ImportDefaults) -> Self {
        Self {
            place,
            path,
            client_name: None,
            address,
            port: 22,
            user: defaults.user.clone(),
            credential: Credential::Agent { fingerprint: None },
            jumps: Vec::new(),
            sudo: defaults.sudo,
            tags: BTreeSet::new(),
            time_zone: None,
            environment_kind: None,
        }
    }
}

/// What the readers write to.
#[derive(Debug)]
pub(crate) struct Draft<'d> {
    pub(crate) defaults: &'d ImportDefaults,
    pub(crate) findings: Findings,
    hosts: IndexMap<HostPath, Pending>,
}

impl<'d> Draft<'d> {
    pub(crate) fn new(file_name: &str, defaults: &'d ImportDefaults) -> Self {
        Self { defaults, findings: Findings::new(file_name), hosts: IndexMap::new() }
    }

    /// Whether a host of that name is there already.
    pub(crate) fn has(&self, path: &HostPath) -> bool {
        self.hosts.contains_key(path)
    }

    /// The full name of a host for which the file has only a short one.
    pub(crate) fn default_path(&self, host: Slug) -> HostPath {
        let EnvironmentPath { client, environment } = self.defaults.environment.clone();
        HostPath { client, environment, host }
    }

    /// The slug for a name of a file whose names need not be slugs; a note says when it is another.
    pub(crate) fn slug(&mut self, place: Place, name: &str) -> Option<Slug> {
        let fault = match name.parse::<Slug>() {
            Ok(slug) => return Some(slug),
            Err(fault) => fault,
        };
        let suggested = if name.starts_with('-') { None } else { Slug::suggested_by(name) };
        match &suggested {
            Some(slug) => self.findings.note(place, format!("{} is called “{slug}” in Millwright", quoted(name))),
            None => self.findings.problem(place, fault),
        }
        suggested
    }

    /// Takes a host up; a second one of that name is a problem.
    pub(crate) fn add(&mut self, host: Pending) {
        if let Some(first) = self.hosts.get(&host.path) {
            let line = self.findings.line_seen_from(first.place, host.place);
            let message = format!("“{}” is there twice: here and on {line}", host.path);
            self.findings.problem(host.place, wrong(message, "Remove one, or give it another name."));
        } else if self.hosts.len() == MAXIMUM_HOSTS {
            self.findings.problem(host.place, too_many_hosts());
        } else {
            self.hosts.insert(host.path.clone(), host);
        }
    }

    /// The whole draft, or everything that is wrong.
    pub(crate) fn conclude(mut self) -> Result<ImportDraft, ImportProblems> {
        self.check_ways();
        self.check_agreement();
        self.share();
        let order = self.order();
        if self.hosts.is_empty() && !self.findings.has_problems() {
            let place = FileIndex::FIRST.at(1, 1);
            self.findings.problem(place, wrong("the file names no host to import", "Is it the right file?"));
        }
        let rows =
            order.into_iter().filter_map(|index| self.hosts.get_index(index)).map(|(_, host)| self.row(host)).collect();
        Ok(ImportDraft { rows, notes: self.findings.conclude()? })
    }

    fn row(&self, host: &Pending) -> ImportRow {
        let reference = |path: &HostPath| {
            if self.has(path) { JumpReference::Draft(path.clone()) } else { JumpReference::Workspace(path.clone()) }
        };
        let host = host.clone();
        ImportRow {
            file: self.findings.file_name(host.place.file).to_owned(),
            line: host.place.line,
            jumps: host.jumps.iter().map(reference).collect(),
            path: host.path,
            client_name: host.client_name,
            address: host.address,
            port: host.port,
            user: host.user,
            credential: host.credential,
            sudo: host.sudo,
            tags: host.tags,
            time_zone: host.time_zone,
            environment_kind: host.environment_kind,
        }
    }

    /// No way leads through one host twice, or through its own end.
    fn check_ways(&mut self) {
        for host in self.hosts.values() {
            let distinct: BTreeSet<&HostPath> = host.jumps.iter().collect();
            if host.jumps.len() > MAXIMUM_JUMPS {
                self.findings.problem(host.place, jump::too_long());
            } else if distinct.contains(&host.path) || distinct.len() < host.jumps.len() {
                let message = format!("the way to “{}” leads in a circle", host.path);
                let hint = "Name each jump host once, and not the host itself (`ProxyJump none` in its own block).";
                self.findings.problem(host.place, wrong(message, hint));
            }
        }
    }

    /// What several rows say of one client or environment must be the same.
    fn check_agreement(&mut self) {
        let mut said: HashMap<(String, &str), (String, Place)> = HashMap::new();
        for host in self.hosts.values() {
            let environment = host.path.environment_path().to_string();
            let kind = host.environment_kind.map(|kind| match kind {
                EnvironmentKind::Production => "yes".to_owned(),
                EnvironmentKind::Other => "no".to_owned(),
            });
            let statements = [
                (host.path.client.to_string(), "client_name", host.client_name.clone()),
                (environment.clone(), "time_zone", host.time_zone.clone()),
                (environment, "production", kind),
            ];
            for (whose, what, value) in statements {
                let Some(value) = value else { continue };
                let Some((first, place)) = said.get(&(whose.clone(), what)) else {
                    said.insert((whose, what), (value, host.place));
                    continue;
                };
                if *first != value {
                    let line = self.findings.line_seen_from(*place, host.place);
                    let message =
                        format!("{what} of “{whose}” is {} here and {} on {line}", quoted(&value), quoted(first));
                    self.findings.problem(host.place, wrong(message, "Write the same in each of its rows, or once."));
                }
            }
        }
    }

    /// What one row says of its client or environment holds for all of its rows.
    fn share(&mut self) {
        let mut names: HashMap<Slug, String> = HashMap::new();
        let mut zones: HashMap<EnvironmentPath, String> = HashMap::new();
        let mut kinds: HashMap<EnvironmentPath, EnvironmentKind> = HashMap::new();
        for host in self.hosts.values() {
            names.extend(host.client_name.clone().map(|name| (host.path.client.clone(), name)));
            zones.extend(host.time_zone.clone().map(|zone| (host.path.environment_path(), zone)));
            kinds.extend(host.environment_kind.map(|kind| (host.path.environment_path(), kind)));
        }
        for host in self.hosts.values_mut() {
            let environment = host.path.environment_path();
            host.client_name = names.get(&host.path.client).cloned();
            host.time_zone = zones.get(&environment).cloned();
            host.environment_kind = kinds.get(&environment).copied();
        }
    }

    /// The hosts, each behind those that it is reached through; hosts in a circle have no such order.
    fn order(&mut self) -> Vec<usize> {
        let mut behind: Vec<Vec<usize>> = vec![Vec::new(); self.hosts.len()];
        let mut missing: Vec<usize> = vec![0; self.hosts.len()];
        for (index, host) in self.hosts.values().enumerate() {
            for jump in host.jumps.iter().filter_map(|path| self.hosts.get_index_of(path)) {
                behind[jump].push(index);
                missing[index] += 1;
            }
        }
        let mut order: Vec<usize> = (0..self.hosts.len()).filter(|index| missing[*index] == 0).collect();
        let mut next = 0;
        while let Some(&index) = order.get(next) {
            next += 1;
            for &waiting in &behind[index] {
                missing[waiting] -= 1;
                if missing[waiting] == 0 {
                    order.push(waiting);
                }
            }
        }
        let caught = missing.iter().position(|missing| *missing > 0).and_then(|index| self.hosts.get_index(index));
        if let Some((path, host)) = caught
            && !self.findings.has_problems()
        {
            let message = format!("the way to “{path}” leads through hosts that are reached through each other");
            self.findings.problem(host.place, wrong(message, "Name at least one of them without a jump host."));
        }
        order
    }
}

/// What is said of a file with too many hosts.
pub(crate) fn too_many_hosts() -> Fault {
    wrong(format!("the file names more than {MAXIMUM_HOSTS} hosts"), "Split it into several files.")
}
