//! Ourselves as a contestant: the workspace, and the commands that are measured.

use super::fleet::{LoopbackHost, Millwright};
use crate::{process, workspace};
use anyhow::{Context, Result};
use std::fmt::Write as _;
use std::fs;
use std::path::PathBuf;
use std::process::{Command, Stdio};

/// So many hosts at once: sshd on the same two cores is what limits.
const PARALLEL: &str = "32";

/// Makes a workspace with all the hosts, their keys pinned.
pub(crate) fn prepare_workspace(millwright: &Millwright, hosts: &[LoopbackHost]) -> Result<()> {
    let mut inventory = String::from("client,environment,host,address,port,user,key\n");
    let mut known_hosts = String::new();
    for host in hosts {
        let LoopbackHost { name, address, port, user, client_key, host_key } = host;
        let _ = writeln!(inventory, "bench,fleet,{name},{address},{port},{user},{}", client_key.display());
        let _ = writeln!(known_hosts, "{}", host_key.known_hosts_line(&address.to_string(), *port).trim_end());
    }
    let folder = tempfile::tempdir().context("make a temporary folder")?;
    let file = |name: &str, text: &str| -> Result<PathBuf> {
        let path = folder.path().join(name);
        fs::write(&path, text).with_context(|| format!("write {}", path.display()))?;
        Ok(path)
    };
    let (inventory, known_hosts) = (file("fleet.csv", &inventory)?, file("known_hosts", &known_hosts)?);
    process::run(ours(millwright).arg("init"))?;
    process::run(ours(millwright).args(["import", "csv"]).arg(inventory).stdout(Stdio::null()))?;
    process::run(ours(millwright).args(["import", "known-hosts"]).arg(known_hosts).stdout(Stdio::null()))
}

/// `true`, attached.
pub(crate) fn attached(millwright: &Millwright) -> Command {
    exec(millwright, &[])
}

/// `true`, detached: launched, followed, its verdict kept, acknowledged.
pub(crate) fn detached(millwright: &Millwright) -> Command {
    exec(millwright, &["--detach"])
}

/// `true` twice in one process, which prints how long the second time took.
pub(crate) fn warm(millwright: &Millwright) -> Result<Command> {
    process::run(workspace::cargo().args([
        "build",
        "--release",
        "--package",
        "millwright-api",
        "--example",
        "warm_exec",
    ]))?;
    let mut command = Command::new(workspace::target_folder()?.join("release/examples/warm_exec"));
    command.arg(&millwright.workspace).arg(PARALLEL);
    Ok(command)
}

fn exec(millwright: &Millwright, flags: &[&str]) -> Command {
    let mut command = ours(millwright);
    command.args(["--json", "exec", "all", "--parallel", PARALLEL]).args(flags).args(["--", "true"]);
    command
}

fn ours(millwright: &Millwright) -> Command {
    let mut command = Command::new(&millwright.program);
    command.arg("--workspace").arg(&millwright.workspace);
    command
}
