//! What is to be planned, how it should go, and what becomes of plans.

use super::{Parallel, Set};
use clap::{Args, Subcommand};
use millwright_api::{GivenPolicy, How, WindowWish};
use millwright_domain::run::RebootWish;
use millwright_domain::{Code, Fault, Selector, Slug};
use std::path::PathBuf;

/// How a plan should go.
#[derive(Debug, Clone, Args)]
pub(crate) struct Going {
    #[command(flatten)]
    pub(crate) parallel: Parallel,
    /// A policy's file, in place of the workspace's.
    #[arg(long, value_name = "FILE")]
    pub(crate) policy: Option<PathBuf>,
    /// Restart hosts after updates: never, if-needed or always; without it the policy says.
    #[arg(long, value_name = "WHEN")]
    pub(crate) reboot: Option<RebootWish>,
    /// Let each host wait for its next maintenance window.
    #[arg(long, conflicts_with = "override_window")]
    pub(crate) in_window: bool,
    /// Do not hold hosts to their maintenance windows; the reason goes into the audit.
    #[arg(long, value_name = "REASON")]
    pub(crate) override_window: Option<String>,
    /// How long the plan may wait for its run, in hours.
    #[arg(long, value_name = "HOURS", value_parser = clap::value_parser!(u32).range(1..=744))]
    pub(crate) expires_in: Option<u32>,
}

impl Going {
    /// The same, as the engine takes it.
    pub(crate) fn how(&self) -> Result<How, Fault> {
        let policy = self.policy.as_ref().map(|file| {
            let text = std::fs::read_to_string(file)
                .map_err(|error| Fault::new(Code::LocalFile, format!("the policy {}: {error}", file.display())))?;
            Ok::<_, Fault>(GivenPolicy { name: file.display().to_string(), text })
        });
        Ok(How {
            parallel: self.parallel.parallel,
            policy: policy.transpose()?,
            reboot: self.reboot,
            windows: match (&self.override_window, self.in_window) {
                (Some(reason), _) => WindowWish::Override { reason: reason.clone() },
                (None, true) => WindowWish::WaitFor,
                (None, false) => WindowWish::Respect,
            },
            lives_for_seconds: self.expires_in.map(|hours| hours * 3600),
            from_facts: false,
        })
    }
}

/// Looking at a plan before it is carried out.
#[derive(Debug, Clone, Args)]
pub(crate) struct Approval {
    /// Show the plan, and do nothing.
    #[arg(long)]
    pub(crate) dry_run: bool,
    /// Approve the plan without being asked.
    #[arg(long, short)]
    pub(crate) yes: bool,
    /// Approve the plan now and begin at this time (2026-11-28T22:00+01:00, or 22:00 for the next time it is that late
    /// here), while the window or `millwright serve-schedule` is up.
    #[arg(long, value_name = "TIME")]
    pub(crate) at: Option<String>,
    #[command(flatten)]
    pub(crate) going: Going,
}

/// What a plan is for.
#[derive(Debug, Subcommand)]
pub(crate) enum Plan {
    /// Plan updates.
    Patch(PlanPatch),
    /// Plan the installation of a product.
    Install(PlanProduct),
    /// Plan the upgrade of a product.
    Upgrade(PlanProduct),
    /// Plan the removal of a product.
    Remove(PlanProduct),
    /// Plan a runbook.
    Runbook {
        /// Its name.
        name: Slug,
        /// Which hosts.
        selector: Selector,
        #[command(flatten)]
        set: Set,
        #[command(flatten)]
        going: Going,
    },
    /// List the newest plans.
    List {
        /// How many.
        #[arg(long, default_value_t = 20)]
        limit: u32,
    },
    /// Show a plan: what each host gets, in which waves, and what is held or skipped and why.
    Show {
        /// Its id, or the beginning or the end of it.
        id: String,
    },
    /// Show what is different in a later plan.
    Diff {
        /// The earlier one.
        earlier: String,
        /// The later one.
        later: String,
    },
    /// Approve a plan: your name and its hash are bound to it.
    Approve {
        /// Its id, or the beginning or the end of it.
        id: String,
        /// Approve it only if it has this hash.
        #[arg(long)]
        hash: Option<String>,
        /// Approve it without being asked.
        #[arg(long, short)]
        yes: bool,
        /// Let it begin at this time, while the window or `millwright serve-schedule` is up.
        #[arg(long, value_name = "TIME", conflicts_with = "in_window")]
        at: Option<String>,
        /// Let it begin when the first of its maintenance windows opens.
        #[arg(long)]
        in_window: bool,
    },
    /// Run an approved plan.
    Run {
        /// Its id, or the beginning or the end of it.
        id: String,
    },
    /// Take back that a plan begins by itself.
    Unschedule {
        /// Its id, or the beginning or the end of it.
        id: String,
    },
}

#[derive(Debug, Args)]
pub(crate) struct PlanPatch {
    #[command(flatten)]
    pub(crate) updates: Updates,
    /// Plan from what the hosts said last, without asking them now.
    #[arg(long)]
    pub(crate) from_facts: bool,
    #[command(flatten)]
    pub(crate) going: Going,
}

#[derive(Debug, Args)]
pub(crate) struct PlanProduct {
    #[command(flatten)]
    pub(crate) wish: Wish,
    #[command(flatten)]
    pub(crate) going: Going,
}

#[derive(Debug, Subcommand)]
pub(crate) enum Policy {
    /// Show the policies that are kept.
    Show {
        /// Only this client's.
        client: Option<Slug>,
    },
    /// Keep a policy's file for the workspace or a client.
    Set {
        /// The file.
        file: PathBuf,
        /// Whose; the workspace's without it.
        #[arg(long)]
        client: Option<Slug>,
    },
    /// Take a policy away.
    Unset {
        /// Whose; the workspace's without it.
        #[arg(long)]
        client: Option<Slug>,
    },
    /// Say what is wrong with a policy's file, by line.
    Check {
        /// The file.
        file: PathBuf,
    },
}

/// Which updates.
#[derive(Debug, Args)]
pub(crate) struct Updates {
    /// Which hosts.
    pub(crate) selector: Selector,
    /// Security updates only.
    #[arg(long, conflicts_with = "package")]
    pub(crate) security: bool,
    /// This package only; repeat it for more.
    #[arg(long, value_name = "P")]
    pub(crate) package: Vec<String>,
}

#[derive(Debug, Args)]
pub(crate) struct Patch {
    #[command(flatten)]
    pub(crate) updates: Updates,
    #[command(flatten)]
    pub(crate) approval: Approval,
}

/// Which product, where, and how.
#[derive(Debug, Args)]
pub(crate) struct Wish {
    /// PRODUCT or PRODUCT@VERSION
    pub(crate) product: String,
    /// Which hosts.
    pub(crate) selector: Selector,
    #[command(flatten)]
    pub(crate) set: Set,
    /// The recipe's file, if not the one that is known.
    #[arg(long, value_name = "FILE")]
    pub(crate) recipe: Option<PathBuf>,
}

#[derive(Debug, Args)]
pub(crate) struct Product {
    #[command(flatten)]
    pub(crate) wish: Wish,
    #[command(flatten)]
    pub(crate) approval: Approval,
}
