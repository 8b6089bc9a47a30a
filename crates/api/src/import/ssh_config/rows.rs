//! From names and settings to hosts.

use super::document::{Document, has_other_token};
use super::resolve::{Resolver, Settings, Way};
use crate::import::draft::{Draft, Pending};
use crate::import::jump::{self, Hop};
use crate::import::problem::{FileIndex, Place, quoted, wrong};
use crate::import::{MAXIMUM_JUMPS, field};
use indexmap::IndexMap;
use millwright_domain::fleet::Credential;
use millwright_domain::{Fault, HostPath};
use std::collections::{HashMap, HashSet};

/// Adds a host for every name of the configuration, and for every jump host that has no name of its own.
pub(super) fn add_hosts(document: &Document, draft: &mut Draft<'_>) {
    let Some(resolver) = Resolver::new(document) else {
        let message = "the patterns of this file would have to be compared with its names too many times";
        draft.findings.problem(FileIndex::FIRST.at(1, 1), wrong(message, "Split the file into several."));
        return;
    };
    let mut hosts = Hosts {
        resolver,
        draft,
        machines: IndexMap::new(),
        unnamed: HashMap::new(),
        added: Vec::new(),
        noted: HashSet::new(),
    };
    // The first name of each `Host` line: the line's other names may be other names of the same machine.
    let mut firsts: HashMap<usize, &str> = HashMap::new();
    for (name, named) in &document.names {
        let first = *firsts.entry(named.block).or_insert(name);
        hosts.machine(name, named.place, first);
    }
    let names: Vec<String> = hosts.machines.keys().cloned().collect();
    for name in names {
        hosts.find_way(&name);
    }
    let named = hosts.machines.into_values().filter_map(|machine| match machine {
        Machine::Host(host) => Some(*host),
        Machine::SameAs(_) => None,
    });
    for host in named.chain(hosts.added) {
        hosts.draft.add(host);
    }
}

/// What a name turned out to be.
enum Machine {
    Host(Box<Pending>),
    /// Another name of the host of that path.
    SameAs(HostPath),
}

struct Hosts<'h, 'd> {
    resolver: Resolver<'h>,
    draft: &'h mut Draft<'d>,
    machines: IndexMap<String, Machine>,
    /// Jump hosts that no `Host` line describes as they are used; none where that went wrong.
    unnamed: HashMap<Hop, Option<HostPath>>,
    /// The hosts of [`Self::unnamed`].
    added: Vec<Pending>,
    /// The settings of which something has been said: a default holds for many hosts.
    noted: HashSet<Place>,
}

impl Hosts<'_, '_> {
    fn machine(&mut self, name: &str, place: Place, first: &str) {
        let settings = self.resolver.settings(name);
        if settings.user == Some("git") {
            let message = format!("{} is left out: the account git serves repositories, not technicians", quoted(name));
            self.draft.findings.note(place, message);
            return;
        }
        let Some(address) = self.address(name, place, &settings) else { return };
        let port = settings.port.unwrap_or(22);
        let user = settings.user.unwrap_or(&self.draft.defaults.user).to_owned();
        if let Some(Machine::Host(same)) = self.machines.get(first)
            && (&same.address, same.port, &same.user) == (&address, port, &user)
        {
            let path = same.path.clone();
            self.draft.findings.note(place, format!("{} is another name of “{path}”", quoted(name)));
            self.machines.insert(name.to_owned(), Machine::SameAs(path));
            return;
        }
        let Some(path) = self.path(name, place) else { return };
        let credential = self.credential(&settings, &address, &user);
        let mut host = Pending::new(place, path, address, self.draft.defaults);
        host.port = port;
        host.user = user;
        host.credential = credential;
        self.machines.insert(name.to_owned(), Machine::Host(Box::new(host)));
    }

    /// `CLIENT/ENVIRONMENT/HOST` says all; any other name is a host of the default environment.
    fn path(&mut self, name: &str, place: Place) -> Option<HostPath> {
        if name.matches('/').count() == 2 {
            return match name.parse() {
                Ok(path) => Some(path),
                Err(fault) => {
                    self.draft.findings.problem(place, fault);
                    None
                }
            };
        }
        self.draft.slug(place, name).map(|slug| self.draft.default_path(slug))
    }

    fn address(&mut self, name: &str, place: Place, settings: &Settings<'_>) -> Option<String> {
        let (text, place) = match settings.host_name {
            Some((text, place)) => (expanded(text, &[('h', name)]), place),
            None => (name.to_owned(), place),
        };
        match field::address(&text) {
            Ok(address) => Some(address),
            Err(fault) => {
                self.draft.findings.problem(place, fault);
                None
            }
        }
    }

    /// The first key file, as `ssh` would try it first; else the agent.
    fn credential(&mut self, settings: &Settings<'_>, address: &str, user: &str) -> Credential {
        let agent = Credential::Agent { fingerprint: None };
        let mut files = settings.identity_files.iter().filter(|(text, _)| !text.eq_ignore_ascii_case("none"));
        let Some((text, place)) = files.next() else { return agent };
        if let Some((other, place)) = files.next() {
            self.note_once(*place, format!("{} is left out: a host has one key", quoted(other)));
        }
        if has_other_token(text, &['d', 'h', 'r']) || text.contains("${") {
            let message = format!("{} is left out: it holds what only ssh knows; the agent is used", quoted(text));
            self.note_once(*place, message);
            return agent;
        }
        if text.ends_with(".pub") {
            self.note_once(*place, format!("{} is a public key: the agent is used", quoted(text)));
            return agent;
        }
        let text = expanded(text, &[('d', "~"), ('h', address), ('r', user)]);
        match field::key_path(&text, self.draft.defaults) {
            Ok(path) => Credential::KeyFile { path },
            Err(fault) => {
                if self.noted.insert(*place) {
                    self.draft.findings.problem(*place, fault);
                }
                agent
            }
        }
    }

    /// The whole way to a host: a jump host's own way comes before it, as when `ssh` starts itself for each.
    fn find_way(&mut self, name: &str) {
        let mut way: Vec<HostPath> = Vec::new();
        let mut visited = vec![name.to_owned()];
        let mut at = name.to_owned();
        while let Some((Way::Jumps([first, others @ ..]), place)) = self.resolver.settings(&at).way {
            let mut before = Vec::new();
            for hop in std::iter::once(first).chain(others) {
                match self.hop(hop, place) {
                    Some(path) => before.push(path),
                    None => return,
                }
            }
            before.append(&mut way);
            way = before;
            at.clone_from(&first.host);
            let circle = visited.contains(&at);
            if circle || way.len() > MAXIMUM_JUMPS {
                if self.noted.insert(place) {
                    self.draft.findings.problem(place, if circle { in_a_circle(&at) } else { jump::too_long() });
                }
                return;
            }
            visited.push(at.clone());
        }
        if let Some(Machine::Host(host)) = self.machines.get_mut(name) {
            host.jumps = way;
        }
    }

    /// The host that a hop means: the one that the file describes if it is used as described, else one of its own.
    fn hop(&mut self, hop: &Hop, place: Place) -> Option<HostPath> {
        match self.machines.get(&hop.host) {
            Some(Machine::SameAs(path)) if hop.user.is_none() && hop.port.is_none() => return Some(path.clone()),
            Some(Machine::Host(host))
                if hop.user.as_ref().is_none_or(|user| *user == host.user)
                    && hop.port.is_none_or(|port| port == host.port) =>
            {
                return Some(host.path.clone());
            }
            Some(Machine::SameAs(_) | Machine::Host(_)) | None => {}
        }
        if let Some(known) = self.unnamed.get(hop) {
            return known.clone();
        }
        let path = self.unnamed_host(hop, place);
        self.unnamed.insert(hop.clone(), path.clone());
        path
    }

    fn unnamed_host(&mut self, hop: &Hop, place: Place) -> Option<HostPath> {
        let settings = self.resolver.settings(&hop.host);
        let address = self.address(&hop.host, place, &settings)?;
        let user = hop.user.as_deref().or(settings.user).unwrap_or(&self.draft.defaults.user).to_owned();
        let port = hop.port.or(settings.port).unwrap_or(22);
        let path = match (self.machines.contains_key(&hop.host), hop.port) {
            (false, _) => self.path(&hop.host, place)?,
            (true, None) => self.path(&format!("{}-{user}", hop.host), place)?,
            (true, Some(port)) => self.path(&format!("{}-{user}-{port}", hop.host), place)?,
        };
        self.draft.findings.note(place, format!("“{path}” is added: other hosts are reached through it"));
        let credential = self.credential(&settings, &address, &user);
        let mut host = Pending::new(place, path.clone(), address, self.draft.defaults);
        host.user = user;
        host.port = port;
        host.credential = credential;
        self.added.push(host);
        Some(path)
    }

    fn note_once(&mut self, place: Place, message: String) {
        if self.noted.insert(place) {
            self.draft.findings.note(place, message);
        }
    }
}

fn in_a_circle(name: &str) -> Fault {
    wrong(
        format!("the way to {} leads through itself", quoted(name)),
        "Write `ProxyJump none` in the block of the first host of the way.",
    )
}

/// The text with its tokens replaced; `%%` is a percent sign.
fn expanded(text: &str, tokens: &[(char, &str)]) -> String {
    let mut result = String::new();
    let mut characters = text.chars();
    while let Some(character) = characters.next() {
        match (character, characters.as_str().chars().next()) {
            ('%', Some(token)) => {
                characters.next();
                match tokens.iter().find(|(known, _)| *known == token) {
                    Some((_, value)) => result.push_str(value),
                    None => result.push(token),
                }
            }
            (_, _) => result.push(character),
        }
    }
    result
}
