//! Everything that a client can ask, once.
//!
//! Owns: what the command and the window can do, as methods of [`Workspace`], and the shapes of the answers. It wires the
//! store, the SSH transport, the planner and the runner together. Does not own: how anything is shown, how a person is
//! asked, nor any rule that belongs below.

mod causes;
mod check;
mod commands;
mod connections;
mod desk;
mod facts;
mod fan;
mod files;
mod grants;
pub mod import;
mod importing;
mod inventory;
mod journal;
mod known_hosts;
mod library;
mod looks;
mod overview;
mod people;
mod planning;
mod plans;
mod policies;
mod progress;
mod rate;
mod resume;
mod runs;
mod settings;
mod settle;
mod shelf;
mod shell;
mod terminals;
mod terms;
mod transfer;
mod transfers;
mod trust;
mod undo;
mod undoing;
mod updating;
mod view;
mod windows;
mod workspace;

pub use causes::Cause;
pub use check::{CheckName, CheckResult, CheckStep, HostCheck};
pub use commands::typescript;
pub use desk::{Desk, EngineEvent, QuestionView};
pub use facts::{FactsResult, FactsSummary};
pub use files::{FileEntry, FileEntryKind, FilesPage};
pub use importing::{
    BadRowPolicy, FieldChange, ImportCheck, ImportKind, ImportLeftOut, ImportMode, ImportReport, ImportRowCheck,
    ImportSheet, RowBecomes,
};
pub use inventory::{ClientView, EnvironmentEdit, EnvironmentView, HostDraft, HostEdit, HostView};
pub use known_hosts::{KnownHostKeys, KnownHostsFound, KnownHostsReport};
pub use library::{LibraryEntry, RecipeSource, RunbookSource};
pub use millwright_domain::policy::GivenPolicy;
pub use overview::{HostStatus, Overview};
pub use people::{Asked, People, Question};
pub use planning::{ExecWish, Planned, ProductWish, Settings};
pub use plans::PlanDocument;
pub use policies::PolicyView;
pub use progress::Progress;
pub use settings::{SettingLevel, SettingOrigin, SettingView};
pub use shelf::{LibraryText, Shelf, Sound};
pub use shell::{OpenShell, Shell, ShellPiece, TerminalEnd};
pub use terms::{How, WindowWish};
pub use transfer::{IfTaken, TransferDirection, TransferOrder, TransferProgress, TransferStart};
pub use transfers::{TransferState, TransferView};
pub use trust::OfferedKey;
pub use undo::Edited;
pub use updating::{
    Installer, OfferView, PastUpdateView, Restarted, UpdateNews, UpdateOwner, UpdatePhase, UpdateWhen, UpdatesView,
};
pub use view::{JobDocument, RunDocument, RunSummary, WaveDocument};
pub use windows::{Occurrence, WindowsView};
pub use workspace::Workspace;

pub use millwright_packages::IndexRefresh;
pub use millwright_planner::{ExecMode, PatchScope, PlanDiff, ProductAction};
pub use millwright_runner::Secrets;
pub use millwright_ssh::{ExchangeInput, PromptRequest, PtySize, ShellWindow, raise_open_file_limit};
pub use millwright_store::table::approval::Approval;
pub use millwright_store::table::plan::PlanSummary;
pub use millwright_store::table::schedule::Scheduled;

/// The version of Millwright: the workspace's own, unless a package is made as another one, as tests of updates do.
pub const VERSION: &str = match option_env!("MILLWRIGHT_VERSION") {
    Some(version) => version,
    None => env!("CARGO_PKG_VERSION"),
};
