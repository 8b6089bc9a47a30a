import { expect, it } from "vitest";
import { hostLines } from "./report";

it("tells what changes before what stays, by name", () => {
  const lines = hostLines({
    clients_added: [],
    environments_added: [],
    hosts_added: ["a/b/web-10", "a/b/web-9"],
    hosts_changed: ["a/b/db"],
    hosts_unchanged: ["a/a/a"],
    notes: [],
  });
  expect(lines.map(({ host, becomes }) => `${host} ${becomes}`)).toEqual([
    "a/b/web-9 New",
    "a/b/web-10 New",
    "a/b/db Changed",
    "a/a/a As it is",
  ]);
});
