/** Turns a line that a host printed into styled pieces. Colours and weights are obeyed, every other control is shown. Pure. */

import { visible } from "$lib/visible";

/** A look that carries on from line to line; numbers are places in a palette of 16. */
export interface Style {
  readonly foreground: number | null;
  readonly background: number | null;
  readonly marks: readonly Mark[];
}

export type Mark = "bold" | "faint" | "italic" | "underline" | "inverse" | "strike";

export interface StyledPiece {
  readonly text: string;
  /** Classes of LogLine.svelte. */
  readonly classes: string;
}

export const plain: Style = { foreground: null, background: null, marks: [] };

const escape = String.fromCharCode(0x1b);
/** `ESC [ 1 ; 31 m`. */
const styleSequence = new RegExp(`${escape}\\[([0-9;:]*)m`, "g");
/** A style sequence, or one character that would not be seen or would move others: controls, bidi, zero width. */
const special = new RegExp(`${escape}\\[([0-9;:]*)m|(?!\\t)[\\p{Cc}\\p{Cf}\\p{Zl}\\p{Zp}]`, "gu");
/** The beginning of a style sequence whose end has not come yet. */
const unfinished = new RegExp(`${escape}(\\[[0-9;:]{0,64})?$`);

/** The style that holds after a text. */
export function styleAfter(text: string, before: Style): Style {
  if (!text.includes(escape)) return before;
  let style = before;
  for (const match of text.matchAll(styleSequence)) style = applySequence(style, match[1] ?? "");
  return style;
}

/** `open` lines have not ended: a sequence that is cut at their end waits for its rest. */
export function styleLine(text: string, before: Style, end: "closed" | "open"): StyledPiece[] {
  const whole = end === "open" ? text.replace(unfinished, "") : text;
  const pieces: StyledPiece[] = [];
  let style = before;
  let from = 0;
  const add = (part: string, classes: string): void => {
    if (part !== "") pieces.push({ text: part, classes });
  };
  for (const match of whole.matchAll(special)) {
    add(whole.slice(from, match.index), classesOf(style));
    from = match.index + match[0].length;
    if (match[0].length > 1 && match[1] !== undefined) style = applySequence(style, match[1]);
    else add(visible(match[0]), "control");
  }
  add(whole.slice(from), classesOf(style));
  return pieces;
}

/** The text without its style sequences, as it is searched and copied. */
export function withoutStyle(text: string): string {
  return text.replace(styleSequence, "");
}

function applySequence(before: Style, sequence: string): Style {
  const numbers = sequence.split(/[;:]/).map((part) => (part === "" ? 0 : Number(part)));
  let style = before;
  for (let at = 0; at < numbers.length; at += 1) {
    const number = numbers[at] ?? 0;
    if (number === 38 || number === 48) {
      const colour = extendedColour(numbers.slice(at + 1));
      style = number === 38 ? { ...style, foreground: colour.place } : { ...style, background: colour.place };
      at += colour.used;
    } else style = applyNumber(style, number);
  }
  return style;
}

const marksByNumber: Partial<Record<number, Mark>> = {
  1: "bold",
  2: "faint",
  3: "italic",
  4: "underline",
  7: "inverse",
  9: "strike",
};
const endedByNumber: Partial<Record<number, readonly Mark[]>> = {
  22: ["bold", "faint"],
  23: ["italic"],
  24: ["underline"],
  27: ["inverse"],
  29: ["strike"],
};

function applyNumber(style: Style, number: number): Style {
  if (number === 0) return plain;
  const mark = marksByNumber[number];
  if (mark !== undefined) return { ...style, marks: [...style.marks.filter((other) => other !== mark), mark] };
  const ended = endedByNumber[number];
  if (ended !== undefined) return { ...style, marks: style.marks.filter((other) => !ended.includes(other)) };
  if (number >= 30 && number <= 37) return { ...style, foreground: number - 30 };
  if (number >= 90 && number <= 97) return { ...style, foreground: number - 82 };
  if (number === 39) return { ...style, foreground: null };
  if (number >= 40 && number <= 47) return { ...style, background: number - 40 };
  if (number >= 100 && number <= 107) return { ...style, background: number - 92 };
  if (number === 49) return { ...style, background: null };
  return style;
}

/** `5;208` and `2;255;135;0`, brought to the nearest of our 16, which have contrast in both themes. */
function extendedColour(numbers: readonly number[]): { place: number | null; used: number } {
  const [kind, first = 0, second = 0, third = 0] = numbers;
  if (kind === 5) return { place: first < 16 ? first : nearest(...fromCube(first)), used: 2 };
  if (kind === 2) return { place: nearest(first, second, third), used: 4 };
  return { place: null, used: 0 };
}

function fromCube(place: number): [number, number, number] {
  if (place >= 232) {
    const grey = 8 + (place - 232) * 10;
    return [grey, grey, grey];
  }
  const level = (step: number): number => (step === 0 ? 0 : 55 + step * 40);
  const rest = place - 16;
  return [level(Math.floor(rest / 36)), level(Math.floor(rest / 6) % 6), level(rest % 6)];
}

function nearest(red: number, green: number, blue: number): number {
  const strongest = Math.max(red, green, blue);
  const weakest = Math.min(red, green, blue);
  if (strongest - weakest < 40) return strongest < 64 ? 0 : strongest < 150 ? 8 : strongest < 220 ? 7 : 15;
  const bit = (value: number): number => (value > (strongest + weakest) / 2 ? 1 : 0);
  return bit(red) + 2 * bit(green) + 4 * bit(blue) + (strongest > 200 ? 8 : 0);
}

function classesOf(style: Style): string {
  const names: string[] = [...style.marks];
  if (style.foreground !== null) names.push(`fg-${style.foreground}`);
  if (style.background !== null) names.push(`bg-${style.background}`);
  return names.join(" ");
}
