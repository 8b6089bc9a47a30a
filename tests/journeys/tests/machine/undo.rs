//! Taking runs back: the exact versions, what was installed, the configuration, and what cannot be had any more.

use crate::site::{acts_of_dpkg, install, lab, machines, on_each, path, publish, technician, version};
use millwright_journeys::{Ran, Technician, fault_of};
use millwright_lab::{Machine, Package, Suite};
use serde_json::Value;

fn package(name: &str, version: &str) -> Package {
    Package::named(format!("millwright-{name}"), version)
}

/// A host's job in a plan.
fn planned(ran: &Ran, machine: &Machine) -> Value {
    let plan = ran.json()["plan"]["content"].take();
    let job = plan["jobs"].as_array().unwrap().iter().find(|job| job["host"] == path(machine).as_str());
    job.unwrap_or_else(|| panic!("no job: {}", ran.told())).clone()
}

/// How a job of a plan can be taken back, and why not better.
fn grade(job: &Value) -> (String, String) {
    let text = |field: &str| job["undo"][field].as_str().unwrap_or_default().to_owned();
    (text("grade"), text("why"))
}

/// The version of a package by what the host says about itself.
fn version_by_facts(technician: &Technician, machine: &Machine, package: &str) -> Option<String> {
    technician.run(&["facts", "refresh", &path(machine)]).ends(0);
    let shown = technician.run(&["facts", "show", &path(machine)]).ends(0).json();
    let packages = shown["facts"]["packages"].as_array().unwrap();
    let found = packages.iter().find(|found| found["name"] == package)?;
    found["version"].as_str().map(str::to_owned)
}

#[test]
fn updates_are_taken_back_to_the_exact_versions() {
    let lab = lab();
    publish(&lab, &[package("app", "1.0"), package("tool", "2.0")]);
    let machines = machines(&lab, ["web-1", "web-2"]);
    on_each(&machines, |machine| install(machine, &["millwright-app", "millwright-tool"]));
    let [web, moved] = &machines;
    publish(&lab, &[package("app", "1.1"), package("tool", "2.1")]);
    let technician = technician(&machines.each_ref());

    let dry = technician.run(&["patch", "all", "--dry-run"]).ends(0);
    assert_eq!(grade(&planned(&dry, web)), ("exact".into(), String::new()), "{}", dry.told());
    let ran = technician.run(&["patch", "all", "--yes"]).ends(0);
    let id = ran.run()["id"].as_str().unwrap().to_owned();
    let recorded = ran.job(&path(web))["packages"][0].clone();
    assert_eq!((&recorded["before"], &recorded["after"]), (&"1.0".into(), &"1.1".into()), "{recorded}");
    // One of them goes on by hand.
    publish(&lab, &[package("app", "1.2")]);
    install(moved, &["millwright-app=1.2"]);
    let acts = acts_of_dpkg(moved);

    assert_eq!(technician.run(&["run", "undo", &id]).ends(5).fault().0, "confirmation_required");
    let undone = technician.run(&["run", "undo", &id, "--yes"]).ends(3);
    assert_eq!(undone.job(&path(web))["state"], "succeeded", "{}", undone.told());
    assert_eq!(grade(&undone.job(&path(web))), ("exact".into(), String::new()), "{}", undone.told());
    for (name, before) in [("millwright-app", "1.0"), ("millwright-tool", "2.0")] {
        assert_eq!(version_by_facts(&technician, web, name).as_deref(), Some(before));
        assert_eq!(version(web, name), format!("installed {before}"));
    }
    let held = undone.job(&path(moved));
    let (code, message, hint) = fault_of(&held["error"]);
    assert_eq!((&held["state"], code.as_str()), (&"held".into(), "conflict"), "{held}");
    assert!(message.contains("millwright-app:amd64 is 1.2, the run left 1.1") && !hint.is_empty(), "{held}");
    assert_eq!(acts_of_dpkg(moved), acts, "not even what could go back");
    let earlier = technician.run(&["run", "show", &id]).ends(0).run();
    assert_eq!(earlier["followed_by"][0]["kind"], "undo", "{earlier}");

    // Once more: there is nothing left to do.
    let acts = acts_of_dpkg(web);
    let again = technician.run(&["run", "undo", &id, &path(web), "--yes"]).ends(0).job(&path(web));
    assert_eq!(again["note"], "it is as it was before that run", "{again}");
    assert_eq!(acts_of_dpkg(web), acts);
    // Taking a run back is a run that can be taken back.
    let back = undone.run()["id"].as_str().unwrap().to_owned();
    technician.run(&["run", "undo", &back, "--yes"]).ends(0);
    assert_eq!(version(web, "millwright-app"), "installed 1.1");
    technician.audit_head();
}

#[test]
fn what_cannot_be_had_any_more_is_said_before_and_stays() {
    let lab = lab();
    publish(&lab, &[package("app", "1.0"), package("gone", "1.0")]);
    let machines = machines(&lab, ["web-1", "web-2"]);
    let [both, only] = &machines;
    install(both, &["millwright-app", "millwright-gone"]);
    install(only, &["millwright-gone"]);
    publish(&lab, &[package("app", "1.1"), package("gone", "1.1")]);
    let technician = technician(&machines.each_ref());
    let id = technician.run(&["patch", "all", "--yes"]).ends(0).run()["id"].as_str().unwrap().to_owned();
    lab.repository().withdraw(Suite::Stable, "millwright-gone", "1.0").unwrap();

    let dry = technician.run(&["run", "undo", &id, "--dry-run"]).ends(0);
    let job = planned(&dry, both);
    assert_eq!(grade(&job).0, "best_effort", "{job}");
    assert!(grade(&job).1.contains("millwright-gone:amd64 1.0"), "{job}");
    assert!(job["risks"].to_string().contains("millwright-gone:amd64 1.0 cannot be had any more"), "{job}");
    let acts = acts_of_dpkg(only);
    let undone = technician.run(&["run", "undo", &id, "--yes"]).ends(3);
    assert_eq!(undone.job(&path(both))["state"], "succeeded", "{}", undone.told());
    assert_eq!(version(both, "millwright-app"), "installed 1.0");
    assert_eq!(version(both, "millwright-gone"), "installed 1.1");
    let held = undone.job(&path(only));
    let (code, message, hint) = fault_of(&held["error"]);
    assert_eq!((&held["state"], code.as_str()), (&"held".into(), "unsupported"), "{held}");
    assert!(message.contains("millwright-gone:amd64 1.0 cannot be had any more") && !hint.is_empty(), "{held}");
    assert_eq!(acts_of_dpkg(only), acts);

    // An update whose old version is gone already says so before anybody approves it.
    publish(&lab, &[package("gone", "1.2")]);
    lab.repository().withdraw(Suite::Stable, "millwright-gone", "1.1").unwrap();
    let dry = technician.run(&["patch", &path(only), "--dry-run"]).ends(0);
    let (told, why) = grade(&planned(&dry, only));
    assert_eq!(told, "one_way", "{}", dry.told());
    assert!(why.contains("millwright-gone:amd64 1.1"), "{why}");
}

const SHOP: &str = r#"
format = 1
product = "shop"
title = "The shop"
vendor = "Lab"
description = "A service with a configuration that administrators edit."
systems = ["debian"]
configuration = ["/etc/shop/shop.conf", "/etc/shop/extra.conf"]

[version]
scheme = "debian"
probe = '''dpkg-query -W -f='${db:Status-Status} ${Version}\n' millwright-shop'''
pattern = '(?m)^installed (?P<version>\S+)$'

[[install]]
name = "Install the package"
package = { action = "install", names = ["millwright-shop"], version = "{{ request.version }}" }

[[install]]
name = "Write the configuration"
sudo = true
upload = { to = "/etc/shop/shop.conf", mode = "0644", content = "version {{ request.version }}\n" }

[[upgrade]]
name = "Upgrade the package"
package = { action = "upgrade", names = ["millwright-shop"], version = "{{ request.version }}" }

[[upgrade]]
name = "Write the configuration"
sudo = true
upload = { to = "/etc/shop/shop.conf", mode = "0644", content = "version {{ request.version }}\n" }

[[upgrade]]
name = "Write what is new"
sudo = true
upload = { to = "/etc/shop/extra.conf", mode = "0644", content = "new\n" }

[[remove]]
name = "Remove the package"
package = { action = "purge", names = ["millwright-shop"] }
"#;

#[test]
fn a_products_upgrade_and_installation_are_taken_back_with_its_configuration() {
    let lab = lab();
    let shop = |version| package("shop", version).file("/etc/shop/readme", "Say what the shop sells.\n");
    publish(&lab, &[shop("1.0-1"), shop("1.1-1")]);
    let [web] = machines(&lab, ["web-1"]);
    let technician = technician(&[&web]);
    technician.file("workspace/recipes/shop.toml", SHOP);
    let installed = technician.run(&["install", "shop@1.0-1", "all", "--yes"]).ends(0);
    assert_eq!(version(&web, "millwright-shop"), "installed 1.0-1");
    // An administrator makes it theirs.
    web.read_inside(
        "printf 'version 1.0-1\\nby hand\\n' > /etc/shop/shop.conf && chown ops:adm /etc/shop/shop.conf && \
         chmod 640 /etc/shop/shop.conf && touch -d 2024-05-06T07:08:09Z /etc/shop/shop.conf",
    )
    .unwrap();
    let configuration = || web.read_inside("cd /etc/shop && stat -c '%n %U:%G %a %Y' *.conf && cat *.conf").unwrap();
    let by_hand = configuration();

    let upgraded = technician.run(&["upgrade", "shop@1.1-1", "all", "--yes"]).ends(0);
    assert_eq!(web.read_inside("cat /etc/shop/shop.conf").unwrap(), "version 1.1-1");
    assert_eq!(web.read_inside("stat -c '%U %a' /var/lib/millwright/saved").unwrap(), "root 700");
    let undone = technician.run(&["run", "undo", upgraded.run()["id"].as_str().unwrap(), "--yes"]).ends(0);
    assert_eq!(undone.job(&path(&web))["state"], "succeeded", "{}", undone.told());
    assert_eq!(version_by_facts(&technician, &web, "millwright-shop").as_deref(), Some("1.0-1"));
    assert_eq!(configuration(), by_hand, "owner, mode, time and content; what is new is gone");
    let product = || technician.run(&["status"]).ends(0).json()["hosts"][0]["products"]["shop"].clone();
    assert_eq!(product(), "1.0-1");

    // Its installation as well: nothing of it stays.
    let undone = technician.run(&["run", "undo", installed.run()["id"].as_str().unwrap(), "--yes"]).ends(0);
    assert_eq!(undone.job(&path(&web))["state"], "succeeded", "{}", undone.told());
    assert_eq!(version_by_facts(&technician, &web, "millwright-shop"), None);
    assert_eq!(version(&web, "millwright-shop"), "");
    assert_eq!(web.exec_inside("test -e /etc/shop/shop.conf").unwrap().exit_code, Some(1));
    assert_eq!(product(), Value::Null);
    technician.audit_head();
}

#[test]
fn an_update_that_failed_half_way_is_taken_back() {
    let lab = lab();
    publish(&lab, &[package("bad", "1.0")]);
    let [web] = machines(&lab, ["web-1"]);
    install(&web, &["millwright-bad"]);
    publish(&lab, &[package("bad", "1.1").failing_installation()]);
    let technician = technician(&[&web]);
    let failed = technician.run(&["patch", "all", "--yes"]).ends(4);
    assert!(version(&web, "millwright-bad").starts_with("half-configured"));
    let undone = technician.run(&["run", "undo", failed.run()["id"].as_str().unwrap(), "--yes"]).ends(0);
    assert_eq!(undone.job(&path(&web))["state"], "succeeded", "{}", undone.told());
    assert_eq!(version(&web, "millwright-bad"), "installed 1.0");
}
