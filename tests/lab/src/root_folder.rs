//! The folder that every machine's disk begins as: a small Debian with systemd, sshd, sudo and apt, built once by
//! debootstrap from this machine's own mirror and cached.

use crate::{
    cache,
    debian_packages::{self, DebianPackages},
    error::LabError,
    keeper::Keeper,
    mirror::{Mirror, Trust, write_wget_settings},
    privilege::Privilege,
    process::run,
    requirements::{Missing, Part, requirements},
    work_folder,
};
use std::{
    path::{Path, PathBuf},
    process::Command,
    time::Duration,
};

/// What a machine has beyond Debian's minimum. No Python: Millwright must not need it.
const PACKAGES: &str =
    "systemd,systemd-sysv,dbus,libpam-systemd,openssh-server,sudo,iproute2,procps,openssl,busybox,needrestart";

const SCRIPT: &str = include_str!("root_folder.sh");
const FURNISHING: &str = include_str!("furnished.sh");
const BUILD_TIMEOUT: Duration = Duration::from_secs(30 * 60);

/// A cached root folder. Never written to after it was built.
#[derive(Debug, Clone)]
pub struct LabRoot {
    pub(crate) folder: PathBuf,
    pub(crate) privilege: Privilege,
    mirror: Mirror,
    architecture: String,
}

impl LabRoot {
    /// Finds the root folder in the cache, or builds it (about a minute and 400 MB).
    ///
    /// `progress` hears one line at a time, and nothing when the folder is there already.
    pub fn prepare(mut progress: impl FnMut(&str)) -> Result<Self, LabError> {
        let missing = requirements(Part::Machine);
        if !missing.is_empty() {
            return Err(LabError::Missing(missing));
        }
        let privilege = Privilege::available().ok_or_else(|| LabError::Missing(vec![Missing::RootPrivileges]))?;
        let mirror = Mirror::configured()?;
        let output = run(Command::new("dpkg").arg("--print-architecture"))?;
        let architecture = String::from_utf8_lossy(&output.stdout).trim().to_owned();
        let key = cache::key(&[&mirror.suite, &architecture, PACKAGES, SCRIPT]);
        let name = format!("root-{}-{architecture}-{key}", mirror.suite);
        let folder = cache::folder(&name, privilege, &mut progress, |partial, progress| {
            progress(&format!("building a Debian root folder ({}) from {}", mirror.suite, mirror.uri));
            build(partial, &mirror, &architecture, privilege, progress)
        })?;
        Ok(Self { folder, privilege, mirror, architecture })
    }

    /// Debian's own packages with everything that they need beyond the root folder, from the cache or the mirror.
    ///
    /// Machines install them from the lab's repository ([`crate::Repository::add_debian_packages`]), with no way to
    /// the outside.
    pub fn debian_packages(&self, names: &[&str], mut progress: impl FnMut(&str)) -> Result<DebianPackages, LabError> {
        debian_packages::fetch(self, &self.mirror, names, &mut progress)
    }

    /// A root folder with these of Debian's packages beyond this one, from the cache or built once from it.
    ///
    /// For machines that would otherwise install the same hundreds of packages at each start, such as a desktop.
    pub fn with_packages(&self, names: &[&str], mut progress: impl FnMut(&str)) -> Result<Self, LabError> {
        let packages = debian_packages::fetch(self, &self.mirror, names, &mut progress)?;
        let folder = |path: &Path| path.file_name().unwrap_or_default().to_string_lossy().into_owned();
        let key = cache::key(&[&folder(&self.folder), &folder(&packages.folder), FURNISHING]);
        let name = format!("root-{}-{}-{key}", self.mirror.suite, self.architecture);
        let folder = cache::folder(&name, self.privilege, &mut progress, |partial, progress| {
            progress(&format!("furnishing a Debian root folder ({}) with {}", self.mirror.suite, names.join(", ")));
            let mut command = in_own_namespaces(self.privilege, FURNISHING);
            command.args([partial, &self.folder, &packages.folder]);
            finish("apt-get", command, progress)
        })?;
        Ok(Self { folder, ..self.clone() })
    }

    /// The codename of the Debian in the folder, such as `bookworm`.
    pub fn suite(&self) -> &str {
        &self.mirror.suite
    }

    /// The architecture as dpkg names it, such as `amd64`.
    pub fn architecture(&self) -> &str {
        &self.architecture
    }
}

fn build(
    partial: &Path,
    mirror: &Mirror,
    architecture: &str,
    privilege: Privilege,
    progress: &mut dyn FnMut(&str),
) -> Result<(), LabError> {
    let settings = work_folder::create()?;
    write_wget_settings(settings.path())?;
    let mut command = in_own_namespaces(privilege, SCRIPT);
    command
        .args([partial, settings.path()])
        .args(["--variant=minbase", &format!("--arch={architecture}"), &format!("--include={PACKAGES}")])
        .arg(format!("--components={}", mirror.components.join(",")));
    match &mirror.trust {
        Trust::SystemKeys => {}
        Trust::KeyFile(path) => drop(command.arg("--keyring").arg(path)),
        Trust::Unchecked => drop(command.arg("--no-check-gpg")),
    }
    command.arg(&mirror.suite).arg(partial).arg(&mirror.uri);
    finish("debootstrap", command, progress)
}

/// A script that runs as process 1 of its own mounts and processes.
fn in_own_namespaces(privilege: Privilege, script: &str) -> Command {
    let mut command = privilege.command("unshare");
    command.args(["--mount", "--pid", "--fork", "--kill-child", "--mount-proc", "sh", "-c", script, "root_folder"]);
    command
}

/// Runs such a script until it says `finished` and how it ended.
fn finish(program: &str, command: Command, progress: &mut dyn FnMut(&str)) -> Result<(), LabError> {
    let mut said = String::new();
    let mut keeper = Keeper::start(program, command)?;
    let status = keeper.wait_for_line("finished", BUILD_TIMEOUT, |line| {
        said.push_str(line);
        said.push('\n');
        progress(line);
    })?;
    if status == "0" {
        return Ok(());
    }
    let output = crate::process::last_lines(&said, 20);
    Err(LabError::Program { program: program.to_owned(), status: format!("exit status: {status}"), output })
}
