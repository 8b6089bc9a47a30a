//! What the inventory learns when a run's jobs have ended: installed versions, and fresh facts.

use crate::workspace::Workspace;
use jiff::Timestamp;
use millwright_domain::facts::InstalledPackage;
use millwright_domain::fleet::{Host, Installation};
use millwright_domain::ids::RunId;
use millwright_domain::recipe::Pattern;
use millwright_domain::run::{
    Exclusion, JobEvent, JobState, PlanContent, PlannedInstallation, PlannedJob, PlannedPackage, PlannedProbe,
    Presence, StepChange, Work,
};
use millwright_domain::{Code, Fault};
use millwright_packages::IndexRefresh;
use millwright_store::table::job::Job;
use millwright_store::table::package_change::{self, PackageChange};
use millwright_store::table::{event, host, installation, job, output, product};
use std::collections::HashSet;

/// More than any version probe prints.
const PROBE_BYTES: u64 = 1 << 20;

/// Whether hosts that may have changed are asked about themselves again.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum FactsAfterwards {
    /// They are.
    Ask,
    /// What they said last stands.
    Leave,
}

impl Workspace {
    /// May be done again: what is known already is not written twice.
    pub(crate) async fn settle(&self, id: RunId, plan: &PlanContent, afterwards: FactsAfterwards) -> Result<(), Fault> {
        let jobs = self.store.read(|reader| job::of_run(reader, id))?;
        let mut changed = HashSet::new();
        for (job, planned) in jobs.iter().zip(&plan.jobs) {
            if afterwards == FactsAfterwards::Ask && touched(job, planned) {
                changed.insert(job.host_id);
            }
            if job.progress.state == JobState::Succeeded
                && let Some(installed) = &planned.installation
            {
                self.note_installation(job, installed).await?;
            }
        }
        let hosts: Vec<Host> =
            self.store.read(host::list)?.into_iter().filter(|host| changed.contains(&host.id)).collect();
        // Facts that cannot be had now stay as old as they are, and say so.
        let asked = self.ask_facts(hosts, IndexRefresh::Leave, plan.parallel).await?;
        let mut changes = Vec::new();
        for (host, facts) in asked {
            let Some(packages) = facts.ok().and_then(|facts| facts.packages) else { continue };
            let of_host = jobs.iter().zip(&plan.jobs).filter(|(job, _)| job.host_id == host.id);
            changes.extend(of_host.map(|(job, planned)| (job.id, package_changes(planned, &packages))));
        }
        self.write(move |writer| {
            changes.iter().try_for_each(|(job, changes)| package_change::record(writer, *job, changes))
        })
        .await
    }

    async fn note_installation(&self, job: &Job, planned: &PlannedInstallation) -> Result<(), Fault> {
        let (host_id, product_id) = (job.host_id, planned.product_id);
        if planned.presence == Presence::Gone {
            return self.write(move |writer| installation::remove(writer, host_id, product_id)).await;
        }
        let observed_version = match &planned.probe {
            Some(probe) => self.probed_version(job, probe)?,
            None => None,
        };
        let planned = planned.clone();
        let observed_at = job.progress.ended_at;
        self.write(move |writer| {
            let before = installation::find(&writer.reader(), host_id, product_id)?;
            let after = Installation {
                id: before.as_ref().map_or_else(|| writer.new_id(), |before| before.id),
                host_id,
                product_id,
                desired_version: planned.desired_version,
                observed_version,
                observed_at: observed_at.or(Some(Timestamp::UNIX_EPOCH)),
                values: planned.values,
            };
            if before.as_ref() == Some(&after) {
                return Ok(());
            }
            if let Some(version) = &after.observed_version {
                product::ensure_release(writer, product_id, version)?;
            }
            installation::record(writer, &after)
        })
        .await
    }

    /// The version in what the probe's step printed.
    fn probed_version(&self, job: &Job, probe: &PlannedProbe) -> Result<Option<String>, Fault> {
        let said = self.store.read(|reader| {
            let (mut from, mut until) = (None, None);
            for event in event::of_job(reader, job.id)? {
                if let JobEvent::Step(step) = event.event
                    && step.number == probe.step_number
                {
                    match step.change {
                        StepChange::Started => from = Some(step.offset),
                        StepChange::Finished { .. } => until = Some(step.offset),
                        StepChange::Checking | StepChange::Skipped => {}
                    }
                }
            }
            let (Some(from), Some(until)) = (from, until) else { return Ok(Vec::new()) };
            output::read(reader, job.id, from, until.saturating_sub(from).min(PROBE_BYTES))
        })?;
        let said = String::from_utf8_lossy(&said).into_owned();
        let Some(source) = &probe.pattern else { return Ok(said.lines().next().map(str::to_owned)) };
        let pattern = Pattern::anywhere(source).map_err(|error| {
            Fault::new(Code::Internal, format!("a plan holds a pattern that cannot be used: {error}"))
        })?;
        Ok(pattern.first_capture(&said, "version").map(str::to_owned))
    }
}

/// What became of the packages that a job named.
fn package_changes(planned: &PlannedJob, packages: &[InstalledPackage]) -> Vec<PackageChange> {
    let after = |name: &str| {
        let (name, architecture) = match name.split_once(':') {
            Some((name, architecture)) => (name, Some(architecture)),
            None => (name, None),
        };
        // The architecture of a package may change between versions ("all" to "amd64").
        let fits = |package: &&InstalledPackage| {
            package.name == name
                && architecture.is_none_or(|wanted| package.architecture == wanted || package.architecture == "all")
        };
        packages.iter().find(fits).map(|package| package.version.clone())
    };
    let change = |package: &PlannedPackage| PackageChange {
        name: package.name.clone(),
        before: package.from.clone(),
        after: after(&package.name),
    };
    planned.packages.iter().map(change).collect()
}

/// Whether the job may have changed its host.
fn touched(job: &Job, planned: &PlannedJob) -> bool {
    let changes = matches!(&planned.work, Work::Detached(work) if work.exclusion == Exclusion::ChangeLock);
    changes && job.progress.started_at.is_some() && job.progress.state.has_ended()
}
