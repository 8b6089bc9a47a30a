/** A plan of a list: what has become of it. Pure. */

import type { PlanSummary } from "$backend/generated/commands";
import type { PlanStage } from "./stage";

type Listed = PlanStage["kind"];

export const stageWords: Record<Listed, string> = {
  ran: "Was run",
  expired: "Expired",
  scheduled: "Scheduled",
  approved: "Approved",
  open: "Not approved",
};

/** As `stageOf`, of what a list knows. */
export function listedStage(
  plan: Pick<PlanSummary, "run" | "expires_at" | "approval">,
  isScheduled: boolean,
  now: Date,
): Listed {
  if (plan.run !== null) return "ran";
  if (new Date(plan.expires_at) <= now) return "expired";
  if (isScheduled) return "scheduled";
  return plan.approval === null ? "open" : "approved";
}
