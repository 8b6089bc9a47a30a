//! Restarts after updates: only where needed, one of a group at a time, and each proved by a new boot.

use crate::site::{acts_of_dpkg, install, lab, machines, on_each, path, publish, technician, version};
use millwright_journeys::{Technician, eventually, fault_of};
use millwright_lab::{BOOT_TIMEOUT, Lab, Machine, Package};
use serde_json::Value;

/// What tells a host that it has to be restarted, as Debian's kernels do it.
const ASKS_FOR_RESTART: &str = "touch /run/reboot-required; echo millwright-kernel >> /run/reboot-required.pkgs";

/// The hooks write down when they ran, and on which boot.
const POLICY: &str = r#"
quorum_tags = ["db", "cache"]

[restart]
drain = "echo drain $(cat /proc/sys/kernel/random/boot_id) $(date +%s%N) >> /var/log/hooks"
undrain = "echo undrain $(cat /proc/sys/kernel/random/boot_id) $(date +%s%N) >> /var/log/hooks"
back_within_minutes = 1
"#;

/// Machines that have a plain package, for all of which there is an update; of some, a kernel's too.
fn site<const N: usize>(lab: &Lab, names: [&str; N], with_kernel: &[usize]) -> ([Machine; N], Technician) {
    let version = |version| Package::named("millwright-plain", version);
    publish(lab, &[version("1.0"), Package::named("millwright-kernel", "1.0")]);
    let machines = machines(lab, names);
    on_each(&machines, |machine| install(machine, &["millwright-plain"]));
    for number in with_kernel {
        install(&machines[*number], &["millwright-kernel"]);
    }
    publish(lab, &[version("1.1"), Package::named("millwright-kernel", "1.1").after_installation(ASKS_FOR_RESTART)]);
    let technician = technician(&machines.each_ref());
    for machine in &machines {
        let (tag, _) = machine.name().split_once('-').unwrap();
        technician.run(&["host", "edit", &path(machine), "--tag", tag]).ends(0);
    }
    technician.file("policy.toml", POLICY);
    (machines, technician)
}

/// The hooks that ran on a machine: which one, the boot, and when.
fn hooks(machine: &Machine) -> Vec<(String, String, u128)> {
    let lines = machine.read_inside("cat /var/log/hooks 2>/dev/null || true").unwrap();
    let hook = |line: &str| {
        let words: Vec<&str> = line.split(' ').collect();
        (words[0].to_owned(), words[1].to_owned(), words[2].parse().unwrap())
    };
    lines.lines().map(hook).collect()
}

fn state_and_code(job: &Value) -> (String, String) {
    (job["state"].as_str().unwrap().to_owned(), fault_of(&job["error"]).0)
}

#[test]
fn hosts_that_need_it_are_restarted_one_of_a_group_at_a_time() {
    let lab = lab();
    let names = ["db-1", "db-2", "web-1", "app-1", "mail-1"];
    let (machines, technician) = site(&lab, names, &[0, 1, 3, 4]);
    let [db_1, db_2, web, app, mail] = &machines;
    // It starts at boot only, and cannot.
    mail.read_inside(
        "printf '[Service]\\nType=oneshot\\nExecStart=/bin/false\\n[Install]\\nWantedBy=multi-user.target\\n' \
         > /etc/systemd/system/late.service && systemctl enable late",
    )
    .unwrap();
    let mut colleague = technician.at_terminal(&["terminal", &path(app)]);
    colleague.type_line("echo at-$(id -un)");
    colleague.wait_for("at-ops");
    let boots = machines.each_ref().map(|machine| machine.boot_id().unwrap());
    let acts = acts_of_dpkg(app);

    let ran = technician.run(&["patch", "all", "--reboot", "if-needed", "--policy", "policy.toml", "--yes"]).ends(3);
    let after = machines.each_ref().map(|machine| machine.boot_id().unwrap());

    // Both of the group were restarted, the second only when the first was back and well.
    let mut times = Vec::new();
    for (machine, boot) in [(db_1, 0), (db_2, 1)] {
        assert_eq!(ran.job(&path(machine))["state"], "succeeded", "{}", ran.told());
        assert_eq!(version(machine, "millwright-kernel"), "installed 1.1");
        assert_ne!(after[boot], boots[boot], "{}", machine.name());
        let hooks = hooks(machine);
        let [drain, undrain] = hooks.as_slice() else { panic!("{hooks:?}") };
        assert_eq!((drain.0.as_str(), &drain.1), ("drain", &boots[boot]));
        assert_eq!((undrain.0.as_str(), &undrain.1), ("undrain", &after[boot]));
        times.push((drain.2, undrain.2));
    }
    assert!(times[0].1 < times[1].0 || times[1].1 < times[0].0, "they overlap: {times:?}");

    // One that needs no restart gets its updates only.
    assert_eq!(ran.job(&path(web))["state"], "succeeded", "{}", ran.told());
    assert_eq!((version(web, "millwright-plain").as_str(), hooks(web).len()), ("installed 1.1", 0));
    assert_eq!(after[2], boots[2]);

    // One that somebody works on is left as it is, before anything is changed.
    let refused = ran.job(&path(app));
    assert_eq!(state_and_code(&refused), ("held".into(), "restart_refused".into()), "{refused}");
    let message = fault_of(&refused["error"]).1;
    assert!(message.contains("ops is logged in (pts/"), "{message}");
    assert_eq!((after[3] == boots[3], acts_of_dpkg(app)), (true, acts));

    // A service that does not survive the restart is named.
    let failed = ran.job(&path(mail));
    assert_eq!(state_and_code(&failed), ("failed".into(), "step_failed".into()), "{failed}");
    assert_ne!(after[4], boots[4]);
    let lines = failed["last_lines"].as_array().unwrap();
    assert!(lines.iter().any(|line| line == "late.service has failed since the restart."), "{failed}");
    assert_eq!(hooks(mail).len(), 1, "it stays drained");

    // When they have left, it goes on.
    colleague.type_line("exit");
    colleague.wait();
    let id = technician.newest_run();
    mail.read_inside("systemctl disable late && systemctl reset-failed late").unwrap();
    let resumed = technician.run(&["run", "resume", &id, "--policy", "policy.toml", "--yes"]).ends(0);
    assert_eq!(resumed.job(&path(app))["state"], "succeeded", "{}", resumed.told());
    assert_ne!(app.boot_id().unwrap(), boots[3]);
    technician.audit_head();
}

#[test]
#[ignore = "takes almost two minutes: a host that does not come back has one to do so"]
fn a_host_that_does_not_come_back_stops_its_group_only() {
    let lab = lab();
    let (machines, technician) = site(&lab, ["db-1", "db-2", "cache-1", "cache-2"], &[0, 1, 2, 3]);
    let [lost, waiting, others @ ..] = &machines;
    // It goes down and stays there.
    lost.read_inside(
        "mkdir /etc/systemd/system/systemd-reboot.service.d && \
         printf '[Unit]\\nSuccessAction=poweroff-force\\n' > /etc/systemd/system/systemd-reboot.service.d/lab.conf && \
         systemctl daemon-reload",
    )
    .unwrap();
    let acts = acts_of_dpkg(waiting);
    let ran = technician.run(&["patch", "all", "--reboot", "if-needed", "--policy", "policy.toml", "--yes"]).ends(3);
    let unknown = ran.job(&path(lost));
    assert_eq!(state_and_code(&unknown), ("unknown".into(), "not_back".into()), "{unknown}");
    let held = ran.job(&path(waiting));
    assert_eq!(state_and_code(&held), ("held".into(), "group_stopped".into()), "{held}");
    assert!(fault_of(&held["error"]).1.contains(&path(lost)), "{held}");
    assert_eq!(acts_of_dpkg(waiting), acts);
    for other in others {
        assert_eq!(ran.job(&path(other))["state"], "succeeded", "{}", ran.told());
        assert_eq!(hooks(other).len(), 2, "drained, restarted, undrained");
    }

    // Somebody walks over and switches it on.
    lost.power_on().unwrap();
    let id = technician.newest_run();
    let followed = technician.run(&["run", "follow", &id]).ends(3);
    assert_eq!(followed.job(&path(lost))["state"], "succeeded", "{}", followed.told());
    assert_eq!(hooks(lost).len(), 2, "it was drained once, and undrained");
    let resumed = technician.run(&["run", "resume", &id, "--policy", "policy.toml", "--yes"]).ends(0);
    assert_eq!(resumed.job(&path(waiting))["state"], "succeeded", "{}", resumed.told());
    assert_eq!(version(waiting, "millwright-kernel"), "installed 1.1");
    technician.audit_head();
}

#[test]
fn a_command_that_is_killed_during_a_restart_causes_no_second_one() {
    let lab = lab();
    let ([db], technician) = site(&lab, ["db-1"], &[0]);
    let command = technician.spawn(&["patch", "all", "--reboot", "if-needed", "--policy", "policy.toml", "--yes"]);
    let restarts = || db.console().lines().filter(|line| *line == "ended 133").count();
    eventually("the restart", || (restarts() == 1).then_some(()));
    command.kill();
    db.wait_for_ssh(BOOT_TIMEOUT).unwrap();
    let booted = db.boot_id().unwrap();
    let ran = technician.run(&["run", "follow", &technician.newest_run()]).ends(0);
    assert_eq!(ran.job(&path(&db))["state"], "succeeded", "{}", ran.told());
    assert_eq!((restarts(), db.boot_id().unwrap()), (1, booted));
    assert_eq!(hooks(&db).len(), 2, "drained once, undrained once");
    technician.audit_head();
}
