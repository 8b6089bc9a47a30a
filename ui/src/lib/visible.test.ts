import { expect, test } from "vitest";
import { visiblePieces, visibleText } from "./visible";

test.each([
  ["nginx.conf", "nginx.conf"],
  ["naïve 日本 🎉.txt", "naïve 日本 🎉.txt"],
  ["invoice\u202egpj.exe", "invoice\\u{202e}gpj.exe"],
  ["a\nb\tc\x1b[31m", "a\\nb\\tc\\e[31m"],
  ["zero\u200bwidth\ufeff", "zero\\u{200b}width\\u{feff}"],
  ["\u2066x\u2069\u2028", "\\u{2066}x\\u{2069}\\u{2028}"],
])("%j is shown as %j", (text, shown) => {
  expect(visibleText(text)).toBe(shown);
});

test("what stands for a character is told from the same text that somebody wrote", () => {
  expect(visiblePieces("\\n\n")).toEqual([
    { text: "\\n", hidden: false },
    { text: "\\n", hidden: true },
  ]);
});

test("in several lines, breaks and tabs are what they are", () => {
  expect(visiblePieces("a\n\tb\r", true)).toEqual([
    { text: "a\n\tb", hidden: false },
    { text: "\\r", hidden: true },
  ]);
});
