//! What can be said on the command line. The nouns and verbs are a contract.

mod files;

pub(crate) use files::{Files, TransferManner};

use clap::{Args, Parser, Subcommand, ValueEnum};
use millwright_api::Workspace;
use millwright_domain::fleet::SudoMode;
use millwright_domain::{EnvironmentPath, Fault, HostPath, Selector, Slug};
use std::path::PathBuf;

/// Install, patch and support client hosts from an inventory.
#[derive(Debug, Parser)]
#[command(name = "millwright", version, propagate_version = true, max_term_width = 100)]
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
    Manual,
}

impl Noun {
    /// What a person should know who has interrupted it.
    pub(crate) const fn words_when_interrupted(&self) -> &'static str {
        if let Noun::Files(Files::Get { .. } | Files::Put { .. }) = self {
            return "Interrupted. What has arrived stays; the same command with `--resume` goes on.";
        }
        "Interrupted. What runs on hosts goes on; `millwright run follow ID` re-attaches."
    }
}

#[derive(Debug, Subcommand)]
pub(crate) enum Client {
    /// Add a client.
    Add {
        /// Its name, as people write it.
        name: String,
        /// Its short name; it follows from the name otherwise.
        #[arg(long)]
        slug: Option<Slug>,
    },
    /// List the clients.
    List,
    /// Show a client.
    Show {
        /// Its short name.
        slug: Slug,
    },
    /// Remove a client that has no environment.
    Remove {
        /// Its short name.
        slug: Slug,
    },
}

#[derive(Debug, Subcommand)]
pub(crate) enum Env {
    /// Add an environment.
    Add {
        /// CLIENT/ENV
        path: EnvironmentPath,
        /// Its IANA time zone, such as Europe/Berlin.
        #[arg(long, default_value = "UTC")]
        timezone: String,
        /// The client lives on it.
        #[arg(long)]
        production: bool,
    },
    /// List environments.
    List {
        /// Of this client only.
        client: Option<Slug>,
    },
    /// Change an environment.
    Edit {
        /// CLIENT/ENV
        path: EnvironmentPath,
        /// Its IANA time zone.
        #[arg(long)]
        timezone: Option<String>,
        /// Whether the client lives on it.
        #[arg(long)]
        production: Option<bool>,
    },
    /// Remove an environment that has no host.
    Remove {
        /// CLIENT/ENV
        path: EnvironmentPath,
    },
}

/// How we log in. Without any of them: the SSH agent.
#[derive(Debug, Args)]
#[group(multiple = false)]
pub(crate) struct Credentials {
    /// A private key in a file.
    #[arg(long, value_name = "FILE")]
    pub(crate) key: Option<PathBuf>,
    /// The SSH agent; with a fingerprint (SHA256:…) that one key of it.
    #[arg(long, value_name = "FINGERPRINT", num_args = 0..=1, require_equals = true, default_missing_value = "")]
    pub(crate) agent: Option<String>,
    /// A password, asked for when it is needed and kept nowhere.
    #[arg(long)]
    pub(crate) ask_password: bool,
}

#[derive(Debug, Subcommand)]
pub(crate) enum Host {
    /// Add a host.
    Add {
        /// CLIENT/ENV/NAME
        path: HostPath,
        /// Its DNS name or IP address.
        #[arg(long)]
        address: String,
        /// The port of its SSH server.
        #[arg(long, default_value_t = 22, value_parser = clap::value_parser!(u16).range(1..))]
        port: u16,
        /// The account; yours without it.
        #[arg(long)]
        user: Option<String>,
        #[command(flatten)]
        credentials: Credentials,
        /// A host to go through; repeat it for a chain.
        #[arg(long, value_name = "CLIENT/ENV/HOST")]
        jump: Vec<HostPath>,
        /// How commands become root: none, nopasswd or ask.
        #[arg(long, default_value = "none")]
        sudo: SudoMode,
        /// A label; repeat it for more.
        #[arg(long, value_name = "TAG")]
        tag: Vec<Slug>,
    },
    /// List hosts.
    List {
        /// Which ones; all of them without one.
        selector: Option<Selector>,
    },
    /// Show a host.
    Show {
        /// CLIENT/ENV/HOST
        host: HostPath,
    },
    /// Change a host. Only what is named changes.
    Edit {
        /// CLIENT/ENV/HOST
        host: HostPath,
        /// Another name in its environment.
        #[arg(long)]
        name: Option<Slug>,
        #[arg(long)]
        address: Option<String>,
        #[arg(long, value_parser = clap::value_parser!(u16).range(1..))]
        port: Option<u16>,
        #[arg(long)]
        user: Option<String>,
        #[command(flatten)]
        credentials: Credentials,
        /// The hosts to go through from now on.
        #[arg(long, value_name = "CLIENT/ENV/HOST")]
        jump: Vec<HostPath>,
        /// Go there directly from now on.
        #[arg(long, conflicts_with = "jump")]
        no_jump: bool,
        #[arg(long)]
        sudo: Option<SudoMode>,
        /// A label to add.
        #[arg(long, value_name = "TAG")]
        tag: Vec<Slug>,
        /// A label to take away.
        #[arg(long, value_name = "TAG")]
        untag: Vec<Slug>,
    },
    /// Remove a host from the inventory. Its runs stay readable.
    Remove {
        /// CLIENT/ENV/HOST
        host: HostPath,
    },
    /// Show a host's key and trust it.
    Trust {
        /// CLIENT/ENV/HOST
        host: HostPath,
        /// Trust the key if it has this fingerprint (SHA256:…), without asking.
        #[arg(long)]
        fingerprint: Option<String>,
    },
    /// Never again accept a key of a host: it was stolen, or belongs to somebody else.
    Revoke {
        /// CLIENT/ENV/HOST
        host: HostPath,
        /// The key's fingerprint (SHA256:…).
        fingerprint: String,
    },
    /// Check the way to hosts: name, TCP, host key, authentication, sudo.
    Check {
        /// Which hosts.
        selector: Selector,
        #[command(flatten)]
        parallel: Parallel,
    },
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

/// Looking at a plan before it is carried out.
#[derive(Debug, Clone, Copy, Args)]
pub(crate) struct Approval {
    /// Show the plan, and do nothing.
    #[arg(long)]
    pub(crate) dry_run: bool,
    /// Approve the plan without being asked.
    #[arg(long, short)]
    pub(crate) yes: bool,
    #[command(flatten)]
    pub(crate) parallel: Parallel,
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

#[derive(Debug, Args)]
pub(crate) struct Patch {
    /// Which hosts.
    pub(crate) selector: Selector,
    /// Security updates only.
    #[arg(long, conflicts_with = "package")]
    pub(crate) security: bool,
    /// This package only; repeat it for more.
    #[arg(long, value_name = "P")]
    pub(crate) package: Vec<String>,
    #[command(flatten)]
    pub(crate) approval: Approval,
}

#[derive(Debug, Args)]
pub(crate) struct Product {
    /// PRODUCT or PRODUCT@VERSION
    pub(crate) product: String,
    /// Which hosts.
    pub(crate) selector: Selector,
    #[command(flatten)]
    pub(crate) set: Set,
    /// The recipe's file, if not the one that is known.
    #[arg(long, value_name = "FILE")]
    pub(crate) recipe: Option<PathBuf>,
    #[command(flatten)]
    pub(crate) approval: Approval,
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
    pub(crate) parallel: Parallel,
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
