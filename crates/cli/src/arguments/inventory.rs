//! Clients, their environments and hosts.

use super::Parallel;
use clap::{Args, Subcommand};
use millwright_domain::fleet::SudoMode;
use millwright_domain::{EnvironmentPath, HostPath, Selector, Slug};
use std::path::PathBuf;

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
        /// A maintenance window, such as “sat 22:00-04:00”, “second tue +3d 22:00-02:00”, “2026-12-24 20:00-23:00” or
        /// “not 2026-12-20..2027-01-06”; repeat it: all of them are replaced.
        #[arg(long, value_name = "RULE")]
        window: Vec<String>,
        /// Changes may start at any time.
        #[arg(long, conflicts_with = "window")]
        no_windows: bool,
    },
    /// Show an environment's maintenance windows, and when they open next.
    Windows {
        /// CLIENT/ENV
        path: EnvironmentPath,
        /// How many of the next ones.
        #[arg(long, default_value_t = 5, value_parser = clap::value_parser!(u32).range(1..=366))]
        count: u32,
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
