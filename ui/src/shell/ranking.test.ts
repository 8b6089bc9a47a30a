import { expect, test } from "vitest";
import { rank, score } from "./ranking";
import { meaningOf } from "./sequence";

const titles = (query: string, items: { title: string; keywords?: string }[]): string[] =>
  rank(query, items).map((item) => item.title);

test("what was typed as it stands goes before its letters here and there", () => {
  const items = [{ title: "Go to Service plans" }, { title: "Refresh facts of all hosts" }, { title: "Go to Fleet" }];
  expect(titles("fleet", items)).toEqual(["Go to Fleet"]);
  expect(titles("gf", items)).toEqual(["Go to Fleet"]);
  expect(titles("plan", [{ title: "Explanations" }, { title: "Service plans" }])).toEqual([
    "Service plans",
    "Explanations",
  ]);
});

test("keywords find, but a title finds better", () => {
  const items = [{ title: "Theme: dark", keywords: "appearance" }, { title: "Appearance of reports" }];
  expect(titles("appearance", items)).toEqual(["Appearance of reports", "Theme: dark"]);
});

test("an empty text keeps everything in its order, and what does not fit is left out", () => {
  expect(titles("", [{ title: "b" }, { title: "a" }])).toEqual(["b", "a"]);
  expect(score("xyz", "Go to Fleet")).toBeNull();
});

test("keys one after the other wait for the next, and the last that was registered wins", () => {
  const shortcuts = [
    { keys: "g f", title: "fleet" },
    { keys: "r", title: "before" },
    { keys: "r", title: "screen" },
  ];
  expect(meaningOf(["g"], shortcuts)).toEqual({ kind: "wait" });
  expect(meaningOf(["g", "f"], shortcuts)).toEqual({ kind: "run", shortcut: shortcuts[0] });
  expect(meaningOf(["r"], shortcuts)).toEqual({ kind: "run", shortcut: shortcuts[2] });
  expect(meaningOf(["x"], shortcuts)).toEqual({ kind: "nothing" });
});
