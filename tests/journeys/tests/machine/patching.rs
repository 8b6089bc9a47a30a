//! Updates: what the plan says is what happens, and what is held stays.

use crate::site::{acts_of_dpkg, install, lab, path, publish, technician, version};
use millwright_lab::{Package, Suite};
use serde_json::{Value, json};

/// The strings of a JSON list.
fn texts(list: &Value) -> Vec<&str> {
    list.as_array().unwrap().iter().map(|text| text.as_str().unwrap()).collect()
}

#[test]
fn patching_does_what_the_plan_says_and_leaves_what_is_held() {
    let lab = lab();
    let package = |name: &str, version: &str| Package::named(format!("millwright-{name}"), version);
    publish(&lab, &["hello", "secure", "kept"].map(|name| package(name, "1.0")));
    let web = lab.machine("web-1").start().unwrap();
    install(&web, &["millwright-hello", "millwright-secure", "millwright-kept"]);
    web.read_inside("apt-mark hold millwright-kept").unwrap();
    publish(&lab, &[package("hello", "1:0.9"), package("kept", "2.0")]);
    lab.repository().publish(Suite::Security, &package("secure", "1.0+deb12u1")).unwrap();
    let technician = technician(&[&web]);
    let host = path(&web);
    let versions = || ["hello", "secure", "kept"].map(|name| version(&web, &format!("millwright-{name}")));

    let facts = technician.run(&["facts", "refresh", "all"]).ends(0).json();
    let summary = &facts["facts"][0]["summary"];
    assert_eq!((&summary["pending"], &summary["pending_security"]), (&json!(2), &json!(1)), "{facts}");
    let shown = technician.run(&["facts", "show", &host]).ends(0).json();
    assert_eq!(shown["facts"]["os"]["id"], "debian", "{shown}");

    // Looking changes nothing, and what is not approved does not happen.
    let planned = technician.run(&["patch", "all", "--dry-run"]).ends(0);
    let job = &planned.json()["plan"]["content"]["jobs"][0];
    let expected = ["millwright-hello 1.0 → 1:0.9", "millwright-secure 1.0 → 1.0+deb12u1 (security)"];
    assert_eq!(texts(&job["changes"]), expected, "{}", planned.told());
    assert!(texts(&job["risks"]).iter().any(|risk| risk.contains("millwright-kept")), "{}", planned.told());
    assert_eq!(technician.run(&["patch", "all"]).ends(5).fault().0, "confirmation_required");
    assert_eq!(versions(), ["installed 1.0", "installed 1.0", "installed 1.0"]);

    technician.run(&["patch", "all", "--security", "--yes"]).ends(0);
    assert_eq!(versions(), ["installed 1.0", "installed 1.0+deb12u1", "installed 1.0"]);
    technician.run(&["patch", "all", "--yes"]).ends(0);
    assert_eq!(versions(), ["installed 1:0.9", "installed 1.0+deb12u1", "installed 1.0"]);

    // What is held is never called up to date.
    let acts = acts_of_dpkg(&web);
    let held = technician.run(&["patch", "all", "--yes"]).ends(5).job(&host);
    assert_eq!((&held["state"], &held["error"]["code"]), (&json!("held"), &json!("held")), "{held}");
    let status = technician.run(&["status"]).ends(0).json();
    assert_eq!(status["hosts"][0]["facts"]["kept_back"], 1, "{status}");
    assert_eq!(acts_of_dpkg(&web), acts);
    web.read_inside("apt-mark unhold millwright-kept").unwrap();
    technician.run(&["patch", "all", "--package", "millwright-kept", "--yes"]).ends(0);
    assert_eq!(version(&web, "millwright-kept"), "installed 2.0");

    let acts = acts_of_dpkg(&web);
    let done = technician.run(&["patch", "all", "--yes"]).ends(0).job(&host);
    assert!(done["note"].as_str().unwrap().starts_with("up to date"), "{done}");
    assert_eq!(acts_of_dpkg(&web), acts);
    technician.audit_head();
}
