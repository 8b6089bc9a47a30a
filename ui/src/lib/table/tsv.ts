import type { Column } from "./types";

/** Rows as a spreadsheet takes them: a header, a line for each row. */
export function toTsv<Row>(columns: readonly Column<Row>[], rows: readonly Row[]): string {
  const lines = [
    columns.map((column) => column.title),
    ...rows.map((row) => columns.map((column) => column.text(row))),
  ];
  return lines.map((cells) => cells.map(cell).join("\t")).join("\n");
}

/** A cell must not become two, and what a host said must not become a spreadsheet's formula. */
function cell(text: string): string {
  const flat = text.replace(/[\t\r\n]+/g, " ");
  return /^[=+@]|^-(?![\d.]+$)/.test(flat) ? `'${flat}` : flat;
}
