//! Everything that a client can ask, once.
//!
//! Owns: what the command and the window can do, as methods of [`Workspace`], and the shapes of the answers. It wires the
//! store, the SSH transport, the planner and the runner together. Does not own: how anything is shown, how a person is
//! asked, nor any rule that belongs below.

mod check;
mod commands;
mod connections;
mod desk;
mod facts;
mod fan;
pub mod import;
mod import_apply;
mod inventory;
mod journal;
mod known_hosts;
mod library;
mod overview;
mod people;
mod planning;
mod runs;
mod settle;
mod trust;
mod view;
mod workspace;

pub use check::{CheckName, CheckResult, CheckStep, HostCheck};
pub use commands::typescript;
pub use desk::{Desk, EngineEvent, QuestionView};
pub use facts::{FactsResult, FactsSummary};
pub use import_apply::{ImportKind, ImportMode, ImportReport};
pub use inventory::{ClientView, EnvironmentEdit, EnvironmentView, HostDraft, HostEdit, HostView};
pub use known_hosts::KnownHostsReport;
pub use library::LibraryEntry;
pub use overview::{HostStatus, Overview};
pub use people::{Asked, People, Question};
pub use planning::{Planned, ProductWish, Settings};
pub use trust::OfferedKey;
pub use view::{JobDocument, RunDocument, RunSummary};
pub use workspace::Workspace;

pub use millwright_packages::IndexRefresh;
pub use millwright_planner::{ExecMode, ExecRequest, PatchRequest, PatchScope, ProductAction};
pub use millwright_runner::Secrets;
pub use millwright_ssh::{PromptRequest, raise_open_file_limit};
