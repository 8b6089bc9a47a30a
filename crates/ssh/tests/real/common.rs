//! A real, private sshd for one test: its own keys, its own log, one loopback address, gone with its value.

use millwright_ssh::{ConnectOptions, Endpoint, HostKey, HostKeyPin, Identity, PinStanding};
use std::fs;
use std::net::{IpAddr, Ipv4Addr, SocketAddr, TcpListener, TcpStream};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::{Duration, Instant};
use tempfile::TempDir;

/// A running sshd.
pub(crate) struct Sshd {
    folder: TempDir,
    child: Child,
    pub(crate) address: IpAddr,
    pub(crate) port: u16,
}

/// What to put into its configuration besides the usual.
#[derive(Default)]
pub(crate) struct Setup {
    pub(crate) lines: Vec<String>,
    /// The host keys to make; ed25519 if empty.
    pub(crate) key_types: Vec<&'static str>,
}

impl Sshd {
    pub(crate) fn start() -> Self {
        Self::start_with(Setup::default())
    }

    pub(crate) fn start_with(setup: Setup) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let at = |name: &str| folder.path().join(name);
        make_key(&at("client"), "ed25519", "");
        fs::copy(at("client.pub"), at("authorized_keys")).unwrap();
        // What the tester's own shell reads at its start, and may wait for there, must not decide about a test.
        fs::create_dir(at("home")).unwrap();
        let address = next_address();
        let port = free_port(address);
        // sshd keeps the first value it reads: what a test asks for goes before the usual.
        let lines: String = setup.lines.iter().map(|line| format!("{line}\n")).collect();
        let mut config = format!(
            "{lines}ListenAddress {address}:{port}\nPidFile none\nAuthorizedKeysFile {}\nStrictModes no\nUsePAM no\n\
             LogLevel VERBOSE\nPasswordAuthentication no\nKbdInteractiveAuthentication no\nPermitRootLogin yes\n\
             SetEnv HOME={}\n",
            at("authorized_keys").display(),
            at("home").display()
        );
        let key_types = if setup.key_types.is_empty() { vec!["ed25519"] } else { setup.key_types };
        for key_type in key_types {
            make_key(&at(key_type), key_type, "");
            config.push_str(&format!("HostKey {}\n", at(key_type).display()));
        }
        fs::write(at("sshd_config"), config).unwrap();
        if running_as_root() {
            fs::create_dir_all("/run/sshd").unwrap();
        }
        let log = fs::File::create(at("log")).unwrap();
        let child = Command::new("/usr/sbin/sshd")
            .args(["-D", "-e", "-f"])
            .arg(at("sshd_config"))
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(log)
            .spawn()
            .unwrap();
        let mut sshd = Self { folder, child, address, port };
        sshd.wait_until_it_listens();
        sshd
    }

    fn wait_until_it_listens(&mut self) {
        let deadline = Instant::now() + Duration::from_secs(20);
        while TcpStream::connect_timeout(&SocketAddr::new(self.address, self.port), Duration::from_secs(1)).is_err() {
            assert!(self.child.try_wait().unwrap().is_none() && Instant::now() < deadline, "sshd: {}", self.log());
            pause();
        }
    }

    /// Reads the configuration again.
    pub(crate) fn reload(&self) {
        let pid = self.child.id().to_string();
        let before = self.log().matches("Server listening").count();
        assert!(Command::new("kill").args(["-HUP", &pid]).status().unwrap().success());
        let deadline = Instant::now() + Duration::from_secs(20);
        while self.log().matches("Server listening").count() == before {
            assert!(Instant::now() < deadline, "sshd: {}", self.log());
            pause();
        }
    }

    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    /// Everything sshd has logged, the test's own probe of the port included.
    pub(crate) fn log(&self) -> String {
        fs::read_to_string(self.path("log")).unwrap()
    }

    /// Waits until the log says something.
    pub(crate) fn wait_for_log(&self, text: &str) {
        let deadline = Instant::now() + Duration::from_secs(20);
        while !self.log().contains(text) {
            assert!(Instant::now() < deadline, "“{text}” is not in: {}", self.log());
            pause();
        }
    }

    pub(crate) fn host_key(&self, key_type: &str) -> HostKey {
        fs::read_to_string(self.path(&format!("{key_type}.pub"))).unwrap().parse().unwrap()
    }

    /// The endpoint as an inventory would have it: its key pinned, our key configured.
    pub(crate) fn endpoint(&self) -> Endpoint {
        let key = ["ed25519", "ecdsa", "rsa"].into_iter().find(|name| self.path(name).exists()).unwrap();
        Endpoint {
            address: self.address.to_string(),
            port: self.port,
            user: user(),
            identities: vec![Identity::KeyFile { path: self.path("client") }],
            pins: vec![trusted(self.host_key(key))],
        }
    }
}

impl Drop for Sshd {
    fn drop(&mut self) {
        // sshd's children end with their connections.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

pub(crate) fn trusted(key: HostKey) -> HostKeyPin {
    HostKeyPin { key, standing: PinStanding::Trusted }
}

pub(crate) fn make_key(path: &Path, key_type: &str, passphrase: &str) {
    let made = Command::new("ssh-keygen")
        .args(["-q", "-t", key_type, "-N", passphrase, "-C", "test", "-f"])
        .arg(path)
        .status()
        .unwrap();
    assert!(made.success());
}

pub(crate) fn user() -> String {
    let output = Command::new("id").arg("-un").output().unwrap();
    String::from_utf8(output.stdout).unwrap().trim().to_owned()
}

pub(crate) fn running_as_root() -> bool {
    user() == "root"
}

/// Options with a single attempt, for tests that expect a failure.
pub(crate) fn without_retries() -> ConnectOptions {
    ConnectOptions { retries: 0, ..ConnectOptions::default() }
}

/// A loopback address that no other test of this process has.
pub(crate) fn next_address() -> IpAddr {
    static NEXT: AtomicU32 = AtomicU32::new(1);
    let number = NEXT.fetch_add(1, Ordering::Relaxed);
    let [_, _, third, fourth] = std::process::id().wrapping_mul(256).wrapping_add(number).to_be_bytes();
    IpAddr::V4(Ipv4Addr::new(127, 77, third, fourth.clamp(1, 254)))
}

pub(crate) fn free_port(address: IpAddr) -> u16 {
    TcpListener::bind((address, 0)).unwrap().local_addr().unwrap().port()
}

/// A moment's rest of a loop that waits for another process, which offers nothing to wait on.
pub(crate) fn pause() {
    let (_keep, never) = std::sync::mpsc::channel::<()>();
    let _ = never.recv_timeout(Duration::from_millis(20));
}
