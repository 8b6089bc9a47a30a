//! What is known of a host's packages, and what a plan makes of those that it names.
//!
//! Owns: which package of the host a name means, and whether a version of it can be had. Does not own: what the host
//! was asked, or what to do about a version that cannot be had.

use crate::render::{RenderedAction, RenderedStep};
use crate::snapshot::Known;
use millwright_domain::facts::{Facts, InstalledPackage, PendingUpdate};
use millwright_domain::recipe::PackageAction;
use millwright_domain::run::PlannedPackage;
use millwright_packages::apt::{NameError, PackageName};
use std::collections::{BTreeMap, HashMap};

/// The packages of one host, for many questions.
pub(crate) struct Packages<'k> {
    native: Option<&'k str>,
    installed: Option<HashMap<&'k str, Vec<&'k InstalledPackage>>>,
    /// Whether every package on the host is among the installed ones.
    complete: bool,
    pending: HashMap<&'k str, Vec<&'k PendingUpdate>>,
    available: Option<&'k BTreeMap<String, Vec<String>>>,
}

/// How a package stands, as far as it is known.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) enum Standing<'k> {
    /// It is on the host.
    Installed(&'k InstalledPackage),
    /// It is not.
    Absent,
    /// The host did not say, or not whole.
    Unknown,
}

impl<'k> Packages<'k> {
    pub(crate) fn of(known: &'k Known) -> Self {
        let facts = known.facts.as_ref();
        let list = facts.and_then(|facts| facts.packages.as_deref());
        let updates = facts.and_then(|facts| facts.pending.as_ref()).map(|pending| pending.updates.as_slice());
        let mut pending: HashMap<&str, Vec<&PendingUpdate>> = HashMap::new();
        for update in updates.unwrap_or_default() {
            pending.entry(&update.name).or_default().push(update);
        }
        let installed = list.map(|list| {
            let mut installed: HashMap<&str, Vec<&InstalledPackage>> = HashMap::new();
            for package in list {
                installed.entry(&package.name).or_default().push(package);
            }
            installed
        });
        let dpkg = installed.as_ref().and_then(|installed| installed.get("dpkg")).and_then(|found| found.first());
        Self {
            native: dpkg.map(|package| package.architecture.as_str()),
            complete: facts.is_some_and(tells_all_packages),
            installed,
            pending,
            available: known.available.as_ref(),
        }
    }

    /// How the package stands. A foreign architecture does not stand in for the native one, as in the guard.
    pub(crate) fn standing(&self, name: &PackageName) -> Standing<'k> {
        let Some(installed) = &self.installed else { return Standing::Unknown };
        let found = installed.get(name.name()).map(Vec::as_slice).unwrap_or_default();
        let of = |wanted: &str| found.iter().find(|package| package.architecture == wanted);
        let architecture = name.architecture().filter(|architecture| *architecture != "all").or(self.native);
        let package = match architecture {
            Some(architecture) => of(architecture).or_else(|| of("all")),
            None => found.first(),
        };
        match package {
            Some(package) => Standing::Installed(package),
            None if self.complete => Standing::Absent,
            None => Standing::Unknown,
        }
    }

    /// Whether the version can be had from the host's sources; none when the host did not say.
    pub(crate) fn can_be_had(&self, name: &PackageName, version: &str) -> Option<bool> {
        if let Some(offered) = self.available.and_then(|available| available.get(&name.to_string())) {
            return Some(offered.iter().any(|offered| offered == version));
        }
        let pending = self.pending.get(name.name())?;
        let same = |update: &&&PendingUpdate| {
            name.architecture().is_none_or(|architecture| update.architecture == architecture)
                && update.from.as_deref() == Some(version)
        };
        pending.iter().find(same).and_then(|update| update.from_available)
    }
}

/// A list that was cut or that could not be read whole says nothing of what is not in it.
fn tells_all_packages(facts: &Facts) -> bool {
    facts.packages.is_some() && !facts.gaps.iter().any(|gap| gap.part == "packages")
}

/// The packages that steps install, upgrade or remove, with what they are now. Each is there once, however many steps
/// name it: the last one counts.
pub(crate) fn named_packages(
    steps: &[RenderedStep],
    packages: &Packages<'_>,
) -> Result<Vec<PlannedPackage>, NameError> {
    let mut named: Vec<PlannedPackage> = Vec::new();
    for step in steps {
        let RenderedAction::Package { action, names, version } = &step.action else { continue };
        let to = match action {
            PackageAction::Install | PackageAction::Upgrade => version.clone(),
            PackageAction::Remove | PackageAction::Purge => None,
            PackageAction::Hold | PackageAction::Unhold => continue,
        };
        for name in names {
            let from = match packages.standing(&name.parse()?) {
                Standing::Installed(package) => Some(package.version.clone()),
                Standing::Absent => None,
                // "Not installed" would be a guess, and taking the plan back would remove it.
                Standing::Unknown => continue,
            };
            match named.iter_mut().find(|package| package.name == *name) {
                Some(package) => package.to.clone_from(&to),
                None => named.push(PlannedPackage { name: name.clone(), from, to: to.clone() }),
            }
        }
    }
    Ok(named)
}
