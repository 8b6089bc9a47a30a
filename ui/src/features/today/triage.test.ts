import { describe, expect, it } from "vitest";
import type { FleetRow, Today } from "$backend/generated/commands";
import { isQuiet, needGroups, reasonOf } from "./triage";

const row: FleetRow = {
  host: "acme/prod/web-1",
  client_name: "Acme",
  production: true,
  address: "10.0.0.1",
  seen_at: null,
  error: { code: "connection_refused", message: "Nothing listens on port 22", hint: null },
  observed_at: null,
  os: "Debian 12",
  pending: 1200,
  pending_security: 3,
  reboot_required: null,
  fullest_percent: 97,
  failed_units: 2,
  tags: [],
  products: [],
};
const quiet: Today = { at: "2026-11-22T08:00:00Z", hosts: 3, needs: [], worst: [], unsuccessful: [], unfinished: [] };

describe("groups of the morning", () => {
  it("put what hurts first and leave out what nobody has and what can wait", () => {
    const today: Today = {
      ...quiet,
      needs: [
        { need: "action", hosts: 314 },
        { need: "updates", hosts: 90 },
        { need: "no_facts", hosts: 4 },
        { need: "reboot", hosts: 0 },
        { need: "unreachable", hosts: 312 },
      ],
      worst: [{ need: "unreachable", rows: [row] }],
    };
    const groups = needGroups(today);
    expect(groups.map(({ need, hosts }) => [need, hosts])).toEqual([
      ["unreachable", 312],
      ["no_facts", 4],
    ]);
    expect(groups[0]?.rows).toEqual([row]);
    expect(groups[1]?.rows).toEqual([]);
    expect(isQuiet(today, 0)).toBe(false);
  });

  it("are none on a quiet day, even with ordinary updates", () => {
    expect(isQuiet(quiet, 0)).toBe(true);
    expect(isQuiet({ ...quiet, needs: [{ need: "updates", hosts: 1 }] }, 0)).toBe(true);
  });

  it("are not quiet while a run or a plan waits for a person", () => {
    expect(isQuiet(quiet, 1)).toBe(false);
  });

  it("are not quiet while a job has not succeeded", () => {
    const job = { host: row.host, run: "1", title: "Patch", state: "failed" as const, error: null, ended_at: null };
    expect(isQuiet({ ...quiet, unsuccessful: [job] }, 0)).toBe(false);
  });
});

it.each([
  ["unreachable", /Nothing listens on port 22/],
  ["security_updates", /^3 for security, 1,200 in all$/],
  ["disk", /^97 %/],
  ["failed_units", /^2 failed$/],
  ["reboot", /^Debian 12 · 10\.0\.0\.1$/],
] as const)("tells why a host is among %s", (need, reason) => {
  expect(reasonOf(row, need)).toMatch(reason);
});
