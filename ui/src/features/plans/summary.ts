/** A plan in numbers that add up: who gets work, who does not and why. Pure. */

import type { Fault, HostPath, JobState, PlanJobView, PlanView } from "$backend/generated/commands";
import { plural } from "$lib/format";

/** What becomes of a host: it gets work, it is as wanted already, or the state in which it is left out. */
export type Standing = "work" | "satisfied" | JobState;

export interface LeftOutGroup {
  state: JobState;
  code: Fault["code"];
  /** What is said of the first; the others differ in names only. */
  message: string;
  hint: string | null;
  hosts: HostPath[];
}

export function standingOf(job: PlanJobView): Standing {
  return job.standing.kind === "left_out" ? job.standing.state : job.standing.kind;
}

export const standingWords: Partial<Record<Standing, string>> = {
  work: "get work",
  satisfied: "already there",
  held: "held",
  skipped: "skipped",
  unreachable: "unreachable",
};

const order: readonly Standing[] = ["work", "satisfied", "held", "skipped", "unreachable"];

/** How many hosts stand how. The usual five are told even at zero; the sum is the number of hosts. */
export function standingCounts(jobs: readonly PlanJobView[]): { standing: Standing; count: number }[] {
  const counts = new Map<Standing, number>(order.map((standing) => [standing, 0]));
  for (const job of jobs) {
    const standing = standingOf(job);
    counts.set(standing, (counts.get(standing) ?? 0) + 1);
  }
  return [...counts].map(([standing, count]) => ({ standing, count }));
}

/** Hosts that get no work although they were chosen, by cause. */
export function leftOutGroups(jobs: readonly PlanJobView[]): LeftOutGroup[] {
  const groups = new Map<string, LeftOutGroup>();
  for (const { host, standing } of jobs) {
    if (standing.kind !== "left_out") continue;
    const { state, error } = standing;
    const key = `${state} ${error.code}`;
    const group = groups.get(key);
    if (group) group.hosts.push(host);
    else groups.set(key, { state, code: error.code, message: error.message, hint: error.hint, hosts: [host] });
  }
  return [...groups.values()].sort((a, b) => b.hosts.length - a.hosts.length);
}

/** What one should know before one says yes, with the hosts that it is true of; the widest first. */
export function risksOf(jobs: readonly PlanJobView[]): { risk: string; hosts: number }[] {
  const risks = new Map<string, number>();
  for (const job of jobs) for (const risk of job.risks) risks.set(risk, (risks.get(risk) ?? 0) + 1);
  return [...risks].map(([risk, hosts]) => ({ risk, hosts })).sort((a, b) => b.hosts - a.hosts);
}

/** Whose production gets work, be it only looked at: `acme/prod · 12 hosts get work`; null if nobody's does. */
export function productionOf(plan: PlanView): string | null {
  const hosts = plan.jobs.filter((job) => job.production && job.standing.kind === "work").map((job) => job.host);
  if (hosts.length === 0) return null;
  const environments = [...new Set(hosts.map((host) => host.split("/").slice(0, 2).join("/")))];
  const named = environments.length <= 3 ? environments.join(", ") : plural(environments.length, "environment");
  return `${named} · ${plural(hosts.length, "host gets", "hosts get")} work`;
}

export function isConfirmed(plan: PlanView, typed: string): boolean {
  return plan.confirmation === null || typed.trim() === plan.confirmation;
}
