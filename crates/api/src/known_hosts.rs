//! Taking host keys over from OpenSSH's `known_hosts`: a key that a person has accepted once need not be asked for again.

use crate::importing::ImportMode;
use crate::workspace::Workspace;
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use millwright_domain::fleet::{Host, PinState};
use millwright_domain::{Code, Fault, HostPath};
use millwright_ssh::{KnownHosts, PinStanding, parse_known_hosts};
use millwright_store::table::{host, host_key_pin};
use millwright_store::{StoreError, Writer};
use serde::Serialize;
use std::collections::HashSet;
use std::io::ErrorKind;
use std::path::Path;
use ts_rs::TS;

/// What a `known_hosts` file does to the inventory.
#[derive(Debug, Clone, Default, Serialize, TS)]
pub struct KnownHostsReport {
    /// Hosts whose keys are pinned now.
    pub hosts_pinned: Vec<HostPath>,
    /// Hosts that are pinned already, with a key of the file.
    pub hosts_unchanged: Vec<HostPath>,
    /// Hosts that are pinned already, with none of the file's keys. Nothing was changed: `host trust` looks at the host.
    pub hosts_contradicted: Vec<HostPath>,
    /// Hosts that the file does not know.
    pub hosts_unknown: Vec<HostPath>,
    /// How many lines name an authority, which Millwright does not pin.
    pub authorities_left_out: usize,
    /// The lines that could not be read, from 1.
    pub lines_not_understood: Vec<usize>,
}

/// What a `known_hosts` file has for some hosts. Nothing follows from it until a key is trusted.
#[derive(Debug, Clone, Serialize, TS)]
pub struct KnownHostsFound {
    /// The file.
    pub file: String,
    /// Whether there is such a file.
    pub is_there: bool,
    /// The hosts that it has keys for.
    pub hosts: Vec<KnownHostKeys>,
}

/// The keys that a `known_hosts` file has for a host.
#[derive(Debug, Clone, Serialize, TS)]
pub struct KnownHostKeys {
    /// The host.
    pub host: HostPath,
    /// The fingerprints of keys that were accepted.
    pub trusted: Vec<String>,
    /// The fingerprints of keys that are marked as revoked.
    pub revoked: Vec<String>,
}

impl Workspace {
    /// What a `known_hosts` file has for these hosts; the one of this account, if none is named.
    pub fn known_hosts_read(&self, file: Option<&Path>, hosts: &[HostPath]) -> Result<KnownHostsFound, Fault> {
        let own = || std::env::home_dir().map(|home| home.join(".ssh").join("known_hosts"));
        let Some(path) = file.map(Path::to_owned).or_else(own) else {
            return Ok(KnownHostsFound { file: String::new(), is_there: false, hosts: Vec::new() });
        };
        let shown = path.display().to_string();
        let bytes = match std::fs::read(&path) {
            Ok(bytes) => bytes,
            Err(error) if file.is_none() && error.kind() == ErrorKind::NotFound => {
                return Ok(KnownHostsFound { file: shown, is_there: false, hosts: Vec::new() });
            }
            Err(error) => return Err(Fault::new(Code::LocalFile, format!("{shown} cannot be read: {error}"))),
        };
        let known = parse_known_hosts(&String::from_utf8_lossy(&bytes));
        let asked: HashSet<&HostPath> = hosts.iter().collect();
        let keys = |host: &Host, standing| {
            let pins = known.pins_for(&host.address, host.port).into_iter();
            pins.filter(|pin| pin.standing == standing).map(|pin| pin.key.fingerprint()).collect::<Vec<_>>()
        };
        let mut found = Vec::new();
        for host in self.store.read(host::list)?.into_iter().filter(|host| asked.contains(&host.path)) {
            let (trusted, revoked) = (keys(&host, PinStanding::Trusted), keys(&host, PinStanding::Revoked));
            if !trusted.is_empty() || !revoked.is_empty() {
                found.push(KnownHostKeys { host: host.path, trusted, revoked });
            }
        }
        Ok(KnownHostsFound { file: shown, is_there: true, hosts: found })
    }

    /// Pins the keys that a `known_hosts` file has for hosts of the inventory that have no pin yet.
    pub async fn import_known_hosts(&self, file: &Path, mode: ImportMode) -> Result<KnownHostsReport, Fault> {
        let bytes = std::fs::read(file)
            .map_err(|error| Fault::new(Code::LocalFile, format!("{} cannot be read: {error}", file.display())))?;
        let known = parse_known_hosts(&String::from_utf8_lossy(&bytes));
        let apply = move |writer: &Writer<'_>| apply(writer, &known);
        match mode {
            ImportMode::Apply => self.write(apply).await,
            ImportMode::DryRun => Ok(self.store.rehearse(&self.actor, apply).await?),
        }
    }
}

fn apply(writer: &Writer<'_>, known: &KnownHosts) -> Result<KnownHostsReport, StoreError> {
    let mut report = KnownHostsReport {
        authorities_left_out: known.authorities_skipped,
        lines_not_understood: known.lines_not_understood.clone(),
        ..KnownHostsReport::default()
    };
    for host in host::list(&writer.reader())? {
        let offered = known.pins_for(&host.address, host.port);
        let trusted: Vec<String> = host_key_pin::of_host(&writer.reader(), host.id)?
            .into_iter()
            .filter(|pin| pin.state == PinState::Trusted)
            .map(|pin| pin.fingerprint)
            .collect();
        let places = if offered.is_empty() {
            &mut report.hosts_unknown
        } else if trusted.is_empty() {
            for pin in &offered {
                let state = match pin.standing {
                    PinStanding::Trusted => PinState::Trusted,
                    PinStanding::Revoked => PinState::Revoked,
                };
                let key = STANDARD.encode(pin.key.blob());
                host_key_pin::add(writer, host.id, pin.key.algorithm(), &key, &pin.key.fingerprint(), state)?;
            }
            &mut report.hosts_pinned
        } else if offered.iter().any(|pin| trusted.contains(&pin.key.fingerprint())) {
            &mut report.hosts_unchanged
        } else {
            &mut report.hosts_contradicted
        };
        places.push(host.path);
    }
    Ok(report)
}
