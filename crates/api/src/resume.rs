//! Plans that follow an earlier run: for the hosts that have not succeeded there.

use crate::library::{RecipeSource, RunbookSource};
use crate::planning::{ExecWish, Planned, ProductWish, Settings};
use crate::terms::How;
use crate::workspace::Workspace;
use millwright_domain::ids::{HostId, RunId};
use millwright_domain::run::{Follows, FollowsHow, JobState, Plan, Privilege, RebootWish, RunKind, Wanted};
use millwright_domain::{Code, Fault, Selector};
use millwright_planner::{ExecMode, PatchScope, ProductAction};
use millwright_store::table::job::Job;
use millwright_store::table::run::Run;
use millwright_store::table::{host, job, plan, run};
use millwright_store::{Reader, StoreError};
use std::collections::HashSet;

impl Workspace {
    /// Plans what was wanted in a run once more, for exactly the hosts that have not succeeded in it. The hosts are asked
    /// anew, so what was repaired or done by hand meanwhile counts.
    pub async fn plan_resume(&self, id: RunId, settings: Settings, how: &How) -> Result<Planned, Fault> {
        let (earlier, missing) = self.missing(id)?;
        let selector = self.still_there(&missing)?;
        let follows = Some(Follows { run: id, how: FollowsHow::Resumes });
        let policy = how.policy.clone().or_else(|| earlier.content.given_policy.clone());
        let how = &How { policy, reboot: how.reboot.or(reboot_of(&earlier)), ..how.clone() };
        match earlier.content.wanted {
            Wanted::Patch { security, packages, .. } => {
                let scope = PatchScope::of(security, packages);
                self.plan_patch_after(&selector, scope, how, follows).await
            }
            Wanted::Exec { script, sudo, detached, timeout_seconds } => {
                let privilege = if sudo { Privilege::Root } else { Privilege::Login };
                let mode = if detached { ExecMode::Detached } else { ExecMode::Attached };
                let wish = ExecWish { script, privilege, mode, timeout_seconds };
                self.plan_exec_after(&selector, wish, how, follows).await
            }
            Wanted::Runbook { runbook, values } => {
                let settings = Settings { values, ..settings };
                self.plan_runbook_after(&selector, &RunbookSource::Named(runbook), settings, how, follows).await
            }
            Wanted::Product { product, version, values } => {
                let action = match earlier.content.kind {
                    RunKind::Upgrade => ProductAction::Upgrade,
                    RunKind::Remove => ProductAction::Remove,
                    RunKind::Install | RunKind::Patch | RunKind::Runbook | RunKind::Exec | RunKind::Undo => {
                        ProductAction::Install
                    }
                };
                let settings = Settings { values, ..settings };
                let wish = ProductWish { product, version, action, recipe: RecipeSource::Known, settings };
                self.plan_product_after(&selector, wish, how, follows).await
            }
            Wanted::Undo { run } => self.plan_undo_after(run, Some(&selector), how, follows).await,
        }
    }

    /// The plan of a run that has ended, and the hosts that have not succeeded in it.
    fn missing(&self, id: RunId) -> Result<(Plan, HashSet<HostId>), Fault> {
        let (earlier, jobs, followers) = self.store.read(|reader| {
            let found = run::get(reader, id)?;
            Ok((plan::find(reader, found.plan_id)?, job::of_run(reader, id)?, all_followers(reader, id)?))
        })?;
        if jobs.iter().any(|job| !job.progress.state.has_ended()) {
            return Err(Fault::new(Code::Conflict, "the run has hosts whose work has not ended")
                .with_hint("Follow it to its end, promote it or cancel it first."));
        }
        if let Some((later, _)) =
            followers.iter().find(|(_, jobs)| jobs.iter().any(|job| !job.progress.state.has_ended()))
        {
            return Err(Fault::new(Code::Conflict, format!("run {} goes on with it just now", later.id))
                .with_hint("Follow that one."));
        }
        // What a resumption has done is not missing any more; doing it twice may do harm.
        let resumptions = followers.iter().filter(|(later, _)| later.kind != RunKind::Undo);
        let done: HashSet<HostId> = resumptions
            .flat_map(|(_, jobs)| jobs)
            .filter(|job| job.progress.state == JobState::Succeeded)
            .map(|job| job.host_id)
            .collect();
        // Of a host whose job is unknown, the host knows better: following the run asks it.
        let unknown = jobs.iter().filter(|job| job.progress.state == JobState::Unknown).count();
        let missing: HashSet<HostId> = jobs
            .iter()
            .filter(|job| !matches!(job.progress.state, JobState::Succeeded | JobState::Unknown))
            .map(|job| job.host_id)
            .filter(|host| !done.contains(host))
            .collect();
        match (missing.is_empty(), unknown) {
            (false, _) => Ok((earlier, missing)),
            (true, 0) => Err(Fault::new(Code::NotFound, "every host of the run has succeeded: nothing is missing")),
            (true, _) => Err(Fault::new(Code::Conflict, "what became of the run's other hosts is not known yet")
                .with_hint("`millwright run follow ID` asks them.")),
        }
    }

    /// A selector for exactly these hosts, by the names that they have now.
    pub(crate) fn still_there(&self, hosts: &HashSet<HostId>) -> Result<Selector, Fault> {
        let all = self.store.read(host::list)?;
        let names: Vec<String> =
            all.into_iter().filter(|host| hosts.contains(&host.id)).map(|host| host.path.to_string()).collect();
        if names.is_empty() {
            return Err(Fault::new(Code::NotFound, "none of the run's hosts is in the inventory any more"));
        }
        names.join(",").parse()
    }
}

/// The runs that follow a run, and those that follow these, each with its jobs.
fn all_followers(reader: &Reader<'_>, id: RunId) -> Result<Vec<(Run, Vec<Job>)>, StoreError> {
    let (mut found, mut left) = (Vec::new(), vec![id]);
    while let Some(id) = left.pop() {
        for (later, _) in run::followers(reader, id)? {
            left.push(later.id);
            let jobs = job::of_run(reader, later.id)?;
            found.push((later, jobs));
        }
    }
    Ok(found)
}

/// Whether hosts are restarted was said once: it holds for the run's resumption too.
fn reboot_of(earlier: &Plan) -> Option<RebootWish> {
    match earlier.content.wanted {
        Wanted::Patch { reboot, .. } => reboot,
        Wanted::Exec { .. } | Wanted::Runbook { .. } | Wanted::Product { .. } | Wanted::Undo { .. } => None,
    }
}
