//! Reads whole recipes and runbooks.

use super::diagnostic::Diagnostics;
use super::document::{self, Document, Fields, Text};
use super::pattern::Pattern;
use super::read_parameter::{REGEX_HINT, parameters, regex_message};
use super::read_step::{TIMEOUT_LIMIT_SECONDS, seconds, steps};
use super::read_undo::undo_rule;
use super::step::{Action, Step};
use super::{Effect, FORMAT, Recipe, Runbook, VersionRule};
use crate::name::Slug;
use crate::run::Privilege;
use crate::version::VersionScheme;

const PROBE_TIMEOUT_SECONDS: u32 = 30;

const SCHEMES: &[(&str, VersionScheme)] =
    &[("semver", VersionScheme::Semver), ("debian", VersionScheme::Debian), ("opaque", VersionScheme::Opaque)];

/// Reads a recipe.
pub(super) fn recipe(file: &str, text: &str) -> Result<Recipe, Diagnostics> {
    read(file, text, "a recipe", |document, root| {
        let product = slug(document, root, "product");
        let title = owned(root.filled(document, "title"));
        let vendor = owned(root.filled(document, "vendor"));
        let description = owned(root.filled(document, "description"));
        let systems = systems(document, root);
        let version = version(document, root);
        let parameters = parameters(document, root);
        let install = steps(document, root, "install");
        let upgrade = steps(document, root, "upgrade");
        let remove = steps(document, root, "remove");
        let health = steps(document, root, "health");
        let undo = undo_rule(document, root);
        if !root.has("install") {
            let hint = "Begin its first step with [[install]].";
            document.report(root.at(), "a recipe needs steps that install", Some(hint.into()));
        }
        Some(Recipe {
            product: product?,
            title: title?,
            vendor: vendor?,
            description: description?,
            systems,
            version: version?,
            parameters,
            install,
            upgrade,
            remove,
            health,
            undo,
        })
    })
}

/// Reads a runbook.
pub(super) fn runbook(file: &str, text: &str) -> Result<Runbook, Diagnostics> {
    read(file, text, "a runbook", |document, root| {
        let name = slug(document, root, "name");
        let title = owned(root.filled(document, "title"));
        let description = owned(root.filled(document, "description"));
        let read_only = root.boolean(document, "read_only");
        let effect = match root.required(document, "read_only", read_only) {
            Some(true) => Some(Effect::ReadOnly),
            Some(false) => Some(Effect::ChangesHost),
            None => None,
        };
        let systems = systems(document, root);
        let tags = words(root.strings(document, "tags"));
        let symptoms = words(root.strings(document, "symptoms"));
        let parameters = parameters(document, root);
        let at_steps = root.at_field("steps");
        let steps = steps(document, root, "steps");
        if !root.has("steps") {
            document.report(at_steps, "a runbook needs steps", Some("Begin its first step with [[steps]].".into()));
        }
        let undo = undo_rule(document, root);
        if effect == Some(Effect::ReadOnly) {
            check_read_only(document, root, &steps);
        }
        Some(Runbook {
            name: name?,
            title: title?,
            description: description?,
            effect: effect?,
            systems,
            tags,
            symptoms,
            parameters,
            steps,
            undo,
        })
    })
}

fn read<T>(
    file: &str,
    text: &str,
    what: &'static str,
    body: impl FnOnce(&mut Document<'_>, &mut Fields<'_>) -> Option<T>,
) -> Result<T, Diagnostics> {
    let too_long = "Upload large content from a file beside the recipe.";
    document::read(file, text, what, too_long, |document, root| {
        check_format(document, root);
        body(document, root)
    })
}

fn check_format(document: &mut Document<'_>, root: &mut Fields<'_>) {
    let format = root.integer(document, "format", i64::MIN..=i64::MAX);
    if let Some(format) = root.required(document, "format", format)
        && format != FORMAT
    {
        let hint = format!("This Millwright reads format = {FORMAT}; a newer one may read this file.");
        document.report(root.at_field("format"), format!("format {format} is unknown"), Some(hint));
    }
}

fn slug(document: &mut Document<'_>, root: &mut Fields<'_>, field: &'static str) -> Option<Slug> {
    let text = root.filled(document, field)?;
    match text.value.parse::<Slug>() {
        Ok(slug) => Some(slug),
        Err(fault) => {
            document.report(text.span.start, fault.message, fault.hint);
            None
        }
    }
}

fn systems(document: &mut Document<'_>, root: &mut Fields<'_>) -> Vec<String> {
    let texts = root.strings(document, "systems");
    for text in &texts {
        let is_id = !text.value.is_empty()
            && text.value.bytes().all(|byte| matches!(byte, b'a'..=b'z' | b'0'..=b'9' | b'.' | b'_' | b'-'));
        if !is_id {
            let hint = "Write the ID of /etc/os-release, such as “debian” or “ubuntu”.";
            let message = format!("“{}” is not the name of a system", text.value.escape_debug());
            document.report(text.span.start, message, Some(hint.into()));
        }
    }
    words(texts)
}

fn version(document: &mut Document<'_>, root: &mut Fields<'_>) -> Option<VersionRule> {
    let fields = root.table(document, "version", "the version rule");
    let mut fields = root.required(document, "version", fields)?;
    let scheme = fields.choice(document, "scheme", SCHEMES);
    let scheme = fields.required(document, "scheme", scheme);
    let probe = fields.template(document, "probe");
    let probe = fields.required(document, "probe", probe);
    let pattern_text = fields.string(document, "pattern");
    let pattern = fields.required(document, "pattern", pattern_text).and_then(|text| {
        Pattern::anywhere(text.value)
            .map_err(|error| {
                document.report(text.span.start, regex_message("pattern", &error), Some(REGEX_HINT.into()))
            })
            .ok()
    });
    let sudo = fields.boolean(document, "sudo").unwrap_or(false);
    let timeout_seconds = fields.integer(document, "timeout_seconds", 1..=TIMEOUT_LIMIT_SECONDS).and_then(seconds);
    fields.finish(document);
    Some(VersionRule {
        scheme: scheme?,
        probe: probe?,
        pattern: pattern?,
        privilege: if sudo { Privilege::Root } else { Privilege::Login },
        timeout_seconds: timeout_seconds.unwrap_or(PROBE_TIMEOUT_SECONDS),
    })
}

/// A runbook that promises to change nothing may have no step whose only purpose is a change.
fn check_read_only(document: &mut Document<'_>, root: &Fields<'_>, steps: &[Step]) {
    for step in steps {
        let changes = match step.action {
            Action::Run(_) | Action::WaitFor(_) => false,
            Action::Upload(_) | Action::Package(_) | Action::Service(_) | Action::Reboot => true,
        };
        if changes {
            let message =
                format!("the runbook is read-only, but its step “{}” has `{}`", step.name, step.action.keyword());
            document.report(root.at_field("read_only"), message, Some("Write read_only = false.".into()));
        }
    }
    for field in ["undo", "configuration"].into_iter().filter(|field| root.has(field)) {
        let message = format!("the runbook is read-only, so there is nothing to take back with `{field}`");
        document.report(root.at_field(field), message, Some("Leave it out, or write read_only = false.".into()));
    }
}

fn owned(text: Option<Text<'_>>) -> Option<String> {
    text.map(|text| text.value.to_owned())
}

fn words(texts: Vec<Text<'_>>) -> Vec<String> {
    texts.into_iter().map(|text| text.value.to_owned()).collect()
}
