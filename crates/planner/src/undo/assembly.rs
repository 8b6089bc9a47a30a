//! Steps of several makers, one after another, as one job's work.

use crate::exec::OUTPUT_CAP_BYTES;
use crate::render::RenderedStep;
use crate::snapshot::Known;
use crate::steps::{LocalFile, build, number, root_step};
use millwright_domain::Fault;
use millwright_domain::run::{DetachedWork, Exclusion, PlannedStep, Privilege, Stage, StageEnd, StepKind};
use millwright_packages::PackageManager;
use millwright_packages::apt::Change;
use std::collections::BTreeMap;

/// Packages may take this long.
const PACKAGES_TIMEOUT_SECONDS: u32 = 2 * 3600;

/// Work that is being put together.
#[derive(Default)]
pub(super) struct Assembly {
    stages: Vec<Stage>,
    risks: Vec<String>,
}

impl Assembly {
    /// Adds a step.
    pub(super) fn add(&mut self, step: PlannedStep) {
        self.add_stage(Stage { steps: vec![step], end: StageEnd::Done });
    }

    /// Adds a change of packages.
    pub(super) fn add_change(&mut self, manager: PackageManager, name: &str, change: &Change) -> Result<(), Fault> {
        let script = manager.script(change)?;
        self.add(root_step(name, StepKind::Packages, PACKAGES_TIMEOUT_SECONDS, script));
        Ok(())
    }

    /// Adds steps of a recipe or runbook.
    pub(super) fn add_rendered(
        &mut self,
        steps: &[RenderedStep],
        known: &Known,
        files: &BTreeMap<String, LocalFile>,
    ) -> Result<(), Fault> {
        if steps.is_empty() {
            return Ok(());
        }
        let built = build(steps.to_vec(), Exclusion::ChangeLock, known, files)?;
        self.risks.extend(built.risks);
        for stage in built.work.stages {
            self.add_stage(stage);
        }
        Ok(())
    }

    /// What one should know of the steps.
    pub(super) fn risks(&self) -> Vec<String> {
        self.risks.clone()
    }

    /// The work.
    pub(super) fn finish(mut self) -> DetachedWork {
        number(&mut self.stages);
        let all = || self.stages.iter().flat_map(|stage| &stage.steps);
        let restarts = self.stages.iter().any(|stage| stage.end != StageEnd::Done);
        let root = restarts || all().any(|step| step.privilege == Privilege::Root);
        DetachedWork {
            privilege: if root { Privilege::Root } else { Privilege::Login },
            exclusion: Exclusion::ChangeLock,
            timeout_seconds: all().map(|step| step.timeout_seconds).fold(60, u32::saturating_add),
            output_cap_bytes: OUTPUT_CAP_BYTES,
            stages: self.stages,
        }
    }

    /// Steps that no restart parts are one stage.
    fn add_stage(&mut self, stage: Stage) {
        match self.stages.last_mut() {
            Some(last) if last.end == StageEnd::Done => {
                last.steps.extend(stage.steps);
                last.end = stage.end;
            }
            Some(_) | None => self.stages.push(stage),
        }
    }
}
