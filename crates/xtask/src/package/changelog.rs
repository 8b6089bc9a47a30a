//! `CHANGELOG.md`, in the words of each package format.

use anyhow::{Context, Result, bail};
use jiff::{Timestamp, civil::Date, tz::TimeZone};
use semver::Version;

/// Who makes the packages.
pub(super) const MAINTAINER: &str = "The Millwright authors <packages@millwright.dev>";

/// What changed in one version.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Entry {
    pub(super) version: Version,
    pub(super) date: Date,
    pub(super) changes: Vec<String>,
}

/// The versions in the file, the newest first.
pub(super) fn read(text: &str) -> Result<Vec<Entry>> {
    let mut entries: Vec<Entry> = Vec::new();
    for line in text.lines() {
        if let Some(heading) = line.strip_prefix("## ") {
            entries.push(Entry::of_heading(heading)?);
        } else if let Some(entry) = entries.last_mut() {
            match (line.strip_prefix("- "), line.strip_prefix("  "), entry.changes.last_mut()) {
                (Some(change), _, _) => entry.changes.push(change.trim().to_owned()),
                (None, Some(more), Some(change)) => change.push_str(&format!(" {}", more.trim())),
                _ if line.trim().is_empty() => {}
                _ => {
                    bail!("CHANGELOG.md: `{line}` is neither a change (`- …`) nor a version (`## 1.2.3 (2026-01-31)`)")
                }
            }
        }
    }
    if let Some(empty) = entries.iter().find(|entry| entry.changes.is_empty()) {
        bail!("CHANGELOG.md tells no change of {}", empty.version);
    }
    Ok(entries)
}

/// As Debian's packages have it.
pub(super) fn debian(entries: &[Entry], package_version: impl Fn(&Version) -> String) -> String {
    let mut text = String::new();
    for Entry { version, date, changes } in entries {
        text.push_str(&format!("millwright ({}) stable; urgency=medium\n\n", package_version(version)));
        changes.iter().for_each(|change| text.push_str(&wrapped(change, "  *", "   ")));
        text.push_str(&format!("\n -- {MAINTAINER}  {}\n\n", date.strftime("%a, %d %b %Y 00:00:00 +0000")));
    }
    text.truncate(text.trim_end().len());
    text + "\n"
}

/// As RPM's packages have it.
pub(super) fn rpm(entries: &[Entry], package_version: impl Fn(&Version) -> String) -> String {
    let mut text = String::new();
    for Entry { version, date, changes } in entries {
        text.push_str(&format!("* {} {MAINTAINER} - {}-1\n", date.strftime("%a %b %d %Y"), package_version(version)));
        // A percent sign begins a macro there.
        changes.iter().for_each(|change| text.push_str(&format!("- {}\n", change.replace('%', "%%"))));
    }
    text
}

/// As software centres read it, each line with this indentation.
pub(super) fn appstream(entries: &[Entry], indentation: &str) -> String {
    let mut text = String::new();
    for Entry { version, date, changes } in entries {
        let kind = if version.pre.is_empty() { "stable" } else { "development" };
        let mut line = |words: &str| text.push_str(&format!("{indentation}{words}\n"));
        line(&format!(r#"<release version="{version}" date="{date}" type="{kind}">"#));
        line("  <description>");
        line("    <ul>");
        changes.iter().for_each(|change| line(&format!("      <li>{}</li>", escaped(change))));
        line("    </ul>");
        line("  </description>");
        line("</release>");
    }
    text
}

impl Entry {
    /// The entry of a version that nobody released.
    pub(super) fn of_a_trial(version: Version, epoch: i64) -> Result<Self> {
        let date = Timestamp::from_second(epoch).context("read the time of the source")?;
        let date = date.to_zoned(TimeZone::UTC).date();
        Ok(Self { version, date, changes: vec!["Made for a trial.".to_owned()] })
    }

    /// `1.2.3 (2026-01-31)`
    fn of_heading(heading: &str) -> Result<Self> {
        let parts = heading.strip_suffix(')').and_then(|heading| heading.split_once(" ("));
        let (version, date) =
            parts.with_context(|| format!("CHANGELOG.md: `{heading}` is not `1.2.3 (2026-01-31)`"))?;
        let version = version.parse().with_context(|| format!("CHANGELOG.md: the version in `{heading}`"))?;
        let date = date.parse().with_context(|| format!("CHANGELOG.md: the date in `{heading}`"))?;
        Ok(Self { version, date, changes: Vec::new() })
    }
}

/// Lines of at most 78 columns, as Debian wants them.
fn wrapped(words: &str, first: &str, others: &str) -> String {
    let (mut text, mut line) = (String::new(), first.to_owned());
    for word in words.split_whitespace() {
        if line.chars().count() + 1 + word.chars().count() > 78 {
            text.push_str(&format!("{line}\n"));
            line = others.to_owned();
        }
        line.push_str(&format!(" {word}"));
    }
    text + &line + "\n"
}

fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;")
}

#[cfg(test)]
mod tests {
    use super::*;

    const TEXT: &str = "# What changed\n\nWords.\n\n## 0.2.0-rc.1 (2026-12-03)\n\n- Plans & runs\n  go on.\n- 100 % more.\n\n\
                        ## 0.1.0 (2026-11-22)\n- The first.\n";

    #[test]
    fn each_format_tells_the_same() {
        let entries = read(TEXT).unwrap();
        let version = |version: &Version| version.to_string().replace('-', "~");
        assert_eq!(
            debian(&entries, version),
            "millwright (0.2.0~rc.1) stable; urgency=medium\n\n  * Plans & runs go on.\n  * 100 % more.\n\n -- The \
             Millwright authors <packages@millwright.dev>  Thu, 03 Dec 2026 00:00:00 +0000\n\nmillwright (0.1.0) stable; \
             urgency=medium\n\n  * The first.\n\n -- The Millwright authors <packages@millwright.dev>  Sun, 22 Nov 2026 \
             00:00:00 +0000\n"
        );
        assert_eq!(
            rpm(&entries, version),
            "* Thu Dec 03 2026 The Millwright authors <packages@millwright.dev> - 0.2.0~rc.1-1\n- Plans & runs go on.\n- \
             100 %% more.\n* Sun Nov 22 2026 The Millwright authors <packages@millwright.dev> - 0.1.0-1\n- The first.\n"
        );
        let centre = appstream(&entries, " ");
        assert!(
            centre.starts_with(r#" <release version="0.2.0-rc.1" date="2026-12-03" type="development">"#),
            "{centre}"
        );
        assert!(centre.contains("<li>Plans &amp; runs go on.</li>") && centre.contains(r#"type="stable""#), "{centre}");
    }

    #[test]
    fn what_is_not_understood_is_refused() {
        for text in [
            "## 1.0 (2026-01-01)\n- a",
            "## 1.0.0 - 2026-01-01\n- a",
            "## 1.0.0 (2026-01-01)\n",
            "## 1.0.0 (2026-01-01)\na",
        ] {
            assert!(read(text).is_err(), "{text}");
        }
    }

    #[test]
    fn long_changes_go_over_several_lines() {
        let text = wrapped(&"word ".repeat(20), "  *", "   ");
        assert_eq!(text, format!("  * {}\n    {}\n", ["word"; 15].join(" "), ["word"; 5].join(" ")));
        let trial = Entry::of_a_trial(Version::new(0, 9, 0), 1_764_720_000).unwrap();
        assert_eq!(trial.date.to_string(), "2025-12-03");
    }
}
