//! What dpkg says is on the host.

use crate::facts::Entries;
use crate::facts_sections::lines;
use millwright_domain::facts::{Hold, InstalledPackage, PackageState};

/// The longest name, architecture or version: policy sets no bound, the archive is far below this.
const MAX_WORD_BYTES: usize = 128;

/// Lines of `dpkg-query -W` with status, name, architecture, version and source, between tabs.
pub(crate) fn installed_packages(output: &[u8]) -> Entries<InstalledPackage> {
    let mut entries = Entries { items: Vec::new(), unreadable_lines: 0 };
    for line in lines(output).filter(|line| !line.trim_ascii().is_empty()) {
        match package(line) {
            Some(Line::OnHost(package)) => entries.items.push(package),
            Some(Line::NotOnHost) => {}
            None => entries.unreadable_lines += 1,
        }
    }
    entries
}

/// A word that identifies something: kept as it is or not at all.
pub(crate) fn word(bytes: &[u8]) -> Option<String> {
    let graphic = bytes.iter().all(u8::is_ascii_graphic);
    (graphic && (1..=MAX_WORD_BYTES).contains(&bytes.len())).then(|| String::from_utf8_lossy(bytes).into_owned())
}

enum Line {
    OnHost(InstalledPackage),
    NotOnHost,
}

fn package(line: &[u8]) -> Option<Line> {
    let mut fields = line.split(|byte| *byte == b'\t');
    let status = fields.next()?;
    let state = match (status.get(1)?, status.get(2)) {
        (b'n' | b'c', _) => return Some(Line::NotOnHost),
        (b'H', _) | (_, Some(b'R')) => PackageState::HalfInstalled,
        (b'i', _) => PackageState::Installed,
        (b'U' | b'F' | b'W' | b't', _) => PackageState::NotConfigured,
        (_, _) => return None,
    };
    let hold = if status.first() == Some(&b'h') { Hold::Held } else { Hold::Free };
    let (name, architecture, version) = (word(fields.next()?)?, word(fields.next()?)?, word(fields.next()?)?);
    let source = fields.next().and_then(word).unwrap_or_else(|| name.clone());
    Some(Line::OnHost(InstalledPackage { name, architecture, version, source, state, hold }))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_state_of_dpkg_is_told_apart() {
        let output = b"ii \tlab-tool\tall\t1.0\tlab-tool-src\n\
            hi \tlab-held\tall\t1.0\tlab-held\r\n\
            rc \tgone\tall\t1.0\tgone\n\
            un \tnever\t\t\t\n\
            iF \tfailed\tamd64\t2\tfailed\n\
            iU \tunpacked\tamd64\t2\tunpacked\n\
            iHR\tbroken\tamd64\t2\tbroken\n\
            ii \tb\xffd\tamd64\t2\tb\n\
            nonsense\n";
        insta::assert_debug_snapshot!(installed_packages(output));
    }
}
