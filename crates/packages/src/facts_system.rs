//! Reads what every Linux says about itself: the sections that are no package manager's.

use crate::facts::{Entries, text};
use crate::facts_sections::{End, Section, lines};
use millwright_domain::VersionScheme;
use millwright_domain::facts::{Filesystem, Inodes, Load, Memory, OperatingSystem, PackageSystem, SudoRights};
use std::cmp::Ordering;
use std::collections::BTreeMap;
use std::str::FromStr;

pub(crate) struct Host {
    pub(crate) name: String,
    pub(crate) kernel_release: String,
    pub(crate) architecture: String,
}

/// `uname -snrm`
pub(crate) fn host(output: &[u8]) -> Option<Host> {
    let mut words = output.trim_ascii().split(u8::is_ascii_whitespace).map(text).skip(1);
    Some(Host { name: words.next()?, kernel_release: words.next()?, architecture: words.next()? })
}

/// `/etc/os-release`
pub(crate) fn operating_system(output: &[u8]) -> Option<OperatingSystem> {
    let fields: BTreeMap<&[u8], String> = lines(output)
        .filter_map(|line| {
            let at = line.iter().position(|byte| *byte == b'=')?;
            Some((&line[..at], text(&unquoted(&line[at + 1..]))))
        })
        .collect();
    let field = |name: &str| fields.get(name.as_bytes()).filter(|value| !value.is_empty()).cloned();
    Some(OperatingSystem {
        id: field("ID")?,
        version_id: field("VERSION_ID"),
        pretty_name: field("PRETTY_NAME"),
        codename: field("VERSION_CODENAME"),
        like: field("ID_LIKE").map(|like| like.split_whitespace().map(str::to_owned).collect()).unwrap_or_default(),
    })
}

#[derive(Default)]
pub(crate) struct Running {
    pub(crate) boot_id: Option<String>,
    pub(crate) uptime_seconds: Option<u64>,
    pub(crate) load: Option<Load>,
}

/// Single lines of /proc, each after its name.
pub(crate) fn running(output: &[u8]) -> Running {
    let mut running = Running::default();
    for line in lines(output) {
        let mut words = line.split(|byte| *byte == b' ').filter(|word| !word.is_empty());
        match words.next() {
            Some(b"boot_id") => running.boot_id = words.next().map(text),
            // "1522.47": whole seconds are enough.
            Some(b"uptime") => {
                running.uptime_seconds = words.next().and_then(|word| number(word.split(|byte| *byte == b'.').next()?));
            }
            Some(b"loadavg") => running.load = load(words),
            Some(_) | None => {}
        }
    }
    running
}

/// `/proc/meminfo`
pub(crate) fn memory(output: &[u8]) -> Option<Memory> {
    let bytes = |name: &str| {
        let line = lines(output).find_map(|line| line.strip_prefix(name.as_bytes())?.strip_prefix(b":"))?;
        number::<u64>(line.trim_ascii().strip_suffix(b" kB")?)?.checked_mul(1024)
    };
    Some(Memory {
        total_bytes: bytes("MemTotal")?,
        available_bytes: bytes("MemAvailable"),
        swap_total_bytes: bytes("SwapTotal"),
        swap_free_bytes: bytes("SwapFree"),
    })
}

/// Lines `mount DEVICE POINT TYPE` as in /proc/mounts, and `space …` as `stat -f` prints them.
pub(crate) fn filesystems(output: &[u8]) -> Entries<Filesystem> {
    let mut mounts: BTreeMap<Vec<u8>, (String, String)> = BTreeMap::new();
    for line in lines(output) {
        let mut words = line.split(|byte| *byte == b' ');
        if words.next() == Some(&b"mount"[..])
            && let (Some(device), Some(point), Some(kind)) = (words.next(), words.next(), words.next())
        {
            mounts.insert(unescaped(point), (text(&unescaped(device)), text(kind)));
        }
    }
    let space_lines = lines(output).filter_map(|line| line.strip_prefix(b"space "));
    let mut found: Vec<Filesystem> = Vec::new();
    let mut unreadable_lines = 0;
    for line in space_lines {
        let Some(filesystem) = space(line, &mounts) else {
            unreadable_lines += 1;
            continue;
        };
        // A device that is mounted in several places (bind mounts, subvolumes) is one place to fill up.
        let same = |other: &&mut Filesystem| other.device == filesystem.device && other.device.starts_with('/');
        match found.iter_mut().find(same) {
            Some(other) if other.mount.len() > filesystem.mount.len() => *other = filesystem,
            Some(_) => {}
            None => found.push(filesystem),
        }
    }
    // A size of 0 is a pseudo file system that is not on the list.
    found.retain(|filesystem| filesystem.size_bytes > 0);
    Entries { items: found, unreadable_lines }
}

/// What `id` and `sudo -n true` said.
pub(crate) fn sudo_rights(section: &Section<'_>) -> Option<SudoRights> {
    let says = |bytes: &[u8], words: &str| bytes.windows(words.len()).any(|window| window == words.as_bytes());
    if says(section.output, "uid 0") {
        Some(SudoRights::Root)
    } else if says(section.output, "missing") {
        Some(SudoRights::Missing)
    } else if section.end == End::Code(0) {
        Some(SudoRights::NoPassword)
    } else if says(section.errors, "must have a tty") {
        Some(SudoRights::TerminalRequired)
    } else if says(section.errors, "password is required") || says(section.errors, "authentication is required") {
        Some(SudoRights::PasswordRequired)
    } else if says(section.errors, "not in the sudoers") || says(section.errors, "may not run sudo") {
        Some(SudoRights::Refused)
    } else {
        None
    }
}

/// How many lines have text on them.
pub(crate) fn lines_with_text(output: &[u8]) -> Option<u32> {
    u32::try_from(lines(output).filter(|line| !line.trim_ascii().is_empty()).count()).ok()
}

/// The unit of each line of `systemctl list-units`, which may start with a mark.
pub(crate) fn failed_units(output: &[u8]) -> Entries<String> {
    Entries::from_lines(output, |line| {
        let words = line.split(u8::is_ascii_whitespace).filter(|word| !word.is_empty());
        words.map(text).find(|word| word.contains('.'))
    })
}

/// Each line as one text.
pub(crate) fn words_per_line(output: &[u8]) -> Entries<String> {
    Entries::from_lines(output, |line| Some(text(line)))
}

/// `needrestart -b`
pub(crate) fn services_to_restart(output: &[u8]) -> Entries<String> {
    let services = lines(output).filter_map(|line| line.strip_prefix(b"NEEDRESTART-SVC:")).map(text).collect();
    Entries { items: services, unreadable_lines: 0 }
}

/// The one word that names what installs software.
pub(crate) fn package_system(output: &[u8]) -> Option<PackageSystem> {
    match text(output).as_str() {
        "" => None,
        "apt" => Some(PackageSystem::Apt),
        "none" => Some(PackageSystem::None),
        name => Some(PackageSystem::Other { name: name.to_owned() }),
    }
}

/// Seconds between the newest of the dates and the host's own now, which is the first line.
pub(crate) fn index_age_seconds(output: &[u8]) -> Option<i64> {
    let mut dates = lines(output).filter_map(|line| number::<i64>(line.split(|byte| *byte == b' ').next()?));
    let now = dates.next()?;
    Some(now.checked_sub(dates.max()?)?.max(0))
}

/// The newest installed kernel of the flavour that runs: a restart would choose it, and not one of another flavour.
pub(crate) fn newest_kernel(running: &str, installed: &[String]) -> Option<String> {
    let same_flavour = installed.iter().filter(|kernel| flavour(kernel) == flavour(running));
    let order = |a: &&String, b: &&String| VersionScheme::Debian.compare(a, b).unwrap_or(Ordering::Equal);
    same_flavour.max_by(order).cloned()
}

/// `6.1.0-35-cloud-amd64` has the flavour `cloud-amd64`.
fn flavour(release: &str) -> Vec<&str> {
    release.split('-').filter(|part| !part.starts_with(|first: char| first.is_ascii_digit())).collect()
}

fn number<T: FromStr>(digits: &[u8]) -> Option<T> {
    std::str::from_utf8(digits).ok()?.parse().ok()
}

fn load<'a>(mut words: impl Iterator<Item = &'a [u8]>) -> Option<Load> {
    let mut next = || words.next().and_then(number::<f64>).filter(|value| value.is_finite());
    Some(Load { one_minute: next()?, five_minutes: next()?, fifteen_minutes: next()? })
}

/// `blocks free available block-size inodes free-inodes mount-point`
fn space(line: &[u8], mounts: &BTreeMap<Vec<u8>, (String, String)>) -> Option<Filesystem> {
    let mut words = line.splitn(7, |byte| *byte == b' ');
    let mut next = || number::<u64>(words.next()?);
    let (blocks, free, available, block_bytes) = (next()?, next()?, next()?, next()?);
    let (inodes, free_inodes) = (next()?, next()?);
    let point = words.next()?;
    let (device, kind) = mounts.get(point)?;
    Some(Filesystem {
        mount: text(point),
        device: device.clone(),
        kind: kind.clone(),
        size_bytes: blocks.checked_mul(block_bytes)?,
        used_bytes: blocks.saturating_sub(free).checked_mul(block_bytes)?,
        available_bytes: available.checked_mul(block_bytes)?,
        inodes: (inodes > 0).then(|| Inodes { total: inodes, used: inodes.saturating_sub(free_inodes) }),
    })
}

/// The kernel writes a space in a mount as `\040`.
fn unescaped(word: &[u8]) -> Vec<u8> {
    let mut bytes = Vec::with_capacity(word.len());
    let mut rest = word;
    while let Some((first, after)) = rest.split_first() {
        let code = (*first == b'\\')
            .then(|| after.get(..3))
            .flatten()
            .and_then(|digits| u8::from_str_radix(std::str::from_utf8(digits).ok()?, 8).ok());
        bytes.push(code.unwrap_or(*first));
        rest = if code.is_some() { &after[3..] } else { after };
    }
    bytes
}

/// A value of os-release without its shell quotes.
fn unquoted(value: &[u8]) -> Vec<u8> {
    let value = value.trim_ascii();
    let inner = |quote: u8| value.strip_prefix(&[quote])?.strip_suffix(&[quote]);
    if let Some(literal) = inner(b'\'') {
        return literal.to_vec();
    }
    let mut bytes = Vec::with_capacity(value.len());
    let mut rest = inner(b'"').unwrap_or(value).iter();
    while let Some(byte) = rest.next() {
        match byte {
            b'\\' => bytes.extend(rest.next()),
            other => bytes.push(*other),
        }
    }
    bytes
}
