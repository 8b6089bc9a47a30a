//! One Debian machine under `systemd-nspawn`: its own systemd, sshd, sudo, apt, disk and network.
//!
//! Looks inside past SSH, and works what stands outside a machine: power, link, disk. Starting one is
//! [`crate::machine_options`]'s; the hardware itself is `machine.sh`.

use crate::{
    error::LabError,
    keeper::Keeper,
    keys::PublicKey,
    lab::Network,
    privilege::Privilege,
    process::{descendants, last_lines, run, run_any, wait_for},
    work_folder,
};
use std::{
    fs,
    io::Read,
    net::{Ipv4Addr, SocketAddr, TcpStream},
    path::{Path, PathBuf},
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Duration,
};

/// How long a machine may take from power to sshd. Much longer than the two seconds that it does.
pub const BOOT_TIMEOUT: Duration = Duration::from_secs(60);

/// A running machine. It ends, with its disk, when it is dropped or when this process ends in whatever way.
#[derive(Debug)]
pub struct Machine {
    // Dropped in this order: only an ended machine leaves its control groups empty.
    pub(crate) keeper: Mutex<Keeper>,
    pub(crate) _control_groups: ControlGroups,
    pub(crate) name: String,
    pub(crate) user: String,
    pub(crate) address: Ipv4Addr,
    pub(crate) port: String,
    pub(crate) host_keys: Vec<PublicKey>,
    pub(crate) folder: PathBuf,
    pub(crate) network: Arc<Network>,
}

/// What a command inside a machine said, without SSH.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Inside {
    /// Its exit code; `None` when a signal ended it.
    pub exit_code: Option<i32>,
    /// What it printed.
    pub stdout: String,
    /// What it complained about.
    pub stderr: String,
}

impl Machine {
    /// The password of every machine's account.
    pub const PASSWORD: &str = "correct horse battery staple";
    /// sshd's port.
    pub const SSH_PORT: u16 = 22;

    /// The machine's name, which is its host name.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The machine's address, reached from here and from the lab's other machines.
    pub fn address(&self) -> Ipv4Addr {
        self.address
    }

    /// The account that may log in; root may not.
    pub fn user(&self) -> &str {
        &self.user
    }

    /// The private key that the account accepts.
    pub fn key(&self) -> &Path {
        &self.network.client_key
    }

    /// The machine's host keys, in the order that was asked for.
    pub fn host_keys(&self) -> &[PublicKey] {
        &self.host_keys
    }

    /// Lines of `known_hosts` for this machine.
    pub fn known_hosts(&self) -> String {
        let line = |key: &PublicKey| key.known_hosts_line(&self.address.to_string(), Self::SSH_PORT) + "\n";
        self.host_keys.iter().map(line).collect()
    }

    /// What the machine wrote to its console, with a line `ended <status>` each time that it stopped.
    pub fn console(&self) -> String {
        fs::read(self.folder.join("console")).map(|b| String::from_utf8_lossy(&b).into_owned()).unwrap_or_default()
    }

    /// Runs a shell command inside as root, past SSH: for asserting what is true.
    pub fn exec_inside(&self, command: &str) -> Result<Inside, LabError> {
        let leader = self.leader().ok_or_else(|| LabError::MachineIsOff(self.name.clone()))?;
        let target = format!("--target={leader}");
        let mut entering = self.network.root.privilege.command("nsenter");
        // Not nsenter itself waits for the command: a machine that goes down stops every process first, nsenter would stop
        // with its child, outside, where nothing wakes it, and the machine would wait for ever for the child to be reaped.
        entering.args([&target, "--mount", "--uts", "--ipc", "--net", "--pid", "--root", "--wd", "--no-fork"]);
        entering.args(["sh", "-c", "sh -c \"$1\"; exit $?", "sh", command]);
        let output = run_any(&mut entering)?;
        Ok(Inside {
            exit_code: output.status.code(),
            stdout: String::from_utf8_lossy(&output.stdout).into_owned(),
            stderr: String::from_utf8_lossy(&output.stderr).into_owned(),
        })
    }

    /// What a shell command inside prints, trimmed; one that fails is an error.
    pub fn read_inside(&self, command: &str) -> Result<String, LabError> {
        let inside = self.exec_inside(command)?;
        if inside.exit_code == Some(0) {
            return Ok(inside.stdout.trim().to_owned());
        }
        Err(LabError::Program {
            program: format!("{}: {command}", self.name),
            status: format!("{:?}", inside.exit_code),
            output: last_lines(&format!("{}{}", inside.stdout, inside.stderr), 12),
        })
    }

    /// The kernel's name for this boot.
    pub fn boot_id(&self) -> Result<String, LabError> {
        self.read_inside("cat /proc/sys/kernel/random/boot_id")
    }

    /// Waits until sshd introduces itself and accounts may log in.
    pub fn wait_for_ssh(&self, timeout: Duration) -> Result<(), LabError> {
        let address = SocketAddr::from((self.address, Self::SSH_PORT));
        // sshd may be ready a moment before systemd lifts the ban on logins during boot.
        let open = || self.exec_inside("test ! -e /run/nologin").is_ok_and(|inside| inside.exit_code == Some(0));
        wait_for(timeout, || (ssh_answers(address) && open()).then_some(())).ok_or_else(|| LabError::TimedOut {
            what: format!("an answer of sshd on machine `{}`", self.name),
            timeout,
            log: last_lines(&self.console(), 20),
        })
    }

    /// Waits until the machine runs under another boot id than `previous` and its sshd answers; the new boot id.
    pub fn wait_for_boot_after(&self, previous: &str, timeout: Duration) -> Result<String, LabError> {
        let next = || self.boot_id().ok().filter(|boot_id| boot_id != previous);
        let boot_id = wait_for(timeout, next).ok_or_else(|| LabError::TimedOut {
            what: format!("another boot of machine `{}`", self.name),
            timeout,
            log: last_lines(&self.console(), 20),
        })?;
        self.wait_for_ssh(timeout)?;
        Ok(boot_id)
    }

    /// Restarts the machine from inside, as an administrator does, and waits for sshd; the new boot id.
    pub fn reboot(&self) -> Result<String, LabError> {
        let previous = self.boot_id()?;
        self.read_inside("systemctl --no-block reboot")?;
        self.wait_for_boot_after(&previous, BOOT_TIMEOUT)
    }

    /// Pulls the plug: nothing inside gets a chance to say goodbye. What was written stays on the disk.
    pub fn power_off(&self) -> Result<(), LabError> {
        let Some(leader) = self.leader() else { return Ok(()) };
        run(self.network.root.privilege.command("kill").args(["-KILL", &leader.to_string()]))?;
        wait_for(BOOT_TIMEOUT, || self.leader().is_none().then_some(())).ok_or_else(|| LabError::TimedOut {
            what: format!("the end of machine `{}`", self.name),
            timeout: BOOT_TIMEOUT,
            log: last_lines(&self.console(), 20),
        })
    }

    /// Switches the machine on again and waits for sshd. Does nothing to one that is on.
    pub fn power_on(&self) -> Result<(), LabError> {
        if self.leader().is_none() {
            self.keeper().order("on")?;
        }
        self.wait_for_ssh(BOOT_TIMEOUT)
    }

    /// Cuts the machine's link: packets vanish in silence in both directions, and no side is told.
    pub fn link_down(&self) -> Result<(), LabError> {
        self.set_link("disabled")
    }

    /// Mends the link.
    pub fn link_up(&self) -> Result<(), LabError> {
        self.set_link("forwarding")
    }

    /// Writes until the disk is full to the last block.
    pub fn fill_disk(&self) -> Result<(), LabError> {
        let fill = format!(
            "dd if=/dev/zero of={FILLER} bs=1M 2>/dev/null; dd if=/dev/zero of={FILLER} bs=4k oflag=append \
             conv=notrunc 2>/dev/null; [ \"$(df --output=avail / | tail -n 1)\" -eq 0 ]"
        );
        self.read_inside(&fill).map(drop)
    }

    /// Frees some of what [`Machine::fill_disk`] took.
    pub fn free_some_of_disk(&self, megabytes: u32) -> Result<(), LabError> {
        self.read_inside(&format!("truncate --size=-{megabytes}M {FILLER}")).map(drop)
    }

    /// Frees what [`Machine::fill_disk`] took.
    pub fn free_disk(&self) -> Result<(), LabError> {
        self.read_inside(&format!("rm -f {FILLER}")).map(drop)
    }

    fn set_link(&self, state: &str) -> Result<(), LabError> {
        let mut command = self.network.command_in_switch("bridge");
        run(command.args(["link", "set", "dev", &self.port, "state", state])).map(drop)
    }

    /// The machine's process 1 as this machine numbers it; `None` while it is off.
    fn leader(&self) -> Option<u32> {
        let below = descendants(self.keeper().pid());
        let nspawn = below.iter().find(|process| process.name == "systemd-nspawn")?.pid;
        // Until it is systemd, its child still sees this machine's files.
        below.iter().find(|process| process.parent == nspawn && process.name == "systemd").map(|process| process.pid)
    }

    fn keeper(&self) -> MutexGuard<'_, Keeper> {
        self.keeper.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

const FILLER: &str = "/var/lab-filler";

/// Removed when the machine has ended.
#[derive(Debug)]
pub(crate) struct ControlGroups {
    pub(crate) name: String,
    pub(crate) privilege: Privilege,
}

impl Drop for ControlGroups {
    fn drop(&mut self) {
        work_folder::remove_control_groups(&self.name, self.privilege);
    }
}

fn ssh_answers(address: SocketAddr) -> bool {
    let answer = || {
        let mut stream = TcpStream::connect_timeout(&address, Duration::from_secs(1))?;
        stream.set_read_timeout(Some(Duration::from_secs(5)))?;
        let mut start = [0; 4];
        stream.read_exact(&mut start)?;
        Ok::<_, std::io::Error>(start)
    };
    answer().is_ok_and(|start| &start == b"SSH-")
}
