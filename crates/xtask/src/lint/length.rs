//! The length of source files. Long ones are where structure is missing.

use super::source_files;
use crate::workspace;
use anyhow::{Context, Result, bail};
use std::{fs, path::Path};

/// Above this one should think of parts.
const LONG: usize = 300;
/// Above this the check fails.
const TOO_LONG: usize = 600;

/// Fails when a file is too long, and names those that are getting there.
pub(super) fn check() -> Result<()> {
    let mut lengths = Vec::new();
    for file in source_files()? {
        if is_source(&file) {
            let path = workspace::root().join(&file);
            let text = fs::read_to_string(&path).with_context(|| format!("read {}", path.display()))?;
            lengths.push((text.lines().count(), file));
        }
    }
    lengths.sort_by(|a, b| b.cmp(a));
    let long = lengths.iter().filter(|(lines, _)| *lines > LONG);
    for (lines, file) in long {
        eprintln!("{lines:>6} lines  {}", file.display());
    }
    let too_long = lengths.iter().filter(|(lines, _)| *lines > TOO_LONG).count();
    if too_long > 0 {
        bail!("{too_long} files have more than {TOO_LONG} lines: give their parts files of their own");
    }
    Ok(())
}

fn is_source(file: &Path) -> bool {
    file.extension().is_some_and(|extension| extension == "rs" || extension == "sh" || extension == "py")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_people_write_by_the_line_is_counted() {
        for (file, expected) in [("a/main.rs", true), ("x.sh", true), ("Cargo.lock", false), ("rs", false)] {
            assert_eq!(is_source(Path::new(file)), expected, "{file}");
        }
    }
}
