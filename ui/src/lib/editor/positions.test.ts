import { Text } from "@codemirror/state";
import { describe, expect, it } from "vitest";
import { rangeOf, unitsBefore } from "./positions";

describe("columns count characters", () => {
  it.each([
    ["title", 1, 0],
    ["title", 3, 2],
    ["title", 99, 5],
    ["“ä” x", 4, 3],
    ["🦀🦀 x", 2, 2],
    ["🦀🦀 x", 4, 5],
    ["", 1, 0],
    ["", 7, 0],
  ])("%j, column %d is after %d units", (line, column, units) => {
    expect(unitsBefore(line, column)).toBe(units);
  });
});

describe("what a place underlines", () => {
  const text = Text.of(['# 🦀 = "x"', "[[steps]]", 'titel = "What, \\"really\\"?"', "a = 'b' # c", "", "x = 🦀"]);
  const underlined = (line: number, column: number): string => {
    const { from, to } = rangeOf(text, { line, column });
    return text.sliceString(from, to);
  };

  it.each([
    [1, 7, '"x"'],
    [2, 1, "[[steps]]"],
    [3, 1, "titel"],
    [3, 9, '"What, \\"really\\"?"'],
    [4, 5, "'b'"],
    [6, 5, "🦀"],
    // At and after a line's end: the last character; on an empty line nothing.
    [6, 6, "🦀"],
    [6, 60, "🦀"],
    [5, 1, ""],
    [0, 1, "#"],
    [99, 1, "x"],
  ])("line %d, column %d: %j", (line, column, expected) => {
    expect(underlined(line, column)).toBe(expected);
  });
});
