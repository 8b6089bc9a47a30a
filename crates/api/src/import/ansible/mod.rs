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

use super::problem::FileIndex;
use super::sheet::{ImportDefaults, ReadSheet, Sheet};
use super::text;
use inventory::Inventory;

/// Reads an inventory. The file's name tells INI from YAML; where it does not, the text does.
pub(crate) fn read_ansible(file_name: &str, bytes: &[u8], defaults: &ImportDefaults) -> ReadSheet {
    let mut sheet = Sheet::new(file_name, defaults);
    if let Some(text) = text::decode(bytes, FileIndex::FIRST, &mut sheet.findings) {
        let mut inventory = Inventory::new(&mut sheet);
        let read = match format(file_name, &text) {
            Format::Ini => ini::read(&text, &mut inventory),
            Format::Yaml => yaml::read(&text, &mut inventory),
        };
        // Otherwise the findings say why, and what was read so far is no inventory.
        if read.is_ok() {
            hosts::add_hosts(inventory);
        }
    }
    sheet.conclude()
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
