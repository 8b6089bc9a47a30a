use super::*;
use crate::examples::{offering, outline, rollout_of, scripts, terms, with_packages, with_update};
use crate::exec::{ExecMode, ExecRequest, exec};
use crate::patch::{PatchRequest, PatchScope, patch};
use crate::product::ProductAction;
use crate::product::tests::{library_recipe, planned, values_of, with_nginx};
use crate::runbook::RunbookRequest;
use crate::terms::Policies;
use millwright_domain::recipe::{Given, resolve};
use millwright_domain::run::{Privilege, UndoGrade};

fn run() -> RunId {
    "00000000-0000-0000-0000-000000000009".parse().unwrap()
}

fn moved(name: &str, before: Option<&str>, after: Option<&str>) -> PackageMove {
    PackageMove { name: name.into(), before: before.map(str::to_owned), after: after.map(str::to_owned) }
}

/// The plan that takes back what one job of such a run did.
fn plan(
    kind: RunKind,
    planned: &PlannedJob,
    changes: Option<&[PackageMove]>,
    source: Option<UndoneSource<'_>>,
    candidate: &Candidate,
) -> PlanContent {
    let done = [UndoneJob { host_id: planned.host_id, planned, changes: changes.map(<[_]>::to_vec), source }];
    let (terms, files) = (terms(Policies::none()), BTreeMap::new());
    let request = UndoRequest { terms, run: run(), kind, title: "What was done", done: &done, files: &files };
    undo(&request, std::slice::from_ref(candidate))
}

fn patched() -> PlannedJob {
    let request = PatchRequest { terms: terms(Policies::none()), scope: PatchScope::All };
    patch(&request, &[with_update("acme/prod/web-1", &[])]).jobs.remove(0)
}

const OLD: &str = "1.22.1-9";
const NEW: &str = "1.22.1-9+deb12u4";

fn host(packages: &[&str]) -> Candidate {
    with_packages("acme/prod/web-1", packages)
}

#[test]
fn a_patch_goes_back_to_what_was_there() {
    let patched = patched();
    assert_eq!(
        undone_packages(&UndoneJob { host_id: patched.host_id, planned: &patched, changes: None, source: None })
            .iter()
            .map(ToString::to_string)
            .collect::<Vec<_>>(),
        ["nginx:amd64"]
    );
    let recorded = [moved("nginx:amd64", Some(OLD), Some(NEW)), moved("libnew1:amd64", None, Some("1.0"))];
    let there = host(&[&format!("nginx amd64 {NEW}"), "libnew1 amd64 1.0"]);
    let has = |versions: &[&str]| offering(there.clone(), &[("nginx:amd64", versions)]);
    let mut report = String::new();
    for (title, changes, candidate) in [
        ("recorded, and to be had", Some(&recorded[..1]), has(&[NEW, OLD])),
        ("a new package came along", Some(&recorded[..]), has(&[NEW, OLD])),
        ("not recorded", None, has(&[NEW, OLD])),
        ("nobody knows what can be had", Some(&recorded[..1]), there.clone()),
        ("cannot be had any more", Some(&recorded[..1]), has(&[NEW])),
        ("it went on since", Some(&recorded[..1]), host(&["nginx amd64 1.26"])),
        ("it was removed since", Some(&recorded[..1]), host(&[])),
        ("somebody took it back", Some(&recorded[..1]), host(&[&format!("nginx amd64 {OLD}")])),
        ("it is held now", Some(&recorded[..1]), host(&[&format!("nginx amd64 {NEW} held")])),
    ] {
        let plan = plan(RunKind::Patch, &patched, changes, None, &candidate);
        report += &format!("── {title}\n{}\n", outline(&plan.jobs[0]));
    }
    insta::assert_snapshot!(report);
}

#[test]
fn the_whole_plan_says_which_run_it_takes_back() {
    let patched = patched();
    let there = offering(host(&[&format!("nginx amd64 {NEW}")]), &[("nginx:amd64", &[NEW, OLD])]);
    let plan = plan(RunKind::Patch, &patched, None, None, &there);
    assert_eq!((plan.kind, plan.wanted.clone()), (RunKind::Undo, Wanted::Undo { run: run() }));
    assert_eq!(plan.follows, Some(Follows { run: run(), how: FollowsHow::Undoes }));
    let job = &plan.jobs[0];
    insta::assert_snapshot!(format!("{}\n{}\n\n{}\n{}", plan.title, rollout_of(&plan), outline(job), scripts(job)));
}

#[test]
fn with_some_versions_gone_the_others_go_back() {
    let patched = patched();
    let changes = [moved("nginx", Some(OLD), Some(NEW)), moved("openssl", Some("3.0.1"), Some("3.0.2"))];
    let there = host(&[&format!("nginx amd64 {NEW}"), "openssl amd64 3.0.2"]);
    let there = offering(there, &[("nginx", &[NEW, OLD]), ("openssl", &["3.0.2"])]);
    let plan = plan(RunKind::Patch, &patched, Some(&changes), None, &there);
    insta::assert_snapshot!(outline(&plan.jobs[0]));
}

#[test]
fn a_product_goes_back_with_its_recipe() {
    let nginx = library_recipe("nginx");
    let (defaults, moved_port) = (values_of(&nginx, &[]), values_of(&nginx, &[("listen_port", "8080")]));
    let none = host(&[]);
    let old = with_nginx(OLD);
    let offered = [("nginx", &[NEW, OLD][..]), ("nginx-common", &[NEW, OLD])];
    let new = offering(with_nginx(NEW), &offered);
    let installed = planned(ProductAction::Install, &nginx, None, &defaults, &none);
    let upgraded = planned(ProductAction::Upgrade, &nginx, Some(NEW), &defaults, &old);
    let configured = planned(ProductAction::Install, &nginx, None, &moved_port, &old);
    let removed = planned(ProductAction::Remove, &nginx, None, &defaults, &old);
    let came = [moved("nginx", None, Some(NEW)), moved("nginx-common", None, Some(NEW))];
    let grew = [moved("nginx", Some(OLD), Some(NEW)), moved("nginx-common", Some(OLD), Some(NEW))];
    let went = [moved("nginx", Some(OLD), None), moved("nginx-common", Some(OLD), None)];
    let of = |values| Some(UndoneSource::Recipe { recipe: &nginx, values });
    let mut report = String::new();
    for (title, kind, job, changes, source, candidate) in [
        ("installed", RunKind::Install, &installed, &came[..], of(&defaults), &new),
        ("installed, and the recipe is not known any more", RunKind::Install, &installed, &came, None, &new),
        ("upgraded", RunKind::Upgrade, &upgraded, &grew, of(&defaults), &new),
        ("configured", RunKind::Install, &configured, &[], of(&moved_port), &old),
        ("removed", RunKind::Remove, &removed, &went, of(&defaults), &offering(none.clone(), &offered)),
    ] {
        let plan = plan(kind, job, Some(changes), source, candidate);
        report += &format!("── {title}\n{}\n", outline(&plan.jobs[0]));
    }
    insta::assert_snapshot!(report);
}

#[test]
fn what_was_taken_back_can_be_taken_back() {
    let nginx = library_recipe("nginx");
    let values = values_of(&nginx, &[]);
    let offered = [("nginx", &[NEW, OLD][..])];
    let (old, new) = (offering(with_nginx(OLD), &offered), offering(with_nginx(NEW), &offered));
    let upgraded = planned(ProductAction::Upgrade, &nginx, Some(NEW), &values, &old);
    let source = Some(UndoneSource::Recipe { recipe: &nginx, values: &values });
    let changes = [moved("nginx", Some(OLD), Some(NEW))];
    let back = plan(RunKind::Upgrade, &upgraded, Some(&changes), source, &new).jobs.remove(0);
    let changes = [moved("nginx", Some(NEW), Some(OLD))];
    let forth = plan(RunKind::Undo, &back, Some(&changes), None, &old).jobs.remove(0);
    insta::assert_snapshot!(outline(&forth));
}

#[test]
fn what_no_one_can_take_back_is_skipped_and_what_changed_nothing_is_done() {
    let command = |mode| ExecRequest {
        terms: terms(Policies::none()),
        script: "rm -rf /srv/app".into(),
        privilege: Privilege::Root,
        mode,
        timeout_seconds: 60,
    };
    let here = host(&[]);
    let candidates = std::slice::from_ref(&here);
    let detached = exec(&command(ExecMode::Detached), candidates).jobs.remove(0);
    let attached = exec(&command(ExecMode::Attached), candidates).jobs.remove(0);
    assert_eq!(detached.undo.as_ref().map(|undo| undo.grade), Some(UndoGrade::OneWay));
    assert_eq!(attached.undo, None);
    let mut elsewhere = detached.clone();
    elsewhere.host_id = with_update("acme/prod/web-2", &[]).host.id;
    let mut report = String::new();
    for (title, job) in [("detached", &detached), ("attached", &attached), ("another host", &elsewhere)] {
        report += &format!("── {title}\n{}\n", outline(&plan(RunKind::Exec, job, None, None, &here).jobs[0]));
    }
    let patched = patched();
    let mut away = here.clone();
    away.known = Err(Fault::new(Code::NoRoute, "no way there"));
    report += &format!("── away\n{}", outline(&plan(RunKind::Patch, &patched, None, None, &away).jobs[0]));
    insta::assert_snapshot!(report);
}

const SETTINGS: &str = r#"format = 1
name = "settings"
title = "Change settings"
description = "x"
read_only = false
configuration = ["/etc/{{ app }}.conf"]

[[parameters]]
name = "app"
type = "string"
description = "x"

[[steps]]
name = "Write them"
sudo = true
upload = { to = "/etc/{{ app }}.conf", content = "new\n" }

[[undo]]
name = "Reload"
service = { name = "{{ app }}", action = "reload" }
"#;

#[test]
fn a_runbook_goes_back_as_it_says() {
    let runbook = crate::library::read_runbook("settings.toml", SETTINGS).unwrap();
    let given = Given { values: [("app".to_owned(), "app".to_owned())].into_iter().collect(), ..Given::default() };
    let values = resolve(&runbook.parameters, &given).unwrap();
    let mut here = host(&[]);
    let files = BTreeMap::new();
    let request = RunbookRequest { terms: terms(Policies::none()), runbook: &runbook, values: &values, files: &files };
    assert_eq!(crate::files::runbook_files(&request, &here), ["/etc/app.conf"]);
    if let Ok(known) = &mut here.known {
        known.files.insert("/etc/app.conf".into(), crate::files::FileText::Text("old\n".into()));
    }
    let job = crate::runbook::runbook(&request, std::slice::from_ref(&here)).jobs.remove(0);
    let source = UndoneSource::Runbook { runbook: &runbook, values: &values };
    let mut report = format!("── done\n{}{}\n", outline(&job), job.differences[0].diff);
    for (title, source) in [("undone", Some(source)), ("undone, and it is not known any more", None)] {
        let plan = plan(RunKind::Runbook, &job, None, source, &here);
        report += &format!("── {title}\n{}", outline(&plan.jobs[0]));
    }
    insta::assert_snapshot!(report);
}

const VENDOR: &str = r#"format = 1
product = "app"
title = "App"
vendor = "ACME"
description = "x"

[version]
scheme = "semver"
probe = "app --version"
pattern = 'app (?P<version>\S+)'

[[install]]
name = "Unpack it"
sudo = true
run = "/srv/install-app {{ request.version }}"

[[upgrade]]
name = "Unpack the new one"
sudo = true
run = "/srv/install-app {{ request.version }}"

[[remove]]
name = "Delete it"
sudo = true
run = "rm -rf /opt/app"
"#;

#[test]
fn a_product_without_packages_is_looked_at_by_its_probe_and_goes_back_by_its_recipe() {
    let recipe = crate::library::read_recipe("app.toml", VENDOR).unwrap();
    let values = values_of(&recipe, &[]);
    let none = host(&[]);
    let with = |version: &str| {
        let mut candidate = host(&[]);
        if let Ok(known) = &mut candidate.known {
            known.installed_version = Some(version.to_owned());
            known.probe_line = Some(format!("app {version}"));
        }
        candidate
    };
    let source = Some(UndoneSource::Recipe { recipe: &recipe, values: &values });
    let mut report = String::new();
    for (action, kind, before, after) in [
        (ProductAction::Install, RunKind::Install, &none, &with("1.0.0")),
        (ProductAction::Upgrade, RunKind::Upgrade, &with("1.0.0"), &with("2.0.0")),
        (ProductAction::Remove, RunKind::Remove, &with("1.0.0"), &none),
    ] {
        let job = planned(action, &recipe, Some("2.0.0"), &values, before);
        let back = plan(kind, &job, Some(&[]), source, after).jobs.remove(0);
        report += &format!("── {action:?}\n{}── and back\n{}\n", outline(&job), outline(&back));
    }
    insta::assert_snapshot!(report);
}
