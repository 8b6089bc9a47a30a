//! The one door: an installation's updates, from asking the server to a package that can be installed, and what became of
//! it at the next start.

use crate::{
    control::blocking,
    fetch::{Fetcher, Limits, Progress},
    manifest::{Artifact, Channel, Target},
    memory::{self, Installing, KeptManifest, LastCheck, Memory, Outcome, PastUpdate, Remembered, Starts},
    package::{KeptPackage, Package, prove},
    release::Release,
    verify::{Offer, Situation, Standing, verify},
};
use jiff::Timestamp;
use millwright_domain::{Code, Fault};
use semver::Version;
use serde::Serialize;
use std::{
    fmt,
    fs::File,
    path::{Path, PathBuf},
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};
use tokio::sync::watch;

mod shelf;

/// Tells the time. Tests pass another one than the system's.
pub type Clock = Arc<dyn Fn() -> Timestamp + Send + Sync>;

/// What runs here.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Installed {
    /// Of this build.
    pub version: Version,
    /// How it was installed; none if it was not, as a developer's build.
    pub target: Option<Target>,
}

/// How often the server is asked.
#[derive(Debug, Clone, Copy)]
pub struct Schedule {
    /// From the start on: the start itself has better to do.
    pub first: Duration,
    /// From one time to the next.
    pub every: Duration,
    /// After the server could not be reached.
    pub again: Duration,
    /// Each of them is up to this much longer, so that not everybody asks at once.
    pub jitter: Duration,
}

impl Default for Schedule {
    fn default() -> Self {
        Self {
            first: Duration::from_secs(10),
            every: Duration::from_secs(6 * 60 * 60),
            again: Duration::from_secs(30 * 60),
            jitter: Duration::from_secs(20 * 60),
        }
    }
}

/// What there is to show.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct State {
    /// Whether this build believes any release at all.
    pub is_on: bool,
    /// What runs here.
    pub version: Version,
    /// How it was installed.
    pub target: Option<Target>,
    /// Which releases are followed.
    pub channel: Channel,
    /// Whether the server is being asked.
    pub is_checking: bool,
    /// When it was asked last, and why nothing came of it.
    pub last_check: Option<LastCheck>,
    /// What the newest release means for this installation; none before the first answer.
    pub standing: Option<Standing>,
    /// How far the package is that is being fetched.
    pub fetching: Option<Progress>,
    /// Whether the offered package lies here.
    pub is_fetched: bool,
    /// An update that was begun and has not come up yet.
    pub installing: Option<Installing>,
    /// Earlier updates, the newest last.
    pub history: Vec<PastUpdate>,
    /// What was lost with a damaged memory.
    pub lost: Option<Fault>,
}

/// How this start came about.
#[derive(Debug, Clone)]
pub enum Started {
    /// As every day.
    Usual,
    /// For the first time, or not up yet, after an update.
    Updated {
        /// What was installed before.
        from: Version,
        /// What is.
        to: Version,
        /// What changed.
        notes: String,
    },
    /// The update's new version was started twice and never came up.
    FailedTwice {
        /// The one that does not come up.
        version: Version,
        /// The one before it.
        from: Version,
        /// The copy of the workspace that was made before.
        backup: Option<PathBuf>,
        /// The package of the one before, if it lies here.
        previous_package: Option<Box<Package>>,
    },
}

/// An installation's updates. Clones are the same.
#[derive(Clone)]
pub struct Updates {
    inner: Arc<Inner>,
}

struct Inner {
    folder: PathBuf,
    release: Option<Release>,
    installed: Installed,
    clock: Clock,
    limits: Limits,
    /// One question to the server at a time; who comes second waits for his turn.
    turn: tokio::sync::Mutex<()>,
    now: Mutex<Now>,
    revision: watch::Sender<u64>,
}

/// What this process knows at the moment.
struct Now {
    memory: Memory,
    lost: Option<Fault>,
    standing: Option<Standing>,
    is_checking: bool,
    fetching: Option<Progress>,
}

impl Updates {
    /// Opens the memory in a folder of the user's data, or begins one. Without a release updates are off, and the memory
    /// still tells how this start came about.
    pub fn open(folder: &Path, release: Option<Release>, installed: Installed) -> Result<Self, Fault> {
        Self::open_with(folder, release, installed, Arc::new(Timestamp::now), Limits::default())
    }

    /// The same with a clock and limits of one's own.
    pub fn open_with(
        folder: &Path,
        release: Option<Release>,
        installed: Installed,
        clock: Clock,
        limits: Limits,
    ) -> Result<Self, Fault> {
        memory::private_folder(folder).map_err(|error| crate::file_fault(folder, &error))?;
        let ((), Remembered { memory, lost }) = memory::change(folder, |_| Ok(()))?;
        if let Some(fault) = &lost {
            tracing::warn!("{fault}");
        }
        let now = Now { memory, lost, standing: None, is_checking: false, fetching: None };
        let inner = Inner {
            folder: folder.to_owned(),
            release,
            installed,
            clock,
            limits,
            turn: tokio::sync::Mutex::default(),
            now: Mutex::new(now),
            revision: watch::Sender::new(0),
        };
        let updates = Self { inner: Arc::new(inner) };
        // What was believed once may have expired, or may be what is installed by now.
        let standing = updates.remembered_standing().ok();
        updates.show(|now| now.standing = standing);
        Ok(updates)
    }

    /// What there is to show now.
    pub fn state(&self) -> State {
        let Inner { release, installed, .. } = &*self.inner;
        self.look(|now| State {
            is_on: release.is_some(),
            version: installed.version.clone(),
            target: installed.target.clone(),
            channel: now.memory.channel,
            is_checking: now.is_checking,
            last_check: now.memory.last_check.clone(),
            standing: now.standing.clone(),
            fetching: now.fetching,
            is_fetched: matches!(&now.standing, Some(Standing::Offered(offer)) if lies_here(&now.memory, offer)),
            installing: now.memory.installing.clone(),
            history: now.memory.history.clone(),
            lost: now.lost.clone(),
        })
    }

    /// Changes whenever the state does.
    pub fn watch(&self) -> watch::Receiver<u64> {
        self.inner.revision.subscribe()
    }

    /// Follows other releases from now on. What was known of the newest one does not count any more.
    pub async fn choose_channel(&self, channel: Channel) -> Result<(), Fault> {
        self.change(move |memory| {
            if memory.channel != channel {
                memory.channel = channel;
                memory.manifest = None;
            }
            Ok(())
        })
        .await?;
        let standing = self.remembered_standing().ok();
        self.show(|now| now.standing = standing);
        Ok(())
    }

    /// Asks the server for the newest release, and believes what it says or not.
    pub async fn check(&self) -> Result<Standing, Fault> {
        let release = self.release()?.clone();
        let _turn = self.inner.turn.lock().await;
        self.show(|now| now.is_checking = true);
        let _checking = Ended(self, |now| now.is_checking = false);
        let answer = self.ask(&release).await;
        let at = (self.inner.clock)();
        let this = self.clone();
        let result = self
            .change(move |memory| {
                let result = answer.and_then(|(manifest, signature)| {
                    let verified = verify(&manifest, &signature, &release, memory, &this.situation(memory)?)?;
                    let manifest = String::from_utf8_lossy(&manifest).into_owned();
                    memory.believe(&verified, KeptManifest { manifest, signature }, at);
                    Ok(verified.standing().clone())
                });
                memory.last_check = Some(LastCheck { at, fault: result.as_ref().err().cloned() });
                Ok(result)
            })
            .await?;
        if let Ok(standing) = &result {
            self.show(|now| now.standing = Some(standing.clone()));
        }
        result
    }

    async fn ask(&self, release: &Release) -> Result<(Vec<u8>, String), Fault> {
        // Who cannot install anything need not ask.
        let channel = self.look(|now| self.situation(&now.memory).map(|situation| situation.channel))?;
        Fetcher::new(release.clone(), self.inner.limits)?.manifest(channel).await
    }

    /// Fetches what is offered, and the package of what is installed if there is none to go back to.
    pub async fn fetch(&self, progress: impl Fn(Progress) + Send + Sync) -> Result<Package, Fault> {
        let release = self.release()?.clone();
        let shelf = self.shelf();
        let _lock = shelf.lock()?;
        let Standing::Offered(offer) = self.remembered_standing()? else {
            return Err(
                Fault::new(Code::NotFound, "There is no update to fetch.").with_hint("Check for updates first.")
            );
        };
        let _fetching = Ended(self, |now| now.fetching = None);
        let fetcher = Fetcher::new(release.clone(), self.inner.limits)?;
        let kept = kept(&offer, &offer.version, &offer.artifact);
        let show = |step: Progress| {
            let is_step = self.look(|now| now.fetching.is_none_or(|shown| is_worth_showing(shown, step)));
            if is_step {
                self.show(|now| now.fetching = Some(step));
                progress(step);
            }
        };
        self.bring(&fetcher, &release, &kept, &show).await?;
        let previous = self.bring_previous(&fetcher, &release, &offer).await;
        let package = Package::new(kept.clone(), shelf.folder(), &release)?;
        let installed = self.inner.installed.version.clone();
        self.change(move |memory| {
            memory.packages.retain(|found| {
                found.version == installed && Some(&found.version) != previous.as_ref().map(|p| &p.version)
            });
            memory.packages.extend(previous);
            memory.packages.push(kept);
            shelf.sweep(&memory.packages)
        })
        .await?;
        Ok(package)
    }

    /// The package that is installed now, from the release that names it as its forerunner. Its lack is no reason against
    /// the update.
    async fn bring_previous(&self, fetcher: &Fetcher, release: &Release, offer: &Offer) -> Option<KeptPackage> {
        let artifact = offer.previous.as_ref()?;
        let version = &self.inner.installed.version;
        let mut kept = kept(offer, version, artifact);
        kept.notes = String::new();
        match self.bring(fetcher, release, &kept, &|_| {}).await {
            Ok(()) => Some(kept),
            Err(fault) => {
                tracing::warn!("the package of {version} could not be kept for a way back: {fault}");
                None
            }
        }
    }

    /// Sees to it that a package lies here, proven.
    async fn bring(
        &self,
        fetcher: &Fetcher,
        release: &Release,
        kept: &KeptPackage,
        progress: &(dyn Fn(Progress) + Send + Sync),
    ) -> Result<(), Fault> {
        let folder = self.shelf().folder().to_owned();
        let (path, wanted, judge) = (folder.join(kept.file_name()), kept.clone(), release.clone());
        let lies_here = blocking(move || Ok(File::open(path).is_ok_and(|file| prove(file, &wanted, &judge).is_ok())));
        if lies_here.await? {
            let of_bytes = kept.artifact.size_bytes;
            progress(Progress { bytes: of_bytes, of_bytes });
            return Ok(());
        }
        fetcher.package(kept, &folder, progress).await.map(|_| ())
    }

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
            let before =
                memory.starts.as_ref().filter(|starts| starts.version == version).map_or(0, |starts| starts.count);
            memory.starts = Some(Starts { version: version.clone(), count: before.saturating_add(1) });
            let Some(Installing { from, to, notes, backup, .. }) = memory.installing.clone() else {
                return Ok(Started::Usual);
            };
            if to != version {
                memory.conclude(Outcome::Unfinished { found: version }, at);
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

    /// Asks the server soon, and then again and again. Ends only if updates are off; a failed check is in the state.
    pub async fn keep_checking(self, schedule: Schedule) {
        if self.inner.release.is_none() || self.inner.installed.target.is_none() {
            return;
        }
        let mut pause = schedule.first;
        loop {
            // The runtime's clock is monotonic: a date that is set wrong neither holds a check up nor makes a storm.
            tokio::time::sleep(pause + schedule.jitter.mul_f64(random_fraction())).await;
            pause = match self.check().await {
                Ok(_) => schedule.every,
                Err(fault) => {
                    tracing::warn!("no update was found: {fault}");
                    if fault.code == Code::UpdateServer { schedule.again } else { schedule.every }
                }
            };
        }
    }

    fn release(&self) -> Result<&Release, Fault> {
        self.inner.release.as_ref().ok_or_else(|| {
            Fault::new(
                Code::UpdateOff,
                "Updates are off in this build of Millwright: it has no keys to believe a release by.",
            )
            .with_hint("Install a released version, or build a newer one.")
        })
    }

    fn situation(&self, memory: &Memory) -> Result<Situation, Fault> {
        let Installed { version, target } = &self.inner.installed;
        let target = target.clone().ok_or_else(|| {
            Fault::new(
                Code::UpdateTargetMissing,
                "This Millwright was not installed from a package, so it cannot be updated.",
            )
            .with_hint("Install a package of a release.")
        })?;
        Ok(Situation {
            now: (self.inner.clock)(),
            version: version.clone(),
            channel: memory.channel,
            target,
            installation: memory.installation,
        })
    }

    /// What the manifest that was believed last means now, verified anew.
    fn remembered_standing(&self) -> Result<Standing, Fault> {
        let memory = self.look(|now| now.memory.clone());
        let none =
            || Fault::new(Code::NotFound, "Nothing is known of any release.").with_hint("Check for updates first.");
        let KeptManifest { manifest, signature } = memory.manifest.as_ref().ok_or_else(none)?;
        let verified = verify(manifest.as_bytes(), signature, self.release()?, &memory, &self.situation(&memory)?)?;
        Ok(verified.standing().clone())
    }

    fn kept_package(&self, memory: &Memory, version: &Version) -> Option<Package> {
        let target = self.inner.installed.target.as_ref()?;
        let kept = memory.package(version, target, None)?.clone();
        let package = Package::new(kept, self.shelf().folder(), self.inner.release.as_ref()?).ok()?;
        package.path().is_file().then_some(package)
    }

    fn shelf(&self) -> shelf::Shelf {
        shelf::Shelf::new(&self.inner.folder)
    }

    async fn change<T: Send + 'static>(
        &self,
        act: impl FnOnce(&mut Memory) -> Result<T, Fault> + Send + 'static,
    ) -> Result<T, Fault> {
        let this = self.clone();
        blocking(move || this.change_now(act)).await
    }

    fn change_now<T>(&self, act: impl FnOnce(&mut Memory) -> Result<T, Fault>) -> Result<T, Fault> {
        let (result, Remembered { memory, lost }) = memory::change(&self.inner.folder, act)?;
        self.show(|now| {
            now.memory = memory;
            now.lost = lost.or_else(|| now.lost.take());
        });
        Ok(result)
    }

    fn look<T>(&self, read: impl FnOnce(&Now) -> T) -> T {
        read(&self.inner.now.lock().unwrap_or_else(PoisonError::into_inner))
    }

    fn show(&self, change: impl FnOnce(&mut Now)) {
        change(&mut self.inner.now.lock().unwrap_or_else(PoisonError::into_inner));
        self.inner.revision.send_modify(|revision| *revision += 1);
    }
}

impl fmt::Debug for Updates {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Updates").field("folder", &self.inner.folder).finish_non_exhaustive()
    }
}

/// Shows the end of something, also when whoever waited for it went away.
struct Ended<'a>(&'a Updates, fn(&mut Now));

impl Drop for Ended<'_> {
    fn drop(&mut self) {
        self.0.show(self.1);
    }
}

fn kept(offer: &Offer, version: &Version, artifact: &Artifact) -> KeptPackage {
    KeptPackage {
        version: version.clone(),
        target: offer.target.clone(),
        artifact: artifact.clone(),
        notes: offer.notes.clone(),
        published: offer.published,
    }
}

fn lies_here(memory: &Memory, offer: &Offer) -> bool {
    memory.package(&offer.version, &offer.target, Some(&offer.artifact)).is_some()
}

/// One in a hundred steps, and the last.
fn is_worth_showing(shown: Progress, step: Progress) -> bool {
    step.bytes < shown.bytes || step.bytes == step.of_bytes || step.bytes - shown.bytes > step.of_bytes / 100
}

fn random_fraction() -> f64 {
    f64::from(getrandom::u32().unwrap_or_default()) / f64::from(u32::MAX)
}
