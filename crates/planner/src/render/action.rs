//! The sh text of each kind of step.

use super::RenderedStep;
use super::context::Inputs;
use super::engine::{Piece, ShellText, pieces, plain, quoted, shell};
use super::error::{RenderError, RenderProblem};
use millwright_domain::recipe::{
    Action, Condition, HttpExpectation, PackageAction, PackageStep, ServiceStep, Step, Template, Upload, UploadSource,
    WaitFor,
};
use std::collections::BTreeSet;

const UPLOAD: &str = include_str!("scripts/upload.sh");
const SERVICE: &str = include_str!("scripts/service.sh");
const WAIT: &str = include_str!("scripts/wait.sh");
const WAIT_PORT: &str = include_str!("scripts/wait_port.sh");
const WAIT_HTTP: &str = include_str!("scripts/wait_http.sh");

/// What a step does, with the exact texts that the host gets.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum RenderedAction {
    /// Runs sh text.
    Shell {
        /// The text.
        script: String,
    },
    /// Puts a file in its place.
    Upload {
        /// The sh text that does it.
        script: String,
        /// Its path on the host.
        to: String,
        /// The file of this machine that the text expects in `$MILLWRIGHT_FILES`. None: the content stands in the text.
        file: Option<RenderedFile>,
        /// The content, where it stands in the text and no secret is in it.
        content: Option<String>,
    },
    /// Works on packages, by the host's package manager.
    Package {
        /// What to do.
        action: PackageAction,
        /// The packages.
        names: Vec<String>,
        /// The exact version. None: the newest that the host's sources offer.
        version: Option<String>,
    },
    /// Restarts the host and waits until it is back.
    Reboot,
}

/// A file beside the recipe that goes with a step.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RenderedFile {
    /// Its name in `$MILLWRIGHT_FILES`.
    pub name: String,
    /// Its path, relative to the recipe.
    pub path: String,
}

/// Renders one step.
pub(super) fn render_step(step: &Step, inputs: &Inputs<'_>) -> Result<RenderedStep, RenderError> {
    let named = |problem| RenderError::new(format!("step “{}”", step.name), problem);
    let mut notes = Notes::default();
    let only_if = match &step.only_if {
        Some(condition) => Some(notes.take(shell(condition, inputs).map_err(named)?)),
        None => None,
    };
    let action = match &step.action {
        Action::Run(text) => {
            shell(text, inputs).map(|text| RenderedAction::Shell { script: with_newline(notes.take(text)) })
        }
        Action::Upload(upload) => render_upload(upload, inputs, &mut notes),
        Action::Package(package) => render_package(package, inputs),
        Action::Service(service) => render_service(service, inputs),
        Action::WaitFor(wait) => render_wait(wait, inputs, &mut notes),
        Action::Reboot => {
            notes.risks.push("restarts the host".into());
            Ok(RenderedAction::Reboot)
        }
    }
    .map_err(named)?;
    Ok(RenderedStep {
        name: step.name.clone(),
        action,
        privilege: step.privilege,
        timeout_seconds: step.timeout_seconds,
        only_if,
        on_failure: step.on_failure,
        risks: notes.risks,
        secrets: notes.secrets,
    })
}

#[derive(Default)]
struct Notes {
    risks: Vec<String>,
    secrets: BTreeSet<String>,
}

impl Notes {
    fn take(&mut self, shell: ShellText) -> String {
        for risk in shell.risks {
            if !self.risks.contains(&risk) {
                self.risks.push(risk);
            }
        }
        self.secrets.extend(shell.secrets);
        shell.text
    }
}

fn render_upload(upload: &Upload, inputs: &Inputs<'_>, notes: &mut Notes) -> Result<RenderedAction, RenderProblem> {
    let to = plain(&upload.to, inputs, "the path of an upload")?;
    if !to.starts_with('/') || to.ends_with('/') || to.split('/').any(|part| part == "..") {
        let hint = "Write an absolute path without “..”, such as /etc/app.conf.";
        return Err(RenderProblem::NotAllowed { what: "the path of a file on the host", value: to, hint });
    }
    let owner = account(upload.owner.as_ref(), inputs)?;
    let group = account(upload.group.as_ref(), inputs)?;
    let ownership = if group.is_empty() { owner } else { format!("{owner}:{group}") };
    let mut has_secret = false;
    let (mut content, mut known) = (String::new(), String::new());
    let file = match &upload.source {
        UploadSource::File(path) => {
            let name: String =
                path.chars().map(|character| if character.is_ascii_alphanumeric() { character } else { '_' }).collect();
            content.push_str(&format!("cat \"$MILLWRIGHT_FILES/{name}\"\n"));
            Some(RenderedFile { name, path: path.clone() })
        }
        UploadSource::Content(template) => {
            content.push_str(":\n");
            for piece in pieces(template, inputs, "the content of an upload")? {
                match piece {
                    Piece::Text(text) => {
                        content.push_str(&format!("printf %s {} || return\n", quoted(&text)));
                        known.push_str(&text);
                    }
                    Piece::Secret(name) => {
                        has_secret = true;
                        content.push_str(&format!("cat \"$MILLWRIGHT_SECRETS/{name}\" || return\n"));
                        notes.secrets.insert(name);
                    }
                }
            }
            None
        }
    };
    let mode = upload.mode.unwrap_or(if has_secret { 0o600 } else { 0o644 });
    let known = (file.is_none() && !has_secret).then_some(known);
    let script = format!(
        "to={}\nowner={}\nmode={mode:04o}\ncontent() {{\n{content}}}\n{UPLOAD}",
        quoted(&to),
        quoted(&ownership),
    );
    Ok(RenderedAction::Upload { script, to, file, content: known })
}

/// The path of something that is kept before anything is changed: not a whole top folder, and nothing of the kernel's.
pub(super) fn configuration_path(template: &Template, inputs: &Inputs<'_>) -> Result<String, RenderProblem> {
    const NEVER: [&str; 4] = ["dev", "proc", "run", "sys"];
    let path = plain(template, inputs, "the path of a configuration")?;
    let parts: Vec<&str> = path.split('/').skip(1).collect();
    let fits = path.starts_with('/')
        && parts.len() > 1
        && parts.iter().all(|part| !matches!(*part, "" | "." | ".."))
        && !NEVER.contains(&parts[0])
        && !parts.starts_with(&["var", "lib", "millwright"]);
    if fits {
        return Ok(path);
    }
    let hint = "Write an absolute path without “..” that is not a whole top folder, such as /etc/app.conf or /etc/app.";
    Err(RenderProblem::NotAllowed { what: "the path of a configuration", value: path, hint })
}

fn account(template: Option<&Template>, inputs: &Inputs<'_>) -> Result<String, RenderProblem> {
    let Some(template) = template else { return Ok(String::new()) };
    let name = plain(template, inputs, "the name of an account")?;
    let fits = name.starts_with(|first: char| first.is_ascii_alphanumeric() || first == '_')
        && name.chars().all(|character| character.is_ascii_alphanumeric() || "_.-".contains(character));
    if fits {
        return Ok(name);
    }
    let hint = "Use letters, digits, “_”, “.” and “-”.";
    Err(RenderProblem::NotAllowed { what: "the name of an account", value: name, hint })
}

fn render_package(package: &PackageStep, inputs: &Inputs<'_>) -> Result<RenderedAction, RenderProblem> {
    let mut names = Vec::new();
    for template in &package.names {
        names.push(word(template, inputs, "the name of a package", "+._:-")?);
    }
    let version = match &package.version {
        Some(template) if plain(template, inputs, "a version")?.is_empty() => None,
        Some(template) => Some(word(template, inputs, "a version", "+._:~-")?),
        None => None,
    };
    Ok(RenderedAction::Package { action: package.action, names, version })
}

fn render_service(service: &ServiceStep, inputs: &Inputs<'_>) -> Result<RenderedAction, RenderProblem> {
    let name = word(&service.name, inputs, "the name of a service", "_.@:\\-")?;
    let script = format!("service={}\naction={}\n{SERVICE}", quoted(&name), service.action.as_str());
    Ok(RenderedAction::Shell { script })
}

fn render_wait(wait: &WaitFor, inputs: &Inputs<'_>, notes: &mut Notes) -> Result<RenderedAction, RenderProblem> {
    let (waiting_for, asking) = match &wait.condition {
        Condition::Port(template) => {
            let text = plain(template, inputs, "a port")?;
            let port =
                text.trim().parse::<u16>().ok().filter(|port| *port > 0).ok_or_else(|| RenderProblem::NotAllowed {
                    what: "a port",
                    value: text.clone(),
                    hint: "Give a number from 1 to 65535.",
                })?;
            (format!("port {port} is open"), format!("port_hex={port:04X}\n{WAIT_PORT}"))
        }
        Condition::Http(expectation) => render_http(expectation, inputs)?,
        Condition::Command(template) => {
            let command = with_newline(notes.take(shell(template, inputs)?));
            let asking = format!(
                "condition() {{\n{command}}}\ncheck_once() {{\n    last_answer=$(condition 2>&1) && return\n    \
                 last_answer=$(printf '%s\\n' \"$last_answer\" | tail -n 1)\n    return 1\n}}\n"
            );
            ("the command succeeds".to_owned(), asking)
        }
    };
    let script = format!(
        "waiting_for={}\ntimeout_seconds={}\ninterval_seconds={}\nlast_answer=\n{asking}{WAIT}",
        quoted(&waiting_for),
        wait.timeout_seconds,
        wait.interval_seconds,
    );
    Ok(RenderedAction::Shell { script })
}

fn render_http(expectation: &HttpExpectation, inputs: &Inputs<'_>) -> Result<(String, String), RenderProblem> {
    let url = plain(&expectation.url, inputs, "a URL")?;
    let rest = url.strip_prefix("http://").or_else(|| url.strip_prefix("https://")).unwrap_or_default();
    let has_host = rest.starts_with(|first: char| first.is_ascii_alphanumeric() || first == '[');
    if !has_host || url.contains(char::is_whitespace) {
        let hint = "It begins with http:// or https:// and has no spaces.";
        return Err(RenderProblem::NotAllowed { what: "a URL", value: url, hint });
    }
    let contains = match &expectation.contains {
        Some(template) => plain(template, inputs, "the text that an answer holds")?,
        None => String::new(),
    };
    let asking =
        format!("url={}\nstatus={}\ncontains={}\n{WAIT_HTTP}", quoted(&url), expectation.status, quoted(&contains),);
    Ok((format!("{url} answers with {}", expectation.status), asking))
}

/// A name of ASCII letters, digits and some more characters, that begins with a letter or digit: never an option.
fn word(template: &Template, inputs: &Inputs<'_>, what: &'static str, others: &str) -> Result<String, RenderProblem> {
    let text = plain(template, inputs, what)?;
    let fits = text.starts_with(|first: char| first.is_ascii_alphanumeric())
        && text.len() <= 256
        && text.chars().all(|character| character.is_ascii_alphanumeric() || others.contains(character));
    if fits {
        return Ok(text);
    }
    let hint = "It begins with a letter or a digit; spaces and most other characters have no place in it.";
    Err(RenderProblem::NotAllowed { what, value: text, hint })
}

fn with_newline(mut text: String) -> String {
    if !text.ends_with('\n') {
        text.push('\n');
    }
    text
}
