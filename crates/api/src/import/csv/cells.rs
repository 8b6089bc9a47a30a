//! The rows and cells of a CSV text (RFC 4180), each with its place.
//!
//! A reader of our own: a misplaced quote must be an error at its place, because a lenient reader makes one cell of
//! everything from there to the next quote and loses the hosts in between.

use crate::import::problem::{FileIndex, Place, wrong};
use millwright_domain::Fault;
use std::iter::Peekable;
use std::str::Chars;

/// One cell.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Cell {
    pub(super) text: String,
    pub(super) place: Place,
}

/// A row that cannot be read.
#[derive(Debug)]
pub(super) struct Unreadable {
    pub(super) place: Place,
    pub(super) fault: Fault,
    pub(super) loses: Loses,
}

/// What of the text is not read for it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Loses {
    /// The row alone.
    Row,
    /// Everything behind it too.
    Rest,
}

impl Unreadable {
    fn row(place: Place, message: &str, hint: &str) -> Self {
        Self { place, fault: wrong(message, hint), loses: Loses::Row }
    }
}

/// The rows of a text, each of which has at least one cell. After a row that cannot be read, the next line is tried.
#[derive(Debug)]
pub(super) struct Rows<'t> {
    characters: Peekable<Chars<'t>>,
    delimiter: char,
    next: Place,
}

impl<'t> Rows<'t> {
    /// The text's lines end with `\n` alone.
    pub(super) fn new(text: &'t str, file: FileIndex, delimiter: char) -> Self {
        Self { characters: text.chars().peekable(), delimiter, next: file.at(1, 1) }
    }

    fn cell(&mut self) -> Result<Cell, Unreadable> {
        let place = self.next;
        let text = if self.characters.peek() == Some(&'"') { self.quoted()? } else { self.plain()? };
        Ok(Cell { text, place })
    }

    fn plain(&mut self) -> Result<String, Unreadable> {
        let mut text = String::new();
        while let Some(&character) = self.characters.peek() {
            if character == self.delimiter || character == '\n' {
                break;
            }
            if character == '"' {
                let hint = "Put the whole cell in quotes and write this quote twice.";
                return Err(Unreadable::row(self.next, "there is a quote in the middle of a cell", hint));
            }
            text.push(character);
            self.advance();
        }
        Ok(text)
    }

    fn quoted(&mut self) -> Result<String, Unreadable> {
        let opened = self.next;
        self.advance();
        let mut text = String::new();
        loop {
            match self.advance() {
                Some('"') if self.characters.peek() == Some(&'"') => {
                    self.advance();
                    text.push('"');
                }
                Some('"') => break,
                Some(character) => text.push(character),
                None => {
                    let fault = wrong("this quote is never closed", "Close it at the end of its cell.");
                    return Err(Unreadable { place: opened, fault, loses: Loses::Rest });
                }
            }
        }
        match self.characters.peek() {
            Some(&character) if character != self.delimiter && character != '\n' => {
                let hint = "Write a quote inside a quoted cell twice.";
                Err(Unreadable::row(self.next, "there is text after the quote that closes this cell", hint))
            }
            Some(_) | None => Ok(text),
        }
    }

    fn advance(&mut self) -> Option<char> {
        let character = self.characters.next()?;
        if character == '\n' {
            self.next.line = self.next.line.saturating_add(1);
            self.next.column = 1;
        } else {
            self.next.column = self.next.column.saturating_add(1);
        }
        Some(character)
    }
}

impl Iterator for Rows<'_> {
    type Item = Result<Vec<Cell>, Unreadable>;

    fn next(&mut self) -> Option<Self::Item> {
        self.characters.peek()?;
        let mut cells = Vec::new();
        loop {
            match self.cell() {
                Ok(cell) => cells.push(cell),
                Err(problem) => {
                    while self.advance().is_some_and(|character| character != '\n') {}
                    return Some(Err(problem));
                }
            }
            if self.advance() != Some(self.delimiter) {
                return Some(Ok(cells));
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cells_are_read_with_their_places() {
        let text = "a,\"b \"\"c\"\"\",\n\n\"two\nlines\",d\n";
        let rows: Vec<Vec<(String, u32, u32)>> = Rows::new(text, FileIndex::FIRST, ',')
            .map(|row| row.unwrap().into_iter().map(|cell| (cell.text, cell.place.line, cell.place.column)).collect())
            .collect();
        let cell = |text: &str, line, column| (text.to_owned(), line, column);
        assert_eq!(
            rows,
            [
                vec![cell("a", 1, 1), cell("b \"c\"", 1, 3), cell("", 1, 13)],
                vec![cell("", 2, 1)],
                vec![cell("two\nlines", 3, 1), cell("d", 4, 8)],
            ]
        );
    }

    #[test]
    fn misplaced_quotes_are_told_where_they_are() {
        for (text, line, column) in [("a\nb,c\"d", 2, 4), ("\"a\"b\n", 1, 4), ("x,\"a\nb\n", 1, 3)] {
            let found = Rows::new(text, FileIndex::FIRST, ',').find_map(Result::err);
            assert_eq!(found.map(|found| (found.place.line, found.place.column)), Some((line, column)), "{text:?}");
        }
    }
}
