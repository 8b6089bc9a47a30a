use super::*;
use crate::examples::{policy, rollout_of, terms, with_update, workspace};
use crate::patch::{PatchRequest, PatchScope, patch};
use crate::terms::Policies;
use millwright_domain::run::{PlanContent, PlannedJob, Work};
use std::collections::BTreeMap;
use std::fmt::Write;

mod shells;

const RESTARTS: &str = "[restart]\nwhen = \"if-needed\"\nexempt_tags = [\"no-restart\", \"fragile\"]\n\
    drain = \"haproxy-drain web-1\"\nundrain = \"haproxy-ready web-1\"\nback_within_minutes = 20\n";

fn plan(terms: Terms, candidates: &[Candidate]) -> PlanContent {
    patch(&PatchRequest { terms, scope: PatchScope::Security }, candidates)
}

fn work(job: &PlannedJob) -> &DetachedWork {
    match &job.work {
        Work::Detached(work) => work,
        Work::Satisfied { .. } | Work::Attached { .. } | Work::LeftOut(_) => panic!("{} has no such work", job.host),
    }
}

/// A job as a person would read it whole.
fn told(job: &PlannedJob) -> String {
    let work = work(job);
    let mut text = format!("{}\nchanges {:?}\nrisks {:?}\n", job.host, job.changes, job.risks);
    writeln!(text, "each stage within {} s", work.timeout_seconds).unwrap();
    for stage in &work.stages {
        for step in &stage.steps {
            let facts = format!("{:?}, {:?}, within {} s", step.kind, step.privilege, step.timeout_seconds);
            writeln!(text, "\n── {} {} ({facts})", step.number, step.name).unwrap();
            if let Some(condition) = &step.only_if {
                writeln!(text, "only if {}", name(condition)).unwrap();
            }
            text += &step.script;
        }
        match &stage.end {
            StageEnd::Done => text += "\n── done\n",
            StageEnd::Reboot { when: RestartWhen::Always, timeout_seconds } => {
                writeln!(text, "\n── restart, back within {timeout_seconds} s").unwrap();
            }
            StageEnd::Reboot { when: RestartWhen::Condition { script }, timeout_seconds } => {
                writeln!(text, "\n── restart if {}, back within {timeout_seconds} s", name(script)).unwrap();
            }
        }
    }
    text
}

/// The condition's text is its package manager's, and is tried there.
fn name(condition: &str) -> &'static str {
    assert_eq!(condition, PackageManager::Apt.restart_needed_condition());
    "a restart is needed"
}

#[test]
fn a_patch_with_a_restart_is_all_in_its_plan() {
    let candidates = [with_update("acme/prod/web-1", &[]), with_update("acme/staging/web-1", &["fragile"])];
    let plan = plan(terms(workspace(RESTARTS)), &candidates);
    let jobs: Vec<String> = plan.jobs.iter().map(told).collect();
    insta::assert_snapshot!(format!("{}\n\n{}", rollout_of(&plan), jobs.join("\n")));
}

/// What is done on a host, in a few words.
fn outline(terms: Terms, candidate: &Candidate) -> String {
    let plan = plan(terms, std::slice::from_ref(candidate));
    let job = &plan.jobs[0];
    let work = work(job);
    let steps: Vec<&PlannedStep> = work.stages.iter().flat_map(|stage| &stage.steps).collect();
    let numbers: Vec<u32> = steps.iter().map(|step| step.number).collect();
    assert_eq!(numbers, (1..=steps.len() as u32).collect::<Vec<_>>());
    let conditional = |step: &PlannedStep| if step.only_if.is_some() { " if needed" } else { "" };
    let mut words = Vec::new();
    for stage in &work.stages {
        let together: u32 = stage.steps.iter().map(|step| step.timeout_seconds).sum();
        assert!(work.timeout_seconds > together);
        words.extend(stage.steps.iter().map(|step| format!("{}{}", step.name, conditional(step))));
        words.push(match &stage.end {
            StageEnd::Done => "done".to_owned(),
            StageEnd::Reboot { when: RestartWhen::Always, timeout_seconds } => format!("restart {timeout_seconds}"),
            StageEnd::Reboot { when: RestartWhen::Condition { .. }, timeout_seconds } => {
                format!("restart if needed {timeout_seconds}")
            }
        });
    }
    format!("{}\n{}", words.join(", "), [&job.changes[1..], &job.risks].concat().join(", "))
}

#[test]
fn the_request_the_policy_and_the_tags_decide_whether_and_how() {
    let wanted = |reboot, policies: &Policies| Terms { reboot: Some(reboot), ..terms(policies.clone()) };
    let (plain, exempt) = (with_update("acme/prod/web-1", &[]), with_update("acme/prod/web-1", &["no-restart"]));
    let restarts = workspace(RESTARTS);
    let open = workspace("[restart]\nwhen = \"always\"\nrefuse_when_logged_in = false");
    let of_client =
        Policies { of_clients: BTreeMap::from([("acme".parse().unwrap(), policy(RESTARTS))]), ..open.clone() };
    let mut report = String::new();
    for (title, terms, candidate) in [
        ("no policy", terms(Policies::none()), &plain),
        ("no policy, but a wish", wanted(RebootWish::IfNeeded, &Policies::none()), &plain),
        ("the policy says if needed", terms(restarts.clone()), &plain),
        ("the request says never", wanted(RebootWish::Never, &restarts), &plain),
        ("the request says always", wanted(RebootWish::Always, &restarts), &plain),
        ("somebody may be logged in", terms(open), &plain),
        ("the client's policy", terms(of_client), &plain),
        ("exempt by the policy", terms(restarts.clone()), &exempt),
        ("exempt whatever the request says", wanted(RebootWish::Always, &restarts), &exempt),
        ("exempt and never is nothing to tell", wanted(RebootWish::Never, &restarts), &exempt),
    ] {
        writeln!(report, "── {title}\n{}", outline(terms, candidate)).unwrap();
    }
    insta::assert_snapshot!(report);
}
