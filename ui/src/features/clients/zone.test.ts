import { expect, it } from "vitest";
import { timeIn, timeZones } from "./zone";

it.each([
  ["UTC", "Sun 12:30"],
  ["Asia/Kolkata", "Sun 18:00"],
  ["Pacific/Auckland", "Mon 01:30"],
])("tells the time in %s", (zone, time) => {
  expect(timeIn(zone, new Date("2026-11-22T12:30:00Z"))?.replace(",", "")).toBe(time);
});

it("knows no time in a zone that is not one", () => {
  expect(timeIn("Middle/Earth", new Date(0))).toBeNull();
});

it("offers UTC first and each zone once", () => {
  const zones = timeZones();
  expect(zones[0]).toBe("UTC");
  expect(new Set(zones).size).toBe(zones.length);
});
