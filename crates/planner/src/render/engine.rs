//! The template engine: minijinja with nothing in it that a recipe does not need.
//!
//! There are no loaders, no globals, no loops, no macros and no assignments (`check` refuses their tags), so rendering ends
//! after as many steps as the template has parts; an unknown name is an error.

use super::check::{Names, TextKind, problems};
use super::context::{Inputs, Raw, Secret, SecretFile};
use super::error::RenderProblem;
use super::shell_text::{insert, mark, misplaced};
use millwright_domain::recipe::Template;
use minijinja::syntax::SyntaxConfig;
use minijinja::value::ValueKind;
use minijinja::{Environment, Error, ErrorKind, Output, State, UndefinedBehavior, Value};
use std::collections::BTreeSet;
use std::sync::{Arc, Mutex, PoisonError};

/// The filters that a template may use.
pub(super) const FILTERS: &[&str] = &["lower", "upper", "trim", "replace", "raw", "file"];

/// A sh text with its values in place.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct ShellText {
    pub(super) text: String,
    pub(super) secrets: BTreeSet<String>,
    pub(super) risks: Vec<String>,
}

/// A part of a text that is no sh.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Piece {
    /// Text.
    Text(String),
    /// The value of a secret, which the host puts in.
    Secret(String),
}

/// Renders sh text: every value becomes a quoted word.
pub(super) fn shell(template: &Template, inputs: &Inputs<'_>) -> Result<ShellText, RenderProblem> {
    let rendered = render(template, inputs, TextKind::Shell)?;
    if let Some(first) = misplaced(&rendered.text).into_iter().next() {
        return Err(RenderProblem::Misplaced(first.why));
    }
    let mut secrets = BTreeSet::new();
    for value in &rendered.values {
        match value {
            Inserted::Text(_) => {}
            Inserted::Secret(name) | Inserted::SecretFile(name) => {
                secrets.insert(name.clone());
            }
        }
    }
    let text = insert(&rendered.text, |index| match rendered.values.get(index) {
        Some(Inserted::Text(text)) => quoted(text),
        Some(Inserted::Secret(name)) => format!("\"$(cat \"$MILLWRIGHT_SECRETS/{name}\")\""),
        Some(Inserted::SecretFile(name)) => format!("\"$MILLWRIGHT_SECRETS/{name}\""),
        None => String::new(),
    });
    let risks = super::check::raw_names(template.text())
        .into_iter()
        .map(|name| format!("raw value of parameter {name}"))
        .collect();
    Ok(ShellText { text, secrets, risks })
}

/// Renders a text that is no sh, and in which secrets may stand.
pub(super) fn pieces(
    template: &Template,
    inputs: &Inputs<'_>,
    what: &'static str,
) -> Result<Vec<Piece>, RenderProblem> {
    let rendered = render(template, inputs, TextKind::Plain)?;
    let mut pieces = Vec::new();
    let mut rest = rendered.text.as_str();
    // The marks stand in their order, each once: the formatter wrote them.
    for (index, value) in rendered.values.iter().enumerate() {
        let Some((before, after)) = rest.split_once(&mark(index)) else { continue };
        rest = after;
        push_text(&mut pieces, before);
        match value {
            Inserted::Text(text) if text.contains(char::is_control) => {
                return Err(RenderProblem::ControlCharacter { what });
            }
            Inserted::Text(text) => push_text(&mut pieces, text),
            Inserted::Secret(name) => pieces.push(Piece::Secret(name.clone())),
            Inserted::SecretFile(name) => return Err(RenderProblem::SecretMisplaced { name: name.clone() }),
        }
    }
    push_text(&mut pieces, rest);
    Ok(pieces)
}

/// Renders a text that is no sh, and in which no secret may stand: a name, a path, a URL.
pub(super) fn plain(template: &Template, inputs: &Inputs<'_>, what: &'static str) -> Result<String, RenderProblem> {
    let mut result = String::new();
    for piece in pieces(template, inputs, what)? {
        match piece {
            Piece::Text(text) => result.push_str(&text),
            Piece::Secret(name) => return Err(RenderProblem::SecretMisplaced { name }),
        }
    }
    if result.contains(char::is_control) {
        return Err(RenderProblem::ControlCharacter { what });
    }
    Ok(result)
}

/// The text as one word of sh, whatever is in it but a NUL.
pub(crate) fn quoted(text: &str) -> String {
    format!("'{}'", text.replace('\'', r"'\''"))
}

/// An environment that can parse every template; what it prints is of no use before a formatter is set.
pub(super) fn environment() -> Environment<'static> {
    let mut environment = Environment::empty();
    environment.set_undefined_behavior(UndefinedBehavior::Strict);
    if let Ok(syntax) =
        SyntaxConfig::builder().trim_blocks(true).lstrip_blocks(true).keep_trailing_newline(true).build()
    {
        environment.set_syntax(syntax);
    }
    environment.add_filter("lower", minijinja::filters::lower);
    environment.add_filter("upper", minijinja::filters::upper);
    environment.add_filter("trim", minijinja::filters::trim);
    environment.add_filter("replace", minijinja::filters::replace);
    environment.add_filter("raw", raw);
    environment.add_filter("file", file);
    environment
}

struct Rendered {
    text: String,
    values: Vec<Inserted>,
}

enum Inserted {
    Text(String),
    Secret(String),
    SecretFile(String),
}

fn render(template: &Template, inputs: &Inputs<'_>, kind: TextKind) -> Result<Rendered, RenderProblem> {
    let names = Names::of(inputs.parameters);
    if let Some(problem) = problems(template.text(), &names, kind).into_iter().next() {
        return Err(RenderProblem::Template { message: problem.message, hint: problem.hint });
    }
    let values: Arc<Mutex<Vec<Inserted>>> = Arc::default();
    let mut environment = environment();
    let recorded = Arc::clone(&values);
    environment.set_formatter(move |output, state, value| format_value(output, state, value, &recorded));
    let text = environment.render_str(template.text(), inputs.to_value()).map_err(|error| {
        if error.kind() == ErrorKind::UndefinedError {
            RenderProblem::NotGiven
        } else {
            RenderProblem::Template { message: reason(&error), hint: None }
        }
    })?;
    drop(environment);
    let values = std::mem::take(&mut *values.lock().unwrap_or_else(PoisonError::into_inner));
    Ok(Rendered { text, values })
}

/// Writes a mark in the place of a value and remembers the value.
fn format_value(
    output: &mut Output<'_>,
    _state: &mut State<'_, '_>,
    value: &Value,
    recorded: &Mutex<Vec<Inserted>>,
) -> Result<(), Error> {
    if let Some(Raw(text)) = value.downcast_object_ref::<Raw>() {
        output.write_str(text)?;
        return Ok(());
    }
    let inserted = if let Some(Secret(name)) = value.downcast_object_ref::<Secret>() {
        Inserted::Secret(name.clone())
    } else if let Some(SecretFile(name)) = value.downcast_object_ref::<SecretFile>() {
        Inserted::SecretFile(name.clone())
    } else {
        Inserted::Text(text_of(value)?)
    };
    let mut recorded = recorded.lock().unwrap_or_else(PoisonError::into_inner);
    output.write_str(&mark(recorded.len()))?;
    recorded.push(inserted);
    Ok(())
}

/// `{{ x | raw }}`
fn raw(value: Value) -> Result<Value, Error> {
    let text = text_of(&value)?;
    // A mark in it would pass for one of ours.
    if text.contains([super::shell_text::OPEN, super::shell_text::CLOSE, '\0']) {
        return Err(Error::new(ErrorKind::InvalidOperation, "a raw value has a character in it that no text may have"));
    }
    Ok(Value::from_object(Raw(text)))
}

/// `{{ password | file }}`
fn file(value: Value) -> Result<Value, Error> {
    match value.downcast_object_ref::<Secret>() {
        Some(Secret(name)) => Ok(Value::from_object(SecretFile(name.clone()))),
        None if value.is_none() => Err(Error::from(ErrorKind::UndefinedError)),
        None => Err(Error::new(ErrorKind::InvalidOperation, "`file` is for secrets")),
    }
}

/// A value as text. Engines print `True`; shells and configuration files say `true`.
fn text_of(value: &Value) -> Result<String, Error> {
    if value.downcast_object_ref::<Secret>().is_some() {
        return Err(Error::new(ErrorKind::InvalidOperation, "a secret is no text"));
    }
    let kind = value.kind();
    if kind == ValueKind::Bool {
        Ok(if value.is_true() { "true".into() } else { "false".into() })
    } else if matches!(kind, ValueKind::Number | ValueKind::String) {
        Ok(value.to_string())
    } else if matches!(kind, ValueKind::None | ValueKind::Undefined) {
        Err(Error::from(ErrorKind::UndefinedError))
    } else {
        Err(Error::new(ErrorKind::InvalidOperation, "this is neither a text nor a number"))
    }
}

/// What the engine says, in one line.
pub(super) fn reason(error: &Error) -> String {
    error.detail().map_or_else(|| "the template cannot be rendered".to_owned(), str::to_owned)
}

fn push_text(pieces: &mut Vec<Piece>, text: &str) {
    if text.is_empty() {
        return;
    }
    if let Some(Piece::Text(last)) = pieces.last_mut() {
        last.push_str(text);
    } else {
        pieces.push(Piece::Text(text.to_owned()));
    }
}
