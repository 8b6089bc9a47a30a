//! Runbooks and recipes, as a form needs them.

use super::Nothing;
use crate::desk::Desk;
use crate::library::RecipeSource;
use crate::{LibraryEntry, LibraryText, Shelf};
use millwright_domain::recipe::{Diagnostic, Effect, Need, Parameter, ParameterKind, Parameters, Step};
use millwright_domain::{Fault, Slug};
use serde::{Deserialize, Serialize};
use ts_rs::TS;

/// One by its short name.
#[derive(Debug, Deserialize, TS)]
#[serde(deny_unknown_fields)]
pub(crate) struct OneName {
    /// `disk-usage`
    pub name: Slug,
}

/// A support procedure.
#[derive(Debug, Serialize, TS)]
#[allow(missing_docs, reason = "as of a runbook")]
pub(crate) struct RunbookView {
    pub name: Slug,
    pub title: String,
    pub description: String,
    pub changes_host: bool,
    pub systems: Vec<String>,
    pub tags: Vec<String>,
    pub symptoms: Vec<String>,
    pub parameters: Vec<ParameterView>,
    /// What it does, a line each.
    pub steps: Vec<String>,
}

/// How a product is installed.
#[derive(Debug, Serialize, TS)]
#[allow(missing_docs, reason = "as of a recipe")]
pub(crate) struct RecipeView {
    pub product: Slug,
    pub title: String,
    pub vendor: String,
    pub description: String,
    pub systems: Vec<String>,
    pub parameters: Vec<ParameterView>,
    /// Whether it can upgrade what is there.
    pub can_upgrade: bool,
    /// Whether it can remove what is there.
    pub can_remove: bool,
}

/// Something that a technician may set.
#[derive(Debug, Serialize, TS)]
pub(crate) struct ParameterView {
    /// Its name.
    pub name: String,
    /// Help for whoever sets it.
    pub description: String,
    /// Whether somebody must give a value.
    pub required: bool,
    /// Its default as text.
    pub default: Option<String>,
    /// Its type.
    pub kind: ParameterKindView,
}

/// The type of a parameter.
#[derive(Debug, Serialize, TS)]
#[serde(tag = "kind", rename_all = "snake_case")]
#[allow(missing_docs, reason = "as of a parameter")]
pub(crate) enum ParameterKindView {
    Text {
        pattern: Option<String>,
    },
    Integer {
        minimum: i64,
        maximum: i64,
    },
    Boolean,
    Choice {
        choices: Vec<String>,
    },
    /// Asked for by a question when it is planned; never a value of the form.
    Secret,
}

pub(super) fn runbook_list(desk: &Desk, Nothing {}: Nothing) -> Result<Vec<LibraryEntry>, Fault> {
    desk.workspace().runbook_list()
}

pub(super) fn runbook_show(desk: &Desk, OneName { name }: OneName) -> Result<RunbookView, Fault> {
    let found = desk.workspace().runbook_show(&name)?;
    Ok(RunbookView {
        changes_host: found.effect == Effect::ChangesHost,
        parameters: parameters(&found.parameters),
        steps: found.steps.iter().map(step).collect(),
        name: found.name,
        title: found.title,
        description: found.description,
        systems: found.systems,
        tags: found.tags,
        symptoms: found.symptoms,
    })
}

pub(super) fn recipe_list(desk: &Desk, Nothing {}: Nothing) -> Result<Vec<LibraryEntry>, Fault> {
    desk.workspace().recipe_list()
}

pub(super) fn recipe_show(desk: &Desk, OneName { name }: OneName) -> Result<RecipeView, Fault> {
    let found = desk.workspace().find_recipe(&name, &RecipeSource::Known)?.item;
    Ok(RecipeView {
        parameters: parameters(&found.parameters),
        can_upgrade: !found.upgrade.is_empty(),
        can_remove: !found.remove.is_empty(),
        product: found.product,
        title: found.title,
        vendor: found.vendor,
        description: found.description,
        systems: found.systems,
    })
}

/// One text of a shelf.
#[derive(Debug, Deserialize, TS)]
#[serde(deny_unknown_fields)]
pub(crate) struct OneText {
    /// Which shelf.
    pub shelf: Shelf,
    /// Its short name.
    pub name: Slug,
}

pub(super) fn library_read(desk: &Desk, OneText { shelf, name }: OneText) -> Result<LibraryText, Fault> {
    desk.workspace().library_read(shelf, &name)
}

/// A text that is being written.
#[derive(Debug, Deserialize, TS)]
#[serde(deny_unknown_fields)]
pub(crate) struct Draft {
    /// What it would be.
    pub shelf: Shelf,
    /// The TOML.
    pub text: String,
}

/// What is to be said of a draft.
#[derive(Debug, Default, Serialize, TS)]
pub(crate) struct DraftCheck {
    /// Its short name, when nothing is wrong.
    pub name: Option<Slug>,
    /// Its title, when nothing is wrong.
    pub title: String,
    /// What a technician may set, when nothing is wrong.
    pub parameters: Vec<ParameterView>,
    /// Everything that is wrong with it, in the order of its lines.
    pub diagnostics: Vec<Diagnostic>,
}

pub(super) fn library_check(_: &Desk, Draft { shelf, text }: Draft) -> Result<DraftCheck, Fault> {
    Ok(match shelf.read("draft", &text) {
        Ok(sound) => DraftCheck {
            parameters: parameters(&sound.parameters),
            name: Some(sound.name),
            title: sound.title,
            diagnostics: Vec::new(),
        },
        Err(found) => DraftCheck { diagnostics: found.iter().cloned().collect(), ..DraftCheck::default() },
    })
}

/// A text to keep.
#[derive(Debug, Deserialize, TS)]
#[serde(deny_unknown_fields)]
pub(crate) struct SaveText {
    /// What it is.
    pub shelf: Shelf,
    /// The TOML.
    pub text: String,
    /// The revision that it was written from; none when it is new.
    pub follows: Option<String>,
}

pub(super) async fn library_save(
    desk: &Desk,
    SaveText { shelf, text, follows }: SaveText,
) -> Result<LibraryText, Fault> {
    desk.workspace().library_save(shelf, text, follows).await
}

/// An own text to remove.
#[derive(Debug, Deserialize, TS)]
#[serde(deny_unknown_fields)]
pub(crate) struct RemoveText {
    /// What it is.
    pub shelf: Shelf,
    /// Its short name.
    pub name: Slug,
    /// The revision that was looked at.
    pub revision: String,
}

pub(super) async fn library_remove(desk: &Desk, gone: RemoveText) -> Result<(), Fault> {
    desk.workspace().library_remove(gone.shelf, gone.name, gone.revision).await
}

fn step(step: &Step) -> String {
    format!("{} ({})", step.name, step.action.keyword())
}

fn parameters(parameters: &Parameters) -> Vec<ParameterView> {
    parameters.iter().map(parameter).collect()
}

fn parameter(parameter: &Parameter) -> ParameterView {
    let kind = match &parameter.kind {
        ParameterKind::Text { pattern, .. } => {
            ParameterKindView::Text { pattern: pattern.as_ref().map(|pattern| pattern.source().to_owned()) }
        }
        ParameterKind::Integer { minimum, maximum, .. } => {
            ParameterKindView::Integer { minimum: *minimum, maximum: *maximum }
        }
        ParameterKind::Boolean { .. } => ParameterKindView::Boolean,
        ParameterKind::Choice { choices, .. } => ParameterKindView::Choice { choices: choices.clone() },
        ParameterKind::Secret { need: Need::Required | Need::Optional, .. } => ParameterKindView::Secret,
    };
    ParameterView {
        name: parameter.name.clone(),
        description: parameter.description.clone(),
        required: parameter.is_required(),
        default: parameter.default_value().map(|value| value.to_string()),
        kind,
    }
}
