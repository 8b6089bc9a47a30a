//! A technician's own computer as a machine of the lab: what Millwright is installed on, instead of what it works on.
//!
//! Owns: the package as `cargo xtask package` makes it, the computer with and without a desktop, and opening the window
//! there. Nothing of it is on this machine's display.

use crate::{eventually, xtask};
use millwright_lab::{Lab, LabRoot, Machine, MachineOptions, REPOSITORY_HOST, REPOSITORY_PORT, Sudo};
use std::{
    fs,
    path::{Path, PathBuf},
    process::Command,
};

/// What a display takes that nobody looks at: the display, and a look at what is on it.
pub const DISPLAY: [&str; 2] = ["x11-utils", "xvfb"];

/// What a desktop has beyond that: a session, asking for root, a driver for the window, and a hand and an eye for what
/// is no page.
const DESKTOP: [&str; 7] = ["dbus-user-session", "pkexec", "polkitd", "scrot", "webkit2gtk-driver", "xauth", "xdotool"];

/// The account that uses it. It is an ordinary one: no sudo.
pub const USER: &str = "ops";

/// What a test's package says it is, and what it believes.
#[derive(Debug, Clone, Copy, Default)]
pub struct Packaging<'a> {
    /// The workspace's own version when none is named.
    pub version: Option<&'a str>,
    /// The folder with the endpoint and the keys of releases that it believes; updates are off without one.
    pub release: Option<&'a Path>,
}

/// Makes the Debian package for tests in a folder; where it is.
pub fn debian_package(packaging: Packaging<'_>, folder: &Path) -> PathBuf {
    let folder = folder.join(format!("package-{}", packaging.version.unwrap_or("own")));
    if folder.exists() {
        fs::remove_dir_all(&folder).unwrap();
    }
    let mut command = Command::new(xtask());
    command.env("CARGO", env!("CARGO")).env_remove("MILLWRIGHT_RELEASE");
    command.args(["package", "--debug", "--only", "deb", "--out"]).arg(&folder);
    command.args(packaging.version.map(|version| format!("--version={version}")));
    command.envs(packaging.release.map(|release| ("MILLWRIGHT_RELEASE", release)));
    let output = command.output().unwrap();
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "there is no package:\n{said}");
    let mut made = fs::read_dir(&folder).unwrap().map(|entry| entry.unwrap().path());
    let package = made.next().unwrap();
    assert_eq!(made.next(), None, "one package was asked for");
    package
}

/// The packages that a package declares that it needs.
pub fn declared(package: &Path) -> Vec<String> {
    let output = Command::new("dpkg-deb").arg("--field").arg(package).arg("Depends").output().unwrap();
    let depends = String::from_utf8(output.stdout).unwrap();
    let name = |need: &str| need.split_whitespace().next().unwrap_or_default().to_owned();
    let names: Vec<String> = depends.split(',').map(name).filter(|name| !name.is_empty()).collect();
    assert!(!names.is_empty(), "{} declares nothing", package.display());
    names
}

/// A root folder with everything that the package needs, and a desktop; built once, then cached.
pub fn desktop_root(root: &LabRoot, package: &Path, progress: impl FnMut(&str)) -> LabRoot {
    let needed = declared(package);
    let names: Vec<&str> = needed.iter().map(String::as_str).chain(DISPLAY).chain(DESKTOP).collect();
    root.with_packages(&names, progress).unwrap()
}

/// A computer in the lab, with room for what is installed.
pub fn laptop(lab: &Lab, name: &str) -> MachineOptions {
    lab.machine(name).user(USER).sudo(Sudo::Refuses).disk_megabytes(2048)
}

/// Brings a file from here into a folder of the machine; its path there.
pub fn hand_over(lab: &Lab, machine: &Machine, file: &Path) -> String {
    let name = file.file_name().unwrap().to_str().unwrap();
    fs::copy(file, lab.repository().folder().join(name)).unwrap();
    let there = format!("/var/tmp/{name}");
    let from = format!("http://{REPOSITORY_HOST}:{REPOSITORY_PORT}/{name}");
    machine.read_inside(&format!("busybox wget -q -O {there} {from}")).unwrap();
    there
}

/// Starts a display without a screen.
pub fn start_display(machine: &Machine) {
    start_as_user(machine, "display", &[], "Xvfb :7 -screen 0 1440x900x24 -nolisten tcp");
    eventually("a display", || machine.read_inside("test -S /tmp/.X11-unix/X7").ok());
}

/// Opens the window as a person does who clicks on it, and waits until its page has painted.
pub fn open_window(machine: &Machine) {
    start_as_user(machine, "window", &[], "millwright-desktop");
    let painted = "grep -rqs 'the page has painted' /home/ops/.local/share/millwright/logs";
    eventually("the window on the display", || {
        let active = machine.exec_inside("systemctl is-active --quiet window").unwrap();
        if active.exit_code != Some(0) {
            panic!("the window ended: {}", machine.read_inside("journalctl --unit=window --no-pager").unwrap());
        }
        machine.read_inside(painted).ok()?;
        let windows = machine.read_inside("DISPLAY=:7 xwininfo -root -tree").ok()?;
        windows.contains("\"Millwright\": (\"millwright-desktop\"").then_some(())
    });
}

/// Closes the window, and waits until it has ended.
pub fn close_window(machine: &Machine) {
    machine.read_inside("systemctl stop window").unwrap();
}

/// Starts a program beside everything else, as the account of the machine and with its display. As on a desktop, what
/// it has started goes on when it ends.
pub fn start_as_user(machine: &Machine, unit: &str, environment: &[(&str, &str)], program: &str) {
    let further: String = environment.iter().map(|(name, value)| format!(" --setenv={name}={value}")).collect();
    let start = format!(
        "systemd-run --quiet --collect --property=KillMode=process --unit={unit} --uid={USER} \
         --working-directory=/home/{USER} --setenv=HOME=/home/{USER} --setenv=DISPLAY=:7{further} {program}"
    );
    machine.read_inside(&start).unwrap();
}
