//! A lab: a private network with an apt repository, in which machines are started.
//!
//! The network is a switch in a network namespace of its own. One cable leads to this machine, so that tests reach the
//! hosts; none leads further: hosts have no route to anything but the lab. Subnets are taken from 198.18.0.0/15, which
//! is set aside for the testing of network devices and so collides with no office and no VPN.

use crate::{
    error::LabError,
    http::FileServer,
    keeper::Keeper,
    keys::{KeyAlgorithm, PublicKey, generate_key},
    machine_options::MachineOptions,
    privilege::Privilege,
    process::run,
    repository::Repository,
    root_folder::LabRoot,
    work_folder,
};
use std::{
    net::Ipv4Addr,
    path::{Path, PathBuf},
    process::{self, Command},
    sync::{
        Arc,
        atomic::{AtomicU8, Ordering},
    },
    time::Duration,
};
use tempfile::TempDir;

/// The name under which hosts know the repository's server.
pub const REPOSITORY_HOST: &str = "packages.lab";
/// The repository's port.
pub const REPOSITORY_PORT: u16 = 8080;

const NETWORKS: u16 = 512;
const FIRST_HOST: u8 = 10;
const SWITCH_TIMEOUT: Duration = Duration::from_secs(20);

/// A private network with a repository. It ends when it and its last machine are dropped, or when this process ends in
/// whatever way.
///
/// ```no_run
/// use millwright_lab::{Lab, LabRoot, Package, Suite};
///
/// let root = LabRoot::prepare(|line| eprintln!("{line}"))?;
/// let lab = Lab::start(&root)?;
/// lab.repository().publish(Suite::Stable, &Package::named("millwright-hello", "1.0"))?;
/// let web = lab.machine("web-1").start()?;
/// assert_eq!(web.read_inside("hostname")?, "web-1");
/// # Ok::<(), millwright_lab::LabError>(())
/// ```
#[derive(Debug)]
pub struct Lab {
    network: Arc<Network>,
}

/// What the lab and its machines share. Fields are dropped in this order: the server before its address.
#[derive(Debug)]
pub(crate) struct Network {
    _server: FileServer,
    pub(crate) repository: Repository,
    _switch: Keeper,
    switch_pid: u32,
    number: u16,
    next_host: AtomicU8,
    pub(crate) root: LabRoot,
    pub(crate) client_key: PathBuf,
    pub(crate) client_public_key: PublicKey,
    pub(crate) work: TempDir,
}

impl Lab {
    /// Makes the network and serves an empty repository in it.
    pub fn start(root: &LabRoot) -> Result<Self, LabError> {
        work_folder::remove_stale_control_groups(root.privilege);
        let work = work_folder::create()?;
        let client_key = work.path().join("client-key");
        let client_public_key = generate_key(&client_key, KeyAlgorithm::Ed25519)?;
        let repository = Repository::create(&work.path().join("repository"), root.architecture())?;

        let mut command = root.privilege.command("unshare");
        command.args(["--net", "sh", "-c", include_str!("switch.sh"), "switch"]);
        let mut switch = Keeper::start("the lab's switch", command)?;
        let answer = switch.wait_for_line("ready", SWITCH_TIMEOUT, |_| {})?;
        let switch_pid = answer.parse().map_err(|_| LabError::Program {
            program: "the lab's switch".to_owned(),
            status: "running".to_owned(),
            output: answer,
        })?;
        let number = plug_in(root.privilege, switch_pid)?;
        let server = FileServer::start(host_address(number, 1), REPOSITORY_PORT, repository.folder())?;
        let network = Network {
            _server: server,
            repository,
            _switch: switch,
            switch_pid,
            number,
            next_host: AtomicU8::new(FIRST_HOST),
            root: root.clone(),
            client_key,
            client_public_key,
            work,
        };
        Ok(Self { network: Arc::new(network) })
    }

    /// Describes a machine that is to be started in this lab. `name` becomes its host name.
    pub fn machine(&self, name: impl Into<String>) -> MachineOptions {
        MachineOptions::new(Arc::clone(&self.network), name.into())
    }

    /// The packages that this lab's machines can install.
    pub fn repository(&self) -> &Repository {
        &self.network.repository
    }

    /// The private key that every machine's account accepts.
    pub fn client_key(&self) -> &Path {
        &self.network.client_key
    }

    /// The name of this machine's port to the lab, for a look at what crosses it.
    pub fn interface(&self) -> String {
        interface_name(self.network.number)
    }
}

impl Network {
    /// A number for the next machine; its last octet.
    pub(crate) fn take_host_number(&self) -> Result<u8, LabError> {
        let next = |number: u8| number.checked_add(1).filter(|&number| number < 255);
        self.next_host.fetch_update(Ordering::SeqCst, Ordering::SeqCst, next).map_err(|_| LabError::NoFreeNetwork)
    }

    pub(crate) fn address(&self, host: u8) -> Ipv4Addr {
        host_address(self.number, host)
    }

    pub(crate) fn hardware_address(&self, host: u8) -> String {
        hardware_address(self.number, host)
    }

    /// Makes this machine find the host without asking: a link that is cut then swallows packets in silence, as a far
    /// network does, where an unanswered question would be a quick "no route".
    pub(crate) fn remember(&self, host: u8) -> Result<(), LabError> {
        let (address, hardware) = (self.address(host).to_string(), self.hardware_address(host));
        let interface = interface_name(self.number);
        let words = ["neigh", "replace", &address, "lladdr", &hardware, "dev", &interface, "nud", "permanent"];
        run(self.root.privilege.command("ip").args(words)).map(drop)
    }

    /// A command that runs as root in the switch's network namespace.
    pub(crate) fn command_in_switch(&self, program: &str) -> Command {
        let mut command = self.root.privilege.command("nsenter");
        command.arg(format!("--net=/proc/{}/ns/net", self.switch_pid)).arg(program);
        command
    }
}

/// Leads a cable from here to the switch, in the first free network. The interface's name is the claim: the kernel
/// gives it to one process only, and takes it back with the switch.
fn plug_in(privilege: Privilege, switch_pid: u32) -> Result<u16, LabError> {
    let first = process::id() % u32::from(NETWORKS);
    for offset in 0..u32::from(NETWORKS) {
        let number = u16::try_from((first + offset) % u32::from(NETWORKS)).unwrap_or_default();
        let name = interface_name(number);
        let taken = || Path::new("/sys/class/net").join(&name).exists();
        if taken() {
            continue;
        }
        let hardware = hardware_address(number, 1);
        let switch = switch_pid.to_string();
        let cable = ["link", "add", "name", &name, "address", &hardware, "type", "veth"];
        match run(privilege.command("ip").args(cable).args(["peer", "name", "uplink", "netns", &switch])) {
            Ok(_) => {}
            Err(_) if taken() => continue,
            Err(error) => return Err(error),
        }
        let network = format!("{}/24", host_address(number, 1));
        let in_switch = format!("--net=/proc/{switch_pid}/ns/net");
        run(privilege.command("nsenter").args([&in_switch, "ip", "link", "set", "uplink", "master", "switch", "up"]))?;
        run(privilege.command("ip").args(["link", "set", "dev", &name, "addrgenmode", "none", "up"]))?;
        run(privilege.command("ip").args(["address", "add", &network, "dev", &name]))?;
        return Ok(number);
    }
    Err(LabError::NoFreeNetwork)
}

fn interface_name(network: u16) -> String {
    format!("mwlab{network}")
}

fn host_address(network: u16, host: u8) -> Ipv4Addr {
    let [high, low] = network.to_be_bytes();
    Ipv4Addr::new(198, 18 + high, low, host)
}

fn hardware_address(network: u16, host: u8) -> String {
    let [high, low] = network.to_be_bytes();
    format!("02:4d:57:{high:02x}:{low:02x}:{host:02x}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hosts_can_be_shared_between_threads() {
        fn shared<T: Send + Sync>() {}
        shared::<Lab>();
        shared::<crate::Machine>();
        shared::<crate::Sshd>();
        shared::<crate::Proxy>();
    }

    #[test]
    fn every_network_lies_in_the_block_for_tests() {
        assert_eq!(host_address(0, 1), Ipv4Addr::new(198, 18, 0, 1));
        assert_eq!(host_address(NETWORKS - 1, 254), Ipv4Addr::new(198, 19, 255, 254));
        assert!(interface_name(NETWORKS - 1).len() < 16, "the kernel's limit for names");
    }
}
