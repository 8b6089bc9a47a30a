//! Why a step cannot be rendered.

use super::shell_text::Misplacement;
use millwright_domain::{Code, Fault};

/// A step that cannot be rendered with the values that it was given.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{step}: {problem}")]
pub struct RenderError {
    step: String,
    problem: RenderProblem,
}

impl RenderError {
    /// What is wrong with `step`.
    pub(super) fn new(step: impl Into<String>, problem: RenderProblem) -> Self {
        Self { step: step.into(), problem }
    }
}

/// What is wrong.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub(super) enum RenderProblem {
    /// The template itself.
    #[error("{message}")]
    Template { message: String, hint: Option<String> },
    /// A value stands where its quotes would not protect it.
    #[error("a value stands {0}")]
    Misplaced(Misplacement),
    /// An optional secret that was not given is used all the same.
    #[error("a value that was not given is used")]
    NotGiven,
    /// A secret stands where it would enter the plan or a name.
    #[error("the secret “{name}” cannot stand here")]
    SecretMisplaced { name: String },
    /// A value that is put in as text would break the text.
    #[error("a value with a control character in it cannot stand in {what}")]
    ControlCharacter { what: &'static str },
    /// A rendered field is not what it must be.
    #[error("“{}” cannot be {what}", .value.escape_debug())]
    NotAllowed { what: &'static str, value: String, hint: &'static str },
}

impl RenderProblem {
    fn hint(&self) -> Option<String> {
        match self {
            RenderProblem::Template { hint, .. } => hint.clone(),
            RenderProblem::Misplaced(misplacement) => Some(misplacement.hint().to_owned()),
            RenderProblem::NotGiven => Some("Ask first: {% if password %} … {% endif %}.".into()),
            RenderProblem::SecretMisplaced { .. } => {
                Some("A secret may stand in `run`, in the content of an upload, and nowhere else.".into())
            }
            RenderProblem::ControlCharacter { .. } => Some("Give a value of one plain line.".into()),
            RenderProblem::NotAllowed { hint, .. } => Some((*hint).to_owned()),
        }
    }
}

impl From<RenderError> for Fault {
    fn from(error: RenderError) -> Self {
        Fault { code: Code::InvalidRecipe, message: error.to_string(), hint: error.problem.hint() }
    }
}
