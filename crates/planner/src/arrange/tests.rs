use super::*;
use crate::examples::{candidate, policy, rollout_of, terms, with_windows, workspace};
use crate::exec::{ExecMode, ExecRequest, exec};
use crate::terms::Policies;
use insta::assert_snapshot;
use jiff::tz::TimeZone;
use millwright_domain::policy::GivenPolicy;
use millwright_domain::run::Privilege;
use std::collections::BTreeMap;

mod random;

/// A command on these hosts. Detached, it may change them; and it needs root.
fn plan(mode: ExecMode, terms: Terms, candidates: &[Candidate]) -> PlanContent {
    let script = "true".to_owned();
    exec(&ExecRequest { terms, script, privilege: Privilege::Root, mode, timeout_seconds: 60 }, candidates)
}

fn detached(policies: Policies, candidates: &[Candidate]) -> String {
    rollout_of(&plan(ExecMode::Detached, terms(policies), candidates))
}

/// That somebody gave the policy for this plan; its text only goes along.
fn by_hand() -> GivenPolicy {
    GivenPolicy { name: "hurry.toml".into(), text: String::new() }
}

/// Two clients; acme has a cluster of databases.
fn fleet() -> Vec<Candidate> {
    vec![
        candidate("acme/prod/db-1", &["db", "cluster"]),
        candidate("acme/prod/db-2", &["db", "cluster"]),
        candidate("acme/prod/web-1", &["web"]),
        candidate("acme/prod/cron-1", &[]),
        candidate("acme/staging/db-1", &["db", "cluster"]),
        candidate("acme/staging/web-1", &["web"]),
        candidate("zenith/prod/web-1", &["web"]),
        candidate("zenith/prod/web-2", &["web"]),
    ]
}

const GRADUAL: &str = "canary = 1\nwaves = [\"1\"]\n[gate]\nmost_failures = 1\nleast_success_percent = 90\n\
    soak_minutes = 10\nprobe = \"test -e /\"\nperson = \"after-canary\"\n";

#[test]
fn without_a_policy_everything_goes_at_once() {
    assert_snapshot!(detached(Policies::none(), &fleet()), @r"
    no policy, expires 2026-11-23T12:00:00Z
    all hosts: acme/prod/db-1 acme/prod/db-2 acme/prod/web-1 acme/prod/cron-1 acme/staging/db-1 acme/staging/web-1 zenith/prod/web-1 zenith/prod/web-2
    ");
}

#[test]
fn production_comes_last_and_the_sizes_begin_anew_there() {
    assert_snapshot!(detached(workspace(GRADUAL), &fleet()));
}

#[test]
fn tiers_come_in_their_order_within_the_environments() {
    assert_snapshot!(detached(workspace("tiers = [\"db\", \"web\"]"), &fleet()));
    let selected = "order = \"as-selected\"\ntiers = [\"db\", \"web\"]\n[gate]\nperson = \"after-every-wave\"";
    assert_snapshot!(detached(workspace(selected), &fleet()));
}

#[test]
fn limits_name_the_jobs_of_each_client_environment_and_quorum_group() {
    let limits = "order = \"as-selected\"\nat_once_per_client = 4\nat_once_per_environment = 2\n\
        quorum_tags = [\"cluster\", \"web\"]\n";
    assert_snapshot!(detached(workspace(limits), &fleet()));
}

#[test]
fn the_policy_of_the_only_client_counts_whole() {
    let policies = Policies {
        of_clients: BTreeMap::from([("zenith".parse().unwrap(), policy("canary = 1\nat_once_per_client = 1"))]),
        ..workspace("waves = [\"1\"]\nat_once_per_client = 2")
    };
    let fleet = fleet();
    assert_snapshot!(detached(policies.clone(), &fleet[6..]), @r"
    the policy of client zenith, expires 2026-11-23T12:00:00Z
    canary: zenith/prod/web-1
    wave 2: zenith/prod/web-2
    client zenith: 1 at once of zenith/prod/web-1 zenith/prod/web-2
    ");
    // A host without work is no reason to look further.
    let mut idle = fleet[0].clone();
    idle.host.sudo = millwright_domain::fleet::SudoMode::None;
    let with_idle = [idle, fleet[6].clone(), fleet[7].clone()];
    assert!(detached(policies.clone(), &with_idle).starts_with("the policy of client zenith"));
    // With several clients, the base has the waves and each client its own limits.
    assert_snapshot!(detached(policies.clone(), &fleet[2..]));
    // What was given for this plan is before the client's, but for its limits.
    let policies = Policies { name: "the policy in hurry.toml".into(), given: Some(by_hand()), ..policies };
    assert_snapshot!(detached(policies, &fleet[6..]), @r"
    the policy in hurry.toml, expires 2026-11-23T12:00:00Z
    wave 1: zenith/prod/web-1
    wave 2: zenith/prod/web-2
    client zenith: 1 at once of zenith/prod/web-1 zenith/prod/web-2
    ");
}

#[test]
fn what_changes_nothing_goes_at_once_and_in_no_window_unless_the_policy_was_given_for_it() {
    let fleet = [candidate("acme/prod/web-1", &[]), with_windows("acme/staging/web-1", "sat 22:00-04:00", "UTC")];
    let attached = |policies| rollout_of(&plan(ExecMode::Attached, terms(policies), &fleet));
    assert_snapshot!(attached(workspace(GRADUAL)), @r"
    no policy, expires 2026-11-23T12:00:00Z
    all hosts: acme/prod/web-1 acme/staging/web-1
    ");
    let given = Policies { given: Some(by_hand()), ..workspace("canary = 1") };
    assert_snapshot!(attached(given), @r"
    the workspace's policy, expires 2026-11-23T12:00:00Z
    canary, non-production: acme/staging/web-1
    wave 2, production: acme/prod/web-1
    ");
}

#[test]
fn windows_are_respected_waited_for_or_overridden() {
    let fleet = [
        with_windows("acme/prod/shut-1", "sat 22:00-04:00", "Europe/Berlin"),
        with_windows("acme/open/open-1", "sun 10:00-14:00", "Europe/Berlin"),
        with_windows("acme/never/never-1", "2020-01-01 10:00-11:00", "UTC"),
        candidate("acme/always/any-1", &[]),
    ];
    let with = |windows: WindowRule| {
        let terms = Terms { windows, ..terms(Policies::none()) };
        rollout_of(&plan(ExecMode::Detached, terms, &fleet))
    };
    let mine = || TimeZone::get("America/New_York").unwrap();
    assert_snapshot!(with(WindowRule::Respect { mine: mine() }));
    assert_snapshot!(with(WindowRule::WaitFor { mine: mine() }));
    assert_snapshot!(with(WindowRule::Override { reason: "the door is open".into() }));
}

#[test]
fn a_plan_without_work_has_no_waves() {
    assert_snapshot!(detached(workspace(GRADUAL), &[]), @"no policy, expires 2026-11-23T12:00:00Z");
}
