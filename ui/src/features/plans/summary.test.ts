import { describe, expect, it } from "vitest";
import type { Fault, JobState, PlanJobView, PlanStanding, PlanView } from "$backend/generated/commands";
import { isConfirmed, leftOutGroups, productionOf, risksOf, standingCounts } from "./summary";

function job(host: string, standing: PlanStanding, more: Partial<PlanJobView> = {}): PlanJobView {
  return { host, production: false, changes: [], risks: [], standing, steps: [], ...more };
}
const leftOut = (state: JobState, code: Fault["code"], message: string): PlanStanding => ({
  kind: "left_out",
  state,
  error: { code, message, hint: null },
});
const jobs = [
  job("acme/prod/web-1", { kind: "work" }, { production: true, risks: ["restarts nginx"] }),
  job("acme/prod/web-2", { kind: "work" }, { production: true, risks: ["restarts nginx", "no undo"] }),
  job("acme/test/web-1", { kind: "satisfied", note: "already there" }),
  job("bolt/prod/db-1", leftOut("held", "held", "kept back"), { production: true }),
  job("bolt/prod/db-2", leftOut("unreachable", "timeout_tcp", "no answer from db-2")),
  job("bolt/prod/db-3", leftOut("unreachable", "timeout_tcp", "no answer from db-3")),
  job("bolt/prod/db-4", leftOut("unreachable", "name_not_found", "no such name")),
];
const plan: PlanView = {
  id: "1",
  hash: "ab",
  created_at: "",
  kind: "patch",
  title: "",
  changes_anything: true,
  confirmation: "acme",
  jobs,
};

describe("a plan's summary", () => {
  it("counts every host once, the usual five even at zero", () => {
    const counts = standingCounts(jobs);
    expect(counts.map(({ standing, count }) => `${standing} ${count}`)).toEqual([
      "work 2",
      "satisfied 1",
      "held 1",
      "skipped 0",
      "unreachable 3",
    ]);
    expect(counts.reduce((sum, { count }) => sum + count, 0)).toBe(jobs.length);
  });

  it("groups who is left out by cause", () => {
    expect(leftOutGroups(jobs).map(({ state, code, hosts }) => [state, code, hosts.length])).toEqual([
      ["unreachable", "timeout_tcp", 2],
      ["held", "held", 1],
      ["unreachable", "name_not_found", 1],
    ]);
  });

  it("tells each risk once", () => {
    expect(risksOf(jobs)).toEqual([
      { risk: "restarts nginx", hosts: 2 },
      { risk: "no undo", hosts: 1 },
    ]);
  });
});

describe("production", () => {
  it("is told where work is done, not where hosts are left out", () => {
    expect(productionOf(plan)).toBe("acme/prod · 2 hosts get work");
    expect(productionOf({ ...plan, changes_anything: false })).toBe("acme/prod · 2 hosts get work");
    expect(productionOf({ ...plan, jobs: jobs.slice(2) })).toBeNull();
  });

  it.each([
    ["acme", "acme", true],
    ["acme", " acme ", true],
    ["acme", "Acme", false],
    ["acme", "", false],
    [null, "", true],
  ])("wants %j; %j is right: %s", (confirmation, typed, expected) => {
    expect(isConfirmed({ ...plan, confirmation }, typed)).toBe(expected);
  });
});
