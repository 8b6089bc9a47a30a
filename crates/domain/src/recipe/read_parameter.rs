//! Reads `[[parameters]]`.

use super::document::{Document, Fields};
use super::parameter::{Need, Parameter, ParameterKind, ParameterValue, Parameters};
use super::pattern::Pattern;

/// More parameters than a person can fill in.
const COUNT_LIMIT: usize = 64;

/// Names that mean something else in a template.
const RESERVED: &[&str] = &[
    "host",
    "os",
    "request",
    "installation",
    "loop",
    "self",
    "super",
    "true",
    "false",
    "none",
    "True",
    "False",
    "None",
    "and",
    "or",
    "not",
    "in",
    "is",
    "if",
    "else",
    "elif",
    "endif",
    "for",
    "raw",
    "file",
];

#[derive(Clone, Copy)]
enum Type {
    Text,
    Integer,
    Boolean,
    Choice,
    Secret,
}

const TYPES: &[(&str, Type)] = &[
    ("string", Type::Text),
    ("integer", Type::Integer),
    ("boolean", Type::Boolean),
    ("choice", Type::Choice),
    ("secret", Type::Secret),
];

/// Reads all parameters of a document.
pub(super) fn parameters(document: &mut Document<'_>, root: &mut Fields<'_>) -> Parameters {
    let tables = root.tables(document, "parameters", "a parameter");
    if tables.len() > COUNT_LIMIT {
        let message = format!("there are {} parameters; at most {COUNT_LIMIT} are read", tables.len());
        document.report(root.at_field("parameters"), message, None);
    }
    let mut read: Vec<Parameter> = Vec::new();
    for mut fields in tables.into_iter().take(COUNT_LIMIT) {
        let at_name = fields.at_field("name");
        let parameter = parameter(document, &mut fields);
        fields.finish(document);
        let Some(parameter) = parameter else { continue };
        if read.iter().any(|earlier| earlier.name == parameter.name) {
            let message = format!("there is already a parameter `{}`", parameter.name);
            document.report(at_name, message, Some("Give each parameter its own name.".into()));
        } else {
            read.push(parameter);
        }
    }
    Parameters::new(read)
}

fn parameter(document: &mut Document<'_>, fields: &mut Fields<'_>) -> Option<Parameter> {
    let name = name(document, fields);
    let description = fields.filled(document, "description").map(|text| text.value.to_owned());
    let chosen = fields.choice(document, "type", TYPES);
    let chosen = fields.required(document, "type", chosen);
    let required = fields.boolean(document, "required");
    let kind = match chosen {
        None => {
            // Without a type nothing more can be said about these; they are known all the same.
            for name in ["default", "pattern", "choices", "minimum", "maximum"] {
                fields.any(name);
            }
            None
        }
        Some(Type::Text) => {
            let pattern = pattern(document, fields);
            let default = fields.string(document, "default").map(|text| text.value.to_owned());
            Some(ParameterKind::Text { pattern, default })
        }
        Some(Type::Integer) => {
            let whole = i64::MIN..=i64::MAX;
            let minimum = fields.integer(document, "minimum", whole.clone()).unwrap_or(i64::MIN);
            let maximum = fields.integer(document, "maximum", whole.clone()).unwrap_or(i64::MAX);
            if minimum > maximum {
                document.report(fields.at_field("minimum"), "`minimum` is larger than `maximum`", None);
            }
            let default = fields.integer(document, "default", whole);
            Some(ParameterKind::Integer { minimum, maximum, default })
        }
        Some(Type::Boolean) => Some(ParameterKind::Boolean { default: fields.boolean(document, "default") }),
        Some(Type::Choice) => choice(document, fields),
        Some(Type::Secret) => {
            let pattern = pattern(document, fields);
            if fields.any("default").is_some() {
                let hint = "Write `required = false` if it may be left out; a secret in a file is none.";
                document.report(fields.at_field("default"), "a secret cannot have a default", Some(hint.into()));
            }
            let need = if required == Some(false) { Need::Optional } else { Need::Required };
            Some(ParameterKind::Secret { pattern, need })
        }
    };
    let parameter = Parameter { name: name?, description: description?, kind: kind? };
    check_required(document, fields, &parameter, required);
    check_default(document, fields, &parameter);
    Some(parameter)
}

fn name(document: &mut Document<'_>, fields: &mut Fields<'_>) -> Option<String> {
    let text = fields.filled(document, "name")?;
    let name = text.value;
    let is_word = name.len() <= 64
        && name.starts_with(|first: char| first.is_ascii_lowercase())
        && name.bytes().all(|byte| matches!(byte, b'a'..=b'z' | b'0'..=b'9' | b'_'));
    if !is_word {
        let hint = "Use lower-case letters, digits and “_”, beginning with a letter: at most 64 of them.";
        let message = format!("“{}” cannot be the name of a parameter", name.escape_debug());
        document.report(text.span.start, message, Some(hint.into()));
        return None;
    }
    if RESERVED.contains(&name) {
        let message = format!("“{name}” means something else in a template");
        document.report(text.span.start, message, Some("Choose a longer name.".into()));
        return None;
    }
    Some(name.to_owned())
}

fn pattern(document: &mut Document<'_>, fields: &mut Fields<'_>) -> Option<Pattern> {
    let text = fields.string(document, "pattern")?;
    match Pattern::whole(text.value) {
        Ok(pattern) => Some(pattern),
        Err(error) => {
            document.report(text.span.start, regex_message("pattern", &error), Some(REGEX_HINT.into()));
            None
        }
    }
}

fn choice(document: &mut Document<'_>, fields: &mut Fields<'_>) -> Option<ParameterKind> {
    let texts = fields.strings(document, "choices");
    let default = fields.string(document, "default").map(|text| text.value.to_owned());
    let mut choices: Vec<String> = Vec::new();
    for text in &texts {
        if choices.iter().any(|earlier| earlier == text.value) {
            document.report(text.span.start, format!("“{}” is there twice", text.value.escape_debug()), None);
        } else if text.value.contains('\0') {
            document.report(text.span.start, "a choice cannot have a NUL in it", None);
        } else {
            choices.push(text.value.to_owned());
        }
    }
    if choices.is_empty() {
        let hint = "Add, for example, choices = [\"small\", \"large\"].";
        document.report(fields.at_field("choices"), "a choice needs `choices`", Some(hint.into()));
        return None;
    }
    Some(ParameterKind::Choice { choices, default })
}

/// But for secrets, `required` says what follows from the default anyway, so it may only agree with it.
fn check_required(document: &mut Document<'_>, fields: &Fields<'_>, parameter: &Parameter, required: Option<bool>) {
    let Some(required) = required.filter(|required| *required != parameter.is_required()) else { return };
    let (message, hint) = if required {
        ("a parameter with a default is not required", "Leave one of the two out.")
    } else {
        ("a parameter that is not required needs a default", "Add `default`, for example default = \"\".")
    };
    document.report(fields.at_field("required"), message, Some(hint.into()));
}

fn check_default(document: &mut Document<'_>, fields: &Fields<'_>, parameter: &Parameter) {
    let default: Option<ParameterValue> = parameter.default_value();
    if let Some(Err(error)) = default.map(|value| parameter.check(&value)) {
        let hint = "The default must be a value that a technician could give.";
        document.report(fields.at_field("default"), format!("the default is refused: {error}"), Some(hint.into()));
    }
}

/// What to do about a bad expression.
pub(super) const REGEX_HINT: &str = "It is a regular expression of Rust's regex crate; '…' keeps its backslashes.";

/// What is wrong with an expression, in one line.
pub(super) fn regex_message(field: &str, error: &regex::Error) -> String {
    let text = error.to_string();
    let reason = text.lines().last().unwrap_or_default().trim();
    format!("`{field}` is no regular expression: {}", reason.strip_prefix("error: ").unwrap_or(reason))
}
