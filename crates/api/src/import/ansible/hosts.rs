//! From groups and variables to hosts.

use super::inventory::{Inventory, Member};
use super::variables::Variables;
use crate::import::field::yes_or_no;
use crate::import::jump::{self, Hop};
use crate::import::problem::{Place, quoted, wrong};
use crate::import::sheet::{ImportField, ReadRow, Said};
use indexmap::IndexMap;
use std::collections::{BTreeSet, HashMap};

/// How many groups are looked at in all, for all hosts.
const MAXIMUM_WORK: usize = 20_000_000;

/// Adds a row for every host of the inventory that is reached by SSH, and for every jump host that it does not name.
pub(super) fn add_hosts(mut inventory: Inventory<'_, '_>) {
    inventory.note_left_out();
    let Some(order) = Order::new(&mut inventory) else { return };
    let tags = tags(&mut inventory);
    let members = std::mem::take(&mut inventory.hosts);
    let mut found: IndexMap<String, ReadRow> = IndexMap::new();
    let mut work = 0;
    let mut seen_by: Vec<usize> = vec![usize::MAX; inventory.groups.len()];
    for (index, (name, member)) in members.into_iter().enumerate() {
        let (groups, steps) = order.groups_of(&member, index, &mut seen_by);
        work += steps;
        if work > MAXIMUM_WORK {
            let message = "the groups of this file hold each other too often";
            inventory.sheet.findings.problem(member.place, wrong(message, "Split it into several files."));
            return;
        }
        let mut variables = Variables::default();
        for group in &groups {
            if let Some((_, group)) = inventory.groups.get_index(*group) {
                variables.overlay(&group.variables);
            }
        }
        variables.overlay(&member.variables);
        let host_tags: BTreeSet<&str> = groups.iter().filter_map(|group| tags.get(*group)?.as_deref()).collect();
        if let Some(row) = row(&mut inventory, &name, member.place, variables, &host_tags) {
            found.insert(name, row);
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
                inventory.sheet.findings.problem(group.place, wrong(message, hint));
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
fn tags(inventory: &mut Inventory<'_, '_>) -> Vec<Option<String>> {
    let mut tags = Vec::with_capacity(inventory.groups.len());
    for (name, group) in &inventory.groups {
        let says_something = name != "all" && name != "ungrouped";
        tags.push(says_something.then(|| inventory.sheet.name(group.place, name)));
    }
    tags
}

/// The host's row, or none if it is not one for SSH.
fn row(
    inventory: &mut Inventory<'_, '_>,
    name: &str,
    place: Place,
    variables: Variables,
    tags: &BTreeSet<&str>,
) -> Option<ReadRow> {
    let sheet = &mut *inventory.sheet;
    match variables.connection.as_ref().map(|said| said.text.as_str()) {
        None | Some("ssh" | "smart" | "paramiko" | "paramiko_ssh" | "ansible.builtin.ssh") => {}
        Some(other) => {
            let message = format!("{} is left out: it is not reached by SSH, but by {}", quoted(name), quoted(other));
            sheet.findings.note(place, message);
            return None;
        }
    }
    let mut row = ReadRow::new(place);
    row.say(ImportField::Host, Said::new(sheet.name(place, name), place));
    row.say(ImportField::Address, variables.address.unwrap_or_else(|| Said::new(name, place)));
    row.say(ImportField::Tags, Said::new(tags.iter().copied().collect::<Vec<_>>().join(" "), place));
    let others = [
        (ImportField::Port, variables.port),
        (ImportField::User, variables.user),
        (ImportField::Sudo, variables.becomes_root.map(|said| sudo(said, variables.has_sudo_password))),
        (ImportField::Jumps, variables.jumps),
    ];
    for (field, said) in others {
        if let Some(said) = said {
            row.say(field, said);
        }
    }
    if let Some(path) = variables.key_path {
        row.say(ImportField::Key, path);
    } else if variables.has_login_password == Some(true) {
        row.say(ImportField::AskPassword, Said::new("yes", place));
    }
    Some(row)
}

/// How commands become root; what is neither yes nor no stays as it is.
fn sudo(said: Said, has_password: Option<bool>) -> Said {
    let text = match (yes_or_no(&said.text), has_password) {
        (Ok(true), Some(true)) => "ask",
        (Ok(true), _) => "nopasswd",
        (Ok(false), _) => "none",
        (Err(_), _) => return said,
    };
    Said { text: text.to_owned(), ..said }
}

/// Gives every host its way, and adds it. A way that cannot be read stays as it is.
fn add_jumps(inventory: &mut Inventory<'_, '_>, mut found: IndexMap<String, ReadRow>) {
    let mut unnamed: HashMap<Hop, String> = HashMap::new();
    let mut added: Vec<ReadRow> = Vec::new();
    for index in 0..found.len() {
        let Some((_, row)) = found.get_index_mut(index) else { continue };
        let Some(chain) = row.cells.remove(&ImportField::Jumps) else { continue };
        let Ok(hops) = jump::parse_chain(if chain.text.is_empty() { "none" } else { &chain.text }) else {
            row.say(ImportField::Jumps, chain);
            continue;
        };
        let mut jumps: Vec<String> = Vec::new();
        for hop in hops {
            let default_user = &inventory.sheet.defaults.user;
            let port = hop.port.map(|port| port.to_string());
            if let Some(row) = found.get(&hop.host)
                && hop.user.as_ref().is_none_or(|user| user == row.text(ImportField::User).unwrap_or(default_user))
                && port.as_deref().is_none_or(|port| port == row.text(ImportField::Port).unwrap_or("22"))
            {
                jumps.push(row.reference());
                continue;
            }
            let known = unnamed.entry(hop).or_insert_with_key(|hop| {
                let name = if found.contains_key(&hop.host) { name_as_used(hop) } else { hop.host.clone() };
                let row = unnamed_host(inventory, hop, &name, chain.place);
                let reference = row.reference();
                added.push(row);
                reference
            });
            jumps.push(known.clone());
        }
        if let Some((_, row)) = found.get_index_mut(index) {
            row.say(ImportField::Jumps, Said { text: jumps.join(","), ..chain });
        }
    }
    for row in found.into_values().chain(added) {
        inventory.sheet.add(row);
    }
}

/// A jump host that the inventory does not describe as it is used.
fn unnamed_host(inventory: &mut Inventory<'_, '_>, hop: &Hop, name: &str, place: Place) -> ReadRow {
    let sheet = &mut *inventory.sheet;
    let mut row = ReadRow::new(place);
    row.say(ImportField::Host, Said::new(sheet.name(place, name), place));
    row.say(ImportField::Address, Said::new(hop.host.clone(), place));
    if let Some(user) = &hop.user {
        row.say(ImportField::User, Said::new(user.clone(), place));
    }
    if let Some(port) = hop.port {
        row.say(ImportField::Port, Said::new(port.to_string(), place));
    }
    let message = format!("“{}” is added: other hosts are reached through it", row.reference());
    sheet.findings.note(place, message);
    row
}

/// Tells a jump host from the one of that name which is used otherwise.
fn name_as_used(hop: &Hop) -> String {
    let user = hop.user.iter().map(String::as_str);
    let port = hop.port.map(|port| port.to_string());
    std::iter::once(hop.host.as_str()).chain(user).chain(port.as_deref()).collect::<Vec<_>>().join("-")
}
