//! Reads the facts script's answer.
//!
//! Owns: which section becomes which fact, the bounds on what a host may say, and the gaps. Does not own: how the
//! sections are told apart (`facts_sections`) or the package manager's own formats (`apt`).

use crate::apt;
use crate::facts_sections::{End, Section, split};
use crate::facts_system as system;
use crate::nonce::Nonce;
use jiff::{SignedDuration, Timestamp};
use millwright_domain::facts::{
    Facts, Filesystem, Gap, GapReason, IndexRefreshed, Kernel, PackageIndex, PackageSystem, PendingUpdates,
    RebootRequired, ServicesToRestart,
};
use millwright_domain::{Code, Fault};
use std::collections::BTreeMap;

/// The longest answer that is read at all.
const MAX_ANSWER_BYTES: usize = 32 * 1024 * 1024;
/// The longest text that is kept, in characters.
const MAX_TEXT_CHARS: usize = 256;
/// The longest list of packages or updates.
pub(crate) const MAX_PACKAGES: usize = 20_000;
/// The longest list of anything else.
pub(crate) const MAX_ENTRIES: usize = 500;

/// Why a host's answer is not facts.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum FactsError {
    /// None of it is ours.
    #[error("the host's answer has none of the script's sections in it: the script did not start")]
    NotStarted,
    /// It ends within a section.
    #[error("the host's answer ends in the middle of the section “{section}”")]
    Truncated {
        /// The section.
        section: String,
    },
    /// It ends between two sections.
    #[error("the host's answer ends after the section “{section}”, before all was said")]
    TruncatedAfter {
        /// The last whole section.
        section: String,
    },
    /// The delimiters do not fit together.
    #[error("the host's answer is garbled at the section “{}”", .section.escape_debug())]
    Garbled {
        /// The section.
        section: String,
    },
    /// It is longer than any honest answer.
    #[error("the host's answer has {bytes} bytes, which is more than is read ({})", MAX_ANSWER_BYTES)]
    TooLong {
        /// How long it is.
        bytes: usize,
    },
}

impl From<FactsError> for Fault {
    fn from(error: FactsError) -> Self {
        let hint = match error {
            FactsError::NotStarted => "Run `millwright host check` for the host: its shell may refuse to run commands.",
            FactsError::Truncated { .. } | FactsError::TruncatedAfter { .. } => {
                "The link or the time limit may have cut it off. Ask again; nothing was changed."
            }
            FactsError::Garbled { .. } | FactsError::TooLong { .. } => {
                "Look at what the host prints when one logs in: `ssh HOST sh -c true` must print nothing."
            }
        };
        Fault::new(Code::Protocol, error.to_string()).with_hint(hint)
    }
}

/// The facts in the script's output. `observed_at` is when the answer arrived.
pub fn parse_facts(answer: &[u8], nonce: &Nonce, observed_at: Timestamp) -> Result<Facts, FactsError> {
    if answer.len() > MAX_ANSWER_BYTES {
        return Err(FactsError::TooLong { bytes: answer.len() });
    }
    let mut reader = Reader { sections: split(answer, nonce)?, gaps: Vec::new() };

    let host = reader.read("host", system::host);
    let kernels = reader.read_list("kernels", MAX_ENTRIES, system::words_per_line);
    let running = reader.read("running", |output| Some(system::running(output)));
    let package_system = reader.read("manager", system::package_system);
    let mut facts = Facts {
        observed_at,
        os: reader.read("os", system::operating_system),
        kernel: None,
        hostname: None,
        boot_id: None,
        uptime_seconds: None,
        load: None,
        memory: reader.read("memory", system::memory),
        filesystems: reader.filesystems(),
        sudo: reader.sections.get("sudo").and_then(system::sudo_rights),
        logged_in_users: reader.read("users", system::lines_with_text),
        failed_units: reader.read_list("units", MAX_ENTRIES, system::failed_units),
        reboot_required: reader.reboot_required(),
        services_to_restart: ServicesToRestart::NotChecked { why: GapReason::NotInstalled },
        package_system,
        package_index: None,
        packages: None,
        pending: None,
        gaps: Vec::new(),
    };
    if let Some(host) = host {
        let newest_installed = system::newest_kernel(&host.kernel_release, &kernels.unwrap_or_default());
        facts.kernel = Some(Kernel { running: host.kernel_release, architecture: host.architecture, newest_installed });
        facts.hostname = Some(host.name);
    }
    if let Some(running) = running {
        (facts.boot_id, facts.uptime_seconds, facts.load) = (running.boot_id, running.uptime_seconds, running.load);
    }
    match facts.package_system {
        Some(PackageSystem::Apt) => reader.apt(&mut facts),
        Some(PackageSystem::Other { .. }) | Some(PackageSystem::None) | None => {}
    }
    facts.gaps = reader.gaps;
    Ok(facts)
}

/// What a host said, for showing: lossy, without control characters, and marked where it was cut.
pub(crate) fn text(bytes: &[u8]) -> String {
    // Four bytes are the longest character: what is beyond cannot be needed and need not be decoded.
    let head = &bytes[..bytes.len().min(MAX_TEXT_CHARS * 4 + 4)];
    let lossy = String::from_utf8_lossy(head);
    let mut kept: String = lossy
        .trim()
        .chars()
        .take(MAX_TEXT_CHARS)
        .map(|character| if character.is_control() { char::REPLACEMENT_CHARACTER } else { character })
        .collect();
    if lossy.trim().chars().count() > MAX_TEXT_CHARS {
        kept.push('…');
    }
    kept
}

struct Reader<'a> {
    sections: BTreeMap<&'a str, Section<'a>>,
    gaps: Vec<Gap>,
}

impl<'a> Reader<'a> {
    fn gap(&mut self, part: &str, reason: GapReason) {
        self.gaps.push(Gap { part: part.to_owned(), reason });
    }

    /// A section's output, or a gap.
    fn output(&mut self, name: &str) -> Option<&'a [u8]> {
        let reason = match self.sections.get(name) {
            Some(section) => match section.successful() {
                Ok(output) => return Some(output),
                Err(reason) => reason,
            },
            None => GapReason::NotAsked,
        };
        self.gap(name, reason);
        None
    }

    /// A section read whole, or a gap.
    fn read<T>(&mut self, name: &str, parse: impl FnOnce(&[u8]) -> Option<T>) -> Option<T> {
        let output = self.output(name)?;
        let value = parse(output);
        if value.is_none() {
            self.gap(name, GapReason::Unreadable { lines: crate::facts_sections::lines(output).count() });
        }
        value
    }

    /// A section read as a list with a bound, or a gap.
    fn read_list<T>(&mut self, name: &str, most: usize, parse: impl FnOnce(&[u8]) -> Entries<T>) -> Option<Vec<T>> {
        let output = self.output(name)?;
        Some(self.bounded(name, most, parse(output)))
    }

    /// The entries that are kept; what is not becomes a gap.
    fn bounded<T>(&mut self, name: &str, most: usize, entries: Entries<T>) -> Vec<T> {
        let Entries { mut items, unreadable_lines } = entries;
        if unreadable_lines > 0 {
            self.gap(name, GapReason::Unreadable { lines: unreadable_lines });
        }
        if items.len() > most {
            self.gap(name, GapReason::Cut { kept: most, of: items.len() });
            items.truncate(most);
        }
        items
    }

    /// `stat` fails when a single mount cannot be looked at, and still tells of the others.
    fn filesystems(&mut self) -> Option<Vec<Filesystem>> {
        let section = *self.sections.get("filesystems")?;
        let entries = system::filesystems(section.output);
        if let Err(reason) = section.successful() {
            self.gap("filesystems", reason);
        } else if entries.items.is_empty() {
            self.gap("filesystems", GapReason::Unreadable { lines: entries.unreadable_lines });
        }
        if entries.items.is_empty() {
            return None;
        }
        Some(self.bounded("filesystems", MAX_ENTRIES, entries))
    }

    fn reboot_required(&mut self) -> RebootRequired {
        let Some(words) = self.read_list("reboot", MAX_ENTRIES, system::words_per_line) else {
            return RebootRequired::Unknown;
        };
        match words.split_first() {
            Some((answer, packages)) if answer == "yes" => RebootRequired::Yes { packages: packages.to_vec() },
            Some((answer, _)) if answer == "no" => RebootRequired::No,
            Some(_) | None => RebootRequired::Unknown,
        }
    }

    fn apt(&mut self, facts: &mut Facts) {
        facts.packages = self.read_list("packages", MAX_PACKAGES, apt::installed_packages);
        facts.package_index = Some(self.package_index(facts.observed_at));
        facts.pending = self.pending(facts);
        facts.services_to_restart = match self.sections.get("restart").map(Section::successful) {
            Some(Ok(output)) => {
                let services = system::services_to_restart(output);
                ServicesToRestart::Checked { services: self.bounded("restart", MAX_ENTRIES, services) }
            }
            Some(Err(why)) => ServicesToRestart::NotChecked { why },
            None => ServicesToRestart::NotChecked { why: GapReason::NotAsked },
        };
    }

    /// All three answers are needed: with one missing, a package that is kept back would look up to date.
    fn pending(&mut self, facts: &Facts) -> Option<PendingUpdates> {
        let packages = facts.packages.as_deref()?;
        let upgrade = self.output("upgrade");
        let full_upgrade = self.output("dist-upgrade");
        let upgradable = self.output("upgradable");
        let (pending, unreadable_lines) = apt::pending_updates(upgrade?, full_upgrade?, upgradable?, packages);
        let PendingUpdates { updates, full_upgrade_removes, .. } = pending;
        let mut updates = self.bounded("pending", MAX_PACKAGES, Entries { items: updates, unreadable_lines });
        if let Some(offered) = self.output("offered") {
            let unreadable_lines = apt::mark_what_is_still_offered(&mut updates, offered);
            if unreadable_lines > 0 {
                self.gap("offered", GapReason::Unreadable { lines: unreadable_lines });
            }
        }
        let removes = Entries { items: full_upgrade_removes, unreadable_lines: 0 };
        let full_upgrade_removes = self.bounded("pending removals", MAX_PACKAGES, removes);
        let (download_bytes, disk_bytes) = self.output("upgrade-size").map(apt::upgrade_size).unwrap_or_default();
        Some(PendingUpdates { updates, full_upgrade_removes, download_bytes, disk_bytes })
    }

    fn package_index(&mut self, observed_at: Timestamp) -> PackageIndex {
        let refresh = match self.sections.get("refresh") {
            Some(Section { end: End::NotAsked, .. }) | None => IndexRefreshed::NotAsked,
            Some(Section { end: End::NeedsRoot, .. }) => IndexRefreshed::NeedsRoot,
            Some(Section { end: End::NotInstalled, .. }) => {
                IndexRefreshed::Failed { message: "apt-get is not there".to_owned() }
            }
            Some(Section { end: End::Code(code), output, .. }) => match apt::refresh_failure(*code, output) {
                Some(failure) => IndexRefreshed::Failed { message: failure.to_string() },
                None => IndexRefreshed::Refreshed,
            },
        };
        let age_seconds = self.output("index").and_then(system::index_age_seconds);
        let updated_at = match (&refresh, age_seconds) {
            (IndexRefreshed::Refreshed, _) => Some(observed_at),
            // By the age and not by the date: the host's clock may be wrong.
            (_, Some(age)) => observed_at.checked_sub(SignedDuration::from_secs(age)).ok(),
            (_, None) => None,
        };
        PackageIndex { updated_at, refresh }
    }
}

/// What was read from a section, line by line.
#[derive(Debug)]
pub(crate) struct Entries<T> {
    pub(crate) items: Vec<T>,
    pub(crate) unreadable_lines: usize,
}

impl<T> Entries<T> {
    /// One entry from each line that has text.
    pub(crate) fn from_lines<'a>(output: &'a [u8], mut read: impl FnMut(&'a [u8]) -> Option<T>) -> Self {
        let mut entries = Self { items: Vec::new(), unreadable_lines: 0 };
        for line in crate::facts_sections::lines(output).filter(|line| !line.trim_ascii().is_empty()) {
            match read(line) {
                Some(item) => entries.items.push(item),
                None => entries.unreadable_lines += 1,
            }
        }
        entries
    }
}
