import { describe, expect, it } from "vitest";
import { visible } from "$lib/visible";
import { plain, styleAfter, styleLine, withoutStyle } from "./ansi";

const E = String.fromCharCode(0x1b);
const told = (text: string, end: "closed" | "open" = "closed"): string[] =>
  styleLine(text, plain, end).map((piece) => (piece.classes ? `<${piece.classes}>${piece.text}` : piece.text));

describe("a line", () => {
  it.each([
    ["plain", "Setting up nginx", ["Setting up nginx"]],
    ["a colour and its end", `${E}[31mred${E}[0m rest`, ["<fg-1>red", " rest"]],
    ["an empty reset", `${E}[1mbold${E}[m rest`, ["<bold>bold", " rest"]],
    ["weight and both colours", `${E}[1;97;44mx`, ["<bold fg-15 bg-4>x"]],
    ["one of 256", `${E}[38;5;9mx`, ["<fg-9>x"]],
    ["one of the cube", `${E}[38;5;196mx`, ["<fg-9>x"]],
    ["a true colour, and what follows it", `${E}[38;2;0;120;0;1mx`, ["<bold fg-2>x"]],
    ["an unknown number changes nothing", `${E}[31;73mx`, ["<fg-1>x"]],
    ["a sequence that moves the cursor is shown", `a${E}[2Kb`, ["a", "<control>\\e", "[2Kb"]],
    ["a title is shown", `${E}]0;root\u0007`, ["<control>\\e", "]0;root", "<control>\\a"]],
    ["a tab stays", "a\tb", ["a\tb"]],
    ["a return in the line is shown", "10 %\r20 %", ["10 %", "<control>\\r", "20 %"]],
    ["bidi is shown", "a\u202egnp.exe", ["a", "<control>\\u{202e}", "gnp.exe"]],
    ["an isolate and a zero width space", "a\u2067b\u200b", ["a", "<control>\\u{2067}", "b", "<control>\\u{200b}"]],
    ["an eight-bit control", "a\u009b31m", ["a", "<control>\\u{9b}", "31m"]],
    ["a line separator", "a\u2028b", ["a", "<control>\\u{2028}", "b"]],
    ["markup is text", "<b>&amp;</b>", ["<b>&amp;</b>"]],
    ["nothing", "", []],
  ])("%s", (_name, text, expected) => {
    expect(told(text)).toEqual(expected);
  });

  it.each([[E], [`${E}[`], [`${E}[1;3`]])("waits for the rest of a sequence that is cut: %j", (tail) => {
    expect(told(`ok${tail}`, "open")).toEqual(["ok"]);
    expect(told(`ok${tail}`, "closed")[1]).toBe("<control>\\e");
  });
});

describe("the style", () => {
  it("carries on over lines", () => {
    const after = styleAfter(`${E}[1;31mfirst`, plain);
    expect(styleLine("second", after, "closed")).toEqual([{ text: "second", classes: "bold fg-1" }]);
    expect(styleAfter(`${E}[22;39m`, after)).toEqual(plain);
  });

  it("is left out of what is copied", () => {
    expect(withoutStyle(`${E}[32mok${E}[0m ${E}[2K`)).toBe(`ok ${E}[2K`);
  });
});

it("shows every control as it would be typed", () => {
  expect([0, 8, 27, 31, 127].map((code) => visible(String.fromCharCode(code)))).toEqual([
    "\\0",
    "\\b",
    "\\e",
    "\\u{1f}",
    "\\u{7f}",
  ]);
});
