//! Groups and hosts as an inventory names them, before anything is made of them.

use super::range;
use super::variables::{Given, Outcome, Variables};
use crate::import::MAXIMUM_HOSTS;
use crate::import::problem::{FileIndex, Place, wrong};
use crate::import::sheet::{Said, Sheet, too_many_hosts};
use indexmap::{IndexMap, IndexSet};
use std::collections::BTreeSet;

/// How much may be said of hosts in the whole file: that one is in a group, or has a variable.
const MAXIMUM_STATEMENTS: usize = 5_000_000;
/// How many variables are told of by name when they are left out.
const NAMED_LEFT_OUT: usize = 200;

/// A group.
#[derive(Debug)]
pub(super) struct Group {
    pub(super) place: Place,
    pub(super) variables: Variables,
    pub(super) children: IndexSet<usize>,
}

/// A host.
#[derive(Debug)]
pub(super) struct Member {
    pub(super) place: Place,
    pub(super) variables: Variables,
    /// The groups that name it.
    pub(super) groups: BTreeSet<usize>,
}

/// Whose variable it is.
#[derive(Debug)]
pub(super) enum Owner {
    Group(usize),
    Hosts(Vec<usize>),
}

/// The file asks for more than an import may hold; the findings say of what.
#[derive(Debug)]
pub(super) struct Exhausted;

/// What the readers write to.
#[derive(Debug)]
pub(super) struct Inventory<'i, 'd> {
    pub(super) sheet: &'i mut Sheet<'d>,
    pub(super) groups: IndexMap<String, Group>,
    pub(super) hosts: IndexMap<String, Member>,
    left_out: IndexMap<(String, Outcome), (Place, usize)>,
    more_left_out: usize,
    statements: usize,
}

impl<'i, 'd> Inventory<'i, 'd> {
    pub(super) fn new(sheet: &'i mut Sheet<'d>) -> Self {
        Self {
            sheet,
            groups: IndexMap::new(),
            hosts: IndexMap::new(),
            left_out: IndexMap::new(),
            more_left_out: 0,
            statements: 0,
        }
    }

    /// The group of that name, which is made if it is new.
    pub(super) fn group(&mut self, name: &str, place: Place) -> usize {
        if let Some(index) = self.groups.get_index_of(name) {
            return index;
        }
        let group = Group { place, variables: Variables::default(), children: IndexSet::new() };
        self.groups.insert_full(name.to_owned(), group).0
    }

    /// Puts a child into a group.
    pub(super) fn add_child(&mut self, group: usize, name: &str, place: Place) -> usize {
        let child = self.group(name, place);
        if let Some((_, group)) = self.groups.get_index_mut(group) {
            group.children.insert(child);
        }
        child
    }

    /// Puts the hosts that a pattern names into a group.
    pub(super) fn add_hosts(&mut self, group: usize, pattern: &str, place: Place) -> Result<Owner, Exhausted> {
        let (names, port) = match range::expand(pattern) {
            Ok(expanded) => expanded,
            Err(fault) => {
                self.sheet.findings.problem(place, fault);
                return Ok(Owner::Hosts(Vec::new()));
            }
        };
        self.count(names.len(), place)?;
        let mut hosts = Vec::with_capacity(names.len());
        for name in names {
            if self.hosts.len() == MAXIMUM_HOSTS && !self.hosts.contains_key(&name) {
                self.sheet.findings.exhausted(place, too_many_hosts());
                return Err(Exhausted);
            }
            let entry = self.hosts.entry(name);
            hosts.push(entry.index());
            let new = || Member { place, variables: Variables::default(), groups: BTreeSet::new() };
            let member = entry.or_insert_with(new);
            member.groups.insert(group);
            if let Some(port) = &port {
                member.variables.port = Some(Said::new(port.clone(), place));
            }
        }
        Ok(Owner::Hosts(hosts))
    }

    /// Takes up a variable of a group or of hosts.
    pub(super) fn set(&mut self, owner: &Owner, name: &str, given: Given<'_>, place: Place) -> Result<(), Exhausted> {
        let mut said = Variables::default();
        match said.set(name, given, place) {
            Outcome::Kept => {}
            outcome @ (Outcome::Secret | Outcome::Unknown | Outcome::Arguments) => self.leave_out(name, outcome, place),
        }
        match owner {
            Owner::Group(group) => {
                if let Some((_, group)) = self.groups.get_index_mut(*group) {
                    group.variables.overlay(&said);
                }
            }
            Owner::Hosts(hosts) => {
                self.count(hosts.len(), place)?;
                for host in hosts {
                    if let Some((_, host)) = self.hosts.get_index_mut(*host) {
                        host.variables.overlay(&said);
                    }
                }
            }
        }
        Ok(())
    }

    /// Tells of every variable that was left out, once for each name.
    pub(super) fn note_left_out(&mut self) {
        for ((name, outcome), (place, times)) in std::mem::take(&mut self.left_out) {
            let what = match outcome {
                Outcome::Kept => continue,
                Outcome::Secret => {
                    "is a secret, or sounds like one, and is not kept: Millwright asks when it needs one"
                }
                Outcome::Unknown => "is left out: it does not say how a host is reached",
                Outcome::Arguments => "is left out: only a chain of jump hosts (-J HOST) is read from it",
            };
            let times = if times > 1 { format!(" ({times} times)") } else { String::new() };
            self.sheet.findings.note(place, format!("{name} {what}{times}"));
        }
        if self.more_left_out > 0 {
            let place = FileIndex::FIRST.at(1, 1);
            let message = format!("{} more variables are left out", self.more_left_out);
            self.sheet.findings.note(place, message);
        }
    }

    fn count(&mut self, statements: usize, place: Place) -> Result<(), Exhausted> {
        self.statements = self.statements.saturating_add(statements);
        if self.statements <= MAXIMUM_STATEMENTS {
            return Ok(());
        }
        let message = format!("the file says more than {MAXIMUM_STATEMENTS} things of its hosts");
        self.sheet.findings.exhausted(place, wrong(message, "Split it into several files."));
        Err(Exhausted)
    }

    fn leave_out(&mut self, name: &str, outcome: Outcome, place: Place) {
        let shown: String = name.chars().take(60).collect();
        let key = (shown, outcome);
        if let Some((_, times)) = self.left_out.get_mut(&key) {
            *times += 1;
        } else if self.left_out.len() < NAMED_LEFT_OUT {
            self.left_out.insert(key, (place, 1));
        } else {
            self.more_left_out += 1;
        }
    }
}
