/** How a plan should go, where that is not as policies and settings have it. It outlives the form, as the draft does. */

import type { How, RebootWish, RunKind } from "$backend/generated/commands";
import { plural } from "$lib/format";

/** As it was typed; empty says nothing. */
export interface HowWish {
  parallel: string;
  restart: RebootWish | "";
  windows: "respect" | "wait_for" | "override";
  /** Why windows do not count. */
  reason: string;
  /** A policy in place of the kept ones. */
  policy: string;
  livesForSeconds: string;
}

export const mostParallel = 4096;
const usualLifeSeconds = "86400";

export const lives: readonly { value: string; label: string }[] = [
  { value: "3600", label: "In 1 hour" },
  { value: "28800", label: "In 8 hours" },
  { value: usualLifeSeconds, label: "In 24 hours" },
  { value: "259200", label: "In 3 days" },
  { value: "604800", label: "In 7 days" },
  { value: "2678400", label: "In 31 days" },
];

export const restarts: readonly { value: HowWish["restart"]; label: string }[] = [
  { value: "", label: "As the policy says" },
  { value: "never", label: "Never" },
  { value: "if-needed", label: "If needed" },
  { value: "always", label: "Always" },
];

export function usualHow(): HowWish {
  return { parallel: "", restart: "", windows: "respect", reason: "", policy: "", livesForSeconds: usualLifeSeconds };
}

/** Only what somebody has set; undefined where that is nothing. */
export function howToSend(action: RunKind, wish: HowWish): How | undefined {
  const how: How = {
    windows: wish.windows === "override" ? { kind: "override", reason: wish.reason.trim() } : { kind: wish.windows },
    from_facts: false,
    ...(wish.parallel.trim() !== "" && { parallel: Number(wish.parallel) }),
    ...(action === "patch" && wish.restart !== "" && { reboot: wish.restart }),
    ...(wish.policy.trim() !== "" && { policy: { name: "this plan", text: wish.policy } }),
    ...(wish.livesForSeconds !== usualLifeSeconds && { lives_for_seconds: Number(wish.livesForSeconds) }),
  };
  return Object.keys(how).length === 2 && wish.windows === "respect" ? undefined : how;
}

export function parallelProblem(text: string): string | null {
  const count = Number(text);
  return text.trim() === "" || (/^\d+$/.test(text.trim()) && count >= 1 && count <= mostParallel)
    ? null
    : `Give a number of hosts, 1 to ${mostParallel}.`;
}

/** Why there can be no plan yet, or null. */
export function howProblem(wish: HowWish): string | null {
  if (wish.windows === "override" && wish.reason.trim() === "") return "Say why maintenance windows do not count.";
  return parallelProblem(wish.parallel);
}

/** What the closed line says after “How it goes”. */
export function howWords(action: RunKind, wish: HowWish): string[] {
  const life = lives.find(({ value }) => value === wish.livesForSeconds)?.label ?? "";
  const restart = restarts.find(({ value }) => value === wish.restart)?.label ?? "";
  return [
    wish.policy.trim() === "" ? "as the policy says" : "by a policy of its own",
    wish.parallel.trim() !== "" &&
      parallelProblem(wish.parallel) === null &&
      `${plural(Number(wish.parallel), "host")} at once`,
    action === "patch" && wish.restart !== "" && `restart: ${restart.toLowerCase()}`,
    wish.windows === "wait_for" && "each host waits for its window",
    wish.windows === "override" && "maintenance windows do not count",
    `expires ${life.toLowerCase()}`,
  ].filter((words) => words !== false);
}

class PlanHowDraft {
  wish = $state(usualHow());

  /** Once a plan is approved: what was unusual about it, a window that does not count above all, is not for the next. */
  forget(): void {
    this.wish = usualHow();
  }
}

export const how = new PlanHowDraft();
