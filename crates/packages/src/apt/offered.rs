//! Which versions the host's sources offer: whether an installed one could be had again.
//!
//! An archive that apt kept from its last download does not count: asked for a version, apt looks in its sources only.

use super::inventory::word;
use super::name::PackageName;
use crate::facts_sections::lines;
use millwright_domain::VersionScheme;
use millwright_domain::facts::PendingUpdate;
use std::collections::{BTreeMap, HashMap, HashSet};

/// Marks each update whose installed version is offered, or is not, by the lines of `apt-cache madison`; says how many
/// of them could not be read. A line that is not there says something too, so one unreadable line leaves all unmarked.
pub(crate) fn mark_what_is_still_offered(updates: &mut [PendingUpdate], output: &[u8]) -> usize {
    let offered = match rows(lines(output)) {
        Ok(offered) => offered,
        Err(unreadable_lines) => return unreadable_lines,
    };
    for update in updates {
        let Some(from) = &update.from else { continue };
        // apt names the architecture of a foreign package only. What could be newer is offered at least as that.
        let versions =
            offered.get(&format!("{}:{}", update.name, update.architecture)).or_else(|| offered.get(&update.name));
        update.from_available =
            versions.filter(|versions| versions.contains(&update.to)).map(|versions| versions.contains(from));
    }
    0
}

/// The shell text that asks which versions of these packages can be had: the native architecture, then the lines of
/// `apt-cache madison`. Any account can run it.
pub fn offered_script(packages: &[PackageName]) -> String {
    // As input: thousands of names are more than an argument list may hold.
    let mut script = "dpkg --print-architecture && env LC_ALL=C xargs -r apt-cache madison <<PACKAGES\n".to_owned();
    for package in packages {
        // The grammar of names has nothing in it that a here-document would expand.
        script.push_str(&asked(package));
        script.push('\n');
    }
    script.push_str("PACKAGES\n");
    script
}

/// Which versions can be had of each of these packages, by the name as it was asked; empty where none can. None when
/// the host's answer to [`offered_script`] cannot be read whole: what is missing from it would look like "none".
pub fn parse_offered(packages: &[PackageName], output: &[u8]) -> Option<BTreeMap<String, Vec<String>>> {
    let mut lines = lines(output).filter(|line| !line.trim_ascii().is_empty());
    let native =
        word(lines.next()?).filter(|line| line.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-'))?;
    let offered = rows(lines).ok()?;
    let of = |package: &PackageName| {
        // apt names the architecture of a foreign package only.
        let name = match package.architecture() {
            Some(architecture) if architecture != native && architecture != "all" => package.to_string(),
            Some(_) | None => package.name().to_owned(),
        };
        let mut versions: Vec<String> = offered.get(&name).into_iter().flatten().cloned().collect();
        versions.sort_by(|left, right| VersionScheme::Debian.compare(right, left).unwrap_or_else(|| right.cmp(left)));
        versions
    };
    Some(packages.iter().map(|package| (package.to_string(), of(package))).collect())
}

/// apt-cache knows no architecture `all`.
fn asked(package: &PackageName) -> String {
    match package.architecture() {
        Some("all") => package.name().to_owned(),
        Some(_) | None => package.to_string(),
    }
}

/// Versions by name, or how many lines could not be read.
fn rows<'o>(lines: impl Iterator<Item = &'o [u8]>) -> Result<HashMap<String, HashSet<String>>, usize> {
    let mut offered: HashMap<String, HashSet<String>> = HashMap::new();
    let mut unreadable_lines = 0;
    for line in lines.filter(|line| !line.trim_ascii().is_empty()) {
        match row(line) {
            Some(Row { name, version, holds_packages: true }) => {
                offered.entry(name).or_default().insert(version);
            }
            Some(Row { holds_packages: false, .. }) => {}
            None => unreadable_lines += 1,
        }
    }
    if unreadable_lines > 0 { Err(unreadable_lines) } else { Ok(offered) }
}

struct Row {
    name: String,
    version: String,
    /// Else it tells of source code.
    holds_packages: bool,
}

/// `NAME | VERSION | SITE SUITE/COMPONENT ARCHITECTURE Packages`
fn row(line: &[u8]) -> Option<Row> {
    let mut fields = line.splitn(3, |byte| *byte == b'|').map(<[u8]>::trim_ascii);
    let (name, version, index) = (word(fields.next()?)?, word(fields.next()?)?, fields.next()?);
    let holds_packages = index.ends_with(b" Packages");
    (holds_packages || index.ends_with(b" Sources")).then_some(Row { name, version, holds_packages })
}

#[cfg(test)]
mod tests {
    use super::*;
    use millwright_domain::facts::{UpdatePurpose, UpdateStanding};
    use proptest::prelude::*;

    fn update(name: &str, architecture: &str, from: Option<&str>, to: &str) -> PendingUpdate {
        PendingUpdate {
            name: name.to_owned(),
            architecture: architecture.to_owned(),
            from: from.map(str::to_owned),
            to: to.to_owned(),
            origins: Vec::new(),
            purpose: UpdatePurpose::Other,
            standing: UpdateStanding::Ready,
            from_available: None,
        }
    }

    /// What apt 2.6 printed for a repository of our own; `lab-tool++` 1.0 was installed and in apt's cache.
    const LINES: &str = "   lab-lib |    1:1.0-2 | file:/srv/lab ./ Packages\n   \
        lab-lib |    1:1.0-1 | file:/srv/lab ./ Packages\n\
        lab-lib:i386 |    1:1.0-2 | file:/srv/lab ./ Packages\n\
        lab-tool++ |        1.1 | file:/srv/lab ./ Packages\n";

    #[test]
    fn a_version_is_offered_when_a_source_has_it_for_that_architecture() {
        for (more, name, architecture, from, to, expected) in [
            ("", "lab-lib", "amd64", "1:1.0-1", "1:1.0-2", Some(true)),
            ("", "lab-lib", "i386", "1:1.0-1", "1:1.0-2", Some(false)),
            ("", "lab-tool++", "amd64", "1.0", "1.1", Some(false)),
            (
                "lab-tool++ | 1.0 | http://deb.example/debian bookworm/main Sources\n",
                "lab-tool++",
                "amd64",
                "1.0",
                "1.1",
                Some(false),
            ),
            (
                "lab-tool++ | 1.0 | http://deb.example/debian bookworm/main amd64 Packages\r\n",
                "lab-tool++",
                "amd64",
                "1.0",
                "1.1",
                Some(true),
            ),
            // Nothing was said of the package, or not even its new version: then its old one is not known either.
            ("", "lab-other", "amd64", "1.0", "1.1", None),
            ("", "lab-tool++", "amd64", "1.0", "1.2", None),
            // With one line less to trust, "no" would be a guess, and so would "yes": it may be another architecture's.
            ("lab-tool++ | 1.0", "lab-tool++", "amd64", "1.0", "1.1", None),
            ("lab-tool++ | 1.0 | http://deb.exam", "lab-tool++", "amd64", "1.0", "1.1", None),
            ("E: something", "lab-lib", "amd64", "1:1.0-1", "1:1.0-2", None),
        ] {
            let mut updates = [update(name, architecture, Some(from), to)];
            mark_what_is_still_offered(&mut updates, format!("{LINES}{more}").as_bytes());
            assert_eq!(updates[0].from_available, expected, "{name}:{architecture} {from} {more}");
        }
    }

    #[test]
    fn a_new_package_has_nothing_to_go_back_to() {
        let mut updates = [update("lab-lib", "amd64", None, "1:1.0-2")];
        assert_eq!(mark_what_is_still_offered(&mut updates, LINES.as_bytes()), 0);
        assert_eq!(updates[0].from_available, None);
        assert_eq!(mark_what_is_still_offered(&mut updates, b"a|b\nb\xff | 1 | x Packages\nc | 1 | x Sources\n"), 2);
    }

    fn names(names: &[&str]) -> Vec<PackageName> {
        names.iter().map(|name| name.parse().unwrap()).collect()
    }

    #[test]
    fn each_package_has_the_versions_of_its_own_architecture_newest_first() {
        let asked = names(&["lab-lib", "lab-lib:amd64", "lab-lib:i386", "lab-lib:all", "lab-tool++", "gone"]);
        let offered = parse_offered(&asked, format!("amd64\r\n{LINES}").as_bytes()).unwrap();
        let told: Vec<String> =
            offered.iter().map(|(name, versions)| format!("{name} {}", versions.join(" "))).collect();
        assert_eq!(
            told,
            [
                "gone ",
                "lab-lib 1:1.0-2 1:1.0-1",
                "lab-lib:all 1:1.0-2 1:1.0-1",
                "lab-lib:amd64 1:1.0-2 1:1.0-1",
                "lab-lib:i386 1:1.0-2",
                "lab-tool++ 1.1"
            ]
        );
        assert_eq!(parse_offered(&asked, b""), None, "silence is not \"none\"");
        assert_eq!(parse_offered(&asked, LINES.as_bytes()), None, "the architecture is missing");
        assert_eq!(parse_offered(&asked, b"amd64\nlab-lib | 1:1.0-2 | file:/srv/l"), None, "it was cut");
    }

    #[test]
    fn all_names_are_one_question() {
        assert_eq!(
            offered_script(&names(&["nginx", "libc6:i386", "tzdata:all"])),
            "dpkg --print-architecture && env LC_ALL=C xargs -r apt-cache madison <<PACKAGES\n\
            nginx\nlibc6:i386\ntzdata\nPACKAGES\n"
        );
    }

    /// The real apt of a Debian that runs the tests.
    #[test]
    fn the_real_apt_understands_the_question() {
        let asked = names(&["dpkg", "millwright-nonesuch"]);
        for shell in ["sh", "bash"] {
            let Ok(output) = std::process::Command::new(shell).arg("-c").arg(offered_script(&asked)).output() else {
                return;
            };
            if output.status.success() {
                let offered = parse_offered(&asked, &output.stdout).unwrap();
                assert!(offered["millwright-nonesuch"].is_empty());
            }
        }
    }

    proptest! {
        #[test]
        fn an_answer_that_was_cut_never_says_no_where_the_whole_says_yes(end in 0..LINES.len()) {
            let mut updates = [update("lab-lib", "amd64", Some("1:1.0-1"), "1:1.0-2")];
            mark_what_is_still_offered(&mut updates, &LINES.as_bytes()[..end]);
            let cut_between_lines = LINES[..end].trim_end().ends_with(" Packages");
            prop_assert!(updates[0].from_available != Some(false) || cut_between_lines);
        }

        #[test]
        fn no_output_makes_reading_panic(output in proptest::collection::vec(any::<u8>(), 0..200)) {
            let mut updates = [update("lab-lib", "amd64", Some("1:1.0-1"), "1:1.0-2")];
            mark_what_is_still_offered(&mut updates, &output);
            let _ = parse_offered(&names(&["lab-lib"]), &output);
        }
    }
}
