//! What the application may be told when it starts.

use millwright_api::Workspace;
use millwright_domain::Fault;
use std::path::PathBuf;

/// Millwright: a workbench for managed service providers
#[derive(Debug, clap::Parser)]
#[command(name = "millwright-desktop", version = millwright_api::VERSION)]
pub(crate) struct Arguments {
    /// The workspace's folder; it is made when it is not there
    #[arg(long, value_name = "DIR", env = "MILLWRIGHT_WORKSPACE")]
    pub(crate) workspace: Option<PathBuf>,

    /// A link such as millwright://open/fleet, as the system hands it over
    #[arg(value_name = "LINK")]
    pub(crate) link: Option<String>,
}

impl Arguments {
    /// The workspace's folder: the one that was named, else the one that the command uses too.
    pub(crate) fn folder(&self) -> Result<PathBuf, Fault> {
        self.workspace.clone().map_or_else(Workspace::default_folder, Ok)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use clap::{CommandFactory, Parser};

    #[test]
    fn a_link_and_a_folder_can_be_given() {
        Arguments::command().debug_assert();
        let given = Arguments::parse_from(["millwright-desktop", "--workspace", "/tmp/w", "millwright://open/fleet"]);
        assert_eq!(given.folder().unwrap(), PathBuf::from("/tmp/w"));
        assert_eq!(given.link.as_deref(), Some("millwright://open/fleet"));
    }
}
