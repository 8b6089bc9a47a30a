//! How what a recipe or runbook does is taken back.

use super::step::Step;
use super::template::Template;
use crate::run::UndoGrade;

/// How what a recipe or runbook does is taken back. Packages go back to their versions without any rule.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UndoRule {
    /// What takes it back, or takes up what was put back: after the packages and the configuration. May be empty.
    pub steps: Vec<Step>,
    /// How well all of it together takes back what was done, as the author says: exact or best effort.
    pub grade: UndoGrade,
    /// Paths on the host whose content is kept before anything is changed, and put back. May be empty.
    pub configuration: Vec<Template>,
}

impl Default for UndoRule {
    fn default() -> Self {
        Self { steps: Vec::new(), grade: UndoGrade::BestEffort, configuration: Vec::new() }
    }
}

impl UndoRule {
    /// Whether the author says anything at all.
    pub fn says_something(&self) -> bool {
        !self.steps.is_empty() || !self.configuration.is_empty()
    }
}
