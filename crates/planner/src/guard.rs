//! The first step of a job: whether the host still is what the plan was made from.
//!
//! Owns: what of a host a job depends on. Does not own: how a package manager is asked (its own crate knows), or what
//! becomes of a job whose host has moved on (the runner holds it).

use crate::packages::{Packages, Standing};
use crate::render::{RenderedProbe, quoted};
use crate::saved::save;
use crate::snapshot::Known;
use crate::steps::begin_with;
use millwright_domain::facts::{Hold, PackageState};
use millwright_domain::run::{
    DetachedWork, OnFailure, PlannedPackage, PlannedStep, Privilege, SavedConfiguration, StepKind,
};
use millwright_packages::PackageManager;
use millwright_packages::apt::{ExpectedPackage, ExpectedStanding};

/// A look at the host may take this long.
const LOOK_TIMEOUT_SECONDS: u32 = 120;

const PROBE: &str = include_str!("guard/probe.sh");

/// The look at packages, unless there is nothing to look at.
pub(crate) fn packages_guard(
    manager: PackageManager,
    expected: &[ExpectedPackage],
    privilege: Privilege,
) -> Option<PlannedStep> {
    (!expected.is_empty()).then(|| guard(manager.unchanged_script(expected), privilege, LOOK_TIMEOUT_SECONDS))
}

/// How packages are expected to stand: as the host said. Left out is what it did not say, and what the guard would call
/// changed although it is not: a package that is held or is not whole already.
pub(crate) fn expected(named: &[PlannedPackage], packages: &Packages<'_>) -> Vec<ExpectedPackage> {
    named
        .iter()
        .filter_map(|package| {
            let name = package.name.parse().ok()?;
            let standing = match packages.standing(&name) {
                Standing::Installed(there) if there.hold == Hold::Free && there.state == PackageState::Installed => {
                    ExpectedStanding::Installed { version: there.version.parse().ok()? }
                }
                Standing::Absent => ExpectedStanding::Absent,
                Standing::Installed(_) | Standing::Unknown => return None,
            };
            Some(ExpectedPackage { name, standing })
        })
        .collect()
}

/// How packages are expected to stand before updates: as the host said when it told what is pending. Left out is one that
/// is not whole already, which an update may well repair: the guard would call it changed.
pub(crate) fn expected_by_updates(updates: &[PlannedPackage], packages: &Packages<'_>) -> Vec<ExpectedPackage> {
    updates
        .iter()
        .filter_map(|update| {
            let name = update.name.parse().ok()?;
            let standing = match (&update.from, packages.standing(&name)) {
                (Some(_), Standing::Installed(there)) if there.state != PackageState::Installed => return None,
                (Some(from), _) => ExpectedStanding::Installed { version: from.parse().ok()? },
                (None, _) => ExpectedStanding::Absent,
            };
            Some(ExpectedPackage { name, standing })
        })
        .collect()
}

/// The look at a product that no package step names: its version probe must still show the same line. A product that
/// was not there leaves no line to look for.
pub(crate) fn probe_guard(probe: &RenderedProbe, known: &Known) -> Option<PlannedStep> {
    let line = known.probe_line.as_deref().filter(|line| !line.is_empty() && !line.contains(char::is_control))?;
    let RenderedProbe { script, privilege, timeout_seconds, .. } = probe;
    let script = format!("line={}\nprobe() {{\n{}\n}}\n{PROBE}", quoted(line), script.trim_end());
    Some(guard(script, *privilege, (*timeout_seconds).max(LOOK_TIMEOUT_SECONDS)))
}

/// The look at the packages that steps name, where the host's package manager is one of ours.
pub(crate) fn packages_look(
    named: &[PlannedPackage],
    packages: &Packages<'_>,
    known: &Known,
    privilege: Privilege,
) -> Option<PlannedStep> {
    let manager = known.facts.as_ref().and_then(|facts| PackageManager::of(facts).ok())?;
    packages_guard(manager, &expected(named, packages), privilege)
}

/// The work with what comes before it: the look, made as whom the whole of it runs, and then what keeps the
/// configuration.
pub(crate) fn prepared(
    work: DetachedWork,
    saved: Option<&SavedConfiguration>,
    guard: impl FnOnce(Privilege) -> Option<PlannedStep>,
) -> DetachedWork {
    let work = saved.map(save).into_iter().fold(work, begin_with);
    let guard = guard(work.privilege);
    guard.into_iter().fold(work, begin_with)
}

fn guard(script: String, privilege: Privilege, timeout_seconds: u32) -> PlannedStep {
    PlannedStep {
        number: 1,
        name: "Check that the plan still holds".into(),
        kind: StepKind::Guard,
        script,
        privilege,
        timeout_seconds,
        only_if: None,
        on_failure: OnFailure::Stop,
        attachments: Vec::new(),
        secrets: Vec::new(),
    }
}

#[cfg(test)]
mod tests;
