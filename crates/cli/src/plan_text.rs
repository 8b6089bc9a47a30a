//! A plan as people read it: what changes, what is left out and why, and the exact commands. Hosts that get the very same
//! stand together.

use crate::text::visible;
use millwright_domain::run::{Exclusion, LeftOut, OnFailure, Plan, PlannedJob, PlannedStep, Privilege, StageEnd, Work};
use std::fmt::Write;

/// The whole plan.
pub(crate) fn plan(plan: &Plan) -> String {
    let content = &plan.content;
    let mut text = format!(
        "PLAN {}\n{} hosts by “{}”, at most {} at once\nhash {}\n",
        visible(&content.title),
        content.jobs.len(),
        content.selector,
        content.parallel,
        plan.hash
    );
    let mut groups: Vec<(&PlannedJob, Vec<String>)> = Vec::new();
    for job in &content.jobs {
        let name = format!("{}{}", job.host, if job.production { " (PRODUCTION)" } else { "" });
        match groups.iter_mut().find(|(first, _)| is_same(first, job)) {
            Some((_, names)) => names.push(name),
            None => groups.push((job, vec![name])),
        }
    }
    for (job, names) in groups {
        let _ = write!(text, "\n▸ {}\n", names.join(", "));
        describe(&mut text, job);
    }
    text
}

fn is_same(one: &PlannedJob, other: &PlannedJob) -> bool {
    one.work == other.work && one.changes == other.changes && one.risks == other.risks
}

fn describe(text: &mut String, job: &PlannedJob) {
    for change in &job.changes {
        let _ = writeln!(text, "  {}", visible(change));
    }
    for risk in &job.risks {
        let _ = writeln!(text, "  ! {}", visible(risk));
    }
    match &job.work {
        Work::Satisfied { note } => {
            let _ = writeln!(text, "  nothing to do: {}", visible(note));
        }
        Work::LeftOut(left_out) => {
            let word = match left_out {
                LeftOut::Unreachable(_) => "UNREACHABLE",
                LeftOut::Skipped(_) => "SKIPPED",
                LeftOut::Held(_) => "HELD",
            };
            let fault = left_out.fault();
            let _ = writeln!(text, "  {word}: {} [{}]", visible(&fault.message), fault.code);
        }
        Work::Attached { script, privilege, timeout_seconds } => {
            let _ = writeln!(text, "  attached, {}, at most {timeout_seconds} s", who(*privilege));
            indent(text, script);
        }
        Work::Detached(work) => {
            let lock = match work.exclusion {
                Exclusion::None => "",
                Exclusion::ChangeLock => ", takes the host's lock for changes",
            };
            let _ = writeln!(text, "  goes on without us{lock}, at most {} s", work.timeout_seconds);
            for stage in &work.stages {
                for step in &stage.steps {
                    describe_step(text, step);
                }
                match stage.end {
                    StageEnd::Done => {}
                    StageEnd::Reboot { timeout_seconds } => {
                        let _ = writeln!(text, "  restart the host; it must be back within {timeout_seconds} s");
                    }
                }
            }
        }
    }
}

fn describe_step(text: &mut String, step: &PlannedStep) {
    let go_on = match step.on_failure {
        OnFailure::Stop => "",
        OnFailure::Continue => ", goes on when it fails",
    };
    let _ = writeln!(
        text,
        "  {}. {} ({}, at most {} s{go_on})",
        step.number,
        visible(&step.name),
        who(step.privilege),
        step.timeout_seconds
    );
    if let Some(condition) = &step.only_if {
        let _ = writeln!(text, "     only if:");
        indent(text, condition);
    }
    for attachment in &step.attachments {
        let _ = writeln!(
            text,
            "     with {} ({} bytes, SHA-256 {})",
            attachment.name, attachment.length, attachment.sha256
        );
    }
    if !step.secrets.is_empty() {
        let _ = writeln!(text, "     with the secrets {} (not shown, and kept nowhere)", step.secrets.join(", "));
    }
    indent(text, &step.script);
}

fn who(privilege: Privilege) -> &'static str {
    match privilege {
        Privilege::Login => "as the account that logs in",
        Privilege::Root => "as root",
    }
}

fn indent(text: &mut String, script: &str) {
    for line in script.lines() {
        let _ = writeln!(text, "     │ {}", visible(line));
    }
}
