//! Putting an update of Millwright in: when, in which order, and that nothing is under way meanwhile.
//!
//! Owns: the order of fetching, waiting, backing up, installing and restarting, and what a client is shown of it. Does
//! not own: whether a release may be believed (that is `millwright-updates`), nor how a package gets into this system,
//! which is whoever's part who implements [`Installer`].

#[cfg(test)]
mod tests;
mod view;

pub(crate) use view::updates_view;
pub use view::{OfferView, PastUpdateView, Restarted, UpdateNews, UpdatePhase, UpdatesView};

use crate::desk::Desk;
use millwright_domain::{Code, Fault};
use millwright_store::Still;
use millwright_updates::{Offer, Package, Schedule, Standing, Started, Updates};
use semver::Version;
use serde::{Deserialize, Serialize};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;
use tokio::task::JoinHandle;
use ts_rs::TS;

/// How often it is looked whether work has ended.
const GLANCE: Duration = Duration::from_secs(1);

/// Puts a proven package into this system.
pub trait Installer: Send + Sync + 'static {
    /// Says what speaks against it in this system, before anything is waited for. Blocks, and asks nobody.
    fn check(&self, package: &Package) -> Result<(), Fault>;
    /// Installs it. Blocks, and may ask a person for a password. On Windows it does not come back.
    fn install(&self, package: &Package) -> Result<(), Fault>;
    /// Ends this process and starts what is installed now.
    fn restart(&self);
}

/// Whose task it is to update this installation.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, TS)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum UpdateOwner {
    /// Millwright's own.
    Itself,
    /// A package manager's, which has it from a repository.
    PackageManager {
        /// `apt`, `dnf`.
        name: String,
        /// What to do there.
        advice: String,
    },
    /// Nobody's: it was not installed from a package.
    Nobody,
}

/// When an update is put in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum UpdateWhen {
    /// At once. Refused while something is under way.
    Now,
    /// As soon as nothing is under way any more.
    AfterWork,
}

/// The updates of the installation that a desk belongs to.
pub(crate) struct Updating {
    updates: Updates,
    installer: Arc<dyn Installer>,
    owner: UpdateOwner,
    /// What this start came after; gone when a person has seen it.
    restarted: Mutex<Option<Restarted>>,
    phase: Mutex<UpdatePhase>,
    task: Mutex<Option<JoinHandle<()>>>,
}

impl Desk {
    /// Lets this desk show and put in updates, and asks for them now and then from here on. Needs a running tokio
    /// runtime.
    pub fn offer_updates(
        &self,
        updates: Updates,
        started: &Started,
        owner: UpdateOwner,
        installer: Arc<dyn Installer>,
    ) {
        let restarted = match started {
            Started::Updated { from, to, notes } => {
                Some(Restarted { from: from.to_string(), to: to.to_string(), notes: notes.clone() })
            }
            Started::Usual | Started::FailedTwice { .. } => None,
        };
        let updating = Updating {
            updates: updates.clone(),
            installer,
            owner: owner.clone(),
            restarted: Mutex::new(restarted),
            phase: Mutex::new(UpdatePhase::Idle),
            task: Mutex::default(),
        };
        if self.set_updating(updating).is_err() {
            tracing::warn!("updates are offered already");
            return;
        }
        let (desk, mut changes) = (self.downgrade(), updates.watch());
        tokio::spawn(async move {
            while changes.changed().await.is_ok() {
                let Some(desk) = desk.upgrade() else { return };
                desk.tell_of_updates();
            }
        });
        if owner == UpdateOwner::Itself {
            tokio::spawn(updates.keep_checking(Schedule::default()));
        }
    }

    /// How far an update of Millwright is.
    pub fn update_phase(&self) -> UpdatePhase {
        self.updating().map_or(UpdatePhase::Idle, |updating| lock(&updating.phase).clone())
    }

    /// Leaves an update that has not begun to be installed, so that this process can end. Refused while one is installed.
    pub fn end_updates(&self) -> Result<(), Fault> {
        match self.update_phase() {
            UpdatePhase::Idle | UpdatePhase::Failed { .. } => Ok(()),
            UpdatePhase::Fetching { .. }
            | UpdatePhase::Waiting { .. }
            | UpdatePhase::BackingUp
            | UpdatePhase::Installing
            | UpdatePhase::Restarting => self.leave_update(),
        }
    }

    /// What this start came after has been seen.
    pub(crate) fn updates_seen(&self) {
        if let Some(updating) = self.updating() {
            lock(&updating.restarted).take();
            self.tell_of_updates();
        }
    }

    /// Begins to put the offered version in. Comes back at once; the view tells how far it is.
    pub(crate) fn begin_update(&self, version: &str, when: UpdateWhen) -> Result<(), Fault> {
        let updating = self.may_update()?;
        let offer = updating.offer()?;
        if offer.version.to_string() != version {
            return Err(Fault::new(
                Code::PlanStale,
                format!("the newest version is {} now, and not {version} any more", offer.version),
            )
            .with_hint("Look at what is offered now, then decide again."));
        }
        // Said before anything is fetched, and looked at again when it counts.
        if when == UpdateWhen::Now {
            self.stand_still()?;
        }
        let mut task = lock(&updating.task);
        if task.as_ref().is_some_and(|task| !task.is_finished()) {
            return Err(Fault::new(Code::UpdateBusy, "the update is on its way already"));
        }
        updating.enter(self, UpdatePhase::Fetching { bytes: 0, of_bytes: offer.artifact.size_bytes });
        let (desk, working) = (self.clone(), Arc::clone(updating));
        *task = Some(tokio::spawn(async move {
            let came = working.put_in(&desk, when).await;
            let phase = match came {
                Ok(()) => UpdatePhase::Restarting,
                Err(fault) => {
                    tracing::error!(code = fault.code.as_str(), %fault, "the update was not put in");
                    UpdatePhase::Failed { fault }
                }
            };
            let restarts = matches!(phase, UpdatePhase::Restarting);
            working.enter(&desk, phase);
            if restarts {
                desk.close_terminals().await;
                working.installer.restart();
            }
        }));
        Ok(())
    }

    /// Gives up an update that has not begun to be installed.
    pub(crate) fn leave_update(&self) -> Result<(), Fault> {
        let updating = self.may_update()?;
        {
            let mut phase = lock(&updating.phase);
            if matches!(*phase, UpdatePhase::Installing | UpdatePhase::Restarting) {
                let why = "the update is being installed and cannot be left any more";
                return Err(Fault::new(Code::UpdateInstalling, why));
            }
            *phase = UpdatePhase::Idle;
        }
        if let Some(task) = lock(&updating.task).take() {
            task.abort();
        }
        self.tell_of_updates();
        Ok(())
    }

    pub(crate) fn may_update(&self) -> Result<&Arc<Updating>, Fault> {
        let off = |why: &str, hint: &str| Err(Fault::new(Code::UpdateOff, why).with_hint(hint));
        let Some(updating) = self.updating() else {
            return off("only the desktop application updates itself", "Open Millwright's window.");
        };
        match &updating.owner {
            UpdateOwner::Itself => Ok(updating),
            UpdateOwner::PackageManager { name, advice } => {
                off(&format!("this Millwright was installed with {name}, which updates it"), advice)
            }
            UpdateOwner::Nobody => {
                off("this Millwright was not installed from a package", "Install a package of a release.")
            }
        }
    }

    /// Holds everything off, or says what is under way: runs in any process, and this window's terminals and files.
    fn stand_still(&self) -> Result<Still, Fault> {
        // Held first: whatever begins from now on is refused, so what is counted then is all there is.
        let still = self.workspace().store.stand_still()?;
        let own = [
            (self.driven().len(), "run", "runs"),
            (self.transfers().under_way(), "file on its way", "files on their way"),
            (self.terminals().open_now(), "open terminal", "open terminals"),
        ];
        let mut parts: Vec<_> = own
            .into_iter()
            .filter(|(count, ..)| *count > 0)
            .map(|(count, one, many)| format!("{count} {}", if count == 1 { one } else { many }))
            .collect();
        match still {
            Some(still) if parts.is_empty() => Ok(still),
            _ => {
                if parts.is_empty() {
                    parts.push("a run of another process".to_owned());
                }
                Err(Fault::new(Code::WorkUnderWay, format!("under way: {}", parts.join(", ")))
                    .with_hint("Wait until it has ended, close what is open, or update after it."))
            }
        }
    }
}

impl Updating {
    fn offer(&self) -> Result<Box<Offer>, Fault> {
        match self.updates.state().standing {
            Some(Standing::Offered(offer)) => Ok(offer),
            Some(Standing::Current | Standing::NotYet { .. } | Standing::Withdrawn { .. }) | None => {
                Err(Fault::new(Code::NotFound, "there is no update to install").with_hint("Check for updates first."))
            }
        }
    }

    async fn put_in(&self, desk: &Desk, when: UpdateWhen) -> Result<(), Fault> {
        let fetched = self
            .updates
            .fetch(|step| self.enter(desk, UpdatePhase::Fetching { bytes: step.bytes, of_bytes: step.of_bytes }))
            .await?;
        let (installer, package) = (Arc::clone(&self.installer), fetched.clone());
        blocking(move || installer.check(&package)).await?;
        let still = match when {
            UpdateWhen::Now => desk.stand_still()?,
            UpdateWhen::AfterWork => self.wait_for_work(desk).await?,
        };
        // It may have been withdrawn, or have expired, while something else was under way.
        let offer = self.offer()?;
        if &offer.version != fetched.version() {
            return Err(Fault::new(Code::PlanStale, format!("{} is not offered any more", fetched.version()))
                .with_hint("Look at what is offered now."));
        }
        self.enter(desk, UpdatePhase::BackingUp);
        let store = desk.workspace().store.clone();
        let backup = blocking(move || Ok(store.back_up("before-update")?)).await?;
        self.commit_to_install()?;
        self.updates.begin_install(&fetched, Some(backup))?;
        desk.tell_of_updates();
        let installer = Arc::clone(&self.installer);
        let installed = blocking(move || installer.install(&fetched)).await;
        if let Err(fault) = &installed {
            self.updates.install_failed(fault)?;
        }
        // Until this process ends: nothing may begin in the old version any more.
        if installed.is_ok() {
            std::mem::forget(still);
        }
        installed
    }

    /// The last moment at which an update can have been left: what follows cannot be taken back.
    fn commit_to_install(&self) -> Result<(), Fault> {
        let mut phase = lock(&self.phase);
        if *phase != UpdatePhase::BackingUp {
            return Err(Fault::new(Code::Cancelled, "the update was left"));
        }
        *phase = UpdatePhase::Installing;
        Ok(())
    }

    async fn wait_for_work(&self, desk: &Desk) -> Result<Still, Fault> {
        loop {
            match desk.stand_still() {
                Ok(still) => return Ok(still),
                Err(fault) if fault.code == Code::WorkUnderWay => {
                    self.enter(desk, UpdatePhase::Waiting { until: fault.message });
                    tokio::time::sleep(GLANCE).await;
                }
                Err(fault) => return Err(fault),
            }
        }
    }

    fn enter(&self, desk: &Desk, phase: UpdatePhase) {
        let mut now = lock(&self.phase);
        if *now != phase {
            *now = phase;
            drop(now);
            desk.tell_of_updates();
        }
    }

    pub(crate) fn updates(&self) -> &Updates {
        &self.updates
    }

    fn version(&self) -> Version {
        self.updates.state().version
    }
}

async fn blocking<T: Send + 'static>(act: impl FnOnce() -> Result<T, Fault> + Send + 'static) -> Result<T, Fault> {
    tokio::task::spawn_blocking(act)
        .await
        .map_err(|error| Fault::new(Code::Internal, format!("the update did not come to its end: {error}")))?
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
