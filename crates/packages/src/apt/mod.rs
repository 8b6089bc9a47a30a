//! Debian's apt and dpkg: commands for them, and the reading of what they print.

mod change;
mod diagnosis;
mod failure;
mod guard;
mod inventory;
mod name;
mod offered;
mod pending;
mod restart;
mod standing;
mod upgrade_size;

pub use change::{Change, ChangeError, ExactPackage, WantedPackage, script, simulation};
pub use diagnosis::{diagnose, up_to_failure};
pub use failure::{AptFailure, LockHolder};
pub use guard::{ExpectedPackage, ExpectedStanding, unchanged_script};
pub use name::{NameError, PackageName, PackageVersion};
pub use offered::{offered_script, parse_offered};
pub use pending::{SimulatedInstall, SimulatedRemoval, Simulation, parse_simulation};
pub use restart::restart_needed_condition;
pub use standing::{Standing, WantedVersion, standing};

pub(crate) use diagnosis::refresh_failure;
pub(crate) use inventory::installed_packages;
pub(crate) use offered::mark_what_is_still_offered;
pub(crate) use pending::pending_updates;
pub(crate) use upgrade_size::upgrade_size;
