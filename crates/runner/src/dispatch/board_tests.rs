use super::*;
use millwright_domain::ids::HostId;
use millwright_domain::run::{Gate, Limit, PlannedJob, Privilege, Rollout, RunKind, Wanted, Work};
use millwright_domain::window::Span;
use proptest::prelude::*;
use uuid::Uuid;

fn moment(seconds: i64) -> Timestamp {
    Timestamp::from_second(seconds).unwrap()
}

fn plan(jobs: usize, parallel: u32) -> PlanContent {
    let job = |number: usize| PlannedJob {
        host_id: HostId(Uuid::from_u128(number as u128)),
        host: format!("acme/prod/host-{number}").parse().unwrap(),
        production: true,
        changes: vec![],
        risks: vec![],
        window: None,
        packages: vec![],
        undo: None,
        disk: None,
        differences: vec![],
        saved: None,
        work: Work::Attached { script: "true".into(), privilege: Privilege::Login, timeout_seconds: 60 },
        installation: None,
    };
    PlanContent {
        kind: RunKind::Exec,
        title: "true".into(),
        selector: "all".into(),
        wanted: Wanted::Patch { security: false, packages: vec![], reboot: None },
        expires_at: moment(1_000_000),
        window_override: None,
        given_policy: None,
        follows: None,
        parallel,
        rollout: Rollout::at_once(u32::try_from(jobs).unwrap()),
        jobs: (0..jobs).map(job).collect(),
    }
}

fn group(title: &str, at_once: u32, jobs: &[u32]) -> Limit {
    Limit { title: title.into(), at_once, jobs: jobs.to_vec(), stops_on_failure: true }
}

/// Begins all that may, and says which.
fn begin_all(board: &mut Board<'_>, range: Range<usize>) -> Vec<usize> {
    let mut begun = Vec::new();
    while let Next::Begin(number) = board.next(range.clone(), moment(0)) {
        board.begin(number);
        begun.push(number);
    }
    begun
}

#[test]
fn never_more_are_at_work_than_the_plan_and_its_limits_allow() {
    let mut plan = plan(6, 4);
    plan.rollout.limits = vec![group("quorum group db", 1, &[0, 1, 2]), group("client bolt", 2, &[3, 4, 5])];
    let mut board = Board::new(&plan, vec![Standing::Waiting; 6]);
    assert_eq!(begin_all(&mut board, 0..6), [0, 3, 4]);
    board.end(0, JobState::Succeeded);
    assert_eq!(begin_all(&mut board, 0..6), [1]);
    board.end(3, JobState::Failed);
    // Failures stop only the group that they are in; 5 is of the group that has lost 3.
    assert!(matches!(board.next(0..6, moment(0)), Next::Hold(5, fault) if fault.code == Code::GroupStopped));
    board.end(5, JobState::Held);
    assert_eq!(begin_all(&mut board, 0..6), [] as [usize; 0]);
    board.end(1, JobState::Succeeded);
    assert_eq!(begin_all(&mut board, 0..6), [2]);
}

#[test]
fn a_host_that_was_not_reached_does_not_stop_its_group() {
    let mut plan = plan(2, 4);
    plan.rollout.limits = vec![group("quorum group db", 1, &[0, 1])];
    let mut board = Board::new(&plan, vec![Standing::Waiting; 2]);
    board.begin(0);
    board.end(0, JobState::Unreachable);
    assert_eq!(board.next(0..2, moment(0)), Next::Begin(1));
}

#[test]
fn a_job_begins_in_its_window_only() {
    let mut plan = plan(3, 4);
    plan.jobs[0].window = Some(Span { from: moment(100), until: moment(200) });
    plan.jobs[1].window = Some(Span { from: moment(50), until: moment(60) });
    let board = Board::new(&plan, vec![Standing::Waiting, Standing::Waiting, Standing::Ended(JobState::Succeeded)]);
    assert_eq!(board.next(0..3, moment(0)), Next::NotBefore(moment(50)));
    assert_eq!(board.next(0..3, moment(50)), Next::Begin(1));
    assert!(matches!(board.next(0..3, moment(60)), Next::Hold(1, fault) if fault.code == Code::OutsideWindow));
    assert_eq!(board.next(0..1, moment(199)), Next::Begin(0));
    assert!(matches!(board.next(0..1, moment(200)), Next::Hold(0, _)));
}

#[test]
fn nothing_begins_once_the_plan_has_expired() {
    let mut plan = plan(2, 4);
    plan.expires_at = moment(100);
    let board = Board::new(&plan, vec![Standing::AtWork, Standing::Waiting]);
    assert_eq!(board.next(0..2, moment(99)), Next::Begin(1));
    assert!(matches!(board.next(0..2, moment(100)), Next::Hold(1, fault) if fault.code == Code::PlanExpired));
}

#[test]
fn rules_say_what_was_found_and_what_is_wanted() {
    let mut plan = plan(4, 4);
    plan.rollout.policy = "the policy of client acme".into();
    plan.rollout.most_failures = Some(1);
    let wave =
        Wave { title: "canary".into(), jobs: 4, gate: Gate { least_success_percent: Some(75), ..Gate::default() } };
    let mut board = Board::new(&plan, vec![Standing::Ended(JobState::Succeeded); 4]);
    assert_eq!(board.too_little_success(&wave, 0..4), None);
    board.end(0, JobState::Failed);
    assert_eq!((board.too_many_failures(), board.too_little_success(&wave, 0..4)), (None, None));
    board.end(1, JobState::TimedOut);
    insta::assert_snapshot!(
        [board.too_many_failures().unwrap(), board.too_little_success(&wave, 0..4).unwrap()].map(|fault| fault.message).join("\n"),
        @r"
    2 hosts failed; the policy of client acme allows 1
    2 of 4 hosts of “canary” succeeded; the policy of client acme wants 75 %
    "
    );
}

proptest! {
    /// Whatever ends in whatever order: each job begins once, and the limits hold all the time.
    #[test]
    fn every_job_begins_at_most_once_and_limits_hold(
        jobs in 1..30usize,
        parallel in 1..6u32,
        groups in proptest::collection::vec((1..3u32, proptest::collection::btree_set(0..30u32, 1..8)), 0..4),
        ends in proptest::collection::vec((0..30usize, 0..3usize), 0..60),
    ) {
        let mut plan = plan(jobs, parallel);
        plan.rollout.limits = groups
            .iter()
            .map(|(at_once, members)| Limit {
                stops_on_failure: *at_once == 1,
                ..group("group", *at_once, &members.iter().copied().filter(|job| (*job as usize) < jobs).collect::<Vec<_>>())
            })
            .collect();
        let mut board = Board::new(&plan, vec![Standing::Waiting; jobs]);
        let mut at_work: Vec<usize> = Vec::new();
        let mut begun = std::collections::BTreeSet::new();
        for (which, how) in ends {
            loop {
                match board.next(0..jobs, moment(0)) {
                    Next::Begin(number) => {
                        prop_assert!(begun.insert(number));
                        board.begin(number);
                        at_work.push(number);
                    }
                    Next::Hold(number, _) => {
                        prop_assert!(!begun.contains(&number));
                        board.end(number, JobState::Held);
                    }
                    Next::NotBefore(_) | Next::Nothing => break,
                }
            }
            prop_assert!(at_work.len() <= parallel as usize);
            for limit in &plan.rollout.limits {
                let used = at_work.iter().filter(|job| limit.jobs.contains(&u32::try_from(**job).unwrap())).count();
                prop_assert!(used <= limit.at_once as usize);
            }
            if !at_work.is_empty() {
                let number = at_work.remove(which % at_work.len());
                board.end(number, [JobState::Succeeded, JobState::Failed, JobState::Unreachable][how]);
            }
        }
    }
}
