//! Plans that bring packages up to date: exactly the versions that the host offered when it was asked.

use crate::arrange::arrange;
use crate::disk;
use crate::exec::OUTPUT_CAP_BYTES;
use crate::grade::of_updates;
use crate::guard::{expected_by_updates, packages_guard, prepared};
use crate::packages::Packages;
use crate::restart::with_restart;
use crate::snapshot::Candidate;
use crate::terms::Terms;
use millwright_domain::facts::{Facts, PackageState, PendingUpdate, UpdatePurpose, UpdateStanding};
use millwright_domain::run::{
    DetachedWork, Exclusion, LeftOut, OnFailure, PlanContent, PlannedJob, PlannedPackage, PlannedStep, Privilege,
    RunKind, Stage, StageEnd, StepKind, Wanted, Work,
};
use millwright_domain::{Code, Fault};
use millwright_packages::PackageManager;
use millwright_packages::apt::{Change, ExactPackage};

/// An upgrade of this much may take this long.
const TIMEOUT_SECONDS: u32 = 2 * 3600;

/// Updates for many hosts.
#[derive(Debug, Clone)]
pub struct PatchRequest {
    /// For whom, when, and by which policies.
    pub terms: Terms,
    /// Which updates.
    pub scope: PatchScope,
}

/// Which updates are wanted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum PatchScope {
    /// All of them.
    All,
    /// Those from a security archive.
    Security,
    /// Those of these packages.
    Packages(Vec<String>),
}

impl PatchScope {
    /// The scope of what somebody wanted.
    pub fn of(security: bool, packages: Vec<String>) -> Self {
        match (security, packages.is_empty()) {
            (true, _) => PatchScope::Security,
            (false, true) => PatchScope::All,
            (false, false) => PatchScope::Packages(packages),
        }
    }
}

/// Plans the updates.
pub fn patch(request: &PatchRequest, candidates: &[Candidate]) -> PlanContent {
    let title = match &request.scope {
        PatchScope::All => "Patch all packages".to_owned(),
        PatchScope::Security => "Patch security updates".to_owned(),
        PatchScope::Packages(names) => format!("Patch {}", names.join(", ")),
    };
    let wanted = Wanted::Patch {
        security: request.scope == PatchScope::Security,
        packages: match &request.scope {
            PatchScope::Packages(names) => names.clone(),
            PatchScope::All | PatchScope::Security => Vec::new(),
        },
        reboot: request.terms.reboot,
    };
    let jobs = candidates
        .iter()
        .map(|candidate| job(request, candidate).unwrap_or_else(|left_out| candidate.left_out(left_out)))
        .collect();
    arrange(RunKind::Patch, title, wanted, jobs, candidates, &request.terms)
}

fn job(request: &PatchRequest, candidate: &Candidate) -> Result<PlannedJob, LeftOut> {
    let known = candidate.known()?;
    let skipped = LeftOut::Skipped;
    let unknown = || skipped(Fault::new(Code::Unsupported, "the host did not say which updates are pending"));
    let facts = known.facts.as_ref().ok_or_else(unknown)?;
    let manager = PackageManager::of(facts).map_err(|error| skipped(error.into()))?;
    let pending = facts.pending.as_ref().ok_or_else(unknown)?;
    let wanted: Vec<&PendingUpdate> = pending.updates.iter().filter(|update| is_wanted(request, update)).collect();
    let (ready, kept): (Vec<&PendingUpdate>, Vec<&PendingUpdate>) =
        wanted.into_iter().partition(|update| update.standing == UpdateStanding::Ready);
    if let Some(missing) = missing(request, facts) {
        return Err(skipped(Fault::new(Code::NotFound, format!("{missing} is not installed here"))));
    }
    let (mut packages, mut new_dependencies) = (Vec::new(), Vec::new());
    let (mut changes, mut planned) = (Vec::new(), Vec::new());
    for update in with_new_dependencies(&ready, &pending.updates) {
        let exact = exact(update).map_err(skipped)?;
        changes.push(told(update));
        planned.push(PlannedPackage {
            name: exact.name.to_string(),
            from: update.from.clone(),
            to: Some(update.to.clone()),
        });
        if update.from.is_some() { packages.push(exact) } else { new_dependencies.push(exact) }
    }
    let kept_told: Vec<String> = kept.iter().map(|update| told(update)).collect();
    if packages.is_empty() {
        return Ok(nothing_to_do(request, candidate, facts, kept_told));
    }
    candidate.allow(Privilege::Root)?;
    let disk = disk::needed(facts, pending);
    if let (Some(need), PatchScope::All) = (&disk, &request.scope) {
        // What only some of the updates need, the host does not say.
        disk::has_room(need).map_err(LeftOut::Held)?;
    }
    let script =
        manager.script(&Change::Upgrade { packages, new_dependencies }).map_err(|error| skipped(error.into()))?;
    let restarted = with_restart(work(script), candidate, manager, &request.terms);
    let host_packages = Packages::of(known);
    let expected = expected_by_updates(&planned, &host_packages);
    let work = prepared(restarted.work, None, |privilege| packages_guard(manager, &expected, privilege));
    let mut job = candidate.job(Work::Detached(work));
    job.undo = Some(of_updates(&planned, &host_packages).into_undo());
    job.packages = planned;
    job.disk = disk;
    job.changes = changes.into_iter().chain(restarted.change).collect();
    let stays_behind = kept_told.into_iter().map(|update| format!("stays behind: {update}"));
    job.risks = stays_behind.chain(restarted.risk).collect();
    Ok(job)
}

/// A host without work is up to date, or it is not: what is held, or was left half done, is never called up to date.
fn nothing_to_do(request: &PatchRequest, candidate: &Candidate, facts: &Facts, kept_told: Vec<String>) -> PlannedJob {
    let held = |fault| candidate.left_out(LeftOut::Held(fault));
    let unfinished = unfinished(request, facts);
    if !unfinished.is_empty() {
        let message = format!("an earlier package change was left unfinished: {}", unfinished.join("; "));
        return held(Fault::new(Code::Held, message).with_hint("Run `dpkg --configure -a` on the host as root."));
    }
    if !kept_told.is_empty() {
        let message = format!("every pending update stays behind: {}", kept_told.join("; "));
        return held(
            Fault::new(Code::Held, message).with_hint("Lift the hold on the host, or free what stands in the way."),
        );
    }
    let note = match facts.package_index.as_ref().and_then(|index| index.updated_at) {
        Some(at) => format!("up to date by the package index of {}", at.strftime("%Y-%m-%d %H:%M UTC")),
        None => "up to date by a package index of unknown age".to_owned(),
    };
    candidate.job(Work::Satisfied { note })
}

/// Packages that are on the host and not whole, where they are any of this request's business.
fn unfinished(request: &PatchRequest, facts: &Facts) -> Vec<String> {
    let counts = |name: &String| match &request.scope {
        PatchScope::All | PatchScope::Security => true,
        PatchScope::Packages(names) => names.contains(name),
    };
    let installed = facts.packages.iter().flatten().filter(|package| counts(&package.name));
    installed
        .filter_map(|package| {
            let how = match package.state {
                PackageState::Installed => return None,
                PackageState::NotConfigured => "is not configured",
                PackageState::HalfInstalled => "is only half installed",
            };
            Some(format!("{} {} {how}", package.name, package.version))
        })
        .collect()
}

fn is_wanted(request: &PatchRequest, update: &PendingUpdate) -> bool {
    match &request.scope {
        PatchScope::All => update.from.is_some(),
        PatchScope::Security => update.from.is_some() && update.purpose == UpdatePurpose::Security,
        PatchScope::Packages(names) => names.contains(&update.name),
    }
}

fn missing<'r>(request: &'r PatchRequest, facts: &Facts) -> Option<&'r str> {
    let PatchScope::Packages(names) = &request.scope else { return None };
    let installed = facts.packages.as_ref()?;
    names.iter().map(String::as_str).find(|name| !installed.iter().any(|package| package.name == *name))
}

/// New packages come along only with a whole upgrade: which of them a few packages would need, apt says when it runs.
fn with_new_dependencies<'u>(ready: &[&'u PendingUpdate], all: &'u [PendingUpdate]) -> Vec<&'u PendingUpdate> {
    let everything_goes =
        all.iter().filter(|update| update.from.is_some() && update.standing == UpdateStanding::Ready).count();
    let mut updates = ready.to_vec();
    if ready.iter().filter(|update| update.from.is_some()).count() == everything_goes {
        updates.extend(all.iter().filter(|update| update.from.is_none() && update.standing == UpdateStanding::Ready));
    }
    updates
}

fn exact(update: &PendingUpdate) -> Result<ExactPackage, Fault> {
    let name = if update.architecture == "all" || update.architecture.is_empty() {
        update.name.parse()?
    } else {
        format!("{}:{}", update.name, update.architecture).parse()?
    };
    Ok(ExactPackage { name, version: update.to.parse()? })
}

fn told(update: &PendingUpdate) -> String {
    let from = update.from.as_deref().unwrap_or("new");
    let why = match update.purpose {
        UpdatePurpose::Security => " (security)",
        UpdatePurpose::Other => "",
    };
    let kept = match update.standing {
        UpdateStanding::Ready => "",
        UpdateStanding::Held => " (held on the host)",
        UpdateStanding::BlockedByRemoval => " (would remove other packages)",
        UpdateStanding::KeptBack => " (kept back by the package manager)",
    };
    format!("{} {from} → {}{why}{kept}", update.name, update.to)
}

fn work(script: String) -> DetachedWork {
    let step = PlannedStep {
        number: 1,
        name: "Upgrade packages".into(),
        kind: StepKind::Packages,
        script,
        privilege: Privilege::Root,
        timeout_seconds: TIMEOUT_SECONDS,
        only_if: None,
        on_failure: OnFailure::Stop,
        attachments: Vec::new(),
        secrets: Vec::new(),
    };
    DetachedWork {
        privilege: Privilege::Root,
        exclusion: Exclusion::ChangeLock,
        timeout_seconds: TIMEOUT_SECONDS + 60,
        output_cap_bytes: OUTPUT_CAP_BYTES,
        stages: vec![Stage { steps: vec![step], end: StageEnd::Done }],
    }
}

#[cfg(test)]
mod tests;
