//! From a recipe's or runbook's steps to the exact texts that a host gets.
//!
//! Owns: what a template may say, the quoting of every value, and the sh text of each kind of step. Does not own: the
//! commands of package managers (a package step stays data), which steps run (the planner), nor any file or host.
//!
//! # The rules of quoting
//!
//! In sh text (`run`, `only_if`, a probe, the command of a wait) `{{ x }}` becomes one quoted word, or part of one:
//! `--port={{ port }}`. It may not stand where such a word would mean something else, and is refused there: between
//! quotes, in a comment, after `\` or `$`, in `${…}`, in `$((…))`, behind `>&` (bash expands that word twice), and after
//! anything that makes the place of later quotes unclear (a here-document, backquotes, `$'…'`). Quotes are refused and
//! not “handled” because what stands between them is so often a second program (`sh -c "…"`, awk, SQL) that shell
//! quoting would not protect. The way out is always the same: `name={{ x }}` first, then `"$name"`.
//!
//! `{{ x | raw }}` is put in as it is, and the step carries the risk `raw value of parameter x`.
//!
//! A secret never enters a plan: `{{ password }}` becomes `"$(cat "$MILLWRIGHT_SECRETS/password")"` (a trailing newline
//! is lost), and `{{ password | file }}` becomes the path of the file, `"$MILLWRIGHT_SECRETS/password"`, which keeps the
//! secret out of argument lists as well. In the content of an upload the host itself puts the secret in.
//!
//! In other texts (the content of an upload, a path, a URL, a name) a value is put in as text, without quotes; a control
//! character in it is refused.

mod action;
mod check;
mod context;
mod engine;
mod error;
mod scan;
mod shell_text;

pub use action::{RenderedAction, RenderedFile};
pub use check::{check_recipe, check_runbook};
pub use context::{HostContext, Inputs};
pub(crate) use engine::quoted;
pub use error::RenderError;

use millwright_domain::recipe::{Step, UndoRule, VersionRule};
use millwright_domain::run::{OnFailure, Privilege};
use std::collections::BTreeSet;

/// A step with the exact texts that the host gets.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RenderedStep {
    /// What people see while it runs.
    pub name: String,
    /// What it does.
    pub action: RenderedAction,
    /// As whom.
    pub privilege: Privilege,
    /// How long it may take.
    pub timeout_seconds: u32,
    /// sh text: the step is left out unless it ends with 0.
    pub only_if: Option<String>,
    /// What a failure means for the steps after it.
    pub on_failure: OnFailure,
    /// What one should know before one says yes.
    pub risks: Vec<String>,
    /// The names of the secrets that it reads in `$MILLWRIGHT_SECRETS`.
    pub secrets: BTreeSet<String>,
}

/// A version probe as the host gets it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RenderedProbe {
    /// The sh text. It fails, or prints nothing that matches, where the product is not there.
    pub script: String,
    /// As whom.
    pub privilege: Privilege,
    /// How long it may take.
    pub timeout_seconds: u32,
    /// The regular expression that finds the version in the output; see `VersionRule::version_in`.
    pub pattern: String,
}

/// Renders steps in their order.
pub fn render_steps(steps: &[Step], inputs: &Inputs<'_>) -> Result<Vec<RenderedStep>, RenderError> {
    steps.iter().map(|step| action::render_step(step, inputs)).collect()
}

/// Renders the paths of files that are kept before anything is changed, each once, and none that another one holds.
pub fn render_configuration(rule: &UndoRule, inputs: &Inputs<'_>) -> Result<Vec<String>, RenderError> {
    let named = |problem| RenderError::new("configuration", problem);
    let mut paths = Vec::new();
    for template in &rule.configuration {
        paths.push(action::configuration_path(template, inputs).map_err(named)?);
    }
    let within = |inner: &str, outer: &str| inner.strip_prefix(outer).is_some_and(|rest| rest.starts_with('/'));
    let mut kept: Vec<String> = Vec::new();
    for path in &paths {
        if !kept.contains(path) && !paths.iter().any(|outer| within(path, outer)) {
            kept.push(path.clone());
        }
    }
    Ok(kept)
}

/// Renders a version probe. A secret has no place in one.
pub fn render_probe(rule: &VersionRule, inputs: &Inputs<'_>) -> Result<RenderedProbe, RenderError> {
    let named = |problem| RenderError::new("the version probe", problem);
    let shell = engine::shell(&rule.probe, inputs).map_err(named)?;
    if let Some(name) = shell.secrets.into_iter().next() {
        return Err(named(error::RenderProblem::SecretMisplaced { name }));
    }
    Ok(RenderedProbe {
        script: shell.text,
        privilege: rule.privilege,
        timeout_seconds: rule.timeout_seconds,
        pattern: rule.pattern.source().to_owned(),
    })
}

#[cfg(test)]
mod tests;
