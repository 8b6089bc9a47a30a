//! What a configuration says of one name: the settings of every block that holds for it, the first of a kind winning.

use super::document::{Block, Condition, Document};
use super::pattern::{Pattern, matches_list};
use super::setting::Value;
use crate::import::jump::Hop;
use crate::import::problem::Place;
use std::collections::HashMap;

/// The most steps that finding all values may take: patterns and names are read from a file that may be hostile.
const MAXIMUM_WORK: u64 = 1_000_000_000;

/// The configuration, ready to be asked about names.
#[derive(Debug)]
pub(super) struct Resolver<'d> {
    blocks: &'d [Block],
    /// The blocks that hold for one name and for no other, by that name.
    named: HashMap<&'d str, Vec<usize>>,
    /// The blocks that must be tried for every name.
    general: Vec<usize>,
}

/// What holds for one name.
#[derive(Debug, Default)]
pub(super) struct Settings<'d> {
    pub(super) host_name: Option<(&'d str, Place)>,
    pub(super) port: Option<(&'d str, Place)>,
    pub(super) user: Option<(&'d str, Place)>,
    pub(super) identity_files: Vec<(&'d str, Place)>,
    pub(super) way: Option<(Way<'d>, Place)>,
}

/// How the host is reached; whichever of `ProxyJump` and `ProxyCommand` comes first.
#[derive(Debug, Clone, Copy)]
pub(super) enum Way<'d> {
    Jumps(&'d [Hop]),
    /// It cannot be read.
    Unreadable(&'d str),
    Command,
}

impl<'d> Resolver<'d> {
    /// None if the file asks for more comparisons than an honest one could.
    pub(super) fn new(document: &'d Document) -> Option<Self> {
        let mut resolver = Self { blocks: &document.blocks, named: HashMap::new(), general: Vec::new() };
        let name_bytes = document.names.keys().map(|name| name.len() as u64 + 1).sum::<u64>();
        let mut work = 0_u64;
        for (index, block) in document.blocks.iter().enumerate() {
            let settings = block.settings.len() as u64 + 1;
            match names_only(block) {
                Some(names) => {
                    work = work.saturating_add(settings.saturating_mul(names.len() as u64));
                    for pattern in names {
                        let blocks = resolver.named.entry(pattern.text.as_str()).or_default();
                        if blocks.last() != Some(&index) {
                            blocks.push(index);
                        }
                    }
                }
                None => {
                    let patterns = block.conditions.iter().map(|condition| pattern_bytes(condition)).sum::<u64>();
                    work = work.saturating_add(name_bytes.saturating_mul(patterns.saturating_add(settings)));
                    resolver.general.push(index);
                }
            }
        }
        (work <= MAXIMUM_WORK).then_some(resolver)
    }

    pub(super) fn settings(&self, name: &str) -> Settings<'d> {
        let named = self.named.get(name).map_or(&[][..], Vec::as_slice);
        let mut candidates: Vec<usize> = self.general.iter().chain(named).copied().collect();
        candidates.sort_unstable();
        let mut settings = Settings::default();
        for index in candidates {
            let Some(block) = self.blocks.get(index) else { continue };
            let host_name = settings.host_name.map_or(name.to_owned(), |(text, _)| text.replace("%h", name));
            if block.conditions.iter().all(|condition| holds(condition, name, &host_name)) {
                settings.take(block);
            }
        }
        settings
    }
}

impl<'d> Settings<'d> {
    fn take(&mut self, block: &'d Block) {
        for setting in &block.settings {
            let place = setting.place;
            match &setting.value {
                Value::HostName(name) => _ = self.host_name.get_or_insert((name.as_str(), place)),
                Value::Port(port) => _ = self.port.get_or_insert((port.as_str(), place)),
                Value::User(user) => _ = self.user.get_or_insert((user.as_str(), place)),
                Value::IdentityFile(path) => self.identity_files.push((path.as_str(), place)),
                Value::ProxyJump(hops) => _ = self.way.get_or_insert((Way::Jumps(hops), place)),
                Value::UnreadableJump(text) => _ = self.way.get_or_insert((Way::Unreadable(text), place)),
                Value::ProxyCommand => _ = self.way.get_or_insert((Way::Command, place)),
            }
        }
    }
}

fn holds(condition: &Condition, name: &str, host_name: &str) -> bool {
    match condition {
        Condition::Name(patterns) => matches_list(patterns, name),
        Condition::HostName(patterns) => matches_list(patterns, host_name),
        Condition::Never => false,
    }
}

/// The names of a block that a single `Host` line without any pattern opens.
fn names_only(block: &Block) -> Option<&[Pattern]> {
    match block.conditions.as_slice() {
        [condition] => match &**condition {
            Condition::Name(patterns) if patterns.iter().all(Pattern::is_name) => Some(patterns),
            Condition::Name(_) | Condition::HostName(_) | Condition::Never => None,
        },
        [..] => None,
    }
}

fn pattern_bytes(condition: &Condition) -> u64 {
    match condition {
        Condition::Name(patterns) | Condition::HostName(patterns) => {
            patterns.iter().map(|pattern| pattern.text.len() as u64 + 1).sum()
        }
        Condition::Never => 1,
    }
}
