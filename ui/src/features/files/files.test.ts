import { expect, test } from "vitest";
import type { FileEntry } from "$backend/generated/commands";
import { sortRows } from "$lib/table/rows.svelte";
import type { Column } from "$lib/table/types";
import { canDownload, groupOf, keysOf, shownEntries, whyUntouchable } from "./entries";
import { joined, nameOf, parentOf, partsOf, whyNoName } from "./paths";
import { TypeAhead } from "./type_ahead";

function entry(name: string, more: Partial<FileEntry> = {}): FileEntry {
  const nothing = { size: null, modified_at: null, mode: null, owner: null, group: null, link_to: null };
  return { name, path: `/x/${name}`, kind: "file", ...nothing, ...more };
}

test.each([
  ["/", [["/", "/"]]],
  [
    "/var",
    [
      ["/", "/"],
      ["var", "/var"],
    ],
  ],
  [
    "/var/log/",
    [
      ["/", "/"],
      ["var", "/var"],
      ["log", "/var/log"],
    ],
  ],
  [
    "//srv//a b/ü",
    [
      ["/", "/"],
      ["srv", "/srv"],
      ["a b", "/srv/a b"],
      ["ü", "/srv/a b/ü"],
    ],
  ],
])("the parts of %j lead to its folders", (path, parts) => {
  expect(partsOf(path).map(({ label, path: to }) => [label, to])).toEqual(parts);
});

test.each([
  ["/", null, "/"],
  ["/var", "/", "var"],
  ["/var/log", "/var", "log"],
  ["/var/log/", "/var", "log"],
])("%j lies in %j and is called %j", (path, parent, name) => {
  expect([parentOf(path), nameOf(path)]).toEqual([parent, name]);
});

test("a name is joined with one slash, whatever it is", () => {
  expect(joined("/", "etc")).toBe("/etc");
  expect(joined("/var/log", "a b'\"$(x)")).toBe("/var/log/a b'\"$(x)");
});

test.each([
  ["nginx.conf", true],
  [" ", true],
  ["...", true],
  ["ü".repeat(127), true],
  ["", false],
  [".", false],
  ["..", false],
  ["a/b", false],
  ["../etc", false],
  ["a\0b", false],
  ["ü".repeat(128), false],
])("%j as the name of a file: %s", (name, isOne) => {
  expect(whyNoName(name) === null).toBe(isOne);
});

const columns: Column<FileEntry>[] = [
  { key: "name", title: "Name", width: 1, text: (one) => one.name },
  { key: "size", title: "Size", width: 1, text: () => "", sortBy: (one) => one.size },
];

test("folders stand first in both directions, and names are counted as people do", () => {
  const entries = [
    entry("file10", { size: 1 }),
    entry("zoo", { kind: "folder" }),
    entry("file9", { size: 5 }),
    entry("arc", { kind: "folder" }),
    entry("link", { kind: "link" }),
  ];
  const names = (column: string, direction: "ascending" | "descending"): string[] =>
    sortRows(entries, columns, { column, direction }, groupOf).map(({ name }) => name);
  expect(names("name", "ascending")).toEqual(["arc", "zoo", "file9", "file10", "link"]);
  expect(names("name", "descending")).toEqual(["zoo", "arc", "link", "file10", "file9"]);
  expect(names("size", "descending")).toEqual(["zoo", "arc", "file9", "file10", "link"]);
});

test("hidden files are shown when they are wanted", () => {
  const entries = [entry(".env"), entry("a"), entry("b.")];
  expect(shownEntries(entries, false).map(({ name }) => name)).toEqual(["a", "b."]);
  expect(shownEntries(entries, true)).toHaveLength(3);
});

test("two names that look the same and are no UTF-8 are two entries, and cannot be touched", () => {
  const entries = [entry("caf\ufffd", { path: null }), entry("caf\ufffd", { path: null }), entry("caf\ufffd")];
  expect(new Set(keysOf(entries).values()).size).toBe(3);
  expect(entries.map((one) => whyUntouchable(one) === null)).toEqual([false, false, true]);
  expect(entries.map(canDownload)).toEqual([false, false, true]);
});

test("only what has an end can be downloaded", () => {
  const kinds = ["file", "link", "folder", "other"] as const;
  expect(kinds.map((kind) => canDownload(entry("x", { kind })))).toEqual([true, true, false, false]);
});

test("letters look for a name; the same one again goes on, a pause begins anew", () => {
  const ahead = new TypeAhead();
  expect(ahead.press("N", 0)).toEqual({ text: "n", after: true });
  expect(ahead.press("g", 100)).toEqual({ text: "ng", after: false });
  expect(ahead.press("l", 5000)).toEqual({ text: "l", after: true });
  expect(ahead.press("l", 5100)).toEqual({ text: "l", after: true });
  expect(ahead.press("ö", 5200)).toEqual({ text: "lö", after: false });
  expect(["Enter", " ", "?", "/", "F2"].map((key) => ahead.press(key, 9000))).toEqual([null, null, null, null, null]);
});
