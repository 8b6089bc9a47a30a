//! A person with a laptop: a workspace, a home folder, and the command.

use crate::{
    binary::binary,
    inventory::HostEntry,
    process::{Ran, Running},
    terminal::Terminal,
};
use serde_json::Value;
use std::{
    fs,
    path::{Path, PathBuf},
    process::Command,
};
use tempfile::TempDir;

/// A technician. Their folder goes with them.
#[derive(Debug)]
pub struct Technician {
    folder: TempDir,
}

impl Technician {
    /// One with a new workspace.
    pub fn new() -> Self {
        let technician = Self { folder: tempfile::Builder::new().prefix("millwright-journey-").tempdir().unwrap() };
        fs::create_dir(technician.folder.path().join("home")).unwrap();
        technician.run(&["init"]).ends(0);
        technician
    }

    /// One who knows these hosts and trusts them.
    pub fn with(hosts: &[HostEntry]) -> Self {
        let technician = Self::new();
        technician.add_all(hosts);
        for host in hosts {
            technician.trust(host);
        }
        technician
    }

    /// The workspace's folder.
    pub fn workspace(&self) -> PathBuf {
        self.folder.path().join("workspace")
    }

    /// A folder for a test's own files.
    pub fn folder(&self) -> &Path {
        self.folder.path()
    }

    /// Writes a file into a folder of the technician's; its path.
    pub fn file(&self, name: &str, content: impl AsRef<[u8]>) -> String {
        let path = self.folder.path().join(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(&path, content).unwrap();
        path.display().to_string()
    }

    /// Runs the command with `--json` to its end.
    pub fn run(&self, words: &[&str]) -> Ran {
        self.spawn(words).wait()
    }

    /// Runs the command as a person sees it, without a terminal.
    pub fn run_as_text(&self, words: &[&str]) -> Ran {
        Running::start(self.command(words)).wait()
    }

    /// The same on a machine whose clock shows the time of this zone.
    pub fn run_in_zone(&self, zone: &str, words: &[&str]) -> Ran {
        let mut command = self.command(words);
        command.env("TZ", zone);
        Running::start(command).wait()
    }

    /// Starts the command with `--json`.
    pub fn spawn(&self, words: &[&str]) -> Running {
        Running::start(self.command(&[&["--json"], words].concat()))
    }

    /// Runs the command at a terminal, where it may ask.
    pub fn at_terminal(&self, words: &[&str]) -> Terminal {
        Terminal::start(self.command(words))
    }

    /// Runs a script at a terminal; `$MILLWRIGHT` is the command.
    pub fn script_at_terminal(&self, script: &str) -> Terminal {
        let mut command = self.command(&[]);
        command.env("MILLWRIGHT", binary());
        let mut shell = Command::new("sh");
        shell.args(["-c", script]).current_dir(self.folder.path());
        for (name, value) in command.get_envs() {
            match value {
                Some(value) => shell.env(name, value),
                None => shell.env_remove(name),
            };
        }
        Terminal::start(shell)
    }

    /// Adds hosts, with their clients and environments, by one import.
    pub fn add_all(&self, hosts: &[HostEntry]) {
        let table = self.file("hosts.csv", HostEntry::table(hosts));
        self.run(&["import", "csv", &table]).ends(0);
    }

    /// Trusts a host by the fingerprint that the lab knows.
    pub fn trust(&self, host: &HostEntry) {
        self.run(&["host", "trust", &host.path, "--fingerprint", &host.fingerprint]).ends(0);
    }

    /// The id of the newest run.
    pub fn newest_run(&self) -> String {
        let runs = self.run(&["run", "list", "--limit", "1"]).ends(0).json();
        runs["runs"][0]["id"].as_str().unwrap().to_owned()
    }

    /// The bytes that a host printed in a run.
    pub fn output(&self, run: &str, host: &str) -> Vec<u8> {
        self.run_as_text(&["run", "output", run, host]).ends(0).stdout
    }

    /// Does something to the database behind everybody's back; what it answers.
    pub fn tamper(&self, sql: &str) -> String {
        let database = self.workspace().join("millwright.sqlite");
        let output = Command::new("sqlite3").arg("-bail").arg(database).arg(sql).output().unwrap();
        assert!(output.status.success(), "{sql}: {}", String::from_utf8_lossy(&output.stderr));
        String::from_utf8(output.stdout).unwrap().trim_end().to_owned()
    }

    /// The audit's head, once its chain was checked.
    pub fn audit_head(&self) -> Value {
        self.run(&["audit", "verify"]).ends(0).json()["head"].take()
    }

    fn command(&self, words: &[&str]) -> Command {
        let mut command = Command::new(binary());
        command
            .args(words)
            .env("MILLWRIGHT_WORKSPACE", self.workspace())
            .env("HOME", self.folder.path().join("home"))
            .env("USER", "journey")
            .current_dir(self.folder.path());
        for inherited in ["SSH_AUTH_SOCK", "MILLWRIGHT_LOG", "NO_COLOR", "XDG_DATA_HOME", "XDG_CONFIG_HOME"] {
            command.env_remove(inherited);
        }
        command
    }
}

impl Default for Technician {
    fn default() -> Self {
        Self::new()
    }
}
