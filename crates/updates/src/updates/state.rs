//! What an installation is, and what its updates tell of themselves.

use crate::{
    fetch::Progress,
    manifest::{Channel, Target},
    memory::{Installing, LastCheck, PastUpdate},
    package::Package,
    verify::Standing,
};
use millwright_domain::Fault;
use semver::Version;
use serde::Serialize;
use std::path::PathBuf;

/// What runs here.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Installed {
    /// Of this build.
    pub version: Version,
    /// How it was installed; none if it was not, as a developer's build.
    pub target: Option<Target>,
}

/// What there is to show.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct State {
    /// Whether this build believes any release at all.
    pub is_on: bool,
    /// What runs here.
    pub version: Version,
    /// How it was installed.
    pub target: Option<Target>,
    /// Which releases are followed.
    pub channel: Channel,
    /// Whether the server is being asked.
    pub is_checking: bool,
    /// When it was asked last, and why nothing came of it.
    pub last_check: Option<LastCheck>,
    /// What the newest release means for this installation; none before the first answer.
    pub standing: Option<Standing>,
    /// How far the package is that is being fetched.
    pub fetching: Option<Progress>,
    /// Whether the offered package lies here.
    pub is_fetched: bool,
    /// An update that was begun and has not come up yet.
    pub installing: Option<Installing>,
    /// Earlier updates, the newest last.
    pub history: Vec<PastUpdate>,
    /// What was lost with a damaged memory.
    pub lost: Option<Fault>,
}

/// How this start came about.
#[derive(Debug, Clone)]
pub enum Started {
    /// As every day.
    Usual,
    /// For the first time, or not up yet, after an update.
    Updated {
        /// What was installed before.
        from: Version,
        /// What is.
        to: Version,
        /// What changed.
        notes: String,
    },
    /// The update's new version was started twice and never came up.
    FailedTwice {
        /// The one that does not come up.
        version: Version,
        /// The one before it.
        from: Version,
        /// The copy of the workspace that was made before.
        backup: Option<PathBuf>,
        /// The package of the one before, if it lies here.
        previous_package: Option<Box<Package>>,
    },
}
