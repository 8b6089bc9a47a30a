//! Installing as the memory sees it: that it begins, how it ended, and what the next start is to know.

use super::{Started, Updates};
use crate::{
    memory::{Installing, Memory, Outcome, Starts},
    package::Package,
};
use millwright_domain::Fault;
use semver::Version;
use std::path::PathBuf;

impl Updates {
    /// Notes that a package is about to be installed: from here on the next start tells what became of it.
    pub fn begin_install(&self, package: &Package, backup: Option<PathBuf>) -> Result<(), Fault> {
        let installing = Installing {
            from: self.inner.installed.version.clone(),
            to: package.version().clone(),
            notes: package.notes().to_owned(),
            at: (self.inner.clock)(),
            backup,
        };
        self.change_now(|memory| {
            // Who goes back after an update that never came up ends that one with it.
            let is_here = memory.installing.as_ref().is_some_and(|earlier| earlier.to == installing.from);
            let found = installing.from.clone();
            let outcome = if is_here { Outcome::DidNotComeUp } else { Outcome::Unfinished { found } };
            memory.conclude(outcome, installing.at);
            memory.starts = None;
            memory.installing = Some(installing);
            Ok(())
        })
    }

    /// Notes that the installer said no: what was installed stays.
    pub fn install_failed(&self, fault: &Fault) -> Result<(), Fault> {
        let at = (self.inner.clock)();
        self.change_now(|memory| {
            memory.conclude(Outcome::Failed { fault: fault.clone() }, at);
            Ok(())
        })
    }

    /// Says how this start came about, and counts it. To be called before anything else is.
    pub fn start(&self) -> Result<Started, Fault> {
        let at = (self.inner.clock)();
        let version = self.inner.installed.version.clone();
        self.change_now(|memory| {
            let earlier = memory.starts.take();
            let before = earlier.as_ref().filter(|starts| starts.version == version).map_or(0, |starts| starts.count);
            memory.starts = Some(Starts { version: version.clone(), count: before.saturating_add(1) });
            let Some(Installing { from, to, notes, backup, .. }) = memory.installing.clone() else {
                return Ok(Started::Usual);
            };
            if to != version {
                let was_started = earlier.is_some_and(|starts| starts.version == to);
                let outcome = if was_started { Outcome::DidNotComeUp } else { Outcome::Unfinished { found: version } };
                memory.conclude(outcome, at);
                return Ok(Started::Usual);
            }
            if before < 2 {
                return Ok(Started::Updated { from, to, notes });
            }
            let previous_package = self.kept_package(memory, &from).map(Box::new);
            Ok(Started::FailedTwice { version: to, from, backup, previous_package })
        })
    }

    /// Notes that this start came up: an update is over with that.
    pub fn came_up(&self) -> Result<(), Fault> {
        let at = (self.inner.clock)();
        let version = self.inner.installed.version.clone();
        let shelf = self.shelf();
        self.change_now(|memory| {
            memory.starts = None;
            let Some(Installing { from, .. }) = memory.installing.clone().filter(|update| update.to == version) else {
                return Ok(());
            };
            memory.conclude(Outcome::Installed, at);
            memory.packages.retain(|kept| kept.version == version || kept.version == from);
            shelf.sweep(&memory.packages)
        })?;
        let standing = self.remembered_standing().ok();
        self.show(|now| now.standing = standing);
        Ok(())
    }

    fn kept_package(&self, memory: &Memory, version: &Version) -> Option<Package> {
        let target = self.inner.installed.target.as_ref()?;
        let kept = memory.package(version, target, None)?.clone();
        let package = Package::new(kept, self.shelf().folder(), self.inner.release.as_ref()?).ok()?;
        package.path().is_file().then_some(package)
    }
}
