import { describe, expect, it } from "vitest";
import type { Fault, JobState, RunDocument, UnsuccessfulJob, Wanted } from "$backend/generated/commands";
import { jobCauses, retryParts } from "./causes";

const job = (host: string, run: string, error: Partial<Fault> | null, state: JobState = "failed"): UnsuccessfulJob => ({
  host: `acme/prod/${host}`,
  run,
  title: "Patch",
  state,
  error: error && { code: "step_failed", message: "exit code 1", hint: null, ...error },
  ended_at: null,
});

describe("unsuccessful jobs by cause", () => {
  it("are one row per error, the most hosts first, without an error one per state", () => {
    const causes = jobCauses([
      job("a", "1", null, "cancelled"),
      job("b", "1", {}),
      job("c", "2", {}),
      job("d", "1", { code: "timeout_tcp" }, "unreachable"),
    ]);
    expect(causes.map(({ title, jobs, remedy }) => [title, jobs.length, remedy])).toEqual([
      ["A step failed", 2, "retry"],
      ["Cancelled", 1, "retry"],
      ["The host does not answer", 1, "check"],
    ]);
  });

  it("say only what all of them say", () => {
    const [same] = jobCauses([job("a", "1", { hint: "x" }), job("b", "1", { hint: "x" })]);
    expect(same?.failure).toMatchObject({ message: "exit code 1", hint: "x" });
    const [other] = jobCauses([job("a", "1", { hint: "x" }), job("b", "1", { message: "exit code 2" })]);
    expect(other?.failure).toMatchObject({ message: null, hint: null });
  });

  it.each<[Partial<Fault> | null, JobState, string]>([
    [{ code: "host_key_changed" }, "unreachable", "keys"],
    [{ code: "key_refused" }, "unreachable", "check"],
    [null, "unreachable", "check"],
    [{ code: "held" }, "held", "retry"],
    [null, "interrupted", "retry"],
    [null, "unknown", "open"],
  ])("%j while %s: %s", (error, state, remedy) => {
    expect(jobCauses([job("a", "1", error, state)])[0]?.remedy).toBe(remedy);
  });
});

it("retries together what wanted the same, and nothing else", () => {
  const run = (id: string, script: string): RunDocument => {
    const wanted: Wanted = { kind: "exec", script, sudo: false, detached: false, timeout_seconds: 60 };
    return { id, kind: "exec", wanted } as RunDocument;
  };
  const jobs = [job("a", "1", {}), job("b", "2", {}), job("c", "3", {})];
  const parts = retryParts(jobs, [run("1", "df"), run("2", "uptime"), run("3", "df")]);
  expect(parts.map((part) => [part.run.id, part.hosts])).toEqual([
    ["1", ["acme/prod/a", "acme/prod/c"]],
    ["2", ["acme/prod/b"]],
  ]);
});
