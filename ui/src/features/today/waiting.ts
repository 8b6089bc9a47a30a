/** What waits for a person or for its time: runs between two waves, halted runs, scheduled plans. Pure. */

import type { RunSummary, Scheduled } from "$backend/generated/commands";

/** Older ones are history: the list of runs has them. */
const haltedDays = 7;
const soonHours = 24;
/** A clock may be a little late. */
const graceMinutes = 2;

export interface WaitingRuns {
  /** A person must say whether they go on. */
  awaiting: RunSummary[];
  /** A rule has stopped them, and nobody has followed up. */
  halted: RunSummary[];
}

/** `unfinished` are all that have jobs under way, `recent` the newest of all runs. */
export function waitingRuns(unfinished: readonly RunSummary[], recent: readonly RunSummary[], now: Date): WaitingRuns {
  const followed = new Set(recent.map((run) => run.follows));
  return {
    awaiting: unfinished.filter((run) => run.state === "awaiting"),
    halted: recent.filter(
      (run) =>
        run.state === "halted" &&
        !followed.has(run.id) &&
        now.getTime() - Date.parse(run.created_at) < haltedDays * 86_400_000,
    ),
  };
}

/** Why a run waits or was halted. */
export function waitingWords(run: RunSummary): string {
  if (run.halted) return run.halted.message;
  const wave = run.gate?.wave ?? 0;
  return `Waits for your word behind ${wave === 0 ? "its first wave" : `wave ${wave + 1}`}`;
}

export interface WaitingPlans {
  /** They begin within a day. */
  soon: Scheduled[];
  /** Their time has come and gone. */
  missed: Scheduled[];
}

export function waitingPlans(schedule: readonly Scheduled[], now: Date): WaitingPlans {
  const open = schedule.filter((one) => one.run_id === null);
  const late = (one: Scheduled): boolean =>
    one.fault !== null || Date.parse(one.starts_at) < now.getTime() - graceMinutes * 60_000;
  const given = (one: Scheduled): boolean => one.ended_at !== null && one.fault === null;
  const isSoon = (one: Scheduled): boolean => Date.parse(one.starts_at) < now.getTime() + soonHours * 3_600_000;
  return {
    soon: open.filter((one) => !late(one) && !given(one) && isSoon(one)),
    missed: open.filter((one) => late(one) && !given(one)),
  };
}
