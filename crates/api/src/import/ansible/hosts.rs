//! From groups and variables to hosts.

use super::inventory::{Inventory, Member};
use super::variables::Variables;
use crate::import::draft::Pending;
use crate::import::field;
use crate::import::jump::Hop;
use crate::import::problem::{Place, quoted, wrong};
use indexmap::IndexMap;
use millwright_domain::fleet::{Credential, SudoMode};
use millwright_domain::{HostPath, Slug};
use std::collections::{BTreeSet, HashMap};

/// How many groups are looked at in all, for all hosts.
const MAXIMUM_WORK: usize = 20_000_000;

/// Adds a host for every one of the inventory that is reached by SSH, and for every jump host that it does not name.
pub(super) fn add_hosts(mut inventory: Inventory<'_, '_>) {
    inventory.note_left_out();
    let Some(order) = Order::new(&mut inventory) else { return };
    let tags = tags(&mut inventory);
    let members = std::mem::take(&mut inventory.hosts);
    let mut found: IndexMap<String, (Pending, Vec<Hop>, Place)> = IndexMap::new();
    let mut work = 0;
    let mut seen_by: Vec<usize> = vec![usize::MAX; inventory.groups.len()];
    for (index, (name, member)) in members.into_iter().enumerate() {
        let (groups, steps) = order.groups_of(&member, index, &mut seen_by);
        work += steps;
        if work > MAXIMUM_WORK {
            let message = "the groups of this file hold each other too often";
            inventory.draft.findings.problem(member.place, wrong(message, "Split it into several files."));
            return;
        }
        let mut variables = Variables::default();
        for group in &groups {
            if let Some((_, group)) = inventory.groups.get_index(*group) {
                variables.overlay(&group.variables);
            }
        }
        variables.overlay(&member.variables);
        let host_tags = groups.iter().filter_map(|group| tags.get(*group).cloned().flatten()).collect();
        if let Some(host) = pending(&mut inventory, &name, member.place, &variables, host_tags) {
            let (hops, place) = variables.jumps.unwrap_or((Vec::new(), member.place));
            found.insert(name, (host, hops, place));
        }
    }
    add_jumps(&mut inventory, found);
}

/// The order in which groups' variables win over each other.
struct Order {
    parents: Vec<Vec<usize>>,
    /// The place of each group in the order of depth, then of name: the later one wins.
    rank: Vec<usize>,
    all: Option<usize>,
}

impl Order {
    /// None if groups hold each other in a circle.
    fn new(inventory: &mut Inventory<'_, '_>) -> Option<Self> {
        let count = inventory.groups.len();
        let all = inventory.groups.get_index_of("all");
        let mut parents: Vec<Vec<usize>> = vec![Vec::new(); count];
        let mut children: Vec<Vec<usize>> = vec![Vec::new(); count];
        for (parent, group) in inventory.groups.values().enumerate() {
            for child in &group.children {
                parents[*child].push(parent);
                children[parent].push(*child);
            }
        }
        if let Some(all) = all {
            for (group, above) in parents.iter_mut().enumerate() {
                if group != all && above.is_empty() {
                    above.push(all);
                    children[all].push(group);
                }
            }
        }
        let mut missing: Vec<usize> = parents.iter().map(Vec::len).collect();
        let mut depth = vec![0_usize; count];
        let mut ready: Vec<usize> = (0..count).filter(|group| missing[*group] == 0).collect();
        let mut done = 0;
        while let Some(group) = ready.pop() {
            done += 1;
            for child in &children[group] {
                depth[*child] = depth[*child].max(depth[group] + 1);
                missing[*child] -= 1;
                if missing[*child] == 0 {
                    ready.push(*child);
                }
            }
        }
        if done < count {
            let caught = missing.iter().position(|missing| *missing > 0).and_then(|at| inventory.groups.get_index(at));
            if let Some((name, group)) = caught {
                let message = format!("the group {} holds itself, or stands below one that does", quoted(name));
                let hint = "Remove one of the children that close the circle.";
                inventory.draft.findings.problem(group.place, wrong(message, hint));
            }
            return None;
        }
        let mut sorted: Vec<usize> = (0..count).collect();
        sorted.sort_by_key(|group| (depth[*group], inventory.groups.get_index(*group).map(|(name, _)| name)));
        let mut rank = vec![0; count];
        for (place, group) in sorted.into_iter().enumerate() {
            rank[group] = place;
        }
        Some(Self { parents, rank, all })
    }

    /// Every group that a host is in, through others too, the one that wins last; and how many steps that took.
    fn groups_of(&self, member: &Member, host: usize, seen_by: &mut [usize]) -> (Vec<usize>, usize) {
        let mut steps = 0;
        let mut groups: Vec<usize> = Vec::new();
        let mut waiting: Vec<usize> = member.groups.iter().copied().chain(self.all).collect();
        while let Some(group) = waiting.pop() {
            steps += 1;
            if std::mem::replace(&mut seen_by[group], host) != host {
                groups.push(group);
                waiting.extend(&self.parents[group]);
            }
        }
        groups.sort_by_key(|group| self.rank[*group]);
        (groups, steps)
    }
}

/// The tag of each group; `all` and `ungrouped` say nothing.
fn tags(inventory: &mut Inventory<'_, '_>) -> Vec<Option<Slug>> {
    let mut tags = Vec::with_capacity(inventory.groups.len());
    for (name, group) in &inventory.groups {
        let says_something = name != "all" && name != "ungrouped";
        tags.push(if says_something { inventory.draft.slug(group.place, name) } else { None });
    }
    tags
}

/// The host, or none if it is not one for SSH or something is wrong with it.
fn pending(
    inventory: &mut Inventory<'_, '_>,
    name: &str,
    place: Place,
    variables: &Variables,
    tags: BTreeSet<Slug>,
) -> Option<Pending> {
    let draft = &mut *inventory.draft;
    match variables.connection.as_deref() {
        None | Some("ssh" | "smart" | "paramiko" | "paramiko_ssh" | "ansible.builtin.ssh") => {}
        Some(other) => {
            let message = format!("{} is left out: it is not reached by SSH, but by {}", quoted(name), quoted(other));
            draft.findings.note(place, message);
            return None;
        }
    }
    let slug = draft.slug(place, name);
    let address = match &variables.address {
        Some(address) => Ok(address.clone()),
        None => field::address(name),
    };
    let address = match address {
        Ok(address) => address,
        Err(fault) => {
            draft.findings.problem(place, fault);
            return None;
        }
    };
    let path = draft.default_path(slug?);
    let mut host = Pending::new(place, path, address, draft.defaults);
    host.port = variables.port.unwrap_or(host.port);
    host.user = variables.user.clone().unwrap_or(host.user);
    host.tags = tags;
    if let Some(path) = &variables.key_path {
        host.credential = Credential::KeyFile { path: path.clone() };
    } else if variables.has_login_password == Some(true) {
        host.credential = Credential::AskPassword;
    }
    host.sudo = match (variables.becomes_root, variables.has_sudo_password) {
        (Some(true), Some(true)) => SudoMode::Ask,
        (Some(true), _) => SudoMode::Nopasswd,
        (Some(false), _) => SudoMode::None,
        (None, _) => host.sudo,
    };
    Some(host)
}

/// Gives every host its way, and adds it.
fn add_jumps(inventory: &mut Inventory<'_, '_>, mut found: IndexMap<String, (Pending, Vec<Hop>, Place)>) {
    let mut unnamed: HashMap<Hop, Option<HostPath>> = HashMap::new();
    let mut added: Vec<Pending> = Vec::new();
    for index in 0..found.len() {
        let Some((_, (_, hops, place))) = found.get_index_mut(index) else { continue };
        let (hops, place) = (std::mem::take(hops), *place);
        let mut jumps: Vec<HostPath> = Vec::new();
        for hop in hops {
            if let Some((host, ..)) = found.get(&hop.host)
                && hop.user.as_ref().is_none_or(|user| *user == host.user)
                && hop.port.is_none_or(|port| port == host.port)
            {
                jumps.push(host.path.clone());
                continue;
            }
            let known = unnamed.entry(hop).or_insert_with_key(|hop| {
                let name = if found.contains_key(&hop.host) { name_as_used(hop) } else { hop.host.clone() };
                let host = unnamed_host(inventory, hop, &name, place)?;
                let path = host.path.clone();
                added.push(host);
                Some(path)
            });
            jumps.extend(known.clone());
        }
        if let Some((_, (host, ..))) = found.get_index_mut(index) {
            host.jumps = jumps;
        }
    }
    for host in found.into_values().map(|(host, ..)| host).chain(added) {
        inventory.draft.add(host);
    }
}

/// A jump host that the inventory does not describe as it is used.
fn unnamed_host(inventory: &mut Inventory<'_, '_>, hop: &Hop, name: &str, place: Place) -> Option<Pending> {
    let draft = &mut *inventory.draft;
    let address = match field::address(&hop.host) {
        Ok(address) => address,
        Err(fault) => {
            draft.findings.problem(place, fault);
            return None;
        }
    };
    let user = hop.user.clone().unwrap_or_else(|| draft.defaults.user.clone());
    let port = hop.port.unwrap_or(22);
    let slug = draft.slug(place, name)?;
    let path = draft.default_path(slug);
    draft.findings.note(place, format!("“{path}” is added: other hosts are reached through it"));
    let mut host = Pending::new(place, path, address, draft.defaults);
    host.user = user;
    host.port = port;
    Some(host)
}

/// Tells a jump host from the one of that name which is used otherwise.
fn name_as_used(hop: &Hop) -> String {
    let user = hop.user.iter().map(String::as_str);
    let port = hop.port.map(|port| port.to_string());
    std::iter::once(hop.host.as_str()).chain(user).chain(port.as_deref()).collect::<Vec<_>>().join("-")
}
