//! A regular expression that remembers how it was written.

use regex::{Regex, RegexBuilder};

/// What a compiled expression may occupy: a recipe is not always a friend's.
const SIZE_LIMIT_BYTES: usize = 1 << 20;

/// A regular expression of a recipe.
#[derive(Debug, Clone)]
pub struct Pattern {
    source: String,
    regex: Regex,
}

impl Pattern {
    /// An expression that the whole text must match.
    pub fn whole(source: &str) -> Result<Self, regex::Error> {
        // Compiled alone first, so that an unbalanced parenthesis cannot pair with ours.
        compile(source)?;
        Ok(Self { source: source.to_owned(), regex: compile(&format!(r"\A(?:{source})\z"))? })
    }

    /// An expression that is looked for anywhere in the text.
    pub fn anywhere(source: &str) -> Result<Self, regex::Error> {
        Ok(Self { source: source.to_owned(), regex: compile(source)? })
    }

    /// The expression as the recipe has it.
    pub fn source(&self) -> &str {
        &self.source
    }

    /// Whether the text matches.
    pub fn matches(&self, text: &str) -> bool {
        self.regex.is_match(text)
    }

    /// The named group of the first match, else its first group, else all of it.
    pub fn first_capture<'t>(&self, text: &'t str, group: &str) -> Option<&'t str> {
        let captures = self.regex.captures(text)?;
        captures.name(group).or_else(|| captures.get(1)).or_else(|| captures.get(0)).map(|found| found.as_str())
    }
}

impl PartialEq for Pattern {
    fn eq(&self, other: &Self) -> bool {
        self.regex.as_str() == other.regex.as_str()
    }
}

impl Eq for Pattern {}

fn compile(source: &str) -> Result<Regex, regex::Error> {
    RegexBuilder::new(source).size_limit(SIZE_LIMIT_BYTES).dfa_size_limit(SIZE_LIMIT_BYTES).build()
}
