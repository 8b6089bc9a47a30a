//! Hosts and terms for tests.

use crate::snapshot::{Candidate, CandidateEnvironment, Known};
use crate::terms::{Policies, Terms, WindowRule};
use jiff::Timestamp;
use jiff::tz::TimeZone;
use millwright_domain::HostPath;
use millwright_domain::facts::Facts;
use millwright_domain::fleet::{Credential, Host, SudoMode};
use millwright_domain::policy::Policy;
use millwright_domain::run::{PlanContent, PlannedJob, PlannedStep, Work};
use millwright_domain::window::Windows;
use serde_json::json;
use std::fmt::Write;
use std::hash::{DefaultHasher, Hash, Hasher};

/// An id that is always the same for the same thing.
fn id<I: std::str::FromStr<Err: std::fmt::Debug>>(thing: impl Hash) -> I {
    let mut hasher = DefaultHasher::new();
    thing.hash(&mut hasher);
    format!("00000000-0000-0000-0000-{:012x}", hasher.finish() >> 16).parse().unwrap()
}

/// A host with these tags. Its environment is a production one if it is called so.
pub(crate) fn candidate(path: &str, tags: &[&str]) -> Candidate {
    let path: HostPath = path.parse().unwrap();
    Candidate {
        environment: CandidateEnvironment {
            production: path.environment.as_str() == "prod",
            windows: Windows::default(),
            zone: TimeZone::UTC,
        },
        host: Host {
            id: id(&path),
            environment_id: id(path.environment_path()),
            path,
            address: "192.0.2.1".into(),
            port: 22,
            user: "admin".into(),
            credential: Credential::AskPassword,
            jumps: Vec::new(),
            sudo: SudoMode::Nopasswd,
            tags: tags.iter().map(|tag| tag.parse().unwrap()).collect(),
        },
        known: Ok(Known::default()),
    }
}

/// A host of an environment with such windows.
pub(crate) fn with_windows(path: &str, windows: &str, zone: &str) -> Candidate {
    let mut candidate = candidate(path, &[]);
    candidate.environment.windows = windows.parse().unwrap();
    candidate.environment.zone = TimeZone::get(zone).unwrap();
    candidate
}

/// A host on which nginx could be newer.
pub(crate) fn with_update(path: &str, tags: &[&str]) -> Candidate {
    let mut candidate = candidate(path, tags);
    let facts: Facts = serde_json::from_value(json!({
        "observed_at": "2026-11-22T12:00:00Z",
        "reboot_required": { "state": "unknown" },
        "services_to_restart": { "state": "not_checked", "why": { "kind": "not_asked" } },
        "package_system": { "system": "apt" },
        "pending": {
            "full_upgrade_removes": [],
            "updates": [{
                "name": "nginx", "architecture": "amd64", "from": "1.22.1-9", "to": "1.22.1-9+deb12u4",
                "origins": ["Debian-Security:12/stable-security"], "purpose": "security", "standing": "ready",
            }],
        },
    }))
    .unwrap();
    candidate.known = Ok(Known { facts: Some(facts), ..Known::default() });
    candidate
}

/// A host with these packages, `name architecture version`, and `held` or `unfinished` after it if it is.
pub(crate) fn with_packages(path: &str, packages: &[&str]) -> Candidate {
    let mut candidate = with_update(path, &[]);
    let Ok(Known { facts: Some(facts), .. }) = &mut candidate.known else { panic!("it was asked") };
    let package = |line: &&str| {
        let words: Vec<&str> = line.split(' ').collect();
        let hold = if words.get(3) == Some(&"held") { "held" } else { "free" };
        let state = if words.get(3) == Some(&"unfinished") { "not_configured" } else { "installed" };
        json!({
            "name": words[0], "architecture": words[1], "version": words[2], "source": words[0],
            "state": state, "hold": hold,
        })
    };
    let dpkg = "dpkg amd64 1.21.22";
    let list: Vec<_> = packages.iter().chain([&dpkg]).map(package).collect();
    facts.packages = Some(serde_json::from_value(json!(list)).unwrap());
    facts.pending = None;
    candidate
}

/// Which versions can be had there.
pub(crate) fn offering(mut candidate: Candidate, versions: &[(&str, &[&str])]) -> Candidate {
    let Ok(known) = &mut candidate.known else { panic!("it was asked") };
    let owned = |(name, versions): &(&str, &[&str])| {
        ((*name).to_owned(), versions.iter().map(|version| (*version).to_owned()).collect())
    };
    known.available = Some(versions.iter().map(owned).collect());
    candidate
}

/// A job in a few lines: its steps by name, and what else a person reads before saying yes.
pub(crate) fn outline(job: &PlannedJob) -> String {
    let mut text = format!("{}\n", job.host);
    match &job.work {
        Work::Detached(work) => {
            for step in work.stages.iter().flat_map(|stage| &stage.steps) {
                writeln!(text, "{} {} ({:?}, {:?})", step.number, step.name, step.kind, step.privilege).unwrap();
            }
        }
        Work::LeftOut(left_out) => {
            let fault = left_out.fault();
            writeln!(text, "{} ({}): {fault}", left_out.state(), fault.code).unwrap();
        }
        Work::Satisfied { note } => writeln!(text, "satisfied: {note}").unwrap(),
        Work::Attached { .. } => writeln!(text, "attached").unwrap(),
    }
    for change in &job.changes {
        writeln!(text, "change: {change}").unwrap();
    }
    for risk in &job.risks {
        writeln!(text, "risk: {risk}").unwrap();
    }
    for package in &job.packages {
        writeln!(text, "package: {} {:?} → {:?}", package.name, package.from, package.to).unwrap();
    }
    if let Some(saved) = &job.saved {
        writeln!(text, "saved: {} in {}", saved.paths.join(" "), saved.directory).unwrap();
    }
    if let Some(undo) = &job.undo {
        writeln!(text, "undo: {}, {:?}", undo.grade.as_str(), undo.why).unwrap();
    }
    if let Some(installation) = &job.installation {
        writeln!(text, "inventory: {}", serde_json::to_string(installation).unwrap()).unwrap();
    }
    text
}

/// The texts of a job's steps, whole.
pub(crate) fn scripts(job: &PlannedJob) -> String {
    let Work::Detached(work) = &job.work else { return String::new() };
    let whole = |step: &PlannedStep| format!("── {} {}\n{}", step.number, step.name, step.script);
    work.stages.iter().flat_map(|stage| &stage.steps).map(whole).collect::<Vec<_>>().join("\n")
}

/// A Sunday's noon, and a day to begin.
pub(crate) fn terms(policies: Policies) -> Terms {
    let now: Timestamp = "2026-11-22T12:00:00Z".parse().unwrap();
    Terms {
        selector: "all".into(),
        parallel: 32,
        policies,
        now,
        expires_at: "2026-11-23T12:00:00Z".parse().unwrap(),
        windows: WindowRule::Respect { mine: TimeZone::UTC },
        reboot: None,
        follows: None,
    }
}

/// The policy of a workspace.
pub(crate) fn workspace(policy: &str) -> Policies {
    Policies { name: "the workspace's policy".into(), base: self::policy(policy), ..Policies::default() }
}

pub(crate) fn policy(text: &str) -> Policy {
    Policy::parse("policy.toml", text).unwrap()
}

/// How a plan goes over its hosts, as text.
pub(crate) fn rollout_of(plan: &PlanContent) -> String {
    let rollout = &plan.rollout;
    let mut text = format!("{}, expires {}", rollout.policy, plan.expires_at);
    if let Some(most) = rollout.most_failures {
        write!(text, ", halts beyond {most} failures").unwrap();
    }
    if let Some(why) = &plan.window_override {
        write!(text, ", windows overridden: {why}").unwrap();
    }
    let host = |position: usize| plan.jobs[position].host.to_string();
    for (wave, range) in rollout.waves.iter().zip(rollout.ranges()) {
        write!(text, "\n{}: {}", wave.title, range.map(host).collect::<Vec<_>>().join(" ")).unwrap();
        if !wave.gate.is_open() {
            write!(text, "\n    {}", serde_json::to_string(&wave.gate).unwrap()).unwrap();
        }
    }
    for limit in &rollout.limits {
        let hosts: Vec<String> = limit.jobs.iter().map(|position| host(*position as usize)).collect();
        let stops = if limit.stops_on_failure { ", stops on failure" } else { "" };
        write!(text, "\n{}: {} at once of {}{stops}", limit.title, limit.at_once, hosts.join(" ")).unwrap();
    }
    for job in &plan.jobs {
        if let Some(span) = job.window {
            write!(text, "\n{} may begin from {} until {}", job.host, span.from, span.until).unwrap();
        }
        if let millwright_domain::run::Work::LeftOut(left_out) = &job.work {
            write!(text, "\n{} is {}: {}", job.host, left_out.state(), left_out.fault()).unwrap();
        }
    }
    text
}
