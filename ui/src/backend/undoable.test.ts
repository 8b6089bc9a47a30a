import { expect, it } from "vitest";
import type { AuditEntry } from "./generated/commands";
import { undoableOf } from "./undoable";

const entry = (id: string, action: string, entity_id: string): AuditEntry => ({
  id,
  action,
  entity_id,
  entity: action.split(".")[0] ?? "",
  sequence: 1,
  at: "2026-11-22T08:00:00Z",
  actor: "alice@laptop",
  change: {},
  previous_hash: "",
  hash: "",
});

it("takes back the newest edit of each thing and nothing that was done to hosts", () => {
  const newestFirst = [
    entry("6", "run.start", "r"),
    entry("5", "host.edit", "web"),
    entry("4", "host_key_pin.trust", "web"),
    entry("3", "host.edit", "db"),
    entry("2", "host.add", "web"),
    entry("1", "client.add", "web"),
  ];
  expect([...undoableOf(newestFirst)]).toEqual(["5", "3", "1"]);
});
