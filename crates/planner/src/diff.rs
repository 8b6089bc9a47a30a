//! What a later plan says that an earlier one did not.

use millwright_domain::HostPath;
use millwright_domain::run::{OnFailure, PlanContent, PlannedJob, Privilege, RestartWhen, Stage, StageEnd, Work};
use serde::Serialize;
use std::collections::BTreeMap;
use ts_rs::TS;

/// The difference of two plans.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, TS)]
pub struct PlanDiff {
    /// Hosts that only the earlier one names.
    pub gone: Vec<HostPath>,
    /// Hosts that only the later one names.
    pub added: Vec<HostPath>,
    /// Hosts that both name, with something else to do.
    pub changed: Vec<HostDiff>,
    /// Whether waves, gates or limits differ.
    pub rollout: bool,
    /// How many hosts both name with the very same.
    pub same: u32,
}

/// What is different for a host.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, TS)]
pub struct HostDiff {
    /// The host.
    pub host: HostPath,
    /// What only the earlier plan says of it.
    pub before: Vec<String>,
    /// What only the later plan says of it.
    pub after: Vec<String>,
}

/// Compares two plans host by host.
pub fn diff(earlier: &PlanContent, later: &PlanContent) -> PlanDiff {
    let before: BTreeMap<&HostPath, &PlannedJob> = earlier.jobs.iter().map(|job| (&job.host, job)).collect();
    let after: BTreeMap<&HostPath, &PlannedJob> = later.jobs.iter().map(|job| (&job.host, job)).collect();
    let only = |one: &BTreeMap<&HostPath, &PlannedJob>, other: &BTreeMap<&HostPath, &PlannedJob>| {
        one.keys().filter(|host| !other.contains_key(*host)).map(|host| (*host).clone()).collect()
    };
    let mut found = PlanDiff {
        gone: only(&before, &after),
        added: only(&after, &before),
        rollout: (&earlier.rollout.waves, &earlier.rollout.limits, earlier.rollout.most_failures)
            != (&later.rollout.waves, &later.rollout.limits, later.rollout.most_failures),
        ..PlanDiff::default()
    };
    for (host, job) in &after {
        let Some(earlier) = before.get(host) else { continue };
        let (was, is) = (told(earlier), told(job));
        if was == is {
            found.same += 1;
            continue;
        }
        found.changed.push(HostDiff {
            host: (*host).clone(),
            before: was.iter().filter(|line| !is.contains(line)).cloned().collect(),
            after: is.iter().filter(|line| !was.contains(line)).cloned().collect(),
        });
    }
    found
}

/// All that a plan says of a host, a line each: what does not stand here does not count as a difference. The folder that
/// configuration is saved in has the plan's own time in it.
fn told(job: &PlannedJob) -> Vec<String> {
    let lines = told_with_folder(job);
    match &job.saved {
        Some(saved) => lines.into_iter().map(|line| line.replace(&saved.directory, "…")).collect(),
        None => lines,
    }
}

fn told_with_folder(job: &PlannedJob) -> Vec<String> {
    let mut lines = job.changes.clone();
    lines.extend(job.differences.iter().map(|found| format!("{}:\n{}", found.path, found.diff)));
    lines.extend(job.risks.iter().map(|risk| format!("! {risk}")));
    lines.extend(job.window.map(|window| format!("may begin until {}", window.until)));
    match &job.work {
        Work::Satisfied { .. } => lines.push("nothing to do".to_owned()),
        Work::LeftOut(left_out) => lines.push(format!("{}: {}", left_out.state(), left_out.fault().message)),
        Work::Attached { script, privilege, timeout_seconds } => {
            lines.extend(script.lines().map(str::to_owned));
            lines.push(manner(*privilege, *timeout_seconds));
        }
        Work::Detached(work) => work.stages.iter().for_each(|stage| tell_stage(&mut lines, stage)),
    }
    lines
}

fn tell_stage(lines: &mut Vec<String>, stage: &Stage) {
    for step in &stage.steps {
        lines.push(format!("“{}” {}", step.name, manner(step.privilege, step.timeout_seconds)));
        lines.extend(step.only_if.iter().map(|condition| format!("only if: {condition}")));
        lines.extend(step.attachments.iter().map(|file| format!("with {}, SHA-256 {}", file.name, file.sha256)));
        lines.extend(step.script.lines().map(|line| format!("  {line}")));
        if step.on_failure == OnFailure::Continue {
            lines.push(format!("goes on when “{}” fails", step.name));
        }
    }
    match &stage.end {
        StageEnd::Done => {}
        StageEnd::Reboot { when: RestartWhen::Always, .. } => lines.push("then a restart".to_owned()),
        StageEnd::Reboot { when: RestartWhen::Condition { script }, .. } => {
            lines.push(format!("then a restart, only if: {script}"));
        }
    }
}

fn manner(privilege: Privilege, timeout_seconds: u32) -> String {
    let who = match privilege {
        Privilege::Login => "as the account that logs in",
        Privilege::Root => "as root",
    };
    format!("{who}, at most {timeout_seconds} s")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::examples::{candidate, terms};
    use crate::{ExecMode, ExecRequest, Policies, exec};

    /// One plan of a command for each host.
    fn content_of(hosts: &[(&str, &str)]) -> PlanContent {
        let plans = hosts.iter().map(|(host, script)| {
            let (script, terms) = ((*script).to_owned(), terms(Policies::none()));
            let request = ExecRequest {
                terms,
                script,
                privilege: Privilege::Login,
                mode: ExecMode::Attached,
                timeout_seconds: 60,
            };
            exec(&request, &[candidate(host, &[])])
        });
        let mut plans: Vec<PlanContent> = plans.collect();
        let jobs = plans.iter().flat_map(|plan| plan.jobs.clone()).collect();
        PlanContent { jobs, ..plans.remove(0) }
    }

    #[test]
    fn hosts_and_what_is_done_on_them_are_compared() {
        let earlier =
            content_of(&[("acme/prod/web-1", "true"), ("acme/prod/web-2", "true"), ("acme/prod/web-3", "id")]);
        let later =
            content_of(&[("acme/prod/web-2", "true"), ("acme/prod/web-3", "uptime"), ("acme/prod/web-4", "true")]);
        let found = diff(&earlier, &later);
        let names = |hosts: &[HostPath]| hosts.iter().map(ToString::to_string).collect::<Vec<_>>();
        assert_eq!(
            (names(&found.gone), names(&found.added)),
            (vec!["acme/prod/web-1".into()], vec!["acme/prod/web-4".into()])
        );
        assert_eq!((found.same, found.rollout), (1, false));
        assert_eq!(
            (found.changed[0].before.clone(), found.changed[0].after.clone()),
            (vec!["id".into()], vec!["uptime".into()])
        );
    }
}
