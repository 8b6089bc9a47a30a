import { expect, test } from "vitest";
import { isOurs } from "./keys";

test.each([
  "Mod+K",
  "Mod+C",
  "Mod+V",
  "Mod+W",
  "Escape",
  "F6",
  "Tab",
  "Alt+F",
  "Mod+ArrowLeft",
  "Mod+Shift+ArrowUp",
  "PageUp",
])("%s is the host's", (chord) => {
  expect(isOurs(chord)).toBe(false);
});

test.each(["Mod+Shift+C", "Mod+Shift+V", "Mod+Shift+K", "Mod+Shift+L", "Mod+=", "Mod+-", "Mod+PageDown"])(
  "%s is the window's",
  (chord) => {
    expect(isOurs(chord)).toBe(true);
  },
);
