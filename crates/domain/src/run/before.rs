//! What a plan remembers of a host as it was, for whoever reads it before it runs or takes it back afterwards.

use indexmap::IndexMap;
use serde::{Deserialize, Serialize};
use ts_rs::TS;

/// Configuration that a job keeps on its host before it changes anything.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct SavedConfiguration {
    /// The folder on the host, which only root may look into.
    pub directory: String,
    /// What is kept in it, or noted as not there.
    pub paths: Vec<String>,
}

/// The disk space that a job needs, by what the host said when the plan was made.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct DiskNeed {
    /// The file system: where it is mounted.
    pub mount: String,
    /// What is needed there, at most.
    pub needed_bytes: u64,
    /// What is free there.
    pub free_bytes: u64,
}

/// What a job would change in a file. No file that holds a secret is among them.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct FileDifference {
    /// The file on the host.
    pub path: String,
    /// A unified difference, or in a sentence why there is none.
    pub diff: String,
}

/// What was known of a product on a host when the plan was made.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, TS)]
pub struct InstallationBefore {
    /// The version that the host showed; none when it showed none.
    pub observed_version: Option<String>,
    /// What the inventory had of it; none when it had nothing.
    pub recorded: Option<RecordedInstallation>,
}

/// What the inventory had of a product on a host.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, TS)]
pub struct RecordedInstallation {
    /// The version that was asked for, if one was.
    pub desired_version: Option<String>,
    /// The values that it was installed with; secrets are not among them.
    pub values: IndexMap<String, serde_json::Value>,
}

/// Whether a product is on its host when a job has succeeded.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum Presence {
    /// It is, and the inventory has it.
    There,
    /// It is not, or the inventory did not know of it before: the inventory forgets it.
    Gone,
}
