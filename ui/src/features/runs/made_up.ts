/** Runs and jobs for tests. */

import type { JobDocument, RunCounts, RunDocument, RunSummary, WaveDocument } from "$backend/generated/commands";

export const none: RunCounts = {
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

export function aJob(more: Partial<JobDocument> = {}): JobDocument {
  return {
    id: "job",
    host: `acme/prod/${more.id ?? "web-1"}`,
    state: "succeeded",
    exit_code: null,
    started_at: null,
    ended_at: null,
    error: null,
    note: null,
    step: null,
    steps: 1,
    link_lost: false,
    output_length: 0,
    output_incomplete: null,
    cancel: null,
    window: null,
    undo: null,
    last_lines: [],
    packages: [],
    ...more,
  };
}

export function aSummary(more: Partial<RunSummary> = {}): RunSummary {
  return {
    id: "run",
    kind: "patch",
    title: "Patch",
    selector: "acme",
    state: "running",
    halted: null,
    gate: null,
    follows: null,
    counts: none,
    created_at: "2026-11-22T12:00:00Z",
    created_by: "alice@laptop",
    ...more,
  };
}

/** Its counts follow from its jobs. */
export function aRun(more: Partial<RunDocument> = {}): RunDocument {
  const counts = { ...none };
  for (const job of more.jobs ?? []) {
    counts.total += 1;
    counts[job.state] += 1;
  }
  return {
    ...aSummary({ counts }),
    plan_id: "plan",
    plan_hash: "ab",
    wanted: { kind: "patch", security: true, packages: [], reboot: null },
    production: [],
    approval: null,
    follows_how: null,
    followed_by: [],
    policy: "no policy",
    most_failures: null,
    waves: [],
    causes: [],
    jobs: [],
    ...more,
  };
}

export function aWave(title: string, counts: Partial<RunCounts>): WaveDocument {
  const gate = { least_success_percent: null, soak_seconds: 0, probe: null, person: false };
  const total = Object.values(counts).reduce((sum, count) => sum + count, 0);
  return { title, first: 0, counts: { ...none, ...counts, total }, gate };
}
