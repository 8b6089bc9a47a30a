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

/// The output up to where the first package failed: what comes behind that goes on with others, and sums up.
pub fn up_to_failure(output: &[u8]) -> &[u8] {
    let (mut end, mut failed) = (0, false);
    for line in output.split_inclusive(|byte| *byte == b'\n') {
        end += line.len();
        // dpkg says why on the line below.
        if failed {
            return &output[..end];
        }
        failed = line.starts_with(b"dpkg: error processing ");
    }
    output
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
    // dpkg's own words, when it runs without apt.
    let dpkg_error = || said.line(" lock was locked by another process with pid ").map(ToOwned::to_owned);
    let line = error("Could not get lock ")
        .or_else(|| error("Unable to acquire the dpkg frontend lock"))
        .or_else(|| error("Unable to lock the administration directory"))
        .cloned()
        .or_else(dpkg_error)?;
    let path = |line: &str| line.split([' ', '(', ')', ',']).find(|word| word.starts_with('/')).map(ToOwned::to_owned);
    let lock = match path(&line) {
        Some(path) => path,
        None if line.contains("frontend") => "/var/lib/dpkg/lock-frontend".to_owned(),
        None => "/var/lib/dpkg/lock".to_owned(),
    };
    // With a time-out, only the lines that told of the waiting say who it was.
    let holder = said.0.iter().rev().find_map(|line| holder(line));
    Some(AptFailure::Locked { lock: text(lock.trim_end_matches('.').as_bytes()), holder })
}

/// `It is held by process 123 (unattended-upgr)...`; without the brackets where apt may not look at the process.
fn holder(line: &str) -> Option<LockHolder> {
    let (_, holder) = line
        .split_once("It is held by process ")
        .or_else(|| line.split_once(" lock was locked by another process with pid "))?;
    let digits = holder.find(|character: char| !character.is_ascii_digit()).unwrap_or(holder.len());
    let (process_id, rest) = holder.split_at(digits);
    // A program may have brackets in its name.
    let program = rest.strip_prefix(" (").and_then(|rest| rest.rsplit_once(')')).map(|(program, _)| program);
    Some(LockHolder { process_id: process_id.parse().ok()?, program: program.map(|name| text(name.as_bytes())) })
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
    if let Some(line) = said.line("needs to be reinstalled, but I can't find an archive for it") {
        let name = line.split(' ').skip_while(|word| *word != "package").nth(1).unwrap_or_default();
        return Some(AptFailure::HalfInstalled(text(name.as_bytes())));
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
    Some(maintainer_script(&package, reason).unwrap_or(AptFailure::Dpkg { package, said: text(reason.as_bytes()) }))
}

/// `installed PACKAGE package post-installation script subprocess returned error exit status 3`, and from the dpkg of
/// Debian 9 `subprocess installed post-installation script returned error exit status 3`.
fn maintainer_script(package: &str, reason: &str) -> Option<AptFailure> {
    let (subject, outcome) = reason
        .split_once(" script subprocess ")
        .or_else(|| reason.strip_prefix("subprocess ").and_then(|rest| rest.split_once(" script ")))?;
    // An archive is processed by its file's name, and its script by the package's.
    let (package, script) = match subject.split_once(" package ") {
        Some((whose, script)) => (whose.rsplit(' ').next().unwrap_or(package), script),
        None => (package, subject.split_once(' ')?.1),
    };
    let ending = match outcome.strip_prefix("returned error exit status ") {
        Some(code) => format!("failed with exit code {code}"),
        None => outcome.to_owned(),
    };
    let [package, script, ending] = [package, script, &ending].map(|words| text(words.as_bytes()));
    Some(AptFailure::MaintainerScript { package, script, ending })
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

#[cfg(test)]
mod tests {
    use super::*;
    use millwright_domain::Fault;

    #[test]
    fn what_follows_from_a_failure_is_not_part_of_it() {
        let failure =
            "Setting up a (1) ...\nno luck\ndpkg: error processing package a (--configure):\n exit status 1\n";
        let rest =
            "Setting up b (1) ...\ndpkg: error processing package c (--configure):\n dependency\nE: Sub-process\n";
        for (output, expected) in [
            (format!("{failure}{rest}"), failure),
            (failure.to_owned(), failure),
            ("E: Unable to fetch\n".to_owned(), "E: Unable to fetch\n"),
            ("dpkg: error processing package a".to_owned(), "dpkg: error processing package a"),
            (String::new(), ""),
        ] {
            assert_eq!(String::from_utf8_lossy(up_to_failure(output.as_bytes())), expected);
        }
    }

    /// What other versions print than those that `tests/recorded` is from, and what is hard to record.
    #[test]
    fn what_other_versions_say_is_told_in_the_same_words() {
        let asked = ", is another process using it?";
        for (output, message, hint) in [
            (
                "E: Could not get lock /var/lib/dpkg/lock-frontend. It is held by process 812 (apt-daily)".to_owned(),
                "dpkg lock held by apt-daily",
                "Process 812 holds /var/lib/dpkg/lock-frontend. ",
            ),
            (
                // Without the right to see the process.
                "E: Could not get lock /var/lib/dpkg/lock-frontend. It is held by process 812".to_owned(),
                "dpkg lock held by another process",
                "Process 812 holds /var/lib/dpkg/lock-frontend. ",
            ),
            (
                "E: Could not get lock /var/lib/apt/lists/lock. It is held by process 9 (a (b) c)\n\
                 E: Unable to lock directory /var/lib/apt/lists/"
                    .to_owned(),
                "package list lock held by a (b) c",
                "Process 9 holds /var/lib/apt/lists/lock. ",
            ),
            (
                // Ubuntu 18.04, apt 1.6.
                format!(
                    "E: Could not get lock /var/lib/dpkg/lock-frontend - open (11: Resource temporarily unavailable)\n\
                     E: Unable to acquire the dpkg frontend lock (/var/lib/dpkg/lock-frontend){asked}"
                ),
                "dpkg lock held by another process",
                "Wait until that process is done",
            ),
            (
                format!("E: Unable to lock the administration directory (/var/lib/dpkg/){asked}"),
                "dpkg lock held by another process",
                "Wait until that process is done",
            ),
            (
                "dpkg: error: dpkg database lock was locked by another process with pid 20397".to_owned(),
                "dpkg lock held by another process",
                "Process 20397 holds /var/lib/dpkg/lock. ",
            ),
            (
                // Debian 9, dpkg 1.18.
                "dpkg: error processing package lab-tool (--configure):\n \
                 subprocess installed post-installation script returned error exit status 1"
                    .to_owned(),
                "the post-installation script of the package lab-tool failed with exit code 1",
                "Mend what the output names, then run `dpkg --configure -a`",
            ),
            (
                "dpkg: error processing package libc6:amd64 (--configure):\n \
                 installed libc6:amd64 package post-installation script subprocess was killed by signal (Aborted)"
                    .to_owned(),
                "the post-installation script of the package libc6:amd64 was killed by signal (Aborted)",
                "Mend what the output names, then run `dpkg --configure -a`",
            ),
            (
                // Ubuntu adds the sudo.
                "E: dpkg was interrupted, you must manually run 'sudo dpkg --configure -a' to correct the problem. "
                    .to_owned(),
                "an earlier package change on the host was cut off, and has not been repaired",
                "Run `dpkg --configure -a`",
            ),
            (
                "dpkg: error processing package lab-app (--configure):\n dependency problems - leaving unconfigured"
                    .to_owned(),
                "dpkg could not process lab-app: dependency problems - leaving unconfigured",
                "Mend what the output names, then run `dpkg --configure -a`",
            ),
        ] {
            let fault = Fault::from(diagnose(100, output.as_bytes()));
            assert_eq!(fault.message, message, "{output}");
            assert!(fault.hint.as_ref().is_some_and(|told| told.starts_with(hint)), "{output}: {:?}", fault.hint);
        }
    }
}
