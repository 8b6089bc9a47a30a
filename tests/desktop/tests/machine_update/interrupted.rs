//! Installing is broken off in the middle: what was installed stays and starts, and the next try puts all of it right.

use millwright_desktop_tests::{Computer, Page};
use millwright_journeys::eventually;

/// What dpkg unpacks into, before it takes the place of the old file.
const UNPACKED: &str = "/usr/bin/millwright-desktop.dpkg-new";
/// Enough for the package, its copy for dpkg, the one before and a copy of the workspace; not for what it unpacks.
const ROOM_TO_FETCH_MEGABYTES: u32 = 120;

/// Twice: dpkg is killed, then the disk is full. The page stands at what went wrong.
pub(crate) async fn comes_to_no_harm(computer: &Computer, page: &Page) {
    let machine = computer.machine();
    machine.fill_disk().unwrap();
    machine.free_some_of_disk(ROOM_TO_FETCH_MEGABYTES).unwrap();
    page.click_button("Update now").await;
    page.wait_for_text("The update was not installed").await;
    page.wait_for_text("there may be too little room").await;
    page.picture(&computer.picture_file("disk-full")).await;
    machine.free_disk().unwrap();
    the_old_one_starts(computer);
    assert_eq!(machine.read_inside("dpkg --audit").unwrap(), "", "dpkg took back what it had begun");

    let kill = format!("sh -c 'until test -e {UNPACKED}; do :; done; pkill -KILL -x dpkg'");
    machine.read_inside(&format!("systemd-run --quiet --collect --unit=killer {kill}")).unwrap();
    page.click_button("Try again").await;
    eventually("dpkg was killed", || {
        machine.exec_inside("systemctl is-active --quiet killer").ok().filter(|unit| unit.exit_code != Some(0))
    });
    page.wait_for_text("The update was not installed").await;
    page.picture(&computer.picture_file("dpkg-killed")).await;
    the_old_one_starts(computer);
    assert_ne!(machine.read_inside("dpkg --audit").unwrap(), "", "dpkg was in the midst of it");
}

/// The window that was open stays, and both programs are the old ones.
fn the_old_one_starts(computer: &Computer) {
    assert!(computer.window().is_some(), "{}", computer.log());
    assert_eq!(computer.shell("millwright --version"), "millwright 0.9.0");
    let old = "dpkg-query --show --showformat='${Version}' millwright";
    assert_eq!(computer.machine().read_inside(old).unwrap(), "0.9.0");
    assert!(computer.remembered()["installing"].is_null());
}
