import { expect, test } from "vitest";
import { chordOf, displayKeys } from "./keys";

test.each([
  [{ key: "k", ctrlKey: true }, "Mod+K"],
  [{ key: "?", shiftKey: true }, "?"],
  [{ key: "ArrowDown", shiftKey: true }, "Shift+ArrowDown"],
  [{ key: "g" }, "g"],
  [{ key: "A", ctrlKey: true, shiftKey: true }, "Mod+Shift+A"],
])("%o is %s", (init, expected) => {
  expect(chordOf(new KeyboardEvent("keydown", init), false)).toBe(expected);
});

test("a Mac's Control is not its Command", () => {
  expect(chordOf(new KeyboardEvent("keydown", { key: "k", ctrlKey: true }), true)).toBe("k");
  expect(chordOf(new KeyboardEvent("keydown", { key: "k", metaKey: true }), true)).toBe("Mod+K");
});

test("keys are shown as the keyboard names them", () => {
  expect(displayKeys("Mod+K", true)).toEqual(["⌘", "K"]);
  expect(displayKeys("Mod+K", false)).toEqual(["Ctrl", "K"]);
  expect(displayKeys("g f", false)).toEqual(["G", "F"]);
  expect(displayKeys("Home", false)).toEqual(["Home"]);
});
