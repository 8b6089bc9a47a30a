//! Builds package managers' commands and parses what they print.
//!
//! Owns: the shell text that asks a host for its facts and that changes its packages, the grammar of package names and
//! versions, and the reading of every answer. Does not own: running anything, time (it is passed in), or deciding what
//! should be changed. One module per package manager; a new one is a new arm of [`PackageManager`].

pub mod apt;
mod facts;
mod facts_script;
mod facts_sections;
mod facts_system;
mod nonce;
mod quote;

use millwright_domain::facts::{Facts, PackageSystem};
use millwright_domain::{Code, Fault};
use std::collections::BTreeMap;

pub use facts::{FactsError, parse_facts};
pub use facts_script::{IndexRefresh, facts_script};
pub use nonce::{Nonce, NonceError};

/// A package manager whose changes we can plan and run.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PackageManager {
    /// Debian's and Ubuntu's.
    Apt,
}

/// Why a host's packages cannot be changed.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum PackageManagerError {
    /// It has one that we do not drive.
    #[error("the host's packages are managed by {0}, which this version of Millwright reads no further")]
    Unsupported(String),
    /// It has none.
    #[error("the host has no package manager")]
    Missing,
    /// Its facts do not say.
    #[error("it is not known which package manager the host has")]
    Unknown,
}

impl From<PackageManagerError> for Fault {
    fn from(error: PackageManagerError) -> Self {
        let hint = match error {
            PackageManagerError::Unsupported(_) | PackageManagerError::Missing => {
                "Use a recipe whose steps run commands instead of naming packages."
            }
            PackageManagerError::Unknown => "Run `millwright facts refresh` for the host.",
        };
        Fault::new(Code::Unsupported, error.to_string()).with_hint(hint)
    }
}

impl PackageManager {
    /// The one that a host has.
    pub fn of(facts: &Facts) -> Result<Self, PackageManagerError> {
        match &facts.package_system {
            Some(PackageSystem::Apt) => Ok(PackageManager::Apt),
            Some(PackageSystem::Other { name }) => Err(PackageManagerError::Unsupported(name.clone())),
            Some(PackageSystem::None) => Err(PackageManagerError::Missing),
            None => Err(PackageManagerError::Unknown),
        }
    }

    /// The shell text that makes a change. It must run as root.
    pub fn script(self, change: &apt::Change) -> Result<String, apt::ChangeError> {
        match self {
            PackageManager::Apt => apt::script(change),
        }
    }

    /// The shell text that shows what a change would do, for anybody; `None` for what cannot be simulated.
    pub fn simulation(self, change: &apt::Change) -> Result<Option<String>, apt::ChangeError> {
        match self {
            PackageManager::Apt => apt::simulation(change),
        }
    }

    /// The shell text that ends with 0 when every package is as expected, else with 65 after a line for each
    /// that is not. Any account can run it.
    pub fn unchanged_script(self, expected: &[apt::ExpectedPackage]) -> String {
        match self {
            PackageManager::Apt => apt::unchanged_script(expected),
        }
    }

    /// The shell text that asks which versions of these packages can be had. Any account can run it.
    pub fn offered_script(self, packages: &[apt::PackageName]) -> String {
        match self {
            PackageManager::Apt => apt::offered_script(packages),
        }
    }

    /// The versions that can be had of each package, by the name as it was asked, from what that text printed when it
    /// ended with 0; none when it cannot be read whole.
    pub fn parse_offered(self, packages: &[apt::PackageName], output: &[u8]) -> Option<BTreeMap<String, Vec<String>>> {
        match self {
            PackageManager::Apt => apt::parse_offered(packages, output),
        }
    }

    /// The shell condition that ends with 0 when the host says that it must be restarted, and otherwise with 1.
    /// Any account can run it.
    pub fn restart_needed_condition(self) -> &'static str {
        match self {
            PackageManager::Apt => apt::restart_needed_condition(),
        }
    }

    /// What went wrong when a change ended with a code other than 0.
    pub fn diagnose(self, exit_code: i32, end_of_output: &[u8]) -> Fault {
        match self {
            PackageManager::Apt => apt::diagnose(exit_code, end_of_output).into(),
        }
    }

    /// The output of a change that failed, up to where it first went wrong.
    pub fn up_to_failure(self, output: &[u8]) -> &[u8] {
        match self {
            PackageManager::Apt => apt::up_to_failure(output),
        }
    }
}
