//! Which packages go back to what, and which cannot.

use super::source::{Removal, Undoing};
use super::{PackageMove, UndoneJob};
use crate::grade::{Grading, is_kernel, listed};
use crate::packages::{Packages, Standing};
use millwright_domain::facts::Hold;
use millwright_domain::run::{LeftOut, PlannedPackage, RunKind};
use millwright_domain::{Code, Fault};
use millwright_packages::apt::{Change, ExactPackage, NameError, PackageName, PackageVersion, WantedPackage};

/// What becomes of packages.
#[derive(Debug, Default)]
pub(super) struct Moves {
    /// They are there, and get another version.
    back: Vec<Back>,
    /// They are not there any more.
    install: Vec<ExactPackage>,
    /// They were not there.
    remove: Vec<There>,
    /// They cannot go back to these versions.
    gone: Vec<String>,
    /// Nobody knows whether they can go back to these versions.
    uncertain: Vec<String>,
    /// They were not there, and stay.
    stay: Vec<String>,
    /// How many packages the run is known to have worked on.
    pub(super) known: usize,
    /// Whether the host said what became of them.
    recorded: bool,
}

/// A package as it is now.
#[derive(Debug)]
struct There {
    name: PackageName,
    now: PackageVersion,
}

/// A package, and where it goes back to.
#[derive(Debug)]
struct Back {
    there: There,
    before: PackageVersion,
}

/// What becomes of a package that was not there before.
enum Newcomer {
    /// The run installed it by its name, or the recipe's removal names it.
    Goes,
    /// It came along with others.
    Stays,
}

/// What the run left, as far as it is known.
enum Left<'v> {
    Version(Option<&'v str>),
    NotRecorded,
}

/// What taking the job back makes of packages; an error where somebody else has changed them since.
pub(super) fn moves(
    kind: RunKind,
    done: &UndoneJob<'_>,
    packages: &Packages<'_>,
    undoing: &Undoing,
) -> Result<Moves, LeftOut> {
    let recorded = done.changes.is_some();
    let mut moves = Moves { recorded, known: done.planned.packages.len(), ..Moves::default() };
    let named = |name: &PackageName| kind != RunKind::Patch && is_named(done, name) || undoing.removes(name.name());
    let (mut changed_since, mut held) = (Vec::new(), Vec::new());
    for PackageMove { name, before, after } in worked_on(done) {
        let left = match (&after, recorded) {
            (_, true) => Left::Version(after.as_deref()),
            (Some(to), false) => Left::Version(Some(to)),
            (None, false) => Left::NotRecorded,
        };
        moves.known += 1;
        let parsed: PackageName = name.parse().map_err(|error: NameError| refuse(error.into()))?;
        let (now, hold) = match packages.standing(&parsed) {
            Standing::Installed(package) => (Some(package.version.as_str()), package.hold),
            Standing::Absent => (None, Hold::Free),
            Standing::Unknown => {
                let message = format!("the host did not say whether {name} is installed");
                return Err(refuse(Fault::new(Code::Unsupported, message)));
            }
        };
        if now == before.as_deref() {
            continue;
        }
        if let Left::Version(left) = left
            && now != left
        {
            changed_since.push(format!("{name} {}, the run left {}", is(now), left.unwrap_or("it removed")));
            continue;
        }
        if hold == Hold::Held {
            held.push(name);
            continue;
        }
        let fate = if named(&parsed) { Newcomer::Goes } else { Newcomer::Stays };
        moves.add(packages, parsed, now, before.as_deref(), fate)?;
    }
    if !changed_since.is_empty() {
        let message = format!("it has changed since that run: {}", listed(&changed_since));
        let hint = "Take back what was done since then first, or put it right by hand.";
        return Err(LeftOut::Held(Fault::new(Code::Conflict, message).with_hint(hint)));
    }
    if !held.is_empty() {
        let message = format!("held on the host: {}", listed(&held));
        return Err(LeftOut::Held(Fault::new(Code::Held, message).with_hint("Lift the hold on the host.")));
    }
    Ok(moves)
}

impl Moves {
    fn add(
        &mut self,
        packages: &Packages<'_>,
        name: PackageName,
        now: Option<&str>,
        before: Option<&str>,
        newcomer: Newcomer,
    ) -> Result<(), LeftOut> {
        let parse = |text: &str| text.parse::<PackageVersion>().map_err(|error: NameError| refuse(error.into()));
        let Some(before) = before else {
            let Some(now) = now else { return Ok(()) };
            match newcomer {
                Newcomer::Goes => self.remove.push(There { name, now: parse(now)? }),
                Newcomer::Stays => self.stay.push(name.to_string()),
            }
            return Ok(());
        };
        match packages.can_be_had(&name, before) {
            Some(true) => {}
            Some(false) => {
                self.gone.push(format!("{name} {before}"));
                return Ok(());
            }
            None => self.uncertain.push(format!("{name} {before}")),
        }
        let before = parse(before)?;
        match now {
            Some(now) => self.back.push(Back { there: There { name, now: parse(now)? }, before }),
            None => self.install.push(ExactPackage { name, version: before }),
        }
        Ok(())
    }

    /// Whether no package changes.
    pub(super) fn is_empty(&self) -> bool {
        self.back.is_empty() && self.install.is_empty() && self.remove.is_empty()
    }

    /// The changes, in their order, each with a name for people.
    pub(super) fn changes(&self, removal: Removal) -> Vec<(&'static str, Change)> {
        let mut changes = Vec::new();
        if !self.remove.is_empty() && removal == Removal::ByName {
            let packages = self.remove.iter().map(|there| there.name.clone()).collect();
            changes.push(("Remove what was not there", Change::Remove { packages }));
        }
        if !self.install.is_empty() {
            let wanted = |package: &ExactPackage| WantedPackage {
                name: package.name.clone(),
                version: Some(package.version.clone()),
            };
            let packages = self.install.iter().map(wanted).collect();
            changes.push(("Install what was there", Change::Install { packages }));
        }
        if !self.back.is_empty() {
            let exact = |back: &Back| ExactPackage { name: back.there.name.clone(), version: back.before.clone() };
            let packages = self.back.iter().map(exact).collect();
            changes.push(("Go back to the versions before", Change::Downgrade { packages }));
        }
        changes
    }

    /// The packages as plans have them.
    pub(super) fn planned(&self) -> Vec<PlannedPackage> {
        let planned = |name: &PackageName, from: Option<&PackageVersion>, to: Option<&PackageVersion>| PlannedPackage {
            name: name.to_string(),
            from: from.map(ToString::to_string),
            to: to.map(ToString::to_string),
        };
        let back = self.back.iter().map(|back| planned(&back.there.name, Some(&back.there.now), Some(&back.before)));
        let remove = self.remove.iter().map(|there| planned(&there.name, Some(&there.now), None));
        let install = self.install.iter().map(|package| planned(&package.name, None, Some(&package.version)));
        back.chain(remove).chain(install).collect()
    }

    /// The packages for people.
    pub(super) fn told(&self) -> Vec<String> {
        self.planned()
            .iter()
            .map(|package| {
                let (from, to) = (package.from.as_deref().unwrap_or("not installed"), package.to.as_deref());
                format!("{} {from} → {}", package.name, to.unwrap_or("removed"))
            })
            .collect()
    }

    /// What one should know before one says yes.
    pub(super) fn risks(&self) -> Vec<String> {
        let mut risks: Vec<String> =
            self.gone.iter().map(|version| format!("stays as it is: {version} cannot be had any more")).collect();
        let kernel = |version: &PlannedPackage| version.to.is_some() && is_kernel(&version.name);
        if self.planned().iter().any(kernel) {
            risks.push("a kernel goes back: the host runs it only after a restart".to_owned());
        }
        if !self.remove.is_empty() {
            risks.push("what needs a removed package goes with it".to_owned());
        }
        risks
    }

    /// How well packages are as they were afterwards.
    pub(super) fn grading(&self) -> Grading {
        let mut grading = Grading::exact();
        for (what, versions) in [
            ("the host's sources do not offer any more", &self.gone),
            ("whether it can still be had is not known", &self.uncertain),
            ("new packages stay", &self.stay),
        ] {
            if !versions.is_empty() {
                grading = grading.but(format!("{what}: {}", listed(versions)));
            }
        }
        if self.known > 0 && !self.recorded {
            grading = grading.but("what became of other packages was not recorded");
        }
        grading
    }

    /// Why the host stays as it is, if that is because versions cannot be had.
    pub(super) fn cannot_be_had(&self) -> Option<Fault> {
        if self.gone.is_empty() {
            return None;
        }
        let message = format!("{} cannot be had any more from the host's sources", listed(&self.gone));
        let hint = "Add a source that has it, such as a snapshot of the archive, and plan again.";
        Some(Fault::new(Code::Unsupported, message).with_hint(hint))
    }

    /// That nothing has to be done.
    pub(super) fn as_before(&self) -> String {
        match self.stay.as_slice() {
            [] => "it is as it was before that run".to_owned(),
            stay => format!("it is as it was before that run, and new packages stay: {}", listed(stay)),
        }
    }
}

/// What the host said became of packages, else what the plan meant them to become.
pub(super) fn worked_on(done: &UndoneJob<'_>) -> Vec<PackageMove> {
    if let Some(changes) = &done.changes {
        return changes.clone();
    }
    let planned = |package: &PlannedPackage| PackageMove {
        name: package.name.clone(),
        before: package.from.clone(),
        after: package.to.clone(),
    };
    done.planned.packages.iter().map(planned).collect()
}

/// Whether the job installed that package by its name.
fn is_named(done: &UndoneJob<'_>, name: &PackageName) -> bool {
    let same = |planned: &PlannedPackage| {
        planned.name.parse::<PackageName>().is_ok_and(|planned| {
            let architectures = (planned.architecture(), name.architecture());
            let apart = matches!(architectures, (Some(left), Some(right)) if left != right);
            planned.name() == name.name() && !apart
        })
    };
    done.planned.packages.iter().any(|planned| planned.from.is_none() && same(planned))
}

fn is(now: Option<&str>) -> String {
    now.map_or_else(|| "is not installed".to_owned(), |now| format!("is {now}"))
}

fn refuse(fault: Fault) -> LeftOut {
    LeftOut::Skipped(fault)
}
