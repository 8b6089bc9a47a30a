//! Installing, opening the window, removing.

use millwright_journeys::laptop::{self, Packaging};
use millwright_lab::{Lab, LabError, LabRoot, Machine, Part, requirements};
use std::{
    env,
    path::{Path, PathBuf},
    sync::OnceLock,
};

/// The package that `MILLWRIGHT_PACKAGE` names, a release's say; otherwise one of the workspace's own version, made once.
fn package() -> &'static Path {
    static PACKAGE: OnceLock<PathBuf> = OnceLock::new();
    PACKAGE.get_or_init(|| match env::var_os("MILLWRIGHT_PACKAGE") {
        Some(package) => package.into(),
        None => laptop::debian_package(Packaging::default(), Path::new(env!("CARGO_TARGET_TMPDIR"))),
    })
}

fn root() -> LabRoot {
    let missing = requirements(Part::Machine);
    assert!(missing.is_empty(), "{}", LabError::Missing(missing));
    LabRoot::prepare(|line| println!("{line}")).unwrap()
}

/// What lies on the system's part of the disk with Millwright's name.
fn ours(machine: &Machine) -> String {
    machine.read_inside("find /bin /boot /etc /lib /opt /srv /usr /var/lib -name '*millwright*' | sort").unwrap()
}

#[test]
fn it_starts_on_a_bare_debian_with_what_it_declares_and_leaves_nothing_behind() {
    let root = root();
    let lab = Lab::start(&root).unwrap();
    let needed = laptop::declared(package());
    let names: Vec<&str> = needed.iter().map(String::as_str).collect();
    lab.repository().add_debian_packages(&root.debian_packages(&names, |line| println!("{line}")).unwrap()).unwrap();
    let bare = laptop::laptop(&lab, "bare").start().unwrap();
    let there = laptop::hand_over(&lab, &bare, package());
    let before = ours(&bare);
    let apt = "DEBIAN_FRONTEND=noninteractive apt-get -qy --no-install-recommends";
    bare.read_inside(&format!("apt-get -q update && {apt} install {there}")).unwrap();

    let said = bare.read_inside("runuser -u ops -- millwright --version").unwrap();
    assert_eq!(said, format!("millwright {}", env!("CARGO_PKG_VERSION")));
    // Before the display's own packages are there: none of them stands in for what was not declared.
    assert_eq!(bare.read_inside("ldd /usr/bin/millwright-desktop | grep 'not found' || true").unwrap(), "");
    assert_eq!(bare.read_inside("dpkg --verify millwright").unwrap(), "");
    // The updater asks its own program how it was installed.
    let unmarked = bare.exec_inside("grep -q __TAURI_BUNDLE_TYPE_VAR_UNK /usr/bin/millwright-desktop").unwrap();
    assert_eq!(unmarked.exit_code, Some(1));
    let display = root.debian_packages(&laptop::DISPLAY, |line| println!("{line}")).unwrap();
    lab.repository().add_debian_packages(&display).unwrap();
    bare.read_inside(&format!("apt-get -q update && {apt} install {}", laptop::DISPLAY.join(" "))).unwrap();
    laptop::start_display(&bare);
    laptop::open_window(&bare);
    laptop::close_window(&bare);

    bare.read_inside(&format!("{apt} remove millwright")).unwrap();
    assert_eq!(ours(&bare), before, "what stays of it");
    bare.read_inside("test -s /home/ops/.local/share/millwright/millwright.sqlite").expect("what a person did stays");
}

#[test]
fn an_update_of_the_package_is_taken_by_dpkg_alone() {
    let root = laptop::desktop_root(&root(), package(), |line| println!("{line}"));
    let lab = Lab::start(&root).unwrap();
    let desktop = laptop::laptop(&lab, "desktop").start().unwrap();
    let there = laptop::hand_over(&lab, &desktop, package());
    // As the updater does it, which has no way to fetch what would be missing.
    for _ in ["installed", "installed over itself"] {
        desktop.read_inside(&format!("dpkg --install {there}")).unwrap();
        assert_eq!(desktop.read_inside("dpkg --audit; dpkg --verify millwright").unwrap(), "");
    }
    laptop::start_display(&desktop);
    laptop::open_window(&desktop);
    let programs = ["WebKitWebDriver", "pkexec", "dbus-run-session"].join(" ");
    desktop.read_inside(&format!("for program in {programs}; do command -v $program || exit; done")).unwrap();
}
