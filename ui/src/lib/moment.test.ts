import { describe, expect, it } from "vitest";
import { inBothZones } from "./moment";

const at = new Date("2026-11-28T21:00:00Z");

describe("a moment in both zones", () => {
  it.each<[string | null, string, RegExp]>([
    ["Europe/Vienna", "UTC", /^Sat 28 Nov, 22:00 (CET|GMT\+1) \/ 21:00 UTC$/],
    ["Asia/Tokyo", "UTC", /^Sun 29 Nov, 06:00 (JST|GMT\+9) \/ Sat 28 Nov, 21:00 UTC$/],
    ["UTC", "UTC", /^Sat 28 Nov, 21:00 UTC$/],
    [null, "UTC", /^Sat 28 Nov, 21:00 UTC$/],
    ["Europe/Berlin", "Europe/Vienna", /^Sat 28 Nov, 22:00 (CET|GMT\+1)$/],
    ["No/Such", "UTC", /^Sat 28 Nov, 21:00 UTC$/],
  ])("of people in %s, told in %s", (theirs, mine, expected) => {
    expect(inBothZones(at, theirs, mine)).toMatch(expected);
  });
});
