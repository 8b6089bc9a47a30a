import { describe, expect, it } from "vitest";
import type { AuditEntry, JsonValue } from "$backend/generated/commands";
import { changesOf, changeText, matches } from "./change";

const entry = (change: JsonValue): AuditEntry => ({
  sequence: 7,
  id: "1",
  at: "2026-11-22T07:00:00Z",
  actor: "alice@laptop",
  action: "host.edit",
  entity: "host",
  entity_id: "0193",
  change,
  previous_hash: "",
  hash: "",
});

describe("a change", () => {
  it.each<[string, JsonValue, string]>([
    ["an edit", { port: [22, 2222], user: ["root", "admin"] }, "port 22 → 2222 · user root → admin"],
    ["something new", { name: [null, "web-1"], tags: [null, ["db", "eu"]] }, "name web-1 · tags db, eu"],
    ["a removal", { name: ["web-1", null] }, "name web-1 → removed"],
    ["nothing before and after", { version: [null, null] }, "version none"],
    ["empty text and an empty list", { user: ["", "x"], tags: [["db"], []] }, "user “” → x · tags db → none"],
    ["yes and no", { production: [false, true] }, "production false → true"],
    ["a value with parts", { sudo: [null, { kind: "ask" }] }, 'sudo {"kind":"ask"}'],
    ["a field of another form", { count: 3 }, "count 3"],
    ["another form altogether", "odd", "odd"],
    ["nothing", {}, ""],
  ])("%s", (_name, change, expected) => {
    expect(changeText(entry(change))).toBe(expected);
  });

  it("keeps a list of two strings that is a value apart from before and after", () => {
    expect(changesOf({ tags: [["a", "b"], ["c"]] })).toEqual([{ field: "tags", before: "a, b", after: "c" }]);
  });
});

it.each([
  ["ALICE port", true],
  ["host.edit 2222", true],
  ["alice 443", false],
  ["", true],
])("%j matches: %s", (text, expected) => {
  expect(matches(entry({ port: [22, 2222] }), text)).toBe(expected);
});
