//! From a plan to its run: shown, approved, driven, told.

use crate::arguments::{Approval, Set};
use crate::exit::Exit;
use crate::out::Out;
use crate::people::ask_openly;
use crate::{plan_text, progress, run_table};
use indexmap::IndexMap;
use jiff::Timestamp;
use jiff::civil::{DateTime, Time};
use jiff::tz::TimeZone;
use millwright_api::{Planned, RunDocument, Settings, Workspace};
use millwright_domain::run::PlanContent;
use millwright_domain::{Code, Fault};
use secrecy::SecretString;
use serde_json::json;
use std::collections::{BTreeMap, BTreeSet};

/// Shows a plan, has it approved, and runs it.
pub(crate) async fn approve_and_run(
    workspace: &Workspace,
    out: &Out,
    planned: Planned,
    approval: Approval,
) -> Result<Exit, Fault> {
    if approval.dry_run {
        out.answer(&json!({ "plan": planned.plan }), || plan_text::plan(&planned.plan));
        return Ok(Exit::Well);
    }
    if !approval.yes && planned.plan.content.changes_anything() {
        out.note(&plan_text::plan(&planned.plan));
        confirm(out, &planned.plan.content).await?;
    }
    if let Some(at) = &approval.at {
        let (id, starts_at) = (planned.plan.id, moment(at)?);
        workspace.plan_approve_for(id, &planned.plan.hash, starts_at).await?;
        out.answer(&json!({ "plan": id, "starts_at": starts_at }), || {
            let at = starts_at.strftime("%Y-%m-%d %H:%M UTC");
            format!(
                "Plan {id} begins at {at}, if the window or `millwright serve-schedule` is up then. \
                 A laptop that sleeps begins nothing."
            )
        });
        return Ok(Exit::Well);
    }
    let document = run(workspace, out, &planned).await?;
    out.answer(&json!({ "run": document }), || run_table::told(workspace, out, &document));
    Ok(Exit::of_run(&document))
}

/// A moment as people write it: with its date and offset, or the next time that it is this late here.
pub(crate) fn moment(text: &str) -> Result<Timestamp, Fault> {
    if let Ok(moment) = text.parse::<Timestamp>() {
        return Ok(moment);
    }
    let wrong = || {
        Fault::new(Code::InvalidInput, format!("“{}” is not a time", text.escape_debug()))
            .with_hint("Write 2026-11-28T22:00+01:00, 2026-11-28T22:00 (by this machine's clock), or 22:00.")
    };
    let zone = TimeZone::system();
    if let Ok(local) = text.parse::<DateTime>() {
        return Ok(local.to_zoned(zone).map_err(|_| wrong())?.timestamp());
    }
    let late: Time = text.parse().map_err(|_| wrong())?;
    let now = Timestamp::now().to_zoned(zone.clone());
    let today = now.date().to_datetime(late).to_zoned(zone.clone()).map_err(|_| wrong())?;
    if today > now {
        return Ok(today.timestamp());
    }
    let tomorrow = now.date().tomorrow().map_err(|_| wrong())?;
    Ok(tomorrow.to_datetime(late).to_zoned(zone).map_err(|_| wrong())?.timestamp())
}

/// Runs a plan to its end.
pub(crate) async fn run(workspace: &Workspace, out: &Out, planned: &Planned) -> Result<RunDocument, Fault> {
    let id = workspace.run_begin(planned, &planned.plan.hash).await?;
    out.note(&format!("Run {id}"));
    let work = workspace.run_follow(id, planned.secrets.clone());
    progress::shown(workspace, *out, id, work).await?;
    workspace.run_show(id)
}

pub(crate) async fn confirm(out: &Out, plan: &PlanContent) -> Result<(), Fault> {
    let refuse = |why: &str| {
        Fault::new(Code::ConfirmationRequired, format!("nothing was done: {why}"))
            .with_hint("Look at the plan with --dry-run; approve it with --yes.")
    };
    if !out.has_person() {
        return Err(refuse("the plan was not approved, and nobody is here to ask"));
    }
    let clients: BTreeSet<&str> =
        plan.jobs.iter().filter(|job| job.production).map(|job| job.host.client.as_str()).collect();
    let hosts = plan.jobs.len();
    let (question, expected) = match clients.iter().next() {
        // Typing the name makes one look at whose production it is.
        Some(client) if clients.len() == 1 => {
            (format!("{} of {client}, {hosts} hosts. Type {client} to run it: ", production(out)), (*client).to_owned())
        }
        Some(_) => {
            let count = clients.len();
            (
                format!("{} of {count} clients, {hosts} hosts. Type {hosts} to run it: ", production(out)),
                hosts.to_string(),
            )
        }
        None => (format!("{hosts} hosts. Type yes to run it: "), "yes".to_owned()),
    };
    match ask_openly(question).await {
        Some(answer) if answer == expected => Ok(()),
        Some(_) | None => Err(refuse("the plan was not approved")),
    }
}

fn production(out: &Out) -> String {
    out.paint("PRODUCTION", "1;37;41")
}

/// Values and secrets from the command line.
pub(crate) fn settings(set: Set) -> Result<Settings, Fault> {
    let mut values = IndexMap::new();
    for pair in set.values {
        let (name, value) = split(&pair, "--set K=V")?;
        if values.insert(name.clone(), value).is_some() {
            return Err(Fault::new(Code::InvalidInput, format!("“{name}” is set twice")));
        }
    }
    let mut secrets = BTreeMap::new();
    for pair in set.secrets {
        let (name, file) = split(&pair, "--secret K=FILE")?;
        let text = std::fs::read_to_string(&file).map_err(|error| {
            Fault::new(Code::LocalFile, format!("the file of the secret “{name}”, {file}: {error}"))
        })?;
        secrets.insert(name, SecretString::from(text.trim_end_matches(['\r', '\n']).to_owned()));
    }
    Ok(Settings { values, secrets })
}

fn split(pair: &str, shape: &str) -> Result<(String, String), Fault> {
    match pair.split_once('=') {
        Some((name, value)) if !name.is_empty() => Ok((name.to_owned(), value.to_owned())),
        Some(_) | None => {
            Err(Fault::new(Code::InvalidInput, format!("“{}” does not set anything", pair.escape_debug()))
                .with_hint(format!("Write {shape}.")))
        }
    }
}
