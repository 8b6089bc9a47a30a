//! What a machine is to be, and its start: the files that make it itself, and the command that is its keeper.

use crate::{
    error::{Doing, LabError},
    keeper::Keeper,
    keys::{KeyAlgorithm, PublicKey, generate_key},
    lab::{Network, REPOSITORY_HOST, REPOSITORY_PORT},
    machine::{BOOT_TIMEOUT, ControlGroups, Machine},
};
use std::{
    fs,
    path::Path,
    process::Command,
    sync::{Arc, Mutex},
};

/// How the account of a machine may become root.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Sudo {
    /// `sudo` without a question.
    AsksNothing,
    /// `sudo` asks for [`Machine::PASSWORD`].
    AsksPassword,
    /// `sudo` is there and refuses the account.
    Refuses,
    /// There is no `sudo`.
    NotInstalled,
}

/// A machine that is to be started. Get one from [`crate::Lab::machine`].
#[derive(Debug, Clone)]
#[must_use = "a machine runs only after `start`"]
pub struct MachineOptions {
    network: Arc<Network>,
    name: String,
    user: String,
    sudo: Sudo,
    sudoers: String,
    disk_megabytes: u32,
    disk_inodes: Option<u32>,
    host_keys: Vec<KeyAlgorithm>,
    files: Vec<(String, String)>,
}

impl MachineOptions {
    pub(crate) fn new(network: Arc<Network>, name: String) -> Self {
        Self {
            network,
            name,
            user: "ops".to_owned(),
            sudo: Sudo::AsksNothing,
            sudoers: String::new(),
            disk_megabytes: 1024,
            disk_inodes: None,
            host_keys: vec![KeyAlgorithm::Ed25519],
            files: Vec::new(),
        }
    }

    /// The name of the account; `ops` unless told.
    pub fn user(mut self, user: impl Into<String>) -> Self {
        self.user = user.into();
        self
    }

    /// How the account becomes root; without a question unless told.
    pub fn sudo(mut self, sudo: Sudo) -> Self {
        self.sudo = sudo;
        self
    }

    /// A further line of `sudoers`, such as `Defaults requiretty`.
    pub fn sudoers_line(mut self, line: &str) -> Self {
        self.sudoers.push_str(line);
        self.sudoers.push('\n');
        self
    }

    /// How much the machine can write before its disk is full; 1024 unless told. It lies in memory.
    pub fn disk_megabytes(mut self, megabytes: u32) -> Self {
        self.disk_megabytes = megabytes;
        self
    }

    /// How many files the machine can make before it runs out of inodes.
    pub fn disk_inodes(mut self, inodes: u32) -> Self {
        self.disk_inodes = Some(inodes);
        self
    }

    /// The kinds of host keys; Ed25519 unless told.
    pub fn host_keys(mut self, algorithms: &[KeyAlgorithm]) -> Self {
        self.host_keys = algorithms.to_vec();
        self
    }

    /// A file that lies on the machine's disk before its first boot, for example in `/etc/ssh/sshd_config.d/`.
    pub fn file(mut self, path: impl Into<String>, content: impl Into<String>) -> Self {
        self.files.push((path.into(), content.into()));
        self
    }

    /// Starts the machine and waits until its sshd answers.
    pub fn start(self) -> Result<Machine, LabError> {
        let machine = self.launch()?;
        machine.wait_for_ssh(BOOT_TIMEOUT)?;
        Ok(machine)
    }

    /// Starts the machine and does not wait for its boot: for several at once.
    pub fn launch(self) -> Result<Machine, LabError> {
        if !is_host_name(&self.name) {
            return Err(LabError::InvalidName(self.name));
        }
        if !is_host_name(&self.user) {
            return Err(LabError::InvalidName(self.user));
        }
        let number = self.network.take_host_number()?;
        let privilege = self.network.root.privilege;
        let folder = self.network.work.path().join(format!("{}-{number}", self.name));
        let seed = folder.join("seed");
        for folder in [&folder.join("disk"), &seed] {
            fs::create_dir_all(folder).doing(|| format!("make {folder:?}"))?;
        }
        let host_keys = self.write_seed(&seed, number)?;
        self.network.remember(number)?;
        let control_groups = ControlGroups { name: self.control_group(number), privilege };
        let mut keeper = Keeper::start(format!("machine `{}`", self.name), self.command(&folder, number))?;
        keeper.wait_for_line("ready", BOOT_TIMEOUT, |_| {})?;
        Ok(Machine {
            address: self.network.address(number),
            port: port_name(number),
            name: self.name,
            user: self.user,
            host_keys,
            folder,
            keeper: Mutex::new(keeper),
            _control_groups: control_groups,
            network: self.network,
        })
    }

    /// The files that make this machine itself.
    fn write_seed(&self, seed: &Path, number: u8) -> Result<Vec<PublicKey>, LabError> {
        let (name, user) = (&self.name, &self.user);
        let permission = match self.sudo {
            Sudo::AsksNothing => format!("{user} ALL=(ALL:ALL) NOPASSWD: ALL\n"),
            Sudo::AsksPassword => format!("{user} ALL=(ALL:ALL) ALL\n"),
            Sudo::Refuses | Sudo::NotInstalled => String::new(),
        };
        let address = self.network.address(number);
        let gateway = self.network.address(1);
        let url = format!("http://{REPOSITORY_HOST}:{REPOSITORY_PORT}");
        let mut files = vec![
            ("etc/hostname".to_owned(), format!("{name}\n")),
            ("etc/hosts".to_owned(), format!("127.0.0.1 localhost\n{address} {name}\n{gateway} {REPOSITORY_HOST}\n")),
            ("etc/apt/sources.list".to_owned(), self.network.repository.sources_list(&url)),
            ("etc/sudoers.d/lab".to_owned(), format!("{permission}{}", self.sudoers)),
            ("authorized_keys".to_owned(), {
                let key = &self.network.client_public_key;
                format!("{} {}\n", key.algorithm, key.base64)
            }),
        ];
        files.extend(self.files.iter().cloned());
        for (path, content) in &files {
            let path = seed.join(path.trim_start_matches('/'));
            let made = path.parent().map_or(Ok(()), fs::create_dir_all);
            made.and_then(|()| fs::write(&path, content)).doing(|| format!("write {path:?}"))?;
        }
        let ssh = seed.join("etc/ssh");
        fs::create_dir_all(&ssh).doing(|| format!("make {ssh:?}"))?;
        let key = |algorithm: &KeyAlgorithm| {
            generate_key(&ssh.join(format!("ssh_host_{}_key", algorithm.short_name())), *algorithm)
        };
        self.host_keys.iter().map(key).collect()
    }

    /// Names its owner, as the work folder does.
    fn control_group(&self, number: u8) -> String {
        let work = self.network.work.path().file_name().unwrap_or_default();
        format!("{}-{number}", work.to_string_lossy())
    }

    fn command(&self, folder: &Path, number: u8) -> Command {
        let network = &self.network;
        let inodes = self.disk_inodes.map(|inodes| format!(",nr_inodes={inodes}")).unwrap_or_default();
        let sudo_installed = if self.sudo == Sudo::NotInstalled { "no" } else { "yes" };
        let mut command = network.command_in_switch("unshare");
        command
            .args(["--mount", "--pid", "--fork", "--kill-child", "--mount-proc"])
            .args(["sh", "-c", include_str!("machine.sh"), "machine"])
            .arg(format!("name={}", self.name))
            .arg(format!("user={}", self.user))
            .arg(format!("password={}", Machine::PASSWORD))
            .arg(format!("sudo_installed={sudo_installed}"))
            .arg(format!("folder={}", folder.display()))
            .arg(format!("root_folder={}", network.root.folder.display()))
            .arg(format!("disk_options=size={}m{inodes}", self.disk_megabytes))
            .arg(format!("control_group={}", self.control_group(number)))
            .arg(format!("port={}", port_name(number)))
            .arg(format!("address={}", network.address(number)))
            .arg(format!("hardware_address={}", network.hardware_address(number)))
            .arg(format!("gateway={}", network.address(1)))
            .arg(format!("gateway_hardware_address={}", network.hardware_address(1)));
        command
    }
}

fn is_host_name(name: &str) -> bool {
    let plain = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-';
    name.len() <= 40 && name.starts_with(|c: char| c.is_ascii_lowercase()) && name.chars().all(plain)
}

fn port_name(number: u8) -> String {
    format!("port{number}")
}
