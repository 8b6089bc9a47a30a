//! What a client is shown of updates.

use super::{UpdateOwner, Updating, lock};
use crate::desk::Desk;
use jiff::Timestamp;
use millwright_domain::Fault;
use millwright_updates::{Channel, Offer, Outcome, PastUpdate, Standing, State};
use serde::Serialize;
use ts_rs::TS;

/// How many earlier updates are shown.
const SHOWN_HISTORY: usize = 10;

/// This installation and its updates.
#[derive(Debug, Clone, Serialize, TS)]
pub struct UpdatesView {
    /// The version that runs.
    pub version: String,
    /// How it was installed, as releases call it (`linux-x86_64-deb`).
    pub target: Option<String>,
    /// Who updates it.
    pub owner: UpdateOwner,
    /// Why it does not update itself, and what to do instead.
    pub off: Option<Fault>,
    /// Which releases are followed.
    #[ts(type = "\"stable\" | \"beta\"")]
    pub channel: Channel,
    /// Whether the server is being asked.
    pub is_checking: bool,
    /// When it was asked last.
    pub checked_at: Option<Timestamp>,
    /// Why nothing came of it.
    pub check_fault: Option<Fault>,
    /// What the newest release means here.
    pub news: UpdateNews,
    /// How far putting it in is.
    pub phase: UpdatePhase,
    /// What this start came after, until somebody has seen it.
    pub restarted: Option<Restarted>,
    /// Earlier updates, the newest first.
    pub history: Vec<PastUpdateView>,
    /// What was lost with a damaged memory.
    pub lost: Option<Fault>,
}

/// What the newest release means here.
#[derive(Debug, Clone, PartialEq, Serialize, TS)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum UpdateNews {
    /// Nobody knows: the server has not answered yet.
    Unknown,
    /// It is what runs.
    Current,
    /// It can be installed.
    Offered {
        /// What.
        offer: OfferView,
    },
    /// There is a newer one, and it is not this installation's turn yet.
    NotYet {
        /// Its version.
        version: String,
        /// To how many of a hundred installations it is offered so far.
        rollout_percent: f64,
    },
    /// There is a newer one, but it was taken back.
    Withdrawn {
        /// Its version.
        version: String,
    },
}

/// A version that can be installed.
#[derive(Debug, Clone, PartialEq, Serialize, TS)]
pub struct OfferView {
    /// It.
    pub version: String,
    /// What changes with it, as its makers say. Text.
    pub notes: String,
    /// When it was signed.
    pub published: Timestamp,
    /// Until when it may be believed.
    pub expires: Timestamp,
    /// How large its package is.
    pub size_bytes: u64,
    /// Its package's SHA-256, in hexadecimal.
    pub sha256: String,
    /// The server that has it.
    pub server: String,
    /// The key that the release is signed with: its name, then its id.
    pub signed_by: String,
    /// When this very version was left here, because it was started twice and did not come up.
    pub did_not_come_up_at: Option<Timestamp>,
    /// Whether it lies here, proven.
    pub is_fetched: bool,
    /// What will happen, step by step.
    pub steps: Vec<String>,
}

/// How far putting an update in is.
#[derive(Debug, Clone, PartialEq, Serialize, TS)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum UpdatePhase {
    /// Nothing is being done.
    Idle,
    /// The package is on its way.
    Fetching {
        /// That lie here.
        bytes: u64,
        /// Of the whole.
        of_bytes: u64,
    },
    /// It lies here, and something is under way that must end first.
    Waiting {
        /// What.
        until: String,
    },
    /// The workspace is being copied.
    BackingUp,
    /// The system's installer is at work.
    Installing,
    /// It is installed.
    Restarting,
    /// Nothing came of it.
    Failed {
        /// Why.
        fault: Fault,
    },
}

/// An update that this start came after.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, TS)]
pub struct Restarted {
    /// What ran before.
    pub from: String,
    /// What runs now.
    pub to: String,
    /// What changed with it. Text.
    pub notes: String,
}

/// An earlier update.
#[derive(Debug, Clone, Serialize, TS)]
pub struct PastUpdateView {
    /// What ran before.
    pub from: String,
    /// What was to be.
    pub to: String,
    /// What changed with it, as its makers say. Text.
    pub notes: String,
    /// When it was over.
    pub at: Timestamp,
    /// Why it was not installed; none if it was.
    pub fault: Option<String>,
    /// The copy of the workspace that was made before.
    pub backup: Option<String>,
}

/// What there is to show now.
pub(crate) fn updates_view(desk: &Desk) -> UpdatesView {
    let off = desk.may_update().err();
    let Some(updating) = desk.updating() else {
        return UpdatesView {
            version: crate::VERSION.to_owned(),
            target: None,
            owner: UpdateOwner::Nobody,
            off,
            channel: Channel::Stable,
            is_checking: false,
            checked_at: None,
            check_fault: None,
            news: UpdateNews::Unknown,
            phase: UpdatePhase::Idle,
            restarted: None,
            history: Vec::new(),
            lost: None,
        };
    };
    let state = updating.updates.state();
    let is_on = state.is_on && off.is_none();
    let no_keys = (!state.is_on).then(no_keys);
    UpdatesView {
        version: state.version.to_string(),
        target: state.target.as_ref().map(ToString::to_string),
        owner: updating.owner.clone(),
        off: off.or(no_keys),
        channel: state.channel,
        is_checking: state.is_checking,
        checked_at: state.last_check.as_ref().map(|check| check.at),
        check_fault: state.last_check.as_ref().and_then(|check| check.fault.clone()),
        news: if is_on { news(updating, &state) } else { UpdateNews::Unknown },
        phase: lock(&updating.phase).clone(),
        restarted: lock(&updating.restarted).clone(),
        history: state.history.iter().rev().take(SHOWN_HISTORY).map(past).collect(),
        lost: state.lost,
    }
}

fn no_keys() -> Fault {
    Fault::new(
        millwright_domain::Code::UpdateOff,
        "this build of Millwright has no keys to believe a release by, so it does not update itself",
    )
    .with_hint("Install a released version, or build a newer one.")
}

fn news(updating: &Updating, state: &State) -> UpdateNews {
    match &state.standing {
        None => UpdateNews::Unknown,
        Some(Standing::Current) => UpdateNews::Current,
        Some(Standing::NotYet { version, rollout }) => {
            UpdateNews::NotYet { version: version.to_string(), rollout_percent: rollout.fraction() * 100.0 }
        }
        Some(Standing::Withdrawn { version }) => UpdateNews::Withdrawn { version: version.to_string() },
        Some(Standing::Offered(offer)) => UpdateNews::Offered {
            offer: OfferView {
                version: offer.version.to_string(),
                notes: offer.notes.clone(),
                published: offer.published,
                expires: offer.expires,
                size_bytes: offer.artifact.size_bytes,
                sha256: offer.artifact.sha256.to_string(),
                server: offer.artifact.url.host_str().unwrap_or_default().to_owned(),
                signed_by: offer.signed_by.clone(),
                did_not_come_up_at: did_not_come_up_at(&state.history, offer),
                is_fetched: state.is_fetched,
                steps: steps(updating, offer),
            },
        },
    }
}

/// None once it came up after all.
fn did_not_come_up_at(history: &[PastUpdate], offer: &Offer) -> Option<Timestamp> {
    let mut ends = history.iter().rev().filter(|past| past.to == offer.version);
    let last = ends.find(|past| matches!(past.outcome, Outcome::Installed | Outcome::DidNotComeUp))?;
    (last.outcome == Outcome::DidNotComeUp).then_some(last.at)
}

fn steps(updating: &Updating, offer: &Offer) -> Vec<String> {
    let from = updating.version();
    let install = match offer.target.bundle() {
        "deb" => "Installs it with dpkg. Your system asks for a password.",
        "rpm" => "Installs it with rpm. Your system asks for a password.",
        _ => "Installs it in the place of this one.",
    };
    let way_back = match &offer.previous {
        Some(_) => format!("Keeps the package of {from}, in case {} does not start twice.", offer.version),
        None => format!("The release names no package of {from} to go back to; the copy of the workspace is kept."),
    };
    vec![
        "Fetches the package and proves its size, SHA-256 and signature.".to_owned(),
        "Waits until no run, file or terminal is under way, and lets none begin.".to_owned(),
        "Copies the workspace's database to its backups, and checks the copy.".to_owned(),
        install.to_owned(),
        "Restarts Millwright, and says what changed.".to_owned(),
        way_back,
    ]
}

fn past(update: &PastUpdate) -> PastUpdateView {
    PastUpdateView {
        from: update.from.to_string(),
        to: update.to.to_string(),
        notes: update.notes.clone(),
        at: update.at,
        fault: match &update.outcome {
            Outcome::Installed => None,
            Outcome::Failed { fault } => Some(fault.message.clone()),
            Outcome::DidNotComeUp => Some("it was started twice and did not come up".to_owned()),
            Outcome::Unfinished { found } => Some(format!("afterwards {found} was found")),
        },
        backup: update.backup.as_ref().map(|path| path.display().to_string()),
    }
}
