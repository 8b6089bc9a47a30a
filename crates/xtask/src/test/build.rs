//! Building all test programs at once, and sorting them into parts.

use crate::workspace;
use anyhow::{Context, Result, bail};
use serde::Deserialize;
use std::{
    path::{Path, PathBuf},
    process::Stdio,
};

/// A part of the tests, by what it stands on. Their order is the order in which they run.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Part {
    /// What needs no host: rules, parsers, the store, the developer's own commands.
    Rules,
    /// Code examples in the documentation.
    Examples,
    /// The transport, the remote jobs and the lab against real sshds.
    Sshd,
    /// Real Debian machines: every test program whose name begins with `machine`.
    Machines,
    /// The product from its outside, on real hosts.
    Journeys,
    /// The window's page: its logic, and the whole of it in a browser.
    Page,
    /// The real window.
    Window,
}

impl Part {
    /// All of them.
    pub(super) const ALL: [Self; 7] =
        [Self::Rules, Self::Examples, Self::Sshd, Self::Page, Self::Window, Self::Machines, Self::Journeys];

    /// What a person reads.
    pub(super) fn title(self) -> &'static str {
        match self {
            Self::Rules => "rules and storage",
            Self::Examples => "examples in the documentation",
            Self::Sshd => "transport and jobs on real sshds",
            Self::Machines => "Debian machines",
            Self::Journeys => "journeys",
            Self::Page => "the page in a browser",
            Self::Window => "the real window",
        }
    }

    /// A package that nobody sorted belongs to the rules, so that none is forgotten.
    fn of(package: &str, target: &str) -> Self {
        match package {
            "millwright-journeys" => Self::Journeys,
            "millwright-desktop-tests" => Self::Window,
            _ if target.starts_with("machine") => Self::Machines,
            "millwright-lab" | "millwright-runner" | "millwright-ssh" => Self::Sshd,
            _ => Self::Rules,
        }
    }
}

/// A program that holds tests.
#[derive(Debug)]
pub(super) struct TestProgram {
    pub(super) part: Part,
    pub(super) executable: PathBuf,
    pub(super) package_folder: PathBuf,
    package: String,
    target: String,
    kind: String,
}

impl TestProgram {
    /// What a person reads.
    pub(super) fn name(&self) -> String {
        match self.kind.as_str() {
            "test" => format!("{} tests/{}", self.package, self.target),
            kind => format!("{} {kind}", self.package),
        }
    }

    /// What cargo calls it.
    pub(super) fn target(&self) -> &str {
        &self.target
    }

    /// The command that runs this program's tests again.
    pub(super) fn repeat_with(&self) -> String {
        let which = match self.kind.as_str() {
            "test" => format!("--test {}", self.target),
            "bin" => format!("--bin {}", self.target),
            _ => "--lib".to_owned(),
        };
        format!("cargo test --package {} {which}", self.package)
    }
}

/// Builds every test of the workspace.
pub(super) fn build() -> Result<Vec<TestProgram>> {
    let mut command = workspace::cargo();
    command.args(["test", "--workspace", "--no-run", "--message-format=json-render-diagnostics"]);
    eprintln!("$ cargo test --workspace --no-run");
    let output = command.stderr(Stdio::inherit()).output().context("start cargo")?;
    if !output.status.success() {
        bail!("the tests do not build: see what the compiler said above");
    }
    let messages = String::from_utf8(output.stdout).context("read cargo's messages")?;
    let mut programs = Vec::new();
    for line in messages.lines().filter(|line| line.starts_with('{')) {
        let message: Message = serde_json::from_str(line).context("read one of cargo's messages")?;
        programs.extend(message.test_program()?);
    }
    // Cargo tells of them in the order in which they were ready.
    programs.sort_by(|a, b| (&a.package, &a.kind, &a.target).cmp(&(&b.package, &b.kind, &b.target)));
    Ok(programs)
}

/// The few fields of cargo's messages that matter here; other messages lack most of them.
#[derive(Debug, Deserialize)]
struct Message {
    reason: String,
    manifest_path: Option<PathBuf>,
    target: Option<Target>,
    profile: Option<Profile>,
    executable: Option<PathBuf>,
}

#[derive(Debug, Deserialize)]
struct Target {
    name: String,
    kind: Vec<String>,
}

#[derive(Debug, Deserialize)]
struct Profile {
    test: bool,
}

impl Message {
    fn test_program(self) -> Result<Option<TestProgram>> {
        let Self { reason, manifest_path: Some(manifest), target: Some(target), profile: Some(profile), executable } =
            self
        else {
            return Ok(None);
        };
        let (Some(executable), true) = (executable, reason == "compiler-artifact" && profile.test) else {
            return Ok(None);
        };
        let package_folder = manifest.parent().unwrap_or(Path::new("/")).to_owned();
        let package = package_name(&manifest)?;
        let kind = target.kind.first().cloned().unwrap_or_default();
        let part = Part::of(&package, &target.name);
        Ok(Some(TestProgram { part, executable, package_folder, package, target: target.name, kind }))
    }
}

/// The name in a package's manifest: the identifier in cargo's messages has no promised form.
fn package_name(manifest: &Path) -> Result<String> {
    let text = std::fs::read_to_string(manifest).with_context(|| format!("read {}", manifest.display()))?;
    let name = text.lines().find_map(|line| {
        let (key, value) = line.split_once('=')?;
        (key.trim() == "name").then(|| value.trim().trim_matches('"').to_owned())
    });
    name.with_context(|| format!("{} names no package", manifest.display()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_program_has_a_part_and_a_command_that_repeats_it() {
        let cases = [
            ("millwright-domain", "millwright_domain", "lib", Part::Rules, "--lib"),
            ("millwright-ssh", "real", "test", Part::Sshd, "--test real"),
            ("millwright-lab", "machine", "test", Part::Machines, "--test machine"),
            ("millwright-cli", "millwright", "bin", Part::Rules, "--bin millwright"),
            ("millwright-journeys", "machine_journeys", "test", Part::Journeys, "--test machine_journeys"),
            ("millwright-new", "millwright_new", "lib", Part::Rules, "--lib"),
        ];
        for (package, target, kind, part, which) in cases {
            let own = |text: &str| text.to_owned();
            let program = TestProgram {
                part: Part::of(package, target),
                executable: PathBuf::new(),
                package_folder: PathBuf::new(),
                package: own(package),
                target: own(target),
                kind: own(kind),
            };
            assert_eq!(program.part, part, "{package} {target}");
            assert_eq!(program.repeat_with(), format!("cargo test --package {package} {which}"));
        }
    }

    #[test]
    fn only_messages_about_test_programs_count() {
        let manifest = workspace::root().join("crates/xtask/Cargo.toml");
        let artifact = |test: bool, executable: &str| {
            format!(
                r#"{{"reason":"compiler-artifact","manifest_path":{manifest:?},"target":{{"name":"xtask","kind":["bin"]}},
                "profile":{{"test":{test}}},"executable":{executable}}}"#
            )
        };
        let cases = [
            (artifact(true, r#""/tmp/x""#), Some("millwright-xtask")),
            (artifact(false, r#""/tmp/x""#), None),
            (artifact(true, "null"), None),
            (r#"{"reason":"build-finished","success":true}"#.to_owned(), None),
        ];
        for (line, expected) in cases {
            let message: Message = serde_json::from_str(&line).unwrap();
            let program = message.test_program().unwrap();
            assert_eq!(program.map(|program| program.package).as_deref(), expected, "{line}");
        }
    }
}
