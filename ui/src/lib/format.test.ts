import { describe, expect, it, test } from "vitest";
import { exactTimes, formatAge, formatBytes, formatDuration, formatExactIn, formatPercent, plural } from "./format";

describe("ages", () => {
  const now = new Date("2026-11-22T12:00:00Z");
  test.each([
    ["2026-11-22T11:59:58Z", "just now"],
    ["2026-11-22T11:59:00Z", "1 min ago"],
    ["2026-11-22T11:56:10Z", "4 min ago"],
    ["2026-11-22T11:00:20Z", "1 h ago"],
    ["2026-11-21T12:30:00Z", "1 d ago"],
    ["2026-11-21T13:00:00Z", "23 h ago"],
    ["2026-11-19T12:00:00Z", "3 d ago"],
    ["2026-08-22T12:00:00Z", "3 months ago"],
    ["2023-11-22T12:00:00Z", "3 years ago"],
    ["2026-11-22T12:00:10Z", "in a moment"],
    ["2026-11-22T14:00:00Z", "in 2 h"],
  ])("%s is %s", (at, expected) => {
    expect(formatAge(new Date(at), now)).toBe(expected);
  });
});

test.each([
  [0, "0 B"],
  [1023, "1023 B"],
  [1536, "1.5 KiB"],
  [1024 * 1024 - 1, "1.0 MiB"],
  [250 * 1024 * 1024, "250 MiB"],
  [1.25 * 1024 ** 4, "1.3 TiB"],
])("%d bytes are %s", (bytes, expected) => {
  expect(formatBytes(bytes)).toBe(expected);
});

test.each([
  [41, "0:41"],
  [725.9, "12:05"],
  [3729, "1:02:09"],
  [273_600, "3 d 4 h"],
  [-3, "0:00"],
])("%d seconds are %s", (seconds, expected) => {
  expect(formatDuration(seconds)).toBe(expected);
});

test("nothing is 100 % before all of it is done", () => {
  expect(formatPercent(0.999)).toBe("99 %");
  expect(formatPercent(1)).toBe("100 %");
});

test("one is not many", () => {
  expect([plural(1, "host"), plural(1842, "host"), plural(0, "match", "matches")]).toEqual([
    "1 host",
    "1,842 hosts",
    "0 matches",
  ]);
});

const at = new Date("2026-11-22T12:30:04Z");
const vienna = "Sun, 22 Nov 2026, 13:30:04 GMT+1 Europe/Vienna";

it.each([
  ["both", "Europe/Vienna", [vienna, "Sun, 22 Nov 2026, 12:30:04 UTC (your zone)"]],
  ["client", "Europe/Vienna", [vienna]],
  ["mine", "Europe/Vienna", ["Sun, 22 Nov 2026, 12:30:04 UTC"]],
  ["both", "UTC", ["Sun, 22 Nov 2026, 12:30:04 UTC"]],
  ["both", null, ["Sun, 22 Nov 2026, 12:30:04 UTC"]],
  ["client", "Middle/Earth", ["Sun, 22 Nov 2026, 12:30:04 UTC"]],
] as const)("tells exact times (%s) of %s", (shown, zone, lines) => {
  // Which short name a zone has is the business of whoever made the zone's tables.
  const told = exactTimes(at, zone, shown, "UTC").map((line) => line.replace(" CET ", " GMT+1 "));
  expect(told).toEqual(lines);
});

it("labels an hour that comes twice so that the two differ", () => {
  const first = formatExactIn(new Date("2026-10-25T00:30:00Z"), "Europe/Vienna");
  const second = formatExactIn(new Date("2026-10-25T01:30:00Z"), "Europe/Vienna");
  expect(first).toMatch(/02:30:00 .* Europe\/Vienna$/);
  expect(second).toMatch(/02:30:00 .* Europe\/Vienna$/);
  expect(first).not.toBe(second);
});
