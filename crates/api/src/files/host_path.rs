//! Paths on a host, as text. They are the host's: none of them ever becomes a path of this machine.

use millwright_domain::{Code, Fault};

/// Longer than any path that a system takes.
const LONGEST: usize = 4096;

/// Refuses what no host has as a path.
pub(crate) fn check(path: &str) -> Result<(), Fault> {
    if path.is_empty() || path.contains('\0') || path.len() > LONGEST {
        let message = format!("a path on a host has 1 to {LONGEST} bytes and no NUL");
        return Err(Fault::new(Code::InvalidInput, message).with_hint("Look at the folder and choose from it."));
    }
    Ok(())
}

/// Whether a text names something in a folder, and not the folder, its parent or something elsewhere.
pub(crate) fn is_name(name: &str) -> bool {
    !matches!(name, "" | "." | "..") && !name.contains(['/', '\0'])
}

/// A name in a folder.
pub(crate) fn join(folder: &str, name: &str) -> String {
    format!("{}/{name}", folder.strip_suffix('/').unwrap_or(folder))
}

/// The folder that something is in, and its name there.
pub(crate) fn split(path: &str) -> Result<(String, &str), Fault> {
    check(path)?;
    let (folder, name) = match path.rsplit_once('/') {
        Some(("", name)) => ("/".to_owned(), name),
        Some((folder, name)) => (folder.to_owned(), name),
        None => (".".to_owned(), path),
    };
    if is_name(name) {
        return Ok((folder, name));
    }
    Err(Fault::new(Code::InvalidInput, format!("“{}” does not name a file", path.escape_debug()))
        .with_hint("Name the file, not only its folder."))
}

/// Where an upload grows until it is whole: beside its place, hidden.
pub(crate) fn partial(path: &str) -> Result<String, Fault> {
    let (folder, name) = split(path)?;
    Ok(join(&folder, &format!(".{name}.millwright-part")))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_partial_file_lies_beside_its_place() {
        let cases = [
            ("/srv/app.tar", Some("/srv/.app.tar.millwright-part")),
            ("/app.tar", Some("/.app.tar.millwright-part")),
            ("app.tar", Some("./.app.tar.millwright-part")),
            ("-rf", Some("./.-rf.millwright-part")),
            ("/srv/", None),
            ("/srv/..", None),
            (".", None),
            ("", None),
            ("a\0b", None),
        ];
        for (path, expected) in cases {
            assert_eq!(partial(path).ok().as_deref(), expected, "{path:?}");
        }
    }

    #[test]
    fn only_plain_names_are_names() {
        for name in ["", ".", "..", "a/b", "/", "../x", "a\0"] {
            assert!(!is_name(name), "{name:?}");
        }
        for name in ["a", "...", "-rf", "a b", "new\nline", "$(id)", "..a"] {
            assert!(is_name(name), "{name:?}");
        }
    }
}
