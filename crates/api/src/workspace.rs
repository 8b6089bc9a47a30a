//! An open workspace with everything that acts on it: the one thing that a client holds.

use crate::connections::Connections;
use crate::files::SftpChannels;
use crate::people::People;
use crate::progress::Progress;
use directories::ProjectDirs;
use millwright_domain::{Actor, Code, Fault};
use millwright_store::{Store, StoreError, Writer};
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// An open workspace. Clones share it.
#[derive(Clone)]
pub struct Workspace {
    pub(crate) store: Store,
    pub(crate) actor: Actor,
    pub(crate) people: People,
    pub(crate) connections: Arc<Connections>,
    pub(crate) progress: Progress,
    pub(crate) sftp_channels: Arc<SftpChannels>,
}

impl Workspace {
    /// Makes a workspace in a folder.
    pub fn init(folder: &Path) -> Result<(), Fault> {
        Store::init(folder)?;
        Ok(())
    }

    /// Opens the workspace in a folder; `people` answer when a passphrase, password or secret is needed.
    pub fn open(folder: &Path, people: People) -> Result<Self, Fault> {
        let store = Store::open(folder)?;
        let connections = Arc::new(Connections::new(store.clone(), people.clone()));
        let (progress, sftp_channels) = (Progress::default(), Arc::default());
        Ok(Self { store, actor: this_person(), people, connections, progress, sftp_channels })
    }

    /// The same workspace, telling how far work on many hosts is.
    #[must_use]
    pub fn reporting(&self, progress: Progress) -> Self {
        Self { progress, ..self.clone() }
    }

    /// The folder that is used when none is named.
    pub fn default_folder() -> Result<PathBuf, Fault> {
        ProjectDirs::from("", "", "millwright").map(|folders| folders.data_dir().to_owned()).ok_or_else(|| {
            Fault::new(Code::WorkspaceMissing, "this account has no home folder, so there is no default workspace")
                .with_hint("Name a folder with --workspace DIR or MILLWRIGHT_WORKSPACE.")
        })
    }

    /// Puts a backup in the place of a workspace's database, if its schema has changed since. Nothing may have it open.
    pub fn restore_if_changed(folder: &Path, backup: &Path) -> Result<(), Fault> {
        if let Some(aside) = millwright_store::restore_if_changed(folder, backup)? {
            tracing::warn!(aside = %aside.display(), "the workspace is as it was before the update; the newer one is kept");
        }
        Ok(())
    }

    /// The workspace's folder.
    pub fn folder(&self) -> &Path {
        self.store.folder()
    }

    pub(crate) async fn write<T: Send + 'static>(
        &self,
        change: impl FnOnce(&Writer<'_>) -> Result<T, StoreError> + Send + 'static,
    ) -> Result<T, Fault> {
        Ok(self.store.write(&self.actor, change).await?)
    }
}

/// `alice@laptop`, as the audit names whoever works here.
fn this_person() -> Actor {
    let user = this_user().unwrap_or_else(|| "unknown".into());
    let machine = rustix::system::uname().nodename().to_string_lossy().into_owned();
    Actor(format!("{user}@{machine}"))
}

/// The name of the account that we run as.
pub(crate) fn this_user() -> Option<String> {
    ["USER", "LOGNAME", "USERNAME"]
        .into_iter()
        .find_map(|name| std::env::var(name).ok().filter(|user| !user.is_empty()))
        .or_else(|| rustix::process::getuid().is_root().then(|| "root".to_owned()))
}
