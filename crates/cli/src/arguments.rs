//! What can be said on the command line. The nouns and verbs are a contract.

mod files;
mod inventory;
mod plan;

pub(crate) use files::{Files, TransferManner};
pub(crate) use inventory::{Client, Credentials, Env, Host};
pub(crate) use plan::{Approval, Going, Patch, Plan, Policy, Product, Updates, Wish};

use clap::{Args, Parser, Subcommand, ValueEnum};
use millwright_api::{VERSION, Workspace};
use millwright_domain::fleet::SudoMode;
use millwright_domain::{EnvironmentPath, Fault, HostPath, Selector, Slug};
use std::path::PathBuf;

/// Install, patch and support client hosts from an inventory.
#[derive(Debug, Parser)]
#[command(name = "millwright", version = VERSION, propagate_version = true, max_term_width = 100)]
pub(crate) struct Arguments {
    /// The workspace's folder.
    #[arg(long, global = true, value_name = "DIR", env = "MILLWRIGHT_WORKSPACE")]
    pub(crate) workspace: Option<PathBuf>,
    /// Print one JSON document on stdout, and everything else on stderr.
    #[arg(long, global = true)]
    pub(crate) json: bool,
    /// When to use colours.
    #[arg(long, global = true, value_enum, default_value_t = Color::Auto)]
    pub(crate) color: Color,
    #[command(subcommand)]
    pub(crate) noun: Noun,
}

/// When colours are used.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum Color {
    /// On a terminal, unless NO_COLOR is set.
    Auto,
    Always,
    Never,
}

#[derive(Debug, Subcommand)]
pub(crate) enum Noun {
    /// Make the workspace.
    Init,
    /// The clients.
    #[command(subcommand)]
    Client(Client),
    /// The environments of clients.
    #[command(subcommand)]
    Env(Env),
    /// The hosts in environments.
    #[command(subcommand)]
    Host(Host),
    /// What hosts say about themselves.
    #[command(subcommand)]
    Facts(Facts),
    /// Take up an inventory that exists already.
    #[command(subcommand)]
    Import(Import),
    /// Bring packages up to date.
    Patch(Patch),
    /// Plans: made now, looked at, approved, and run when it suits.
    #[command(subcommand)]
    Plan(Plan),
    /// How runs go over their hosts: canary, waves, gates, limits, restarts.
    #[command(subcommand)]
    Policy(Policy),
    /// Begin approved plans at their time, until interrupted. A laptop that sleeps begins nothing.
    ServeSchedule,
    /// Install a product by its recipe.
    Install(Product),
    /// Bring a product to a newer version.
    Upgrade(Product),
    /// Remove a product.
    Remove(Product),
    /// Support procedures.
    #[command(subcommand)]
    Runbook(Runbook),
    /// Recipes of products.
    #[command(subcommand)]
    Recipe(Recipe),
    /// Run one command on hosts.
    Exec(Exec),
    /// Open a shell on a host, in this terminal. Ends with the shell's exit code.
    Terminal {
        /// CLIENT/ENV/HOST
        host: HostPath,
    },
    /// The files of hosts.
    #[command(subcommand)]
    Files(Files),
    /// What was run, and what runs.
    #[command(subcommand)]
    Run(Run),
    /// The overview: hosts, versions, pending updates, and how old each of it is.
    Status {
        /// Which hosts; all of them without one.
        selector: Option<Selector>,
    },
    /// Who did what.
    #[command(subcommand)]
    Audit(Audit),
    /// What can be set, and where each value comes from.
    #[command(subcommand)]
    Config(Config),
    /// Print completions for a shell.
    Completions {
        /// The shell.
        shell: clap_complete::Shell,
    },
    /// Print the manual page.
    #[command(hide = true)]
    Manual {
        /// Write a page for each command into this folder instead.
        #[arg(long, value_name = "DIR")]
        folder: Option<PathBuf>,
    },
}

impl Noun {
    /// What a person should know who has interrupted it.
    pub(crate) const fn words_when_interrupted(&self) -> &'static str {
        if let Noun::Files(Files::Get { .. } | Files::Put { .. }) = self {
            return "Interrupted. What has arrived stays; the same command with `--resume` goes on.";
        }
        if let Noun::ServeSchedule = self {
            return "Interrupted. What runs on hosts goes on; nothing begins by itself any more.";
        }
        "Interrupted. What runs on hosts goes on; `millwright run follow ID` re-attaches."
    }
}

#[derive(Debug, Subcommand)]
pub(crate) enum Facts {
    /// Ask hosts about themselves.
    Refresh {
        /// Which hosts.
        selector: Selector,
        /// Leave the hosts' package index as it is.
        #[arg(long)]
        keep_index: bool,
        #[command(flatten)]
        parallel: Parallel,
    },
    /// Show what a host said last.
    Show {
        /// CLIENT/ENV/HOST
        host: HostPath,
    },
}

#[derive(Debug, Subcommand)]
pub(crate) enum Import {
    /// A CSV file with a header.
    Csv(ImportFile),
    /// OpenSSH's client configuration.
    SshConfig(ImportFile),
    /// An Ansible inventory, INI or YAML.
    Ansible(ImportFile),
    /// Host keys from OpenSSH's known_hosts, for hosts that have none pinned yet.
    KnownHosts {
        /// The file, such as ~/.ssh/known_hosts.
        file: PathBuf,
        /// Show what would change, and change nothing.
        #[arg(long)]
        dry_run: bool,
    },
}

#[derive(Debug, Args)]
pub(crate) struct ImportFile {
    /// The file.
    pub(crate) file: PathBuf,
    /// Show what would change, and change nothing.
    #[arg(long)]
    pub(crate) dry_run: bool,
    /// Import the rows that are well, and list the others; without this, one bad row refuses the file.
    #[arg(long)]
    pub(crate) leave_out_bad: bool,
    /// Where hosts go whose file does not say: CLIENT/ENV.
    #[arg(long, default_value = "imported/default")]
    pub(crate) env: EnvironmentPath,
    /// The account on hosts whose file does not say.
    #[arg(long)]
    pub(crate) user: Option<String>,
    /// How commands become root on hosts whose file does not say.
    #[arg(long, default_value = "none")]
    pub(crate) sudo: SudoMode,
}

/// How many hosts at once.
#[derive(Debug, Clone, Copy, Args)]
pub(crate) struct Parallel {
    /// How many hosts at once; without it the setting `parallel` says (`millwright config show`).
    #[arg(long, value_parser = clap::value_parser!(u32).range(1..=4096))]
    pub(crate) parallel: Option<u32>,
}

impl Parallel {
    /// The flag goes before every setting.
    pub(crate) fn or_setting(self, workspace: &Workspace) -> Result<u32, Fault> {
        self.parallel.map_or_else(|| workspace.parallel(), Ok)
    }
}

/// Values of parameters.
#[derive(Debug, Args)]
pub(crate) struct Set {
    /// A parameter's value; repeat it for more.
    #[arg(long = "set", value_name = "K=V")]
    pub(crate) values: Vec<String>,
    /// A secret parameter's value, read from a file; without it you are asked.
    #[arg(long = "secret", value_name = "K=FILE")]
    pub(crate) secrets: Vec<String>,
}

#[derive(Debug, Subcommand)]
pub(crate) enum Runbook {
    /// List the runbooks.
    List,
    /// Show a runbook with its parameters and steps.
    Show {
        /// Its name.
        name: Slug,
    },
    /// Say what is wrong with a runbook's file, by line.
    Check {
        /// The file.
        file: PathBuf,
    },
    /// Run a runbook on hosts.
    Run {
        /// Its name.
        name: Slug,
        /// Which hosts.
        selector: Selector,
        #[command(flatten)]
        set: Set,
        #[command(flatten)]
        approval: Approval,
    },
}

#[derive(Debug, Subcommand)]
pub(crate) enum Config {
    /// Show every setting with the value that counts.
    Show {
        /// Say where each value comes from.
        #[arg(long)]
        origin: bool,
    },
    /// Keep a value in the workspace.
    Set {
        /// Which setting.
        key: String,
        /// The value.
        value: u32,
        /// Keep it for yourself, in every workspace, instead.
        #[arg(long)]
        user: bool,
    },
    /// Take a kept value back.
    Unset {
        /// Which setting.
        key: String,
        /// The one that you keep for yourself.
        #[arg(long)]
        user: bool,
    },
}

#[derive(Debug, Subcommand)]
pub(crate) enum Recipe {
    /// List the recipes.
    List,
    /// Say what is wrong with a recipe's file, by line.
    Check {
        /// The file.
        file: PathBuf,
    },
}

#[derive(Debug, Args)]
pub(crate) struct Exec {
    /// Which hosts.
    pub(crate) selector: Selector,
    /// Let it go on without the connection; its output and verdict wait on the host.
    #[arg(long)]
    pub(crate) detach: bool,
    /// As root.
    #[arg(long)]
    pub(crate) sudo: bool,
    /// How long it may take, in seconds.
    #[arg(long, value_name = "S", default_value_t = 60, value_parser = clap::value_parser!(u32).range(1..))]
    pub(crate) timeout: u32,
    #[command(flatten)]
    pub(crate) going: Going,
    /// The command: one word is text for `sh`, several are a program and its arguments.
    #[arg(last = true, required = true, value_name = "COMMAND")]
    pub(crate) command: Vec<String>,
}

#[derive(Debug, Subcommand)]
pub(crate) enum Run {
    /// List the newest runs.
    List {
        /// How many.
        #[arg(long, default_value_t = 20)]
        limit: u32,
    },
    /// Show a run with its hosts.
    Show {
        /// Its id, or the beginning or the end of it.
        id: String,
    },
    /// Re-attach to a run, and see it to its end.
    Follow {
        /// Its id, or the beginning or the end of it.
        id: String,
    },
    /// Go on with the hosts that have not succeeded in a run: planned anew, each as a new job.
    Resume {
        /// Its id, or the beginning or the end of it.
        id: String,
        /// A secret that it needs, read from a file; without it you are asked.
        #[arg(long = "secret", value_name = "K=FILE")]
        secrets: Vec<String>,
        #[command(flatten)]
        approval: Approval,
    },
    /// Take back what a run did: planned, graded for each host, and approved like any other plan.
    Undo {
        /// Its id, or the beginning or the end of it.
        id: String,
        /// Only on these hosts.
        selector: Option<Selector>,
        #[command(flatten)]
        approval: Approval,
    },
    /// Open the gate that a run waits at for a person, and go on with it.
    Promote {
        /// Its id, or the beginning or the end of it.
        id: String,
    },
    /// End a run's jobs.
    Cancel {
        /// Its id, or the beginning or the end of it.
        id: String,
        /// Let the step at work end first: right while a package manager is at work.
        #[arg(long)]
        after_step: bool,
    },
    /// Print what a host printed, byte by byte.
    Output {
        /// The run's id, or the beginning or the end of it.
        id: String,
        /// CLIENT/ENV/HOST
        host: HostPath,
    },
}

#[derive(Debug, Subcommand)]
pub(crate) enum Audit {
    /// List the newest entries.
    List {
        /// How many.
        #[arg(long, default_value_t = 50)]
        limit: u32,
    },
    /// Take back an edit of the inventory, if nobody has edited the same thing since.
    Undo {
        /// The number of its entry, as `audit list` shows it.
        number: u64,
    },
    /// Check that no entry was edited, deleted or put in.
    Verify {
        /// A head that an earlier `audit verify` printed (NUMBER:HASH): a cut tail shows too.
        #[arg(long, value_name = "NUMBER:HASH")]
        head: Option<String>,
    },
}
