import { describe, expect, it } from "vitest";
import { blackoutsOf, kindWords, ruleLike, ruleOf, textOf, timeOf, type Rule, type RuleKind } from "./rule";

const hours = { from: "22:00", until: "04:00" };

describe("a rule as fields and as text", () => {
  it.each<[string, Rule]>([
    ["sat 22:00-04:00", { kind: "weekly", days: ["sat"], ...hours }],
    ["mon,wed,fri 22:00-04:00", { kind: "weekly", days: ["mon", "wed", "fri"], ...hours }],
    ["mon-fri 22:00-04:00", { kind: "weekly", days: ["mon", "tue", "wed", "thu", "fri"], ...hours }],
    ["mon,tue,fri-sun 22:00-04:00", { kind: "weekly", days: ["mon", "tue", "fri", "sat", "sun"], ...hours }],
    ["daily 22:00-04:00", { kind: "weekly", days: ["mon", "tue", "wed", "thu", "fri", "sat", "sun"], ...hours }],
    ["second tue 22:00-04:00", { kind: "monthly", nth: "second", weekday: "tue", daysLater: 0, ...hours }],
    ["second tue +3d 22:00-04:00", { kind: "monthly", nth: "second", weekday: "tue", daysLater: 3, ...hours }],
    ["last sun 22:00-04:00", { kind: "monthly", nth: "last", weekday: "sun", daysLater: 0, ...hours }],
    ["day 15 22:00-04:00", { kind: "day", day: 15, ...hours }],
    ["2026-12-24 22:00-04:00", { kind: "once", date: "2026-12-24", ...hours }],
    ["not 2026-12-20..2027-01-06", { kind: "blackout", first: "2026-12-20", last: "2027-01-06" }],
    ["not 2026-12-24", { kind: "blackout", first: "2026-12-24", last: "2026-12-24" }],
  ])("%s", (text, rule) => {
    expect(ruleOf(text)).toEqual(rule);
    expect(textOf(rule)).toBe(text);
  });

  it.each([
    ["  SAT   9:30 – 24:00 ", "sat 09:30-00:00"],
    ["mon , wed 1:00-2:00", "mon,wed 01:00-02:00"],
    ["fri-mon 22:00-04:00", "mon,fri-sun 22:00-04:00"],
    ["not 2026-12-20 .. 2026-12-20", "not 2026-12-20"],
  ])("“%s” is written %s", (typed, written) => {
    const rule = ruleOf(typed);
    expect(rule && textOf(rule)).toBe(written);
  });

  it.each([
    "",
    "sat",
    "22:00-04:00",
    "caturday 22:00-04:00",
    "sat 25:00-04:00",
    "sat 22:60-04:00",
    "fifth tue 22:00-04:00",
    "second tue +28d 22:00-04:00",
    "day 32 22:00-04:00",
    "2026-02-30 22:00-04:00",
    "not 2027-01-06..2026-12-20",
    "not",
  ])("“%s” stays text", (line) => {
    expect(ruleOf(line)).toBeNull();
  });

  it("begins with something that can be read, of each kind", () => {
    for (const kind of Object.keys(kindWords) as RuleKind[]) {
      const rule = ruleLike(kind, "2026-11-22");
      expect(ruleOf(textOf(rule))).toEqual(rule);
    }
  });

  it("keeps the times when it becomes another kind", () => {
    expect(textOf(ruleLike("once", "2026-11-22", ruleOf("sat 09:00-10:00")))).toBe("2026-11-22 09:00-10:00");
    expect(textOf(ruleLike("once", "2026-11-22", ruleOf("not 2026-12-24")))).toBe("2026-12-24 22:00-02:00");
  });
});

it("reads times as people type them", () => {
  expect(["9:05", "23:59", "24:00", "7", "12:5", ""].map(timeOf)).toEqual(["09:05", "23:59", null, null, null, null]);
});

it("finds the blackouts", () => {
  expect(blackoutsOf(["sat 22:00-04:00", "not 2026-12-24", "x"])).toMatchObject([{ first: "2026-12-24" }]);
});
