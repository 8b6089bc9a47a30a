//! The one door: an installation's updates, from asking the server to a package that can be installed, and what became
//! of it at the next start.

use crate::{
    control::blocking,
    fetch::{Fetcher, Limits, Progress},
    manifest::Channel,
    memory::{self, KeptManifest, LastCheck, Memory, Remembered},
    release::Release,
    verify::{Offer, Situation, Standing, verify},
};
use jiff::Timestamp;
use millwright_domain::{Code, Fault};
use std::{
    fmt,
    path::{Path, PathBuf},
    sync::{Arc, Mutex, PoisonError},
};
use tokio::sync::watch;

mod fetching;
mod schedule;
mod shelf;
mod starts;
mod state;

pub use schedule::Schedule;
pub use state::{Installed, Started, State};

/// Tells the time. Tests pass another one than the system's.
pub type Clock = Arc<dyn Fn() -> Timestamp + Send + Sync>;

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
    /// Opens the memory in a folder of the user's data, or begins one. Without a release updates are off, and the
    /// memory still tells how this start came about.
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
        memory::sweep(folder)?;
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

    /// What the server says of the channel that is followed when it has answered: somebody may have chosen another.
    async fn ask(&self, release: &Release) -> Result<(Vec<u8>, String), Fault> {
        // Who cannot install anything need not ask.
        self.look(|now| self.situation(&now.memory).map(|_| ()))?;
        let fetcher = Fetcher::new(release.clone(), self.inner.limits)?;
        loop {
            let channel = self.look(|now| now.memory.channel);
            let answer = fetcher.manifest(channel).await;
            if channel == self.look(|now| now.memory.channel) {
                return answer;
            }
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

fn lies_here(memory: &Memory, offer: &Offer) -> bool {
    memory.package(&offer.version, &offer.target, Some(&offer.artifact)).is_some()
}
