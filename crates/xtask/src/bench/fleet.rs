//! `cargo xtask bench fleet`: `true` on many hosts, cold and warm, by us and by the peers in turn.
//!
//! All hosts are one real sshd on loopback that answers on many addresses, so server and client share this machine's
//! cores; ratios say more than seconds. Host keys are pinned or known beforehand wherever a client checks them. The
//! account's home on the hosts is an empty folder, so that nobody's `.bashrc` is measured. Every contestant must have
//! logged in on every host, by sshd's own log, or the benchmark fails.

use super::{
    client,
    measure::{Measurement, measure},
    peers::{self, Peer},
    report::{self, Series},
};
use crate::{
    process,
    setup::{self, Purpose},
    workspace,
};
use anyhow::{Context, Result, bail};
use millwright_lab::{LogDetail, PublicKey, Sshd};
use rustix::process::{Resource, getrlimit, setrlimit};
use serde::Serialize;
use std::{
    fs,
    net::Ipv4Addr,
    path::{Path, PathBuf},
    process::{Command, ExitCode},
};

/// How to measure.
#[derive(Debug, clap::Args)]
pub(crate) struct Options {
    /// How many hosts
    #[arg(long, default_value_t = 500, value_parser = clap::value_parser!(u16).range(1..=5000))]
    hosts: u16,
    /// How often each contestant runs; the median counts
    #[arg(long, default_value_t = 3, value_parser = clap::value_parser!(u8).range(1..=25))]
    rounds: u8,
    /// Measure only these
    #[arg(long, value_enum, value_delimiter = ',')]
    only: Vec<Contestant>,
    /// Print one JSON document
    #[arg(long)]
    json: bool,
    /// End with 1 when a target is missed
    #[arg(long)]
    check: bool,
}

/// Who runs the command on all hosts, and how.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, clap::ValueEnum)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum Contestant {
    /// `millwright exec all -- true`, cold
    Attached,
    /// `millwright exec all --detach -- true`, cold: launch, follow, verdict, acknowledge
    Detached,
    /// The attached command again, in a process whose sessions are open
    Warm,
    /// pyinfra by its API, cold
    Pyinfra,
    /// parallel-ssh's native client, cold
    ParallelSsh,
    /// parallel-ssh again, on open sessions
    ParallelSshWarm,
    /// Ansible's raw module, 50 forks
    Ansible,
}

impl Contestant {
    /// In the order of the first round.
    pub(crate) const ALL: [Self; 7] = [
        Self::Attached,
        Self::Pyinfra,
        Self::ParallelSsh,
        Self::Detached,
        Self::Ansible,
        Self::Warm,
        Self::ParallelSshWarm,
    ];
}

/// One of the addresses, as an inventory needs to know it.
#[derive(Debug, Clone)]
pub(crate) struct LoopbackHost {
    /// A name that is unique in the fleet, such as `host-0001`.
    pub(crate) name: String,
    /// Where it answers.
    pub(crate) address: Ipv4Addr,
    /// At which port.
    pub(crate) port: u16,
    /// The account.
    pub(crate) user: String,
    /// The private key that the account accepts; without a passphrase.
    pub(crate) client_key: PathBuf,
    /// The key to pin.
    pub(crate) host_key: PublicKey,
}

/// The product, built for release, and the workspace in which the fleet is.
#[derive(Debug)]
pub(crate) struct Millwright {
    /// The command `millwright`.
    pub(crate) program: PathBuf,
    /// Its `--workspace`; not there yet when [`client::prepare_workspace`] is called.
    pub(crate) workspace: PathBuf,
}

/// Measures, prints, and with `--check` judges.
pub(crate) fn run(options: &Options) -> Result<ExitCode> {
    let contestants: Vec<_> =
        Contestant::ALL.into_iter().filter(|c| options.only.is_empty() || options.only.contains(c)).collect();
    setup::prepare(&[Purpose::Build, Purpose::LoopbackHosts, Purpose::Peers])?;
    allow_many_open_files()?;
    let arena = Arena::prepare(options.hosts, &contestants)?;
    let mut series: Vec<_> = contestants.iter().map(|&contestant| Series::new(contestant)).collect();
    for round in 0..options.rounds {
        // Forwards and backwards in turn, so that nobody always runs after the same neighbour.
        let mut order: Vec<_> = series.iter_mut().collect();
        if round % 2 == 1 {
            order.reverse();
        }
        for series in order {
            let measurement = arena.run(series.contestant)?;
            eprintln!("round {}: {:<18} {:>7.2} s", round + 1, report::name(series.contestant), measurement.seconds());
            series.measurements.push(measurement);
        }
    }
    let report = report::Report::new(usize::from(options.hosts), &series);
    if options.json {
        println!("{}", serde_json::to_string_pretty(&report).context("write the report")?);
    } else {
        print!("{}", report.table());
    }
    let missed = options.check && !report.all_targets_met();
    Ok(if missed { ExitCode::FAILURE } else { ExitCode::SUCCESS })
}

/// The hosts, and everything that the contestants read.
struct Arena {
    sshd: Sshd,
    hosts: Vec<LoopbackHost>,
    millwright: Option<Millwright>,
    peers: Option<peers::Peers>,
    /// The clients' home: nobody's `~/.ssh/config` is measured either.
    client_home: PathBuf,
}

impl Arena {
    fn prepare(count: u16, contestants: &[Contestant]) -> Result<Self> {
        let sshd = Sshd::options().log_detail(LogDetail::Production).line("PermitUserEnvironment HOME").start()?;
        let folder = sshd.folder().join("bench");
        let [client_home, host_home] = ["client-home", "host-home"].map(|name| folder.join(name));
        for folder in [&client_home, &host_home] {
            fs::create_dir_all(folder).with_context(|| format!("make {}", folder.display()))?;
        }
        give_hosts_a_home(&sshd, &host_home)?;
        let host_key = sshd.host_keys().first().context("the lab's sshd has no host key")?;
        let host = |(number, address): (usize, Ipv4Addr)| LoopbackHost {
            name: format!("host-{:04}", number + 1),
            address,
            port: sshd.port(),
            user: sshd.user().to_owned(),
            client_key: sshd.client_key().to_owned(),
            host_key: host_key.clone(),
        };
        let hosts: Vec<_> = sshd.addresses(usize::from(count)).into_iter().enumerate().map(host).collect();
        let millwright = if contestants.iter().any(|contestant| is_ours(*contestant)) {
            // Not beside the rest: temporary folders are often memory, and the journal is to be on a disk.
            let workspace = workspace::target_folder()?.join("bench-workspace");
            if workspace.exists() {
                fs::remove_dir_all(&workspace).with_context(|| format!("remove {}", workspace.display()))?;
            }
            let millwright = Millwright { program: build_millwright()?, workspace };
            eprintln!("Preparing a workspace of {count} hosts");
            client::prepare_workspace(&millwright, &hosts)?;
            Some(millwright)
        } else {
            None
        };
        let peers = if contestants.iter().all(|contestant| is_ours(*contestant)) {
            None
        } else {
            Some(peers::Peers::prepare(&folder, &hosts)?)
        };
        Ok(Self { sshd, hosts, millwright, peers, client_home })
    }

    fn command(&self, contestant: Contestant) -> Result<Command> {
        let ours = || self.millwright.as_ref().context("millwright is not built");
        let peer =
            |peer: Peer| self.peers.as_ref().map(|peers| peers.command(peer)).context("the peers are not installed");
        let mut command = match contestant {
            Contestant::Attached => client::attached(ours()?),
            Contestant::Detached => client::detached(ours()?),
            Contestant::Warm => client::warm(ours()?)?,
            Contestant::Pyinfra => peer(Peer::Pyinfra)?,
            Contestant::ParallelSsh => peer(Peer::ParallelSsh)?,
            Contestant::ParallelSshWarm => peer(Peer::ParallelSshWarm)?,
            Contestant::Ansible => peer(Peer::Ansible)?,
        };
        command.env("HOME", &self.client_home).env_remove("SSH_AUTH_SOCK").env_remove("SSH_AGENT_PID");
        Ok(command)
    }

    fn run(&self, contestant: Contestant) -> Result<Measurement> {
        let name = report::name(contestant);
        let logins_before = self.logins();
        let measurement = measure(&mut self.command(contestant)?).with_context(|| format!("measure {name}"))?;
        let logins = self.logins() - logins_before;
        if logins < self.hosts.len() {
            bail!("{name} logged in {logins} times for {} hosts: its figures mean nothing", self.hosts.len());
        }
        if is_warm(contestant) && measurement.reported_seconds.is_none() {
            bail!("{name} did not print `{{\"warm_seconds\": …}}` as its last line");
        }
        // What is left of its sessions must not cost the next contestant anything.
        self.sshd.end_sessions()?;
        Ok(measurement)
    }

    /// How many sessions sshd has let in.
    fn logins(&self) -> usize {
        self.sshd.log().lines().filter(|line| line.starts_with("Accepted publickey for ")).count()
    }
}

fn is_ours(contestant: Contestant) -> bool {
    matches!(contestant, Contestant::Attached | Contestant::Detached | Contestant::Warm)
}

/// Whether what counts is the second of two runs, which only the contestant itself can time.
pub(super) fn is_warm(contestant: Contestant) -> bool {
    matches!(contestant, Contestant::Warm | Contestant::ParallelSshWarm)
}

fn build_millwright() -> Result<PathBuf> {
    process::run(workspace::cargo().args([
        "build",
        "--release",
        "--package",
        "millwright-cli",
        "--bin",
        "millwright",
    ]))?;
    Ok(workspace::target_folder()?.join("release/millwright"))
}

fn give_hosts_a_home(sshd: &Sshd, home: &Path) -> Result<()> {
    let file = sshd.authorized_keys();
    let keys = fs::read_to_string(&file).with_context(|| format!("read {}", file.display()))?;
    let with_home: String =
        keys.lines().map(|key| format!("environment=\"HOME={}\" {key}\n", home.display())).collect();
    fs::write(&file, with_home).with_context(|| format!("write {}", file.display()))
}

/// A session needs a few descriptors, and usual soft limits are lower than the hosts are many. The same for everyone.
fn allow_many_open_files() -> Result<()> {
    const ENOUGH: u64 = 65_536;
    let mut limit = getrlimit(Resource::Nofile);
    limit.current = Some(limit.maximum.map_or(ENOUGH, |maximum| maximum.min(ENOUGH)));
    setrlimit(Resource::Nofile, limit).context("raise the limit of open files to what is allowed")
}
