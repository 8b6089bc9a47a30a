//! What every request says besides its work: for whom, when, and by which policies.

use jiff::Timestamp;
use jiff::tz::TimeZone;
use millwright_domain::Slug;
use millwright_domain::name::HostPath;
use millwright_domain::policy::{GivenPolicy, Policy};
use millwright_domain::run::{Follows, RebootWish};
use std::collections::BTreeMap;

/// What every request says besides its work.
#[derive(Debug, Clone)]
pub struct Terms {
    /// The selector as it was given.
    pub selector: String,
    /// How many hosts at once.
    pub parallel: u32,
    /// How the plan goes over its hosts.
    pub policies: Policies,
    /// The time that it is.
    pub now: Timestamp,
    /// When the plan is too old to begin. One that waits for windows may begin until the last of them ends.
    pub expires_at: Timestamp,
    /// What maintenance windows mean for it.
    pub windows: WindowRule,
    /// Whether hosts are restarted after updates; none: as the policy of each says.
    pub reboot: Option<RebootWish>,
    /// The run that it follows.
    pub follows: Option<Follows>,
}

/// The policies that there are.
#[derive(Debug, Clone, Default)]
pub struct Policies {
    /// What people call the first one: `the workspace's policy`, `the policy in FILE`, `no policy`.
    pub name: String,
    /// The one for everything that no other one is for.
    pub base: Policy,
    /// The first one as somebody gave it for this plan. Then its waves and gates count for every host and for any work.
    pub given: Option<GivenPolicy>,
    /// Those of clients.
    pub of_clients: BTreeMap<Slug, Policy>,
}

impl Policies {
    /// None: every host at once.
    pub fn none() -> Self {
        Self { name: "no policy".to_owned(), ..Self::default() }
    }

    /// The policy whose limits and restart rule count for a host.
    pub(crate) fn of_host(&self, path: &HostPath) -> &Policy {
        self.of_clients.get(&path.client).unwrap_or(&self.base)
    }
}

/// What maintenance windows mean for a plan. Work that changes nothing is not held to them.
#[derive(Debug, Clone)]
pub enum WindowRule {
    /// A host outside of its window is held.
    Respect {
        /// The zone of whoever reads why.
        mine: TimeZone,
    },
    /// Each host waits for its next window.
    WaitFor {
        /// The zone of whoever reads why not.
        mine: TimeZone,
    },
    /// They do not count.
    Override {
        /// Why not.
        reason: String,
    },
}
