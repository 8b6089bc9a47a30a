//! What is asked of whatever tells of the parts: for which target, and where the text goes.

use super::host_target;
use anyhow::{Context, Result};
use std::{fs, path::PathBuf};

#[derive(Debug, clap::Args)]
pub(crate) struct Options {
    /// The target that the product is built for; this machine's when none is named
    #[arg(long, value_name = "TRIPLE")]
    target: Option<String>,

    /// A file to write; otherwise it is printed
    #[arg(long, value_name = "FILE")]
    out: Option<PathBuf>,
}

impl Options {
    pub(crate) fn target(&self) -> Result<String> {
        self.target.clone().map_or_else(host_target, Ok)
    }

    /// Writes or prints.
    pub(crate) fn hand_over(&self, text: &str) -> Result<()> {
        match &self.out {
            Some(file) => fs::write(file, text).with_context(|| format!("write {}", file.display())),
            None => {
                print!("{text}");
                Ok(())
            }
        }
    }
}
