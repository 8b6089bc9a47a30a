//! Restarts after updates: from one stage of work to one before and one after the restart.
//!
//! Owns: whether a host is restarted, and what is looked at before and after. Does not own: the restart itself, and the
//! wait for the host to come back (the runner does both), or how a host says that it needs one (its package manager's).

mod scripts;

use crate::snapshot::Candidate;
use crate::terms::Terms;
use millwright_domain::Slug;
use millwright_domain::policy::RestartRule;
use millwright_domain::run::{
    DetachedWork, OnFailure, PlannedStep, Privilege, RebootWish, RestartWhen, Stage, StageEnd, StepKind,
};
use millwright_packages::PackageManager;

/// A look at the host may take this long.
const LOOK_TIMEOUT_SECONDS: u32 = 60;

/// A script of the policy may take this long.
const HOOK_TIMEOUT_SECONDS: u32 = 15 * 60;

/// The wait for services is bounded by itself; this is a little more.
const SERVICES_TIMEOUT_SECONDS: u32 = 6 * 60;

/// The probe is bounded by its tries; this is more than they take when each ends at once.
const PROBE_TIMEOUT_SECONDS: u32 = 10 * 60;

/// Work with or without a restart.
pub(crate) struct Restarted {
    pub(crate) work: DetachedWork,
    /// What a person reads of it among the changes.
    pub(crate) change: Option<String>,
    /// What a person should know.
    pub(crate) risk: Option<String>,
}

/// Adds to the work of a host what restarts it afterwards, if it is to be restarted.
///
/// A host that somebody is logged in to is left as it is before anything is done, also where only the end of the work
/// will tell whether a restart is needed: an upgrade that waits for its restart is the worst of both.
pub(crate) fn with_restart(
    work: DetachedWork,
    candidate: &Candidate,
    manager: PackageManager,
    terms: &Terms,
) -> Restarted {
    let rule = &terms.policies.of_host(&candidate.host.path).restart;
    let when = match terms.reboot.unwrap_or(rule.when) {
        RebootWish::Never => return Restarted { work, change: None, risk: None },
        RebootWish::IfNeeded => RestartWhen::Condition { script: manager.restart_needed_condition().to_owned() },
        RebootWish::Always => RestartWhen::Always,
    };
    if let Some(tag) = exempt_by(rule, candidate) {
        return Restarted { work, change: None, risk: Some(format!("not restarted: exempt by tag {tag}")) };
    }
    let change = match when {
        RestartWhen::Always => "restart when that is done",
        RestartWhen::Condition { .. } => "restart when that is done, if the host needs it",
    };
    Restarted { work: restarting(work, rule, when), change: Some(change.to_owned()), risk: None }
}

fn exempt_by<'r>(rule: &'r RestartRule, candidate: &Candidate) -> Option<&'r Slug> {
    rule.exempt_tags.iter().find(|tag| candidate.host.tags.contains(*tag))
}

fn restarting(mut work: DetachedWork, rule: &RestartRule, when: RestartWhen) -> DetachedWork {
    let only_if = match &when {
        RestartWhen::Always => None,
        RestartWhen::Condition { script } => Some(script.clone()),
    };
    if rule.refuse_when_logged_in
        && let Some(first) = work.stages.first_mut()
    {
        let guard = step("Check that the host may be restarted", LOOK_TIMEOUT_SECONDS, scripts::NOBODY_IS_LOGGED_IN);
        first.steps.insert(0, PlannedStep { kind: StepKind::RestartGuard, ..guard });
    }
    if let Some(last) = work.stages.last_mut() {
        let note = step("Note failed services", LOOK_TIMEOUT_SECONDS, scripts::NOTE_FAILED_SERVICES);
        let drain = rule.drain.as_deref().map(|script| step("Drain", HOOK_TIMEOUT_SECONDS, script));
        let before = std::iter::once(note).chain(drain);
        last.steps.extend(before.map(|step| PlannedStep { only_if: only_if.clone(), ..step }));
        last.end = StageEnd::Reboot { when, timeout_seconds: rule.back_within_minutes.saturating_mul(60) };
    }
    let wait = step("Wait for services", SERVICES_TIMEOUT_SECONDS, scripts::WAIT_FOR_SERVICES);
    let compare = step("Compare failed services", LOOK_TIMEOUT_SECONDS, scripts::COMPARE_FAILED_SERVICES);
    let probe = rule.probe.as_deref().map(|script| step("Probe", PROBE_TIMEOUT_SECONDS, &scripts::until_well(script)));
    let undrain = rule.undrain.as_deref().map(|script| step("Undrain", HOOK_TIMEOUT_SECONDS, script));
    let steps = [wait, compare].into_iter().chain(probe).chain(undrain).collect();
    work.stages.push(Stage { steps, end: StageEnd::Done });
    for (number, step) in (1..).zip(work.stages.iter_mut().flat_map(|stage| &mut stage.steps)) {
        step.number = number;
    }
    work.timeout_seconds = work.timeout_seconds.max(longest(&work.stages).saturating_add(60));
    work
}

/// What the steps of the longest stage may take together.
fn longest(stages: &[Stage]) -> u32 {
    let together = |stage: &Stage| stage.steps.iter().fold(0_u32, |sum, step| sum.saturating_add(step.timeout_seconds));
    stages.iter().map(together).max().unwrap_or(0)
}

/// A step as root. It gets its number when all are in place.
fn step(name: &str, timeout_seconds: u32, script: &str) -> PlannedStep {
    PlannedStep {
        number: 0,
        name: name.to_owned(),
        kind: StepKind::Commands,
        script: script.to_owned(),
        privilege: Privilege::Root,
        timeout_seconds,
        only_if: None,
        on_failure: OnFailure::Stop,
        attachments: Vec::new(),
        secrets: Vec::new(),
    }
}

#[cfg(test)]
mod tests;
