/** The sheet's rows and what editing makes of them. Rows are never changed, only replaced. Pure. */

import type { CellProblem, ImportField, ImportRowCheck, ImportSheet, SheetColumn } from "$backend/generated/commands";
import { fields, type FieldLook } from "./fields";

export type Cells = Partial<Record<ImportField, string>>;

export interface Line {
  /** Stands for the row as long as the sheet is there. */
  id: number;
  /** Its line in the file. */
  line: number;
  cells: Cells;
  /** Whether it is taken up; a person may leave it out. */
  taken: boolean;
}

export type Checks = ReadonlyMap<number, ImportRowCheck>;

/** A cell by the row's place among those that are shown. */
export interface Place {
  row: number;
  field: ImportField;
}

export function linesOf(sheet: ImportSheet): Line[] {
  return sheet.rows.map(({ line, cells }, id) => ({ id, line, cells, taken: true }));
}

/** The columns worth showing: the usual ones, and those that a cell or a column of the file speaks of. */
export function shownFields(lines: readonly Line[], columns: readonly SheetColumn[]): FieldLook[] {
  const used = new Set<ImportField>(columns.flatMap((column) => column.field ?? []));
  for (const line of lines) for (const field of Object.keys(line.cells)) used.add(field as ImportField);
  return fields.filter(({ field, always }) => always || used.has(field));
}

/** The rows with other texts in some cells; the very same rows if nothing is another. */
export function withCells(
  lines: readonly Line[],
  edits: readonly { id: number; field: ImportField; text: string }[],
): readonly Line[] {
  const changed = edits.filter(({ id, field, text }) => (lines[id]?.cells[field] ?? "") !== text.trim());
  if (changed.length === 0) return lines;
  const next = [...lines];
  for (const { id, field, text } of changed) {
    const line = next[id];
    if (!line) continue;
    const cells = { ...line.cells };
    if (text.trim() === "") Reflect.deleteProperty(cells, field);
    else cells[field] = text.trim();
    next[id] = { ...line, cells };
  }
  return next;
}

/** Every cell of a column that says the same, with another text. */
export function withReplaced(lines: readonly Line[], field: ImportField, from: string, to: string): readonly Line[] {
  const same = lines.filter((line) => line.taken && line.cells[field] === from);
  return withCells(
    lines,
    same.map(({ id }) => ({ id, field, text: to })),
  );
}

export function withTaken(lines: readonly Line[], ids: ReadonlySet<number>, taken: boolean): readonly Line[] {
  return lines.map((line) => (ids.has(line.id) && line.taken !== taken ? { ...line, taken } : line));
}

/** What a paste puts where: the text's first cell stands at the place, the rest to the right of it and below. */
export function pasted(
  text: string,
  at: Place,
  shown: readonly Line[],
  columns: readonly FieldLook[],
): { id: number; field: ImportField; text: string }[] {
  const left = columns.findIndex(({ field }) => field === at.field);
  return parseTsv(text).flatMap((cells, down) =>
    cells.flatMap((cell, right) => {
      const [line, column] = [shown[at.row + down], columns[left + right]];
      return line && column ? [{ id: line.id, field: column.field, text: cell }] : [];
    }),
  );
}

/** A spreadsheet's copy: tabs between cells, quotes around cells that hold a tab, a quote or an end of line. */
export function parseTsv(text: string): string[][] {
  const rows: string[][] = [[]];
  const whole = text.replace(/\r\n?/g, "\n").replace(/\n$/, "");
  let at = 0;
  while (at <= whole.length) {
    const quoted = /^"((?:[^"]|"")*)"(?=[\t\n]|$)/.exec(whole.slice(at));
    const plain = quoted ? null : /^[^\t\n]*/.exec(whole.slice(at));
    const cell = quoted ? (quoted[1] ?? "").replaceAll('""', '"') : (plain?.[0] ?? "");
    rows.at(-1)?.push(cell.replace(/[\t\n]+/g, " "));
    at += (quoted ?? plain)?.[0].length ?? 0;
    if (whole[at] === "\n") rows.push([]);
    at += 1;
  }
  return rows;
}

/** The rows after the file was read with another mapping: what else was edited stays, if the file is still the same. */
export function remapped(
  before: readonly Line[],
  after: readonly Line[],
  changed: ReadonlySet<ImportField>,
): readonly Line[] {
  const same = before.length === after.length && before.every((line, index) => line.line === after[index]?.line);
  if (!same) return after;
  return before.map((line, index) => {
    const read = after[index]?.cells ?? {};
    const kept = Object.entries(line.cells).filter(([field]) => !changed.has(field as ImportField));
    const renewed = Object.entries(read).filter(([field]) => changed.has(field as ImportField));
    return { ...line, cells: Object.fromEntries([...kept, ...renewed]) as Cells };
  });
}

/** What the columns are taken for once a field takes another column of the file, or none. */
export function mappingWith(
  columns: readonly SheetColumn[],
  field: ImportField,
  index: number | null,
): (ImportField | null)[] {
  return columns.map((column, at) => {
    if (at === index) return field;
    return column.field === field ? null : column.field;
  });
}

/** The fields whose cells another mapping fills differently. A column of full names fills three. */
export function touchedBy(before: readonly SheetColumn[], after: readonly (ImportField | null)[]): Set<ImportField> {
  const touched = new Set<ImportField>();
  for (const [index, column] of before.entries()) {
    if (column.field === (after[index] ?? null)) continue;
    for (const field of [column.field, after[index]]) if (field) touched.add(field);
  }
  if (touched.has("host")) for (const field of ["client", "environment"] as const) touched.add(field);
  return touched;
}

export function problemOf(checks: Checks, line: Line, field: ImportField): CellProblem | null {
  if (!line.taken) return null;
  return checks.get(line.id)?.problems.find((problem) => problem.field === field) ?? null;
}

export function isBad(checks: Checks, line: Line): boolean {
  return line.taken && checks.get(line.id)?.becomes === "bad";
}

/** The cell with a problem behind (or before) a cell, round the end if need be. Column −1 stands before the first. */
export function nextProblem(
  shown: readonly Line[],
  columns: readonly FieldLook[],
  checks: Checks,
  from: { row: number; column: number },
  step: 1 | -1,
): { row: number; column: number } | null {
  const width = columns.length;
  const total = shown.length * width;
  const start = Math.max(0, from.row) * width + from.column;
  for (let distance = 1; distance <= total; distance += 1) {
    const at = (((start + step * distance) % total) + total) % total;
    const [line, column] = [shown[Math.floor(at / width)], columns[at % width]];
    if (!line || !column) continue;
    if (isBad(checks, line) && problemOf(checks, line, column.field)) {
      return { row: Math.floor(at / width), column: at % width };
    }
  }
  return null;
}
