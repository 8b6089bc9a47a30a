//! Bringing packages here, and keeping those that are needed.

use super::{Ended, Updates};
use crate::{
    control::blocking,
    fetch::{Fetcher, Progress},
    manifest::Artifact,
    package::{KeptPackage, Package, prove},
    release::Release,
    verify::{Offer, Standing},
};
use millwright_domain::{Code, Fault};
use semver::Version;
use std::fs::File;

impl Updates {
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

    /// The package that is installed now, from the release that names it as its forerunner. Its lack is no reason
    /// against the update.
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

/// One in a hundred steps, and the last.
fn is_worth_showing(shown: Progress, step: Progress) -> bool {
    step.bytes < shown.bytes || step.bytes == step.of_bytes || step.bytes - shown.bytes > step.of_bytes / 100
}
