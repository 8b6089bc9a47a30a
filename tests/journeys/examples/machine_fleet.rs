//! A Debian machine of the lab and a technician's workspace that knows and trusts it, for tests in other languages.
//!
//! The machine has an old version of a package, whose fix waits in the security suite, and can install nginx.
//! `machine_fleet` prints one line of JSON and keeps everything until its stdin ends; why it cannot is told on stderr.
#![allow(clippy::unwrap_used, clippy::print_stdout, clippy::print_stderr, reason = "a part of tests")]

use millwright_journeys::{HostEntry, Technician};
use millwright_lab::{Lab, LabError, LabRoot, Package, Part, Suite, requirements};
use serde_json::json;
use std::{io::Read, process::ExitCode};

/// The package of the lab's own that has a fix.
const PACKAGE: &str = "millwright-secure";
const INSTALLED: &str = "1.0";
const FIXED: &str = "1.0+deb12u1";

fn main() -> ExitCode {
    match keep_until_stdin_ends() {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("{error}");
            ExitCode::FAILURE
        }
    }
}

fn keep_until_stdin_ends() -> Result<(), LabError> {
    let missing = requirements(Part::Machine);
    if !missing.is_empty() {
        return Err(LabError::Missing(missing));
    }
    let told = |line: &str| eprintln!("{line}");
    let root = LabRoot::prepare(told)?;
    let nginx = root.debian_packages(&["nginx"], told)?;
    let lab = Lab::start(&root)?;
    lab.repository().add_debian_packages(&nginx)?;
    lab.repository().publish(Suite::Stable, &Package::named(PACKAGE, INSTALLED))?;
    let machine = lab.machine("web-1").start()?;
    machine.read_inside(&format!("apt-get -q update && apt-get -qy install {PACKAGE}"))?;
    let offered = machine.read_inside("apt-cache show --no-all-versions nginx | sed -n 's/^Version: //p'")?;
    // Since then a fix came out.
    lab.repository().publish(Suite::Security, &Package::named(PACKAGE, FIXED))?;

    let technician = Technician::new();
    technician.run(&["client", "add", "Acme"]).ends(0);
    technician.run(&["env", "add", "acme/prod", "--production"]).ends(0);
    let host = HostEntry::of_machine("acme/prod/web-1", &machine);
    technician.add_all(std::slice::from_ref(&host));
    technician.trust(&host);
    println!(
        "{}",
        json!({
            "workspace": technician.workspace(),
            "host": host.path,
            "address": host.address,
            "nginx": offered,
            "package": PACKAGE,
            "installed": INSTALLED,
            "fixed": FIXED,
        })
    );
    std::io::stdin().read_to_end(&mut Vec::new()).unwrap();
    Ok(())
}
