import { expect, it } from "vitest";
import { changedLines } from "./changed_lines";

it.each([
  ["a\nb\nc", "a\nb\nc", []],
  ["a\nB\nc", "a\nb\nc", [2]],
  ["a\nb\nnew\nc", "a\nb\nc", [3]],
  ["a\nc", "a\nb\nc", []],
  ["A\nb\nc\nD", "a\nb\nc\nd", [1, 4]],
  ["", "a", [1]],
])("of %j, compared with %j, the lines %j are others", (text, other, expected) => {
  expect(changedLines(text, other)).toEqual(expected);
});
