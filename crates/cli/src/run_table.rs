//! A run as people see it: what hosts printed, then each host's end, failures first.

use crate::out::Out;
use crate::progress::words;
use crate::text::{duration, visible, visible_line};
use millwright_api::{JobDocument, RunDocument, Workspace};
use millwright_domain::run::{Incompleteness, JobState, RunKind, RunState, WaitsFor};
use std::io::IsTerminal;

/// Of each host's output, this much is shown; `run output` has all of it.
const SHOWN_BYTES: u64 = 64 * 1024;

/// What was printed, where that is what was asked for, and the table.
pub(crate) fn told(workspace: &Workspace, out: &Out, run: &RunDocument) -> String {
    let mut lines = Vec::new();
    let reads = matches!(run.summary.kind, RunKind::Exec | RunKind::Runbook);
    for job in run.jobs.iter().filter(|job| reads || job.state == JobState::Failed) {
        if job.output_length == 0 {
            continue;
        }
        // The end of a long output is what tells.
        let from = job.output_length.saturating_sub(SHOWN_BYTES);
        let shown = workspace.run_output(run.summary.id, &job.host, from, SHOWN_BYTES);
        lines.push(out.paint(&format!("── {}", job.host), "1"));
        if from > 0 {
            lines.push(format!("(the first {from} bytes are left out here: millwright run output)"));
        }
        match shown {
            Ok(bytes) => lines.push(visible(String::from_utf8_lossy(&bytes).trim_end_matches('\n'))),
            Err(fault) => lines.push(visible(&fault.message)),
        }
    }
    lines.push(table(out, run));
    lines.join("\n")
}

/// Each host's end.
pub(crate) fn table(out: &Out, run: &RunDocument) -> String {
    let mut table = out.table(&["HOST", "STATE", "STEP", "TIME", ""]);
    let mut jobs: Vec<&JobDocument> = run.jobs.iter().collect();
    jobs.sort_by_key(|job| (job.state == JobState::Succeeded, job.host.clone()));
    for job in jobs {
        let took = match (job.started_at, job.ended_at) {
            (Some(from), Some(until)) => duration(until.duration_since(from)),
            _ => "–".to_owned(),
        };
        let step = match &job.step {
            Some((number, name)) => format!("{number}/{} {}", job.steps, visible_line(name)),
            None => "–".to_owned(),
        };
        let remark = if run.jobs.len() > 1 { short_remark(job) } else { remark(job) };
        table.add_row([job.host.to_string(), state(out, job), step, took, remark]);
    }
    let mut lines =
        vec![format!("{table}"), format!("{}: {}", visible_line(&run.summary.title), words(&run.summary.counts))];
    lines.extend(causes(run));
    lines.extend(standing(out, run));
    lines.join("\n")
}

/// Why hosts did not succeed, those with the same cause together; of a single host, the table says all but its words.
fn causes(run: &RunDocument) -> Vec<String> {
    let mut lines = Vec::new();
    if let [job] = run.jobs.as_slice() {
        lines.extend(job.last_lines.iter().map(|line| format!("      │ {}", visible_line(line))));
        return lines;
    }
    for cause in &run.causes {
        let hosts = match cause.hosts.as_slice() {
            [host] => host.to_string(),
            [first, ..] => format!("{} hosts ({first}, …)", cause.hosts.len()),
            [] => continue,
        };
        let step = cause.step.as_deref().map(|step| format!(" at “{}”", visible_line(step))).unwrap_or_default();
        lines.push(format!("  {hosts}: {}{step}: {} [{}]", cause.state, visible_line(&cause.message), cause.code));
        lines.extend(cause.last_lines.iter().map(|line| format!("      │ {}", visible_line(line))));
        lines.extend(cause.hint.as_deref().map(|hint| format!("      → {}", visible_line(hint))));
    }
    lines
}

/// What the run as a whole waits for, or why it was halted, and what to do next.
fn standing(out: &Out, run: &RunDocument) -> Vec<String> {
    let (id, summary) = (run.summary.id, &run.summary);
    let wave = |number: u32| run.waves.get(number as usize).map_or("a wave", |wave| wave.title.as_str());
    let mut lines = Vec::new();
    if let Some(why) = &summary.halted {
        lines.push(format!("{}: {}", out.paint("HALTED", "1;31"), visible_line(&why.message)));
    }
    if let Some(gate) = &summary.gate {
        lines.push(match gate.waits_for {
            WaitsFor::Person => {
                format!("Waits for a person behind “{}”. Go on: millwright run promote {id}", wave(gate.wave))
            }
            WaitsFor::Soak { until } => {
                format!("Waits behind “{}” until {}", wave(gate.wave), until.strftime("%Y-%m-%d %H:%M:%S UTC"))
            }
            WaitsFor::Probe => format!("Probes the hosts of “{}”", wave(gate.wave)),
        });
    }
    let missing = run.jobs.iter().filter(|job| job.state.has_ended() && job.state != JobState::Succeeded).count();
    let has_ended = summary.state != RunState::Running && summary.state != RunState::Awaiting;
    if has_ended && missing > 0 && run.jobs.len() > 1 {
        lines.push(format!("Go on with what is missing: millwright run resume {id}"));
    }
    lines.extend(run.followed_by.iter().map(|later| {
        let how = if later.kind == RunKind::Undo { "Taken back" } else { "Resumed" };
        format!("{how} by run {}: {}", later.id, later.state.as_str())
    }));
    lines
}

/// Bytes of a host: as they are for a file or a program, made harmless for a terminal.
pub(crate) fn print_output(out: Out, bytes: &[u8]) {
    if std::io::stdout().is_terminal() {
        out.bytes(visible(&String::from_utf8_lossy(bytes)).as_bytes());
    } else {
        out.bytes(bytes);
    }
}

fn state(out: &Out, job: &JobDocument) -> String {
    let (sign, color) = match job.state {
        JobState::Succeeded => ("✓", "32"),
        JobState::Waiting => ("○", "2"),
        JobState::Connecting | JobState::Running => ("◐", "34"),
        JobState::Held => ("❚❚", "33"),
        JobState::Skipped => ("⤼", "33"),
        JobState::Unreachable => ("⌀", "31"),
        JobState::Unknown => ("?", "33"),
        JobState::Failed | JobState::Cancelled | JobState::TimedOut | JobState::Interrupted => ("✕", "31"),
    };
    out.paint(&format!("{sign} {}", job.state), color)
}

/// One of many hosts: the causes below say the rest.
fn short_remark(job: &JobDocument) -> String {
    match (&job.error, job.link_lost) {
        (_, true) => "reconnecting".to_owned(),
        (Some(fault), false) => fault.code.to_string(),
        (None, false) => remark(job),
    }
}

fn remark(job: &JobDocument) -> String {
    let mut remarks = Vec::new();
    if let Some(fault) = &job.error {
        remarks.push(format!("{} [{}]", visible_line(&fault.message), fault.code));
        remarks.extend(fault.hint.as_deref().map(visible_line));
    }
    remarks.extend(job.note.as_deref().map(visible_line));
    if job.link_lost {
        remarks.push("reconnecting".into());
    }
    match job.output_incomplete {
        Some(Incompleteness::Cut) => remarks.push("output was cut".into()),
        Some(Incompleteness::Altered) => remarks.push("output was altered on the host".into()),
        None => {}
    }
    remarks.join(" ")
}
