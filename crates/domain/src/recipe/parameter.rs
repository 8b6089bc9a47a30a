//! Parameters: what a technician may set, of which type, within which bounds.

use super::pattern::Pattern;
use super::suggest::nearest;
use crate::fault::{Code, Fault};
use serde::{Deserialize, Serialize};
use std::fmt;

/// Longer values belong into a file.
const LENGTH_LIMIT_BYTES: usize = 64 * 1024;

/// One parameter.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Parameter {
    /// Its name: a lower-case word, as in `--set name=value`.
    pub name: String,
    /// Help for the technician who sets it.
    pub description: String,
    /// Its type, bounds and default.
    pub kind: ParameterKind,
}

impl Parameter {
    /// Whether somebody must give a value.
    pub fn is_required(&self) -> bool {
        match &self.kind {
            ParameterKind::Secret { need, .. } => *need == Need::Required,
            ParameterKind::Text { .. }
            | ParameterKind::Integer { .. }
            | ParameterKind::Boolean { .. }
            | ParameterKind::Choice { .. } => self.default_value().is_none(),
        }
    }

    /// Whether its value is a secret, which no plan, log or argument list ever holds.
    pub fn is_secret(&self) -> bool {
        matches!(self.kind, ParameterKind::Secret { .. })
    }

    /// The value that it has when none is given.
    pub fn default_value(&self) -> Option<ParameterValue> {
        match &self.kind {
            ParameterKind::Text { default, .. } | ParameterKind::Choice { default, .. } => {
                default.clone().map(ParameterValue::Text)
            }
            ParameterKind::Integer { default, .. } => default.map(ParameterValue::Integer),
            ParameterKind::Boolean { default } => default.map(ParameterValue::Boolean),
            ParameterKind::Secret { .. } => None,
        }
    }

    /// Refuses a secret that the parameter does not allow. The error does not hold the secret.
    pub fn check_secret(&self, secret: &str) -> Result<(), ParameterError> {
        let ParameterKind::Secret { pattern, .. } = &self.kind else {
            return Err(ParameterError::NotASecret { name: self.name.clone() });
        };
        let fits = pattern.as_ref().is_none_or(|pattern| pattern.matches(secret));
        if secret.is_empty() || secret.len() > LENGTH_LIMIT_BYTES || secret.contains(char::is_control) || !fits {
            return Err(ParameterError::SecretRefused { name: self.name.clone() });
        }
        Ok(())
    }

    /// Refuses a value that the parameter does not allow.
    pub fn check(&self, value: &ParameterValue) -> Result<(), ParameterError> {
        let name = || self.name.clone();
        let wrong_type = |expected| ParameterError::WrongType { name: name(), value: value.to_string(), expected };
        match (&self.kind, value) {
            (ParameterKind::Text { pattern, .. }, ParameterValue::Text(text)) => {
                if text.len() > LENGTH_LIMIT_BYTES {
                    return Err(ParameterError::TooLong { name: name() });
                }
                if text.contains('\0') {
                    return Err(ParameterError::Nul { name: name() });
                }
                match pattern.as_ref().filter(|pattern| !pattern.matches(text)) {
                    None => Ok(()),
                    Some(pattern) => Err(ParameterError::PatternMismatch {
                        name: name(),
                        value: text.clone(),
                        pattern: pattern.source().to_owned(),
                    }),
                }
            }
            (ParameterKind::Integer { minimum, maximum, .. }, ParameterValue::Integer(number)) => {
                if (*minimum..=*maximum).contains(number) {
                    return Ok(());
                }
                Err(ParameterError::OutOfRange { name: name(), value: *number, minimum: *minimum, maximum: *maximum })
            }
            (ParameterKind::Boolean { .. }, ParameterValue::Boolean(_)) => Ok(()),
            (ParameterKind::Choice { choices, .. }, ParameterValue::Text(text)) => {
                if choices.contains(text) {
                    return Ok(());
                }
                Err(ParameterError::NotAChoice { name: name(), value: text.clone(), choices: choices.clone() })
            }
            (ParameterKind::Secret { .. }, _) => Err(ParameterError::SecretGivenOpenly { name: name() }),
            (ParameterKind::Text { .. } | ParameterKind::Choice { .. }, _) => Err(wrong_type("a text")),
            (ParameterKind::Integer { .. }, _) => Err(wrong_type("a whole number")),
            (ParameterKind::Boolean { .. }, _) => Err(wrong_type("true or false")),
        }
    }
}

/// The type of a parameter, with what belongs to it. No default means that a value must be given.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ParameterKind {
    /// `type = "string"`.
    Text {
        /// What the whole text must match.
        pattern: Option<Pattern>,
        /// The default.
        default: Option<String>,
    },
    /// `type = "integer"`.
    Integer {
        /// The smallest value.
        minimum: i64,
        /// The largest value.
        maximum: i64,
        /// The default.
        default: Option<i64>,
    },
    /// `type = "boolean"`.
    Boolean {
        /// The default.
        default: Option<bool>,
    },
    /// `type = "choice"`.
    Choice {
        /// What it may be. Never empty.
        choices: Vec<String>,
        /// The default.
        default: Option<String>,
    },
    /// `type = "secret"`: never has a default.
    Secret {
        /// What the whole secret must match.
        pattern: Option<Pattern>,
        /// Whether one must be given.
        need: Need,
    },
}

/// Whether a secret must be given.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Need {
    /// It must.
    Required,
    /// It may be left out.
    Optional,
}

/// The parameters of a recipe or runbook, in the order of its file; no name twice.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Parameters(Vec<Parameter>);

impl Parameters {
    /// The caller has made sure that no name stands there twice.
    pub(super) fn new(parameters: Vec<Parameter>) -> Self {
        Self(parameters)
    }

    /// All of them.
    pub fn iter(&self) -> std::slice::Iter<'_, Parameter> {
        self.0.iter()
    }

    /// The one with this name.
    pub fn get(&self, name: &str) -> Option<&Parameter> {
        self.0.iter().find(|parameter| parameter.name == name)
    }

    /// Those whose values are secrets.
    pub fn secrets(&self) -> impl Iterator<Item = &Parameter> {
        self.0.iter().filter(|parameter| parameter.is_secret())
    }
}

/// The value of a parameter that is no secret.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(untagged)]
pub enum ParameterValue {
    /// Of a boolean.
    Boolean(bool),
    /// Of an integer.
    Integer(i64),
    /// Of a string or a choice.
    Text(String),
}

impl ParameterValue {
    /// The value that a text from a command line means.
    pub fn parse(parameter: &Parameter, text: &str) -> Result<Self, ParameterError> {
        let wrong_type = |expected| ParameterError::WrongType {
            name: parameter.name.clone(),
            value: text.chars().take(100).collect(),
            expected,
        };
        let value = match &parameter.kind {
            ParameterKind::Text { .. } | ParameterKind::Choice { .. } => ParameterValue::Text(text.to_owned()),
            ParameterKind::Integer { .. } => {
                ParameterValue::Integer(text.trim().parse().map_err(|_| wrong_type("a whole number"))?)
            }
            ParameterKind::Boolean { .. } => match text.trim() {
                "true" | "yes" | "on" => ParameterValue::Boolean(true),
                "false" | "no" | "off" => ParameterValue::Boolean(false),
                _ => return Err(wrong_type("true or false")),
            },
            ParameterKind::Secret { .. } => {
                return Err(ParameterError::SecretGivenOpenly { name: parameter.name.clone() });
            }
        };
        parameter.check(&value)?;
        Ok(value)
    }
}

impl fmt::Display for ParameterValue {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            ParameterValue::Boolean(value) => write!(f, "{value}"),
            ParameterValue::Integer(value) => write!(f, "{value}"),
            ParameterValue::Text(value) => f.write_str(value),
        }
    }
}

/// Why a value was refused.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ParameterError {
    /// No parameter has this name.
    #[error("there is no parameter “{}”", .name.escape_debug())]
    Unknown {
        /// The name that was given.
        name: String,
        /// The names that there are.
        known: Vec<String>,
    },
    /// A value must be given.
    #[error("the parameter “{name}” needs a value: {description}")]
    Missing {
        /// The parameter.
        name: String,
        /// Its help.
        description: String,
        /// Whether its value is a secret.
        kind: MissingKind,
    },
    /// The value has the wrong type.
    #[error("“{name}” must be {expected}; “{}” is not", .value.escape_debug())]
    WrongType {
        /// The parameter.
        name: String,
        /// The value.
        value: String,
        /// What it should be.
        expected: &'static str,
    },
    /// The number is too small or too large.
    #[error("“{name}” must be from {minimum} to {maximum}; {value} is not")]
    OutOfRange {
        /// The parameter.
        name: String,
        /// The value.
        value: i64,
        /// The smallest that is allowed.
        minimum: i64,
        /// The largest that is allowed.
        maximum: i64,
    },
    /// The value is none of the choices.
    #[error("“{name}” cannot be “{}”", .value.escape_debug())]
    NotAChoice {
        /// The parameter.
        name: String,
        /// The value.
        value: String,
        /// The choices.
        choices: Vec<String>,
    },
    /// The value does not match the pattern.
    #[error("“{name}” cannot be “{}”: it does not match {pattern}", .value.escape_debug())]
    PatternMismatch {
        /// The parameter.
        name: String,
        /// The value.
        value: String,
        /// The pattern.
        pattern: String,
    },
    /// The value is too long.
    #[error("the value of “{name}” is longer than 64 KiB")]
    TooLong {
        /// The parameter.
        name: String,
    },
    /// The value has a NUL in it, which no shell can hold.
    #[error("the value of “{name}” has a NUL character in it")]
    Nul {
        /// The parameter.
        name: String,
    },
    /// A secret came on a way where others can read it.
    #[error("“{name}” is a secret and was given openly")]
    SecretGivenOpenly {
        /// The parameter.
        name: String,
    },
    /// A secret does not fit. What it is stays unsaid.
    #[error("the secret “{name}” is empty, too long, has a control character in it, or does not match its pattern")]
    SecretRefused {
        /// The parameter.
        name: String,
    },
    /// The parameter is not a secret.
    #[error("“{name}” is not a secret")]
    NotASecret {
        /// The parameter.
        name: String,
    },
}

/// On which way a missing value can be given.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum MissingKind {
    /// On the command line.
    Plain,
    /// At a prompt.
    Secret,
}

impl ParameterError {
    /// What to do next.
    fn hint(&self) -> Option<String> {
        match self {
            ParameterError::Unknown { name, known } => match nearest(name, known.iter().map(String::as_str)) {
                Some(near) => Some(format!("Did you mean “{near}”?")),
                None if known.is_empty() => Some("This one has no parameters.".into()),
                None => Some(format!("There are: {}.", known.join(", "))),
            },
            ParameterError::Missing { name, kind: MissingKind::Plain, .. } => Some(format!("Add --set {name}=….")),
            ParameterError::Missing { name, kind: MissingKind::Secret, .. } => {
                Some(format!("Run it at a terminal, where it is asked for, or add --secret {name}=FILE."))
            }
            ParameterError::NotAChoice { choices, .. } => Some(format!("Choose one of: {}.", choices.join(", "))),
            ParameterError::SecretGivenOpenly { .. } => {
                Some("Leave it out: it is asked for at the terminal, or read from a file with --secret.".into())
            }
            ParameterError::WrongType { .. }
            | ParameterError::OutOfRange { .. }
            | ParameterError::PatternMismatch { .. }
            | ParameterError::TooLong { .. }
            | ParameterError::Nul { .. }
            | ParameterError::SecretRefused { .. }
            | ParameterError::NotASecret { .. } => None,
        }
    }
}

impl From<ParameterError> for Fault {
    fn from(error: ParameterError) -> Self {
        Fault { code: Code::InvalidRecipe, message: error.to_string(), hint: error.hint() }
    }
}
