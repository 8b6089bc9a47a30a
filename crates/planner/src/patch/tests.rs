use super::*;
use crate::examples::{terms, with_packages, with_update};
use crate::terms::Policies;

/// What becomes of one host: its jobs' changes, its note, or why it is left out.
fn told(scope: PatchScope, candidate: &Candidate) -> String {
    let request = PatchRequest { terms: terms(Policies::none()), scope };
    let plan = patch(&request, std::slice::from_ref(candidate));
    match &plan.jobs[0].work {
        Work::Detached(_) => plan.jobs[0].changes.join("; "),
        Work::Satisfied { note } => note.clone(),
        Work::LeftOut(left_out) => format!("{}: {}", left_out.state(), left_out.fault().message),
        Work::Attached { .. } => panic!("updates are never attached"),
    }
}

/// A host with these packages and these updates: name, from, to, standing.
fn host(packages: &[&str], updates: &[[&str; 4]]) -> Candidate {
    let mut candidate = with_packages("acme/prod/web-1", packages);
    let updates: Vec<_> = updates
        .iter()
        .map(|[name, from, to, standing]| {
            serde_json::json!({
                "name": name, "architecture": "amd64", "from": from, "to": to,
                "origins": [], "purpose": "other", "standing": standing,
            })
        })
        .collect();
    let pending = serde_json::json!({ "full_upgrade_removes": [], "updates": updates });
    let facts = candidate.known.as_mut().unwrap().facts.as_mut().unwrap();
    facts.pending = Some(serde_json::from_value(pending).unwrap());
    candidate
}

#[test]
fn only_a_host_that_is_whole_and_has_the_newest_is_up_to_date() {
    let up_to_date = "up to date by a package index of unknown age";
    let unfinished = "held: an earlier package change was left unfinished: app 1.1 is not configured";
    let all = || PatchScope::All;
    let only = |name: &str| PatchScope::Packages(vec![name.to_owned()]);
    for (scope, packages, updates, expected) in [
        (all(), &["app amd64 1.1"][..], &[][..], up_to_date),
        (all(), &["app amd64 1.1"], &[["app", "1.1", "1.2", "ready"]], "app 1.1 → 1.2"),
        (
            all(),
            &["app amd64 1.1 held"],
            &[["app", "1.1", "1.2", "held"]],
            "held: every pending update stays behind: app 1.1 → 1.2 (held on the host)",
        ),
        // What failed to configure has no newer version yet.
        (all(), &["app amd64 1.1 unfinished", "web amd64 1"], &[], unfinished),
        (PatchScope::Security, &["app amd64 1.1 unfinished"], &[], unfinished),
        (only("app"), &["app amd64 1.1 unfinished"], &[], unfinished),
        (only("web"), &["app amd64 1.1 unfinished", "web amd64 1"], &[], up_to_date),
        // A newer version may well mend it.
        (all(), &["app amd64 1.1 unfinished"], &[["app", "1.1", "1.2", "ready"]], "app 1.1 → 1.2"),
    ] {
        assert_eq!(told(scope, &host(packages, updates)), expected, "{packages:?} {updates:?}");
    }
}

#[test]
fn the_guard_does_not_ask_of_a_package_what_was_not_so_before() {
    let guard = |candidate: &Candidate| {
        let request = PatchRequest { terms: terms(Policies::none()), scope: PatchScope::All };
        match &patch(&request, std::slice::from_ref(candidate)).jobs[0].work {
            Work::Detached(work) => {
                let steps = work.stages.iter().flat_map(|stage| &stage.steps);
                steps.filter(|step| step.kind == StepKind::Guard).map(|step| step.script.clone()).collect::<String>()
            }
            Work::Satisfied { .. } | Work::Attached { .. } | Work::LeftOut(_) => panic!("there is work"),
        }
    };
    assert!(guard(&with_update("acme/prod/web-1", &[])).contains("\nnginx:amd64 1.22.1-9\n"));
    let updates = &[["app", "1.1", "1.2", "ready"], ["web", "1", "2", "ready"]];
    let script = guard(&host(&["app amd64 1.1 unfinished", "web amd64 1"], updates));
    assert!(script.contains("\nweb:amd64 1\n") && !script.contains("app"), "{script}");
}
