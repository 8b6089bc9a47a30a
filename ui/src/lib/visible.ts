/** Shows what would not be seen in a text from elsewhere, or would move what stands beside it: controls, bidi, zero width. Pure. */

const hidden = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/gu;

const escapes: Partial<Record<number, string>> = {
  0: "\\0",
  7: "\\a",
  8: "\\b",
  9: "\\t",
  10: "\\n",
  11: "\\v",
  12: "\\f",
  13: "\\r",
  27: "\\e",
};

export interface VisiblePiece {
  readonly text: string;
  /** It stands for a character that cannot be seen. */
  readonly hidden: boolean;
}

/** How a character that cannot be seen is shown: `\e`, `\u{202e}`. Not by a picture, for which many fonts have no glyph. */
export function visible(character: string): string {
  const code = character.codePointAt(0) ?? 0;
  return escapes[code] ?? `\\u{${code.toString(16)}}`;
}

/** The text with what cannot be seen in words; with `lines`, line breaks and tabs are what they are. */
export function visiblePieces(text: string, lines = false): VisiblePiece[] {
  const pieces: VisiblePiece[] = [];
  let from = 0;
  const add = (piece: string, isHidden: boolean): void => {
    if (piece !== "") pieces.push({ text: piece, hidden: isHidden });
  };
  for (const match of text.matchAll(hidden)) {
    if (lines && (match[0] === "\n" || match[0] === "\t")) continue;
    add(text.slice(from, match.index), false);
    add(visible(match[0]), true);
    from = match.index + match[0].length;
  }
  add(text.slice(from), false);
  return pieces;
}

/** The same for where only text can stand: a title, a label for readers, a dialog's question. */
export function visibleText(text: string): string {
  return visiblePieces(text)
    .map((piece) => piece.text)
    .join("");
}
