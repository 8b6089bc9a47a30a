//! Inventories in YAML: groups that hold `hosts`, `vars` and `children`.

use super::inventory::{Exhausted, Inventory, Owner};
use super::tree::{self, Content, Entry, Node};
use super::variables::Given;
use crate::import::problem::{FileIndex, Place, quoted, wrong};
use millwright_domain::recipe::nearest;

/// Reads the inventory; what is wrong with it stands in the sheet's findings.
pub(super) fn read(text: &str, inventory: &mut Inventory<'_, '_>) -> Result<(), Exhausted> {
    let Some(root) = tree::parse(text, &mut inventory.sheet.findings) else { return Ok(()) };
    let Some(groups) = entries(inventory, &root, "an inventory") else { return Ok(()) };
    for entry in groups {
        let group = inventory.group(&entry.key, entry.place);
        read_group(inventory, group, &entry.value)?;
    }
    Ok(())
}

/// The tree's depth is bounded, so this may recurse.
fn read_group(inventory: &mut Inventory<'_, '_>, group: usize, node: &Node<'_>) -> Result<(), Exhausted> {
    let Some(parts) = entries(inventory, node, "a group") else { return Ok(()) };
    for part in parts {
        match &*part.key {
            "hosts" => {
                for host in entries(inventory, &part.value, "the hosts of a group").unwrap_or_default() {
                    let owner = inventory.add_hosts(group, &host.key, host.place)?;
                    read_variables(inventory, &owner, &host.value, "a host")?;
                }
            }
            "vars" => read_variables(inventory, &Owner::Group(group), &part.value, "the variables of a group")?,
            "children" => {
                for child in entries(inventory, &part.value, "the children of a group").unwrap_or_default() {
                    let index = inventory.add_child(group, &child.key, child.place);
                    read_group(inventory, index, &child.value)?;
                }
            }
            other => {
                let hint = match nearest(other, ["hosts", "vars", "children"]) {
                    Some(meant) => format!("Did you mean “{meant}”?"),
                    None => "A group has hosts, vars and children; other groups are its children.".to_owned(),
                };
                let message = format!("a group has no part {}", quoted(other));
                inventory.sheet.findings.problem(part.place, wrong(message, hint));
            }
        }
    }
    Ok(())
}

fn read_variables(
    inventory: &mut Inventory<'_, '_>,
    owner: &Owner,
    node: &Node<'_>,
    what: &str,
) -> Result<(), Exhausted> {
    for variable in entries(inventory, node, what).unwrap_or_default() {
        let given = match &variable.value.content {
            Content::Null => Given::Null,
            Content::Text(text) => Given::Text(text),
            Content::Encrypted => Given::Encrypted,
            Content::Sequence(_) | Content::Mapping(_) => Given::Structure,
        };
        inventory.set(owner, &variable.key, given, variable.place)?;
    }
    Ok(())
}

/// The entries of a mapping, of which nothing is the empty one; anything else is a problem.
fn entries<'n, 't>(inventory: &mut Inventory<'_, '_>, node: &'n Node<'t>, what: &str) -> Option<&'n [Entry<'t>]> {
    let found = match &node.content {
        Content::Mapping(entries) => return Some(entries),
        Content::Null => return Some(&[]),
        Content::Text(_) | Content::Encrypted => "a text",
        Content::Sequence(_) => "a list",
    };
    let hint =
        if is_start(node.place) { "Is it a playbook?" } else { "Write each name on its own line, with a colon." };
    let message = format!("{what} must be a mapping, and this is {found}");
    inventory.sheet.findings.problem(node.place, wrong(message, hint));
    None
}

fn is_start(place: Place) -> bool {
    place.file == FileIndex::FIRST && place.column == 1 && place.line <= 2
}
