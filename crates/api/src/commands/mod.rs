//! The one table of what a window can ask. Each command stands here once: its name, its arguments, its answer and the
//! function that answers it. The TypeScript types of the window are made from it.

mod audit;
mod fleet;
mod inventory;
mod library;
mod log;
mod plans;
mod runs;
mod search;
mod today;
mod typescript;

pub use typescript::typescript;

use crate::desk::Desk;
use millwright_domain::{Code, Fault};
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use ts_rs::TS;

/// No arguments.
#[derive(Debug, Deserialize, TS)]
#[serde(deny_unknown_fields)]
pub(crate) struct Nothing {}

/// Declares the table. `reads` answers from the workspace on a thread that may block; `asks` waits for hosts or writes.
macro_rules! commands {
    ($($(#[doc = $doc:literal])* $name:ident($arguments:ty) -> $answer:ty, $way:ident $function:path;)*) => {
        pub(crate) async fn call(desk: &Desk, command: &str, arguments: Value) -> Result<Value, Fault> {
            match command {
                $(stringify!($name) => {
                    let arguments: $arguments = read(command, arguments)?;
                    let answer: $answer = commands!(@$way desk, $function, arguments);
                    write(answer)
                })*
                _ => Err(Fault::new(Code::InvalidInput, format!("there is no command “{}”", command.escape_debug()))),
            }
        }

        fn each(visitor: &mut typescript::Collector) {
            $(visitor.command::<$arguments, $answer>(stringify!($name), concat!($($doc,)*));)*
        }
    };
    (@reads $desk:ident, $function:path, $arguments:ident) => {{
        let desk = $desk.clone();
        tokio::task::spawn_blocking(move || $function(&desk, $arguments)).await.map_err(broken)??
    }};
    (@asks $desk:ident, $function:path, $arguments:ident) => { $function($desk, $arguments).await? };
}

commands! {
    /// The workspace itself.
    workspace_show(Nothing) -> today::WorkspaceView, reads today::workspace_show;
    /// What needs somebody, by cause.
    today_show(Nothing) -> today::Today, reads today::today_show;
    /// Clients, hosts, runs and runbooks that a text finds, the best first.
    search(search::SearchFor) -> Vec<search::SearchHit>, reads search::search;

    /// Clients with their environments.
    fleet_tree(Nothing) -> Vec<fleet::TreeClient>, reads fleet::fleet_tree;
    /// A page of hosts, with the counts of the same moment.
    fleet_page(fleet::FleetPageQuery) -> fleet::FleetPage, reads fleet::fleet_page;
    /// Asks hosts about themselves.
    facts_refresh(fleet::RefreshFacts) -> Vec<crate::FactsResult>, asks fleet::facts_refresh;
    /// What a host said last; none when it was never asked.
    facts_show(inventory::OneHost) -> Option<millwright_domain::facts::Facts>, reads fleet::facts_show;
    /// The five steps, per host.
    host_check(fleet::HostChoice) -> Vec<crate::HostCheck>, asks fleet::host_check;

    client_add(inventory::AddClient) -> millwright_domain::fleet::Client, asks inventory::client_add;
    client_show(inventory::OneClient) -> inventory::ClientCard, reads inventory::client_show;
    /// Refused while the client has environments.
    client_remove(inventory::OneClient) -> (), asks inventory::client_remove;
    environment_add(inventory::AddEnvironment) -> millwright_domain::fleet::Environment, asks inventory::environment_add;
    environment_edit(inventory::EditEnvironment) -> millwright_domain::fleet::Environment, asks inventory::environment_edit;
    /// Refused while the environment has hosts.
    environment_remove(inventory::OneEnvironment) -> (), asks inventory::environment_remove;
    host_add(crate::HostDraft) -> millwright_domain::fleet::Host, asks inventory::host_add;
    host_show(inventory::OneHost) -> crate::HostView, reads inventory::host_show;
    host_edit(inventory::EditHost) -> millwright_domain::fleet::Host, asks inventory::host_edit;
    host_remove(inventory::OneHost) -> (), asks inventory::host_remove;
    /// Edits of a host and the work on it, the newest first.
    host_timeline(inventory::OneHost) -> Vec<inventory::TimelineEntry>, reads inventory::host_timeline;
    /// The key that a host shows now. Nobody logs in.
    host_key_offered(inventory::OneHost) -> crate::OfferedKey, asks inventory::host_key_offered;
    /// Pins the key that has this fingerprint, if the host still shows it.
    host_key_trust(inventory::TrustKey) -> millwright_domain::fleet::HostKeyPin, asks inventory::host_key_trust;
    /// Takes up the hosts of a file, or says what that would do.
    import_file(inventory::ImportFile) -> crate::ImportReport, asks inventory::import_file;

    plan_patch(plans::PlanPatch) -> plans::PlanView, asks plans::plan_patch;
    plan_exec(plans::PlanExec) -> plans::PlanView, asks plans::plan_exec;
    plan_runbook(plans::PlanRunbook) -> plans::PlanView, asks plans::plan_runbook;
    plan_product(plans::PlanProduct) -> plans::PlanView, asks plans::plan_product;
    /// Begins the run of a plan that was approved by its hash, and drives it.
    run_begin(plans::BeginRun) -> millwright_domain::ids::RunId, asks plans::run_begin;

    run_list(runs::RunListQuery) -> Vec<crate::RunSummary>, reads runs::run_list;
    /// The runs that this window drives just now.
    runs_open(Nothing) -> Vec<crate::RunSummary>, reads runs::runs_open;
    run_show(runs::OneRun) -> crate::RunDocument, reads runs::run_show;
    /// Re-attaches to a run whose jobs have not ended, and drives it on.
    run_follow(runs::OneRun) -> (), asks runs::run_follow;
    /// Asks for the end of a run. It has ended when its jobs say so.
    run_cancel(runs::CancelRun) -> (), asks runs::run_cancel;
    /// A piece of what a host printed, as text.
    log_read(log::LogPiece) -> log::LogText, reads log::log_read;
    /// Looks for a text in all that a host printed, a stretch at a time.
    log_search(log::LogSearch) -> log::LogMatches, reads log::log_search;

    runbook_list(Nothing) -> Vec<crate::LibraryEntry>, reads library::runbook_list;
    runbook_show(library::OneName) -> library::RunbookView, reads library::runbook_show;
    recipe_list(Nothing) -> Vec<crate::LibraryEntry>, reads library::recipe_list;
    recipe_show(library::OneName) -> library::RecipeView, reads library::recipe_show;

    /// Entries of the audit, the newest first.
    audit_list(audit::AuditQuery) -> Vec<millwright_domain::audit::AuditEntry>, reads audit::audit_list;
    /// Walks the whole audit.
    audit_verify(Nothing) -> millwright_domain::audit::AuditHead, reads audit::audit_verify;

    /// A person's answer to a question; none says that nobody answers. It is passed on and kept nowhere.
    question_answer(runs::Answer) -> (), reads runs::question_answer;
}

fn read<T: DeserializeOwned>(command: &str, arguments: Value) -> Result<T, Fault> {
    serde_json::from_value(arguments)
        .map_err(|error| Fault::new(Code::InvalidInput, format!("the arguments of {command} cannot be read: {error}")))
}

fn write(answer: impl Serialize) -> Result<Value, Fault> {
    serde_json::to_value(answer)
        .map_err(|error| Fault::new(Code::Internal, format!("an answer cannot be written: {error}")))
}

fn broken(error: tokio::task::JoinError) -> Fault {
    Fault::new(Code::Internal, format!("a command did not come to its end: {error}"))
        .with_hint("This is a defect of Millwright; the log has more.")
}
