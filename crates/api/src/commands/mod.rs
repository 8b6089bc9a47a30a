//! The one table of what a window can ask. Each command stands here once: its name, its arguments, its answer and the
//! function that answers it. The TypeScript types of the window are made from it.

mod approvals;
mod audit;
mod files;
mod fleet;
mod import;
mod inventory;
mod library;
mod log;
mod plan_view;
mod plans;
mod policies;
mod runs;
mod search;
mod settings;
mod terminal;
mod today;
mod typescript;
mod updates;

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

    /// What can be chosen, and where each value comes from.
    settings_show(Nothing) -> Vec<crate::SettingView>, reads settings::settings_show;
    /// Keeps a value at a level, or none there.
    setting_keep(settings::KeepSetting) -> (), asks settings::setting_keep;
    /// Every key that is pinned, with whose it is.
    pins_list(Nothing) -> Vec<settings::PinOfHost>, reads settings::pins_list;

    /// This installation and its updates.
    updates_show(Nothing) -> crate::UpdatesView, reads updates::updates_show;
    /// Asks the server for the newest release.
    updates_check(Nothing) -> crate::UpdatesView, asks updates::updates_check;
    /// Follows other releases from now on.
    updates_choose(updates::ChooseChannel) -> crate::UpdatesView, asks updates::updates_choose;
    /// Begins to install the version that was shown.
    updates_install(updates::InstallUpdate) -> crate::UpdatesView, reads updates::updates_install;
    /// Gives up an update that is not being installed yet.
    updates_leave(Nothing) -> crate::UpdatesView, reads updates::updates_leave;
    /// Somebody has seen what the last update changed.
    updates_seen(Nothing) -> crate::UpdatesView, reads updates::updates_seen;

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

    client_add(inventory::AddClient) -> crate::Edited<millwright_domain::fleet::Client>, asks inventory::client_add;
    client_show(inventory::OneClient) -> inventory::ClientCard, reads inventory::client_show;
    /// Refused while the client has environments.
    client_remove(inventory::OneClient) -> crate::Edited<()>, asks inventory::client_remove;
    environment_add(inventory::AddEnvironment) -> crate::Edited<millwright_domain::fleet::Environment>, asks inventory::environment_add;
    environment_edit(inventory::EditEnvironment) -> crate::Edited<millwright_domain::fleet::Environment>, asks inventory::environment_edit;
    /// Refused while the environment has hosts.
    environment_remove(inventory::OneEnvironment) -> crate::Edited<()>, asks inventory::environment_remove;
    host_add(crate::HostDraft) -> crate::Edited<millwright_domain::fleet::Host>, asks inventory::host_add;
    host_show(inventory::OneHost) -> crate::HostView, reads inventory::host_show;
    host_edit(inventory::EditHost) -> crate::Edited<millwright_domain::fleet::Host>, asks inventory::host_edit;
    host_remove(inventory::OneHost) -> crate::Edited<()>, asks inventory::host_remove;
    /// Takes an edit of the inventory back, if nobody has edited the same thing since.
    edit_undo(inventory::OneEdit) -> crate::Edited<()>, asks inventory::edit_undo;
    /// Edits of a host and the work on it, the newest first.
    host_timeline(inventory::OneHost) -> Vec<inventory::TimelineEntry>, reads inventory::host_timeline;
    /// The key that a host shows now. Nobody logs in.
    host_key_offered(inventory::OneHost) -> crate::OfferedKey, asks inventory::host_key_offered;
    /// Pins the key that has this fingerprint, if the host still shows it.
    host_key_trust(inventory::TrustKey) -> millwright_domain::fleet::HostKeyPin, asks inventory::host_key_trust;
    /// Never again accepts a key of a host.
    host_key_revoke(inventory::TrustKey) -> (), asks inventory::host_key_revoke;

    /// A file's hosts as rows of a sheet, whatever is wrong with them.
    import_read(import::ReadImport) -> crate::ImportSheet, reads import::import_read;
    /// What would become of each row. Nothing is kept.
    import_check(import::CheckImport) -> crate::ImportCheck, reads import::import_check;
    /// Takes the rows up, all in one transaction.
    import_apply(import::ApplyImport) -> crate::ImportReport, asks import::import_apply;
    /// What a `known_hosts` file of this machine has for hosts of the inventory. Nothing is kept.
    known_hosts_read(import::ReadKnownHosts) -> crate::KnownHostsFound, reads import::known_hosts_read;

    plan_patch(plans::PlanPatch) -> plan_view::PlanView, asks plans::plan_patch;
    plan_exec(plans::PlanExec) -> plan_view::PlanView, asks plans::plan_exec;
    plan_runbook(plans::PlanRunbook) -> plan_view::PlanView, asks plans::plan_runbook;
    plan_product(plans::PlanProduct) -> plan_view::PlanView, asks plans::plan_product;
    /// A plan for the hosts that have not succeeded in a run.
    plan_resume(plans::PlanResume) -> plan_view::PlanView, asks plans::plan_resume;
    /// A plan that takes back what a run did, graded for each host.
    plan_undo(plans::PlanUndo) -> plan_view::PlanView, asks plans::plan_undo;
    /// The newest plans, the newest first.
    plan_list(approvals::PlanListQuery) -> Vec<crate::PlanSummary>, reads approvals::plan_list;
    plan_show(approvals::OnePlan) -> plan_view::PlanView, reads approvals::plan_show;
    /// What is different in a later plan.
    plan_diff(approvals::ComparePlans) -> crate::PlanDiff, reads approvals::plan_diff;
    /// Binds the actor and the hash to a plan.
    plan_approve(approvals::ApprovePlan) -> crate::Approval, asks approvals::plan_approve;
    /// Begins the run of a plan that was approved before, and drives it.
    plan_run(approvals::OnePlan) -> millwright_domain::ids::RunId, asks approvals::plan_run;
    /// Approves a plan by its hash, begins its run and drives it.
    run_begin(approvals::ApprovePlan) -> millwright_domain::ids::RunId, asks approvals::run_begin;
    /// Lets an approved plan begin later, while something is up that can begin it.
    plan_schedule(approvals::SchedulePlan) -> (), asks approvals::plan_schedule;
    plan_unschedule(approvals::OnePlan) -> (), asks approvals::plan_unschedule;
    /// The plans that wait for their time, the soonest first.
    schedule_list(Nothing) -> Vec<crate::Scheduled>, reads approvals::schedule_list;

    /// Every policy that is kept, the workspace's first.
    policy_list(Nothing) -> Vec<crate::PolicyView>, reads policies::policy_list;
    /// Keeps a client's policy, or the workspace's; or takes it away.
    policy_set(policies::SetPolicy) -> (), asks policies::policy_set;
    /// What is wrong with a policy's text, by line.
    policy_check(policies::CheckPolicy) -> policies::CheckedPolicy, reads policies::policy_check;
    /// What an environment's maintenance windows mean from now on.
    windows_show(policies::WindowsOf) -> crate::WindowsView, reads policies::windows_show;

    run_list(runs::RunListQuery) -> Vec<crate::RunSummary>, reads runs::run_list;
    /// The runs that this window drives just now.
    runs_open(Nothing) -> Vec<crate::RunSummary>, reads runs::runs_open;
    run_show(runs::OneRun) -> crate::RunDocument, reads runs::run_show;
    /// Re-attaches to a run whose jobs have not ended, and drives it on.
    run_follow(runs::OneRun) -> (), asks runs::run_follow;
    /// Opens the gate that a run waits at for a person, and drives it on.
    run_promote(runs::OneRun) -> (), asks runs::run_promote;
    /// Asks for the end of a run. It has ended when its jobs say so.
    run_cancel(runs::CancelRun) -> (), asks runs::run_cancel;
    /// A piece of what a host printed, as text.
    log_read(log::LogPiece) -> log::LogText, reads log::log_read;
    /// Looks for a text in all that a host printed, a stretch at a time.
    log_search(log::LogSearch) -> log::LogMatches, reads log::log_search;

    /// What is in a folder of a host.
    files_list(files::FilesOf) -> crate::FilesPage, asks files::files_list;
    files_make_folder(files::OneFile) -> (), asks files::files_make_folder;
    /// Refused when the new name is taken.
    files_rename(files::RenameFile) -> (), asks files::files_rename;
    /// Deletes a file, a link or an empty folder.
    files_delete(files::OneFile) -> (), asks files::files_delete;
    transfer_upload(files::Upload) -> crate::TransferView, asks files::transfer_upload;
    transfer_download(files::Download) -> crate::TransferView, asks files::transfer_download;
    transfer_list(Nothing) -> Vec<crate::TransferView>, reads files::transfer_list;
    /// Goes on where it stopped if the source is still the same file, otherwise from the first byte.
    transfer_resume(files::OneTransfer) -> crate::TransferView, asks files::transfer_resume;
    /// Stops it; what has arrived stays, to go on from.
    transfer_cancel(files::OneTransfer) -> (), asks files::transfer_cancel;
    /// Takes one that has ended from the list, and its partial file from its destination.
    transfer_forget(files::OneTransfer) -> (), asks files::transfer_forget;

    runbook_list(Nothing) -> Vec<crate::LibraryEntry>, reads library::runbook_list;
    runbook_show(library::OneName) -> library::RunbookView, reads library::runbook_show;
    recipe_list(Nothing) -> Vec<crate::LibraryEntry>, reads library::recipe_list;
    recipe_show(library::OneName) -> library::RecipeView, reads library::recipe_show;
    /// A recipe or runbook as it was written.
    library_read(library::OneText) -> crate::LibraryText, reads library::library_read;
    /// What is wrong with a text. Nothing is kept.
    library_check(library::Draft) -> library::DraftCheck, reads library::library_check;
    /// Keeps a text that nothing is wrong with in the workspace.
    library_save(library::SaveText) -> crate::LibraryText, asks library::library_save;
    /// Removes an own text.
    library_remove(library::RemoveText) -> (), asks library::library_remove;

    /// Opens a shell on a host.
    terminal_open(terminal::OpenTerminal) -> terminal::TerminalView, asks terminal::terminal_open;
    /// The terminals of this desk in the order of opening; ended ones until they are closed.
    terminal_list(Nothing) -> Vec<terminal::TerminalView>, reads terminal::terminal_list;
    /// What a terminal printed from a byte on: at most 64 KiB, after at most 20 seconds.
    terminal_read(terminal::ReadTerminal) -> terminal::TerminalPiece, asks terminal::terminal_read;
    /// Types. One at a time: what is sent together may arrive in any order.
    terminal_write(terminal::WriteTerminal) -> (), asks terminal::terminal_write;
    terminal_resize(terminal::ResizeTerminal) -> (), reads terminal::terminal_resize;
    /// Ends the shell and forgets the terminal.
    terminal_close(terminal::OneTerminal) -> (), asks terminal::terminal_close;

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
