//! Installing is refused, or broken off in the middle: what was installed stays and starts, and the next try puts all
//! of it right.

use crate::journey::{NOWHERE, package_version};
use millwright_desktop_tests::{Computer, Page};
use millwright_journeys::eventually;

/// What dpkg unpacks into, before it takes the place of the old file.
const UNPACKED: &str = "/usr/bin/millwright-desktop.dpkg-new";
/// Enough for a copy of the workspace; not for what dpkg unpacks.
const LITTLE_ROOM_MEGABYTES: u32 = 20;

/// The package needs what is not there. The page stands at the offer.
pub(crate) async fn is_refused_before_anything_is_touched(computer: &Computer, page: &Page) {
    page.click_button("Check now").await;
    page.wait_for_text("Millwright 0.9.1").await;
    page.click_button("Update now").await;
    page.wait_for_text("does not fit what is installed here").await;
    page.wait_for_text(NOWHERE).await;
    page.wait_for_text("sudo apt install").await;
    page.picture(&computer.picture_file("needs-more")).await;
    the_old_one_starts(computer);
    assert_eq!(computer.remembered()["history"], serde_json::json!([]), "it was not begun");
    page.click_button("Leave it").await;
}

/// dpkg's leave is taken away, and given back. The page stands at what went wrong.
async fn nobody_may_install(computer: &Computer, page: &Page) {
    let rule = |verb: &str| computer.machine().read_inside(&format!("cd /etc/polkit-1/rules.d && {verb}")).unwrap();
    rule("mv 50-lab.rules 50-lab.away && systemctl restart polkit");
    page.click_button("Update now").await;
    page.wait_for_text("nobody could be asked for leave to install").await;
    page.picture(&computer.picture_file("not-allowed")).await;
    rule("mv 50-lab.away 50-lab.rules && systemctl restart polkit");
    the_old_one_starts(computer);
}

/// Three times: nobody may install, the disk is full, dpkg is killed. The page stands at what went wrong.
pub(crate) async fn comes_to_no_harm(computer: &Computer, page: &Page) {
    nobody_may_install(computer, page).await;
    let machine = computer.machine();
    machine.fill_disk().unwrap();
    machine.free_some_of_disk(LITTLE_ROOM_MEGABYTES).unwrap();
    page.click_button("Try again").await;
    page.wait_for_text("No space left on device").await;
    page.picture(&computer.picture_file("disk-full")).await;
    machine.free_disk().unwrap();
    the_old_one_starts(computer);
    assert_eq!(machine.read_inside("dpkg --audit").unwrap(), "", "dpkg took back what it had begun");

    let stop = format!("sh -c 'until test -e {UNPACKED}; do :; done; pkill -STOP -x dpkg'");
    machine.read_inside(&format!("systemd-run --quiet --collect --unit=stopper {stop}")).unwrap();
    page.click_button("Try again").await;
    eventually("dpkg stands still", || {
        machine.exec_inside("systemctl is-active --quiet stopper").ok().filter(|unit| unit.exit_code != Some(0))
    });
    nobody_can_quit(computer);
    machine.read_inside("pkill -KILL -x dpkg").unwrap();
    page.wait_for_text("dpkg was ended by signal 9").await;
    page.picture(&computer.picture_file("dpkg-killed")).await;
    the_old_one_starts(computer);
    assert_ne!(machine.read_inside("dpkg --audit").unwrap(), "", "dpkg was in the midst of it");
}

/// Whoever quits now is told to wait, and the window stays.
fn nobody_can_quit(computer: &Computer) {
    let title = "Quit Millwright?";
    let asks = || computer.shell("DISPLAY=:7 xwininfo -root -tree").contains(&format!("\"{title}\""));
    computer.shell("DISPLAY=:7 xdotool search --onlyvisible --name '^Millwright$' windowfocus --sync key ctrl+q");
    eventually("quitting is answered", || asks().then_some(()));
    computer.picture_of_screen("no-quitting");
    computer.shell("DISPLAY=:7 xdotool search --name '^Quit Millwright' windowfocus --sync key Return");
    eventually("it is read", || (!asks()).then_some(()));
    assert!(computer.window().is_some(), "{}", computer.log());
}

/// The window that was open stays, and both programs are the old ones.
fn the_old_one_starts(computer: &Computer) {
    assert!(computer.window().is_some(), "{}", computer.log());
    assert_eq!(computer.shell("millwright --version"), "millwright 0.9.0");
    assert_eq!(package_version(computer), "0.9.0");
    assert!(computer.remembered()["installing"].is_null());
}
