import { expect, it } from "vitest";
import type { Occurrence, Standing } from "$backend/generated/commands";
import { linesOf, standingEnds, standingWords } from "./standing";

const opens = "2026-11-28T21:00:00Z";
const until = "2026-11-29T03:00:00Z";
const next: Occurrence[] = [
  {
    span: { from: opens, until },
    from: "Sat 2026-11-28 22:00 CET / 21:00 UTC",
    until: "Sun 2026-11-29 04:00 CET / 03:00 UTC",
  },
];

it.each<[Standing, Occurrence[], string, string | null]>([
  [{ state: "always" }, [], "Changes may start at any time", null],
  [{ state: "open", until }, next, "Open until Sun 2026-11-29 04:00 CET / 03:00 UTC", until],
  [{ state: "closed", opens }, next, "Closed, opens Sat 2026-11-28 22:00 CET / 21:00 UTC", opens],
  [{ state: "closed", opens: null }, [], "Closed, and no window comes", null],
])("%j", (standing, occurrences, text, ends) => {
  expect(standingWords({ standing, next: occurrences }).text).toBe(text);
  expect(standingEnds({ standing })?.getTime() ?? null).toBe(ends === null ? null : Date.parse(ends));
});

it("takes lines as they mean something", () => {
  expect(linesOf(" sat 22:00-04:00 \n\n\tnot 2026-12-24\n")).toEqual(["sat 22:00-04:00", "not 2026-12-24"]);
});
