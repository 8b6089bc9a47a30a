//! The controls on a release, each with a name, so that a test can show that it fails without one.
//!
//! Outside this crate's own tests every control is always on, and nothing can switch one off.

use millwright_domain::{Code, Fault};

/// One thing that a release is refused for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Control {
    ManifestSize,
    Legacy,
    KeyKnown,
    KeyRetired,
    Signature,
    Domain,
    Format,
    Channel,
    Expiry,
    Future,
    Counter,
    Downgrade,
    LeastVersion,
    Target,
    Transport,
    ArtifactCap,
    ArtifactSize,
    Truncation,
    Hash,
    ArtifactSignature,
    VersionSigned,
    VersionMatches,
}

#[cfg(not(test))]
pub(crate) const fn on(_control: Control) -> bool {
    true
}

/// Carries blocking work to a thread that may block; in tests, this thread's controls go along.
pub(crate) async fn blocking<T: Send + 'static>(
    work: impl FnOnce() -> Result<T, Fault> + Send + 'static,
) -> Result<T, Fault> {
    #[cfg(test)]
    let work = {
        let off = OFF.get();
        move || {
            OFF.set(off);
            let result = work();
            OFF.set(None);
            result
        }
    };
    let ended = tokio::task::spawn_blocking(work).await;
    ended.map_err(|error| Fault::new(Code::Internal, format!("a thread of the updates ended: {error}")))?
}

#[cfg(test)]
std::thread_local! {
    static OFF: std::cell::Cell<Option<Control>> = const { std::cell::Cell::new(None) };
}

#[cfg(test)]
pub(crate) fn on(control: Control) -> bool {
    OFF.get() != Some(control)
}

/// Switches one control off for this thread until it is dropped.
#[cfg(test)]
pub(crate) struct Off;

#[cfg(test)]
impl Off {
    pub(crate) fn switch(control: Control) -> Self {
        OFF.set(Some(control));
        Self
    }
}

#[cfg(test)]
impl Drop for Off {
    fn drop(&mut self) {
        OFF.set(None);
    }
}
