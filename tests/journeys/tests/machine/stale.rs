//! A host that has moved on since its plan was approved: it is held with what differs, and nothing is done to it.

use crate::site::{acts_of_dpkg, install, lab, machines, on_each, path, publish, technician, version};
use millwright_journeys::fault_of;
use millwright_lab::Package;

#[test]
fn a_host_that_moved_on_since_the_approval_is_held_and_the_others_go_on() {
    let lab = lab();
    let app = |version: &str| Package::named("millwright-app", version);
    publish(&lab, &[app("1.0"), Package::named("millwright-kept", "1.0"), Package::named("millwright-old", "1.0")]);
    let machines = machines(&lab, ["web-1", "web-2", "web-3", "web-4"]);
    on_each(&machines, |machine| install(machine, &["millwright-app", "millwright-kept", "millwright-old"]));
    let [upgraded, held, removed, same] = &machines;
    publish(&lab, &[app("1.1"), Package::named("millwright-kept", "1.1"), Package::named("millwright-old", "1.1")]);
    let technician = technician(&machines.each_ref());

    let plan = technician.run(&["plan", "patch", "all"]).ends(0).json();
    let plan = plan["plan"]["id"].as_str().unwrap();
    technician.run(&["plan", "approve", plan, "--yes"]).ends(0);
    // Meanwhile, by hand.
    publish(&lab, &[app("1.2")]);
    install(upgraded, &["millwright-app=1.2"]);
    held.read_inside("apt-mark hold millwright-kept").unwrap();
    removed.read_inside("apt-get -qy remove millwright-old").unwrap();
    let acts = machines.each_ref().map(acts_of_dpkg);

    let ran = technician.run(&["plan", "run", plan]).ends(3);
    for (machine, why) in [
        (upgraded, "millwright-app:amd64 was 1.0 and is 1.2"),
        (held, "millwright-kept:amd64 is held now"),
        (removed, "millwright-old:amd64 was 1.0 and is not installed"),
    ] {
        let job = ran.job(&path(machine));
        let (code, message, hint) = fault_of(&job["error"]);
        assert_eq!((&job["state"], code.as_str()), (&"held".into(), "plan_stale"), "{job}");
        assert!(message.contains(why) && !hint.is_empty(), "{job}");
    }
    assert_eq!(machines.each_ref().map(acts_of_dpkg)[..3], acts[..3], "nothing was changed there");
    assert_eq!(version(upgraded, "millwright-kept"), "installed 1.0");
    assert_eq!(ran.job(&path(same))["state"], "succeeded", "{}", ran.told());
    assert_eq!(version(same, "millwright-app"), "installed 1.1", "exactly what was approved");

    // Planned anew, from what is there now. What is held is neither upgraded nor called up to date.
    let id = technician.newest_run();
    let resumed = technician.run(&["run", "resume", &id, "--yes"]).ends(0);
    for machine in [upgraded, held, removed] {
        assert_eq!(resumed.job(&path(machine))["state"], "succeeded", "{}", resumed.told());
        assert_eq!(version(machine, "millwright-app"), "installed 1.2");
    }
    assert_eq!(version(held, "millwright-kept"), "installed 1.0");
    let acts = acts_of_dpkg(held);
    let plan = technician.run(&["plan", "patch", &path(held)]).ends(0).json();
    let plan = plan["plan"]["id"].as_str().unwrap();
    technician.run(&["plan", "approve", plan, "--yes"]).ends(0);
    let job = technician.run(&["plan", "run", plan]).ends(5).job(&path(held));
    let (code, message, _) = fault_of(&job["error"]);
    assert_eq!((&job["state"], code.as_str()), (&"held".into(), "held"), "{job}");
    assert!(message.contains("millwright-kept 1.0 → 1.1 (held on the host)"), "{job}");
    assert_eq!(acts_of_dpkg(held), acts);
    technician.audit_head();
}

const SHOP: &str = r#"
format = 1
product = "shop"
title = "The shop"
vendor = "Lab"
description = "A package with a configuration."
systems = ["debian"]
configuration = ["/etc/shop.conf"]

[version]
scheme = "debian"
probe = '''dpkg-query -W -f='${db:Status-Status} ${Version}\n' millwright-shop'''
pattern = '(?m)^installed (?P<version>\S+)$'

[[install]]
name = "Write the configuration"
sudo = true
upload = { to = "/etc/shop.conf", content = "ours\n" }

[[install]]
name = "Install the package"
package = { action = "install", names = ["millwright-shop"], version = "{{ request.version }}" }

[[remove]]
name = "Remove the package"
package = { action = "remove", names = ["millwright-shop"] }
"#;

#[test]
fn a_product_that_somebody_installed_meanwhile_is_left_alone() {
    let lab = lab();
    publish(&lab, &[Package::named("millwright-shop", "1.0-1"), Package::named("millwright-shop", "1.1-1")]);
    let [web] = machines(&lab, ["web-1"]);
    let technician = technician(&[&web]);
    technician.file("workspace/recipes/shop.toml", SHOP);
    let plan = technician.run(&["plan", "install", "shop@1.0-1", "all"]).ends(0).json();
    let plan = plan["plan"]["id"].as_str().unwrap();
    technician.run(&["plan", "approve", plan, "--yes"]).ends(0);
    install(&web, &["millwright-shop"]);
    let acts = acts_of_dpkg(&web);

    let job = technician.run(&["plan", "run", plan]).ends(5).job(&path(&web));
    let (code, message, _) = fault_of(&job["error"]);
    assert_eq!((&job["state"], code.as_str()), (&"held".into(), "plan_stale"), "{job}");
    assert!(message.contains("millwright-shop was not installed and is 1.1-1"), "{job}");
    assert_eq!(acts_of_dpkg(&web), acts);
    for untouched in ["/etc/shop.conf", "/var/lib/millwright/saved"] {
        assert_eq!(web.exec_inside(&format!("test -e {untouched}")).unwrap().exit_code, Some(1), "{untouched}");
    }
    let id = technician.newest_run();
    let refused = technician.run(&["run", "undo", &id, "--yes"]).ends(1).fault();
    assert_eq!(refused.0, "not_found", "nothing was done that could be taken back");
}
