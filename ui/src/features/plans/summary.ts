/** A plan in numbers that add up: who gets work, who does not and why. Pure. */

import type { Fault, HostPath, JobState, Limit, PlanJobView, PlanView, Rollout } from "$backend/generated/commands";
import { plural } from "$lib/format";

/** What becomes of a host: it gets work, it is as wanted already, or the state in which it is left out. */
export type Standing = "work" | "satisfied" | JobState;

export interface LeftOutGroup {
  /** Tells it from the others. */
  key: string;
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

/** Why a host gets no work although it was chosen, the same for hosts that differ in numbers only; null if it gets some. */
export function causeOf({ standing }: PlanJobView): string | null {
  if (standing.kind !== "left_out") return null;
  const { state, error } = standing;
  return `${state} ${error.code} ${error.message.replaceAll(/\d+/g, "#")}`;
}

/** Hosts that get no work although they were chosen, by cause. */
export function leftOutGroups(jobs: readonly PlanJobView[]): LeftOutGroup[] {
  const groups = new Map<string, LeftOutGroup>();
  for (const job of jobs) {
    const key = causeOf(job);
    if (key === null || job.standing.kind !== "left_out") continue;
    const { state, error } = job.standing;
    const group = groups.get(key);
    if (group) group.hosts.push(job.host);
    else groups.set(key, { key, state, code: error.code, message: error.message, hint: error.hint, hosts: [job.host] });
  }
  return [...groups.values()].sort((a, b) => b.hosts.length - a.hosts.length);
}

/** A host of a plan with the wave that it goes in, from 0; null for one that gets no work. */
export interface PlanRow {
  job: PlanJobView;
  wave: number | null;
}

export function rowsOf(plan: Pick<PlanView, "jobs" | "rollout">): PlanRow[] {
  const waves = plan.rollout.waves.flatMap((wave, index) => Array<number>(wave.jobs).fill(index));
  return plan.jobs.map((job, place) => ({ job, wave: waves[place] ?? null }));
}

/** What a list of hosts is narrowed to; empty or null: not at all. */
export interface PlanFilter {
  text: string;
  standing: string;
  cause: string;
  grade: string;
  wave: number | null;
}

export function isShown({ job, wave }: PlanRow, filter: PlanFilter): boolean {
  return (
    (filter.standing === "" || standingOf(job) === filter.standing) &&
    (filter.cause === "" || causeOf(job) === filter.cause) &&
    (filter.grade === "" || job.undo?.grade === filter.grade) &&
    (filter.wave === null || wave === filter.wave) &&
    (filter.text === "" || `${job.host} ${job.changes.join(" ")}`.toLowerCase().includes(filter.text.toLowerCase()))
  );
}

/** `the workspace's policy: stop if more than 1 fails`. */
export function ruleWords({ policy, most_failures }: Rollout): string {
  if (most_failures === null) return policy;
  return `${policy}: ${most_failures === 0 ? "stop if any fails" : `stop if more than ${most_failures} fails`}`;
}

const mostLimitsNamed = 3;

/** `1 at a time: quorum group db of acme/prod (3 hosts)`; those that allow the same number stand together. */
export function limitWords(limits: readonly Limit[]): string[] {
  const groups = new Map<string, Limit[]>();
  for (const limit of limits) {
    const key = `${limit.at_once} ${limit.stops_on_failure}`;
    groups.set(key, [...(groups.get(key) ?? []), limit]);
  }
  return [...groups.values()].map((alike) => {
    const named = alike
      .slice(0, mostLimitsNamed)
      .map(({ title, jobs }) => `${title} (${plural(jobs.length, "host")})`)
      .join(", ");
    const more = alike.length - mostLimitsNamed;
    const first = alike[0];
    const stops = first?.stops_on_failure ? "; one that fails stops its others" : "";
    return `${first?.at_once ?? 1} at a time: ${named}${more > 0 ? ` and ${more} more` : ""}${stops}`;
  });
}

/** `8 hosts · 3 clients`. */
export function extentWords(jobs: readonly PlanJobView[]): string {
  const clients = new Set(jobs.map((job) => job.host.split("/")[0]));
  return `${plural(jobs.length, "host")} · ${plural(clients.size, "client")}`;
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
