//! What somebody wanted of hosts, kept with the plan that was made of it.

use crate::fault::{Code, Fault};
use crate::ids::RunId;
use crate::name::Slug;
use indexmap::IndexMap;
use serde::{Deserialize, Serialize};
use ts_rs::TS;

/// What somebody wanted of hosts. No secret is in it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum Wanted {
    /// Updates.
    Patch {
        /// Only those of a security archive.
        security: bool,
        /// Only these packages; empty: all.
        packages: Vec<String>,
        /// Whether hosts are restarted afterwards; none: as the policy of each says.
        reboot: Option<RebootWish>,
    },
    /// One command.
    Exec {
        /// The text for `sh`.
        script: String,
        /// As root.
        sudo: bool,
        /// Goes on without us.
        detached: bool,
        /// How long it may take.
        timeout_seconds: u32,
    },
    /// A support procedure.
    Runbook {
        /// Its short name.
        runbook: Slug,
        /// Values by parameter.
        values: IndexMap<String, String>,
    },
    /// What a run did, taken back.
    Undo {
        /// The run.
        run: RunId,
    },
    /// A product by its recipe.
    Product {
        /// Its short name.
        product: Slug,
        /// The version that was asked for.
        version: Option<String>,
        /// Values by parameter.
        values: IndexMap<String, String>,
    },
}

/// Whether hosts are restarted after updates.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "kebab-case")]
pub enum RebootWish {
    /// They are not.
    #[default]
    Never,
    /// Those that say they need it.
    IfNeeded,
    /// All of them.
    Always,
}

impl RebootWish {
    /// Every one, as people write them.
    pub const ALL: [RebootWish; 3] = [RebootWish::Never, RebootWish::IfNeeded, RebootWish::Always];

    /// The word that flags and files use.
    pub const fn as_str(self) -> &'static str {
        match self {
            RebootWish::Never => "never",
            RebootWish::IfNeeded => "if-needed",
            RebootWish::Always => "always",
        }
    }
}

impl std::str::FromStr for RebootWish {
    type Err = Fault;

    fn from_str(text: &str) -> Result<Self, Fault> {
        Self::ALL.into_iter().find(|wish| wish.as_str() == text).ok_or_else(|| {
            Fault::new(Code::InvalidInput, format!("“{}” does not say when to restart hosts", text.escape_debug()))
                .with_hint("Write never, if-needed or always.")
        })
    }
}

/// What kind of work a run does.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum RunKind {
    /// Package updates.
    Patch,
    /// A product by its recipe.
    Install,
    /// A product to another version.
    Upgrade,
    /// A product goes.
    Remove,
    /// A support procedure.
    Runbook,
    /// One command.
    Exec,
    /// What an earlier run did, taken back.
    Undo,
}

impl RunKind {
    /// Every kind.
    pub const ALL: [RunKind; 7] = [
        RunKind::Patch,
        RunKind::Install,
        RunKind::Upgrade,
        RunKind::Remove,
        RunKind::Runbook,
        RunKind::Exec,
        RunKind::Undo,
    ];

    /// The word that JSON and the database use.
    pub const fn as_str(self) -> &'static str {
        match self {
            RunKind::Patch => "patch",
            RunKind::Install => "install",
            RunKind::Upgrade => "upgrade",
            RunKind::Remove => "remove",
            RunKind::Runbook => "runbook",
            RunKind::Exec => "exec",
            RunKind::Undo => "undo",
        }
    }
}

impl std::str::FromStr for RunKind {
    type Err = Fault;

    fn from_str(text: &str) -> Result<Self, Fault> {
        Self::ALL
            .into_iter()
            .find(|kind| kind.as_str() == text)
            .ok_or_else(|| Fault::new(Code::WorkspaceCorrupt, format!("“{}” is no kind of run", text.escape_debug())))
    }
}
