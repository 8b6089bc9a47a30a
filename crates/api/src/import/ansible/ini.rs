//! Inventories in INI.

use super::inventory::{Exhausted, Inventory, Owner};
use super::variables::Given;
use crate::import::problem::{FileIndex, Place, quoted, saturated, wrong};
use crate::import::words;
use millwright_domain::Fault;
use millwright_domain::recipe::nearest;
use std::collections::HashSet;

/// Reads the inventory; what is wrong with it stands in the sheet's findings.
pub(super) fn read(text: &str, inventory: &mut Inventory<'_, '_>) -> Result<(), Exhausted> {
    let mut declared: HashSet<String> = ["all", "ungrouped"].map(str::to_owned).into();
    // Groups that are spoken of before they are declared, if they ever are.
    let mut mentioned: Vec<(String, Place)> = Vec::new();
    let ungrouped = inventory.group("ungrouped", FileIndex::FIRST.at(1, 1));
    let mut section = Section::Hosts(ungrouped);
    for (index, whole) in text.lines().enumerate() {
        let start = FileIndex::FIRST.at(saturated(index + 1), 1);
        let line = whole.trim();
        let place = start.within(whole, whole.len() - whole.trim_start().len());
        if line.is_empty() || line.starts_with(['#', ';']) {
            continue;
        }
        if let Some(title) = section_title(line) {
            section = match title {
                Ok((name, kind)) => {
                    match kind {
                        Kind::Variables => mentioned.push((name.to_owned(), place)),
                        Kind::Hosts | Kind::Children => _ = declared.insert(name.to_owned()),
                    }
                    let group = inventory.group(name, place);
                    match kind {
                        Kind::Hosts => Section::Hosts(group),
                        Kind::Children => Section::Children(group),
                        Kind::Variables => Section::Variables(Owner::Group(group)),
                    }
                }
                Err(fault) => {
                    inventory.sheet.findings.problem(place, fault);
                    Section::Refused
                }
            };
            continue;
        }
        match &section {
            Section::Hosts(group) => read_host(inventory, *group, whole, start)?,
            Section::Children(group) => {
                let name = line.split([' ', '\t', '#']).next().unwrap_or(line);
                mentioned.push((name.to_owned(), place));
                inventory.add_child(*group, name, place);
            }
            Section::Variables(owner) => match line.split_once('=') {
                Some((name, value)) => inventory.set(owner, name.trim(), Given::Text(unquoted(value)), place)?,
                // The line is not shown: it may be the rest of a secret.
                None => inventory.sheet.findings.problem(place, no_equals_sign()),
            },
            Section::Refused => {}
        }
    }
    for (name, place) in mentioned {
        if !declared.contains(&name) {
            let message = format!("there is no group {}", quoted(&name));
            let hint = match nearest(&name, declared.iter().map(String::as_str)) {
                Some(meant) => format!("Did you mean “{meant}”?"),
                None => "Declare it with a line of its own: its name in square brackets.".to_owned(),
            };
            inventory.sheet.findings.problem(place, wrong(message, hint));
        }
    }
    Ok(())
}

enum Section {
    Hosts(usize),
    Children(usize),
    Variables(Owner),
    /// Its title is wrong, so nothing is known of its lines.
    Refused,
}

#[derive(Clone, Copy)]
enum Kind {
    Hosts,
    Children,
    Variables,
}

/// The group and the kind of a section; none if the line is not a section's title.
fn section_title(line: &str) -> Option<Result<(&str, Kind), Fault>> {
    let inside = line.strip_prefix('[')?;
    // A line such as `[a:c]-db` is a host's.
    let title = match inside.split_once(']') {
        Some((title, rest)) if rest.trim_start().is_empty() || rest.trim_start().starts_with('#') => title,
        Some(_) => return None,
        None => return Some(Err(wrong(format!("{} is never closed", quoted(line)), "Close it with “]”."))),
    };
    let (name, kind) = match title.split_once(':') {
        Some((name, kind)) => (name, kind),
        None => (title, "hosts"),
    };
    let kind = match kind {
        "hosts" => Kind::Hosts,
        "children" => Kind::Children,
        "vars" => Kind::Variables,
        _ => {
            let hint = match nearest(kind, ["hosts", "children", "vars"]) {
                Some(meant) => format!("Did you mean “{meant}”?"),
                None => "Write [GROUP], [GROUP:children] or [GROUP:vars].".to_owned(),
            };
            return Some(Err(wrong(format!("there is no section of kind {}", quoted(kind)), hint)));
        }
    };
    if name.is_empty() || name.contains(char::is_whitespace) {
        let message = format!("{} is not a group's name", quoted(name));
        return Some(Err(wrong(message, "A group's name has no spaces.")));
    }
    Some(Ok((name, kind)))
}

fn read_host(inventory: &mut Inventory<'_, '_>, group: usize, line: &str, start: Place) -> Result<(), Exhausted> {
    let words = match words::split(line) {
        Ok(words) => words,
        Err(unclosed) => {
            let fault = wrong(unclosed.to_string(), "Close it on the same line.");
            inventory.sheet.findings.problem(start.within(line, unclosed.offset), fault);
            return Ok(());
        }
    };
    let Some((name, variables)) = words.split_first() else { return Ok(()) };
    let owner = inventory.add_hosts(group, &name.text, start.within(line, name.offset))?;
    for word in variables {
        let place = start.within(line, word.offset);
        match word.text.split_once('=') {
            Some((name, value)) => inventory.set(&owner, name, Given::Text(value), place)?,
            None => inventory.sheet.findings.problem(place, no_equals_sign()),
        }
    }
    Ok(())
}

fn no_equals_sign() -> Fault {
    wrong("there is no “=” here", "Variables are written name=value; quote a value that holds spaces.")
}

/// A value without its quotes, or without the comment behind it.
fn unquoted(value: &str) -> &str {
    let value = value.trim();
    for quote in ['"', '\''] {
        if let Some((inside, rest)) = value.strip_prefix(quote).and_then(|value| value.split_once(quote))
            && (rest.trim_start().is_empty() || rest.trim_start().starts_with('#'))
        {
            return inside;
        }
    }
    value.split_once(" #").map_or(value, |(value, _)| value.trim_end())
}
