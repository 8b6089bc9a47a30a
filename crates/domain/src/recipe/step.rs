//! The steps of recipes and runbooks. One step does exactly one thing.

use super::{diagnostic::Place, template::Template};
use crate::run::{OnFailure, Privilege};
use serde::{Deserialize, Serialize};

/// One step.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Step {
    /// What people see while it runs.
    pub name: String,
    /// What it does.
    pub action: Action,
    /// As whom it runs (`sudo = true` is root). Root by default for `package`, `service` and `reboot`; the account that
    /// logs in for the others.
    pub privilege: Privilege,
    /// How long it may take.
    pub timeout_seconds: u32,
    /// sh text: the step is left out unless it ends with 0. Runs with the step's own rights.
    pub only_if: Option<Template>,
    /// What follows when it fails.
    pub on_failure: OnFailure,
    /// Where it stands in its file.
    pub place: Place,
}

/// What a step does.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Action {
    /// Runs sh text.
    Run(Template),
    /// Puts a file onto the host.
    Upload(Upload),
    /// Works on packages.
    Package(PackageStep),
    /// Works on a service.
    Service(ServiceStep),
    /// Waits until something is so.
    WaitFor(WaitFor),
    /// Restarts the host and waits until it is back.
    Reboot,
}

impl Action {
    /// The field of a step that asks for this action.
    pub const fn keyword(&self) -> &'static str {
        match self {
            Action::Run(_) => "run",
            Action::Upload(_) => "upload",
            Action::Package(_) => "package",
            Action::Service(_) => "service",
            Action::WaitFor(_) => "wait_for",
            Action::Reboot => "reboot",
        }
    }
}

/// A file to put onto the host.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Upload {
    /// What is in it.
    pub source: UploadSource,
    /// Its absolute path on the host.
    pub to: Template,
    /// Its owner. None: whoever runs the step.
    pub owner: Option<Template>,
    /// Its group. None: the group of whoever runs the step.
    pub group: Option<Template>,
    /// Its permission bits. None: 0644, or 0600 when a secret is in it.
    pub mode: Option<u32>,
}

/// Where the content of an uploaded file comes from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum UploadSource {
    /// The recipe itself. Values are put in as text; nothing is quoted.
    Content(Template),
    /// A file beside the recipe, as it is: a relative path without `..`.
    File(String),
}

/// Work on packages.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PackageStep {
    /// What to do.
    pub action: PackageAction,
    /// The packages. Never empty.
    pub names: Vec<Template>,
    /// The exact version, only with a single name and with `install` or `upgrade`. When it renders to nothing, the
    /// newest that the host's sources offer.
    pub version: Option<Template>,
}

/// What to do with packages.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum PackageAction {
    /// Install them, or bring them to the version that is asked for.
    Install,
    /// Upgrade them where they are installed.
    Upgrade,
    /// Remove them; their configuration stays.
    Remove,
    /// Remove them and their configuration.
    Purge,
    /// Keep them at their version.
    Hold,
    /// Let them be upgraded again.
    Unhold,
}

impl PackageAction {
    /// Every action, as it is spelled.
    pub const ALL: &'static [(&'static str, PackageAction)] = &[
        ("install", PackageAction::Install),
        ("upgrade", PackageAction::Upgrade),
        ("remove", PackageAction::Remove),
        ("purge", PackageAction::Purge),
        ("hold", PackageAction::Hold),
        ("unhold", PackageAction::Unhold),
    ];
}

/// Work on a service.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ServiceStep {
    /// The service.
    pub name: Template,
    /// What to do.
    pub action: ServiceAction,
}

/// What to do with a service.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum ServiceAction {
    /// Start it now.
    Start,
    /// Stop it now.
    Stop,
    /// Stop and start it now.
    Restart,
    /// Have it read its configuration again.
    Reload,
    /// Start it at every boot.
    Enable,
    /// No longer start it at boot.
    Disable,
}

impl ServiceAction {
    /// Every action, as it is spelled.
    pub const ALL: &'static [(&'static str, ServiceAction)] = &[
        ("start", ServiceAction::Start),
        ("stop", ServiceAction::Stop),
        ("restart", ServiceAction::Restart),
        ("reload", ServiceAction::Reload),
        ("enable", ServiceAction::Enable),
        ("disable", ServiceAction::Disable),
    ];

    /// The word that `systemctl`, OpenRC and `service` know it by.
    pub const fn as_str(self) -> &'static str {
        match self {
            ServiceAction::Start => "start",
            ServiceAction::Stop => "stop",
            ServiceAction::Restart => "restart",
            ServiceAction::Reload => "reload",
            ServiceAction::Enable => "enable",
            ServiceAction::Disable => "disable",
        }
    }
}

/// Waiting until something is so.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WaitFor {
    /// What must become so.
    pub condition: Condition,
    /// After how long to give up.
    pub timeout_seconds: u32,
    /// How long to rest between two attempts.
    pub interval_seconds: u32,
}

/// What is waited for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Condition {
    /// Something on the host itself listens on this TCP port.
    Port(Template),
    /// A URL answers, asked from the host.
    Http(HttpExpectation),
    /// sh text ends with 0.
    Command(Template),
}

/// The answer that is waited for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HttpExpectation {
    /// The URL.
    pub url: Template,
    /// The status of the answer.
    pub status: u16,
    /// Text that the answer holds.
    pub contains: Option<Template>,
}
