//! Reads how a recipe or runbook is taken back.

use super::document::{Document, Fields};
use super::read_step::steps;
use super::undo::UndoRule;
use crate::run::UndoGrade;

/// More paths than any recipe writes to.
const PATH_LIMIT: usize = 32;

const GRADES: &[(&str, UndoGrade)] = &[("exact", UndoGrade::Exact), ("best-effort", UndoGrade::BestEffort)];

/// Reads the fields `undo`, `undo_grade` and `configuration`.
pub(super) fn undo_rule(document: &mut Document<'_>, root: &mut Fields<'_>) -> UndoRule {
    let steps = steps(document, root, "undo");
    let grade = root.choice(document, "undo_grade", GRADES);
    let paths = root.strings(document, "configuration");
    if paths.len() > PATH_LIMIT {
        let message = format!("there are {} paths; at most {PATH_LIMIT} are kept", paths.len());
        document.report(root.at_field("configuration"), message, None);
    }
    for path in &paths {
        // What a value makes of it is looked at when there is one.
        let begins_well = path.value.starts_with('/') || path.value.starts_with("{{");
        if !begins_well || path.value.split('/').any(|part| part == "..") {
            let message = format!("“{}” is not an absolute path without “..”", path.value.escape_debug());
            document.report(path.span.start, message, Some("Write it like /etc/app/app.conf.".into()));
        }
    }
    if root.has("undo_grade") && !root.has("undo") && !root.has("configuration") {
        let hint =
            "It says how well `undo` steps and `configuration` take back what was done: add them, or leave it out.";
        document.report(root.at_field("undo_grade"), "`undo_grade` has no meaning here", Some(hint.into()));
    }
    UndoRule {
        steps,
        grade: grade.unwrap_or(UndoGrade::BestEffort),
        configuration: paths.iter().map(|path| document.template(path)).collect(),
    }
}
