/** Runs that nobody may forget: those that wait for a person, and those that were halted and not seen to yet. Pure. */

import type { RunSummary } from "$backend/generated/commands";

/** A halt that is older is in the list and on Today; the tray is for what is at hand. */
const haltedMilliseconds = 24 * 3600 * 1000;

export function needsSomebody(runs: readonly RunSummary[], now: Date): RunSummary[] {
  const followed = new Set(runs.map((run) => run.follows));
  const isFresh = (run: RunSummary): boolean => now.getTime() - new Date(run.created_at).getTime() < haltedMilliseconds;
  return [
    ...runs.filter((run) => run.state === "awaiting"),
    ...runs.filter((run) => run.state === "halted" && isFresh(run) && !followed.has(run.id)),
  ];
}
