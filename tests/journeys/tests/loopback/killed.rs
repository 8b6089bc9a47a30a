//! The command is killed at random moments of a run in waves; following it comes to the truth, and starts nothing twice.

use crate::trail::{Trail, fleet};
use millwright_journeys::{Technician, pass_time};
use millwright_lab::Sshd;
use serde_json::Value;
use std::{
    fs,
    hash::{BuildHasher, RandomState},
    time::Duration,
};

const HOSTS: usize = 12;
const POLICY: &str =
    "canary = 1\nwaves = [\"4\"]\nat_once_per_client = 3\n[gate]\nmost_failures = 1\nprobe = \"true\"\n";
/// A whole run takes about so long; a moment later than that kills one that has ended.
const LONGEST: u64 = 4000;

#[test]
fn a_run_in_waves_survives_ten_kills() {
    kill_at_random_moments(10);
}

#[test]
#[ignore = "takes many minutes"]
fn a_run_in_waves_survives_a_hundred_kills() {
    kill_at_random_moments(100);
}

/// Random numbers that are the same for the same seed.
struct Dice(u64);

impl Dice {
    /// A number below a bound.
    fn below(&mut self, bound: u64) -> u64 {
        // SplitMix64.
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        (mixed ^ (mixed >> 31)) % bound
    }
}

/// `MILLWRIGHT_SEED` repeats what failed.
fn dice() -> Dice {
    let given = std::env::var("MILLWRIGHT_SEED").ok().map(|seed| seed.parse().unwrap());
    let seed = given.unwrap_or_else(|| RandomState::new().hash_one("seed"));
    println!("MILLWRIGHT_SEED={seed}");
    Dice(seed)
}

fn kill_at_random_moments(kills: u32) {
    let mut dice = dice();
    let sshd = Sshd::start().unwrap();
    let names: Vec<String> = (0..HOSTS).map(|number| format!("client-{}/prod/h{number}", number / 6)).collect();
    let hosts = fleet(&sshd, &names.iter().map(String::as_str).collect::<Vec<_>>());
    let technician = Technician::with(&hosts);
    let policy = technician.file("policy.toml", POLICY);
    let mut left = kills;
    let mut begun_runs = 0;
    while left > 0 {
        let folder = technician.folder().join(format!("round-{left}"));
        fs::create_dir(&folder).unwrap();
        let trail = Trail::of(&hosts, &folder);
        // In every other round too many hosts fail, so that it halts.
        let broken: Vec<&String> = if dice.below(2) == 0 { vec![] } else { names.iter().skip(3).step_by(5).collect() };
        broken.iter().for_each(|host| trail.break_host(host));
        // The run is killed, followed and killed again, up to three times.
        let mut moments: Vec<u64> = (0..=dice.below(3).min(u64::from(left) - 1)).map(|_| dice.below(LONGEST)).collect();
        println!("kills after {moments:?} ms, broken: {broken:?}");
        left -= u32::try_from(moments.len()).unwrap();
        let driver = technician.spawn(&["exec", "all", "--detach", "--policy", &policy, "--", &trail.script()]);
        pass_time(Duration::from_millis(moments.remove(0)));
        driver.kill();
        let runs = technician.run(&["run", "list", "--limit", "1000"]).ends(0).json()["runs"].take();
        if runs.as_array().unwrap().len() == begun_runs {
            assert!(trail.begun().is_empty(), "begun without an intent");
            continue;
        }
        begun_runs += 1;
        assert_eq!(runs.as_array().unwrap().len(), begun_runs, "no run is lost");
        let id = runs[0]["id"].as_str().unwrap();
        for moment in moments {
            let follower = technician.spawn(&["run", "follow", id]);
            pass_time(Duration::from_millis(moment));
            follower.kill();
        }
        let ran = technician.run(&["run", "follow", id]);
        check(&ran.run(), &trail, &broken);
        // What was told is what is kept, and nothing is left to be done.
        assert_eq!(technician.run(&["run", "follow", id]).run(), ran.run());
        technician.audit_head();
        assert_eq!(technician.tamper("PRAGMA integrity_check; PRAGMA foreign_key_check;"), "ok");
    }
}

/// Each host's job has ended as the host's own trail says, and in the order of the waves.
#[track_caller]
fn check(run: &Value, trail: &Trail, broken: &[&String]) {
    let begun = trail.begun();
    for job in run["jobs"].as_array().unwrap() {
        let host = job["host"].as_str().unwrap();
        let starts = begun.iter().filter(|begun| *begun == host).count();
        let expected = match (starts, broken.iter().any(|broken| *broken == host)) {
            (0, _) => "held",
            (1, true) => "failed",
            (1, false) => "succeeded",
            (starts, _) => panic!("{host} began {starts} times: {run}"),
        };
        assert_eq!(job["state"], expected, "{host}: {run}");
        let code = match expected {
            "held" => "run_halted",
            "failed" => "step_failed",
            _ => continue,
        };
        assert_eq!(job["error"]["code"], code, "{host}: {run}");
    }
    let counts = &run["counts"];
    let halted = counts["failed"].as_u64().unwrap() > 1 && counts["held"].as_u64().unwrap() > 0;
    let state = if halted {
        "halted"
    } else if broken.is_empty() {
        "succeeded"
    } else {
        "partial"
    };
    assert_eq!((run["state"].as_str().unwrap(), run["gate"].is_null()), (state, true), "{run}");
    assert_eq!(run["halted"].is_null(), !halted, "{run}");
    let names: Vec<&str> = run["jobs"].as_array().unwrap().iter().map(|job| job["host"].as_str().unwrap()).collect();
    assert!(trail.is_before(&names[..1], &names[1..]) && trail.is_before(&names[1..5], &names[5..]), "{begun:?}");
    for client in ["client-0/", "client-1/"] {
        assert!(trail.most_at_once(client) <= 3, "{client}: {begun:?}");
    }
}
