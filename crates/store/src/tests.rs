use crate::table::{approval, audit, client, environment, host, job, output, plan, run};
use crate::{Store, StoreError};
use jiff::Timestamp;
use millwright_domain::fleet::{Credential, EnvironmentKind, Host, SudoMode};
use millwright_domain::ids::{HostId, JobId};
use millwright_domain::run::{
    JobEvent, JobState, LeftOut, Outcome, PlanContent, PlannedJob, Privilege, Rollout, RunKind, RunState, Wanted, Work,
};
use millwright_domain::{Actor, Code, Fault};
use std::path::Path;

pub(crate) fn actor() -> Actor {
    Actor("alice@laptop".into())
}

pub(crate) fn fault(result: Result<impl Sized, StoreError>) -> Fault {
    result.err().map(Fault::from).unwrap()
}

pub(crate) fn workspace() -> (tempfile::TempDir, Store) {
    let folder = tempfile::tempdir().unwrap();
    let store = Store::init(folder.path()).unwrap();
    (folder, store)
}

pub(crate) fn add_host(store: &Store, path: &str) -> Host {
    let path: millwright_domain::HostPath = path.parse().unwrap();
    store
        .write_blocking(&actor(), move |w| {
            let owner = match client::find(&w.reader(), &path.client) {
                Ok(owner) => owner,
                Err(_) => client::add(w, path.client.clone(), "A client")?,
            };
            let place = match environment::find(&w.reader(), &path.environment_path()) {
                Ok(place) => place,
                Err(_) => environment::add(w, &owner, path.environment.clone(), "UTC", EnvironmentKind::Production)?,
            };
            let added = Host {
                id: w.new_id::<HostId>(),
                environment_id: place.id,
                path,
                address: "127.0.0.1".into(),
                port: 22,
                user: "ops".into(),
                credential: Credential::KeyFile { path: "/home/alice/.ssh/id_ed25519".into() },
                jumps: vec![],
                sudo: SudoMode::Nopasswd,
                tags: ["web".parse().unwrap()].into(),
            };
            host::add(w, &added)?;
            Ok(added)
        })
        .unwrap()
}

pub(crate) fn content(jobs: Vec<(Host, Work)>) -> PlanContent {
    let jobs: Vec<_> = jobs
        .into_iter()
        .map(|(host, work)| PlannedJob {
            host_id: host.id,
            host: host.path,
            production: true,
            changes: vec![],
            risks: vec![],
            window: None,
            packages: vec![],
            undo: None,
            disk: None,
            differences: vec![],
            saved: None,
            work,
            installation: None,
        })
        .collect();
    PlanContent {
        kind: RunKind::Exec,
        title: "true".into(),
        selector: "all".into(),
        wanted: Wanted::Exec { script: "true".into(), sudo: false, detached: false, timeout_seconds: 60 },
        expires_at: Timestamp::MAX,
        window_override: None,
        given_policy: None,
        follows: None,
        parallel: 32,
        rollout: Rollout::at_once(u32::try_from(jobs.len()).unwrap()),
        jobs,
    }
}

pub(crate) fn begin_run(store: &Store, jobs: Vec<(Host, Work)>) -> Vec<JobId> {
    let content = content(jobs);
    let run = store
        .write_blocking(&actor(), move |w| {
            let plan = plan::add(w, content)?;
            approval::add(w, plan.id, &plan.hash)?;
            run::begin(w, &plan)
        })
        .unwrap();
    store.read(|r| job::of_run(r, run.id)).unwrap().into_iter().map(|job| job.id).collect()
}

pub(crate) fn attached() -> Work {
    Work::Attached { script: "true".into(), privilege: Privilege::Login, timeout_seconds: 60 }
}

#[test]
fn the_inventory_reads_back_and_names_are_unique() {
    let (folder, store) = workspace();
    let web = add_host(&store, "acme/prod/web-1");
    let again = store.write_blocking(&actor(), {
        let web = Host { id: HostId(uuid::Uuid::now_v7()), ..web.clone() };
        move |w| host::add(w, &web)
    });
    assert_eq!(fault(again).code, Code::AlreadyExists);
    drop(store);
    let store = Store::open(folder.path()).unwrap();
    assert_eq!(store.read(host::list).unwrap(), std::slice::from_ref(&web));
    let client = store.read(|r| client::find(r, &web.path.client)).unwrap();
    let removed = store.write_blocking(&actor(), move |w| client::remove(w, &client));
    assert_eq!(fault(removed).code, Code::InUse);
    store.write_blocking(&actor(), move |w| host::remove(w, &web)).unwrap();
    assert_eq!(store.read(host::list).unwrap(), []);
}

#[test]
fn a_write_that_is_refused_leaves_neither_row_nor_audit() {
    let (_folder, store) = workspace();
    let refused: Result<(), _> = store.write_blocking(&actor(), |w| {
        client::add(w, "acme".parse()?, "Acme")?;
        Err(Fault::new(Code::InvalidInput, "no").into())
    });
    assert_eq!(fault(refused).code, Code::InvalidInput);
    assert!(store.read(client::list).unwrap().is_empty());
    assert!(store.read(|r| audit::newest(r, 10)).unwrap().is_empty());
}

#[test]
fn two_openings_lose_no_write_and_the_audit_stays_one_chain() {
    let (folder, one) = workspace();
    let two = Store::open(folder.path()).unwrap();
    std::thread::scope(|scope| {
        for (name, store) in [("a", &one), ("b", &two)] {
            scope.spawn(move || {
                for number in 0..50 {
                    let slug = format!("{name}{number}").parse().unwrap();
                    store.write_blocking(&actor(), move |w| client::add(w, slug, "A client")).unwrap();
                }
            });
        }
    });
    assert_eq!(one.read(client::list).unwrap().len(), 100);
    assert_eq!(two.read(audit::verify).unwrap().sequence, 100);
}

#[test]
fn the_audit_cannot_be_edited_from_inside_and_an_edit_from_outside_shows() {
    let (folder, store) = workspace();
    add_host(&store, "acme/prod/web-1");
    drop(store);
    let outside = rusqlite::Connection::open(folder.path().join(crate::DATABASE_FILE)).unwrap();
    outside.execute("UPDATE audit SET actor = 'mallory' WHERE sequence = 2", []).unwrap_err();
    outside.execute_batch("DROP TRIGGER audit_is_not_edited").unwrap();
    outside.execute("UPDATE audit SET actor = 'mallory' WHERE sequence = 2", []).unwrap();
    drop(outside);
    let fault = fault(Store::open(folder.path()).unwrap().read(audit::verify));
    assert_eq!(fault.code, Code::AuditBroken);
    assert!(fault.message.contains("entry 2"), "{fault}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_job_is_the_sum_of_its_events_and_never_starts_twice() {
    let (_folder, store) = workspace();
    let (web, db) = (add_host(&store, "acme/prod/web-1"), add_host(&store, "acme/prod/db-1"));
    let held = Work::LeftOut(LeftOut::Held(Fault::new(Code::Held, "not now")));
    let jobs = tokio::task::block_in_place(|| begin_run(&store, vec![(web, attached()), (db, held)]));
    let id = jobs[0];
    for event in [JobEvent::Connecting, JobEvent::Launching { stage: Some(0), task: None }, JobEvent::Started] {
        store.journal(move |j| job::append(j, id, &event)).await.unwrap();
    }
    let twice = JobEvent::Launching { stage: Some(0), task: None };
    assert_eq!(fault(store.journal(move |j| job::append(j, id, &twice)).await).code, Code::Internal);
    store
        .journal(move |j| {
            output::append(j, id, 0, b"hello ")?;
            output::append(j, id, 6, b"world\n")
        })
        .await
        .unwrap();
    assert_eq!(fault(store.journal(move |j| output::append(j, id, 6, b"world\n")).await).code, Code::Internal);
    let ended = JobEvent::Ended(Outcome::succeeded());
    let job = store.journal(move |j| job::append(j, id, &ended)).await.unwrap();
    assert_eq!((job.progress.state, job.output_length), (JobState::Succeeded, 12));
    for (from, length, expected) in [(0, 99, "hello world\n"), (3, 5, "lo wo"), (6, 1, "w"), (12, 5, ""), (99, 1, "")] {
        assert_eq!(store.read(|r| output::read(r, id, from, length)).unwrap(), expected.as_bytes());
    }
    let counts = store.read(|r| job::counts(r, job.run_id)).unwrap();
    assert_eq!((counts.succeeded, counts.held, counts.state()), (1, 1, RunState::Partial));
}

#[test]
fn only_one_drives_a_run() {
    let (folder, one) = workspace();
    let two = Store::open(folder.path()).unwrap();
    let id = millwright_domain::ids::RunId(uuid::Uuid::nil());
    let lease = one.lease_run(id).unwrap().unwrap();
    assert!(two.lease_run(id).unwrap().is_none());
    drop(lease);
    assert!(two.lease_run(id).unwrap().is_some());
}

#[test]
fn an_update_waits_for_work_and_work_for_an_update() {
    let (folder, one) = workspace();
    let two = Store::open(folder.path()).unwrap();
    let id = millwright_domain::ids::RunId(uuid::Uuid::nil());
    let lease = two.lease_run(id).unwrap().unwrap();
    assert!(one.begin_work().is_ok(), "work goes on beside work");
    assert!(one.stand_still().unwrap().is_none());
    drop(lease);
    let still = one.stand_still().unwrap().unwrap();
    assert!(two.stand_still().unwrap().is_none(), "one update at a time");
    let refused = [two.lease_run(id).map(drop).unwrap_err(), two.begin_work().map(drop).unwrap_err()];
    for refused in refused {
        assert_eq!(Fault::from(refused).code, Code::UpdateInstalling);
    }
    drop(still);
    assert!(two.lease_run(id).unwrap().is_some());
}

#[tokio::test]
async fn a_backup_before_an_update_opens_as_a_workspace() {
    let (folder, store) = workspace();
    let path = store.back_up("before-update").unwrap();
    assert!(path.starts_with(folder.path().join("backups")), "{path:?}");
    let restored = tempfile::tempdir().unwrap();
    std::fs::copy(path, restored.path().join(crate::DATABASE_FILE)).unwrap();
    Store::open(restored.path()).unwrap();
}

#[tokio::test]
async fn a_backup_takes_the_place_of_a_database_that_has_changed_its_schema_only() {
    let (folder, store) = workspace();
    let backup = store.back_up("before-update").unwrap();
    add_host(&store, "acme/prod/web-1");
    assert!(crate::restore_if_changed(folder.path(), &folder.path().join("none")).is_err());
    let under_way = store.begin_work().unwrap();
    assert_eq!(fault(crate::restore_if_changed(folder.path(), &backup)).code, Code::WorkUnderWay);
    drop((under_way, store));
    assert_eq!(crate::restore_if_changed(folder.path(), &backup).unwrap(), None, "its readers can read it still");

    let database = folder.path().join(crate::DATABASE_FILE);
    let newer = rusqlite::Connection::open(&database).unwrap();
    newer.pragma_update(None, "user_version", crate::table::VERSION + 1).unwrap();
    drop(newer);
    assert_eq!(fault(Store::open(folder.path())).code, Code::WorkspaceNewer);
    let aside = crate::restore_if_changed(folder.path(), &backup).unwrap().unwrap();
    let hosts = |store: &Store| store.read(host::list).unwrap().len();
    assert_eq!(hosts(&Store::open(folder.path()).unwrap()), 0, "as it was before the update");
    let kept = rusqlite::Connection::open(aside).unwrap();
    assert_eq!(kept.query_row("SELECT count(*) FROM host", [], |row| row.get::<_, u32>(0)).unwrap(), 1);
}

#[test]
fn what_must_not_be_opened_is_refused_untouched() {
    type Harm = fn(&Path);
    fn outside(folder: &Path, sql: &str) {
        let connection = rusqlite::Connection::open(folder.join(crate::DATABASE_FILE)).unwrap();
        connection.execute_batch(sql).unwrap();
    }
    let cases: [(Code, Harm); 4] = [
        (Code::WorkspaceNewer, |folder| outside(folder, "PRAGMA user_version = 9999")),
        (Code::WorkspaceForeign, |folder| outside(folder, "PRAGMA application_id = 7")),
        (Code::WorkspaceCorrupt, |folder| {
            std::fs::write(folder.join(crate::DATABASE_FILE), [b'x'; 8192]).unwrap();
        }),
        (Code::WorkspaceMissing, |folder| std::fs::remove_file(folder.join(crate::DATABASE_FILE)).unwrap()),
    ];
    for (code, harm) in cases {
        let (folder, store) = workspace();
        drop(store);
        harm(folder.path());
        let before = std::fs::read(folder.path().join(crate::DATABASE_FILE)).ok();
        assert_eq!(fault(Store::open(folder.path())).code, code);
        assert_eq!(std::fs::read(folder.path().join(crate::DATABASE_FILE)).ok(), before);
    }
}

#[test]
fn a_backup_opens_and_holds_the_same() {
    let (folder, store) = workspace();
    add_host(&store, "acme/prod/web-1");
    drop(store);
    let store = Store::open(folder.path()).unwrap();
    let backups: Vec<_> = std::fs::read_dir(folder.path().join("backups")).unwrap().collect();
    assert_eq!(backups.len(), 1);
    let restored = tempfile::tempdir().unwrap();
    std::fs::copy(backups[0].as_ref().unwrap().path(), restored.path().join(crate::DATABASE_FILE)).unwrap();
    let copy = Store::open(restored.path()).unwrap();
    assert_eq!(copy.read(host::list).unwrap(), store.read(host::list).unwrap());
}

#[test]
fn sqlite_is_one_without_the_known_holes() {
    assert!(rusqlite::version_number() >= 3_051_003, "{}", rusqlite::version());
}
