//! Putting a .deb or .rpm in: the system's own tool, run as root with polkit's leave.
//!
//! The updater plugin knows these two as well and is not asked for them: it drops what the tool said, asks for a password
//! up to two more times where the first was refused, hands root a file that any program of this account may swap
//! meanwhile, and cannot go back to an older .rpm.

use millwright_domain::{Code, Fault};
use millwright_updates::Package;
use rustix::fs::{MemfdFlags, SealFlags, fcntl_add_seals, memfd_create};
use std::fs::File;
use std::io::{self, Write};
use std::os::fd::AsRawFd;
use std::os::unix::process::ExitStatusExt;
use std::path::Path;
use std::process::{Command, ExitStatus, Stdio};

const PKEXEC: &str = "/usr/bin/pkexec";
/// Our package's name; `cargo xtask package` gives it.
const PACKAGE: &str = "millwright";
/// pkexec's own: the person, or a rule, said no.
const DISMISSED: i32 = 126;
/// pkexec's own: nobody could be asked.
const NOT_ASKED: i32 = 127;

/// What puts one kind of package in.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Tool {
    program: &'static str,
    /// Older ones too, since a person may want back; the same one too, since that repairs what was cut off.
    arguments: &'static [&'static str],
    /// What a person types, before the path of the package.
    by_hand: &'static str,
}

const DPKG: Tool = Tool { program: "/usr/bin/dpkg", arguments: &["--install"], by_hand: "sudo apt install" };
/// Our packages carry no signature that rpm knows, and from its version 6 on it refuses such by itself: theirs is proven by
/// then. It still looks whether the package is whole.
const RPM: Tool = Tool {
    program: "/usr/bin/rpm",
    arguments: &["--upgrade", "--oldpackage", "--replacepkgs", "--nosignature"],
    by_hand: "sudo rpm --upgrade --oldpackage --replacepkgs --nosignature",
};

/// The tool for a package; none for those that the updater plugin puts in.
pub(super) fn tool_of(package: &Package) -> Option<&'static Tool> {
    match package.target().bundle() {
        "deb" => Some(&DPKG),
        "rpm" => Some(&RPM),
        _ => None,
    }
}

impl Tool {
    /// Says what the package needs that is not here, before anything is waited for: dpkg would unpack it all the same, and
    /// leave a program that does not start. rpm looks by itself before it begins.
    pub(super) fn check(&self, package: &Package) -> Result<(), Fault> {
        if self != &DPKG {
            return Ok(());
        }
        let mut apt = Command::new("/usr/bin/apt-get");
        // What is merely recommended would be put in beside it otherwise.
        apt.args(["--simulate", "--quiet", "--no-install-recommends", "install"])
            .arg(package.path())
            .env("LC_ALL", "C")
            .stdin(Stdio::null());
        let said = match apt.output() {
            Ok(output) => String::from_utf8_lossy(&output.stdout).into_owned(),
            Err(error) => {
                tracing::warn!(%error, "apt-get cannot be asked what the package needs");
                return Ok(());
            }
        };
        let lacks = lacks(&said);
        if lacks.is_empty() {
            return Ok(());
        }
        let message = format!("{} does not fit what is installed here: {}.", package.version(), lacks.join(", "));
        Err(Fault::new(Code::UpdateInstallFailed, message).with_hint(format!(
            "This version goes on. Put the package in with what it needs: `{}`",
            self.command_by_hand(package.path())
        )))
    }

    /// Puts it in. Blocks, while a person is asked for a password.
    pub(super) fn install(&self, package: &Package) -> Result<(), Fault> {
        let fault = |why: &str| {
            let command = self.command_by_hand(package.path());
            Fault::new(Code::UpdateInstallFailed, why).with_hint(format!(
                "This version goes on. Try again, which also repairs what was cut off, or put the package in yourself: \
                 `{command}`"
            ))
        };
        let bytes = package.bytes()?;
        let sealed = sealed(&bytes).map_err(|error| fault(&format!("the package cannot be handed over: {error}")))?;
        let path = path_of(&sealed);
        let mut pkexec = Command::new(PKEXEC);
        // A window's person is asked in a window, not in the terminal that it was once started from.
        pkexec.arg("--disable-internal-agent").arg(self.program).args(self.arguments).arg(&path);
        let output = pkexec.env("LC_ALL", "C").stdin(Stdio::null()).output();
        let output = output.map_err(|error| fault(&format!("nobody can be asked for leave: {PKEXEC}: {error}")))?;
        let words = String::from_utf8_lossy(&output.stderr).replace(&path, "the package");
        match failure(self.program, output.status, &words) {
            None => Ok(()),
            Some(why) => {
                tracing::error!(status = %output.status, %words, "the package was not put in");
                Err(fault(&why))
            }
        }
    }

    fn command_by_hand(&self, path: &Path) -> String {
        format!("{} '{}'", self.by_hand, path.display().to_string().replace('\'', r"'\''"))
    }
}

/// The package in memory that nobody can change any more: what root reads is what was proven.
fn sealed(bytes: &[u8]) -> io::Result<File> {
    let memory = memfd_create("millwright-package", MemfdFlags::CLOEXEC | MemfdFlags::ALLOW_SEALING)?;
    let mut file = File::from(memory);
    file.write_all(bytes)?;
    fcntl_add_seals(&file, SealFlags::WRITE | SealFlags::GROW | SealFlags::SHRINK | SealFlags::SEAL)?;
    Ok(file)
}

/// How another process opens it, for as long as it is open here.
fn path_of(sealed: &File) -> String {
    format!("/proc/{}/fd/{}", std::process::id(), sealed.as_raw_fd())
}

/// What apt would do beside putting our package in, or what it lacks for that. Whatever else it says is not about us.
fn lacks(said: &str) -> Vec<String> {
    let name = |line: &str, verb: &str| {
        let name = line.strip_prefix(verb)?.split_whitespace().next()?;
        (name != PACKAGE).then(|| name.to_owned())
    };
    let missing = |line: &str| {
        let (package, lack) = line.trim_start().split_once(" : ")?;
        (package == PACKAGE).then(|| lack.trim().to_owned())
    };
    let mut lacks: Vec<String> = Vec::new();
    for line in said.lines() {
        let lack = name(line, "Inst ")
            .map(|name| format!("it needs {name}"))
            .or_else(|| name(line, "Remv ").map(|name| format!("it would remove {name}")))
            .or_else(|| missing(line));
        lacks.extend(lack.filter(|lack| !lacks.contains(lack)));
    }
    lacks
}

/// Why the package was not put in; none if it was.
fn failure(program: &str, status: ExitStatus, words: &str) -> Option<String> {
    let tool = program.rsplit('/').next().unwrap_or(program);
    let words: Vec<_> = words.lines().map(str::trim).filter(|line| !line.is_empty()).collect();
    let said = |ended: String| {
        // dpkg-deb complains that nobody reads on, and then the package is named once more.
        let cause = words.iter().take_while(|line| !line.starts_with("Errors were encountered"));
        let cause = cause.filter(|line| !line.starts_with("dpkg-deb")).map(|line| (*line).to_owned());
        std::iter::once(ended).chain(cause).collect::<Vec<_>>().join("\n")
    };
    match (status.code(), status.signal()) {
        (Some(0), _) => None,
        (Some(DISMISSED), _) => Some("the password was not given, or this account may not install".to_owned()),
        (Some(NOT_ASKED), _) => Some(said("nobody could be asked for leave to install:".to_owned())),
        (Some(code), _) => Some(said(format!("{tool} ended with {code}:"))),
        (None, signal) => Some(format!("{tool} was ended by signal {}", signal.unwrap_or_default())),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::fs;

    #[test]
    fn what_root_reads_cannot_be_changed_any_more() {
        let file = sealed(b"a package").unwrap();
        let path = path_of(&file);
        let read = Command::new("cat").arg(&path).output().unwrap();
        assert_eq!(read.stdout, b"a package");
        let again = fs::OpenOptions::new().write(true).open(&path).and_then(|mut file| file.write_all(b"another one"));
        assert_eq!(again.unwrap_err().kind(), io::ErrorKind::PermissionDenied);
        assert_eq!(fs::read(&path).unwrap(), b"a package");
    }

    #[test]
    fn apt_is_believed_only_about_our_own_package() {
        let cases: [(&str, &[&str]); 6] = [
            (
                "Reading package lists...\nInst millwright [0.9.0] (0.9.1 local-deb [amd64])\nConf millwright (0.9.1)\n",
                &[],
            ),
            (
                "Inst libfoo1 (1.2 Debian:12 [amd64])\nInst millwright [0.9.0] (0.9.1 local-deb [amd64])\nConf libfoo1 (1.2)\n",
                &["it needs libfoo1"],
            ),
            ("Remv millwright-tools [1]\nInst millwright [0.9.0] (0.9.1)\n", &["it would remove millwright-tools"]),
            (
                "The following packages have unmet dependencies:\n millwright : Depends: libnotthere9 (>= 3) but it is not installable\n",
                &["Depends: libnotthere9 (>= 3) but it is not installable"],
            ),
            ("The following packages have unmet dependencies:\n other : Depends: thing but it is not installed\n", &[]),
            ("", &[]),
        ];
        for (said, expected) in cases {
            assert_eq!(lacks(said), expected, "{said}");
        }
    }

    #[test]
    fn what_the_tool_said_is_told() {
        let of = |raw: i32, words: &str| failure("/usr/bin/dpkg", ExitStatus::from_raw(raw), words);
        let full = "dpkg: error processing archive the package (--install):\n cannot copy extracted data: failed to write (No \
                    space left on device)\ndpkg-deb (subprocess): decompressing archive 'the package' (size=34997182) member \
                    'data.tar': zstd write error: Broken pipe\ndpkg-deb: error: <decompress> subprocess returned error exit \
                    status 2\nErrors were encountered while processing:\n the package\n";
        let cases = [
            (0, "dpkg: warning: downgrading millwright from 0.9.2 to 0.9.1\n", None),
            (
                1 << 8,
                full,
                Some(
                    "dpkg ended with 1:\ndpkg: error processing archive the package (--install):\ncannot copy extracted \
                     data: failed to write (No space left on device)",
                ),
            ),
            (126 << 8, "", Some("the password was not given, or this account may not install")),
            (
                127 << 8,
                "Error executing command as another user: No authentication agent found.\n",
                Some(
                    "nobody could be asked for leave to install:\nError executing command as another user: No \
                     authentication agent found.",
                ),
            ),
            (9, "", Some("dpkg was ended by signal 9")),
        ];
        for (raw, words, expected) in cases {
            assert_eq!(of(raw, words).as_deref(), expected);
        }
    }

    #[test]
    fn a_path_with_a_quote_stays_one_word() {
        let command = DPKG.command_by_hand(Path::new("/home/o'neil/a b.deb"));
        assert_eq!(command, r"sudo apt install '/home/o'\''neil/a b.deb'");
    }
}
