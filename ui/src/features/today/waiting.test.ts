import { expect, it } from "vitest";
import type { RunSummary, Scheduled } from "$backend/generated/commands";
import { waitingPlans, waitingRuns, waitingWords } from "./waiting";

const now = new Date("2026-11-22T15:00:00Z");

const run = (id: string, more: Partial<RunSummary>): RunSummary =>
  ({
    id,
    title: id,
    state: "running",
    halted: null,
    gate: null,
    follows: null,
    created_at: "2026-11-22T14:00:00Z",
    ...more,
  }) as RunSummary;

const plan = (plan_id: string, starts_at: string, more: Partial<Scheduled> = {}): Scheduled =>
  ({ plan_id, title: plan_id, starts_at, run_id: null, ended_at: null, fault: null, ...more }) as Scheduled;

it("tells runs that wait for a person from those that only run", () => {
  const awaiting = run("a", { state: "awaiting" });
  expect(waitingRuns([awaiting, run("b", {})], [], now)).toEqual({ awaiting: [awaiting], halted: [] });
});

it("shows halted runs until somebody follows up, or for a week", () => {
  const runs = [
    run("resumed", { state: "halted" }),
    run("resume", { state: "succeeded", follows: "resumed" }),
    run("open", { state: "halted" }),
    run("old", { state: "halted", created_at: "2026-11-15T14:00:00Z" }),
    run("fine", { state: "succeeded" }),
  ];
  expect(waitingRuns([], runs, now).halted.map(({ id }) => id)).toEqual(["open"]);
});

it.each<[Partial<RunSummary>, string]>([
  [{ gate: { wave: 0, waits_for: { kind: "person" } } }, "Waits for your word behind its first wave"],
  [{ gate: { wave: 1, waits_for: { kind: "person" } } }, "Waits for your word behind wave 2"],
  [{ halted: { code: "run_halted", message: "1 host failed", hint: null } }, "1 host failed"],
])("%j", (more, words) => {
  expect(waitingWords(run("a", more))).toBe(words);
});

it("tells plans that begin soon from those that missed their time", () => {
  const fault = { code: "plan_expired", message: "too old", hint: null } as const;
  const { soon, missed } = waitingPlans(
    [
      plan("tonight", "2026-11-22T21:00:00Z"),
      plan("just now", "2026-11-22T14:59:00Z"),
      plan("next week", "2026-11-29T21:00:00Z"),
      plan("slept through", "2026-11-22T03:00:00Z"),
      plan("given up", "2026-11-22T03:00:00Z", { ended_at: "2026-11-22T04:00:00Z", fault }),
      plan("taken back", "2026-11-22T21:00:00Z", { ended_at: "2026-11-22T04:00:00Z" }),
      plan("begun", "2026-11-22T03:00:00Z", { run_id: "1" }),
    ],
    now,
  );
  expect(soon.map(({ title }) => title)).toEqual(["tonight", "just now"]);
  expect(missed.map(({ title }) => title)).toEqual(["slept through", "given up"]);
});
