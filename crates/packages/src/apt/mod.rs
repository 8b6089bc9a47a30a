//! Debian's apt and dpkg: commands for them, and the reading of what they print.

mod change;
mod diagnosis;
mod failure;
mod inventory;
mod name;
mod pending;
mod standing;

pub use change::{Change, ChangeError, ExactPackage, WantedPackage, script, simulation};
pub use diagnosis::diagnose;
pub use failure::{AptFailure, LockHolder};
pub use name::{NameError, PackageName, PackageVersion};
pub use pending::{SimulatedInstall, SimulatedRemoval, Simulation, parse_simulation};
pub use standing::{Standing, WantedVersion, standing};

pub(crate) use diagnosis::refresh_failure;
pub(crate) use inventory::installed_packages;
pub(crate) use pending::pending_updates;
