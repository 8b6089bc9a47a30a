//! What a package of Millwright brings along beside the command: its manual pages, and completions for shells.

use crate::arguments::Arguments;
use crate::out::Out;
use clap::CommandFactory;
use millwright_domain::{Code, Fault};
use std::fmt::Display;
use std::path::Path;

/// Prints the completions for a shell.
pub(super) fn completions(out: &Out, shell: clap_complete::Shell) {
    let mut text = Vec::new();
    clap_complete::generate(shell, &mut Arguments::command(), "millwright", &mut text);
    out.bytes(&text);
}

/// Prints the manual page, or writes a page for each command into a folder.
pub(super) fn manual(out: &Out, folder: Option<&Path>) -> Result<(), Fault> {
    let Some(folder) = folder else {
        let mut text = Vec::new();
        clap_mangen::Man::new(Arguments::command()).render(&mut text).map_err(|error| not_made(&error))?;
        out.bytes(&text);
        return Ok(());
    };
    clap_mangen::generate_to(Arguments::command(), folder).map_err(|error| not_made(&error))
}

fn not_made(error: &dyn Display) -> Fault {
    Fault::new(Code::Internal, format!("the manual page could not be made: {error}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_command_has_a_page_that_tells_its_version() {
        let folder = tempfile::tempdir().unwrap();
        let out = Out::new(false, crate::arguments::Color::Never);
        manual(&out, Some(folder.path())).unwrap();
        for (page, words) in [("millwright.1", "Install, patch and support"), ("millwright-plan-patch.1", "SELECTOR")] {
            let text = std::fs::read_to_string(folder.path().join(page)).unwrap();
            assert!(text.contains(words) && text.contains(millwright_api::VERSION), "{page}:\n{text}");
        }
        assert!(!folder.path().join("millwright-manual.1").exists(), "what is hidden has no page");
    }
}
