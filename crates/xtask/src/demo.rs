//! `cargo xtask demo`: the main job on real machines. Two clients, three Debian machines; a product is installed, updates
//! are applied, a support procedure is run, and the same install again changes nothing.

use crate::process;
use crate::setup::{self, Purpose};
use crate::{window, workspace};
use anyhow::{Context, Result, bail};
use millwright_lab::{Lab, LabRoot, Machine, Package, Suite};
use std::fs;
use std::path::PathBuf;
use std::process::{Command, ExitCode};

/// A package of the lab's own, of which the machines have an old version.
const AGENT: &str = "demo-agent";

/// How to show it.
#[derive(Debug, clap::Args)]
pub(crate) struct Options {
    /// Keep the machines running until Enter is pressed, to try things by hand
    #[arg(long)]
    keep: bool,
    /// Open no window, although there is a display
    #[arg(long)]
    headless: bool,
}

/// Ends with 0 only if every host did well.
pub(crate) fn run(options: &Options) -> Result<ExitCode> {
    let has_window = !options.headless && has_display();
    setup::prepare(&[Purpose::Build, Purpose::Machines])?;
    if has_window {
        setup::prepare(&[Purpose::Window])?;
    }
    let millwright = Millwright::build()?;
    let told = |line: &str| eprintln!("  {line}");
    title("The lab: three Debian machines of two clients");
    let root = LabRoot::prepare(told)?;
    let packages = root.debian_packages(&["nginx"], told)?;
    let lab = Lab::start(&root)?;
    lab.repository().add_debian_packages(&packages)?;
    lab.repository().publish(Suite::Stable, &Package::named(AGENT, "1.0"))?;
    let machines = start_machines(&lab)?;
    // The machines have 1.0; since then a fix came out.
    lab.repository().publish(Suite::Security, &Package::named(AGENT, "1.1"))?;

    title("The inventory");
    millwright.tell(&["init"])?;
    for (client, environment, production) in
        [("Acme Foundry", "acme-foundry/prod", true), ("Bolt Logistics", "bolt-logistics/staging", false)]
    {
        millwright.tell(&["client", "add", client])?;
        let mut arguments = vec!["env", "add", environment, "--timezone", "Europe/Berlin"];
        arguments.extend(production.then_some("--production"));
        millwright.tell(&arguments)?;
    }
    for (host, machine) in &machines {
        let (address, key) = (machine.address().to_string(), machine.key().display().to_string());
        millwright.tell(&[
            "host",
            "add",
            host,
            "--address",
            &address,
            "--user",
            machine.user(),
            "--key",
            &key,
            "--sudo",
            "nopasswd",
        ])?;
        let fingerprint = machine.host_keys().first().context("a machine without a host key")?.fingerprint();
        millwright.tell(&["host", "trust", host, "--fingerprint", &fingerprint])?;
    }
    title("The way to each host");
    millwright.tell(&["host", "check", "all"])?;

    title("Install a product by its recipe");
    let install = ["install", "nginx", "all", "--set", "listen_port=8080", "--yes"];
    millwright.tell(&install)?;
    title("Patch: what would change, then the change");
    millwright.tell(&["patch", "all", "--dry-run"])?;
    millwright.tell(&["patch", "all", "--yes"])?;
    title("Support: a runbook");
    millwright.tell(&["runbook", "run", "disk-usage", "all", "--yes"])?;

    title("The same install again");
    let before = package_logs(&machines)?;
    let again = millwright.tell(&install)?;
    if again.matches("already there").count() != machines.len() || package_logs(&machines)? != before {
        bail!("the second install was not “already there” on every host");
    }
    for (host, machine) in &machines {
        let version = machine.read_inside(&format!("dpkg-query -W -f '${{Version}}' {AGENT}"))?;
        if version != "1.1" {
            bail!("{host} has {AGENT} {version}, not 1.1");
        }
    }
    title("The overview, the runs, the evidence");
    millwright.tell(&["status"])?;
    millwright.tell(&["run", "list"])?;
    millwright.tell(&["audit", "verify"])?;
    if has_window {
        title("The window");
        let binary = window::build(window::Profile::Development)?;
        eprintln!("\nThe machines run until the window is closed.");
        let status = window::open(&binary, Some(&millwright.workspace))?;
        if !status.success() {
            bail!("the window ended with {status}");
        }
    }
    if options.keep {
        eprintln!(
            "\nThe machines run until Enter is pressed. Try:\n  export MILLWRIGHT_WORKSPACE={}",
            millwright.workspace.display()
        );
        eprintln!("  {} status", millwright.program.display());
        std::io::stdin().read_line(&mut String::new()).context("wait for Enter")?;
    }
    Ok(ExitCode::SUCCESS)
}

fn start_machines(lab: &Lab) -> Result<Vec<(&'static str, Machine)>> {
    let mut machines = Vec::new();
    for (host, name) in [
        ("acme-foundry/prod/web-1", "acme-web-1"),
        ("acme-foundry/prod/web-2", "acme-web-2"),
        ("bolt-logistics/staging/web-1", "bolt-web-1"),
    ] {
        machines.push((host, lab.machine(name).launch()?));
    }
    for (host, machine) in &machines {
        machine.wait_for_ssh(millwright_lab::BOOT_TIMEOUT)?;
        machine.read_inside(&format!("apt-get -q update && apt-get -q -y install {AGENT}"))?;
        eprintln!("  {host} is up at {}", machine.address());
    }
    Ok(machines)
}

/// What dpkg wrote down of its work on each machine.
fn package_logs(machines: &[(&str, Machine)]) -> Result<Vec<String>> {
    machines.iter().map(|(_, machine)| Ok(machine.read_inside("cat /var/log/dpkg.log")?)).collect()
}

/// The command, built from this checkout, on a workspace of its own.
struct Millwright {
    program: PathBuf,
    workspace: PathBuf,
}

impl Millwright {
    fn build() -> Result<Self> {
        process::run(workspace::cargo().args(["build", "--package", "millwright-cli"]))?;
        let target = workspace::target_folder()?;
        let workspace = target.join("demo-workspace");
        if workspace.exists() {
            fs::remove_dir_all(&workspace).with_context(|| format!("remove {}", workspace.display()))?;
        }
        Ok(Self { program: target.join("debug/millwright"), workspace })
    }

    /// Runs the command as a technician would, shows it with its answer, and fails when it does.
    fn tell(&self, arguments: &[&str]) -> Result<String> {
        println!("\n$ millwright {}", arguments.join(" "));
        let mut command = Command::new(&self.program);
        command.arg("--workspace").arg(&self.workspace).args(arguments).stderr(std::process::Stdio::inherit());
        let output = command.output().context("start millwright")?;
        let answer = String::from_utf8_lossy(&output.stdout).into_owned();
        print!("{answer}");
        if !output.status.success() {
            bail!("`millwright {}` ended with {}", arguments.join(" "), output.status);
        }
        Ok(answer)
    }
}

/// Whether a window can be shown here.
fn has_display() -> bool {
    ["DISPLAY", "WAYLAND_DISPLAY"].into_iter().any(|name| std::env::var_os(name).is_some_and(|value| !value.is_empty()))
}

fn title(words: &str) {
    println!("\n━━ {words}");
}
