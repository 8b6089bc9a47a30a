//! A YAML text as a tree with places, of bounded size.
//!
//! Owns: depth, the number of nodes, aliases, merge keys and duplicate keys. What the tree means is the reader's.

use crate::import::problem::{FileIndex, Findings, Place, quoted, saturated, wrong};
use millwright_domain::Fault;
use saphyr_parser::{Event, Marker, Parser, ScalarStyle, Tag};
use std::borrow::Cow;
use std::collections::{HashMap, HashSet};

/// How deep mappings and lists may stand in each other, aliases followed.
const MAXIMUM_DEPTH: usize = 64;
/// How many nodes there may be, aliases followed.
const MAXIMUM_NODES: usize = 2_000_000;

/// A node.
#[derive(Debug, Clone)]
pub(super) struct Node<'t> {
    pub(super) place: Place,
    pub(super) content: Content<'t>,
}

/// What is in a node.
#[derive(Debug, Clone)]
pub(super) enum Content<'t> {
    Null,
    Text(Cow<'t, str>),
    /// `!vault`: a secret of Ansible.
    Encrypted,
    Sequence(Vec<Node<'t>>),
    Mapping(Vec<Entry<'t>>),
}

/// A key and its value.
#[derive(Debug, Clone)]
pub(super) struct Entry<'t> {
    pub(super) place: Place,
    pub(super) key: Cow<'t, str>,
    pub(super) value: Node<'t>,
}

/// The tree of the only document; none if there is none, or if something is wrong, which the findings then say.
pub(super) fn parse<'t>(text: &'t str, findings: &mut Findings) -> Option<Node<'t>> {
    let mut tree = Tree { findings, open: Vec::new(), anchors: HashMap::new(), nodes: 0, root: None };
    for event in Parser::new_from_str(text) {
        let taken = match event {
            Ok((event, span)) => tree.take(event, place(&span.start)),
            Err(error) => {
                let fault = wrong(format!("this is not YAML: {}", error.info()), "Is it the right file?");
                Err((place(error.marker()), fault))
            }
        };
        if let Err((place, fault)) = taken {
            tree.findings.problem(place, fault);
            return None;
        }
    }
    tree.root
}

fn place(marker: &Marker) -> Place {
    FileIndex::FIRST.at(saturated(marker.line().max(1)), saturated(marker.col() + 1))
}

/// A sequence or mapping whose end was not read yet.
struct Open<'t> {
    place: Place,
    anchor: usize,
    kind: OpenKind<'t>,
}

enum OpenKind<'t> {
    Sequence(Vec<Node<'t>>),
    Mapping { entries: Vec<Entry<'t>>, lines: HashMap<Cow<'t, str>, Place>, key: Option<(Place, Cow<'t, str>)> },
}

struct Tree<'t, 'f> {
    findings: &'f mut Findings,
    open: Vec<Open<'t>>,
    anchors: HashMap<usize, Node<'t>>,
    nodes: usize,
    root: Option<Node<'t>>,
}

impl<'t> Tree<'t, '_> {
    fn take(&mut self, event: Event<'t>, place: Place) -> Result<(), (Place, Fault)> {
        match event {
            Event::Nothing | Event::StreamStart | Event::StreamEnd | Event::DocumentEnd => Ok(()),
            Event::DocumentStart(_) if self.root.is_some() => {
                Err((place, wrong("a second document begins here", "Keep one document in the file.")))
            }
            Event::DocumentStart(_) => Ok(()),
            Event::Alias(anchor) => {
                let Some((nodes, height)) = self.anchors.get(&anchor).map(size) else {
                    return Err((place, wrong("this alias stands inside what it names", "Write out what it means.")));
                };
                self.check_room(place, nodes, height)?;
                let content = self.anchors.get(&anchor).map_or(Content::Null, |node| node.content.clone());
                self.put(Node { place, content }, 0)
            }
            Event::Scalar(text, style, anchor, tag) => {
                self.check_room(place, 1, 0)?;
                self.put(Node { place, content: scalar(text, style, tag.as_deref()) }, anchor)
            }
            Event::SequenceStart(anchor, _) => self.open(place, anchor, OpenKind::Sequence(Vec::new())),
            Event::MappingStart(anchor, _) => {
                let kind = OpenKind::Mapping { entries: Vec::new(), lines: HashMap::new(), key: None };
                self.open(place, anchor, kind)
            }
            Event::SequenceEnd | Event::MappingEnd => {
                let Some(open) = self.open.pop() else { return Ok(()) };
                let content = match open.kind {
                    OpenKind::Sequence(nodes) => Content::Sequence(nodes),
                    OpenKind::Mapping { entries, .. } => Content::Mapping(merged(entries)),
                };
                self.put(Node { place: open.place, content }, open.anchor)
            }
        }
    }

    fn open(&mut self, place: Place, anchor: usize, kind: OpenKind<'t>) -> Result<(), (Place, Fault)> {
        self.check_room(place, 1, 1)?;
        self.open.push(Open { place, anchor, kind });
        Ok(())
    }

    fn check_room(&mut self, place: Place, nodes: usize, height: usize) -> Result<(), (Place, Fault)> {
        self.nodes = self.nodes.saturating_add(nodes);
        if self.nodes > MAXIMUM_NODES {
            let message = format!("with its aliases followed, the file has more than {MAXIMUM_NODES} values");
            return Err((place, wrong(message, "Split it into several files.")));
        }
        if self.open.len() + height > MAXIMUM_DEPTH {
            let message = format!("lists and mappings stand in each other more than {MAXIMUM_DEPTH} deep here");
            return Err((place, wrong(message, "Is it the right file?")));
        }
        Ok(())
    }

    /// Puts a whole node where it belongs.
    fn put(&mut self, node: Node<'t>, anchor: usize) -> Result<(), (Place, Fault)> {
        if anchor != 0 {
            // What an anchor names is kept a second time, so it counts a second time.
            let (nodes, _) = size(&node);
            self.check_room(node.place, nodes, 0)?;
            self.anchors.insert(anchor, node.clone());
        }
        let Some(open) = self.open.last_mut() else {
            self.root = Some(node);
            return Ok(());
        };
        match &mut open.kind {
            OpenKind::Sequence(nodes) => nodes.push(node),
            OpenKind::Mapping { entries, lines, key } => match key.take() {
                Some((place, key)) => entries.push(Entry { place, key, value: node }),
                None => {
                    let place = node.place;
                    let Content::Text(text) = node.content else {
                        return Err((place, wrong("this key is not a text", "Write a name.")));
                    };
                    match lines.insert(text.clone(), place) {
                        // Two merge keys are as good as one.
                        Some(first) if text != "<<" => {
                            let message = format!("{} is there twice: here and on line {}", quoted(&text), first.line);
                            self.findings.problem(place, wrong(message, "Remove one, or put both together."));
                        }
                        Some(_) | None => {}
                    }
                    *key = Some((place, text));
                }
            },
        }
        Ok(())
    }
}

fn scalar<'t>(text: Cow<'t, str>, style: ScalarStyle, tag: Option<&Tag>) -> Content<'t> {
    let plain = match style {
        ScalarStyle::Plain => true,
        ScalarStyle::SingleQuoted | ScalarStyle::DoubleQuoted | ScalarStyle::Literal | ScalarStyle::Folded => false,
    };
    if tag.is_some_and(|tag| tag.suffix == "vault" || tag.suffix == "vault-encrypted") {
        Content::Encrypted
    } else if plain && tag.is_none() && matches!(&*text, "" | "~" | "null" | "Null" | "NULL") {
        Content::Null
    } else {
        Content::Text(text)
    }
}

/// The entries with what `<<` merges into them: their own keys win, then the first mapping merged.
fn merged(entries: Vec<Entry<'_>>) -> Vec<Entry<'_>> {
    if !entries.iter().any(|entry| entry.key == "<<") {
        return entries;
    }
    let (merges, mut own): (Vec<_>, Vec<_>) = entries.into_iter().partition(|entry| entry.key == "<<");
    let mut keys: HashSet<String> = own.iter().map(|entry| entry.key.to_string()).collect();
    for merge in merges {
        let mappings = match merge.value.content {
            Content::Sequence(nodes) => nodes,
            content @ (Content::Null | Content::Text(_) | Content::Encrypted | Content::Mapping(_)) => {
                vec![Node { place: merge.place, content }]
            }
        };
        for mapping in mappings {
            match mapping.content {
                Content::Mapping(entries) => {
                    own.extend(entries.into_iter().filter(|entry| keys.insert(entry.key.to_string())));
                }
                Content::Null | Content::Text(_) | Content::Encrypted | Content::Sequence(_) => {}
            }
        }
    }
    own
}

/// How many nodes there are from here on, and how deep they go. The depth is bounded, so this may recurse.
fn size(node: &Node<'_>) -> (usize, usize) {
    let children: Vec<(usize, usize)> = match &node.content {
        Content::Null | Content::Text(_) | Content::Encrypted => return (1, 0),
        Content::Sequence(nodes) => nodes.iter().map(size).collect(),
        Content::Mapping(entries) => entries
            .iter()
            .map(|entry| {
                let (nodes, height) = size(&entry.value);
                (nodes + 1, height)
            })
            .collect(),
    };
    let nodes = children.iter().map(|(nodes, _)| nodes).sum::<usize>() + 1;
    (nodes, children.iter().map(|(_, height)| *height).max().unwrap_or(0) + 1)
}
