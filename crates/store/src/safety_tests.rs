//! What stands between a plan and its run, and what becomes of runs that stop on the way.

use crate::Store;
use crate::table::{approval, audit, client, job, package_change, plan, policy, promotion, run, schedule};
use crate::tests::{actor, add_host, attached, begin_run, content, fault, workspace};
use jiff::{SignedDuration, Timestamp};
use millwright_domain::run::{GateStanding, JobState, Plan, RunState, WaitsFor};
use millwright_domain::{Actor, Code, Fault};

fn add_plan(store: &Store, expires_at: Timestamp) -> Plan {
    let mut content = content(vec![(add_host(store, "acme/prod/web-1"), attached())]);
    content.expires_at = expires_at;
    store.write_blocking(&actor(), move |w| plan::add(w, content)).unwrap()
}

fn soon() -> Timestamp {
    Timestamp::now() + SignedDuration::from_hours(1)
}

#[test]
fn only_an_approved_plan_is_run_and_only_once() {
    let (_folder, store) = workspace();
    let made = add_plan(&store, soon());
    let begin = || {
        let made = made.clone();
        store.write_blocking(&actor(), move |w| run::begin(w, &made))
    };
    let approve = |hash: &str| {
        let (id, hash) = (made.id, hash.to_owned());
        store.write_blocking(&Actor("bob@desk".into()), move |w| approval::add(w, id, &hash))
    };
    assert_eq!(fault(begin()).code, Code::PlanNotApproved);
    assert_eq!(fault(approve("0000")).code, Code::PlanMismatch);
    assert_eq!(store.read(|r| approval::of_plan(r, made.id)).unwrap(), None);
    let approved = approve(&made.hash).unwrap();
    assert_eq!((approved.approved_by.0.as_str(), &approved.hash), ("bob@desk", &made.hash));
    // A second yes does not take the first one's place.
    let id = (made.id, made.hash.clone());
    let again = store.write_blocking(&actor(), move |w| approval::add(w, id.0, &id.1)).unwrap();
    assert_eq!(again, approved);
    let begun = begin().unwrap();
    assert_eq!(fault(begin()).code, Code::PlanUsed);
    let listed = store.read(|r| plan::newest(r, 10)).unwrap();
    assert_eq!((listed[0].run, listed[0].hosts, &listed[0].approval), (Some(begun.id), 1, &Some(approved)));
    let actions: Vec<String> =
        store.read(|r| audit::newest(r, 10)).unwrap().into_iter().map(|entry| entry.action).collect();
    assert_eq!(actions.iter().filter(|action| *action == "plan.approve").count(), 1, "{actions:?}");
}

#[test]
fn an_expired_plan_is_neither_approved_nor_run() {
    let (_folder, store) = workspace();
    let made = add_plan(&store, Timestamp::now());
    let id = (made.id, made.hash.clone());
    let approved = store.write_blocking(&actor(), move |w| approval::add(w, id.0, &id.1));
    assert_eq!(fault(approved).code, Code::PlanExpired);
    assert_eq!(fault(store.write_blocking(&actor(), move |w| run::begin(w, &made))).code, Code::PlanExpired);
}

#[test]
fn a_halted_run_holds_what_has_not_begun_and_says_why() {
    let (_folder, store) = workspace();
    let hosts = ["acme/prod/web-1", "acme/prod/web-2"].map(|path| (add_host(&store, path), attached()));
    let jobs = begin_run(&store, hosts.into());
    let id = store.read(|r| run::newest(r, 1)).unwrap()[0].0.id;
    let why = Fault::new(Code::RunHalted, "1 host failed; no policy allows 0");
    let held = jobs[1];
    store.write_blocking(&actor(), |_| Ok(())).unwrap();
    store.journal_soon(move |journal| run::halt(journal, id, &why, &[held])).unwrap();
    store.write_blocking(&actor(), |_| Ok(())).unwrap();
    let found = store.read(|r| run::get(r, id)).unwrap();
    assert_eq!(found.halted.unwrap().message, "1 host failed; no policy allows 0");
    let states = store.read(|r| job::of_run(r, id)).unwrap();
    assert_eq!((states[0].progress.state, states[1].progress.state), (JobState::Waiting, JobState::Held));
}

#[test]
fn a_person_opens_a_gate_that_waits_for_one_and_no_other() {
    let (_folder, store) = workspace();
    begin_run(&store, vec![(add_host(&store, "acme/prod/web-1"), attached())]);
    let id = store.read(|r| run::newest(r, 1)).unwrap()[0].0.id;
    let stand = |waits_for| {
        let gate = GateStanding { wave: 2, waits_for };
        store.journal_soon(move |journal| run::set_gate(journal, id, Some(&gate))).unwrap();
    };
    let promote = || store.write_blocking(&actor(), move |w| promotion::add(w, id));
    assert_eq!(fault(promote()).code, Code::Conflict);
    stand(WaitsFor::Probe);
    assert_eq!(fault(promote()).code, Code::Conflict);
    stand(WaitsFor::Person);
    promote().unwrap();
    assert_eq!(fault(promote()).code, Code::Conflict);
    let (found, counts) = store.read(|r| run::newest(r, 1)).unwrap().remove(0);
    assert_eq!(RunState::of(&counts, found.halted.is_some(), found.gate.as_ref()), RunState::Running);
    let promoted = |wave| store.read(|r| promotion::is_there(r, id, wave)).unwrap();
    assert_eq!((promoted(1), promoted(2)), (false, true));
}

#[test]
fn a_plan_that_waits_for_its_time_begins_once_or_is_given_up() {
    let (_folder, store) = workspace();
    let made = add_plan(&store, soon());
    let (id, hash) = (made.id, made.hash.clone());
    let at = Timestamp::from_second(1_800_000_000).unwrap();
    let wait = || store.write_blocking(&actor(), move |w| schedule::add(w, id, at));
    assert_eq!(fault(wait()).code, Code::PlanNotApproved);
    store.write_blocking(&actor(), move |w| approval::add(w, id, &hash)).unwrap();
    wait().unwrap();
    assert_eq!(store.read(schedule::waiting).unwrap()[0].starts_at, at);
    let taken_back = || {
        let why = Fault::new(Code::Cancelled, "a person took it back");
        store.write_blocking(&actor(), move |w| schedule::give_up(w, id, &why))
    };
    taken_back().unwrap();
    assert_eq!(store.read(schedule::waiting).unwrap(), []);
    assert_eq!(fault(taken_back()).code, Code::NotFound);
    // It may be given another time, until it has become a run.
    wait().unwrap();
    store
        .write_blocking(&actor(), move |w| {
            let run = run::begin(w, &made)?;
            schedule::started(w, id, run.id)
        })
        .unwrap();
    assert_eq!(fault(wait()).code, Code::PlanUsed);
    assert_eq!(store.read(schedule::waiting).unwrap(), []);
    assert!(store.read(|r| schedule::of_plan(r, id)).unwrap().unwrap().run_id.is_some());
}

#[test]
fn policies_are_kept_as_they_were_written_and_changes_stand_in_the_audit() {
    let (_folder, store) = workspace();
    add_host(&store, "acme/prod/web-1");
    let acme = store.read(|r| client::find(r, &"acme".parse()?)).unwrap();
    let set = |client: Option<millwright_domain::fleet::Client>, text: Option<&'static str>| {
        store.write_blocking(&actor(), move |w| policy::set(w, client.as_ref(), text)).unwrap();
    };
    set(None, Some("canary = 1 # careful\n"));
    set(Some(acme.clone()), Some("canary = 2\n"));
    set(Some(acme.clone()), Some("canary = 2\n"));
    let of_clients = store.read(policy::of_clients).unwrap();
    assert_eq!(of_clients, [(acme.slug.clone(), "canary = 2\n".to_owned())]);
    assert_eq!(store.read(|r| policy::find(r, None)).unwrap().as_deref(), Some("canary = 1 # careful\n"));
    set(Some(acme.clone()), None);
    assert_eq!(store.read(|r| policy::find(r, Some(&acme))).unwrap(), None);
    let entries = store.read(|r| audit::newest(r, 20)).unwrap();
    assert_eq!(entries.iter().filter(|entry| entry.action == "policy.set").count(), 3);
}

#[test]
fn what_became_of_packages_is_known_by_run_and_replaced_by_what_is_known_later() {
    let (_folder, store) = workspace();
    let jobs = begin_run(&store, vec![(add_host(&store, "acme/prod/web-1"), attached())]);
    let id = store.read(|r| run::newest(r, 1)).unwrap()[0].0.id;
    let job = jobs[0];
    for after in [None, Some("1.2".to_owned())] {
        let change = package_change::PackageChange { name: "nginx:amd64".into(), before: Some("1.1".into()), after };
        store.write_blocking(&actor(), move |w| package_change::record(w, job, &[change])).unwrap();
    }
    let found = store.read(|r| package_change::of_run(r, id)).unwrap();
    assert_eq!((found.len(), found[0].0, found[0].1.after.as_deref()), (1, job, Some("1.2")));
}
