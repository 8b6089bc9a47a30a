//! CSV: a table whose first row names its columns.
//!
//! Owns: which columns there are, and into which cells of a row their texts go. A cell is text, whatever a spreadsheet
//! would make of it.

mod cells;
mod header;

pub(crate) use header::Header;

use super::problem::{FileIndex, Place, quoted, wrong};
use super::sheet::{ImportDefaults, ImportField, ReadRow, ReadSheet, Said, Sheet, SheetColumn};
use super::text;
use cells::{Cell, Loses, Rows, Unreadable};
use std::sync::Arc;

/// Reads a table of hosts.
pub(crate) fn read_csv(file_name: &str, bytes: &[u8], defaults: &ImportDefaults, header: Header<'_>) -> ReadSheet {
    let mut sheet = Sheet::new(file_name, defaults);
    if let Some(text) = text::decode(bytes, FileIndex::FIRST, &mut sheet.findings) {
        read(&text, header, &mut sheet);
    }
    sheet.conclude()
}

fn read(text: &str, header: Header<'_>, sheet: &mut Sheet<'_>) {
    let start = FileIndex::FIRST.at(1, 1);
    let mut rows = Rows::new(text, FileIndex::FIRST, delimiter(text));
    let titles = match rows.next() {
        Some(Ok(titles)) => titles,
        Some(Err(Unreadable { place, fault, .. })) => return sheet.findings.problem(place, fault),
        None => {
            let hint = "The first row names the columns, such as path,address,user.";
            return sheet.findings.problem(start, wrong("the file is empty", hint));
        }
    };
    if !read_header(&titles, header, sheet) {
        return;
    }
    let called: Vec<Arc<str>> = titles.iter().map(|title| Arc::from(title.text.trim())).collect();
    for row in rows {
        match row {
            Ok(cells) if cells.iter().all(|cell| cell.text.trim().is_empty()) => {}
            Ok(cells) if cells.len() != called.len() => {
                let message = format!("the row has {} cells, and the first row has {}", cells.len(), called.len());
                let hint = "Leave a cell empty if there is nothing to say, and quote a cell that holds the separator.";
                sheet.findings.lost_row(place(&cells), wrong(message, hint));
            }
            Ok(cells) => {
                let row = row_of(&sheet.columns, &called, cells);
                sheet.add(row);
            }
            Err(Unreadable { place, fault, loses: Loses::Row }) => sheet.findings.lost_row(place, fault),
            Err(Unreadable { place, fault, loses: Loses::Rest }) => sheet.findings.problem(place, fault),
        }
    }
}

/// Whether the rows can be read.
fn read_header(titles: &[Cell], header: Header<'_>, sheet: &mut Sheet<'_>) -> bool {
    let texts: Vec<&str> = titles.iter().map(|title| title.text.trim()).collect();
    let (columns, faults) = header::columns(&texts, header);
    sheet.columns = columns;
    let is_well = faults.is_empty();
    for (index, fault) in faults {
        let title = index.and_then(|index| titles.get(index)).or(titles.first());
        sheet.findings.problem(title.map_or(FileIndex::FIRST.at(1, 1), |title| title.place), fault);
    }
    for (column, title) in sheet.columns.iter().zip(titles) {
        if column.field.is_some() || matches!(header, Header::Strict) {
            continue;
        }
        let why = if column.secret { "it sounds like a secret" } else { "nobody has said what it is" };
        let shown = quoted(&column.title);
        sheet.findings.note(title.place, format!("the column {shown} is left out: {why}"));
    }
    is_well || !matches!(header, Header::Strict)
}

fn row_of(columns: &[SheetColumn], called: &[Arc<str>], cells: Vec<Cell>) -> ReadRow {
    let mut row = ReadRow::new(place(&cells));
    for ((column, called), cell) in columns.iter().zip(called).zip(cells) {
        let Some(field) = column.field else { continue };
        let text = cell.text.trim().to_owned();
        let said = Said { text, place: cell.place, called: Some(Arc::clone(called)) };
        match (field, row.cells.get_mut(&field)) {
            (ImportField::Host, _) => row.say_name(said),
            (ImportField::Tags, Some(before)) => {
                before.text = format!("{} {}", before.text, said.text).trim().to_owned()
            }
            (_, Some(before)) if !before.text.is_empty() => {}
            (_, _) => row.say(field, said),
        }
    }
    row
}

fn place(cells: &[Cell]) -> Place {
    cells.first().map_or(FileIndex::FIRST.at(1, 1), |cell| cell.place)
}

/// The separator that the first row uses: spreadsheets of half the world write semicolons.
fn delimiter(text: &str) -> char {
    let header = text.lines().next().unwrap_or("");
    let count = |candidate: char| {
        let unquoted = header.split('"').step_by(2);
        unquoted.map(|part| part.matches(candidate).count()).sum::<usize>()
    };
    ['\t', ';', ','].into_iter().max_by_key(|candidate| count(*candidate)).unwrap_or(',')
}
