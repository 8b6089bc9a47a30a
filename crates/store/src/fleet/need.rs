//! What the fleet can be filtered and sorted by, as words and as SQL.

use serde::{Deserialize, Serialize};
use ts_rs::TS;

pub(super) const NAME_ORDER: &str = "c.slug, e.slug, h.slug";

/// What a host may need somebody for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum Need {
    /// Any of those below but updates that are not for security: somebody should look.
    Action,
    /// It could not be reached the last time.
    Unreachable,
    /// It was not seen for a week, or never.
    Stale,
    /// It has never said anything about itself.
    NoFacts,
    /// Security updates could be applied.
    SecurityUpdates,
    /// Any updates could be applied.
    Updates,
    /// It says that it must be restarted.
    Reboot,
    /// A disk is nearly full.
    Disk,
    /// Units failed.
    FailedUnits,
}

impl Need {
    /// Every need.
    pub const ALL: [Need; 9] = [
        Need::Action,
        Need::Unreachable,
        Need::Stale,
        Need::NoFacts,
        Need::SecurityUpdates,
        Need::Updates,
        Need::Reboot,
        Need::Disk,
        Need::FailedUnits,
    ];

    /// True, false, or nothing when it is not known.
    pub(super) const fn condition(self) -> &'static str {
        match self {
            Need::Action => {
                "k.failed_at IS NOT NULL OR coalesce(k.seen_at, 0) < :stale OR f.observed_at IS NULL
                OR f.pending_security > 0 OR f.reboot_required OR f.fullest_percent >= :full OR f.failed_units > 0"
            }
            Need::Unreachable => "k.failed_at IS NOT NULL",
            Need::Stale => "coalesce(k.seen_at, 0) < :stale",
            Need::NoFacts => "f.observed_at IS NULL",
            Need::SecurityUpdates => "f.pending_security > 0",
            Need::Updates => "f.pending > 0",
            Need::Reboot => "f.reboot_required",
            Need::Disk => "f.fullest_percent >= :full",
            Need::FailedUnits => "f.failed_units > 0",
        }
    }

    /// The need's place in a set of needs.
    pub(super) const fn bit(self) -> u32 {
        1 << self as u32
    }

    /// The column by which hosts with this need stand, the worst first; without one they stand by name.
    pub(super) const fn worst_first(self) -> &'static str {
        match self {
            Need::Unreachable | Need::Stale => "k.seen_at",
            Need::Action | Need::NoFacts | Need::FailedUnits | Need::Reboot => "NULL",
            Need::SecurityUpdates => "-f.pending_security",
            Need::Updates => "-f.pending",
            Need::Disk => "-f.fullest_percent",
        }
    }
}

/// By what the rows are sorted. Rows that do not know it come last, whatever the direction.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
#[allow(missing_docs, reason = "the columns' names")]
pub enum FleetSort {
    #[default]
    Name,
    Address,
    Os,
    Updates,
    SecurityUpdates,
    Disk,
    Reboot,
    Seen,
}

impl FleetSort {
    /// The order as SQL.
    pub(super) fn order(self, descending: bool) -> String {
        let direction = if descending { "DESC" } else { "ASC" };
        let column = match self {
            FleetSort::Name => return ["c", "e", "h"].map(|table| format!("{table}.slug {direction}")).join(", "),
            FleetSort::Address => "h.address",
            FleetSort::Os => "f.os",
            FleetSort::Updates => "f.pending",
            FleetSort::SecurityUpdates => "f.pending_security",
            FleetSort::Disk => "f.fullest_percent",
            FleetSort::Reboot => "f.reboot_required",
            FleetSort::Seen => "k.seen_at",
        };
        format!("{column} {direction} NULLS LAST, {NAME_ORDER}")
    }
}
