/** Where a plan stands between being made and being run, and what can be done with it there. Pure. */

import type { Approval, Fault, PlanBecame, RunId, Scheduled } from "$backend/generated/commands";

export type PlanStage =
  | { kind: "ran"; run: RunId }
  | { kind: "expired" }
  | { kind: "scheduled"; schedule: Scheduled; approval: Approval | null }
  | { kind: "approved"; approval: Approval }
  | { kind: "open" };

/** What can be done with a plan. */
export type PlanOffer = "open_run" | "plan_again" | "take_back" | "run" | "approve" | "begin_at";

export function stageOf({ standing, expires_at }: { standing: PlanBecame; expires_at: string }, now: Date): PlanStage {
  const { run, schedule, approval } = standing;
  if (run !== null) return { kind: "ran", run };
  if (new Date(expires_at) <= now) return { kind: "expired" };
  if (schedule?.ended_at === null && schedule.run_id === null) return { kind: "scheduled", schedule, approval };
  return approval === null ? { kind: "open" } : { kind: "approved", approval };
}

/** What can be done, what one most likely does last. A plan without work can only be read. */
export function offersOf(stage: PlanStage, hasWork: boolean): PlanOffer[] {
  switch (stage.kind) {
    case "ran":
      return ["open_run"];
    case "expired":
      return ["plan_again"];
    case "scheduled":
      return ["take_back", "run"];
    case "approved":
      return hasWork ? ["begin_at", "run"] : [];
    case "open":
      return hasWork ? ["approve", "begin_at", "run"] : [];
  }
}

/** Why a plan did not begin at its time; null when it did, still may, or a person took that back. */
export function missedBecause({ schedule }: PlanBecame): Fault | null {
  return schedule?.fault && schedule.fault.code !== "cancelled" ? schedule.fault : null;
}

/** `2026-11-28T22:00`, as a field for a date and time has it, in the zone of this machine. */
export function fieldTime(at: Date): string {
  const pad = (part: number): string => String(part).padStart(2, "0");
  const day = `${at.getFullYear()}-${pad(at.getMonth() + 1)}-${pad(at.getDate())}`;
  return `${day}T${pad(at.getHours())}:${pad(at.getMinutes())}`;
}

/** Why a plan cannot begin at what was typed, or null. */
export function startProblem(typed: string, expiresAt: string, now: Date): string | null {
  const at = new Date(typed);
  if (typed === "" || Number.isNaN(at.getTime())) return "Say when.";
  if (at <= now) return "That has passed.";
  return at >= new Date(expiresAt) ? "The plan will have expired by then. Plan closer to the time." : null;
}
