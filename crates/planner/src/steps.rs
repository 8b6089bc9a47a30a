//! From rendered steps to a job's stages: numbers, package commands, attachments, restarts.

use crate::exec::OUTPUT_CAP_BYTES;
use crate::render::{RenderedAction, RenderedStep};
use crate::snapshot::Known;
use millwright_domain::Fault;
use millwright_domain::recipe::PackageAction;
use millwright_domain::run::{
    Attachment, AttachmentSource, DetachedWork, Exclusion, OnFailure, PlannedStep, Privilege, RestartWhen, Stage,
    StageEnd, StepKind,
};
use millwright_packages::PackageManager;
use millwright_packages::apt::{Change, PackageName, PackageVersion, WantedPackage};
use std::collections::BTreeMap;

/// How long a host may take to come back.
const REBOOT_TIMEOUT_SECONDS: u32 = 900;

/// A file that a recipe uploads, as it was when the plan was made.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LocalFile {
    /// Its absolute path.
    pub path: String,
    /// Its length in bytes.
    pub length: u64,
    /// SHA-256 of its content, in hexadecimal.
    pub sha256: String,
}

/// Steps that became work.
pub(crate) struct Built {
    pub(crate) work: DetachedWork,
    pub(crate) risks: Vec<String>,
}

/// Builds the work. `files` holds what the recipe uploads, by the path that it gives.
pub(crate) fn build(
    rendered: Vec<RenderedStep>,
    exclusion: Exclusion,
    known: &Known,
    files: &BTreeMap<String, LocalFile>,
) -> Result<Built, Fault> {
    let (mut stages, mut steps, mut risks, mut number) = (Vec::new(), Vec::new(), Vec::new(), 0);
    for step in rendered {
        for risk in &step.risks {
            let told = format!("{}: {risk}", step.name);
            if !risks.contains(&told) {
                risks.push(told);
            }
        }
        let (kind, script) = match &step.action {
            RenderedAction::Reboot => {
                stages.push(Stage {
                    steps: std::mem::take(&mut steps),
                    end: StageEnd::Reboot { when: RestartWhen::Always, timeout_seconds: REBOOT_TIMEOUT_SECONDS },
                });
                continue;
            }
            RenderedAction::Shell { script } | RenderedAction::Upload { script, .. } => {
                (StepKind::Commands, script.clone())
            }
            RenderedAction::Package { action, names, version } => {
                (StepKind::Packages, package_script(*action, names, version.as_deref(), known)?)
            }
        };
        number += 1;
        steps.push(PlannedStep {
            number,
            name: step.name,
            kind,
            script,
            privilege: step.privilege,
            timeout_seconds: step.timeout_seconds,
            only_if: step.only_if,
            on_failure: step.on_failure,
            attachments: attachments(&step.action, files)?,
            secrets: step.secrets.into_iter().collect(),
        });
    }
    if !steps.is_empty() || stages.is_empty() {
        stages.push(Stage { steps, end: StageEnd::Done });
    }
    let all = || stages.iter().flat_map(|stage| &stage.steps);
    let reboots = stages.iter().any(|stage| stage.end != StageEnd::Done);
    let privilege =
        if reboots || all().any(|step| step.privilege == Privilege::Root) { Privilege::Root } else { Privilege::Login };
    let work = DetachedWork {
        privilege,
        exclusion,
        timeout_seconds: all().map(|step| step.timeout_seconds).fold(60, u32::saturating_add),
        output_cap_bytes: OUTPUT_CAP_BYTES,
        stages,
    };
    Ok(Built { work, risks })
}

/// The work with one more step before all others.
pub(crate) fn begin_with(mut work: DetachedWork, step: PlannedStep) -> DetachedWork {
    if step.privilege == Privilege::Root {
        work.privilege = Privilege::Root;
    }
    work.timeout_seconds = work.timeout_seconds.saturating_add(step.timeout_seconds);
    match work.stages.first_mut() {
        Some(first) => first.steps.insert(0, step),
        None => work.stages.push(Stage { steps: vec![step], end: StageEnd::Done }),
    }
    number(&mut work.stages);
    work
}

/// Numbers the steps through all stages.
pub(crate) fn number(stages: &mut [Stage]) {
    for (number, step) in (1..).zip(stages.iter_mut().flat_map(|stage| &mut stage.steps)) {
        step.number = number;
    }
}

/// A step as root, with its place still open.
pub(crate) fn root_step(name: &str, kind: StepKind, timeout_seconds: u32, script: String) -> PlannedStep {
    PlannedStep {
        number: 0,
        name: name.to_owned(),
        kind,
        script,
        privilege: Privilege::Root,
        timeout_seconds,
        only_if: None,
        on_failure: OnFailure::Stop,
        attachments: Vec::new(),
        secrets: Vec::new(),
    }
}

fn package_script(
    action: PackageAction,
    names: &[String],
    version: Option<&str>,
    known: &Known,
) -> Result<String, Fault> {
    let manager = match &known.facts {
        Some(facts) => PackageManager::of(facts)?,
        None => PackageManager::Apt,
    };
    let names = names.iter().map(|name| Ok(name.parse()?)).collect::<Result<Vec<PackageName>, Fault>>()?;
    let version = version.map(|version| Ok::<PackageVersion, Fault>(version.parse()?)).transpose()?;
    let change = match action {
        PackageAction::Install | PackageAction::Upgrade => Change::Install {
            packages: names.into_iter().map(|name| WantedPackage { name, version: version.clone() }).collect(),
        },
        PackageAction::Remove => Change::Remove { packages: names },
        PackageAction::Purge => Change::Purge { packages: names },
        PackageAction::Hold => Change::Hold { packages: names },
        PackageAction::Unhold => Change::Unhold { packages: names },
    };
    Ok(manager.script(&change)?)
}

fn attachments(action: &RenderedAction, files: &BTreeMap<String, LocalFile>) -> Result<Vec<Attachment>, Fault> {
    let RenderedAction::Upload { file: Some(file), .. } = action else { return Ok(Vec::new()) };
    let local = files.get(&file.path).ok_or_else(|| {
        Fault::new(
            millwright_domain::Code::LocalFile,
            format!("the file “{}” that the recipe uploads is not there", file.path),
        )
        .with_hint("Files lie beside the recipe; name it with --recipe FILE.")
    })?;
    Ok(vec![Attachment {
        name: file.name.clone(),
        length: local.length,
        sha256: local.sha256.clone(),
        source: AttachmentSource::LocalFile { path: local.path.clone() },
    }])
}
