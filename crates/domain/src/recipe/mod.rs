//! Recipes and runbooks: how a product gets onto a host, and how a person helps one, as data read from TOML.
//!
//! Owns: the model, its reader, and everything that can be wrong with such a file, each with its line and column. Does
//! not own: what the templates in it mean (the planner renders and checks them), nor any file: text comes in, a model
//! or a list of diagnostics goes out. A secret's value never reaches this crate; only its name does.

mod diagnostic;
pub(crate) mod document;
mod parameter;
mod pattern;
mod read;
mod read_parameter;
mod read_step;
mod read_undo;
mod resolve;
mod step;
mod suggest;
mod template;
mod undo;

pub use diagnostic::{Diagnostic, Diagnostics, Place};
pub use parameter::{MissingKind, Need, Parameter, ParameterError, ParameterKind, ParameterValue, Parameters};
pub use pattern::Pattern;
pub use resolve::{Given, Values, resolve};
pub use step::{
    Action, Condition, HttpExpectation, PackageAction, PackageStep, ServiceAction, ServiceStep, Step, Upload,
    UploadSource, WaitFor,
};
pub use suggest::nearest;
pub use template::Template;
pub use undo::UndoRule;

use crate::name::Slug;
use crate::run::Privilege;
use crate::version::VersionScheme;
use serde::{Deserialize, Serialize};

/// The only format of recipes and runbooks that there is so far.
pub const FORMAT: i64 = 1;

/// How a product is installed, upgraded, removed, probed and health-checked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Recipe {
    /// The product's short name: `nginx`.
    pub product: Slug,
    /// The product's name as people write it.
    pub title: String,
    /// Who makes the product, or whose packages these are.
    pub vendor: String,
    /// What installing it does, in a sentence.
    pub description: String,
    /// The systems that it is written for, as `/etc/os-release` names them in `ID`. Empty: any.
    pub systems: Vec<String>,
    /// How the installed version is found out and compared.
    pub version: VersionRule,
    /// What a technician may set.
    pub parameters: Parameters,
    /// What installs it. Never empty.
    pub install: Vec<Step>,
    /// What upgrades it. Empty: this recipe cannot.
    pub upgrade: Vec<Step>,
    /// What removes it. Empty: this recipe cannot.
    pub remove: Vec<Step>,
    /// What proves that it works; run after an installation and after an upgrade.
    pub health: Vec<Step>,
    /// How what it does is taken back.
    pub undo: UndoRule,
}

impl Recipe {
    /// Reads a recipe. `file` is only its name for the diagnostics.
    pub fn parse(file: &str, text: &str) -> Result<Self, Diagnostics> {
        read::recipe(file, text)
    }

    /// All its steps, in the order of the file's sections.
    pub fn steps(&self) -> impl Iterator<Item = &Step> {
        [&self.install, &self.upgrade, &self.remove, &self.health, &self.undo.steps].into_iter().flatten()
    }

    /// The files beside the recipe that its steps upload, each once.
    pub fn files(&self) -> Vec<&str> {
        uploaded_files(self.steps())
    }
}

/// A support procedure.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Runbook {
    /// Its short name: `disk-usage`.
    pub name: Slug,
    /// Its name as people write it.
    pub title: String,
    /// What it does, in a sentence or two.
    pub description: String,
    /// Whether it changes the host.
    pub effect: Effect,
    /// The systems that it is written for, as in a recipe. Empty: any.
    pub systems: Vec<String>,
    /// Words to find it by.
    pub tags: Vec<String>,
    /// What a caller complains about when this is the runbook to take.
    pub symptoms: Vec<String>,
    /// What a technician may set.
    pub parameters: Parameters,
    /// What it does. Never empty.
    pub steps: Vec<Step>,
    /// How what it does is taken back.
    pub undo: UndoRule,
}

impl Runbook {
    /// Reads a runbook. `file` is only its name for the diagnostics.
    pub fn parse(file: &str, text: &str) -> Result<Self, Diagnostics> {
        read::runbook(file, text)
    }

    /// The files beside the runbook that its steps upload, each once.
    pub fn files(&self) -> Vec<&str> {
        uploaded_files(self.steps.iter().chain(&self.undo.steps))
    }
}

/// Whether a runbook changes the host that it runs on. Its author says so; its steps are held to it where they can be.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Effect {
    /// It only looks.
    ReadOnly,
    /// It changes something.
    ChangesHost,
}

/// How the version that is on a host is found out.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct VersionRule {
    /// How versions are compared.
    pub scheme: VersionScheme,
    /// sh text that prints the version, or fails when the product is not there.
    pub probe: Template,
    /// Where in the output the version stands.
    pub pattern: Pattern,
    /// As whom the probe runs.
    pub privilege: Privilege,
    /// How long the probe may take.
    pub timeout_seconds: u32,
}

impl VersionRule {
    /// The version in what the probe printed; none when the product is not there.
    pub fn version_in<'o>(&self, output: &'o str) -> Option<&'o str> {
        self.pattern.first_capture(output, "version")
    }

    /// The whole line in which that version stands; none when the product is not there, or its version has no single
    /// line.
    pub fn line_in<'o>(&self, output: &'o str) -> Option<&'o str> {
        let version = self.version_in(output).filter(|version| !version.contains('\n'))?;
        output.lines().find(|line| line.as_bytes().as_ptr_range().contains(&version.as_ptr()))
    }
}

fn uploaded_files<'s>(steps: impl Iterator<Item = &'s Step>) -> Vec<&'s str> {
    let mut files: Vec<&str> = Vec::new();
    for step in steps {
        if let Action::Upload(Upload { source: UploadSource::File(path), .. }) = &step.action
            && !files.contains(&path.as_str())
        {
            files.push(path);
        }
    }
    files
}

#[cfg(test)]
mod tests;
