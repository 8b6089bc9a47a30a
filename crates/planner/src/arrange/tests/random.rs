//! What is so of every plan, tried with random hosts and policies.

use super::*;
use millwright_domain::fleet::SudoMode;
use millwright_domain::policy::{GateRule, HostOrder, PersonRule, WaveSize};
use millwright_domain::{HostPath, Slug};
use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::{select, subsequence};

const TAGS: [&str; 3] = ["db", "web", "cluster"];

fn hosts() -> impl Strategy<Value = Vec<Candidate>> {
    let host = (select(&["acme", "zenith"][..]), select(&["prod", "staging", "test"][..]), subsequence(&TAGS, 0..=3));
    vec((host, prop::bool::weighted(0.8)), 0..40).prop_map(|hosts| {
        let numbered = hosts.into_iter().enumerate();
        numbered
            .map(|(number, ((client, environment, tags), has_work))| {
                let mut candidate = candidate(&format!("{client}/{environment}/host-{number}"), &tags);
                candidate.host.sudo = if has_work { SudoMode::Nopasswd } else { SudoMode::None };
                candidate
            })
            .collect()
    })
}

fn sizes() -> impl Strategy<Value = Vec<WaveSize>> {
    vec(prop_oneof![(1u32..12).prop_map(WaveSize::Hosts), (1u8..=100).prop_map(WaveSize::Percent)], 0..4)
}

fn tags() -> impl Strategy<Value = Vec<Slug>> {
    subsequence(&TAGS, 0..=3).prop_shuffle().prop_map(|tags| tags.into_iter().map(|tag| tag.parse().unwrap()).collect())
}

fn policies() -> impl Strategy<Value = Policies> {
    let order = select(&[HostOrder::StagingFirst, HostOrder::AsSelected][..]);
    let person = select(&[PersonRule::Never, PersonRule::AfterCanary, PersonRule::AfterEveryWave][..]);
    let at_once = || prop::option::of(1u32..6);
    (0u32..5, sizes(), order, tags(), tags(), at_once(), at_once(), person).prop_map(
        |(canary, waves, order, tiers, quorum_tags, at_once_per_client, at_once_per_environment, person)| Policies {
            name: "random".into(),
            base: Policy {
                canary,
                waves,
                order,
                tiers,
                quorum_tags,
                at_once_per_client,
                at_once_per_environment,
                gate: GateRule { person, ..GateRule::default() },
                ..Policy::default()
            },
            ..Policies::default()
        },
    )
}

/// What no wave may mix, found without the code under test.
fn kind(policy: &Policy, candidates: &[Candidate], path: &HostPath) -> (bool, Option<Slug>) {
    let candidate = candidates.iter().find(|candidate| candidate.host.path == *path).unwrap();
    let production = policy.order == HostOrder::StagingFirst && candidate.environment.production;
    (production, policy.tiers.iter().find(|tier| candidate.host.tags.contains(*tier)).cloned())
}

fn has_work(job: &PlannedJob) -> bool {
    matches!(job.work, Work::Detached(_))
}

proptest! {
    #[test]
    fn every_job_with_work_is_in_exactly_one_wave_with_others_of_its_kind(hosts in hosts(), policies in policies()) {
        let plan = plan(ExecMode::Detached, terms(policies.clone()), &hosts);
        prop_assert_eq!(plan.jobs.len(), hosts.len());
        let mut next = 0;
        let mut order = Vec::new();
        for (range, wave) in plan.rollout.ranges().zip(&plan.rollout.waves) {
            prop_assert_eq!(range.start, next);
            prop_assert!(wave.jobs > 0);
            next = range.end;
            let jobs = &plan.jobs[range];
            prop_assert!(jobs.iter().all(has_work));
            let mut kinds: Vec<_> = jobs.iter().map(|job| kind(&policies.base, &hosts, &job.host)).collect();
            kinds.dedup();
            prop_assert_eq!(kinds.len(), 1);
            order.append(&mut kinds);
        }
        prop_assert!(!plan.jobs[next..].iter().any(has_work));
        // Each kind comes once, in the order of the policy.
        order.dedup();
        let place = |tier: &Option<Slug>| {
            let of = |tier: &Slug| policies.base.tiers.iter().position(|other| other == tier);
            tier.as_ref().and_then(of).unwrap_or(usize::MAX)
        };
        let places: Vec<_> = order.iter().map(|(production, tier)| (*production, place(tier))).collect();
        prop_assert!(places.is_sorted_by(|one, next| one < next));
    }

    #[test]
    fn hosts_of_a_kind_stay_in_the_order_of_the_selection(hosts in hosts(), policies in policies()) {
        let plan = plan(ExecMode::Detached, terms(policies.clone()), &hosts);
        let number = |job: &PlannedJob| job.host.host.as_str().trim_start_matches("host-").parse::<usize>().unwrap();
        for pair in plan.jobs.windows(2) {
            let alike = |job: &PlannedJob| (has_work(job), kind(&policies.base, &hosts, &job.host));
            let left_out = !has_work(&pair[0]) && !has_work(&pair[1]);
            prop_assert!((!left_out && alike(&pair[0]) != alike(&pair[1])) || number(&pair[0]) < number(&pair[1]));
        }
    }

    #[test]
    fn the_first_wave_is_the_canary_and_the_last_one_waits_for_nobody(hosts in hosts(), policies in policies()) {
        let plan = plan(ExecMode::Detached, terms(policies.clone()), &hosts);
        let waves = &plan.rollout.waves;
        let base = &policies.base;
        if let (1.., Some(first)) = (base.canary, waves.first()) {
            let of_first = kind(base, &hosts, &plan.jobs[0].host);
            let working = plan.jobs.iter().filter(|job| has_work(job));
            let alike = working.filter(|job| kind(base, &hosts, &job.host) == of_first).count();
            prop_assert_eq!(first.jobs as usize, alike.min(base.canary as usize));
        }
        for (index, wave) in waves.iter().enumerate() {
            let person = match base.gate.person {
                PersonRule::Never => false,
                PersonRule::AfterCanary => index == 0 && base.canary > 0,
                PersonRule::AfterEveryWave => true,
            };
            prop_assert_eq!(wave.gate.person, person && index + 1 < waves.len());
        }
    }

    #[test]
    fn waves_have_the_sizes_of_the_policy(count in 0usize..300, canary in 0u32..5, sizes in sizes()) {
        let hosts: Vec<Candidate> = (0..count).map(|n| candidate(&format!("acme/prod/host-{n}"), &[])).collect();
        let base = Policy { canary, waves: sizes.clone(), ..Policy::default() };
        let policies = Policies { name: "random".into(), base, ..Policies::default() };
        let plan = plan(ExecMode::Detached, terms(policies), &hosts);
        let mut left = count;
        let mut expected = Vec::new();
        let canary = (canary > 0).then_some(canary as usize);
        let sizes = sizes.iter().map(|size| match size {
            WaveSize::Hosts(hosts) => *hosts as usize,
            WaveSize::Percent(percent) => (1..).find(|size| size * 100 >= count * usize::from(*percent)).unwrap(),
        });
        for size in canary.into_iter().chain(sizes).chain([count]) {
            if left > 0 {
                expected.push(size.min(left));
                left -= size.min(left);
            }
        }
        let found: Vec<usize> = plan.rollout.waves.iter().map(|wave| wave.jobs as usize).collect();
        prop_assert_eq!(found, expected);
    }

    #[test]
    fn limits_have_exactly_the_jobs_that_they_are_for(hosts in hosts(), policies in policies()) {
        let plan = plan(ExecMode::Detached, terms(policies.clone()), &hosts);
        let mut expected: BTreeMap<String, (u32, bool, Vec<u32>)> = BTreeMap::new();
        for (position, job) in plan.jobs.iter().enumerate().filter(|(_, job)| has_work(job)) {
            let host = &hosts.iter().find(|candidate| candidate.host.path == job.host).unwrap().host;
            let (client, environment) = (&job.host.client, job.host.environment_path());
            let base = &policies.base;
            let groups = base.quorum_tags.iter().filter(|tag| host.tags.contains(*tag));
            let limits = groups.map(|tag| (format!("quorum group {tag} of {environment}"), 1, true));
            let of_client = base.at_once_per_client.map(|most| (format!("client {client}"), most, false));
            let of_environment =
                base.at_once_per_environment.map(|most| (format!("environment {environment}"), most, false));
            for (title, at_once, stops) in limits.chain(of_client).chain(of_environment) {
                expected.entry(title).or_insert((at_once, stops, Vec::new())).2.push(position as u32);
            }
        }
        expected.retain(|_, (at_once, _, jobs)| jobs.len() > *at_once as usize);
        let limits = plan.rollout.limits.into_iter();
        let found: BTreeMap<String, (u32, bool, Vec<u32>)> =
            limits.map(|limit| (limit.title, (limit.at_once, limit.stops_on_failure, limit.jobs))).collect();
        prop_assert_eq!(found, expected);
    }
}
