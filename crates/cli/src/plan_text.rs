//! A plan as people read it: what changes, what is left out and why, and the exact commands. Hosts that get the very same
//! stand together.

use crate::text::visible;
use jiff::Timestamp;
use millwright_domain::run::{
    Exclusion, Gate, LeftOut, OnFailure, Plan, PlanContent, PlannedJob, PlannedStep, Privilege, RestartWhen, StageEnd,
    Work,
};
use std::fmt::Write;
use std::ops::Range;

/// The whole plan.
pub(crate) fn plan(plan: &Plan) -> String {
    let content = &plan.content;
    let mut text = format!(
        "PLAN {}\n{} by “{}”, at most {} at once\nplan {}\nhash {}\nexpires {}\n",
        visible(&content.title),
        count(content.jobs.len()),
        content.selector,
        content.parallel,
        plan.id,
        plan.hash,
        moment(content.expires_at)
    );
    if let Some(reason) = &content.window_override {
        let _ = writeln!(text, "! maintenance windows do not count: {}", visible(reason));
    }
    rollout(&mut text, content);
    for (title, range) in stretches(content) {
        let jobs = content.jobs.get(range).unwrap_or_default();
        if jobs.is_empty() {
            continue;
        }
        if let Some(title) = title {
            let _ = write!(text, "\n── {}\n", visible(&title));
        }
        hosts(&mut text, jobs);
    }
    text
}

/// The waves, and what gets no work; without titles where everything is one wave.
fn stretches(content: &PlanContent) -> Vec<(Option<String>, Range<usize>)> {
    let waves: Vec<Range<usize>> = content.rollout.ranges().collect();
    let rest = waves.last().map_or(0, |last| last.end)..content.jobs.len();
    if waves.len() < 2 {
        return vec![(None, 0..content.jobs.len())];
    }
    let titled = content.rollout.waves.iter().zip(waves).map(|(wave, range)| (Some(wave.title.clone()), range));
    titled.chain([(Some("no work".to_owned()), rest)]).collect()
}

fn rollout(text: &mut String, content: &PlanContent) {
    let rollout = &content.rollout;
    if let Some(allowed) = rollout.most_failures {
        let _ =
            writeln!(text, "halts when more than {} failed ({})", count(allowed as usize), visible(&rollout.policy));
    }
    if rollout.waves.len() > 1 {
        let _ = writeln!(text, "waves by {}:", visible(&rollout.policy));
        for (number, wave) in rollout.waves.iter().enumerate() {
            let gate = gate(&wave.gate);
            let then = if gate.is_empty() { String::new() } else { format!(", then {gate}") };
            let _ = writeln!(text, "  {}. {} ({}){then}", number + 1, visible(&wave.title), count(wave.jobs as usize));
        }
    }
    for limit in &rollout.limits {
        let stops = if limit.stops_on_failure { "; one that fails stops the others" } else { "" };
        let _ = writeln!(
            text,
            "at most {} at once of {} hosts: {}{stops}",
            limit.at_once,
            limit.jobs.len(),
            visible(&limit.title)
        );
    }
}

/// What stands behind a wave, in words; nothing for an open gate.
fn gate(gate: &Gate) -> String {
    let mut words = Vec::new();
    if let Some(percent) = gate.least_success_percent {
        words.push(format!("at least {percent} % must have succeeded"));
    }
    if gate.soak_seconds > 0 {
        words.push(format!("{} min of waiting", gate.soak_seconds.div_ceil(60)));
    }
    if let Some(probe) = &gate.probe {
        words.push(format!("the probe “{}”", visible(probe.trim())));
    }
    if gate.person {
        words.push("a person's word".to_owned());
    }
    words.join(", ")
}

/// Hosts that get the very same stand together.
fn hosts(text: &mut String, jobs: &[PlannedJob]) {
    let mut groups: Vec<(&PlannedJob, Vec<String>)> = Vec::new();
    for job in jobs {
        let name = format!("{}{}", job.host, if job.production { " (PRODUCTION)" } else { "" });
        match groups.iter_mut().find(|(first, _)| is_same(first, job)) {
            Some((_, names)) => names.push(name),
            None => groups.push((job, vec![name])),
        }
    }
    for (job, names) in groups {
        let _ = write!(text, "\n▸ {}\n", names.join(", "));
        describe(text, job);
    }
}

fn count(hosts: usize) -> String {
    if hosts == 1 { "1 host".to_owned() } else { format!("{hosts} hosts") }
}

fn moment(at: Timestamp) -> String {
    at.strftime("%Y-%m-%d %H:%M UTC").to_string()
}

fn is_same(one: &PlannedJob, other: &PlannedJob) -> bool {
    one.work == other.work
        && one.changes == other.changes
        && one.risks == other.risks
        && one.undo == other.undo
        && one.window == other.window
        && one.disk == other.disk
        && one.differences == other.differences
}

fn describe(text: &mut String, job: &PlannedJob) {
    for change in &job.changes {
        let _ = writeln!(text, "  {}", visible(change));
    }
    for risk in &job.risks {
        let _ = writeln!(text, "  ! {}", visible(risk));
    }
    if let Some(window) = job.window {
        let _ = writeln!(text, "  begins between {} and {}", moment(window.from), moment(window.until));
    }
    if let Some(disk) = &job.disk {
        let megabytes = |bytes: u64| bytes.div_ceil(1_000_000);
        let (needed, free) = (megabytes(disk.needed_bytes), megabytes(disk.free_bytes));
        let _ = writeln!(text, "  disk: at most {needed} MB on {}, {free} MB are free", visible(&disk.mount));
    }
    for difference in &job.differences {
        let _ = writeln!(text, "  changes in {}:", visible(&difference.path));
        indent(text, &difference.diff);
    }
    if let Some(undo) = &job.undo {
        let why = undo.why.as_deref().map(|why| format!(", {}", visible(why))).unwrap_or_default();
        let _ = writeln!(text, "  undo: {}{why}", undo.grade.as_str());
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
                match &stage.end {
                    StageEnd::Done => {}
                    StageEnd::Reboot { when, timeout_seconds } => {
                        let minutes = timeout_seconds.div_ceil(60);
                        match when {
                            RestartWhen::Always => {
                                let _ = writeln!(text, "  restart the host; it must be back within {minutes} min");
                            }
                            RestartWhen::Condition { script } => {
                                let _ = writeln!(
                                    text,
                                    "  restart the host, which must be back within {minutes} min, and do what follows; only if:"
                                );
                                indent(text, script);
                            }
                        }
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
