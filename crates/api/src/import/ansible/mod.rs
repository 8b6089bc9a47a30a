//! Ansible's static inventories, in INI and YAML: hosts, groups (which become tags) and the variables that say how a
//! host is reached.
//!
//! Templates are not evaluated, secrets are not kept, and variables that mean nothing to Millwright are left out with a
//! note. A variable of a host wins over its groups', a child group's over its parents', and all over `all`'s.

mod hosts;
mod ini;
mod inventory;
mod range;
mod tree;
mod variables;
mod yaml;

use super::draft::{Draft, ImportDefaults, ImportDraft};
use super::problem::{FileIndex, ImportProblems};
use super::text;
use inventory::Inventory;

/// Reads an inventory: the whole of it, or everything that is wrong with it. The file's name tells INI from YAML; where
/// it does not, the text does.
pub fn parse_ansible(file_name: &str, bytes: &[u8], defaults: &ImportDefaults) -> Result<ImportDraft, ImportProblems> {
    let mut draft = Draft::new(file_name, defaults);
    if let Some(text) = text::decode(bytes, FileIndex::FIRST, &mut draft.findings) {
        let mut inventory = Inventory::new(&mut draft);
        let read = match format(file_name, &text) {
            Format::Ini => ini::read(&text, &mut inventory),
            Format::Yaml => yaml::read(&text, &mut inventory),
        };
        // Otherwise the findings say why, and what was read so far is no inventory.
        if read.is_ok() {
            hosts::add_hosts(inventory);
        }
    }
    draft.conclude()
}

enum Format {
    Ini,
    Yaml,
}

fn format(file_name: &str, text: &str) -> Format {
    let extension = file_name.rsplit_once('.').map(|(_, extension)| extension.to_ascii_lowercase());
    match extension.as_deref() {
        Some("yml" | "yaml" | "json") => Format::Yaml,
        Some("ini" | "cfg") => Format::Ini,
        Some(_) | None => {
            let mut lines =
                text.lines().map(str::trim).filter(|line| !line.is_empty() && !line.starts_with(['#', ';']));
            match lines.next() {
                Some(line) if line.starts_with("---") || line.starts_with('{') || line.ends_with(':') => Format::Yaml,
                Some(_) | None => Format::Ini,
            }
        }
    }
}
