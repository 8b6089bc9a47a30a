import { expect, test } from "vitest";
import { moveFocus } from "./keyboard";

const extent = { rows: 1000, columns: 4, page: 20 };

test.each([
  ["ArrowDown", false, [0, 1], [1, 1]],
  ["ArrowUp", false, [0, 1], [-1, 1]],
  ["ArrowUp", false, [-1, 1], [-1, 1]],
  ["ArrowDown", false, [999, 1], [999, 1]],
  ["ArrowDown", true, [5, 1], [999, 1]],
  ["ArrowLeft", false, [5, 0], [5, 0]],
  ["ArrowRight", false, [5, 3], [5, 3]],
  ["PageDown", false, [5, 2], [25, 2]],
  ["PageDown", false, [990, 2], [999, 2]],
  ["PageDown", false, [-1, 2], [20, 2]],
  ["PageUp", false, [5, 2], [0, 2]],
  ["Home", false, [500, 2], [0, 2]],
  ["End", false, [500, 2], [999, 2]],
  ["Home", true, [500, 2], [0, 0]],
  ["End", true, [500, 2], [999, 3]],
] as const)("%s (with Ctrl: %s) leads from %o to %o", (key, mod, from, to) => {
  expect(moveFocus({ row: from[0], column: from[1] }, key, mod, extent)).toEqual({ row: to[0], column: to[1] });
});

test("other keys move nothing, and an empty table has only its head", () => {
  expect(moveFocus({ row: 1, column: 1 }, "a", false, extent)).toBeNull();
  expect(moveFocus({ row: 0, column: 0 }, "ArrowDown", false, { rows: 0, columns: 4, page: 1 })).toEqual({
    row: -1,
    column: 0,
  });
});
