import { describe, expect, it } from "vitest";
import type { JobDocument, JobState } from "$backend/generated/commands";
import {
  endedCount,
  inOrderOfNeed,
  isOver,
  isStopping,
  productionInWords,
  restSeconds,
  segmentsOf,
  stateCounts,
  unsuccessful,
} from "./counts";
import { aJob, none } from "./made_up";

describe("counts", () => {
  const counts = { ...none, total: 12, succeeded: 4, failed: 1, held: 2, running: 3, waiting: 2 };

  it("add up to the total", () => {
    expect(stateCounts(counts).reduce((sum, { count }) => sum + count, 0)).toBe(counts.total);
    expect(stateCounts(counts).map(({ state }) => state)).toEqual([
      "failed",
      "held",
      "running",
      "waiting",
      "succeeded",
    ]);
  });

  it("draw only what has ended, success first", () => {
    expect(endedCount(counts)).toBe(7);
    expect(segmentsOf(counts).map(({ label, count }) => `${label} ${count}`)).toEqual([
      "Succeeded 4",
      "Held 2",
      "Failed 1",
    ]);
  });

  it.each([
    ["too early to say", { ...none, total: 10, succeeded: 5, running: 5 }, 1.9, null],
    ["half is done", { ...none, total: 10, succeeded: 5, running: 5 }, 60, 60],
    ["held hosts took no time", { ...none, total: 10, held: 4, succeeded: 3, running: 3 }, 30, 30],
    ["unreachable hosts say nothing of the rest", { ...none, total: 7, unreachable: 1, running: 6 }, 30, null],
    ["only held hosts have ended", { ...none, total: 10, held: 4, running: 6 }, 30, null],
    ["all is done", { ...none, total: 10, succeeded: 10 }, 60, null],
  ])("%s", (_name, given, elapsed, expected) => {
    expect(restSeconds(given, elapsed)).toBe(expected);
  });
});

describe("jobs", () => {
  const job = (id: string, state: JobState): JobDocument => aJob({ id, state });
  const jobs = [
    job("ok", "succeeded"),
    job("off", "unreachable"),
    job("late", "waiting"),
    job("now", "running"),
    job("off2", "unreachable"),
    job("bad", "failed"),
  ];

  it("that failed stand first and keep the plan's order", () => {
    expect(inOrderOfNeed(jobs).map(({ id }) => id)).toEqual(["bad", "off", "off2", "now", "late", "ok"]);
  });

  it("that have not ended are not failures", () => {
    expect(unsuccessful(jobs).map(({ id }) => id)).toEqual(["off", "off2", "bad"]);
  });
});

it.each([
  [[], null],
  [["acme/prod/a"], "1 host of acme"],
  [["bolt/prod/a", "acme/prod/a", "acme/prod/b"], "3 hosts of acme, bolt"],
  [["a/p/1", "b/p/1", "c/p/1", "d/p/1", "e/p/1"], "5 hosts of a, b, c and 2 other clients"],
])("says whose production %j is", (hosts, words) => {
  expect(productionInWords(hosts)).toBe(words);
});

it.each([
  ["running", false],
  ["awaiting", false],
  ["halted", true],
  ["failed", true],
  ["partial", true],
  ["cancelled", true],
  ["succeeded", true],
] as const)("a run that is %s is over: %s", (state, expected) => {
  expect(isOver(state)).toBe(expected);
});

it("a job stops until its host says that it has ended", () => {
  expect(isStopping(aJob({ state: "running", cancel: "now" }))).toBe(true);
  expect(isStopping(aJob({ state: "cancelled", cancel: "now" }))).toBe(false);
  expect(isStopping(aJob({ state: "unknown", cancel: "now" }))).toBe(false);
  expect(isStopping(aJob({ state: "running" }))).toBe(false);
});
