//! What could be newer, from three of apt's answers.
//!
//! `upgrade --with-new-pkgs` is what goes without removing anything; `dist-upgrade` is what goes at any price; and
//! `apt list --upgradable` is what has a newer candidate whatever stands in its way. What is only in the last is held
//! or kept back, and would look up to date without it.

use super::inventory::word;
use crate::facts_sections::lines;
use millwright_domain::facts::{Hold, InstalledPackage, PendingUpdate, PendingUpdates, UpdatePurpose, UpdateStanding};
use std::collections::BTreeMap;

/// The longest name of an origin, which has a label of free text in it.
const MAX_ORIGIN_BYTES: usize = 256;

/// What `apt-get -s` said it would do.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Simulation {
    /// Packages that would be installed or change their version, in apt's order.
    pub installs: Vec<SimulatedInstall>,
    /// Packages that would be removed.
    pub removals: Vec<SimulatedRemoval>,
    /// Lines that tell of an action and could not be read. Anything but 0 means that the lists are not complete.
    pub unreadable_lines: usize,
}

/// A line `Inst`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SimulatedInstall {
    /// Without the architecture.
    pub name: String,
    /// `amd64`, `all`
    pub architecture: String,
    /// `None` for a package that is new on the host.
    pub from: Option<String>,
    /// The version that would be installed.
    pub to: String,
    /// `Debian-Security:12/stable-security`
    pub origins: Vec<String>,
}

/// A line `Remv` or `Purg`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SimulatedRemoval {
    /// With the architecture when it is a foreign one: `libc6:i386`.
    pub name: String,
    /// The version that is installed.
    pub version: Option<String>,
}

/// Reads the actions in the output of `apt-get -s`; everything else in it is for people.
pub fn parse_simulation(output: &[u8]) -> Simulation {
    let mut simulation = Simulation::default();
    for line in lines(output) {
        let known = if let Some(rest) = line.strip_prefix(b"Inst ") {
            install(rest).map(|install| simulation.installs.push(install))
        } else if let Some(rest) = line.strip_prefix(b"Remv ").or_else(|| line.strip_prefix(b"Purg ")) {
            removal(rest).map(|removal| simulation.removals.push(removal))
        } else {
            Some(())
        };
        simulation.unreadable_lines += usize::from(known.is_none());
    }
    simulation
}

/// What could be newer, and how many lines could not be read.
pub(crate) fn pending_updates(
    upgrade: &[u8],
    full_upgrade: &[u8],
    upgradable: &[u8],
    packages: &[InstalledPackage],
) -> (PendingUpdates, usize) {
    let (upgrade, full_upgrade) = (parse_simulation(upgrade), parse_simulation(full_upgrade));
    let mut unreadable_lines = upgrade.unreadable_lines + full_upgrade.unreadable_lines;
    let mut updates = BTreeMap::new();
    let mut add = |install: SimulatedInstall, standing: UpdateStanding| {
        let SimulatedInstall { name, architecture, from, to, origins } = install;
        let purpose = purpose(&origins);
        let key = (name.clone(), architecture.clone());
        let from_available = None;
        updates.insert(key, PendingUpdate { name, architecture, from, to, origins, purpose, standing, from_available });
    };

    // "Listing..." is the only line without a slash.
    for line in lines(upgradable).filter(|line| line.contains(&b'/')) {
        match upgradable_line(line) {
            Some(update) => {
                let standing = if is_held(&update, packages) { UpdateStanding::Held } else { UpdateStanding::KeptBack };
                add(update, standing);
            }
            None => unreadable_lines += 1,
        }
    }
    // The later answer knows better.
    let blocked =
        if full_upgrade.removals.is_empty() { UpdateStanding::KeptBack } else { UpdateStanding::BlockedByRemoval };
    full_upgrade.installs.into_iter().for_each(|install| add(install, blocked));
    upgrade.installs.into_iter().for_each(|install| add(install, UpdateStanding::Ready));

    let full_upgrade_removes = full_upgrade.removals.into_iter().map(|removal| removal.name).collect();
    let updates = updates.into_values().collect();
    (PendingUpdates { updates, full_upgrade_removes, download_bytes: None, disk_bytes: None }, unreadable_lines)
}

/// By origin: the security archives of Debian (by label, or by suite) and of Ubuntu, its ESM included (by suite).
fn purpose(origins: &[String]) -> UpdatePurpose {
    let is_security = |origin: &String| {
        let suite = origin.rsplit(['/', ':']).next().unwrap_or(origin);
        origin.starts_with("Debian-Security:") || suite.ends_with("-security")
    };
    if origins.iter().any(is_security) { UpdatePurpose::Security } else { UpdatePurpose::Other }
}

fn is_held(update: &SimulatedInstall, packages: &[InstalledPackage]) -> bool {
    // By the old version: the architecture may change between versions ("all" to "amd64").
    packages.iter().any(|package| {
        package.name == update.name && Some(&package.version) == update.from.as_ref() && package.hold == Hold::Held
    })
}

/// `NAME [FROM] (TO ORIGIN, ORIGIN [ARCHITECTURE])`, and possibly more brackets, which tell of the order of work.
fn install(rest: &[u8]) -> Option<SimulatedInstall> {
    let (name, rest) = split_once(rest, b" ")?;
    let (from, rest) = match rest.strip_prefix(b"[") {
        Some(rest) => {
            let (from, rest) = split_once(rest, b"] ")?;
            (Some(word(from)?), rest)
        }
        None => (None, rest),
    };
    let (candidate, _) = split_once(rest.strip_prefix(b"(")?, b"])")?;
    let bracket = candidate.iter().rposition(|byte| *byte == b'[')?;
    let version_and_origins = candidate[..bracket].trim_ascii_end();
    let (to, origins) = split_once(version_and_origins, b" ").unwrap_or((version_and_origins, &[]));
    Some(SimulatedInstall {
        name: word(split_once(name, b":").map_or(name, |(name, _)| name))?,
        architecture: word(&candidate[bracket + 1..])?,
        from,
        to: word(to)?,
        origins: origin_list(origins, b", "),
    })
}

/// `NAME [VERSION]`, and possibly more brackets.
fn removal(rest: &[u8]) -> Option<SimulatedRemoval> {
    let mut words = rest.split(|byte| *byte == b' ');
    let name = word(words.next()?)?;
    let version = words.next().and_then(|version| word(version.strip_prefix(b"[")?.strip_suffix(b"]")?));
    Some(SimulatedRemoval { name, version })
}

/// `NAME/SUITE,SUITE TO ARCHITECTURE [upgradable from: FROM]`
fn upgradable_line(line: &[u8]) -> Option<SimulatedInstall> {
    let (name, rest) = split_once(line, b"/")?;
    let (suites, rest) = split_once(rest, b" ")?;
    let (to, rest) = split_once(rest, b" ")?;
    let (architecture, rest) = split_once(rest, b" [")?;
    let from = rest.strip_prefix(b"upgradable from: ")?.strip_suffix(b"]")?;
    Some(SimulatedInstall {
        name: word(name)?,
        architecture: word(architecture)?,
        from: Some(word(from)?),
        to: word(to)?,
        origins: origin_list(suites, b","),
    })
}

fn origin_list(text: &[u8], separator: &[u8]) -> Vec<String> {
    let mut origins = Vec::new();
    let mut rest = text.trim_ascii();
    while !rest.is_empty() {
        let (origin, after) = split_once(rest, separator).unwrap_or((rest, &[]));
        origins.push(String::from_utf8_lossy(&origin[..origin.len().min(MAX_ORIGIN_BYTES)]).into_owned());
        rest = after;
    }
    origins
}

fn split_once<'a>(text: &'a [u8], separator: &[u8]) -> Option<(&'a [u8], &'a [u8])> {
    let at = text.windows(separator.len()).position(|window| window == separator)?;
    Some((&text[..at], &text[at + separator.len()..]))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Written by hand, in the shapes that Ubuntu, foreign architectures, third parties and old versions of apt print;
    /// what Debian prints is recorded in `tests/recorded`.
    const LINES: &str = "\
Inst libc6 [2.39-0ubuntu8.3] (2.39-0ubuntu8.4 Ubuntu:24.04/noble-updates, Ubuntu:24.04/noble-security [amd64])
Inst libpam-modules-bin [1.5.3-5ubuntu5.6] (1.5.3-5ubuntu5.7 Ubuntu:24.04/noble-updates [amd64]) [libpam:amd64 on a:amd64] [b:amd64 ]
Inst libc6:i386 [2.39-0ubuntu8.3] (2.39-0ubuntu8.4 Ubuntu:24.04/noble-updates [i386]) []
Inst docker-ce [5:27.0-1~d] (5:27.1-1~d Docker CE:bookworm [amd64])
Inst tailscale (1.76.1 Tailscale:/noble [amd64])
Inst from-a-file [1.0] (1.1 localhost [all])
Inst ubuntu-pro (2 UbuntuESMApps:22.04/jammy-apps-security [all])
Remv lib-old [1.0]
Remv libfoo:i386 [1.0] [a:i386 ]
Purg gone
Conf libc6 (2.39-0ubuntu8.4 Ubuntu:24.04/noble-updates [amd64])
Inst cut [1.0] (1.1 Debian:12/sta
Inst
Inst b\u{ff}d [1] (2 X:1/y [all])
";

    #[test]
    fn every_shape_of_an_action_is_read_or_counted_as_unreadable() {
        let simulation = parse_simulation(LINES.as_bytes());
        let purposes: Vec<_> = simulation.installs.iter().map(|install| purpose(&install.origins)).collect();
        insta::assert_debug_snapshot!((simulation, purposes));
    }
}
