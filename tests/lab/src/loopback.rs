//! A real OpenSSH server on loopback, without root: the account is whoever runs the test.
//!
//! One listener answers on every address of 127.0.0.0/8, so one process stands for as many hosts as a test wants. It is
//! bound to the loopback interface, so no other machine reaches it.

use crate::{
    error::{Doing, LabError},
    keeper::Keeper,
    keys::{KeyAlgorithm, PublicKey, generate_key},
    process::{descendants, last_lines, run, start_time, wait_for},
    requirements::{Part, find_program, requirements},
    work_folder,
};
use rustix::process::{Pid, Signal, geteuid, kill_process};
use std::{
    fs,
    net::{Ipv4Addr, TcpListener},
    path::{Path, PathBuf},
    process::Command,
    time::Duration,
};
use tempfile::TempDir;

/// An sshd that is to be started.
#[derive(Debug, Clone)]
#[must_use = "an sshd runs only after `start`"]
pub struct SshdOptions {
    host_keys: Vec<KeyAlgorithm>,
    maximum_startups: String,
    log_detail: LogDetail,
    lines: Vec<String>,
}

/// How much sshd writes to its log.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LogDetail {
    /// Every authentication request, one by one.
    EveryRequest,
    /// What a production server logs: for benchmarks, where writing logs costs time.
    Production,
}

impl SshdOptions {
    /// The kinds of host keys; Ed25519 unless told.
    pub fn host_keys(mut self, algorithms: &[KeyAlgorithm]) -> Self {
        self.host_keys = algorithms.to_vec();
        self
    }

    /// sshd's `MaxStartups`; practically unlimited unless told. OpenSSH's own default is `10:30:100`.
    pub fn maximum_startups(mut self, value: &str) -> Self {
        value.clone_into(&mut self.maximum_startups);
        self
    }

    /// How much sshd logs; every request unless told.
    pub fn log_detail(mut self, detail: LogDetail) -> Self {
        self.log_detail = detail;
        self
    }

    /// A further line of the configuration, such as `ForceCommand …`, `Banner …` or `AuthenticationMethods …`. It
    /// stands before the lab's own lines, and sshd takes the first value that it reads.
    pub fn line(mut self, line: impl Into<String>) -> Self {
        self.lines.push(line.into());
        self
    }

    /// Starts the sshd and waits until it listens.
    pub fn start(self) -> Result<Sshd, LabError> {
        let missing = requirements(Part::Loopback);
        if !missing.is_empty() {
            return Err(LabError::Missing(missing));
        }
        let folder = work_folder::create()?;
        let user = run(Command::new("id").arg("-un"))?;
        let user = String::from_utf8_lossy(&user.stdout).trim().to_owned();
        let client_key = folder.path().join("client-key");
        let client_public_key = generate_key(&client_key, KeyAlgorithm::Ed25519)?;
        let authorized = format!("{} {}\n", client_public_key.algorithm, client_public_key.base64);
        fs::create_dir(folder.path().join(HOME)).doing(|| "make the account's home".to_owned())?;
        let authorized_keys = folder.path().join("authorized_keys");
        fs::write(&authorized_keys, authorized).doing(|| format!("write {authorized_keys:?}"))?;
        let host_keys = generate_host_keys(folder.path(), &self.host_keys)?;
        if geteuid().is_root() {
            // Root's sshd insists on the folder that its package makes at boot.
            fs::create_dir_all("/run/sshd").doing(|| "make /run/sshd".to_owned())?;
        }
        let mut command = Command::new("sh");
        command
            .args(["-c", include_str!("sshd.sh"), "sshd", &mark(folder.path())])
            .arg(find_program("sshd").unwrap_or_else(|| "sshd".into()))
            .arg(folder.path().join(CONFIGURATION))
            .arg(folder.path().join(LOG));
        let keeper = Keeper::start("a loopback sshd", command)?;
        let mut sshd = Sshd { keeper, listener: 0, options: self, user, port: 0, client_key, host_keys, folder };
        // Somebody else may take a free port before sshd does.
        for _ in 1..ATTEMPTS {
            sshd.port = free_port()?;
            if sshd.listen().is_ok() {
                return Ok(sshd);
            }
        }
        sshd.port = free_port()?;
        sshd.listen()?;
        Ok(sshd)
    }

    fn configuration(&self, folder: &Path, port: u16) -> String {
        let mut lines = self.lines.clone();
        // `rdomain lo` binds the listener to the loopback interface.
        lines.push(format!("ListenAddress 0.0.0.0:{port} rdomain lo"));
        lines.extend(self.host_keys.iter().map(|key| format!("HostKey {}", host_key_path(folder, *key).display())));
        lines.push(format!("AuthorizedKeysFile {}", folder.join("authorized_keys").display()));
        lines.push(format!("MaxStartups {}", self.maximum_startups));
        // The account is the tester's own, its home is not: whatever its shell reads there (and may wait for, such as
        // a tool's lock that a killed session left) must not decide about a test.
        let home = folder.join(HOME).display().to_string();
        lines.push(format!("SetEnv MILLWRIGHT_LAB_HOST={} HOME={home}", mark(folder)));
        let level = match self.log_detail {
            LogDetail::EveryRequest => "DEBUG1",
            LogDetail::Production => "VERBOSE",
        };
        lines.push(format!("LogLevel {level}"));
        lines.extend(["UsePAM no", "StrictModes no", "PidFile none", "UseDNS no"].map(str::to_owned));
        lines.push("Subsystem sftp internal-sftp".to_owned());
        lines.push(String::new());
        lines.join("\n")
    }
}

/// A running sshd. It ends when it is dropped or when this process ends in whatever way, and so does every process that
/// was started through it, detached ones included.
#[derive(Debug)]
pub struct Sshd {
    keeper: Keeper,
    listener: u32,
    options: SshdOptions,
    user: String,
    port: u16,
    client_key: PathBuf,
    host_keys: Vec<PublicKey>,
    folder: TempDir,
}

impl Sshd {
    /// One with the usual options.
    pub fn start() -> Result<Self, LabError> {
        Self::options().start()
    }

    /// The options of one that is to be started.
    pub fn options() -> SshdOptions {
        SshdOptions {
            host_keys: vec![KeyAlgorithm::Ed25519],
            maximum_startups: "10000".to_owned(),
            log_detail: LogDetail::EveryRequest,
            lines: Vec::new(),
        }
    }

    /// The port, the same on every address.
    pub fn port(&self) -> u16 {
        self.port
    }

    /// `count` addresses on which it answers, each different.
    pub fn addresses(&self, count: usize) -> Vec<Ipv4Addr> {
        // From 127.1.0.1 on, leaving out the octets 0 and 255, which read like networks and broadcasts.
        let host = |n: usize| [n / (254 * 254) + 1, n / 254 % 254 + 1, n % 254 + 1].map(|o| o as u8);
        (0..count).map(host).map(|[a, b, c]| Ipv4Addr::new(127, a, b, c)).collect()
    }

    /// The account: whoever runs the test.
    pub fn user(&self) -> &str {
        &self.user
    }

    /// The private key that the account accepts.
    pub fn client_key(&self) -> &Path {
        &self.client_key
    }

    /// The file of keys that the account accepts; a test may write to it.
    pub fn authorized_keys(&self) -> PathBuf {
        self.folder.path().join("authorized_keys")
    }

    /// A folder for a test's own files that goes with the sshd.
    pub fn folder(&self) -> &Path {
        self.folder.path()
    }

    /// The host keys, in the order that was asked for.
    pub fn host_keys(&self) -> &[PublicKey] {
        &self.host_keys
    }

    /// Lines of `known_hosts` for one of the addresses.
    pub fn known_hosts(&self, address: Ipv4Addr) -> String {
        let line = |key: &PublicKey| key.known_hosts_line(&address.to_string(), self.port) + "\n";
        self.host_keys.iter().map(line).collect()
    }

    /// Everything that it has logged.
    pub fn log(&self) -> String {
        fs::read(self.folder.path().join(LOG))
            .map(|bytes| String::from_utf8_lossy(&bytes).into_owned())
            .unwrap_or_default()
    }

    /// How many authentication requests it has seen, `none` and queries included. With [`LogDetail::Production`] only
    /// those that were accepted or refused are known.
    pub fn authentication_attempts(&self) -> usize {
        let log = self.log();
        let is_attempt = |line: &&str| match self.options.log_detail {
            LogDetail::EveryRequest => line.contains("userauth-request for user"),
            LogDetail::Production => line.starts_with("Accepted ") || line.starts_with("Failed "),
        };
        log.lines().filter(is_attempt).count()
    }

    /// Ends listener and sessions at once, as a host that dies does to its connections. Detached work goes on.
    pub fn stop(&mut self) -> Result<(), LabError> {
        let mut processes = session_processes(self.listener);
        processes.push(self.listener);
        self.end(&processes)
    }

    /// Starts it again on the same port, after [`Sshd::stop`].
    pub fn start_again(&mut self) -> Result<(), LabError> {
        self.listen()
    }

    /// Starts it again with new host keys of the same or of other kinds: the host's identity has changed.
    pub fn replace_host_keys(&mut self, algorithms: &[KeyAlgorithm]) -> Result<(), LabError> {
        self.stop()?;
        algorithms.clone_into(&mut self.options.host_keys);
        self.host_keys = generate_host_keys(self.folder.path(), algorithms)?;
        self.listen()
    }

    /// Kills sshd's own processes of all open connections; the listener stays. How many processes it were.
    pub fn end_sessions(&self) -> Result<usize, LabError> {
        let sessions = session_processes(self.listener);
        self.end(&sessions)?;
        Ok(sessions.len())
    }

    /// Kills sshd's own processes of the connection that was opened last; the others stay.
    pub fn end_newest_session(&self) -> Result<usize, LabError> {
        let monitors = descendants(self.listener)
            .into_iter()
            .filter(|process| process.parent == self.listener && is_running(process.pid));
        let Some(newest) = monitors.max_by_key(|p| (start_time(p.pid), p.pid)) else { return Ok(0) };
        let mut session = session_processes(newest.pid);
        session.push(newest.pid);
        self.end(&session)?;
        Ok(session.len())
    }

    /// Writes the configuration and starts sshd with it.
    fn listen(&mut self) -> Result<(), LabError> {
        let configuration = self.folder.path().join(CONFIGURATION);
        fs::write(&configuration, self.options.configuration(self.folder.path(), self.port))
            .doing(|| format!("write {configuration:?}"))?;
        let listening = format!("Server listening on 0.0.0.0 port {} ", self.port);
        let earlier = self.log().matches(&listening).count();
        self.keeper.order("start")?;
        let pid = self.keeper.wait_for_line("started", TIMEOUT, |_| {})?;
        self.listener = pid.parse().unwrap_or_default();
        let answer = wait_for(TIMEOUT, || {
            let listens = self.log().matches(&listening).count() > earlier;
            (listens || !is_running(self.listener)).then_some(listens)
        });
        match answer {
            Some(true) => Ok(()),
            Some(false) | None => Err(self.timed_out("the start of sshd")),
        }
    }

    /// Kills processes and waits until they are gone.
    fn end(&self, processes: &[u32]) -> Result<(), LabError> {
        for pid in processes.iter().filter_map(|pid| Pid::from_raw(i32::try_from(*pid).ok()?)) {
            // One that has ended meanwhile is what was wanted.
            let _ = kill_process(pid, Signal::KILL);
        }
        let gone = || processes.iter().all(|pid| !is_running(*pid)).then_some(());
        wait_for(TIMEOUT, gone).ok_or_else(|| self.timed_out("the end of sshd's processes"))
    }

    fn timed_out(&self, what: &str) -> LabError {
        LabError::TimedOut { what: what.to_owned(), timeout: TIMEOUT, log: last_lines(&self.log(), 20) }
    }
}

const TIMEOUT: Duration = Duration::from_secs(20);
const ATTEMPTS: usize = 4;
const CONFIGURATION: &str = "sshd_config";
const LOG: &str = "log";
const HOME: &str = "home";

/// What every process that is started through the sshd in `folder` carries in its environment.
fn mark(folder: &Path) -> String {
    folder.file_name().unwrap_or_default().to_string_lossy().into_owned()
}

/// sshd's own processes below another; newer versions name them `sshd-session` and `sshd-auth`.
fn session_processes(ancestor: u32) -> Vec<u32> {
    descendants(ancestor)
        .into_iter()
        .filter(|process| process.name.starts_with("sshd") && is_running(process.pid))
        .map(|p| p.pid)
        .collect()
}

/// Whether a process runs; one that waits to be collected does not.
fn is_running(pid: u32) -> bool {
    fs::read_to_string(format!("/proc/{pid}/stat"))
        .is_ok_and(|stat| stat.rsplit_once(") ").is_some_and(|(_, rest)| !rest.starts_with(['Z', 'X'])))
}

fn generate_host_keys(folder: &Path, algorithms: &[KeyAlgorithm]) -> Result<Vec<PublicKey>, LabError> {
    algorithms.iter().map(|algorithm| generate_key(&host_key_path(folder, *algorithm), *algorithm)).collect()
}

fn host_key_path(folder: &Path, algorithm: KeyAlgorithm) -> PathBuf {
    folder.join(format!("host-key-{}", algorithm.short_name()))
}

fn free_port() -> Result<u16, LabError> {
    TcpListener::bind((Ipv4Addr::LOCALHOST, 0))
        .and_then(|listener| listener.local_addr())
        .map(|address| address.port())
        .doing(|| "find a free port".to_owned())
}
