//! Policies: how a plan goes over its hosts, as data read from TOML.
//!
//! Owns: the model, its reader, and everything that can be wrong with such a file, each with its line and column. Does
//! not own: which policy counts for which host, or the waves that follow from it (the planner makes both).

mod read;

use crate::fault::{Code, Fault};
use crate::name::Slug;
use crate::recipe::Diagnostics;
use crate::run::RebootWish;
use serde::{Deserialize, Serialize};
use std::fmt;
use std::str::FromStr;
use ts_rs::TS;

/// The most hosts that a policy can speak of.
pub const HOSTS_LIMIT: u32 = 10_000;

/// How a plan goes over its hosts, and whether it restarts them. The default is no policy at all: every host at once,
/// in the order of the selection, and no gate.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, TS)]
pub struct Policy {
    /// How many hosts the first wave has at most; 0: no canary.
    pub canary: u32,
    /// The sizes of the waves after it; what is left is one more. They begin anew for production, and for each tier.
    pub waves: Vec<WaveSize>,
    /// Which hosts come first.
    pub order: HostOrder,
    /// Hosts with the first of these tags come first, those with none of them last. A wave never mixes them.
    pub tiers: Vec<Slug>,
    /// How many hosts of one client may be at work at once.
    pub at_once_per_client: Option<u32>,
    /// How many hosts of one environment may be at work at once.
    pub at_once_per_environment: Option<u32>,
    /// Hosts of one environment that share one of these tags go one at a time, and the first failure stops them.
    pub quorum_tags: Vec<Slug>,
    /// What must be so behind a wave.
    pub gate: GateRule,
    /// Whether and how hosts are restarted.
    pub restart: RestartRule,
}

impl Policy {
    /// Reads a policy. `file` is only its name for the diagnostics. What is left out has the value of the default, but
    /// the order: a policy puts production last unless it says otherwise.
    pub fn parse(file: &str, text: &str) -> Result<Self, Diagnostics> {
        read::policy(file, text)
    }
}

/// Which hosts come first.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, TS)]
#[serde(rename_all = "kebab-case")]
pub enum HostOrder {
    /// Those of non-production environments; never in one wave with those of production ones.
    StagingFirst,
    /// Those that the selection names first.
    #[default]
    AsSelected,
}

/// A policy that somebody gave for one plan.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(deny_unknown_fields)]
pub struct GivenPolicy {
    /// What people call it: the file's name.
    pub name: String,
    /// The text.
    pub text: String,
}

/// The size of a wave.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, TS)]
#[serde(into = "String")]
#[ts(type = "string")]
pub enum WaveSize {
    /// So many hosts.
    Hosts(u32),
    /// A share of all hosts with work.
    Percent(u8),
}

impl WaveSize {
    /// How many hosts it is of so many; at least 1.
    pub const fn of(self, all: usize) -> usize {
        let hosts = match self {
            WaveSize::Hosts(hosts) => hosts as usize,
            WaveSize::Percent(percent) => all.saturating_mul(percent as usize).div_ceil(100),
        };
        if hosts == 0 { 1 } else { hosts }
    }
}

impl FromStr for WaveSize {
    type Err = Fault;

    fn from_str(text: &str) -> Result<Self, Fault> {
        let size = match text.strip_suffix('%') {
            Some(percent) => number(percent).filter(|percent| (1..=100).contains(percent)).map(WaveSize::Percent),
            None => number(text).filter(|hosts| (1..=HOSTS_LIMIT).contains(hosts)).map(WaveSize::Hosts),
        };
        size.ok_or_else(|| {
            Fault::new(Code::InvalidInput, format!("“{}” is not the size of a wave", text.escape_debug())).with_hint(
                format!("Write a number of hosts up to {HOSTS_LIMIT}, such as “3”, or a share of them, such as “25%”."),
            )
        })
    }
}

/// A number in plain digits: no sign, no spaces.
fn number<T: FromStr>(text: &str) -> Option<T> {
    if text.bytes().all(|byte| byte.is_ascii_digit()) { text.parse().ok() } else { None }
}

impl fmt::Display for WaveSize {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            WaveSize::Hosts(hosts) => write!(f, "{hosts}"),
            WaveSize::Percent(percent) => write!(f, "{percent}%"),
        }
    }
}

impl From<WaveSize> for String {
    fn from(size: WaveSize) -> String {
        size.to_string()
    }
}

/// What must be so behind every wave.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, TS)]
pub struct GateRule {
    /// The run halts as soon as more hosts than this have failed, also inside a wave.
    pub most_failures: Option<u32>,
    /// At least this share of the wave has succeeded.
    pub least_success_percent: Option<u8>,
    /// Nothing happens for so long after the wave.
    pub soak_minutes: u32,
    /// A command for `sh` that ends with 0 on each host of the wave that has succeeded.
    pub probe: Option<String>,
    /// Whether a person must say so.
    pub person: PersonRule,
}

/// Behind which waves a person must say that it goes on. Behind the last one there is nothing to go on with.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, TS)]
#[serde(rename_all = "kebab-case")]
pub enum PersonRule {
    /// Behind none.
    #[default]
    Never,
    /// Behind the canary.
    AfterCanary,
    /// Behind each.
    AfterEveryWave,
}

/// Whether and how hosts are restarted after updates.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, TS)]
pub struct RestartRule {
    /// Whether, unless the request says otherwise.
    pub when: RebootWish,
    /// Hosts with one of these tags are never restarted.
    pub exempt_tags: Vec<Slug>,
    /// Whether a host that somebody is logged in to is left as it is.
    pub refuse_when_logged_in: bool,
    /// For `sh`, as root, before the restart.
    pub drain: Option<String>,
    /// For `sh`, as root, after it: tried until it ends with 0, and not well if that takes too long.
    pub probe: Option<String>,
    /// For `sh`, as root, after it, when all checks are well.
    pub undrain: Option<String>,
    /// How long a host may take to come back.
    pub back_within_minutes: u32,
}

impl Default for RestartRule {
    fn default() -> Self {
        Self {
            when: RebootWish::Never,
            exempt_tags: Vec::new(),
            refuse_when_logged_in: true,
            drain: None,
            probe: None,
            undrain: None,
            back_within_minutes: 15,
        }
    }
}

#[cfg(test)]
mod tests;
