/** What needs somebody, as groups with a cause, a count and one action each. Pure. */

import { appearanceOf } from "$backend/errors";
import type { FleetRow, Today } from "$backend/generated/commands";
import { needLooks, needOrder, type Cause } from "$backend/needs";
import { formatCount } from "$lib/format";
import type { Tone } from "$lib/types";

/** What is done about a need, on one host or on all of them. */
export type Remedy = "check" | "refresh" | "security" | "open";

export interface NeedGroup {
  need: Cause;
  /** What follows the count. */
  title: string;
  tone: Tone;
  /** How many hosts, all of them. */
  hosts: number;
  /** The worst of them. */
  rows: readonly FleetRow[];
  remedy: Remedy;
  /** On the button of a row. */
  verb: string;
  /** On the group's button; null where one host at a time is the way. */
  verbForAll: string | null;
}

/** After "312 hosts". */
const groupWords: Record<Cause, string> = {
  unreachable: "unreachable",
  stale: "not seen for 7 days",
  no_facts: "never asked",
  security_updates: "with security updates",
  updates: "with updates",
  reboot: "that must be restarted",
  disk: "with a disk nearly full",
  failed_units: "with failed units",
};

const remedies: Record<Cause, { remedy: Remedy; verb: string; verbForAll: string | null }> = {
  unreachable: { remedy: "check", verb: "Check", verbForAll: "Check all" },
  stale: { remedy: "refresh", verb: "Refresh facts", verbForAll: "Refresh all" },
  no_facts: { remedy: "refresh", verb: "Ask", verbForAll: "Ask all" },
  security_updates: { remedy: "security", verb: "Plan security patch", verbForAll: "Plan for all" },
  updates: { remedy: "open", verb: "Open", verbForAll: null },
  reboot: { remedy: "open", verb: "Open", verbForAll: null },
  disk: { remedy: "open", verb: "Open", verbForAll: null },
  failed_units: { remedy: "open", verb: "Open", verbForAll: null },
};

/** Groups of needs that some host has. Updates that are not for security can wait, so they are no group of the morning. */
export function needGroups(today: Today): NeedGroup[] {
  return needOrder
    .filter((need) => need !== "updates")
    .flatMap((need) => {
      const hosts = today.needs.find((one) => one.need === need)?.hosts ?? 0;
      if (hosts === 0) return [];
      const rows = today.worst.find((one) => one.need === need)?.rows ?? [];
      const title = `${hosts === 1 ? "host" : "hosts"} ${groupWords[need]}`;
      return [{ need, title, tone: needLooks[need].tone, hosts, rows, ...remedies[need] }];
    });
}

/** Why a host stands in a group, in as few words as tell it from its neighbours. */
export function reasonOf(row: FleetRow, need: Cause): string {
  switch (need) {
    case "unreachable":
      return row.error ? `${appearanceOf(row.error.code).title}: ${row.error.message}` : "";
    case "security_updates":
      return `${formatCount(row.pending_security ?? 0)} for security, ${formatCount(row.pending ?? 0)} in all`;
    case "updates":
      return `${formatCount(row.pending ?? 0)} updates`;
    case "disk":
      return `${row.fullest_percent ?? "?"} % of the fullest file system is used`;
    case "failed_units":
      return `${formatCount(row.failed_units ?? 0)} failed`;
    case "reboot":
    case "stale":
    case "no_facts":
      return [row.os, row.address].filter(Boolean).join(" · ");
  }
}

/** Whether nothing at all needs somebody; `waiting` counts runs and plans that wait for a person. */
export function isQuiet(today: Today, waiting: number): boolean {
  const action = today.needs.find(({ need }) => need === "action")?.hosts ?? 0;
  return waiting === 0 && today.unfinished.length === 0 && today.unsuccessful.length === 0 && action === 0;
}
