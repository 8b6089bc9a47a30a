//! In which waves a plan goes over its hosts.

use super::count;
use crate::snapshot::Candidate;
use millwright_domain::Slug;
use millwright_domain::policy::{GateRule, HostOrder, PersonRule, Policy};
use millwright_domain::run::{Gate, Wave};

/// What no wave mixes, in the order in which it comes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Kind {
    /// None where the order of the selection counts.
    production: Option<bool>,
    /// The place of the host's tag among the tiers; behind all of them for a host with no such tag.
    tier: usize,
}

impl Kind {
    pub(super) fn of(policy: &Policy, candidate: &Candidate) -> Self {
        let tags = &candidate.host.tags;
        Self {
            production: match policy.order {
                HostOrder::StagingFirst => Some(candidate.environment.production),
                HostOrder::AsSelected => None,
            },
            tier: policy.tiers.iter().position(|tier| tags.contains(tier)).unwrap_or(policy.tiers.len()),
        }
    }
}

/// The waves over jobs of these kinds, which are in order.
pub(super) fn waves(policy: &Policy, kinds: &[Kind]) -> Vec<Wave> {
    let distinctions = Distinctions::among(kinds, policy);
    let mut waves: Vec<Wave> = Vec::new();
    for alike in kinds.chunk_by(|one, next| one == next) {
        let Some(kind) = alike.first() else { continue };
        let mut left = alike.len();
        let mut sizes = policy.waves.iter().map(|size| size.of(kinds.len()));
        while left > 0 {
            let is_canary = waves.is_empty() && policy.canary > 0;
            let wanted = if is_canary { policy.canary as usize } else { sizes.next().unwrap_or(left) };
            let jobs = wanted.min(left);
            left -= jobs;
            let name = if is_canary { "canary".to_owned() } else { format!("wave {}", waves.len() + 1) };
            let title = name + &distinctions.of(*kind);
            waves.push(Wave { title, jobs: count(jobs), gate: gate(&policy.gate, is_canary) });
        }
    }
    if let [only] = waves.as_mut_slice() {
        "all hosts".clone_into(&mut only.title);
    }
    if let Some(last) = waves.last_mut() {
        // Nothing waits behind it: only a probe, after its soak, still tells something.
        let Gate { soak_seconds, probe, .. } = std::mem::take(&mut last.gate);
        last.gate.soak_seconds = if probe.is_some() { soak_seconds } else { 0 };
        last.gate.probe = probe;
    }
    waves
}

fn gate(rule: &GateRule, is_canary: bool) -> Gate {
    Gate {
        least_success_percent: rule.least_success_percent,
        soak_seconds: rule.soak_minutes.saturating_mul(60),
        probe: rule.probe.clone(),
        person: match rule.person {
            PersonRule::Never => false,
            PersonRule::AfterCanary => is_canary,
            PersonRule::AfterEveryWave => true,
        },
    }
}

/// What tells the hosts of a wave from those of others.
struct Distinctions<'p> {
    tiers: &'p [Slug],
    by_environment: bool,
    by_tier: bool,
}

impl<'p> Distinctions<'p> {
    fn among(kinds: &[Kind], policy: &'p Policy) -> Self {
        let differ = |one: &Kind, next: &Kind| (one.production != next.production, one.tier != next.tier);
        let pairs = || kinds.iter().zip(kinds.iter().skip(1)).map(|(one, next)| differ(one, next));
        Self {
            tiers: &policy.tiers,
            by_environment: pairs().any(|(environment, _)| environment),
            by_tier: pairs().any(|(_, tier)| tier),
        }
    }

    /// `, production, tier db`
    fn of(&self, kind: Kind) -> String {
        let environment = match kind.production {
            Some(true) if self.by_environment => ", production",
            Some(false) if self.by_environment => ", non-production",
            Some(_) | None => "",
        };
        let tier = match self.tiers.get(kind.tier) {
            Some(tier) if self.by_tier => format!(", tier {tier}"),
            None if self.by_tier => ", no tier".to_owned(),
            Some(_) | None => String::new(),
        };
        format!("{environment}{tier}")
    }
}
