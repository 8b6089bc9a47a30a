//! What went wrong, from apt's exit code and the end of its output.
//!
//! apt says 100 to everything; the reason is only in its English words (LC_ALL=C is set in every command). The words
//! are kept in this one file, nearly all of them recorded from real failures in `tests/recorded`.

use super::failure::{AptFailure, LockHolder};
use crate::facts::text;
use crate::facts_sections::lines;

/// Why a command of this crate ended with a code other than 0.
pub fn diagnose(exit_code: i32, end_of_output: &[u8]) -> AptFailure {
    let said = Said(lines(end_of_output).map(|line| String::from_utf8_lossy(line).trim_end().to_owned()).collect());
    // The causes first, then what follows from them.
    disk_or_account(&said)
        .or_else(|| locked(&said))
        .or_else(|| refused(&said))
        .or_else(|| dpkg(&said))
        .or_else(|| source(&said))
        .unwrap_or_else(|| AptFailure::Other { exit_code, said: said.last_error() })
}

/// Why refreshing the index did not work. apt before 2.3 ends with 0 and a warning when a mirror does not answer.
pub(crate) fn refresh_failure(exit_code: i32, output: &[u8]) -> Option<AptFailure> {
    let warned = lines(output).any(|line| line.starts_with(b"W: Some index files failed to download"));
    (exit_code != 0 || warned).then(|| diagnose(exit_code, output))
}

/// The end of an output, line by line.
struct Said(Vec<String>);

impl Said {
    /// The first line with these words.
    fn line(&self, words: &str) -> Option<&str> {
        self.0.iter().map(String::as_str).find(|line| line.contains(words))
    }

    /// The first line with any of these words, for showing.
    fn any(&self, words: &[&str]) -> Option<String> {
        let line = self.0.iter().find(|line| words.iter().any(|words| line.contains(words)))?;
        Some(shown(line))
    }

    /// The indented lines after a heading, as one.
    fn below(&self, heading: &str) -> String {
        let after = self.0.iter().skip_while(|line| !line.contains(heading)).skip(1);
        let indented: Vec<&str> = after.take_while(|line| line.starts_with(' ')).map(|line| line.trim()).collect();
        text(indented.join(" ").as_bytes())
    }

    /// The last error, else the last line.
    fn last_error(&self) -> String {
        let error = self.0.iter().rfind(|line| line.starts_with("E: "));
        let last = error.or_else(|| self.0.iter().rfind(|line| !line.trim().is_empty()));
        last.map(|line| shown(line)).unwrap_or_default()
    }
}

fn shown(line: &str) -> String {
    let line = line.strip_prefix("E: ").or_else(|| line.strip_prefix("W: ")).unwrap_or(line);
    text(line.as_bytes())
}

fn disk_or_account(said: &Said) -> Option<AptFailure> {
    if let Some(said) = said.any(&["No space left on device", "E: You don't have enough free space"]) {
        Some(AptFailure::DiskFull { said })
    } else if let Some(said) = said.any(&["Read-only file system"]) {
        Some(AptFailure::ReadOnly { said })
    } else if said.line("are you root?").is_some() {
        Some(AptFailure::NotRoot)
    } else {
        None
    }
}

fn locked(said: &Said) -> Option<AptFailure> {
    let error = |words: &str| said.0.iter().find(|line| line.starts_with("E: ") && line.contains(words));
    let line = error("Could not get lock ").or_else(|| error("Unable to acquire the dpkg frontend lock"))?;
    let path = |line: &str| line.split([' ', '(', ')', ',']).find(|word| word.starts_with('/')).map(ToOwned::to_owned);
    // With a time-out, only the lines that told of the waiting say who it was.
    let holder = said.0.iter().rev().find_map(|line| {
        let (_, holder) = line.split_once("It is held by process ")?;
        let (process_id, program) = holder.split_once(" (")?;
        let (program, _) = program.split_once(')')?;
        Some(LockHolder { process_id: process_id.parse().ok()?, program: text(program.as_bytes()) })
    });
    let lock = path(line).unwrap_or_else(|| "the package manager's lock".to_owned());
    Some(AptFailure::Locked { lock: text(lock.trim_end_matches('.').as_bytes()), holder })
}

/// What apt declined before it changed anything.
fn refused(said: &Said) -> Option<AptFailure> {
    if said.line("E: dpkg was interrupted").is_some() {
        return Some(AptFailure::Interrupted);
    }
    if said.line("E: Held packages were changed").is_some() {
        return Some(AptFailure::HeldPackage { packages: said.below("The following held packages will be changed:") });
    }
    if said.line("E: Packages need to be removed but remove is disabled").is_some() {
        return Some(AptFailure::WouldRemove { packages: said.below("The following packages will be REMOVED:") });
    }
    if said.line("E: Packages were downgraded").is_some() {
        return Some(AptFailure::WouldDowngrade { packages: said.below("The following packages will be DOWNGRADED:") });
    }
    if let Some(line) = said.line("E: Unable to locate package ") {
        let name = line.rsplit(' ').next().unwrap_or_default();
        return Some(AptFailure::UnknownPackage(text(name.as_bytes())));
    }
    if let Some(line) = said.line("E: Version '") {
        let mut quoted = line.split('\'').skip(1).step_by(2);
        let (version, package) = (quoted.next().unwrap_or_default(), quoted.next().unwrap_or_default());
        return Some(AptFailure::UnknownVersion {
            package: text(package.as_bytes()),
            version: text(version.as_bytes()),
        });
    }
    // apt quotes a package without any version so.
    if let Some(line) = said.line("has no installation candidate") {
        let name = line.split('\'').nth(1).unwrap_or_default();
        return Some(AptFailure::UnknownPackage(text(name.as_bytes())));
    }
    let unmet = said.below("The following packages have unmet dependencies:");
    if said.line("--fix-broken install'").is_some() {
        Some(AptFailure::BrokenDependencies { said: unmet })
    } else if said.any(&["E: Unable to correct problems", "E: Unable to satisfy dependencies"]).is_some() {
        Some(AptFailure::UnmetDependencies { said: if unmet.is_empty() { said.last_error() } else { unmet } })
    } else {
        None
    }
}

/// The first package that dpkg could not process: the others may have failed because of it.
fn dpkg(said: &Said) -> Option<AptFailure> {
    let at = said.0.iter().position(|line| line.starts_with("dpkg: error processing "))?;
    let package = said.0[at].split(' ').nth(4).unwrap_or_default().rsplit('/').next().unwrap_or_default();
    let package = text(package.as_bytes());
    let reason = said.0.get(at + 1).map(|line| line.trim()).unwrap_or_default();
    let script = reason.split_once(" package ").and_then(|(_, rest)| rest.split_once(" script subprocess "));
    Some(match script {
        Some((script, outcome)) => AptFailure::MaintainerScript {
            package,
            script: text(script.as_bytes()),
            exit_code: text(outcome.rsplit(' ').next().unwrap_or_default().as_bytes()),
        },
        None => AptFailure::Dpkg { package, said: text(reason.as_bytes()) },
    })
}

/// What is wrong with where packages come from.
fn source(said: &Said) -> Option<AptFailure> {
    if let Some(said) = said.any(&[
        "NO_PUBKEY",
        " is not signed.",
        "E: There were unauthenticated packages",
        "The following signatures were invalid",
        "EXPKEYSIG",
        "Sub-process /usr/bin/sqv returned an error code",
    ]) {
        return Some(AptFailure::Untrusted { said });
    }
    if let Some(said) = said.any(&[" is expired (invalid since", " is not valid yet (invalid for"]) {
        return Some(AptFailure::Expired { said });
    }
    if let Some(said) = said.any(&[
        "E: Malformed ",
        "E: The list of sources could not be read",
        " does not have a Release file",
        "E: Type '",
    ]) {
        return Some(AptFailure::BadSources { said });
    }
    if let Some(said) = said.any(&[": Failed to fetch "]) {
        let is_stale = |words: &&str| said.contains(*words);
        let stale = ["  404  ", "Hash Sum mismatch", "has unexpected size", "File not found"].iter().any(is_stale);
        return Some(if stale { AptFailure::IndexStale { said } } else { AptFailure::MirrorUnreachable { said } });
    }
    None
}
