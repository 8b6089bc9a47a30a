//! What is done to a host's files, in the audit: the intent before the host hears of it, and how it ended where that says
//! more than the intent did.

use crate::workspace::Workspace;
use millwright_domain::Fault;
use millwright_domain::fleet::Host;
use serde_json::{Value, json};

/// What is done.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Change {
    MakeFolder,
    Rename,
    Delete,
    Upload,
    Download,
}

impl Change {
    /// How the audit calls its beginning.
    pub(crate) const fn begun(self) -> &'static str {
        match self {
            Change::MakeFolder => "host.folder_make",
            Change::Rename => "host.file_rename",
            Change::Delete => "host.file_delete",
            Change::Upload => "host.file_upload",
            Change::Download => "host.file_download",
        }
    }

    const fn ended(self) -> &'static str {
        match self {
            Change::MakeFolder => "host.folder_make_end",
            Change::Rename => "host.file_rename_end",
            Change::Delete => "host.file_delete_end",
            Change::Upload => "host.file_upload_end",
            Change::Download => "host.file_download_end",
        }
    }
}

/// Something that was begun. Dropped before its end was told, it was given up, and the audit says so.
pub(crate) struct Trail {
    workspace: Workspace,
    host: String,
    change: Change,
    path: Value,
    told: bool,
}

impl Trail {
    /// Commits the intent.
    pub(crate) async fn begin(workspace: &Workspace, host: &Host, change: Change, what: Value) -> Result<Self, Fault> {
        let (id, path) = (host.id.to_string(), what["path"].clone());
        let entity_id = id.clone();
        workspace.write(move |writer| writer.audit(change.begun(), "host", entity_id, what)).await?;
        Ok(Self { workspace: workspace.clone(), host: id, change, path, told: false })
    }

    /// Ends what is only worth a second entry when it did not come about.
    pub(crate) async fn end_of(self, result: Result<(), Fault>) -> Result<(), Fault> {
        match result {
            Ok(()) => {
                self.forget();
                Ok(())
            }
            Err(fault) => {
                self.end(json!({ "error": fault.code })).await?;
                Err(fault)
            }
        }
    }

    /// Commits how it ended.
    pub(crate) async fn end(mut self, how: Value) -> Result<(), Fault> {
        let (host, change, how) = (self.host.clone(), self.change, self.with_path(how));
        self.told = true;
        self.workspace.write(move |writer| writer.audit(change.ended(), "host", host, how)).await
    }

    fn forget(mut self) {
        self.told = true;
    }

    fn with_path(&self, mut how: Value) -> Value {
        how["path"] = self.path.clone();
        how
    }
}

impl Drop for Trail {
    fn drop(&mut self) {
        if self.told {
            return;
        }
        let (host, change, how) = (self.host.clone(), self.change, self.with_path(json!({ "error": "cancelled" })));
        let told = self
            .workspace
            .store
            .write_soon(&self.workspace.actor, move |writer| writer.audit(change.ended(), "host", host, how));
        // Only a store that is closed takes nothing in; its audit still has the beginning.
        drop(told);
    }
}
