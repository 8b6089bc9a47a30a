//! Shell text: quoting, and what of our scripts travels.

/// Text as one word of a POSIX shell, whatever it contains. (A NUL byte cannot be in a shell's word at all.)
pub fn quote(text: &str) -> String {
    format!("'{}'", text.replace('\'', r"'\''"))
}

/// A script of ours without comments, blank lines and indentation: each byte is read singly by the host's shell.
///
/// Right for our scripts only, which have no text of several lines in quotes.
pub(super) fn compact(script: &str) -> String {
    script
        .lines()
        .map(str::trim_start)
        .filter(|line| !line.is_empty() && !line.starts_with('#'))
        .flat_map(|line| [line, "\n"])
        .collect()
}

/// A script of ours in one line, for a command's argument.
pub(super) fn one_line(script: &str) -> String {
    let mut line = String::new();
    for part in compact(script).lines() {
        line.push_str(part);
        let opens = ["{", "(", "do", "then", "else", "&"].iter().any(|end| part.ends_with(end));
        line.push_str(if opens { " " } else { "; " });
    }
    line
}
