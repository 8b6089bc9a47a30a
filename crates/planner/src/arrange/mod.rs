//! From jobs to a plan: when each may begin, in which order, in which waves, and how many at once.
//!
//! Owns: everything that maintenance windows and policies say of a plan. Does not own: what a job does.

mod limits;
mod timetable;
mod waves;

use crate::snapshot::Candidate;
use crate::terms::{Terms, WindowRule};
use limits::limits;
use millwright_domain::policy::Policy;
use millwright_domain::run::{Exclusion, PlanContent, PlannedJob, Rollout, RunKind, Wanted, Work};
use timetable::Timetable;
use waves::{Kind, waves};

/// A job, and what is known of its host.
struct Placed<'c> {
    job: PlannedJob,
    candidate: &'c Candidate,
}

/// Makes a plan of the jobs of these candidates, which are in the same order.
pub(crate) fn arrange(
    kind: RunKind,
    title: String,
    wanted: Wanted,
    jobs: Vec<PlannedJob>,
    candidates: &[Candidate],
    terms: &Terms,
) -> PlanContent {
    let mut timetable = Timetable::new(terms);
    let (mut working, mut satisfied, mut left_out) = (Vec::new(), Vec::new(), Vec::new());
    for (job, candidate) in jobs.into_iter().zip(candidates) {
        let job = if changes(kind, &job.work) { timetable.apply(job, candidate) } else { job };
        match &job.work {
            Work::Attached { .. } | Work::Detached(_) => working.push(Placed { job, candidate }),
            Work::Satisfied { .. } => satisfied.push(job),
            Work::LeftOut(_) => left_out.push(job),
        }
    }
    let changing = working.iter().any(|placed| changes(kind, &placed.job.work));
    let rollout = if changing || terms.policies.given.is_some() {
        rollout(&mut working, terms)
    } else {
        Rollout::at_once(count(working.len()))
    };
    PlanContent {
        kind,
        title,
        selector: terms.selector.clone(),
        wanted,
        expires_at: timetable.expires_at(),
        window_override: match &terms.windows {
            WindowRule::Override { reason } => Some(reason.clone()),
            WindowRule::Respect { .. } | WindowRule::WaitFor { .. } => None,
        },
        follows: terms.follows,
        parallel: terms.parallel,
        rollout,
        given_policy: terms.policies.given.clone(),
        jobs: working.into_iter().map(|placed| placed.job).chain(satisfied).chain(left_out).collect(),
    }
}

/// Puts the jobs with work into the order of their waves.
fn rollout(working: &mut Vec<Placed<'_>>, terms: &Terms) -> Rollout {
    let (name, policy) = policy_of(working, terms);
    working.sort_by_cached_key(|placed| Kind::of(policy, placed.candidate));
    let kinds: Vec<Kind> = working.iter().map(|placed| Kind::of(policy, placed.candidate)).collect();
    Rollout {
        policy: name,
        waves: waves(policy, &kinds),
        most_failures: policy.gate.most_failures,
        limits: limits(working, &terms.policies),
    }
}

/// The policy of the waves: that of the one client that has work, or the one for everything.
fn policy_of<'t>(working: &[Placed<'_>], terms: &'t Terms) -> (String, &'t Policy) {
    let policies = &terms.policies;
    let client = working.first().map(|placed| &placed.job.host.client);
    if let Some(client) = client
        && policies.given.is_none()
        && let Some(policy) = policies.of_clients.get(client)
        && working.iter().all(|placed| placed.job.host.client == *client)
    {
        return (format!("the policy of client {client}"), policy);
    }
    (policies.name.clone(), &policies.base)
}

/// Whether the work may change its host. Of a command that goes on without us, only its author knows: it may.
fn changes(kind: RunKind, work: &Work) -> bool {
    match work {
        Work::Detached(detached) => detached.exclusion == Exclusion::ChangeLock || kind == RunKind::Exec,
        Work::Attached { .. } | Work::Satisfied { .. } | Work::LeftOut(_) => false,
    }
}

fn count(jobs: usize) -> u32 {
    u32::try_from(jobs).unwrap_or(u32::MAX)
}

#[cfg(test)]
mod tests;
