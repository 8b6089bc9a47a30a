//! The Debian mirror that this machine is configured for.
//!
//! apt itself reads its configuration (`sources.list`, deb822 files, proxies), so nothing is guessed here. What
//! debootstrap's wget must know of it is written to a private file: passwords never stand in an argument.

use crate::{
    error::{Doing, LabError},
    process::run,
};
use std::{
    env, fs,
    os::unix::fs::OpenOptionsExt,
    path::{Path, PathBuf},
    process::Command,
};

/// Where packages come from, and how they are trusted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Mirror {
    pub(crate) suite: String,
    pub(crate) uri: String,
    pub(crate) components: Vec<String>,
    pub(crate) trust: Trust,
}

/// How the mirror's index is checked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Trust {
    /// By the system's own keys.
    SystemKeys,
    /// By this key file.
    KeyFile(PathBuf),
    /// Not at all: the source says `trusted=yes`.
    Unchecked,
}

impl Mirror {
    /// The mirror of the suite that `/etc/os-release` names.
    pub(crate) fn configured() -> Result<Self, LabError> {
        let suite = suite()?;
        let targets = run(Command::new("apt-get").args([
            "indextargets",
            "--no-release-info",
            "--format",
            "$(REPO_URI)\t$(RELEASE)\t$(COMPONENT)\t$(SOURCESENTRY)",
            "Created-By: Packages",
        ]))?;
        let targets = String::from_utf8_lossy(&targets.stdout).into_owned();
        choose(&suite, &targets).ok_or(LabError::NoMirror { suite })
    }

    /// The source as one line of `sources.list`.
    pub(crate) fn source_line(&self) -> String {
        let options = match &self.trust {
            Trust::SystemKeys => String::new(),
            Trust::KeyFile(path) => format!("[signed-by={}] ", path.display()),
            Trust::Unchecked => "[trusted=yes] ".to_owned(),
        };
        format!("deb {options}{} {} {}\n", self.uri, self.suite, self.components.join(" "))
    }
}

/// Writes `.wgetrc` and `.netrc` into `folder`, from apt's proxies, certificates and passwords.
pub(crate) fn write_wget_settings(folder: &Path) -> Result<(), LabError> {
    let settings = [
        ("Acquire::http::Proxy", "http_proxy"),
        ("Acquire::https::Proxy", "https_proxy"),
        ("Acquire::https::CAInfo", "ca_certificate"),
        ("Acquire::https::SslCert", "certificate"),
        ("Acquire::https::SslKey", "private_key"),
    ];
    let mut text = String::new();
    for (option, name) in settings {
        let value = match apt_option(option)? {
            value if value == "DIRECT" => continue,
            value if value.is_empty() => env::var(name).unwrap_or_default(),
            value => value,
        };
        if !value.is_empty() {
            text.push_str(&format!("{name} = {value}\n"));
        }
    }
    write_private(&folder.join(".wgetrc"), &text)?;
    let mut passwords = vec![PathBuf::from("/etc/apt/auth.conf")];
    passwords.extend(
        fs::read_dir("/etc/apt/auth.conf.d")
            .into_iter()
            .flatten()
            .flatten()
            .map(|entry| entry.path())
            .filter(|path| path.extension().is_some_and(|extension| extension == "conf")),
    );
    let netrc: String =
        passwords.iter().filter_map(|path| fs::read_to_string(path).ok()).map(|text| netrc(&text)).collect();
    write_private(&folder.join(".netrc"), &netrc)
}

fn suite() -> Result<String, LabError> {
    let text = fs::read_to_string("/etc/os-release").doing(|| "read /etc/os-release".to_owned())?;
    let value = text.lines().find_map(|line| line.strip_prefix("VERSION_CODENAME="));
    let suite = value.map(|value| value.trim_matches('"').to_owned()).filter(|suite| !suite.is_empty());
    suite.ok_or_else(|| LabError::NoMirror { suite: "VERSION_CODENAME".to_owned() })
}

/// The first source of `suite` that debootstrap can read, with every component that apt has of it.
fn choose(suite: &str, targets: &str) -> Option<Mirror> {
    let fields =
        |line: &str| -> Option<[String; 4]> { line.split('\t').map(str::to_owned).collect::<Vec<_>>().try_into().ok() };
    let usable: Vec<[String; 4]> = targets
        .lines()
        .filter_map(fields)
        .filter(|[uri, release, _, _]| {
            release == suite && ["http://", "https://", "file:"].iter().any(|scheme| uri.starts_with(scheme))
        })
        .collect();
    let [uri, _, _, entry] = usable.first()?;
    let mut components: Vec<String> = Vec::new();
    for [other, _, component, _] in &usable {
        if other == uri && !components.contains(component) {
            components.push(component.clone());
        }
    }
    let (file, number) = entry.rsplit_once(':')?;
    let stanza = fs::read_to_string(file).map(|text| source_entry(file, &text, number.parse().unwrap_or(1)));
    Some(Mirror {
        suite: suite.to_owned(),
        uri: uri.trim_end_matches('/').to_owned(),
        components,
        trust: trust(&stanza.unwrap_or_default()),
    })
}

/// The text of one source: apt counts lines in a `.list`, stanzas in a `.sources`.
fn source_entry(file: &str, text: &str, number: usize) -> String {
    let index = number.saturating_sub(1);
    if file.ends_with(".sources") {
        let lines: Vec<&str> = text.lines().filter(|line| !line.starts_with('#')).collect();
        let stanzas: Vec<String> =
            lines.split(|line| line.trim().is_empty()).filter(|s| !s.is_empty()).map(|s| s.join("\n")).collect();
        stanzas.get(index).cloned().unwrap_or_default()
    } else {
        text.lines().nth(index).unwrap_or_default().to_owned()
    }
}

/// Reads `Signed-By` and `Trusted` in either form of a source.
fn trust(source: &str) -> Trust {
    let mut words = Vec::new();
    for line in source.lines() {
        match line.split_once(':') {
            Some((name, value)) if !line.starts_with("deb") => words.push((name.trim(), value.trim())),
            _ => words.extend(line.split(['[', ']', ' ', '\t']).filter_map(|word| word.split_once('='))),
        }
    }
    let value =
        |wanted: &str| words.iter().find(|(name, _)| name.eq_ignore_ascii_case(wanted)).map(|(_, value)| *value);
    if value("trusted").is_some_and(|value| value.eq_ignore_ascii_case("yes")) {
        return Trust::Unchecked;
    }
    match value("signed-by") {
        Some(path) if path.starts_with('/') => Trust::KeyFile(PathBuf::from(path)),
        _ => Trust::SystemKeys,
    }
}

fn apt_option(name: &str) -> Result<String, LabError> {
    let output = run(Command::new("apt-config").args(["shell", "value", name]))?;
    let text = String::from_utf8_lossy(&output.stdout).into_owned();
    Ok(text.trim().strip_prefix("value=").unwrap_or_default().trim_matches('\'').to_owned())
}

/// apt's `auth.conf` is a netrc whose machines may carry a scheme and a path; wget's may not.
fn netrc(text: &str) -> String {
    let mut words = text.split_whitespace();
    let mut out = String::new();
    while let Some(word) = words.next() {
        let value = words.next().unwrap_or_default();
        if word == "machine" {
            let host = value.split_once("://").map_or(value, |(_, rest)| rest);
            let host = host.split('/').next().unwrap_or_default();
            let host = host.rsplit_once(':').map_or(host, |(name, _)| name);
            out.push_str(&format!("\nmachine {host}"));
        } else {
            out.push_str(&format!(" {word} {value}"));
        }
    }
    out.push('\n');
    out
}

fn write_private(path: &Path, text: &str) -> Result<(), LabError> {
    let file = fs::OpenOptions::new().write(true).create(true).truncate(true).mode(0o600).open(path);
    let write = |mut file: fs::File| std::io::Write::write_all(&mut file, text.as_bytes());
    file.and_then(write).doing(|| format!("write {path:?}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn trust_is_read_from_either_form_of_a_source() {
        let key = |path: &str| Trust::KeyFile(PathBuf::from(path));
        for (source, expected) in [
            ("deb http://a/debian bookworm main", Trust::SystemKeys),
            ("deb [arch=amd64 signed-by=/k.gpg] http://a/debian bookworm main", key("/k.gpg")),
            ("deb [ trusted=yes ] http://a/debian bookworm main", Trust::Unchecked),
            ("Types: deb\nURIs: http://a/debian\nSigned-By: /k.gpg", key("/k.gpg")),
            ("Types: deb\nURIs: http://a/debian\nTrusted: yes", Trust::Unchecked),
            ("Types: deb\nURIs: http://a/debian", Trust::SystemKeys),
        ] {
            assert_eq!(trust(source), expected, "{source}");
        }
    }

    #[test]
    fn an_entry_is_a_line_of_a_list_and_a_stanza_of_a_deb822_file() {
        let deb822 = "# a comment\nTypes: deb\n# another\nURIs: http://one\n\n\nTypes: deb\nURIs: http://two\n";
        assert_eq!(source_entry("/etc/apt/x.sources", deb822, 2), "Types: deb\nURIs: http://two");
        assert_eq!(source_entry("/etc/apt/sources.list", "# no\ndeb http://one a main\n", 2), "deb http://one a main");
    }

    #[test]
    fn the_mirror_is_the_suites_own_with_all_its_components() {
        let targets = "cdrom:[x]/\tbookworm\tmain\t/none:1\nhttp://m/debian/\tbookworm\tmain\t/none:2\n\
                       http://m/debian/\tbookworm\tcontrib\t/none:2\nhttp://m/debian/\tbookworm-updates\tmain\t/none:3\n";
        let mirror = choose("bookworm", targets).unwrap();
        assert_eq!(mirror.source_line(), "deb http://m/debian bookworm main contrib\n");
        assert_eq!(choose("trixie", targets), None);
    }

    #[test]
    fn passwords_lose_schemes_and_paths() {
        let text = "machine https://m.example:8443/debian login a password b\nmachine n login c password d";
        assert_eq!(netrc(text), "\nmachine m.example login a password b\nmachine n login c password d\n");
    }
}
