//! `millwright runbook …`, `millwright recipe …`

use super::start::{approve_and_run, settings};
use crate::arguments::{Approval, Recipe, Runbook, Set};
use crate::exit::Exit;
use crate::out::Out;
use crate::text::{visible, visible_line};
use millwright_api::{LibraryEntry, RunbookSource, Shelf, Workspace};
use millwright_domain::recipe::{Effect, Runbook as Book};
use millwright_domain::{Code, Fault, Selector, Slug};
use serde_json::json;
use std::path::Path;

pub(crate) async fn run(
    workspace: &Workspace,
    out: &Out,
    name: &Slug,
    selector: &Selector,
    set: Set,
    approval: Approval,
) -> Result<Exit, Fault> {
    let source = RunbookSource::Named(name.clone());
    let planned = workspace.plan_runbook(selector, &source, settings(set)?, &approval.going.how()?).await?;
    approve_and_run(workspace, out, planned, approval).await
}

pub(crate) fn runbook(workspace: &Workspace, out: &Out, verb: &Runbook) -> Result<Exit, Fault> {
    match verb {
        Runbook::Show { name } => {
            let book = workspace.runbook_show(name)?;
            out.answer(&json!({ "runbook": document(&book) }), || shown(&book));
        }
        Runbook::Check { file } => return check(out, Shelf::Runbooks, file),
        Runbook::List | Runbook::Run { .. } => {
            let entries = workspace.runbook_list()?;
            out.answer(&json!({ "runbooks": entries }), || listed(out, "RUNBOOK", &entries));
        }
    }
    Ok(Exit::Well)
}

pub(crate) fn recipe(workspace: &Workspace, out: &Out, verb: &Recipe) -> Result<Exit, Fault> {
    if let Recipe::Check { file } = verb {
        return check(out, Shelf::Recipes, file);
    }
    let entries = workspace.recipe_list()?;
    out.answer(&json!({ "recipes": entries }), || listed(out, "PRODUCT", &entries));
    Ok(Exit::Well)
}

/// Everything that is wrong with a file, in the form that editors and compilers know.
fn check(out: &Out, shelf: Shelf, file: &Path) -> Result<Exit, Fault> {
    let text = std::fs::read_to_string(file)
        .map_err(|error| Fault::new(Code::LocalFile, format!("{} cannot be read: {error}", file.display())))?;
    let read = shelf.read(&file.display().to_string(), &text);
    let diagnostics: Vec<_> = read.as_ref().err().into_iter().flat_map(|found| found.iter()).collect();
    out.answer(&json!({ "diagnostics": diagnostics }), || match &read {
        Ok(sound) => format!("Nothing is wrong with {} (“{}”).", file.display(), visible_line(&sound.title)),
        Err(found) => visible(&found.to_string()),
    });
    Ok(if read.is_ok() { Exit::Well } else { Exit::Failed })
}

fn listed(out: &Out, name: &str, entries: &[LibraryEntry]) -> String {
    let mut table = out.table(&[name, "TITLE", "FROM"]);
    for entry in entries {
        let mark = if entry.error.is_some() { "✕ " } else { "" };
        table.add_row([entry.name.clone(), format!("{mark}{}", visible_line(&entry.title)), entry.origin.clone()]);
    }
    table.to_string()
}

fn document(book: &Book) -> serde_json::Value {
    let parameters: Vec<_> = book
        .parameters
        .iter()
        .map(|parameter| {
            json!({
                "name": parameter.name,
                "description": parameter.description,
                "required": parameter.is_required(),
                "secret": parameter.is_secret(),
                "default": parameter.default_value().map(|value| value.to_string()),
            })
        })
        .collect();
    let steps: Vec<_> = book
        .steps
        .iter()
        .map(
            |step| json!({ "name": step.name, "does": step.action.keyword(), "timeout_seconds": step.timeout_seconds }),
        )
        .collect();
    json!({
        "name": book.name,
        "title": book.title,
        "description": book.description,
        "effect": book.effect,
        "tags": book.tags,
        "symptoms": book.symptoms,
        "parameters": parameters,
        "steps": steps,
    })
}

fn shown(book: &Book) -> String {
    let effect = match book.effect {
        Effect::ReadOnly => "only looks",
        Effect::ChangesHost => "changes the host",
    };
    let mut lines = vec![format!("{} – {}", book.name, book.title), book.description.clone(), format!("It {effect}.")];
    for parameter in book.parameters.iter() {
        let need = match parameter.default_value() {
            Some(value) => format!("default {value}"),
            None if parameter.is_required() => "required".to_owned(),
            None => "optional".to_owned(),
        };
        lines.push(format!("  --set {}=…  {} ({need})", parameter.name, parameter.description));
    }
    for (number, step) in book.steps.iter().enumerate() {
        lines.push(format!("  {}. {}", number + 1, step.name));
    }
    lines.join("\n")
}
