import { expect, test } from "vitest";
import { pastedText, wantsLook } from "./paste";

test.each([
  ["uptime", { text: "uptime", lines: 1, removed: 0 }, false],
  ["uptime\n", { text: "uptime\n", lines: 2, removed: 0 }, true],
  ["a\r\nb\rc\td", { text: "a\nb\nc\td", lines: 3, removed: 0 }, true],
  ["x\x1b[201~\nrm -rf /", { text: "x[201~\nrm -rf /", lines: 2, removed: 1 }, true],
  ["\x1b[20\x1b[201~1~", { text: "[20[201~1~", lines: 1, removed: 2 }, true],
  ["a\u009b201~\x03\x04\x00\x7f", { text: "a201~", lines: 1, removed: 5 }, true],
  ["curl \u202eevil", { text: "curl \u202eevil", lines: 1, removed: 0 }, true],
  ["rm\u200b x", { text: "rm\u200b x", lines: 1, removed: 0 }, true],
  ["naïve — 日本 🎉", { text: "naïve — 日本 🎉", lines: 1, removed: 0 }, false],
])("%j is pasted without what a terminal would obey", (clipboard, expected, looks) => {
  const pasted = pastedText(clipboard);
  expect(pasted).toEqual(expected);
  expect(wantsLook(pasted)).toBe(looks);
});
