//! From names and settings to rows.

use super::document::Document;
use super::resolve::{Resolver, Settings, Way};
use super::setting::has_other_token;
use crate::import::MAXIMUM_JUMPS;
use crate::import::jump::Hop;
use crate::import::problem::{FileIndex, Place, quoted, wrong};
use crate::import::sheet::{ImportField, ReadRow, Said, Sheet};
use indexmap::IndexMap;
use std::collections::{HashMap, HashSet};

/// Adds a row for every name of the configuration, and for every jump host that has no name of its own.
pub(super) fn add_hosts(document: &Document, sheet: &mut Sheet<'_>) {
    let Some(resolver) = Resolver::new(document) else {
        let message = "the patterns of this file would have to be compared with its names too many times";
        let fault = wrong(message, "Split the file into several.");
        sheet.findings.exhausted(FileIndex::FIRST.at(1, 1), fault);
        return;
    };
    let mut hosts = Hosts {
        resolver,
        sheet,
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
        Machine::Host(row) => Some(*row),
        Machine::SameAs(_) => None,
    });
    for row in named.chain(hosts.added) {
        hosts.sheet.add(row);
    }
}

/// What a name turned out to be.
enum Machine {
    Host(Box<ReadRow>),
    /// Another name of the host that other rows call so.
    SameAs(String),
}

struct Hosts<'h, 's, 'd> {
    resolver: Resolver<'h>,
    sheet: &'s mut Sheet<'d>,
    machines: IndexMap<String, Machine>,
    /// Jump hosts that no `Host` line describes as they are used, by what other rows call them.
    unnamed: HashMap<Hop, String>,
    /// The rows of [`Self::unnamed`].
    added: Vec<ReadRow>,
    /// The settings of which something has been noted: a default holds for many hosts.
    noted: HashSet<Place>,
}

impl Hosts<'_, '_, '_> {
    fn machine(&mut self, name: &str, place: Place, first: &str) {
        let settings = self.resolver.settings(name);
        if settings.user.is_some_and(|(user, _)| user == "git") {
            let message = format!("{} is left out: the account git serves repositories, not technicians", quoted(name));
            self.sheet.findings.note(place, message);
            return;
        }
        let mut row = ReadRow::new(place);
        row.say(ImportField::Address, address(name, place, &settings));
        if let Some((port, place)) = settings.port {
            row.say(ImportField::Port, Said::new(port, place));
        }
        if let Some((user, place)) = settings.user {
            row.say(ImportField::User, Said::new(user, place));
        }
        let reached = [ImportField::Address, ImportField::Port, ImportField::User];
        if let Some(Machine::Host(same)) = self.machines.get(first)
            && reached.iter().all(|field| same.text(*field) == row.text(*field))
        {
            let reference = same.reference();
            self.sheet.findings.note(place, format!("{} is another name of “{reference}”", quoted(name)));
            self.machines.insert(name.to_owned(), Machine::SameAs(reference));
            return;
        }
        self.name(&mut row, name, place);
        self.credential(&mut row, &settings);
        self.machines.insert(name.to_owned(), Machine::Host(Box::new(row)));
    }

    /// `CLIENT/ENVIRONMENT/HOST` says all; any other name is a host of the default environment.
    fn name(&mut self, row: &mut ReadRow, name: &str, place: Place) {
        let name = if name.matches('/').count() == 2 { name.to_owned() } else { self.sheet.name(place, name) };
        row.say_name(Said::new(name, place));
    }

    /// The first key file, as `ssh` would try it first; else the agent.
    fn credential(&mut self, row: &mut ReadRow, settings: &Settings<'_>) {
        let mut files = settings.identity_files.iter().filter(|(text, _)| !text.eq_ignore_ascii_case("none"));
        let Some((text, place)) = files.next() else { return };
        if let Some((other, place)) = files.next() {
            self.note_once(*place, format!("{} is left out: a host has one key", quoted(other)));
        }
        if has_other_token(text, &['d', 'h', 'r']) || text.contains("${") {
            let message = format!("{} is left out: it holds what only ssh knows; the agent is used", quoted(text));
            self.note_once(*place, message);
            return;
        }
        if text.ends_with(".pub") {
            self.note_once(*place, format!("{} is a public key: the agent is used", quoted(text)));
            return;
        }
        let address = row.text(ImportField::Address).unwrap_or_default();
        let user = row.text(ImportField::User).unwrap_or(&self.sheet.defaults.user);
        let text = expanded(text, &[('d', "~"), ('h', address), ('r', user)]);
        row.say(ImportField::Key, Said::new(text, *place));
    }

    /// The whole way to a host: a jump host's own way comes before it, as when `ssh` starts itself for each. A way that
    /// leads in a circle or cannot be read stands in its cell as far as it goes.
    fn find_way(&mut self, name: &str) {
        let mut way: Vec<String> = Vec::new();
        let mut visited = vec![name.to_owned()];
        let mut at = name.to_owned();
        let mut begins = None;
        loop {
            let (hops, place) = match self.resolver.settings(&at).way {
                Some((Way::Jumps(hops), place)) => (hops, place),
                Some((Way::Unreadable(text), place)) => {
                    way.insert(0, text.to_owned());
                    begins.get_or_insert(place);
                    break;
                }
                Some((Way::Command, _)) | None => break,
            };
            let Some(first) = hops.first() else { break };
            begins.get_or_insert(place);
            let mut before: Vec<String> = hops.iter().map(|hop| self.hop(hop, place)).collect();
            before.append(&mut way);
            way = before;
            at.clone_from(&first.host);
            if visited.contains(&at) || way.len() > MAXIMUM_JUMPS {
                break;
            }
            visited.push(at.clone());
        }
        if let (Some(Machine::Host(row)), Some(place)) = (self.machines.get_mut(name), begins) {
            row.say(ImportField::Jumps, Said::new(way.join(","), place));
        }
    }

    /// The host that a hop means: the one that the file describes if it is used as described, else one of its own.
    fn hop(&mut self, hop: &Hop, place: Place) -> String {
        let port = hop.port.map(|port| port.to_string());
        match self.machines.get(&hop.host) {
            Some(Machine::SameAs(reference)) if hop.user.is_none() && hop.port.is_none() => return reference.clone(),
            Some(Machine::Host(row))
                if hop
                    .user
                    .as_deref()
                    .is_none_or(|user| user == row.text(ImportField::User).unwrap_or(&self.sheet.defaults.user))
                    && port.as_deref().is_none_or(|port| port == row.text(ImportField::Port).unwrap_or("22")) =>
            {
                return row.reference();
            }
            Some(Machine::SameAs(_) | Machine::Host(_)) | None => {}
        }
        if let Some(known) = self.unnamed.get(hop) {
            return known.clone();
        }
        let reference = self.unnamed_host(hop, place);
        self.unnamed.insert(hop.clone(), reference.clone());
        reference
    }

    fn unnamed_host(&mut self, hop: &Hop, place: Place) -> String {
        let settings = self.resolver.settings(&hop.host);
        let mut row = ReadRow::new(place);
        row.say(ImportField::Address, address(&hop.host, place, &settings));
        let said = |of_hop: Option<String>, of_file: Option<(&str, Place)>| match (of_hop, of_file) {
            (Some(text), _) => Some(Said::new(text, place)),
            (None, Some((text, place))) => Some(Said::new(text, place)),
            (None, None) => None,
        };
        let user = said(hop.user.clone(), settings.user);
        let port = said(hop.port.map(|port| port.to_string()), settings.port);
        let name_of_user = user.as_ref().map_or(&self.sheet.defaults.user, |said| &said.text);
        let name = match (self.machines.contains_key(&hop.host), hop.port) {
            (false, _) => hop.host.clone(),
            (true, None) => format!("{}-{name_of_user}", hop.host),
            (true, Some(port)) => format!("{}-{name_of_user}-{port}", hop.host),
        };
        for (field, said) in [(ImportField::User, user), (ImportField::Port, port)] {
            if let Some(said) = said {
                row.say(field, said);
            }
        }
        self.name(&mut row, &name, place);
        let reference = row.reference();
        self.sheet.findings.note(place, format!("“{reference}” is added: other hosts are reached through it"));
        self.credential(&mut row, &settings);
        self.added.push(row);
        reference
    }

    fn note_once(&mut self, place: Place, message: String) {
        if self.noted.insert(place) {
            self.sheet.findings.note(place, message);
        }
    }
}

fn address(name: &str, place: Place, settings: &Settings<'_>) -> Said {
    match settings.host_name {
        // What else ssh would put in stays as it is: its cell is then to be put right.
        Some((text, place)) if has_other_token(text, &['h']) => Said::new(text, place),
        Some((text, place)) => Said::new(expanded(text, &[('h', name)]), place),
        None => Said::new(name, place),
    }
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
