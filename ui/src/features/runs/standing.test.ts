import { describe, expect, it } from "vitest";
import type { JobDocument, RunDocument, RunState, WaitsFor } from "$backend/generated/commands";
import { aJob, aRun, aSummary, aWave } from "./made_up";
import { followedWords, missing, offersOf, standingOf, waveProgress, whyOneWay } from "./standing";

const now = new Date("2026-11-22T14:26:00");
const began = "2026-11-22T12:00:00Z";
const exact = { grade: "exact", why: null } as const;
const oneWay = { grade: "one_way", why: "what a command changes is not known" } as const;
const ok = aJob({ id: "ok", started_at: began, undo: exact });
const bad = aJob({ id: "bad", state: "failed", started_at: began, undo: exact });
const held = aJob({ id: "held", state: "held", undo: exact });
const waits = aJob({ id: "waits", state: "waiting", undo: exact });
const unknown = aJob({ id: "unknown", state: "unknown" });
const patch = (state: RunState) => aSummary({ id: "later", state });
const undo = (state: RunState) => aSummary({ id: "later", kind: "undo", state });

describe("what a run offers", () => {
  it.each<[string, RunState, JobDocument[], Partial<RunDocument>, boolean, string]>([
    ["runs here", "running", [ok, waits], {}, true, "stop"],
    ["runs, driven by nobody here", "running", [ok, waits], {}, false, "follow stop"],
    ["waits for a person", "awaiting", [ok, waits], {}, false, "promote stop"],
    ["all succeeded", "succeeded", [ok], {}, false, "undo"],
    ["all succeeded and nothing changed", "succeeded", [aJob({ started_at: began })], {}, false, ""],
    ["all succeeded, one-way", "succeeded", [aJob({ started_at: began, undo: oneWay })], {}, false, ""],
    ["halted", "halted", [ok, bad, held], {}, false, "undo resume"],
    ["halted before anything began", "halted", [held], {}, false, "resume"],
    ["partly", "partial", [ok, bad], {}, false, "undo resume"],
    ["failed half-way", "failed", [bad], {}, false, "undo resume"],
    ["cancelled before it began", "cancelled", [aJob({ state: "cancelled" })], {}, false, "resume"],
    ["unknown: the host is asked first", "failed", [unknown], {}, false, "follow"],
    ["being resumed", "partial", [ok, bad], { followed_by: [patch("running")] }, false, ""],
    ["its undo waits for a person", "partial", [ok, bad], { followed_by: [undo("awaiting")] }, false, ""],
    ["resumed well", "partial", [ok, bad], { followed_by: [patch("succeeded")] }, false, "undo"],
    ["resumed in part", "partial", [ok, bad], { followed_by: [patch("partial")] }, false, "undo resume"],
    ["taken back", "partial", [ok, bad], { followed_by: [undo("succeeded")] }, false, "resume"],
    [
      "an undo that was followed",
      "partial",
      [ok, bad],
      { kind: "undo", followed_by: [undo("succeeded")] },
      false,
      "undo resume",
    ],
  ])("when it is %s", (_name, state, jobs, more, isDriven, expected) => {
    expect(offersOf(aRun({ state, jobs, ...more }), isDriven).join(" ")).toBe(expected);
  });

  it("counts what is missing without hosts whose end is not known", () => {
    expect(missing([ok, bad, held, waits, unknown]).map(({ id }) => id)).toEqual(["bad", "held"]);
  });

  it("says why nothing can be taken back, where something was changed", () => {
    const done = aJob({ started_at: began, undo: oneWay });
    expect(whyOneWay(aRun({ state: "succeeded", jobs: [done] }))).toBe("what a command changes is not known");
    expect(whyOneWay(aRun({ state: "succeeded", jobs: [done, ok] }))).toBeNull();
    expect(whyOneWay(aRun({ state: "succeeded", jobs: [aJob({ started_at: began })] }))).toBeNull();
    expect(whyOneWay(aRun({ state: "running", jobs: [done] }))).toBeNull();
  });
});

describe("where a run stands", () => {
  const waves = [aWave("canary", { succeeded: 1 }), aWave("wave 2", { waiting: 3 })];
  const at = (waits_for: WaitsFor, state: RunState = "running") =>
    standingOf(aRun({ state, waves, gate: { wave: 0, waits_for } }), now);

  it("behind a wave", () => {
    expect(at({ kind: "person" }, "awaiting")).toEqual({
      status: "awaiting",
      words: "Waits for your word behind canary",
      detail: "Next: wave 2, 3 hosts.",
    });
    expect(at({ kind: "probe" })?.words).toBe("Probing the hosts of canary");
    expect(at({ kind: "soak", until: new Date("2026-11-22T14:32:00").toISOString() })?.words).toBe(
      "Soaking behind canary until 14:32 (6 min left)",
    );
    expect(at({ kind: "soak", until: new Date("2026-11-22T14:27:05").toISOString() })?.words).toBe(
      "Soaking behind canary until 14:27 (1:05 left)",
    );
  });

  it("is told neither while it simply goes nor when it has ended", () => {
    expect(standingOf(aRun({ state: "running", waves }), now)).toBeNull();
    expect(at({ kind: "person" }, "cancelled")).toBeNull();
  });

  it.each([
    ["behind", { failed: 1 }, "Halted behind canary: 1 host failed; the policy of client acme allows 0"],
    ["in", { failed: 1, held: 4 }, "Halted in canary: 1 host failed; the policy of client acme allows 0"],
    ["within", { failed: 1, running: 2 }, "Halted in canary: 1 host failed; the policy of client acme allows 0"],
  ])("halted %s a wave", (_name, counts, expected) => {
    const message = "1 host failed; the policy of client acme allows 0";
    const halted = { code: "run_halted", message, hint: "See to it." } as const;
    const run = aRun({ state: "halted", halted, waves: [aWave("canary", counts), aWave("wave 2", { held: 3 })] });
    expect(standingOf(run, now)).toEqual({ status: "halted", words: expected, detail: "See to it." });
  });
});

it.each([
  [{ waiting: 3 }, "waiting", 0],
  [{ waiting: 2, succeeded: 1 }, "running", 1],
  [{ running: 1, failed: 2 }, "running", 2],
  [{ connecting: 1, waiting: 2 }, "connecting", 0],
  [{ succeeded: 3 }, "succeeded", 3],
  [{ succeeded: 2, failed: 1 }, "failed", 3],
  [{ succeeded: 2, unreachable: 1 }, "partial", 3],
  [{ held: 3 }, "held", 3],
  [{ cancelled: 3 }, "cancelled", 3],
] as const)("a wave of %j is %s", (counts, status, done) => {
  expect(waveProgress(aWave("wave", counts))).toMatchObject({ status, done });
});

it("tells how a later run follows", () => {
  expect(followedWords({ kind: "patch" }, { kind: "patch" })).toBe("Resumed by");
  expect(followedWords({ kind: "patch" }, { kind: "undo" })).toBe("Taken back by");
  expect(followedWords({ kind: "undo" }, { kind: "undo" })).toBe("Followed by");
});
