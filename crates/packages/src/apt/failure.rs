//! What can go wrong with apt and dpkg, in our own words, and what to do next. How it is told from their output is
//! `diagnosis`.

use millwright_domain::{Code, Fault};

/// Why apt or dpkg failed.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum AptFailure {
    /// Another process is at work.
    #[error("{} lock held by {}", lock_name(.lock), holder_name(.holder))]
    Locked {
        /// The lock file, or its directory.
        lock: String,
        /// Who holds it, where apt says so.
        holder: Option<LockHolder>,
    },
    /// No space, or no inode, is left.
    #[error("the host's disk is full: {said}")]
    DiskFull {
        /// In apt's words.
        said: String,
    },
    /// The file system cannot be written.
    #[error("the host's file system is read-only: {said}")]
    ReadOnly {
        /// In apt's words.
        said: String,
    },
    /// The account is not root.
    #[error("changing packages needs root, and the command did not run as root")]
    NotRoot,
    /// An earlier run of dpkg was cut off.
    #[error("an earlier package change on the host was cut off, and has not been repaired")]
    Interrupted,
    /// A package's files are not all there, so that apt does nothing before they are.
    #[error("the package {0} is only half installed, and no source of the host has it")]
    HalfInstalled(String),
    /// The host's packages do not fit together, before anything was changed.
    #[error("the host's installed packages already miss dependencies: {said}")]
    BrokenDependencies {
        /// In apt's words.
        said: String,
    },
    /// What is wanted cannot be installed together with what it needs.
    #[error("the dependencies cannot be met: {said}")]
    UnmetDependencies {
        /// In apt's words.
        said: String,
    },
    /// A package's own script ended with an error.
    #[error("the {script} script of the package {package} {ending}")]
    MaintainerScript {
        /// Which package.
        package: String,
        /// `post-installation`
        script: String,
        /// `failed with exit code 3`, `was killed by signal (Killed)`
        ending: String,
    },
    /// dpkg could not unpack or configure a package.
    #[error("dpkg could not process {package}: {said}")]
    Dpkg {
        /// The package or its archive.
        package: String,
        /// In dpkg's words.
        said: String,
    },
    /// A held package would have changed.
    #[error("the change would touch a package that an administrator holds: {packages}")]
    HeldPackage {
        /// Which ones.
        packages: String,
    },
    /// Other packages would have been removed.
    #[error("the change would remove other packages: {packages}")]
    WouldRemove {
        /// Which ones.
        packages: String,
    },
    /// A package would have become older.
    #[error("the change would make a package older: {packages}")]
    WouldDowngrade {
        /// Which ones.
        packages: String,
    },
    /// No source has the package.
    #[error("the host's sources have no package {0}")]
    UnknownPackage(String),
    /// No source has the version.
    #[error("the host's sources have no version {version} of {package}")]
    UnknownVersion {
        /// Which package.
        package: String,
        /// Which version.
        version: String,
    },
    /// The index names a file that the mirror has no more.
    #[error("the mirror no longer has a file that the host's package index names: {said}")]
    IndexStale {
        /// In apt's words.
        said: String,
    },
    /// The mirror does not answer.
    #[error("the host cannot reach its package mirror: {said}")]
    MirrorUnreachable {
        /// In apt's words.
        said: String,
    },
    /// The source is not signed by a key that the host trusts.
    #[error("the host does not trust a package source: {said}")]
    Untrusted {
        /// In apt's words.
        said: String,
    },
    /// The source's own end date has passed, or the host's clock is wrong.
    #[error("a package source is out of date, or the host's clock is wrong: {said}")]
    Expired {
        /// In apt's words.
        said: String,
    },
    /// The host's list of sources cannot be used.
    #[error("the host's list of package sources cannot be used: {said}")]
    BadSources {
        /// In apt's words.
        said: String,
    },
    /// Something else.
    #[error("the package manager ended with exit code {exit_code}: {said}")]
    Other {
        /// What it ended with.
        exit_code: i32,
        /// The last thing that it said.
        said: String,
    },
}

/// Who holds a lock.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LockHolder {
    /// The process.
    pub process_id: u32,
    /// `unattended-upgr`: the kernel keeps 15 characters. dpkg itself never says it, apt not always.
    pub program: Option<String>,
}

impl From<AptFailure> for Fault {
    fn from(failure: AptFailure) -> Self {
        let (code, hint) = advice(&failure);
        let fault = Fault::new(code, failure.to_string());
        // Not in the message: hosts on which the same thing happened say the same.
        if let AptFailure::Locked { lock, holder: Some(LockHolder { process_id, .. }) } = &failure {
            return fault.with_hint(format!("Process {process_id} holds {lock}. {hint}"));
        }
        fault.with_hint(hint)
    }
}

fn advice(failure: &AptFailure) -> (Code, &'static str) {
    use AptFailure as F;
    match failure {
        F::Locked { .. } => {
            (Code::PackageManagerLocked, "Wait until that process is done, then run it again. Do not remove the lock.")
        }
        F::DiskFull { .. } => {
            (Code::HostDiskFull, "Free some space on the host (`apt-get clean` is safe), then run it again.")
        }
        F::ReadOnly { .. } => {
            (Code::HostReadOnly, "Find out why the host mounted it read-only (often a failing disk: look at `dmesg`).")
        }
        F::NotRoot => {
            (Code::PackageManagerFailed, "Give the host a way to become root: `millwright host edit HOST --sudo ask`.")
        }
        F::Interrupted => {
            (Code::PackageManagerFailed, "Run `dpkg --configure -a` on the host as root, and read what it says.")
        }
        F::HalfInstalled(_) => (
            Code::PackageManagerFailed,
            "Install the package's archive again on the host as root (`dpkg -i`), or remove the package with \
             `dpkg --remove --force-remove-reinstreq`.",
        ),
        F::BrokenDependencies { .. } => {
            (Code::PackageManagerFailed, "Look at what `apt-get --fix-broken install` would do on the host.")
        }
        F::UnmetDependencies { .. } => {
            (Code::PackageManagerFailed, "Check the host's package sources, or choose another version.")
        }
        F::MaintainerScript { .. } | F::Dpkg { .. } => (
            Code::PackageManagerFailed,
            "Mend what the output names, then run `dpkg --configure -a` on the host as root.",
        ),
        F::HeldPackage { .. } => (Code::Held, "Unhold the package if its administrator agrees, or leave it out."),
        F::WouldRemove { .. } => {
            (Code::PackageManagerFailed, "Look at what would go, and remove it in a plan of its own if that is right.")
        }
        F::WouldDowngrade { .. } => {
            (Code::PackageManagerFailed, "Plan a downgrade if the older version is really wanted.")
        }
        F::UnknownPackage(_) => {
            (Code::PackageManagerFailed, "Check the name and the host's package sources, and refresh its facts.")
        }
        F::UnknownVersion { .. } => (
            Code::PackageManagerFailed,
            "Sources drop old versions: refresh the host's facts and plan again, or give a source the version back.",
        ),
        F::IndexStale { .. } => (Code::PackageManagerFailed, "Refresh the package index, then plan again."),
        F::MirrorUnreachable { .. } => {
            (Code::PackageManagerFailed, "Check the host's network, proxy and name resolution.")
        }
        F::Untrusted { .. } => (
            Code::PackageManagerFailed,
            "Install the source's signing key from its vendor. Do not switch the check off.",
        ),
        F::Expired { .. } => (
            Code::PackageManagerFailed,
            "Check the host's clock first, then whether the mirror is still being updated.",
        ),
        F::BadSources { .. } => (Code::PackageManagerFailed, "Correct the file that is named in /etc/apt."),
        F::Other { .. } => (Code::PackageManagerFailed, "Read the end of the output."),
    }
}

fn lock_name(path: &str) -> &'static str {
    if path.contains("/dpkg/") {
        "dpkg"
    } else if path.contains("/lists/") {
        "package list"
    } else if path.contains("/archives/") {
        "package download"
    } else {
        "package manager"
    }
}

fn holder_name(holder: &Option<LockHolder>) -> &str {
    holder.as_ref().and_then(|holder| holder.program.as_deref()).unwrap_or("another process")
}
