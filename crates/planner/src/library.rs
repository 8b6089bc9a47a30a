//! The recipes and runbooks that come with Millwright, and reading others.
//!
//! Owns: the texts, which are part of the binary. Does not own: files; the text of a recipe from a file comes in from
//! outside.

use crate::render::{check_recipe, check_runbook};
use millwright_domain::recipe::{Diagnostics, Recipe, Runbook};

/// A text of the library.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Source {
    /// The product of a recipe, or the name of a runbook.
    pub name: &'static str,
    /// What diagnostics call the file.
    pub file: &'static str,
    /// The TOML.
    pub text: &'static str,
}

macro_rules! sources {
    ($folder:literal: $($name:literal),* $(,)?) => {
        &[$(Source {
            name: $name,
            file: concat!("library/", $folder, "/", $name, ".toml"),
            text: include_str!(concat!("../library/", $folder, "/", $name, ".toml")),
        }),*]
    };
}

/// The recipes, by name.
pub const fn recipes() -> &'static [Source] {
    sources!("recipes": "debian-package", "nginx", "postgresql")
}

/// The runbooks, by name.
pub const fn runbooks() -> &'static [Source] {
    sources!(
        "runbooks": "certificate-expiry",
        "collect-logs",
        "disk-usage",
        "failed-units",
        "restart-service",
        "service-status",
        "top-processes",
        "who-is-logged-in",
    )
}

/// Reads a recipe and checks its templates.
pub fn read_recipe(file: &str, text: &str) -> Result<Recipe, Diagnostics> {
    let recipe = Recipe::parse(file, text)?;
    check_recipe(file, &recipe)?;
    Ok(recipe)
}

/// Reads a runbook and checks its templates.
pub fn read_runbook(file: &str, text: &str) -> Result<Runbook, Diagnostics> {
    let runbook = Runbook::parse(file, text)?;
    check_runbook(file, &runbook)?;
    Ok(runbook)
}

#[cfg(test)]
mod tests;
