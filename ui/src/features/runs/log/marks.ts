/** Marks what is looked for in styled pieces, also where it goes over from one piece into the next. Pure. */

import type { StyledPiece } from "./ansi";

export interface MarkedPiece extends StyledPiece {
  readonly marked: boolean;
}

export function markMatches(pieces: readonly StyledPiece[], wanted: string): MarkedPiece[] {
  const places = placesOf(pieces.map((piece) => piece.text).join(""), wanted);
  const parts: MarkedPiece[] = [];
  let start = 0;
  for (const { text, classes } of pieces) {
    const end = start + text.length;
    let from = start;
    const add = (until: number, marked: boolean): void => {
      if (until > from) parts.push({ text: text.slice(from - start, until - start), classes, marked });
      from = Math.max(from, until);
    };
    for (const place of places) {
      if (place + wanted.length <= start || place >= end) continue;
      add(Math.max(place, start), false);
      add(Math.min(place + wanted.length, end), true);
    }
    add(end, false);
    start = end;
  }
  return parts;
}

function placesOf(text: string, wanted: string): number[] {
  const places: number[] = [];
  const lower = text.toLowerCase();
  // Lower case can be longer than the text; then the places would lie.
  if (wanted === "" || lower.length !== text.length) return places;
  const sought = wanted.toLowerCase();
  for (let at = lower.indexOf(sought); at >= 0; at = lower.indexOf(sought, at + sought.length)) places.push(at);
  return places;
}
