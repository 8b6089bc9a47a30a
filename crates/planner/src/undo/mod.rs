//! Plans that take a run back: each host gets what brings it to where it was before that run.
//!
//! Owns: which packages go back to which versions, what of a recipe or runbook is undone, and what is said of all that
//! stays. Does not own: what the run made of the host (it was recorded when it ended), or how well its plan said it
//! could be taken back (`grade`).

mod assembly;
mod moves;
mod source;

use crate::arrange::arrange;
use crate::guard::{expected, packages_guard, prepared};
use crate::packages::Packages;
use crate::saved::{put_back, saved};
use crate::snapshot::{Candidate, Known};
use crate::steps::LocalFile;
use crate::terms::Terms;
use assembly::Assembly;
use millwright_domain::ids::{HostId, RunId};
use millwright_domain::recipe::{Recipe, Runbook, Values};
use millwright_domain::run::{
    Follows, FollowsHow, LeftOut, PlanContent, PlannedJob, RunKind, SavedConfiguration, Undo, Wanted, Work,
};
use millwright_domain::{Code, Fault};
use millwright_packages::PackageManager;
use millwright_packages::apt::PackageName;
use moves::{Moves, moves, worked_on};
use source::{Undoing, undoing};
use std::collections::{BTreeMap, HashMap};

/// A run to take back.
#[derive(Debug)]
pub struct UndoRequest<'r> {
    /// For whom, when, and by which policies. Which run it follows is filled in.
    pub terms: Terms,
    /// The run.
    pub run: RunId,
    /// What kind of work it did.
    pub kind: RunKind,
    /// Its plan's title.
    pub title: &'r str,
    /// What it did, for each host that it may have changed: not where the job never began, or was held by its first look.
    pub done: &'r [UndoneJob<'r>],
    /// The files that undo steps upload, by the path that their recipe or runbook gives.
    pub files: &'r BTreeMap<String, LocalFile>,
}

/// A job that is to be taken back.
#[derive(Debug, Clone)]
pub struct UndoneJob<'r> {
    /// Which host.
    pub host_id: HostId,
    /// What was planned for it.
    pub planned: &'r PlannedJob,
    /// What became of packages, as the host said afterwards; none when it was not asked.
    pub changes: Option<Vec<PackageMove>>,
    /// Whose steps it had, if those are still known.
    pub source: Option<UndoneSource<'r>>,
}

/// A package before and after a job.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PackageMove {
    /// `libssl3`, with the architecture where the host may have several.
    pub name: String,
    /// The version before; none when it was not installed.
    pub before: Option<String>,
    /// The version after; none when it was not installed any more.
    pub after: Option<String>,
}

/// Whose steps a job had.
#[derive(Debug, Clone, Copy)]
pub enum UndoneSource<'r> {
    /// A product's.
    Recipe {
        /// The recipe.
        recipe: &'r Recipe,
        /// The values that the run had.
        values: &'r Values,
    },
    /// A support procedure's.
    Runbook {
        /// The runbook.
        runbook: &'r Runbook,
        /// The values that the run had.
        values: &'r Values,
    },
}

/// The packages that a host should be asked about before the job is taken back: which versions of them can be had.
pub fn undone_packages(done: &UndoneJob<'_>) -> Vec<PackageName> {
    worked_on(done).iter().filter_map(|package| package.name.parse().ok()).collect()
}

/// Plans to take a run back.
pub fn undo(request: &UndoRequest<'_>, candidates: &[Candidate]) -> PlanContent {
    let done: HashMap<HostId, &UndoneJob<'_>> = request.done.iter().map(|job| (job.host_id, job)).collect();
    let jobs = candidates
        .iter()
        .map(|candidate| {
            let planned = match done.get(&candidate.host.id) {
                Some(done) => job(request, done, candidate),
                None => Ok(candidate.job(Work::Satisfied { note: "that run changed nothing here".to_owned() })),
            };
            planned.unwrap_or_else(|left_out| candidate.left_out(left_out))
        })
        .collect();
    let follows = Some(Follows { run: request.run, how: FollowsHow::Undoes });
    let terms = Terms { follows, ..request.terms.clone() };
    let title = format!("Undo: {}", request.title);
    arrange(RunKind::Undo, title, Wanted::Undo { run: request.run }, jobs, candidates, &terms)
}

fn job(request: &UndoRequest<'_>, done: &UndoneJob<'_>, candidate: &Candidate) -> Result<PlannedJob, LeftOut> {
    let nothing = |note: &str| Ok(candidate.job(Work::Satisfied { note: note.to_owned() }));
    let Some(undo) = may_have_changed(done.planned) else { return nothing("that run changed nothing here") };
    let known = candidate.known()?;
    let skipped = LeftOut::Skipped;
    let packages = Packages::of(known);
    let undoing = undoing(request, done, candidate)?;
    let moves = moves(request.kind, done, &packages, &undoing)?;
    if moves.is_empty() && undoing.is_empty() && done.planned.saved.is_none() {
        return match moves.known {
            0 => Err(skipped(not_possible(undo))),
            _ => match moves.cannot_be_had() {
                Some(fault) => Err(LeftOut::Held(fault)),
                None => nothing(&moves.as_before()),
            },
        };
    }
    let mut assembly = Assembly::default();
    assembly.add_rendered(&undoing.first, known, request.files).map_err(skipped)?;
    let manager = manager(known, &moves).map_err(skipped)?;
    for (name, change) in moves.changes(undoing.removal()) {
        assembly.add_change(manager, name, &change).map_err(skipped)?;
    }
    if let Some(saved) = &done.planned.saved {
        assembly.add(put_back(saved));
    }
    for steps in [&undoing.last, &undoing.looks] {
        assembly.add_rendered(steps, known, request.files).map_err(skipped)?;
    }
    let risks = assembly.risks();
    let paths = done.planned.saved.iter().flat_map(|saved| saved.paths.iter().cloned()).collect();
    let kept = saved(request.terms.now, "undo", paths);
    let work = prepared(assembly.finish(), kept.as_ref(), |privilege| {
        packages_guard(manager, &expected(&moves.planned(), &packages), privilege)
    });
    candidate.allow(work.privilege)?;
    let last = work.stages.iter().flat_map(|stage| &stage.steps).map(|step| step.number).max();
    let mut job = candidate.job(Work::Detached(work));
    job.changes = changes(&moves, &undoing, done.planned.saved.as_ref());
    job.undo = Some(moves.grading().with(undoing.grading.clone()).into_undo());
    let overwritten = kept.as_ref().map(|kept| {
        format!("changes of the configuration since that run are undone as well, and kept in {}", kept.directory)
    });
    job.risks = moves.risks().into_iter().chain(overwritten).chain(undoing.risks.clone()).chain(risks).collect();
    job.packages = moves.planned();
    job.saved = kept;
    job.installation = undoing.installation(done.planned, known, last);
    Ok(job)
}

/// How well the job could be taken back by its own plan; none where it changed nothing.
fn may_have_changed(planned: &PlannedJob) -> Option<&Undo> {
    match planned.work {
        Work::Detached(_) => planned.undo.as_ref(),
        Work::Satisfied { .. } | Work::Attached { .. } | Work::LeftOut(_) => None,
    }
}

fn not_possible(undo: &Undo) -> Fault {
    let why = undo.why.as_deref().unwrap_or("nothing is known of what it changed");
    Fault::new(Code::Unsupported, format!("what that run did cannot be taken back: {why}"))
        .with_hint("Restore the host from a backup, or put it right by hand.")
}

/// Only packages need one, and a host without any gets none.
fn manager(known: &Known, moves: &Moves) -> Result<PackageManager, Fault> {
    match &known.facts {
        Some(facts) if !moves.is_empty() => Ok(PackageManager::of(facts)?),
        Some(_) | None => Ok(PackageManager::Apt),
    }
}

fn changes(moves: &Moves, undoing: &Undoing, saved: Option<&SavedConfiguration>) -> Vec<String> {
    let put_back = saved.map(|saved| format!("as it was before: {}", saved.paths.join(", ")));
    let steps = undoing.first.iter().chain(&undoing.last).map(|step| match step.only_if {
        Some(_) => format!("{} (if its condition holds)", step.name),
        None => step.name.clone(),
    });
    moves.told().into_iter().chain(put_back).chain(steps).collect()
}

#[cfg(test)]
mod tests;
