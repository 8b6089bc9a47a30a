//! What each noun does.

mod audit;
mod client;
mod config;
mod env;
mod exec;
mod facts;
mod files;
mod host;
mod import;
mod library;
mod manual;
mod patch;
mod plan;
mod policy;
mod product;
mod run;
mod start;
mod status;
mod terminal;

use crate::arguments::{Arguments, Noun, Run, Runbook};
use crate::exit::Exit;
use crate::out::Out;
use crate::people;
use millwright_api::Workspace;
use millwright_domain::Fault;
use serde_json::json;

/// Does what was asked.
pub(crate) async fn perform(arguments: Arguments, out: &Out) -> Result<Exit, Fault> {
    let folder = match arguments.workspace {
        Some(folder) => folder,
        None => Workspace::default_folder()?,
    };
    let open = || Workspace::open(&folder, people::at_terminal(out.has_person()));
    match arguments.noun {
        Noun::Init => {
            Workspace::init(&folder)?;
            out.answer(&json!({ "workspace": folder }), || format!("Made the workspace {}.", folder.display()));
            Ok(Exit::Well)
        }
        Noun::Client(verb) => client::perform(&open()?, out, verb).await,
        Noun::Env(verb) => env::perform(&open()?, out, verb).await,
        Noun::Host(verb) => host::perform(&open()?, out, verb).await,
        Noun::Facts(verb) => facts::perform(&open()?, out, verb).await,
        Noun::Import(verb) => import::perform(&open()?, out, verb).await,
        Noun::Patch(wish) => patch::perform(&open()?, out, wish).await,
        Noun::Plan(verb) => plan::perform(&open()?, out, verb).await,
        Noun::Policy(verb) => policy::perform(&open()?, out, verb).await,
        Noun::ServeSchedule => plan::serve_schedule(&open()?, out).await,
        Noun::Install(wish) => product::perform(&open()?, out, millwright_api::ProductAction::Install, wish).await,
        Noun::Upgrade(wish) => product::perform(&open()?, out, millwright_api::ProductAction::Upgrade, wish).await,
        Noun::Remove(wish) => product::perform(&open()?, out, millwright_api::ProductAction::Remove, wish).await,
        Noun::Runbook(Runbook::Run { name, selector, set, approval }) => {
            library::run(&open()?, out, &name, &selector, set, approval).await
        }
        Noun::Runbook(verb) => library::runbook(&open()?, out, &verb),
        Noun::Config(verb) => config::perform(&open()?, out, verb).await,
        Noun::Recipe(verb) => library::recipe(&open()?, out, &verb),
        Noun::Exec(wish) => exec::perform(&open()?, out, wish).await,
        Noun::Files(verb) => files::perform(&open()?, out, verb).await,
        Noun::Run(verb) => match verb {
            Run::List { limit } => run::list(&open()?, out, limit),
            Run::Show { id } => run::show(&open()?, out, &id),
            Run::Follow { id } => run::follow(&open()?, out, &id).await,
            Run::Promote { id } => run::promote(&open()?, out, &id).await,
            Run::Resume { id, secrets, approval } => run::resume(&open()?, out, &id, secrets, approval).await,
            Run::Undo { id, selector, approval } => run::undo(&open()?, out, &id, selector.as_ref(), approval).await,
            Run::Cancel { id, after_step } => run::cancel(&open()?, out, &id, after_step).await,
            Run::Output { id, host } => run::output(&open()?, out, &id, &host),
        },
        Noun::Terminal { host } => terminal::perform(&open()?, out, &host).await,
        Noun::Status { selector } => status::perform(&open()?, out, selector.as_ref()),
        Noun::Audit(verb) => audit::perform(&open()?, out, verb).await,
        Noun::Completions { shell } => {
            manual::completions(out, shell);
            Ok(Exit::Well)
        }
        Noun::Manual { folder } => manual::manual(out, folder.as_deref()).map(|()| Exit::Well),
    }
}
