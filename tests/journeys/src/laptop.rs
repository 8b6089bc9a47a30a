//! A technician's own computer as a machine of the lab: what Millwright is installed on, instead of what it works on.
//!
//! Owns: the package as `cargo xtask package` makes it, the computer with and without a desktop, and opening the window
//! there. Nothing of it is on this machine's display.

use crate::eventually;
use millwright_lab::{Lab, LabRoot, Machine, MachineOptions, REPOSITORY_HOST, REPOSITORY_PORT, Sudo};
use std::{
    fs,
    path::{Path, PathBuf},
    process::Command,
};

/// What a display takes that nobody looks at: the display, and a look at what is on it.
pub const DISPLAY: [&str; 2] = ["x11-utils", "xvfb"];

/// What a desktop has beyond that: a session, asking for root, and a driver for the window.
const DESKTOP: [&str; 5] = ["dbus-user-session", "pkexec", "polkitd", "webkit2gtk-driver", "xauth"];

/// The account that uses it. It is an ordinary one: no sudo.
const USER: &str = "ops";

/// Makes the Debian package for tests, of this version or the workspace's own, in a folder; where it is.
pub fn debian_package(version: Option<&str>, folder: &Path) -> PathBuf {
    let folder = folder.join(format!("package-{}", version.unwrap_or("own")));
    if folder.exists() {
        fs::remove_dir_all(&folder).unwrap();
    }
    let output = Command::new(env!("CARGO"))
        .current_dir(env!("CARGO_MANIFEST_DIR"))
        .args(["run", "--quiet", "--package", "millwright-xtask", "--", "package", "--debug", "--only", "deb", "--out"])
        .arg(&folder)
        .args(version.map(|version| format!("--version={version}")))
        .output()
        .unwrap();
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
    as_user(machine, "display", "Xvfb :7 -screen 0 1440x900x24 -nolisten tcp");
    eventually("a display", || machine.read_inside("test -S /tmp/.X11-unix/X7").ok());
}

/// Opens the window as a person does who clicks on it, and waits until its page has painted.
pub fn open_window(machine: &Machine) {
    as_user(machine, "window", "millwright-desktop");
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

/// Runs a program beside everything else, as the account of the machine.
fn as_user(machine: &Machine, unit: &str, program: &str) {
    let start = format!(
        "systemd-run --quiet --unit={unit} --uid={USER} --working-directory=/home/{USER} --setenv=HOME=/home/{USER} \
         --setenv=DISPLAY=:7 {program}"
    );
    machine.read_inside(&start).unwrap();
}
