//! The table of what each purpose needs. Looks, and installs nothing.

use millwright_lab::{Missing as LabMissing, Part, requirements};
use std::{
    collections::BTreeSet,
    env,
    path::PathBuf,
    process::{Command, Stdio},
};

/// What something is needed for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Purpose {
    /// Compiling the workspace.
    Build,
    /// The checks of `cargo xtask lint`.
    Lint,
    /// Tests that run scripts in every shell that hosts have.
    Shells,
    /// sshd on loopback.
    LoopbackHosts,
    /// Debian machines.
    Machines,
    /// Building the page and the desktop application around it.
    Window,
    /// Testing both: a browser, and the real window on a display of its own.
    WindowTests,
    /// Making packages, and checking them.
    Package,
    /// The peers that the benchmark compares with.
    Peers,
}

/// One thing that is not here.
#[derive(Debug)]
pub(crate) struct Missing {
    /// The Debian package that has it; none for what no package brings.
    pub(crate) package: Option<&'static str>,
    /// The thing itself.
    pub(crate) what: String,
    /// What it is for.
    pub(crate) why: &'static str,
}

/// How one finds out whether a thing is here.
#[derive(Debug, Clone, Copy)]
enum Probe {
    Program(&'static str),
    PerlModule(&'static str),
    PythonModule(&'static str),
    /// What pkg-config calls it.
    Library(&'static str),
}

/// Purpose, what to look for, Debian's package, why. What the lab needs is the lab's own list.
const NEEDS: &[(Purpose, Probe, &str, &str)] = &[
    (Purpose::Build, Probe::Program("cc"), "build-essential", "compiles SQLite, libssh2 and OpenSSL"),
    (Purpose::Build, Probe::Program("make"), "build-essential", "builds OpenSSL"),
    (Purpose::Build, Probe::PerlModule("IPC::Cmd"), "perl", "configures OpenSSL"),
    (Purpose::Lint, Probe::Program("shellcheck"), "shellcheck", "checks the scripts that run on hosts"),
    (Purpose::Lint, Probe::PythonModule("ensurepip"), "python3-venv", "keeps what checks workflows and bills apart"),
    (Purpose::Shells, Probe::Program("dash"), "dash", "the shell of Debian's hosts"),
    (Purpose::LoopbackHosts, Probe::Program("sqlite3"), "sqlite3", "alters a workspace behind its back"),
    (Purpose::Shells, Probe::Program("bash"), "bash", "the shell of Red Hat's hosts"),
    (Purpose::Shells, Probe::Program("busybox"), "busybox-static", "the shell of Alpine's hosts"),
    (Purpose::Shells, Probe::Program("setsid"), "util-linux", "starts what outlives its session"),
    (Purpose::Shells, Probe::Program("ps"), "procps", "shows what a test left running"),
    (Purpose::Window, Probe::Program("npm"), "npm", "builds the window's page (Node 20 or newer)"),
    (Purpose::Window, Probe::Program("pkg-config"), "pkg-config", "finds the libraries of the window"),
    (Purpose::Window, Probe::Library("webkit2gtk-4.1"), "libwebkit2gtk-4.1-dev", "shows the page in the window"),
    (Purpose::Window, Probe::Library("librsvg-2.0"), "librsvg2-dev", "draws the icons"),
    (Purpose::WindowTests, Probe::Program("chromium"), "chromium", "shows the page in a browser"),
    (Purpose::WindowTests, Probe::Program("python3"), "python3", "locks a database as another application would"),
    (Purpose::WindowTests, Probe::Program("Xvfb"), "xvfb", "a display for the window"),
    (Purpose::WindowTests, Probe::Program("dbus-run-session"), "dbus", "what a window talks to its desktop by"),
    (Purpose::WindowTests, Probe::Program("WebKitWebDriver"), "webkit2gtk-driver", "drives the real window"),
    (Purpose::Package, Probe::Program("dpkg-shlibdeps"), "dpkg-dev", "finds the packages of the libraries"),
    (Purpose::Package, Probe::Program("rpmbuild"), "rpm", "makes the RPM package"),
    (Purpose::Package, Probe::Program("strip"), "binutils", "takes debug information out of programs"),
    (Purpose::Package, Probe::Program("lintian"), "lintian", "checks the Debian package"),
    (Purpose::Package, Probe::Program("appstreamcli"), "appstream", "checks what software centres read"),
    (Purpose::Package, Probe::Program("desktop-file-validate"), "desktop-file-utils", "checks the desktop entry"),
    (
        Purpose::Peers,
        Probe::PythonModule("ensurepip"),
        "python3-venv",
        "keeps the peers apart from the system's Python",
    ),
];

/// What is not here for these purposes.
pub(crate) fn missing(purposes: &[Purpose]) -> Vec<Missing> {
    let own = NEEDS
        .iter()
        .filter(|(purpose, probe, ..)| purposes.contains(purpose) && !probe.is_here())
        .map(|&(_, probe, package, why)| Missing { package: Some(package), what: probe.to_string(), why });
    let lab = [
        (Purpose::LoopbackHosts, Part::Loopback, "sshd on loopback"),
        (Purpose::Machines, Part::Machine, "Debian machines"),
    ];
    let lab = lab.into_iter().filter(|(purpose, ..)| purposes.contains(purpose)).flat_map(|(_, part, why)| {
        requirements(part).into_iter().map(move |missing| match missing {
            LabMissing::Program { name, package } => {
                Missing { package: Some(package), what: format!("the program `{name}`"), why }
            }
            LabMissing::RootPrivileges => Missing { package: None, what: missing.to_string(), why },
        })
    });
    own.chain(lab).collect()
}

/// The packages that have these things, each once.
pub(crate) fn packages(missing: &[Missing]) -> Vec<&'static str> {
    missing.iter().filter_map(|missing| missing.package).collect::<BTreeSet<_>>().into_iter().collect()
}

/// Where a program lies: a plain user's `PATH` often lacks the `sbin` folders.
pub(crate) fn find_program(name: &str) -> Option<PathBuf> {
    let path = env::var_os("PATH").unwrap_or_default();
    let system = ["/usr/local/sbin", "/usr/sbin", "/sbin"].map(PathBuf::from);
    env::split_paths(&path).chain(system).map(|folder| folder.join(name)).find(|file| file.is_file())
}

impl Probe {
    fn is_here(self) -> bool {
        let succeeds = |program: &str, arguments: [&str; 2]| {
            let mut command = Command::new(program);
            command.args(arguments).stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
            command.status().is_ok_and(|status| status.success())
        };
        match self {
            Self::Program(name) => find_program(name).is_some(),
            Self::PerlModule(name) => succeeds("perl", [&format!("-M{name}"), "-e1"]),
            Self::PythonModule(name) => succeeds("python3", ["-c", &format!("import venv, {name}")]),
            Self::Library(name) => succeeds("pkg-config", ["--exists", name]),
        }
    }
}

impl std::fmt::Display for Probe {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Program(name) => write!(f, "the program `{name}`"),
            Self::PerlModule(name) => write!(f, "Perl's module {name}"),
            Self::PythonModule(name) => write!(f, "Python's module {name}"),
            Self::Library(name) => write!(f, "the library {name}"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_missing_is_named_and_its_packages_once() {
        let there = [Probe::Program("sh"), Probe::Program("ls")];
        assert!(there.iter().all(|probe| probe.is_here()));
        let absent = [
            Probe::Program("no-such-program"),
            Probe::PerlModule("No::Such::Module"),
            Probe::PythonModule("no_such_module"),
        ];
        assert!(absent.iter().all(|probe| !probe.is_here()));
        let missing = absent.map(|probe| Missing { package: Some("some"), what: probe.to_string(), why: "a test" });
        assert_eq!(packages(&missing), ["some"]);
        assert_eq!(missing[1].what, "Perl's module No::Such::Module");
    }
}
