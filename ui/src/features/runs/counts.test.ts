import { describe, expect, it } from "vitest";
import type { Fault, JobDocument, JobState, RunCounts } from "$backend/generated/commands";
import {
  causesOf,
  endedCount,
  inOrderOfNeed,
  productionInWords,
  restSeconds,
  segmentsOf,
  stateCounts,
  unsuccessful,
} from "./counts";

const none: RunCounts = {
  total: 0,
  waiting: 0,
  connecting: 0,
  running: 0,
  succeeded: 0,
  failed: 0,
  cancelled: 0,
  "timed-out": 0,
  interrupted: 0,
  unknown: 0,
  unreachable: 0,
  skipped: 0,
  held: 0,
};

function job(host: string, state: JobState, error: Partial<Fault> | null = null): JobDocument {
  return {
    id: host,
    host: `acme/prod/${host}`,
    state,
    exit_code: null,
    started_at: null,
    ended_at: null,
    error: error && { code: "internal", message: "", hint: null, ...error },
    note: null,
    step: null,
    steps: 1,
    link_lost: false,
    output_length: 0,
    output_incomplete: null,
  };
}

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
  const jobs = [
    job("ok", "succeeded"),
    job("off", "unreachable", { code: "timeout_tcp", message: "no answer" }),
    job("late", "waiting"),
    job("now", "running"),
    job("off2", "unreachable", { code: "timeout_tcp", message: "no answer at all", hint: "VPN" }),
    job("bad", "failed", { code: "step_failed", message: "exit 1", hint: "log" }),
  ];

  it("that failed stand first and keep the plan's order", () => {
    expect(inOrderOfNeed(jobs).map(({ id }) => id)).toEqual(["bad", "off", "off2", "now", "late", "ok"]);
  });

  it("that have not ended are not failures", () => {
    expect(unsuccessful(jobs).map(({ id }) => id)).toEqual(["off", "off2", "bad"]);
  });

  it("are grouped by cause; a message stands only if all said the same", () => {
    expect(causesOf(jobs).map(({ code, jobs: hosts, message, hint }) => [code, hosts.length, message, hint])).toEqual([
      ["timeout_tcp", 2, null, null],
      ["step_failed", 1, "exit 1", "log"],
    ]);
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
