import { describe, expect, it } from "vitest";
import type { PlanBecame, Scheduled } from "$backend/generated/commands";
import { fieldTime, missedBecause, offersOf, stageOf, startProblem } from "./stage";

const now = new Date("2026-11-22T12:00:00Z");
const later = "2026-11-23T12:00:00Z";
const approval = { hash: "ab", approved_at: "2026-11-22T11:00:00Z", approved_by: "alice@laptop" };
const waiting: Scheduled = {
  plan_id: "p",
  title: "Patch",
  starts_at: later,
  created_at: "2026-11-22T11:00:00Z",
  created_by: "alice@laptop",
  run_id: null,
  ended_at: null,
  fault: null,
};
const givenUp = (code: "cancelled" | "plan_expired"): Scheduled => ({
  ...waiting,
  ended_at: "2026-11-22T11:30:00Z",
  fault: { code, message: "it did not begin at its time", hint: null },
});

describe("where a plan stands, and what can be done with it", () => {
  it.each<[string, Partial<PlanBecame>, string, string, string]>([
    ["just made", {}, later, "open", "approve begin_at run"],
    ["approved", { approval }, later, "approved", "begin_at run"],
    ["waits for its time", { approval, schedule: waiting }, later, "scheduled", "take_back run"],
    ["its time was taken back", { approval, schedule: givenUp("cancelled") }, later, "approved", "begin_at run"],
    ["missed its time", { approval, schedule: givenUp("plan_expired") }, later, "approved", "begin_at run"],
    ["expired", {}, "2026-11-22T12:00:00Z", "expired", "plan_again"],
    ["expired although approved", { approval }, "2026-11-22T11:59:00Z", "expired", "plan_again"],
    ["was run", { approval, run: "r" }, later, "ran", "open_run"],
    ["was run and would have expired", { approval, run: "r" }, "2026-11-22T11:59:00Z", "ran", "open_run"],
    [
      "was run by its schedule",
      { approval, schedule: { ...waiting, run_id: "r" }, run: "r" },
      later,
      "ran",
      "open_run",
    ],
  ])("%s", (_name, became, expires_at, stage, offers) => {
    const found = stageOf({ standing: { approval: null, schedule: null, run: null, ...became }, expires_at }, now);
    expect(found.kind).toBe(stage);
    expect(offersOf(found, true).join(" ")).toBe(offers);
  });

  it("offers no run where no host gets work", () => {
    expect(offersOf({ kind: "open" }, false)).toEqual([]);
    expect(offersOf({ kind: "approved", approval }, false)).toEqual([]);
    expect(offersOf({ kind: "expired" }, false)).toEqual(["plan_again"]);
  });

  it("tells a missed time, not one that a person took back", () => {
    const became = (schedule: Scheduled | null): PlanBecame => ({ approval, schedule, run: null });
    expect(missedBecause(became(givenUp("plan_expired")))?.code).toBe("plan_expired");
    expect(missedBecause(became(givenUp("cancelled")))).toBeNull();
    expect(missedBecause(became(waiting))).toBeNull();
    expect(missedBecause(became(null))).toBeNull();
  });
});

describe("a time to begin", () => {
  it.each([
    ["", "Say when."],
    ["soon", "Say when."],
    [fieldTime(new Date("2026-11-22T11:59:00Z")), "That has passed."],
    [fieldTime(new Date("2026-11-23T12:00:00Z")), "The plan will have expired by then. Plan closer to the time."],
    [fieldTime(new Date("2026-11-22T20:00:00Z")), null],
  ])("%j", (typed, expected) => {
    expect(startProblem(typed, later, now)).toBe(expected);
  });
});
