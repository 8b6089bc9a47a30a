import { expect, it } from "vitest";
import { aSummary } from "./made_up";
import { needsSomebody } from "./needing";

const now = new Date("2026-11-22T20:00:00Z");

it("only what waits for a person and what was halted lately stands in the tray, until something follows it", () => {
  const runs = [
    aSummary({ id: "later", state: "running", follows: "resumed" }),
    aSummary({ id: "resumed", state: "halted" }),
    aSummary({ id: "halted", state: "halted" }),
    aSummary({ id: "old", state: "halted", created_at: "2026-11-21T19:59:00Z" }),
    aSummary({ id: "waits", state: "awaiting", created_at: "2026-11-01T00:00:00Z" }),
    aSummary({ id: "failed", state: "failed" }),
    aSummary({ id: "good", state: "succeeded" }),
  ];
  expect(needsSomebody(runs, now).map(({ id }) => id)).toEqual(["waits", "halted"]);
});
