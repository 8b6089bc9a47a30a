//! What planning starts from: the hosts, and what is known of each.

use crate::files::FileText;
use crate::render::HostContext;
use jiff::tz::TimeZone;
use millwright_domain::facts::Facts;
use millwright_domain::fleet::{Host, Installation, SudoMode};
use millwright_domain::run::{LeftOut, PlannedJob, Privilege, Work};
use millwright_domain::window::Windows;
use millwright_domain::{Code, Fault};
use std::collections::BTreeMap;

/// A host that was selected.
#[derive(Debug, Clone)]
pub struct Candidate {
    /// The host.
    pub host: Host,
    /// Where it is.
    pub environment: CandidateEnvironment,
    /// What it said when the plan was made, or why it said nothing.
    pub known: Result<Known, Fault>,
}

/// What the inventory says of a host's environment.
#[derive(Debug, Clone)]
pub struct CandidateEnvironment {
    /// Whether it is a production one.
    pub production: bool,
    /// When changes may start there.
    pub windows: Windows,
    /// In which zone the windows are meant.
    pub zone: TimeZone,
}

/// What is known of a host.
#[derive(Debug, Clone, Default)]
pub struct Known {
    /// What it said about itself, if it was asked.
    pub facts: Option<Facts>,
    /// The version of the product that its probe showed.
    pub installed_version: Option<String>,
    /// The line of the probe's output in which that version stood.
    pub probe_line: Option<String>,
    /// What the inventory has of the product on it.
    pub installation: Option<Installation>,
    /// What is in the files that the plan would write, as far as it was asked.
    pub files: BTreeMap<String, FileText>,
    /// Which versions of packages can be had, for each package that was asked about; none when nobody asked.
    pub available: Option<BTreeMap<String, Vec<String>>>,
}

impl Candidate {
    /// A job that does this on the host.
    pub(crate) fn job(&self, work: Work) -> PlannedJob {
        PlannedJob {
            host_id: self.host.id,
            host: self.host.path.clone(),
            production: self.environment.production,
            changes: Vec::new(),
            risks: Vec::new(),
            window: None,
            packages: Vec::new(),
            differences: Vec::new(),
            saved: None,
            undo: None,
            disk: None,
            work,
            installation: None,
        }
    }

    /// The job of a host that gets no work.
    pub(crate) fn left_out(&self, left_out: LeftOut) -> PlannedJob {
        self.job(Work::LeftOut(left_out))
    }

    /// What is known, or why the host could not be asked.
    pub(crate) fn known(&self) -> Result<&Known, LeftOut> {
        self.known.as_ref().map_err(|fault| LeftOut::Unreachable(fault.clone()))
    }

    /// Refuses work that needs root where the inventory knows no way to it.
    pub(crate) fn allow(&self, privilege: Privilege) -> Result<(), LeftOut> {
        let root = self.host.user == "root" || self.host.sudo != SudoMode::None;
        if privilege == Privilege::Login || root {
            return Ok(());
        }
        let fault = Fault::new(
            Code::SudoRefused,
            format!("this needs root, and “{}” logs in as {} without sudo", self.host.path, self.host.user),
        )
        .with_hint("Set the way with `millwright host edit HOST --sudo nopasswd` (or ask).");
        Err(LeftOut::Skipped(fault))
    }

    /// What templates may know of the host.
    pub(crate) fn context(&self, requested_version: Option<String>) -> HostContext {
        let known = self.known.as_ref().ok();
        let os = known.and_then(|known| known.facts.as_ref()).and_then(|facts| facts.os.as_ref());
        HostContext {
            name: self.host.path.host.to_string(),
            client: self.host.path.client.to_string(),
            environment: self.host.path.environment.to_string(),
            os_id: os.map(|os| os.id.clone()).unwrap_or_default(),
            os_version_id: os.and_then(|os| os.version_id.clone()).unwrap_or_default(),
            requested_version,
            installed_version: known.and_then(|known| known.installed_version.clone()),
        }
    }

    /// Refuses a host whose system is none of these. An empty list allows any, and so does a system that is not known.
    pub(crate) fn system_is(&self, systems: &[String], what: &str) -> Result<(), LeftOut> {
        let facts = self.known.as_ref().ok().and_then(|known| known.facts.as_ref());
        let Some(os) = facts.and_then(|facts| facts.os.as_ref()) else { return Ok(()) };
        if systems.is_empty() || systems.contains(&os.id) {
            return Ok(());
        }
        let fault = Fault::new(
            Code::Unsupported,
            format!("{what} is written for {}, and this host runs {}", systems.join(", "), os.id),
        );
        Err(LeftOut::Skipped(fault))
    }
}
