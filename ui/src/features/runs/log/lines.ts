/** Lines out of pieces that were cut anywhere, and where they stand on the screen. Pure. */

import { plain, styleAfter, type Style } from "./ansi";

/** A stretch of a log as the engine gave it. */
export interface Piece {
  /** Its first byte. */
  readonly from: number;
  /** The byte after its last one. */
  readonly until: number;
  readonly text: string;
}

export interface Line {
  /** Where it begins in the text of all pieces. */
  readonly start: number;
  /** What is shown of it. */
  readonly text: string;
  /** How many characters are not shown. */
  readonly hidden: number;
  /** The style that holds when it begins. */
  readonly style: Style;
  /** Whether its end has come. */
  readonly end: "closed" | "open";
}

/** Longer lines are cut on the screen; copying and saving give them whole. */
export const longestShown = 4000;

/** The lines of pieces that follow each other. A line break at the very end begins no empty line. */
export function linesOf(pieces: readonly Piece[], before: Style = plain): Line[] {
  const text = pieces.length === 1 ? (pieces[0]?.text ?? "") : pieces.map((piece) => piece.text).join("");
  const lines: Line[] = [];
  let style = before;
  let start = 0;
  while (start < text.length) {
    const found = text.indexOf("\n", start);
    const stop = found < 0 ? text.length : found;
    const whole = text.slice(start, found > start && text[found - 1] === "\r" ? found - 1 : stop);
    lines.push({ start, ...cut(whole), style, end: found < 0 ? "open" : "closed" });
    style = styleAfter(whole, style);
    start = stop + 1;
  }
  return lines;
}

/** The line that holds a character, by binary search. */
export function lineOfCharacter(lines: readonly Line[], place: number): number {
  return lastAtMost(lines.length, (index) => lines[index]?.start ?? 0, place);
}

/** Where the text of a piece begins in the text of all of them. */
export function startOfPiece(pieces: readonly Piece[], from: number): number {
  let start = 0;
  for (const piece of pieces) {
    if (piece.from === from) return start;
    start += piece.text.length;
  }
  return start;
}

/** Above which row each line begins, in rows; the last entry is the whole height. Without `columns` nothing wraps. */
export function rowsBefore(lines: readonly Line[], columns: number | null): Float64Array {
  const rows = new Float64Array(lines.length + 1);
  lines.forEach((line, index) => {
    const mine = columns === null ? 1 : Math.max(1, Math.ceil(width(line) / Math.max(1, columns)));
    rows[index + 1] = (rows[index] ?? 0) + mine;
  });
  return rows;
}

/** The line that stands at a row. */
export function lineAtRow(rows: Float64Array, row: number): number {
  return lastAtMost(rows.length - 1, (index) => rows[index] ?? 0, row);
}

function cut(whole: string): { text: string; hidden: number } {
  if (whole.length <= longestShown) return { text: whole, hidden: 0 };
  const last = whole.charCodeAt(longestShown - 1);
  // Never between the two halves of a character.
  const shown = last >= 0xd800 && last <= 0xdbff ? longestShown - 1 : longestShown;
  return { text: whole.slice(0, shown), hidden: whole.length - shown };
}

function width(line: Line): number {
  const tabs = line.text.includes("\t") ? line.text.split("\t").length - 1 : 0;
  return line.text.length + tabs * 7 + (line.hidden > 0 ? 32 : 0);
}

function lastAtMost(count: number, value: (index: number) => number, wanted: number): number {
  let low = 0;
  let high = count - 1;
  while (low < high) {
    const middle = Math.ceil((low + high) / 2);
    if (value(middle) <= wanted) low = middle;
    else high = middle - 1;
  }
  return Math.max(0, low);
}
