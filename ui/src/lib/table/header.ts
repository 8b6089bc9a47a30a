/** A table's head as text and numbers: the sort in an address, the widths of columns. Pure. */

import type { Column, Sort } from "./types";

/** `-seen` → descending by `seen`. */
export function sortFromText(text: string | null): Sort | null {
  if (!text) return null;
  return text.startsWith("-")
    ? { column: text.slice(1), direction: "descending" }
    : { column: text, direction: "ascending" };
}

export function sortToText(sort: Sort | null): string | null {
  return sort && (sort.direction === "descending" ? "-" : "") + sort.column;
}

/** The sort after a press on a column's head. */
export function nextSort(sort: Sort | null, column: string): Sort {
  const ascending = sort?.column === column && sort.direction === "ascending";
  return { column, direction: ascending ? "descending" : "ascending" };
}

/** The value of grid-template-columns: the mark, if rows can be selected, then the columns. */
export function gridTemplate<Row>(
  columns: readonly Column<Row>[],
  widths: Readonly<Record<string, number>>,
  selectable: boolean,
): string {
  const tracks = columns.map((column) => {
    const width = widths[column.key];
    // A column that grows keeps growing until a technician has set its width.
    return column.grow && width === undefined ? `minmax(${column.width}px, 1fr)` : `${width ?? column.width}px`;
  });
  // What no column wants stands empty at the end, so that rows and their lines reach the edge.
  const rest = columns.some((column) => column.grow && widths[column.key] === undefined) ? [] : ["1fr"];
  return [...(selectable ? ["36px"] : []), ...tracks, ...rest].join(" ");
}

/** How wide the rows are at least, in pixels; below that the table scrolls sideways. */
export function leastWidth<Row>(
  columns: readonly Column<Row>[],
  widths: Readonly<Record<string, number>>,
  selectable: boolean,
): number {
  return columns.reduce((sum, column) => sum + (widths[column.key] ?? column.width), selectable ? 36 : 0);
}
