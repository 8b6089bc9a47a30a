//! What went wrong, in a form that a person and a program can act on.
//!
//! Every crate has its own typed errors; each of them can become a [`Fault`]: a stable [`Code`], what happened, and what
//! to do next. Nothing ever matches on the text.

use serde::{Deserialize, Serialize};
use std::fmt;
use ts_rs::TS;

/// A failure as the command line, the window and the journal show it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, thiserror::Error, TS)]
#[error("{message}")]
pub struct Fault {
    /// Which failure this is. Stable across versions.
    pub code: Code,
    /// What happened and why, in one or two sentences.
    pub message: String,
    /// What to do next, if there is something that one can do.
    pub hint: Option<String>,
}

impl Fault {
    /// A fault without a next step.
    pub fn new(code: Code, message: impl Into<String>) -> Self {
        Self { code, message: message.into(), hint: None }
    }

    /// The same fault with what to do next.
    #[must_use]
    pub fn with_hint(mut self, hint: impl Into<String>) -> Self {
        self.hint = Some(hint.into());
        self
    }
}

/// How a fault counts for whoever asked: the command line's exit code follows from it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Rule {
    /// It was tried and did not work.
    Failed,
    /// A rule said no before anything was touched.
    Refused,
}

macro_rules! codes {
    ($($(#[doc = $doc:literal])* $name:ident = $text:literal, $rule:ident;)*) => {
        /// The stable name of a failure.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize, TS)]
        #[serde(rename_all = "snake_case")]
        pub enum Code { $($(#[doc = $doc])* $name,)* }

        impl Code {
            /// Every code, in the order of the table.
            pub const ALL: &'static [Code] = &[$(Code::$name,)*];

            /// The code as it stands in JSON and in the database.
            pub const fn as_str(self) -> &'static str {
                match self { $(Code::$name => $text,)* }
            }

            /// Whether a rule refused or an attempt failed.
            pub const fn rule(self) -> Rule {
                match self { $(Code::$name => Rule::$rule,)* }
            }
        }
    };
}

codes! {
    /// Text from a person or a file does not mean anything to us.
    InvalidInput = "invalid_input", Failed;
    /// Nothing has that name.
    NotFound = "not_found", Failed;
    /// Something has that name already.
    AlreadyExists = "already_exists", Failed;
    /// Somebody has changed it in the meantime.
    Conflict = "conflict", Failed;
    /// It cannot be removed while others refer to it.
    InUse = "in_use", Failed;
    /// A selector that names no host.
    SelectorMatchedNothing = "selector_matched_nothing", Refused;
    /// A change was not confirmed.
    ConfirmationRequired = "confirmation_required", Refused;
    /// The plan was not the one that was approved.
    PlanMismatch = "plan_mismatch", Refused;
    /// The plan is too old to begin.
    PlanExpired = "plan_expired", Refused;
    /// Nobody has approved the plan.
    PlanNotApproved = "plan_not_approved", Refused;
    /// The plan was run already.
    PlanUsed = "plan_used", Refused;
    /// The host is not any more what the plan was made from.
    PlanStale = "plan_stale", Refused;
    /// A recipe, runbook or parameter cannot be used.
    InvalidRecipe = "invalid_recipe", Failed;
    /// A file could not be read or written on this machine.
    LocalFile = "local_file", Failed;
    /// No workspace here.
    WorkspaceMissing = "workspace_missing", Failed;
    /// A newer Millwright wrote this workspace.
    WorkspaceNewer = "workspace_newer", Refused;
    /// The file is some other application's database.
    WorkspaceForeign = "workspace_foreign", Refused;
    /// The database is damaged.
    WorkspaceCorrupt = "workspace_corrupt", Refused;
    /// Another process holds the workspace.
    WorkspaceBusy = "workspace_busy", Failed;
    /// The workspace cannot be written.
    WorkspaceReadOnly = "workspace_read_only", Failed;
    /// The workspace lies on a network file system, where SQLite's locks do not hold.
    WorkspaceOnNetwork = "workspace_on_network", Refused;
    /// This machine's disk is full.
    LocalDiskFull = "local_disk_full", Failed;
    /// The audit chain does not add up.
    AuditBroken = "audit_broken", Failed;
    /// The host's name does not resolve.
    NameNotFound = "name_not_found", Failed;
    /// Nothing listens on that port.
    ConnectionRefused = "connection_refused", Failed;
    /// The network has no way there.
    NoRoute = "no_route", Failed;
    /// No answer to the TCP connection.
    TimeoutTcp = "timeout_tcp", Failed;
    /// TCP answered, SSH did not introduce itself.
    TimeoutBanner = "timeout_banner", Failed;
    /// The key exchange did not finish.
    TimeoutKeyExchange = "timeout_key_exchange", Failed;
    /// Something other than SSH answered.
    NotSsh = "not_ssh", Failed;
    /// Client and host share no algorithm.
    NoCommonAlgorithm = "no_common_algorithm", Failed;
    /// No pin for this host yet.
    HostKeyUnknown = "host_key_unknown", Refused;
    /// The host's key is not the pinned one.
    HostKeyChanged = "host_key_changed", Refused;
    /// The host's key was revoked.
    HostKeyRevoked = "host_key_revoked", Refused;
    /// The key file or agent cannot be used on this machine.
    CredentialUnusable = "credential_unusable", Failed;
    /// The host did not accept the key.
    KeyRefused = "key_refused", Failed;
    /// The host did not accept the password.
    PasswordRefused = "password_refused", Failed;
    /// The host offers no way of authentication that the inventory configures.
    AuthenticationRefused = "authentication_refused", Failed;
    /// The account cannot be used: locked, expired or without a shell.
    AccountUnusable = "account_unusable", Failed;
    /// The host did not open a channel.
    ChannelRefused = "channel_refused", Failed;
    /// sudo is not installed.
    SudoMissing = "sudo_missing", Failed;
    /// The account may not use sudo.
    SudoRefused = "sudo_refused", Failed;
    /// sudo wants a password and none was given.
    SudoPasswordRequired = "sudo_password_required", Failed;
    /// sudo did not accept the password.
    SudoPasswordWrong = "sudo_password_wrong", Failed;
    /// sudo is configured to want a terminal.
    SudoRequiresTty = "sudo_requires_tty", Failed;
    /// The host's disk or its inodes are full.
    HostDiskFull = "host_disk_full", Failed;
    /// The host's file system is read-only.
    HostReadOnly = "host_read_only", Failed;
    /// The account on the host may not do that with the file.
    PermissionDenied = "permission_denied", Failed;
    /// A folder, a device or something else stands where a plain file is needed.
    NotAFile = "not_a_file", Failed;
    /// The host did not do what was asked of a file, and did not say why.
    FileRefused = "file_refused", Failed;
    /// The connection broke.
    LinkLost = "link_lost", Failed;
    /// The total time for one exchange ran out.
    DeadlineExceeded = "deadline_exceeded", Failed;
    /// What the host said is not our protocol.
    Protocol = "protocol", Failed;
    /// Somebody else's change is at work on the host.
    HostLocked = "host_locked", Failed;
    /// The package manager's lock is held by another process.
    PackageManagerLocked = "package_manager_locked", Failed;
    /// The package manager said no.
    PackageManagerFailed = "package_manager_failed", Failed;
    /// The host's system is not one that this action supports.
    Unsupported = "unsupported", Failed;
    /// Changes may not start on the host at this time.
    OutsideWindow = "outside_window", Refused;
    /// The host is held: a rule or its state says that it must not be touched now.
    Held = "held", Refused;
    /// The run was halted before the host's turn came.
    RunHalted = "run_halted", Refused;
    /// Another host of the same group did not succeed.
    GroupStopped = "group_stopped", Refused;
    /// The host may not be restarted now.
    RestartRefused = "restart_refused", Refused;
    /// The host did not come back from its restart in time.
    NotBack = "not_back", Failed;
    /// A step ended with a code other than 0.
    StepFailed = "step_failed", Failed;
    /// A signal ended the task.
    Killed = "killed", Failed;
    /// The host was restarted in the middle of the task.
    InterruptedByReboot = "interrupted_by_reboot", Failed;
    /// The task took longer than it may.
    TimedOut = "timed_out", Failed;
    /// A person cancelled it.
    Cancelled = "cancelled", Failed;
    /// A health check or a wait did not succeed in its time.
    NotHealthy = "not_healthy", Failed;
    /// This build has no keys to believe a release by.
    UpdateOff = "update_off", Refused;
    /// A signature is not one, or does not fit what it stands for.
    UpdateSignatureInvalid = "update_signature_invalid", Refused;
    /// A release is signed with a key that this build does not know.
    UpdateKeyUnknown = "update_key_unknown", Refused;
    /// A release is signed with a key that is not in use any more.
    UpdateKeyRetired = "update_key_retired", Refused;
    /// A release's manifest is not one that this version can read.
    UpdateFormat = "update_format", Refused;
    /// A release is another channel's.
    UpdateChannel = "update_channel", Refused;
    /// A release's manifest is too old to be believed.
    UpdateExpired = "update_expired", Refused;
    /// A release was published after this machine's time: the clock is wrong.
    UpdateFromFuture = "update_from_future", Refused;
    /// An older manifest than one that was seen before.
    UpdateReplayed = "update_replayed", Refused;
    /// A release is older than what is installed.
    UpdateDowngrade = "update_downgrade", Refused;
    /// What is installed is too old to be updated by itself.
    UpdateTooOld = "update_too_old", Refused;
    /// A release has no package for this installation.
    UpdateTargetMissing = "update_target_missing", Refused;
    /// What the server sends is larger than it may be.
    UpdateTooLarge = "update_too_large", Refused;
    /// The server stopped before a package was whole.
    UpdateTruncated = "update_truncated", Failed;
    /// A package is not the one that its release names.
    UpdateArtifactMismatch = "update_artifact_mismatch", Refused;
    /// A package's signature does not say for which version it is.
    UpdateVersionUnsigned = "update_version_unsigned", Refused;
    /// A package was signed for another version.
    UpdateVersionMismatch = "update_version_mismatch", Refused;
    /// A release would come over a connection that is not encrypted.
    UpdateInsecureTransport = "update_insecure_transport", Refused;
    /// The server of the releases cannot be reached, or does not have what it should.
    UpdateServer = "update_server", Failed;
    /// Another Millwright is fetching an update.
    UpdateBusy = "update_busy", Failed;
    /// What this installation knew of updates is lost.
    UpdateMemoryLost = "update_memory_lost", Failed;
    /// An update is put in, and nothing begins meanwhile.
    UpdateInstalling = "update_installing", Refused;
    /// The system's installer did not put an update in.
    UpdateInstallFailed = "update_install_failed", Failed;
    /// Something is under way that must end first.
    WorkUnderWay = "work_under_way", Refused;
    /// A defect of Millwright.
    Internal = "internal", Failed;
}

impl fmt::Display for Code {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl std::str::FromStr for Code {
    type Err = Fault;

    fn from_str(text: &str) -> Result<Self, Fault> {
        Code::ALL
            .iter()
            .copied()
            .find(|code| code.as_str() == text)
            .ok_or_else(|| Fault::new(Code::Internal, format!("“{text}” is not the code of any failure")))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_code_reads_back_and_is_spelled_the_same_in_json() {
        for code in Code::ALL {
            assert_eq!(code.as_str().parse::<Code>().unwrap(), *code);
            assert_eq!(serde_json::to_value(code).unwrap(), code.as_str());
        }
    }
}
