use super::*;
use millwright_domain::Code;
use millwright_domain::ids::HostId;
use millwright_domain::run::{DetachedWork, LeftOut, Wanted};
use uuid::Uuid;

fn job(host: &str, production: bool, work: Work) -> PlannedJob {
    PlannedJob {
        host_id: HostId(Uuid::nil()),
        host: host.parse().unwrap(),
        production,
        changes: Vec::new(),
        risks: Vec::new(),
        window: None,
        packages: Vec::new(),
        differences: Vec::new(),
        saved: None,
        undo: None,
        disk: None,
        work,
        installation: None,
    }
}

fn detached(exclusion: Exclusion) -> Work {
    let (timeout_seconds, output_cap_bytes) = (60, 1 << 20);
    Work::Detached(DetachedWork {
        privilege: Privilege::Root,
        exclusion,
        timeout_seconds,
        output_cap_bytes,
        stages: vec![],
    })
}

fn attached(privilege: Privilege) -> Work {
    Work::Attached { script: "true".into(), privilege, timeout_seconds: 60 }
}

#[test]
fn what_may_change_production_wants_the_clients_name() {
    let left_out = || Work::LeftOut(LeftOut::Held(Fault::new(Code::HostLocked, "held")));
    let satisfied = || Work::Satisfied { note: "already there".into() };
    let change = || detached(Exclusion::ChangeLock);
    let table: Vec<(&str, RunKind, Vec<PlannedJob>, Option<&str>)> = vec![
        ("a change elsewhere", RunKind::Patch, vec![job("acme/test/a", false, change())], None),
        ("a change", RunKind::Patch, vec![job("acme/prod/a", true, change())], Some("acme")),
        (
            "one client, twice",
            RunKind::Patch,
            vec![job("acme/prod/a", true, change()), job("acme/prod/b", true, change())],
            Some("acme"),
        ),
        (
            "several clients",
            RunKind::Install,
            vec![job("acme/prod/a", true, change()), job("bolt/prod/a", true, change())],
            Some("2 clients"),
        ),
        (
            "only what gets work counts",
            RunKind::Install,
            vec![
                job("acme/prod/a", true, change()),
                job("bolt/prod/a", true, left_out()),
                job("c/prod/a", true, satisfied()),
            ],
            Some("acme"),
        ),
        ("a look", RunKind::Runbook, vec![job("acme/prod/a", true, detached(Exclusion::None))], None),
        (
            "a command that outlives us",
            RunKind::Exec,
            vec![job("acme/prod/a", true, detached(Exclusion::None))],
            Some("acme"),
        ),
        ("a command as root", RunKind::Exec, vec![job("acme/prod/a", true, attached(Privilege::Root))], Some("acme")),
        ("a command", RunKind::Exec, vec![job("acme/prod/a", true, attached(Privilege::Login))], None),
    ];
    for (what, kind, jobs, expected) in table {
        let content = PlanContent {
            kind,
            title: String::new(),
            selector: "all".into(),
            wanted: Wanted::Patch { security: false, packages: Vec::new(), reboot: None },
            expires_at: Timestamp::UNIX_EPOCH,
            window_override: None,
            given_policy: None,
            follows: None,
            parallel: 1,
            rollout: Rollout::at_once(1),
            jobs,
        };
        assert_eq!(confirmation(&content).as_deref(), expected, "{what}");
    }
}
