//! A lab for one journey, and a technician who knows its machines.

use millwright_journeys::{HostEntry, Technician};
use millwright_lab::{BOOT_TIMEOUT, Lab, LabError, LabRoot, Machine, Package, Part, Suite, requirements};
use std::thread;

/// Where the lab's files come from: built at the first use, cached from then on.
pub(crate) fn root() -> LabRoot {
    let missing = requirements(Part::Machine);
    assert!(missing.is_empty(), "{}", LabError::Missing(missing));
    LabRoot::prepare(|line| println!("{line}")).unwrap()
}

/// A lab of its own.
pub(crate) fn lab() -> Lab {
    Lab::start(&root()).unwrap()
}

/// Adds packages to the stable suite.
pub(crate) fn publish(lab: &Lab, packages: &[Package]) {
    for package in packages {
        lab.repository().publish(Suite::Stable, package).unwrap();
    }
}

/// Machines that boot together.
pub(crate) fn machines<const N: usize>(lab: &Lab, names: [&str; N]) -> [Machine; N] {
    let machines = names.map(|name| lab.machine(name).launch().unwrap());
    machines.iter().for_each(|machine| machine.wait_for_ssh(BOOT_TIMEOUT).unwrap());
    machines
}

/// Does the same on every machine at once.
pub(crate) fn on_each(machines: &[Machine], act: impl Fn(&Machine) + Sync) {
    thread::scope(|scope| {
        for machine in machines {
            scope.spawn(|| act(machine));
        }
    });
}

/// A technician who knows these machines as `acme/prod/<name>` and trusts them.
pub(crate) fn technician(machines: &[&Machine]) -> Technician {
    let entry = |machine: &&Machine| HostEntry::of_machine(&path(machine), machine);
    Technician::with(&machines.iter().map(entry).collect::<Vec<_>>())
}

/// A technician who knows machines by these names, and trusts them.
pub(crate) fn technician_of(machines: &[(&str, &Machine)]) -> Technician {
    let entry = |(path, machine): &(&str, &Machine)| HostEntry::of_machine(path, machine);
    Technician::with(&machines.iter().map(entry).collect::<Vec<_>>())
}

/// A machine's name in the inventory.
pub(crate) fn path(machine: &Machine) -> String {
    format!("acme/prod/{}", machine.name())
}

/// Installs packages past SSH, as they were before anybody managed the machine.
pub(crate) fn install(machine: &Machine, names: &[&str]) {
    let names = names.join(" ");
    machine
        .read_inside(&format!("apt-get -q update && DEBIAN_FRONTEND=noninteractive apt-get -qy install {names}"))
        .unwrap();
}

/// The version of a package as dpkg knows it, with its state.
pub(crate) fn version(machine: &Machine, package: &str) -> String {
    let ask = format!("dpkg-query -W -f '${{db:Status-Status}} ${{Version}}' {package} 2>/dev/null || true");
    machine.read_inside(&ask).unwrap()
}

/// How much dpkg has done so far: it writes down every act.
pub(crate) fn acts_of_dpkg(machine: &Machine) -> usize {
    machine.read_inside("cat /var/log/dpkg.log 2>/dev/null | wc -l").unwrap().parse().unwrap()
}
