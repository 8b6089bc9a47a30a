/** From the engine's places to the editor's. The engine counts characters, the editor UTF-16 units. Pure. */

import type { Diagnostic } from "$backend/generated/commands";

/** What is needed of the editor's document. */
export interface Lines {
  readonly lines: number;
  line: (number: number) => { readonly from: number; readonly to: number; readonly text: string };
}

export interface Range {
  from: number;
  to: number;
}

/** How many UTF-16 units stand before the character of this column, from 1; never beyond the line's end. */
export function unitsBefore(line: string, column: number): number {
  let units = 0;
  let left = column - 1;
  for (const character of line) {
    if (left <= 0) break;
    units += character.length;
    left -= 1;
  }
  return units;
}

/** What a diagnostic speaks of: the heading, the string, or the word that begins at its place. */
export function rangeOf(document: Lines, { line, column }: Pick<Diagnostic, "line" | "column">): Range {
  const found = document.line(Math.min(Math.max(line, 1), document.lines));
  const start = unitsBefore(found.text, column);
  const length = lengthOf(found.text.slice(start));
  if (length > 0) return { from: found.from + start, to: found.from + start + length };
  // Past the end of its line there is nothing to underline but what comes before it.
  const before = [...found.text].at(-1)?.length ?? 0;
  return { from: found.to - before, to: found.to };
}

function lengthOf(text: string): number {
  const token = /^\[+[^\]]*\]+|^"(?:[^"\\]|\\.)*"|^'[^']*'|^[\p{L}\p{N}_.-]+/u.exec(text)?.[0];
  return token?.length ?? [...text][0]?.length ?? 0;
}
