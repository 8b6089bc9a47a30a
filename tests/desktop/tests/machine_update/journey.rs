//! One computer's way: 0.9.0 is installed, 0.9.1 is offered and, after two tries that break off, put in; 0.9.2 waits
//! for work, never comes up and is left.

use crate::{
    interrupted,
    releases::{Release, Releases},
};
use millwright_desktop_tests::{Computer, Page};
use millwright_journeys::eventually;
use millwright_lab::{LabError, LabRoot, Machine, Part, requirements};
use serde_json::Value;
use std::{path::Path, time::Instant};

/// A package that no repository has.
pub(crate) const NOWHERE: &str = "libnotthere9 (>= 3)";
const SETTINGS: &str = "/settings/updates";
/// How long the work takes that the update to 0.9.2 waits for, in seconds.
const WORK_SECONDS: u32 = 20;

#[tokio::test]
async fn it_updates_itself_waits_for_work_and_goes_back_from_a_version_that_never_comes_up() {
    let missing = requirements(Part::Machine);
    assert!(missing.is_empty(), "{}", LabError::Missing(missing));
    let target = Path::new(env!("CARGO_TARGET_TMPDIR"));
    let started = Instant::now();
    let releases = Releases::prepare(&target.join("update"));
    let [old, new] = ["0.9.0", "0.9.1"].map(|version| releases.package(version));
    let broken = releases.that_never_comes_up(&new, "0.9.1", "0.9.2");
    let needing = releases.that_needs(&new, NOWHERE);
    let notes = "A list of hosts opens faster.\n- Runs say sooner why they wait.";
    let first = Release { version: "0.9.0", package: &old, counter: 1, notes: "The first one.", previous: None };
    let hasty = Release { version: "0.9.1", package: &needing, counter: 2, notes, previous: Some(&first) };
    let second = Release { version: "0.9.1", package: &new, counter: 3, notes, previous: Some(&first) };
    let third = Release { version: "0.9.2", package: &broken, counter: 4, notes: "All new.", previous: Some(&second) };
    let all = [&first, &hasty, &second, &third];
    for release in all {
        releases.describe(release);
    }
    println!("the releases: {:.0} s", started.elapsed().as_secs_f64());

    let root = LabRoot::prepare(|line| println!("{line}")).unwrap();
    let pictures = target.parent().unwrap().join("screenshots/update");
    let computer = Computer::start(&root, &old, &pictures);
    for release in all {
        releases.upload(release, computer.served());
    }
    println!("the computer: {:.0} s", started.elapsed().as_secs_f64());
    let page = know_a_host_and_open(&computer).await;
    releases.announce(&hasty, computer.served());
    interrupted::is_refused_before_anything_is_touched(&computer, &page).await;
    releases.announce(&second, computer.served());
    let page = updates_itself(&computer, page).await;
    println!("0.9.1: {:.0} s", started.elapsed().as_secs_f64());
    releases.announce(&third, computer.served());
    waits_for_work(&computer, &page).await;
    page.let_go();
    println!("0.9.2: {:.0} s", started.elapsed().as_secs_f64());
    goes_back(&computer);
    println!("0.9.1 again: {:.0} s, pictures in {}", started.elapsed().as_secs_f64(), pictures.display());
}

async fn know_a_host_and_open(computer: &Computer) -> Page {
    know_a_host(computer);
    let page = computer.open().await;
    page.go(SETTINGS).await;
    page
}

/// From 0.9.0 to 0.9.1, by what a person sees and clicks.
async fn updates_itself(computer: &Computer, page: Page) -> Page {
    let old_window = computer.window().unwrap();
    page.click_button("Check now").await;
    page.wait_for_text("Millwright 0.9.1").await;
    page.wait_for_text("A list of hosts opens faster.").await;
    page.picture(&computer.picture_file("offered")).await;
    interrupted::comes_to_no_harm(computer, &page).await;
    page.click_button("Try again").await;
    page.let_go();

    eventually("another process has come up", || {
        computer.window().filter(|window| *window != old_window)?;
        computer.remembered()["installing"].is_null().then_some(())
    });
    let history = &computer.remembered()["history"];
    let outcomes: Vec<_> = history.as_array().unwrap().iter().map(|past| past["outcome"]["kind"].clone()).collect();
    assert_eq!(outcomes, ["failed", "failed", "failed", "installed"], "{history}");
    installed(computer, "0.9.1");
    let page = computer.take_over().await;
    page.wait_for_text("Millwright was updated from 0.9.0 to 0.9.1").await;
    page.picture(&computer.picture_file("updated")).await;
    page
}

/// 0.9.2 is refused while a run is under way, and put in once that has ended.
async fn waits_for_work(computer: &Computer, page: &Page) {
    page.go(SETTINGS).await;
    page.click_button("Check now").await;
    page.wait_for_text("Millwright 0.9.2").await;
    let exec = format!("millwright exec acme/prod/self -- sleep {WORK_SECONDS}");
    computer.beside("work", &exec);
    eventually("the work has begun", || computer.shell("pgrep --full '^sleep 20' || true").parse::<u32>().ok());
    page.click_button("Update now").await;
    page.wait_for_text("a run of another process").await;
    page.picture(&computer.picture_file("refused")).await;
    page.click_button("Update after what is under way").await;
    page.wait_for_text("Wait until nothing is under way").await;
    page.picture(&computer.picture_file("waiting")).await;
    assert_eq!(package_version(computer), "0.9.1", "nothing is installed meanwhile");
    eventually("0.9.2 is installed", || (package_version(computer) == "0.9.2").then_some(()));
    let runs: Value = serde_json::from_str(&computer.shell("millwright --json run list --limit 1")).unwrap();
    assert_eq!(runs["runs"][0]["counts"]["succeeded"], 1, "the run came to its end: {runs}");
}

/// 0.9.2 came up by itself, and does not when it is started by hand; the third time it offers the way back.
fn goes_back(computer: &Computer) {
    eventually("0.9.2 has ended by itself", || computer.window().is_none().then_some(()));
    let starts = || computer.remembered()["starts"]["count"].as_u64();
    assert_eq!(starts(), Some(1), "{}", computer.log());
    computer.click_on_icon("second");
    eventually("0.9.2 was started again and ended", || {
        (starts() == Some(2) && computer.window().is_none()).then_some(())
    });
    computer.click_on_icon("third");
    let title = "Millwright did not start";
    eventually("the way back is offered", || {
        computer.shell("DISPLAY=:7 xwininfo -root -tree").contains(&format!("\"{title}\"")).then_some(())
    });
    computer.picture_of_screen("did-not-start");
    computer.shell(&format!("DISPLAY=:7 xdotool search --name '{title}' windowfocus --sync key Return"));
    eventually("0.9.1 is installed again", || (package_version(computer) == "0.9.1").then_some(()));
    eventually("0.9.1 has come up again", || {
        let remembered = computer.remembered();
        (remembered["installing"].is_null() && remembered["starts"].is_null()).then_some(())
    });
    let history = computer.remembered()["history"].take();
    assert_eq!(history[4]["to"], "0.9.2", "{history}");
    assert_eq!(history[4]["outcome"]["kind"], "did_not_come_up", "{history}");
    installed(computer, "0.9.1");
    computer.picture_of_screen("went-back");
}

/// That version is what runs, and what was done before it is still there, and once more in a copy.
fn installed(computer: &Computer, version: &str) {
    assert_eq!(package_version(computer), version);
    assert_eq!(computer.shell("millwright --version"), format!("millwright {version}"));
    assert_eq!(computer.machine().read_inside("dpkg --audit; dpkg --verify millwright").unwrap(), "");
    let clients: Value = serde_json::from_str(&computer.shell("millwright --json client list")).unwrap();
    assert!(clients.to_string().contains("acme"), "{clients}");
    computer
        .shell("for copy in .local/share/millwright/backups/before-update-*.sqlite; do test -s $copy || exit; done");
}

pub(crate) fn package_version(computer: &Computer) -> String {
    computer.machine().read_inside("dpkg-query --show --showformat='${Version}' millwright").unwrap()
}

/// The computer's own account as a host: work that is under way needs no second machine.
fn know_a_host(computer: &Computer) {
    let machine = computer.machine();
    let key = std::fs::read_to_string(computer.key()).unwrap();
    computer.shell(&format!("umask 077; cat >.ssh/lab-key <<'END'\n{key}END\n"));
    computer.shell("millwright init");
    let table = format!(
        "path,address,port,user,key,sudo\nacme/prod/self,{},{},{},/home/ops/.ssh/lab-key,none\n",
        machine.address(),
        Machine::SSH_PORT,
        machine.user()
    );
    computer.shell(&format!("cat >hosts.csv <<'END'\n{table}END\nmillwright import csv hosts.csv"));
    computer
        .shell(&format!("millwright host trust acme/prod/self --fingerprint {}", machine.host_keys()[0].fingerprint()));
}
