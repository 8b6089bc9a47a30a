//! Two technicians with a laptop each, and one host.

use crate::site::{install, lab, path, publish, technician, version};
use millwright_journeys::{eventually, fault_of};
use millwright_lab::Package;

#[test]
fn two_laptops_do_not_change_one_host_at_once() {
    let lab = lab();
    publish(&lab, &[Package::named("millwright-slow", "1.0")]);
    let web = lab.machine("web-1").start().unwrap();
    install(&web, &["millwright-slow"]);
    publish(&lab, &[Package::named("millwright-slow", "1.1").slow_installation(10, "/var/log/slow")]);
    let (alice, bob) = (technician(&[&web]), technician(&[&web]));
    let host = path(&web);
    let first = alice.spawn(&["patch", "all", "--yes"]);
    eventually("the first one at work", || {
        web.exec_inside("test -s /var/log/slow").unwrap().exit_code.filter(|code| *code == 0)
    });
    // What only looks is not hindered; what changes is refused while the other one is at work.
    bob.run(&["exec", "all", "--", "uptime"]).ends(0);
    bob.run(&["runbook", "run", "disk-usage", "all", "--yes"]).ends(0);
    let refused =
        bob.run(&["runbook", "run", "restart-service", "all", "--set", "service=cron", "--yes"]).ends(4).job(&host);
    let (code, message, hint) = fault_of(&refused["error"]);
    assert_eq!((&refused["state"], code.as_str()), (&"held".into(), "host_locked"), "{refused}");
    assert!(!message.is_empty() && !hint.is_empty(), "{refused}");
    first.wait().ends(0);
    assert_eq!(web.read_inside("grep -c done /var/log/slow").unwrap(), "1");
    assert_eq!(version(&web, "millwright-slow"), "installed 1.1");
    // The lock goes with its job.
    assert_eq!(bob.run(&["patch", "all", "--yes"]).ends(0).job(&host)["state"], "succeeded");
}

#[test]
fn a_patch_that_is_cancelled_after_its_step_is_never_torn() {
    let lab = lab();
    publish(&lab, &[Package::named("millwright-slow", "1.0")]);
    let web = lab.machine("web-1").start().unwrap();
    install(&web, &["millwright-slow"]);
    publish(&lab, &[Package::named("millwright-slow", "1.1").slow_installation(6, "/var/log/slow")]);
    web.read_inside("apt-get -q update").unwrap();
    let technician = technician(&[&web]);
    technician.file(
        "workspace/runbooks/two.toml",
        "format = 1\nname = \"two\"\ntitle = \"Two steps\"\ndescription = \"Two steps.\"\nread_only = false\n\
         [[steps]]\nname = \"Upgrade\"\npackage = { action = \"upgrade\", names = [\"millwright-slow\"] }\n\
         [[steps]]\nname = \"Never\"\nsudo = true\nrun = \"touch /var/log/never\"\n",
    );
    let first = technician.spawn(&["runbook", "run", "two", "all", "--yes"]);
    eventually("the package at work", || {
        web.exec_inside("test -s /var/log/slow").unwrap().exit_code.filter(|code| *code == 0)
    });
    let id = technician.newest_run();
    let job = technician.run(&["run", "cancel", &id, "--after-step"]).ends(0).job(&path(&web));
    assert_eq!((&job["state"], &job["error"]["code"]), (&"cancelled".into(), &"cancelled".into()), "{job}");
    first.wait().ends(4);
    assert_eq!(version(&web, "millwright-slow"), "installed 1.1", "the step at work ended by itself");
    assert_eq!(web.read_inside("grep -c done /var/log/slow").unwrap(), "1");
    assert_eq!(web.exec_inside("test -e /var/log/never").unwrap().exit_code, Some(1));
}
