import { describe, expect, it } from "vitest";
import type { Fault, JobState, Limit, PlanJobView, PlanStanding, PlanView } from "$backend/generated/commands";
import {
  extentWords,
  isConfirmed,
  isShown,
  leftOutGroups,
  limitWords,
  productionOf,
  risksOf,
  rowsOf,
  ruleWords,
  standingCounts,
  type PlanFilter,
} from "./summary";

function job(host: string, standing: PlanStanding, more: Partial<PlanJobView> = {}): PlanJobView {
  return {
    host,
    production: false,
    changes: [],
    risks: [],
    window: null,
    undo: null,
    disk: null,
    differences: [],
    standing,
    steps: [],
    ...more,
  };
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
  expires_at: "",
  window_override: null,
  follows: null,
  parallel: 32,
  rollout: { policy: "no policy", waves: [], most_failures: null, limits: [] },
  standing: { approval: null, schedule: null, run: null },
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

  it("tells how many clients it reaches", () => {
    expect(extentWords(jobs)).toBe("7 hosts · 2 clients");
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

describe("waves", () => {
  const gate = { least_success_percent: null, soak_seconds: 0, probe: null, person: false };
  const waves = [
    { title: "canary", jobs: 1, gate },
    { title: "wave 2", jobs: 1, gate },
  ];
  const rows = rowsOf({ ...plan, rollout: { ...plan.rollout, waves } });
  const all: PlanFilter = { text: "", standing: "", cause: "", grade: "", wave: null };

  it("take the hosts in their order; those without work are in none", () => {
    expect(rows.map(({ wave }) => wave)).toEqual([0, 1, null, null, null, null, null]);
  });

  it.each<[string, Partial<PlanFilter>, string[]]>([
    ["all", {}, jobs.map(({ host }) => host)],
    ["a wave", { wave: 1 }, ["acme/prod/web-2"]],
    ["a standing", { standing: "held" }, ["bolt/prod/db-1"]],
    [
      "a cause, whatever its numbers",
      { cause: "unreachable timeout_tcp no answer from db-#" },
      ["bolt/prod/db-2", "bolt/prod/db-3"],
    ],
    ["a grade that none has", { grade: "exact" }, []],
    ["two at once", { text: "WEB", standing: "satisfied" }, ["acme/test/web-1"]],
  ])("are narrowed to %s", (_name, filter, expected) => {
    expect(rows.filter((row) => isShown(row, { ...all, ...filter })).map(({ job: { host } }) => host)).toEqual(
      expected,
    );
  });
});

describe("rules in words", () => {
  it.each([
    [null, "no policy"],
    [0, "no policy: stop if any fails"],
    [1, "no policy: stop if more than 1 fails"],
  ])("at most %s failures", (most_failures, expected) => {
    expect(ruleWords({ ...plan.rollout, most_failures })).toBe(expected);
  });

  it("tells limits, those that are alike together", () => {
    const limit = (title: string, at_once: number, hosts: number, stops_on_failure = false): Limit => ({
      title,
      at_once,
      jobs: Array<number>(hosts).fill(0),
      stops_on_failure,
    });
    const clients = ["acme", "bolt", "core", "dune", "echo"].map((name) => limit(`client ${name}`, 5, 9));
    expect(limitWords([limit("quorum group db of acme/prod", 1, 3, true), ...clients])).toEqual([
      "1 at a time: quorum group db of acme/prod (3 hosts); one that fails stops its others",
      "5 at a time: client acme (9 hosts), client bolt (9 hosts), client core (9 hosts) and 2 more",
    ]);
  });
});
