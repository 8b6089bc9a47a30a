//! Machines, asked by the system's own ssh client and looked into past it.

#![allow(clippy::unwrap_used, clippy::print_stdout, reason = "a test's own helpers are tests too")]

mod common;

use common::{Answer, ssh};
use millwright_lab::{BOOT_TIMEOUT, Lab, LabError, LabRoot, Machine, Package, Part, Sudo, Suite, requirements};
use std::{
    env, fs,
    net::{SocketAddr, TcpStream},
    path::Path,
    process::{Command, Stdio},
    time::Duration,
};

fn lab() -> Lab {
    let missing = requirements(Part::Machine);
    assert!(missing.is_empty(), "{}", LabError::Missing(missing));
    Lab::start(&LabRoot::prepare(|line| println!("{line}")).unwrap()).unwrap()
}

fn on(machine: &Machine, command: &str) -> Answer {
    ssh(&machine.known_hosts(), machine.key(), machine.user(), machine.address(), Machine::SSH_PORT, command)
}

/// A command that must succeed over SSH; what it printed, trimmed.
fn say(machine: &Machine, command: &str) -> String {
    let answer = on(machine, command);
    assert_eq!(answer.exit_code, Some(0), "{command}: {answer:?}");
    answer.stdout.trim().to_owned()
}

#[test]
fn a_machine_is_a_debian_server_whose_apt_sees_updates_and_which_restarts() {
    let lab = lab();
    let hello = |version: &str| Package::named("millwright-hello", version);
    lab.repository().publish(Suite::Stable, &hello("1.0").service_on_port(8090)).unwrap();
    let web = lab.machine("web-1").start().unwrap();

    assert_eq!(say(&web, "hostname; id -un; sudo id -un"), "web-1\nops\nroot");
    assert_eq!(say(&web, "cat /proc/1/comm"), "systemd");
    assert_eq!(on(&web, "command -v python3").exit_code, Some(1));
    common::eventually("the boot is complete", || {
        web.read_inside("systemctl is-system-running").is_ok_and(|state| state == "running")
    });
    assert_eq!(on(&web, "ip route get 192.0.2.1").exit_code, Some(2), "there must be no way to the outside");

    say(&web, "sudo apt-get -q update && sudo apt-get -qy install millwright-hello");
    assert_eq!(say(&web, "millwright-hello; systemctl is-active millwright-hello"), "millwright-hello 1.0\nactive");

    lab.repository().publish(Suite::Stable, &hello("1.1").service_on_port(8090)).unwrap();
    lab.repository().publish(Suite::Security, &hello("1.2").service_on_port(8090)).unwrap();
    say(&web, "sudo apt-get -q update");
    let pending = say(&web, "apt-get -s dist-upgrade | grep ^Inst");
    assert!(pending.starts_with("Inst millwright-hello [1.0] (1.2 Debian-Security:"), "{pending}");

    let boot_id = web.boot_id().unwrap();
    assert_eq!(say(&web, "cat /proc/sys/kernel/random/boot_id"), boot_id);
    // As a machine does to every process when it goes down: whoever looks inside must not stop with them.
    let stopped = web.exec_inside("(sleep 1; kill -KILL $$) & kill -STOP $$").unwrap();
    assert_eq!(stopped.exit_code, Some(137));
    // The connection may break before the answer: that is what a restart is.
    on(&web, "sudo systemctl reboot");
    let next = web.wait_for_boot_after(&boot_id, BOOT_TIMEOUT).unwrap();
    assert_ne!(next, boot_id);
    assert_eq!(say(&web, "millwright-hello"), "millwright-hello 1.0", "the disk outlives a restart");
    common::eventually("the service starts at boot", || {
        TcpStream::connect_timeout(&SocketAddr::from((web.address(), 8090)), Duration::from_secs(1)).is_ok()
    });
}

#[test]
fn a_cut_link_is_silent_and_a_full_disk_is_full_and_power_can_fail() {
    let lab = lab();
    let db = lab.machine("db-1").disk_megabytes(128).sudo(Sudo::AsksPassword).user("admin").start().unwrap();

    assert_eq!(on(&db, "sudo -n true").exit_code, Some(1), "sudo must want the password");
    assert_eq!(say(&db, &format!("echo '{}' | sudo -S -p '' id -un", Machine::PASSWORD)), "root");

    db.link_down().unwrap();
    let address = SocketAddr::from((db.address(), Machine::SSH_PORT));
    let error = TcpStream::connect_timeout(&address, Duration::from_secs(2)).unwrap_err();
    assert_eq!(error.kind(), std::io::ErrorKind::TimedOut, "nobody may say that there is no way");
    db.link_up().unwrap();
    assert_eq!(say(&db, "echo back"), "back");

    db.fill_disk().unwrap();
    let answer = on(&db, "echo something > ~/file");
    assert!(answer.stderr.contains("No space left on device"), "{answer:?}");
    db.free_disk().unwrap();
    say(&db, "echo something > ~/file");

    db.power_off().unwrap();
    assert!(db.exec_inside("true").is_err());
    assert!(TcpStream::connect_timeout(&address, Duration::from_secs(2)).is_err());
    db.power_on().unwrap();
    assert_eq!(say(&db, "cat ~/file"), "something");
}

#[test]
fn packages_can_be_broken_or_slow_and_sudo_can_be_missing() {
    let lab = lab();
    let repository = lab.repository();
    let broken = Package::named("millwright-broken", "1.0").failing_installation();
    let slow = Package::named("millwright-slow", "1:1.0").slow_installation(1, "/var/log/slow");
    let configured =
        Package::named("millwright-conf", "1.0").depends("millwright-slow").conffile("/etc/mw.conf", "a=1\n");
    for package in [&broken, &slow, &configured] {
        repository.publish(Suite::Stable, package).unwrap();
    }
    let machine = lab.machine("app-1").sudo(Sudo::NotInstalled).start().unwrap();
    assert_eq!(on(&machine, "sudo true").exit_code, Some(127));
    machine.read_inside("apt-get -q update && apt-get -qy install millwright-conf").unwrap();
    assert_eq!(machine.read_inside("grep -c done /var/log/slow").unwrap(), "1");
    assert_eq!(machine.read_inside("cat /etc/mw.conf").unwrap(), "a=1");
    assert_eq!(machine.read_inside("dpkg-query -W -f '${Version}' millwright-slow").unwrap(), "1:1.0");
    let failed = machine.exec_inside("apt-get -qy install millwright-broken").unwrap();
    assert_eq!(failed.exit_code, Some(100), "{failed:?}");
    assert_eq!(
        machine.read_inside("dpkg-query -W -f '${db:Status-Status}' millwright-broken").unwrap(),
        "half-configured"
    );
}

#[test]
fn machines_reach_each_other_and_one_does_not_stop_the_others_services() {
    let lab = lab();
    let bastion = lab.machine("bastion").launch().unwrap();
    let inner = lab.machine("inner").launch().unwrap();
    for machine in [&bastion, &inner] {
        machine.wait_for_ssh(BOOT_TIMEOUT).unwrap();
    }
    let reach = format!("timeout 5 bash -c 'head -c 4 < /dev/tcp/{}/22'", inner.address());
    assert_eq!(say(&bastion, &reach), "SSH-");
    let listener = "systemctl show -p MainPID --value ssh";
    let before = inner.read_inside(listener).unwrap();
    bastion.read_inside("systemctl restart ssh").unwrap();
    drop(bastion);
    assert_eq!(inner.read_inside(listener).unwrap(), before);
    assert_eq!(say(&inner, "systemctl is-active ssh"), "active");
}

#[test]
fn debians_own_packages_install_without_a_way_to_the_outside() {
    let root = LabRoot::prepare(|line| println!("{line}")).unwrap();
    let packages = root.debian_packages(&["nginx"], |line| println!("{line}")).unwrap();
    let lab = Lab::start(&root).unwrap();
    lab.repository().add_debian_packages(&packages).unwrap();
    let web = lab.machine("web-1").start().unwrap();
    say(&web, "sudo apt-get -q update && sudo DEBIAN_FRONTEND=noninteractive apt-get -qy install nginx");
    assert_eq!(say(&web, "systemctl is-active nginx"), "active");
}

/// Where the test below tells its child to say that its machine runs.
const CHILD: &str = "MILLWRIGHT_LAB_TEST_CHILD";

/// Not a test of its own: it is the process that `a_killed_owner_leaves_nothing` kills.
#[test]
#[ignore = "a part of a_killed_owner_leaves_nothing"]
fn hold_a_machine_until_killed() {
    let Some(file) = env::var_os(CHILD) else { return };
    let lab = lab();
    let _machine = lab.machine("victim").start().unwrap();
    let beside = Path::new(&file).with_extension("new");
    fs::write(&beside, lab.interface()).unwrap();
    fs::rename(&beside, &file).unwrap();
    loop {
        common::pause();
    }
}

#[test]
fn a_killed_owner_leaves_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let told = folder.path().join("told");
    let mut child = Command::new(env::current_exe().unwrap())
        .args(["--ignored", "--exact", "hold_a_machine_until_killed"])
        .env(CHILD, &told)
        .env("TMPDIR", folder.path())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    common::eventually("the machine of the other process runs", || told.exists());
    let interface = Path::new("/sys/class/net").join(fs::read_to_string(&told).unwrap());
    let mention = folder.path().display().to_string();
    assert!(interface.exists());
    assert!(!common::processes_that_mention(&mention).is_empty());
    let groups = format!("millwright-lab-{}-", child.id());
    let groups = || control_groups().iter().any(|group| group.contains(&groups));
    assert!(groups());

    child.kill().unwrap();
    child.wait().unwrap();
    common::eventually("the cable is gone", || !interface.exists());
    common::eventually("the processes are gone", || common::processes_that_mention(&mention).is_empty());
    let mounts = fs::read_to_string("/proc/self/mountinfo").unwrap();
    assert!(!mounts.contains(&mention), "{mounts}");
    // Empty groups are all that stays; whoever starts next removes them.
    drop(lab());
    assert!(!groups());
}

#[test]
fn a_panic_leaves_nothing() {
    let seen = std::sync::Mutex::new(String::new());
    let outcome = std::panic::catch_unwind(|| {
        let lab = lab();
        let _machine = lab.machine("doomed").launch().unwrap();
        *seen.lock().unwrap() = lab.client_key().parent().unwrap().display().to_string();
        panic!("on purpose");
    });
    assert!(outcome.is_err());
    let folder = seen.into_inner().unwrap_or_else(std::sync::PoisonError::into_inner);
    assert!(!folder.is_empty() && !Path::new(&folder).exists());
    assert_eq!(common::processes_that_mention(&folder), []);
    let name = Path::new(&folder).file_name().unwrap().to_string_lossy().into_owned();
    assert!(!control_groups().iter().any(|group| group.contains(&name)));
}

/// The lab's control groups on this machine.
fn control_groups() -> Vec<String> {
    let output =
        Command::new("find").args(["/sys/fs/cgroup", "-type", "d", "-name", "millwright-lab-*"]).output().unwrap();
    String::from_utf8_lossy(&output.stdout).lines().map(str::to_owned).collect()
}
