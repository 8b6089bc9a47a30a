//! Products: one that comes with Millwright, and one that only its own recipe's file knows.

use crate::site::{acts_of_dpkg, lab, path, publish, root, technician, version};
use millwright_journeys::eventually;
use millwright_lab::{Lab, Machine, Package};
use std::{
    io::{Read, Write},
    net::{SocketAddr, TcpStream},
    time::Duration,
};

/// What a web server on a machine answers.
fn get(machine: &Machine, port: u16, path: &str) -> std::io::Result<String> {
    let mut stream = TcpStream::connect_timeout(&SocketAddr::from((machine.address(), port)), Duration::from_secs(2))?;
    stream.set_read_timeout(Some(Duration::from_secs(5)))?;
    write!(stream, "GET {path} HTTP/1.0\r\nHost: lab\r\n\r\n")?;
    let mut answer = String::new();
    stream.read_to_string(&mut answer)?;
    Ok(answer)
}

#[test]
fn nginx_is_installed_once_and_removed() {
    let root = root();
    let packages = root.debian_packages(&["nginx"], |line| println!("{line}")).unwrap();
    let lab = Lab::start(&root).unwrap();
    lab.repository().add_debian_packages(&packages).unwrap();
    let web = lab.machine("web-1").start().unwrap();
    let technician = technician(&[&web]);
    let host = path(&web);
    let words = ["install", "nginx", "all", "--yes", "--set", "listen_port=8088"];

    let ran = technician.run(&words).ends(0);
    assert_eq!(ran.job(&host)["state"], "succeeded", "{}", ran.told());
    assert!(get(&web, 8088, "/").unwrap().starts_with("HTTP/1.1 200"), "the site answers");
    assert_eq!(web.read_inside("systemctl is-active nginx; systemctl is-enabled nginx").unwrap(), "active\nenabled");
    let installed = version(&web, "nginx").strip_prefix("installed ").unwrap().to_owned();
    let status = technician.run(&["status"]).ends(0).json();
    assert_eq!(status["hosts"][0]["products"]["nginx"], installed.as_str(), "{status}");

    // Once more: already there, and nothing is touched.
    let state = || (acts_of_dpkg(&web), web.read_inside("systemctl show -p MainPID --value nginx").unwrap());
    let before = state();
    let again = technician.run(&words).ends(0).job(&host);
    assert!(again["note"].as_str().unwrap().starts_with("already there"), "{again}");
    assert_eq!((&again["state"], &again["output_length"]), (&"succeeded".into(), &0.into()), "{again}");
    assert_eq!(state(), before);

    // Another value is another wish.
    technician.run(&["install", "nginx", "all", "--yes", "--set", "listen_port=8089"]).ends(0);
    assert!(get(&web, 8089, "/").unwrap().starts_with("HTTP/1.1 200"));
    assert!(get(&web, 8088, "/").is_err());

    technician.run(&["remove", "nginx", "all", "--yes"]).ends(0);
    assert!(!version(&web, "nginx").starts_with("installed"));
    let gone = technician.run(&["remove", "nginx", "all", "--yes"]).ends(0).job(&host);
    assert!(gone["note"].as_str().unwrap().starts_with("already gone"), "{gone}");
    technician.audit_head();
}

const SHOP: &str = r#"
format = 1
product = "shop"
title = "The shop"
vendor = "Lab"
description = "A service that only this file knows."
systems = ["debian"]

[version]
scheme = "debian"
probe = '''dpkg-query -W -f='${db:Status-Status} ${Version}\n' millwright-shop'''
pattern = '(?m)^installed (?P<version>\S+)$'

[[parameters]]
name = "greeting"
type = "string"
description = "What the shop says: any text."
default = "hello"

[[install]]
name = "Install the package"
package = { action = "install", names = ["millwright-shop"], version = "{{ request.version }}" }

[[install]]
name = "Make the folder"
sudo = true
run = "mkdir -p /etc/shop"

[[install]]
name = "Put the certificate there"
sudo = true
upload = { from = "files/shop.bin", to = "/etc/shop/shop.bin", owner = "root", group = "ops", mode = "0640" }

[[install]]
name = "Write the greeting"
sudo = true
run = "printf '%s' {{ greeting }} > /etc/shop/greeting"

[[install]]
name = "Only where it is missing"
sudo = true
only_if = "test -e /etc/shop/never"
run = "exit 1"

[[install]]
name = "Start at boot"
service = { name = "millwright-shop", action = "enable" }

[[install]]
name = "Start"
service = { name = "millwright-shop", action = "restart" }

[[upgrade]]
name = "Upgrade the package"
package = { action = "upgrade", names = ["millwright-shop"], version = "{{ request.version }}" }

[[remove]]
name = "Remove the package"
package = { action = "purge", names = ["millwright-shop"] }

[[health]]
name = "The port is open"
wait_for = { port = 8090, timeout_seconds = 30, interval_seconds = 1 }

[[health]]
name = "The shop answers"
wait_for = { http = { url = "http://127.0.0.1:8090/", contains = "millwright-shop" }, timeout_seconds = 30 }
"#;

#[test]
fn a_product_of_a_recipe_in_a_file_is_installed_upgraded_and_removed() {
    let lab = lab();
    let shop = |version: &str| Package::named("millwright-shop", version).service_on_port(8090);
    publish(&lab, &[shop("1.0-1"), shop("1.1-1")]);
    let (one, two) = (lab.machine("app-1").launch().unwrap(), lab.machine("app-2").launch().unwrap());
    for machine in [&one, &two] {
        machine.wait_for_ssh(millwright_lab::BOOT_TIMEOUT).unwrap();
    }
    let technician = technician(&[&one, &two]);
    let recipe = technician.file("site/shop.toml", SHOP);
    // Bytes that no text survives, across several blocks.
    let bytes: Vec<u8> = (0..200_000u32).map(|n| (n.wrapping_mul(2_654_435_761) >> 24) as u8).collect();
    let file = technician.file("site/files/shop.bin", &bytes);
    // A value that a shell would take apart.
    let greeting = "it's $(id > /tmp/pwned) `id` \"; rm -rf / #\\";
    let set = format!("greeting={greeting}");
    let words = ["install", "shop@1.0-1", "all", "--recipe", &recipe, "--set", &set, "--yes"];

    let ran = technician.run(&words).ends(0);
    assert_eq!(ran.run()["counts"]["succeeded"], 2, "{}", ran.told());
    for machine in [&one, &two] {
        assert!(get(machine, 8090, "/").unwrap().contains("millwright-shop 1.0-1"));
        let here = std::process::Command::new("sha256sum").arg(&file).output().unwrap().stdout;
        let here = String::from_utf8(here).unwrap().split(' ').next().unwrap().to_owned();
        assert_eq!(machine.read_inside("sha256sum < /etc/shop/shop.bin | cut -d' ' -f1").unwrap(), here);
        assert_eq!(machine.read_inside("stat -c '%a %U %G' /etc/shop/shop.bin").unwrap(), "640 root ops");
        assert_eq!(machine.read_inside("cat /etc/shop/greeting").unwrap(), greeting);
        assert_eq!(machine.exec_inside("test -e /tmp/pwned").unwrap().exit_code, Some(1));
    }
    let again = technician.run(&words).ends(0).job(&path(&one));
    assert!(again["note"].as_str().unwrap().starts_with("already there"), "{again}");

    // One machine first.
    let upgrade = ["upgrade", "shop@1.1-1", &path(&one), "--recipe", &recipe, "--yes"];
    technician.run(&upgrade).ends(0);
    assert!(get(&one, 8090, "/").unwrap().contains("millwright-shop 1.1-1"));
    assert!(get(&two, 8090, "/").unwrap().contains("millwright-shop 1.0-1"));
    let status = technician.run(&["status"]).ends(0).json();
    let version_of = |host: usize| status["hosts"][host]["products"]["shop"].clone();
    assert_eq!((version_of(0), version_of(1)), ("1.1-1".into(), "1.0-1".into()), "{status}");
    // An upgrade never goes back.
    let back = technician.run(&["upgrade", "shop@1.0-1", &path(&one), "--recipe", &recipe, "--yes"]);
    assert_eq!(back.job(&path(&one))["state"], "skipped", "{}", back.told());

    technician.run(&["remove", "shop", "all", "--recipe", &recipe, "--yes"]).ends(0);
    for machine in [&one, &two] {
        assert_eq!(version(machine, "millwright-shop"), "");
        eventually("the service is gone", || get(machine, 8090, "/").is_err().then_some(()));
    }
    technician.audit_head();
}
