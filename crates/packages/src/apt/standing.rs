//! Where a package stands against what is wanted of it: whether there is anything to do.

use super::name::{PackageName, PackageVersion};
use millwright_domain::facts::{Facts, Hold, InstalledPackage, PackageState, PendingUpdate, UpdateStanding};
use std::cmp::Ordering;

/// Which version is wanted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum WantedVersion {
    /// Whichever is there will do.
    Any,
    /// The newest that the host's sources offer.
    Newest,
    /// This one.
    Exactly(PackageVersion),
}

/// Where a package stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Standing {
    /// Already there: nothing to do.
    Satisfied {
        /// What is installed.
        version: String,
    },
    /// Not there.
    Install,
    /// There, and older than wanted.
    Upgrade {
        /// What is installed.
        from: String,
        /// What is wanted.
        to: String,
    },
    /// There, and newer than wanted.
    Downgrade {
        /// What is installed.
        from: String,
        /// What is wanted.
        to: String,
    },
    /// There at another version, and an administrator holds it.
    Held {
        /// What is installed.
        version: String,
        /// What is wanted, or what could be had.
        pending: String,
    },
    /// There, and something other than a hold keeps it from getting newer.
    KeptBack {
        /// What is installed.
        version: String,
        /// What could be had.
        pending: String,
        /// What stands in the way.
        by: UpdateStanding,
    },
    /// Its files are there, but its installation was never finished.
    Unfinished {
        /// Whose files.
        version: String,
    },
    /// The facts do not say.
    Unknown,
}

/// Where a package stands on the host that the facts are of.
pub fn standing(facts: &Facts, package: &PackageName, wanted: &WantedVersion) -> Standing {
    let Some(packages) = &facts.packages else { return Standing::Unknown };
    let Some(installed) = packages.iter().find(|installed| is_named(package, installed)) else {
        return Standing::Install;
    };
    let version = installed.version.clone();
    match installed.state {
        PackageState::Installed => {}
        PackageState::NotConfigured | PackageState::HalfInstalled => return Standing::Unfinished { version },
    }
    match wanted {
        WantedVersion::Any => Standing::Satisfied { version },
        WantedVersion::Exactly(wanted) => against(installed, wanted),
        WantedVersion::Newest => match &facts.pending {
            None => Standing::Unknown,
            Some(pending) => match pending.updates.iter().find(|update| is_update_of(update, installed)) {
                None => Standing::Satisfied { version },
                Some(update) => against_pending(installed, update),
            },
        },
    }
}

fn is_named(package: &PackageName, installed: &InstalledPackage) -> bool {
    // Without an architecture apt means the native one, which is the first that dpkg lists; "all" fits every wish.
    let fits = |architecture: &str| installed.architecture == architecture || installed.architecture == "all";
    installed.name == package.name() && package.architecture().is_none_or(fits)
}

fn is_update_of(update: &PendingUpdate, installed: &InstalledPackage) -> bool {
    update.name == installed.name && update.from.as_ref() == Some(&installed.version)
}

fn against(installed: &InstalledPackage, wanted: &PackageVersion) -> Standing {
    let (version, pending) = (installed.version.clone(), wanted.to_string());
    let order = match version.parse::<PackageVersion>() {
        Ok(installed) => installed.compare(wanted),
        Err(_) => return Standing::Unknown,
    };
    match (order, installed.hold) {
        (Ordering::Equal, _) => Standing::Satisfied { version },
        (Ordering::Less | Ordering::Greater, Hold::Held) => Standing::Held { version, pending },
        (Ordering::Less, Hold::Free) => Standing::Upgrade { from: version, to: pending },
        (Ordering::Greater, Hold::Free) => Standing::Downgrade { from: version, to: pending },
    }
}

fn against_pending(installed: &InstalledPackage, update: &PendingUpdate) -> Standing {
    let (version, pending) = (installed.version.clone(), update.to.clone());
    match update.standing {
        UpdateStanding::Ready => Standing::Upgrade { from: version, to: pending },
        UpdateStanding::Held => Standing::Held { version, pending },
        UpdateStanding::BlockedByRemoval | UpdateStanding::KeptBack => {
            Standing::KeptBack { version, pending, by: update.standing }
        }
    }
}
