//! Finds out whether each value in a sh text stands where a quoted word is a word.
//!
//! Owns: a reader of sh text that knows quotes, comments and substitutions, and that says “unclear” where it does not
//! know better. It errs to one side only: a value that it lets pass stands outside all quotes. Does not own: a parser of
//! sh; whether the text means anything is for sh to say.

/// Opens the mark of a value. A noncharacter: no text can have one by accident, and templates may not.
pub(super) const OPEN: char = '\u{FDD0}';
/// Closes the mark of a value.
pub(super) const CLOSE: char = '\u{FDD1}';

/// A value that stands in the wrong place.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Misplaced {
    /// Which value, counted from 0 as they stand in the text.
    pub(super) index: usize,
    /// Why it may not stand there.
    pub(super) why: Misplacement,
}

/// Where a value may not stand.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub(super) enum Misplacement {
    #[error("between single quotes")]
    SingleQuotes,
    #[error("between double quotes")]
    DoubleQuotes,
    #[error("in a comment")]
    Comment,
    #[error("right after a backslash")]
    AfterBackslash,
    #[error("right after a “$”")]
    AfterDollar,
    #[error("in a ${{…}}")]
    Expansion,
    #[error("in a $((…))")]
    Arithmetic,
    #[error("after a here-document (<<)")]
    AfterHereDocument,
    #[error("after a backquote")]
    AfterBackquote,
    #[error("after a $'…', which sh does not know")]
    AfterDollarQuote,
    #[error("after a $[…], which sh does not know")]
    AfterDollarBracket,
    #[error("after a ((…)), which sh does not know")]
    AfterDoubleParenthesis,
    #[error("after a “>&” or “<&” with something other than a number behind it")]
    AfterDuplication,
    #[error("after a “#” of which shells differ on whether it begins a comment")]
    AfterHash,
    #[error("after a ${{…}} with quotes or a substitution in it")]
    AfterExpansion,
    #[error("after a $((…)) with quotes in it")]
    AfterArithmetic,
    #[error("after a `case` in a $(…)")]
    AfterCase,
    #[error("after a quote that is never closed")]
    AfterOpenQuote,
}

impl Misplacement {
    /// The way out.
    pub(super) fn hint(self) -> &'static str {
        match self {
            Misplacement::Comment => "Take it out of the comment.",
            Misplacement::AfterHereDocument => "Use `upload` with `content`, or printf; or set name={{ … }} before it.",
            Misplacement::AfterBackquote => "Write $(…), or set name={{ … }} before it.",
            Misplacement::SingleQuotes
            | Misplacement::DoubleQuotes
            | Misplacement::AfterBackslash
            | Misplacement::AfterDollar
            | Misplacement::Expansion
            | Misplacement::Arithmetic => "It is quoted by itself: set name={{ … }} first, then use \"$name\".",
            Misplacement::AfterDollarQuote
            | Misplacement::AfterDollarBracket
            | Misplacement::AfterDoubleParenthesis
            | Misplacement::AfterDuplication
            | Misplacement::AfterHash
            | Misplacement::AfterExpansion
            | Misplacement::AfterArithmetic
            | Misplacement::AfterCase
            | Misplacement::AfterOpenQuote => "Set name={{ … }} at the top, then use \"$name\".",
        }
    }
}

/// The mark of the value with this index.
pub(super) fn mark(index: usize) -> String {
    format!("{OPEN}{index}{CLOSE}")
}

/// Every value that stands in the wrong place.
pub(super) fn misplaced(text: &str) -> Vec<Misplaced> {
    let mut reader = Reader {
        characters: text.chars().collect(),
        position: 0,
        frames: Vec::new(),
        at_word_start: true,
        unclear: None,
        found: Vec::new(),
    };
    while reader.position < reader.characters.len() {
        reader.step();
    }
    reader.found
}

/// The text with a word in the place of each mark.
pub(super) fn insert(text: &str, word: impl Fn(usize) -> String) -> String {
    let mut result = String::with_capacity(text.len());
    let mut rest = text;
    while let Some((before, marked)) = rest.split_once(OPEN) {
        result.push_str(before);
        let Some((index, after)) = marked.split_once(CLOSE) else { break };
        if let Ok(index) = index.parse() {
            result.push_str(&word(index));
        }
        rest = after;
    }
    result.push_str(rest);
    result
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Frame {
    /// `$( … )`
    Substitution,
    /// `( … )`
    Group,
    /// `" … "`
    DoubleQuotes,
}

struct Reader {
    characters: Vec<char>,
    position: usize,
    frames: Vec<Frame>,
    at_word_start: bool,
    /// Set once the place of later quotes is unclear.
    unclear: Option<Misplacement>,
    found: Vec<Misplaced>,
}

impl Reader {
    fn step(&mut self) {
        let Some(character) = self.peek(0) else { return };
        if character == OPEN {
            let in_quotes = self.frames.last() == Some(&Frame::DoubleQuotes);
            let why = self.unclear.or(in_quotes.then_some(Misplacement::DoubleQuotes));
            self.take_mark(why);
            self.at_word_start = false;
        } else if self.unclear.is_some() {
            self.position += 1;
        } else if self.frames.last() == Some(&Frame::DoubleQuotes) {
            self.step_in_double_quotes(character);
        } else {
            self.step_outside_quotes(character);
        }
    }

    fn step_in_double_quotes(&mut self, character: char) {
        match character {
            '"' => {
                self.frames.pop();
                self.position += 1;
            }
            '\\' => self.skip_escaped(),
            '$' => self.dollar(),
            '`' => self.unclear = Some(Misplacement::AfterBackquote),
            _ => self.position += 1,
        }
    }

    fn step_outside_quotes(&mut self, character: char) {
        let was_at_word_start = std::mem::replace(&mut self.at_word_start, false);
        match character {
            '\\' => {
                // An escaped newline is no character at all, so what follows it may still begin a word.
                self.at_word_start = was_at_word_start && self.peek(1) == Some('\n');
                self.skip_escaped();
            }
            '\'' => self.skip_single_quotes(),
            '"' => {
                self.frames.push(Frame::DoubleQuotes);
                self.position += 1;
            }
            '`' => self.unclear = Some(Misplacement::AfterBackquote),
            '#' if was_at_word_start => self.skip_until_newline(),
            // To bash `<&-#` holds a comment, to dash it does not.
            '#' if !self.is_in_word() => self.unclear = Some(Misplacement::AfterHash),
            '$' => self.dollar(),
            '(' if self.peek(1) == Some('(') => self.unclear = Some(Misplacement::AfterDoubleParenthesis),
            '(' => {
                self.frames.push(Frame::Group);
                self.at_word_start = true;
                self.position += 1;
            }
            ')' => {
                // Nothing to close: the end of a pattern of `case`. The word goes on only after a substitution.
                self.at_word_start = self.frames.pop() != Some(Frame::Substitution);
                self.position += 1;
            }
            '<' if self.peek(1) == Some('<') => self.unclear = Some(Misplacement::AfterHereDocument),
            // bash expands the word behind `>&` twice, quotes or not.
            '<' | '>' if self.peek(1) == Some('&') && !self.duplicates_a_number() => {
                self.unclear = Some(Misplacement::AfterDuplication);
            }
            ' ' | '\t' | '\n' | ';' | '&' | '|' | '<' | '>' => {
                self.at_word_start = true;
                self.position += 1;
            }
            'c' if was_at_word_start && self.frames.contains(&Frame::Substitution) && self.is_case() => {
                self.unclear = Some(Misplacement::AfterCase);
            }
            _ => self.position += 1,
        }
    }

    fn skip_escaped(&mut self) {
        self.position += 1;
        if self.peek(0) == Some(OPEN) {
            self.take_mark(Some(Misplacement::AfterBackslash));
        } else {
            self.position += 1;
        }
    }

    fn skip_single_quotes(&mut self) {
        self.position += 1;
        loop {
            match self.peek(0) {
                None => {
                    self.unclear = Some(Misplacement::AfterOpenQuote);
                    return;
                }
                Some('\'') => {
                    self.position += 1;
                    return;
                }
                Some(OPEN) => self.take_mark(Some(Misplacement::SingleQuotes)),
                Some(_) => self.position += 1,
            }
        }
    }

    fn skip_until_newline(&mut self) {
        loop {
            match self.peek(0) {
                None | Some('\n') => return,
                Some(OPEN) => self.take_mark(Some(Misplacement::Comment)),
                Some(_) => self.position += 1,
            }
        }
    }

    fn dollar(&mut self) {
        let in_quotes = self.frames.last() == Some(&Frame::DoubleQuotes);
        self.position += 1;
        match self.peek(0) {
            Some(OPEN) => self.take_mark(Some(Misplacement::AfterDollar)),
            Some('[') => self.unclear = Some(Misplacement::AfterDollarBracket),
            Some('\'') if !in_quotes => self.unclear = Some(Misplacement::AfterDollarQuote),
            Some('(') if self.peek(1) == Some('(') => {
                self.position += 2;
                self.skip_arithmetic();
            }
            Some('(') => {
                self.frames.push(Frame::Substitution);
                self.at_word_start = true;
                self.position += 1;
            }
            Some('{') => {
                self.position += 1;
                self.skip_expansion();
            }
            Some(_) | None => {}
        }
    }

    /// After `${`: to its `}`, as long as there is nothing in it with rules of its own.
    fn skip_expansion(&mut self) {
        loop {
            match self.peek(0) {
                Some('}') => {
                    self.position += 1;
                    return;
                }
                Some(OPEN) => self.take_mark(Some(Misplacement::Expansion)),
                Some('\'' | '"' | '\\' | '`' | '{' | '(') | None => {
                    self.unclear = Some(Misplacement::AfterExpansion);
                    return;
                }
                Some(_) => self.position += 1,
            }
        }
    }

    /// After `$((`: to its `))`, as long as there is nothing in it that could be a quote.
    fn skip_arithmetic(&mut self) {
        let mut depth = 2;
        while depth > 0 {
            match self.peek(0) {
                Some('(') => depth += 1,
                Some(')') => depth -= 1,
                Some(OPEN) => {
                    self.take_mark(Some(Misplacement::Arithmetic));
                    continue;
                }
                Some('\'' | '"' | '\\' | '`' | '#') | None => {
                    self.unclear = Some(Misplacement::AfterArithmetic);
                    return;
                }
                Some(_) => {}
            }
            self.position += 1;
        }
    }

    /// Whether `>&` or `<&`, which stands here, is followed by a number or “-”, and then by the end of the word.
    fn duplicates_a_number(&self) -> bool {
        let word: Vec<char> = (2..)
            .map_while(|offset| self.peek(offset))
            .take_while(|character| !matches!(character, ' ' | '\t' | '\n' | ';' | '&' | '|' | ')'))
            .take(20)
            .collect();
        word.as_slice() == ['-'] || (!word.is_empty() && word.iter().all(char::is_ascii_digit))
    }

    /// Whether the character before this one can only be the inside of a word, or the “$” of “$#”.
    fn is_in_word(&self) -> bool {
        let before = self.position.checked_sub(1).and_then(|position| self.characters.get(position));
        before.is_some_and(|character| character.is_ascii_alphanumeric() || matches!(character, '_' | '$'))
    }

    fn is_case(&self) -> bool {
        let word = [Some('c'), Some('a'), Some('s'), Some('e')];
        (0..4).all(|offset| self.peek(offset) == word[offset])
            && self.peek(4).is_none_or(|after| after.is_whitespace() || after == OPEN || after == '\\')
    }

    fn take_mark(&mut self, why: Option<Misplacement>) {
        self.position += 1;
        let mut index = 0_usize;
        while let Some(character) = self.peek(0) {
            self.position += 1;
            match character.to_digit(10) {
                Some(digit) => index = index.saturating_mul(10).saturating_add(digit as usize),
                None => break,
            }
        }
        if let Some(why) = why {
            self.found.push(Misplaced { index, why });
        }
    }

    fn peek(&self, offset: usize) -> Option<char> {
        self.characters.get(self.position + offset).copied()
    }
}
