//! Patterns as OpenSSH matches them: `*`, `?`, and `!` in front of one that excludes.

/// One pattern.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Pattern {
    /// The text without its `!`.
    pub(super) text: String,
    /// Whether it excludes what it matches.
    pub(super) excludes: bool,
}

impl Pattern {
    pub(super) fn new(text: &str) -> Self {
        match text.strip_prefix('!') {
            Some(text) => Self { text: text.to_owned(), excludes: true },
            None => Self { text: text.to_owned(), excludes: false },
        }
    }

    /// Whether it names one host and no more.
    pub(super) fn is_name(&self) -> bool {
        !self.excludes && !self.text.contains(['*', '?'])
    }
}

/// Whether one of the patterns matches and none excludes.
pub(super) fn matches_list(patterns: &[Pattern], name: &str) -> bool {
    let mut matched = false;
    for pattern in patterns {
        if matches(pattern.text.as_bytes(), name.as_bytes()) {
            if pattern.excludes {
                return false;
            }
            matched = true;
        }
    }
    matched
}

/// Goes back to the last `*` only, so that no pattern takes more than the product of both lengths.
fn matches(pattern: &[u8], name: &[u8]) -> bool {
    let (mut at, mut in_name) = (0, 0);
    let mut star: Option<(usize, usize)> = None;
    while in_name < name.len() {
        match (pattern.get(at), star) {
            (Some(b'*'), _) => {
                star = Some((at, in_name));
                at += 1;
            }
            (Some(wanted), _) if *wanted == b'?' || *wanted == name[in_name] => {
                at += 1;
                in_name += 1;
            }
            (_, Some((star_at, taken))) => {
                star = Some((star_at, taken + 1));
                at = star_at + 1;
                in_name = taken + 1;
            }
            (_, None) => return false,
        }
    }
    pattern[at..].iter().all(|rest| *rest == b'*')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn patterns_match_as_in_openssh() {
        for (patterns, name, expected) in [
            ("*", "web", true),
            ("", "web", false),
            ("web-?", "web-1", true),
            ("web-?", "web-12", false),
            ("*.example.com", "a.b.example.com", true),
            ("*.example.com", "example.com", false),
            ("* !bastion", "web", true),
            ("* !bastion", "bastion", false),
            ("!bastion", "web", false),
            ("a*b*c", "a-b-b-c", true),
            ("a*b*c", "a-b-b-d", false),
            ("*a*a*a*a*a*a*a*a*a*a*a*b", "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa", false),
        ] {
            let list: Vec<Pattern> = patterns.split_whitespace().map(Pattern::new).collect();
            assert_eq!(matches_list(&list, name), expected, "{patterns} {name}");
        }
    }
}
