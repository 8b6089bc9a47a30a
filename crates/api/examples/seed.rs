//! Makes a workspace as large as one asks for, with made-up clients, hosts, facts, runs and output: for screenshots and for
//! measuring the window. No host of it exists. The same numbers always make the same fleet.
//!
//! `seed FOLDER CLIENTS HOSTS EVENTS`
#![allow(clippy::print_stdout, reason = "a program for developers")]

use jiff::{Span, Timestamp};
use millwright_api::Workspace;
use millwright_domain::facts::Facts;
use millwright_domain::fleet::{Credential, EnvironmentKind, Host, Installation, SudoMode};
use millwright_domain::ids::{HostId, InstallationId};
use millwright_domain::run::{
    DetachedWork, Exclusion, Gate, JobEvent, OnFailure, Outcome, PlanContent, PlannedJob, PlannedStep, Privilege,
    Rollout, RunKind, Stage, StageEnd, StepChange, StepEnding, StepKind, StepProgress, Undo, UndoGrade, Wanted, Wave,
    Work,
};
use millwright_domain::version::VersionScheme;
use millwright_domain::{Actor, Code, Fault, HostPath, Slug};
use millwright_store::Store;
use millwright_store::table::{
    approval, client, contact, environment, facts, host, installation, job, output, plan, product, run,
};
use serde_json::{Value, json};
use std::collections::BTreeSet;

type Failure = Box<dyn std::error::Error>;

const NAMES: [&str; 12] = [
    "Acme Logistics",
    "Bolt Energy",
    "Castell Dental",
    "Dorn & Partner",
    "Eberle Foods",
    "Finch Law",
    "Grünwald Textil",
    "Harbour Freight",
    "Iversen Marine",
    "Jansen Bau",
    "Klee Optik",
    "Lund Pharma",
];
const ROLES: [&str; 6] = ["web", "db", "app", "mail", "files", "backup"];
const SYSTEMS: [(&str, &str); 4] = [
    ("Debian GNU/Linux 12 (bookworm)", "6.1.0-35-amd64"),
    ("Debian GNU/Linux 13 (trixie)", "6.12.38-amd64"),
    ("Ubuntu 24.04.2 LTS", "6.8.0-60-generic"),
    ("Debian GNU/Linux 11 (bullseye)", "5.10.0-35-amd64"),
];
/// What a job of a made-up run tells.
const EVENTS_A_JOB: usize = 6;

/// A sequence of numbers that looks like chance and is always the same.
struct Dice(u64);

impl Dice {
    fn below(&mut self, bound: u64) -> u64 {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) % bound
    }
}

#[tokio::main]
async fn main() -> Result<(), Failure> {
    let words: Vec<String> = std::env::args().skip(1).collect();
    let [folder, clients, hosts, events] = &words[..] else {
        return Err("usage: seed FOLDER CLIENTS HOSTS EVENTS".into());
    };
    let (clients, hosts, events): (usize, usize, usize) = (clients.parse()?, hosts.parse()?, events.parse()?);
    Workspace::init(folder.as_ref())?;
    let store = Store::open(folder.as_ref())?;
    let actor = Actor("alice@laptop".to_owned());
    let mut dice = Dice(20_261_122);
    let hosts = inventory(&store, &actor, clients, hosts, &mut dice).await?;
    observations(&store, &actor, &hosts, &mut dice).await?;
    let mut left = events;
    while left > 0 {
        let some: Vec<Host> = hosts.iter().take(left.div_ceil(EVENTS_A_JOB)).cloned().collect();
        left = left.saturating_sub(some.len() * EVENTS_A_JOB);
        work(&store, &actor, some, &mut dice).await?;
    }
    println!("{clients} clients, {} hosts, {events} events", hosts.len());
    Ok(())
}

async fn inventory(
    store: &Store,
    actor: &Actor,
    clients: usize,
    hosts: usize,
    dice: &mut Dice,
) -> Result<Vec<Host>, Failure> {
    let mut rolls: Vec<u64> = (0..hosts).map(|_| dice.below(1 << 30)).collect();
    let made = store.write(actor, move |writer| {
        let mut made = Vec::new();
        for number in 0..clients {
            let round = number / NAMES.len();
            let name = match round {
                0 => NAMES[number % NAMES.len()].to_owned(),
                _ => format!("{} {}", NAMES[number % NAMES.len()], round + 1),
            };
            let slug = Slug::suggested_by(&name).unwrap_or(format!("client-{number}").parse()?);
            let owner = client::add(writer, slug.clone(), &name)?;
            let share = hosts / clients + usize::from(number < hosts % clients);
            for (word, kind, part) in
                [("prod", EnvironmentKind::Production, share - share / 4), ("test", EnvironmentKind::Other, share / 4)]
            {
                let place = environment::add(writer, &owner, word.parse()?, "Europe/Berlin", kind)?;
                for position in 0..part {
                    let role = ROLES[position % ROLES.len()];
                    let name = format!("{role}-{}", position / ROLES.len() + 1);
                    let path: HostPath = format!("{slug}/{word}/{name}").parse()?;
                    let roll = rolls.pop().unwrap_or_default();
                    let added = Host {
                        id: writer.new_id::<HostId>(),
                        environment_id: place.id,
                        address: format!("10.{}.{}.{}", number / 200, number % 200, position + 10),
                        path,
                        port: 22,
                        user: "ops".to_owned(),
                        credential: Credential::Agent { fingerprint: None },
                        jumps: Vec::new(),
                        sudo: SudoMode::Nopasswd,
                        tags: if roll.is_multiple_of(3) { [role.parse()?].into() } else { BTreeSet::new() },
                    };
                    host::add(writer, &added)?;
                    made.push(added);
                }
            }
        }
        Ok(made)
    });
    Ok(made.await?)
}

/// What hosts said of themselves: most are well, some need somebody, a few never answered.
async fn observations(store: &Store, actor: &Actor, hosts: &[Host], dice: &mut Dice) -> Result<(), Failure> {
    let products = store
        .write(actor, |writer| {
            let nginx = product::ensure(writer, "Debian", &"nginx".parse()?, "nginx", VersionScheme::Debian)?;
            let postgresql =
                product::ensure(writer, "Debian", &"postgresql".parse()?, "PostgreSQL", VersionScheme::Debian)?;
            Ok([(nginx.id, "1.22.1-9+deb12u2"), (postgresql.id, "15.13-0+deb12u1")])
        })
        .await?;
    let rolls: Vec<u64> = hosts.iter().map(|_| dice.below(1 << 30)).collect();
    let (hosts, installed) = (hosts.to_vec(), hosts.to_vec());
    let again = rolls.clone();
    store
        .journal(move |journal| {
            for (host, roll) in hosts.iter().zip(rolls) {
                if roll.is_multiple_of(41) {
                    continue; // added and never asked
                }
                if roll.is_multiple_of(29) {
                    let fault = Fault::new(Code::TimeoutTcp, format!("no answer from {}:22 within 10 s", host.address))
                        .with_hint("Is the VPN up? Is the host on?");
                    contact::failed(journal, host.id, &fault)?;
                    continue;
                }
                let at = Timestamp::now() - Span::new().minutes(i64::try_from(roll % 400).unwrap_or_default());
                contact::seen(journal, host.id)?;
                let (whole, summary) = said(host, roll, at);
                facts::record(journal, host.id, at, &summary, &whole)?;
            }
            Ok(())
        })
        .await?;
    store
        .write(actor, move |writer| {
            for (host, roll) in installed.iter().zip(again) {
                let Some((product, version)) = products.get((roll % 5) as usize) else { continue };
                let found = Installation {
                    id: writer.new_id::<InstallationId>(),
                    host_id: host.id,
                    product_id: *product,
                    desired_version: None,
                    observed_version: Some((*version).to_owned()),
                    observed_at: Some(Timestamp::now()),
                    values: [].into(),
                };
                installation::record(writer, &found)?;
            }
            Ok(())
        })
        .await?;
    Ok(())
}

fn said(host: &Host, roll: u64, at: Timestamp) -> (Value, Value) {
    let (os, kernel) = SYSTEMS[(roll % 7 % 4) as usize];
    let security = if roll.is_multiple_of(6) { roll % 5 + 1 } else { 0 };
    let pending = security + if roll.is_multiple_of(3) { roll % 23 } else { 0 };
    let full = if roll.is_multiple_of(37) { 90 + roll % 10 } else { 12 + roll % 70 };
    let size: u64 = 50 << 30;
    let updates: Vec<Value> = (0..pending)
        .map(|number| {
            json!({ "name": format!("libexample{number}"), "architecture": "amd64", "from": "1.2.3-1", "to": "1.2.3-1+deb12u1",
                "origins": ["Debian:12.11/stable"], "purpose": if number < security { "security" } else { "other" },
                "standing": "ready" })
        })
        .collect();
    let packages: Vec<Value> = (0..120)
        .map(|number| {
            json!({ "name": format!("libexample{number}"), "architecture": "amd64", "version": "1.2.3-1",
                "source": format!("example{number}"), "state": "installed", "hold": "free" })
        })
        .collect();
    let facts = json!({
        "observed_at": at, "os": { "id": "debian", "version_id": "12", "pretty_name": os, "codename": "bookworm" },
        "kernel": { "running": kernel, "architecture": "x86_64", "newest_installed": kernel },
        "hostname": host.path.host, "uptime_seconds": 86_400 * (roll % 90),
        "load": { "one_minute": 0.12, "five_minutes": 0.2, "fifteen_minutes": 0.18 },
        "memory": { "total_bytes": 8_u64 << 30, "available_bytes": 5_u64 << 30, "swap_total_bytes": 0, "swap_free_bytes": 0 },
        "filesystems": [{ "mount": "/", "device": "/dev/vda1", "kind": "ext4", "size_bytes": size,
            "used_bytes": size / 100 * full, "available_bytes": size / 100 * (100 - full), "inodes": null }],
        "sudo": "no_password", "logged_in_users": roll % 3, "failed_units": if roll.is_multiple_of(53) { vec!["backup.service"] } else { vec![] },
        "reboot_required": if roll.is_multiple_of(11) { json!({ "state": "yes", "packages": ["linux-image-amd64"] }) } else { json!({ "state": "no" }) },
        "services_to_restart": { "state": "checked", "services": [] }, "package_system": { "system": "apt" },
        "package_index": { "updated_at": at, "refresh": { "outcome": "refreshed" } }, "packages": packages,
        "pending": { "updates": updates, "full_upgrade_removes": [] }, "gaps": [],
    });
    debug_assert!(serde_json::from_value::<Facts>(facts.clone()).is_ok());
    let summary = json!({
        "os": os, "kernel": kernel, "pending": pending, "pending_security": security, "kept_back": 0,
        "reboot_required": roll.is_multiple_of(11), "fullest_percent": full, "failed_units": u64::from(roll.is_multiple_of(53)),
    });
    (facts, summary)
}

/// A run that has ended on each of these hosts.
async fn work(store: &Store, actor: &Actor, hosts: Vec<Host>, dice: &mut Dice) -> Result<(), Failure> {
    let content = PlanContent {
        kind: RunKind::Patch,
        title: "Patch security updates".to_owned(),
        selector: "all".to_owned(),
        wanted: Wanted::Patch { security: true, packages: Vec::new(), reboot: None },
        expires_at: Timestamp::MAX,
        window_override: None,
        given_policy: None,
        follows: None,
        parallel: 32,
        rollout: rollout(u32::try_from(hosts.len())?),
        jobs: hosts.into_iter().map(planned).collect(),
    };
    let begun = store
        .write(actor, move |writer| {
            let plan = plan::add(writer, content)?;
            approval::add(writer, plan.id, &plan.hash)?;
            run::begin(writer, &plan)
        })
        .await?;
    let jobs = store.read(|reader| job::of_run(reader, begun.id))?;
    let rolls: Vec<u64> = jobs.iter().map(|_| dice.below(1 << 30)).collect();
    store
        .journal(move |journal| {
            for (found, roll) in jobs.iter().zip(rolls) {
                let step = |change| JobEvent::Step(StepProgress { number: 1, change, at: Timestamp::now(), offset: 0 });
                let failed = roll.is_multiple_of(60);
                let exit_code = if failed { 100 } else { 0 };
                let outcome = match failed {
                    true => Outcome::of(
                        millwright_domain::run::JobState::Failed,
                        Some(exit_code),
                        Fault::new(Code::StepFailed, "apt-get ended with 100: the host could not reach its mirror")
                            .with_hint("Check the host's way to its package mirror."),
                    ),
                    false => Outcome::succeeded(),
                };
                job::append(journal, found.id, &JobEvent::Connecting)?;
                job::append(journal, found.id, &JobEvent::Launching { stage: Some(0), task: None })?;
                job::append(journal, found.id, &JobEvent::Started)?;
                job::append(journal, found.id, &step(StepChange::Started))?;
                output::append(journal, found.id, 0, b"Reading package lists...\nBuilding dependency tree...\nSetting up libexample0 (1.2.3-1+deb12u1) ...\n")?;
                job::append(journal, found.id, &step(StepChange::Finished { exit_code, ending: StepEnding::Exited }))?;
                job::append(journal, found.id, &JobEvent::Ended(outcome))?;
            }
            Ok(())
        })
        .await?;
    Ok(())
}

/// One host first, then the others.
fn rollout(hosts: u32) -> Rollout {
    let mut canary = Wave::of("canary".to_owned(), hosts.min(1));
    canary.gate = Gate { soak_seconds: 600, least_success_percent: Some(90), ..Gate::default() };
    let rest = Wave::of("wave 2".to_owned(), hosts.saturating_sub(1));
    let waves = [canary, rest].into_iter().filter(|wave| wave.jobs > 0).collect();
    Rollout { policy: "the workspace's policy".to_owned(), waves, most_failures: None, limits: Vec::new() }
}

fn planned(host: Host) -> PlannedJob {
    let step = PlannedStep {
        number: 1,
        name: "Apply security updates".to_owned(),
        kind: StepKind::Packages,
        script: "apt-get --yes upgrade".to_owned(),
        privilege: Privilege::Root,
        timeout_seconds: 3600,
        only_if: None,
        on_failure: OnFailure::Stop,
        attachments: Vec::new(),
        secrets: Vec::new(),
    };
    PlannedJob {
        host_id: host.id,
        production: host.path.environment.as_str() == "prod",
        host: host.path,
        changes: vec!["libexample0 1.2.3-1 → 1.2.3-1+deb12u1 (security)".to_owned()],
        risks: Vec::new(),
        window: None,
        packages: Vec::new(),
        undo: Some(Undo { grade: UndoGrade::Exact, why: None }),
        disk: None,
        differences: Vec::new(),
        saved: None,
        work: Work::Detached(DetachedWork {
            privilege: Privilege::Root,
            exclusion: Exclusion::ChangeLock,
            timeout_seconds: 3600,
            output_cap_bytes: 64 << 20,
            stages: vec![Stage { steps: vec![step], end: StageEnd::Done }],
        }),
        installation: None,
    }
}
