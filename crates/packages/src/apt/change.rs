//! Changes to a host's packages as exact shell text: what a person approves is what runs.
//!
//! Owns: the options, the quoting, and the guards that keep apt from doing something else than its words say. Does not
//! own: which packages to change, becoming root, or running anything.

use super::name::{PackageName, PackageVersion};
use crate::quote::shell_word;
use millwright_domain::{Code, Fault};
use std::fmt::Write;

/// LC_ALL: the diagnosis reads English. NEEDRESTART_SUSPEND: services are restarted once, by us, at the end. The lock
/// is waited for, with a bound. Configuration files that an administrator changed are kept; others follow the package.
const APT_GET: &str = "env LC_ALL=C DEBIAN_FRONTEND=noninteractive NEEDRESTART_SUSPEND=1 apt-get -q -y \
    -o DPkg::Lock::Timeout=600 -o Dpkg::Options::=--force-confdef -o Dpkg::Options::=--force-confold";
const APT_GET_SIMULATED: &str =
    "env LC_ALL=C apt-get -q -s -o Debug::NoLocking=1 -o APT::Get::Show-User-Simulation-Note=0";
const APT_MARK: &str = "env LC_ALL=C apt-mark";

/// The list lock has no time-out of its own in apt (DPkg::Lock::Timeout is dpkg's), so another process's update is
/// waited for here: 200 times 3 seconds. Any other failure is the answer at once, also one that apt would shrug off.
const REFRESH_INDEX: &str = "\
tries=0
while :; do
  code=0
  said=$(env LC_ALL=C apt-get -q -o DPkg::Lock::Timeout=600 -o APT::Update::Error-Mode=any update 2>&1) || code=$?
  case $code:$said in 0:*) break ;; *'Could not get lock /var/lib/apt/lists/lock'*) ;; *) break ;; esac
  [ \"$tries\" -lt 200 ] || break
  tries=$((tries + 1))
  sleep 3
done
printf '%s\\n' \"$said\"
exit \"$code\"
";

/// A package at exactly one version.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ExactPackage {
    /// Which package.
    pub name: PackageName,
    /// Which version of it.
    pub version: PackageVersion,
}

/// A package at one version, or at the one that the package manager prefers.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WantedPackage {
    /// Which package.
    pub name: PackageName,
    /// `None` leaves the choice to the host's own preferences.
    pub version: Option<PackageVersion>,
}

/// One change to a host's packages.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Change {
    /// Ask the mirrors what there is.
    RefreshIndex,
    /// Bring packages to exactly these versions. Removes nothing, touches no held package.
    Upgrade {
        /// What is installed and gets newer.
        packages: Vec<ExactPackage>,
        /// What they newly need. It stays marked as installed automatically.
        new_dependencies: Vec<ExactPackage>,
    },
    /// Install packages with what they need. Removes nothing, touches no held package.
    Install {
        /// What is wanted.
        packages: Vec<WantedPackage>,
    },
    /// Go back to exactly these versions. Removes nothing, touches no held package.
    Downgrade {
        /// What is installed and gets older.
        packages: Vec<ExactPackage>,
    },
    /// Remove packages, and what cannot be without them. Their configuration stays.
    Remove {
        /// What is to go.
        packages: Vec<PackageName>,
    },
    /// Remove packages with their configuration, and what cannot be without them.
    Purge {
        /// What is to go.
        packages: Vec<PackageName>,
    },
    /// Hold packages at the version that they have.
    Hold {
        /// Which ones.
        packages: Vec<PackageName>,
    },
    /// Let packages follow upgrades again.
    Unhold {
        /// Which ones.
        packages: Vec<PackageName>,
    },
}

/// Why there is no command for a change.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum ChangeError {
    /// It names no package. apt would answer such a command with something else.
    #[error("the change names no package")]
    Empty,
}

impl From<ChangeError> for Fault {
    fn from(error: ChangeError) -> Self {
        Fault::new(Code::Internal, error.to_string())
    }
}

/// The shell text that makes the change, to be run by `sh` as root. Its exit code is that of the package manager.
pub fn script(change: &Change) -> Result<String, ChangeError> {
    let body = match change {
        Change::RefreshIndex => REFRESH_INDEX.to_owned(),
        Change::Upgrade { packages, new_dependencies } if new_dependencies.is_empty() => {
            let targets = exact(packages)?;
            keeping_automatic_marks(packages, &[], &format!("{APT_GET} --no-remove --only-upgrade install {targets}"))
        }
        Change::Upgrade { packages, new_dependencies } => {
            // With --only-upgrade apt would leave out the new ones that are named, and choose their versions itself.
            let targets = format!("{} {}", exact(packages)?, exact(new_dependencies)?);
            keeping_automatic_marks(packages, new_dependencies, &format!("{APT_GET} --no-remove install {targets}"))
        }
        Change::Install { packages } => format!("{APT_GET} --no-remove install {}\n", wanted(packages)?),
        Change::Downgrade { packages } => {
            let targets = exact(packages)?;
            keeping_automatic_marks(
                packages,
                &[],
                &format!("{APT_GET} --no-remove --allow-downgrades install {targets}"),
            )
        }
        Change::Remove { packages } => format!("{APT_GET} remove {}\n", names(packages)?),
        Change::Purge { packages } => format!("{APT_GET} purge {}\n", names(packages)?),
        Change::Hold { packages } => format!("{APT_MARK} hold {}\n", names(packages)?),
        Change::Unhold { packages } => format!("{APT_MARK} unhold {}\n", names(packages)?),
    };
    // A subshell: the guards and the marks may leave it without ending the script that it stands in.
    Ok(format!("(\n{}{body})\n", guards(change)))
}

/// The shell text that prints what the change would do, for any account; `None` where apt cannot tell.
pub fn simulation(change: &Change) -> Result<Option<String>, ChangeError> {
    let command = match change {
        Change::RefreshIndex => return Ok(None),
        Change::Upgrade { packages, new_dependencies } if new_dependencies.is_empty() => {
            format!("{APT_GET_SIMULATED} --no-remove --only-upgrade install {}", exact(packages)?)
        }
        Change::Upgrade { packages, new_dependencies } => {
            format!("{APT_GET_SIMULATED} --no-remove install {} {}", exact(packages)?, exact(new_dependencies)?)
        }
        Change::Install { packages } => format!("{APT_GET_SIMULATED} --no-remove install {}", wanted(packages)?),
        Change::Downgrade { packages } => {
            format!("{APT_GET_SIMULATED} --no-remove --allow-downgrades install {}", exact(packages)?)
        }
        Change::Remove { packages } => format!("{APT_GET_SIMULATED} remove {}", names(packages)?),
        Change::Purge { packages } => format!("{APT_GET_SIMULATED} purge {}", names(packages)?),
        Change::Hold { packages } => format!("{APT_MARK} -s hold {}", names(packages)?),
        Change::Unhold { packages } => format!("{APT_MARK} -s unhold {}", names(packages)?),
    };
    Ok(Some(format!("(\n{}{command}\n)\n", guards(change))))
}

/// Naming an automatically installed package makes apt mark it as wanted by a person, also when it is only upgraded;
/// then nothing would ever remove it again. So the marks are put back.
fn keeping_automatic_marks(packages: &[ExactPackage], new: &[ExactPackage], command: &str) -> String {
    let words = |packages: &[ExactPackage]| {
        packages.iter().map(|package| shell_word(&package.name.to_string())).collect::<Vec<_>>().join(" ")
    };
    let marks = if new.is_empty() { "$automatic".to_owned() } else { format!("$automatic {}", words(new)) };
    format!(
        "automatic=$({APT_MARK} showauto {}) || exit\n\
        code=0\n\
        {command} || code=$?\n\
        set -- {marks}\n\
        if [ \"$#\" -gt 0 ] && [ \"$code\" -eq 0 ]; then {APT_MARK} auto \"$@\" >/dev/null; fi\n\
        exit \"$code\"\n",
        words(packages),
    )
}

/// One line for each name that apt could take for something else if no package has it.
fn guards(change: &Change) -> String {
    let mut lines = String::new();
    for name in touched(change).into_iter().filter(|name| name.can_be_misread()) {
        let word = shell_word(name.name());
        // Writing to a String cannot fail.
        let _ = writeln!(
            lines,
            "apt-cache pkgnames {word} | grep -qxF {word} || {{ echo 'E: Unable to locate package '{word} >&2; exit 100; }}"
        );
    }
    lines
}

fn touched(change: &Change) -> Vec<&PackageName> {
    match change {
        Change::RefreshIndex => Vec::new(),
        Change::Upgrade { packages, new_dependencies } => {
            packages.iter().chain(new_dependencies).map(|package| &package.name).collect()
        }
        Change::Install { packages } => packages.iter().map(|package| &package.name).collect(),
        Change::Downgrade { packages } => packages.iter().map(|package| &package.name).collect(),
        Change::Remove { packages }
        | Change::Purge { packages }
        | Change::Hold { packages }
        | Change::Unhold { packages } => packages.iter().collect(),
    }
}

fn exact(packages: &[ExactPackage]) -> Result<String, ChangeError> {
    words(packages.iter().map(|package| format!("{}={}", package.name, package.version)))
}

fn wanted(packages: &[WantedPackage]) -> Result<String, ChangeError> {
    words(packages.iter().map(|package| match &package.version {
        Some(version) => format!("{}={version}", package.name),
        None => package.name.to_string(),
    }))
}

fn names(packages: &[PackageName]) -> Result<String, ChangeError> {
    words(packages.iter().map(PackageName::to_string))
}

fn words(words: impl Iterator<Item = String>) -> Result<String, ChangeError> {
    let words: Vec<String> = words.map(|word| shell_word(&word)).collect();
    if words.is_empty() { Err(ChangeError::Empty) } else { Ok(words.join(" ")) }
}
