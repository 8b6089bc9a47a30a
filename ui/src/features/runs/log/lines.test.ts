import { describe, expect, it } from "vitest";
import { styleLine } from "./ansi";
import { lineAtRow, lineOfCharacter, linesOf, longestShown, rowsBefore, startOfPiece, type Piece } from "./lines";

const E = String.fromCharCode(0x1b);
const pieces = (...texts: string[]): Piece[] => {
  let from = 0;
  return texts.map((text) => ({ from, until: (from += text.length), text }));
};
const texts = (...given: string[]): string[] => linesOf(pieces(...given)).map((line) => line.text);

describe("lines", () => {
  it.each([
    ["none", [""], []],
    ["one that is open", ["abc"], ["abc"]],
    ["a break at the end", ["abc\n"], ["abc"]],
    ["an empty one between", ["a\n\nb\n"], ["a", "", "b"]],
    ["cut in the middle", ["ab", "c\nd", "e\n"], ["abc", "de"]],
    ["cut before the break", ["abc", "\ndef"], ["abc", "def"]],
    ["a carriage return before the break, cut from it", ["abc\r", "\ndef\r\n"], ["abc", "def"]],
  ])("%s", (_name, given, expected) => {
    expect(texts(...given)).toEqual(expected);
  });

  it("know whether they have ended", () => {
    expect(linesOf(pieces("a\nb")).map((line) => line.end)).toEqual(["closed", "open"]);
  });

  it("put a style together that is cut anywhere", () => {
    const text = `${E}[1;31mred\nstill${E}[0m not`;
    for (let at = 1; at < text.length; at += 1) {
      const styled = linesOf(pieces(text.slice(0, at), text.slice(at))).flatMap((line) =>
        styleLine(line.text, line.style, line.end),
      );
      expect(styled, `cut at ${at}`).toEqual([
        { text: "red", classes: "bold fg-1" },
        { text: "still", classes: "bold fg-1" },
        { text: " not", classes: "" },
      ]);
    }
  });

  it("of a megabyte are cut on the screen, never inside of a character", () => {
    const [line] = linesOf(pieces("x".repeat(1 << 20)));
    expect(line?.text.length).toBe(longestShown);
    expect(line?.hidden).toBe((1 << 20) - longestShown);
    const [emoji] = linesOf(pieces(`${"x".repeat(longestShown - 1)}😀 tail`));
    expect(emoji?.text.at(-1)).toBe("x");
  });
});

describe("places", () => {
  const two = pieces("one\ntw", "o\nthree");
  const lines = linesOf(two);

  it("finds the line of a character and the beginning of a piece", () => {
    expect([0, 3, 4, 7, 8, 12].map((place) => lineOfCharacter(lines, place))).toEqual([0, 0, 1, 1, 2, 2]);
    expect(startOfPiece(two, 6)).toBe(6);
  });

  it("counts rows with and without wrapping", () => {
    expect([...rowsBefore(lines, null)]).toEqual([0, 1, 2, 3]);
    const wrapped = rowsBefore(lines, 2);
    expect([...wrapped]).toEqual([0, 2, 4, 7]);
    expect([0, 1, 2, 6, 99].map((row) => lineAtRow(wrapped, row))).toEqual([0, 0, 1, 2, 2]);
    expect(lineAtRow(rowsBefore([], null), 3)).toBe(0);
  });
});
