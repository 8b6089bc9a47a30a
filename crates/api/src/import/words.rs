//! Words on a line, as OpenSSH and Ansible's INI files separate and quote them.

/// A word, without its quotes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Word {
    pub(crate) text: String,
    /// Where it begins, in bytes.
    pub(crate) offset: usize,
}

/// A quote that nothing closes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("this quote is never closed")]
pub(crate) struct UnclosedQuote {
    /// Where it stands, in bytes.
    pub(crate) offset: usize,
}

/// The words of a line, up to a comment.
pub(crate) fn split(line: &str) -> Result<Vec<Word>, UnclosedQuote> {
    let mut words = Vec::new();
    let mut current: Option<Word> = None;
    let mut open: Option<(char, usize)> = None;
    let mut characters = line.char_indices().peekable();
    while let Some((offset, character)) = characters.next() {
        let next = characters.peek().map(|(_, next)| *next);
        let escapes = match open {
            Some(_) => matches!(next, Some('"' | '\'' | '\\')),
            None => matches!(next, Some('"' | '\'' | '\\' | ' ')),
        };
        let literal = match (character, open) {
            ('\\', _) if escapes => characters.next().map(|(_, escaped)| escaped),
            (_, Some((quote, _))) if character == quote => {
                open = None;
                None
            }
            (_, Some(_)) => Some(character),
            (' ' | '\t', None) => {
                words.extend(current.take());
                continue;
            }
            ('#', None) if current.is_none() => break,
            ('"' | '\'', None) => {
                open = Some((character, offset));
                None
            }
            (_, None) => Some(character),
        };
        // An empty pair of quotes is a word too.
        current.get_or_insert_with(|| Word { text: String::new(), offset }).text.extend(literal);
    }
    words.extend(current);
    match open {
        Some((_, offset)) => Err(UnclosedQuote { offset }),
        None => Ok(words),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_are_separated_and_unquoted() {
        let cases: [(&str, &[&str]); 9] = [
            ("a b\tc", &["a", "b", "c"]),
            ("  ", &[]),
            ("\"a b\" 'c d'", &["a b", "c d"]),
            ("key='a b'c", &["key=a bc"]),
            ("a # b", &["a"]),
            ("a#b", &["a#b"]),
            (r#"a\ b \"c C:\d"#, &["a b", "\"c", r"C:\d"]),
            ("''", &[""]),
            ("$(id) `id`", &["$(id)", "`id`"]),
        ];
        for (line, expected) in cases {
            let words = split(line).unwrap();
            assert_eq!(words.iter().map(|word| word.text.as_str()).collect::<Vec<_>>(), expected, "{line}");
        }
        assert_eq!(split("a \"b"), Err(UnclosedQuote { offset: 2 }));
        assert_eq!(split("a 'b\"").unwrap_err().offset, 2);
    }
}
