/** What is true of a run's jobs, in numbers that add up. Pure. */

import type { Cause, HostPath, JobDocument, JobState, RunCounts, RunState } from "$backend/generated/commands";
import { plural } from "$lib/format";
import { statusLooks, statusOrder } from "$lib/status";
import type { Segment } from "$lib/types";

export interface StateCount {
  state: JobState;
  count: number;
}

const mostNamed = 3;
const unendedStates: readonly JobState[] = ["waiting", "connecting", "running"];
const jobStates: readonly JobState[] = statusOrder.filter(
  (state): state is JobState => state !== "partial" && state !== "awaiting" && state !== "halted",
);

export function hasEnded(state: JobState): boolean {
  return !unendedStates.includes(state);
}

/** Nothing of the run will happen any more by itself or on a word. */
export function isOver(state: RunState): boolean {
  return state !== "running" && state !== "awaiting";
}

/** Somebody asked for its end, and the host has not said yet that it has ended. */
export function isStopping(job: JobDocument): boolean {
  return job.cancel !== null && !hasEnded(job.state);
}

/** Tells a cause from the others of its run, for as long as nothing of it changes but its hosts. */
export function causeKey({ state, code, step, message }: Cause): string {
  return [state, code, step ?? "", message.replaceAll(/\d+/g, "#")].join(" ");
}

/** A title for where there is little room: a command can be long. */
export function shortTitle(title: string): string {
  return title.length > 40 ? `${title.slice(0, 39)}…` : title;
}

/** The states that some job has, what needs a person first. */
export function stateCounts(counts: RunCounts): StateCount[] {
  return jobStates.map((state) => ({ state, count: counts[state] })).filter(({ count }) => count > 0);
}

/** The parts of a bar: jobs that have ended, by outcome. */
export function segmentsOf(counts: RunCounts): Segment[] {
  return stateCounts(counts)
    .filter(({ state }) => hasEnded(state))
    .toReversed()
    .map(({ state, count }) => ({ tone: statusLooks[state].tone, label: statusLooks[state].word, count }));
}

export function endedCount(counts: RunCounts): number {
  return counts.total - unendedStates.reduce((sum, state) => sum + counts[state], 0);
}

/** Failures first, then what runs, then the rest; within a state the plan's order. */
export function inOrderOfNeed(jobs: readonly JobDocument[]): JobDocument[] {
  const places = new Map(jobStates.map((state, place) => [state, place]));
  return jobs.toSorted((a, b) => (places.get(a.state) ?? 0) - (places.get(b.state) ?? 0));
}

/** Ended jobs that did not do what was planned. */
export function unsuccessful(jobs: readonly JobDocument[]): JobDocument[] {
  return jobs.filter((job) => hasEnded(job.state) && job.state !== "succeeded");
}

/** `12 hosts of acme, bolt and 3 other clients`; null where none of them is production. */
export function productionInWords(hosts: readonly HostPath[]): string | null {
  if (hosts.length === 0) return null;
  const clients = [...new Set(hosts.map((host) => host.split("/")[0] ?? ""))].sort();
  const named = clients.slice(0, mostNamed).join(", ");
  const more = clients.length - mostNamed;
  return `${plural(hosts.length, "host")} of ${named}${more > 0 ? ` and ${plural(more, "other client")}` : ""}`;
}

/** How long the rest may take, in seconds; null while nobody can know. The jobs so far are the only measure. */
export function restSeconds(counts: RunCounts, elapsedSeconds: number): number | null {
  const worked = endedCount(counts) - counts.skipped - counts.held - counts.unreachable;
  const left = counts.total - endedCount(counts);
  if (elapsedSeconds < 2 || worked === 0 || left === 0) return null;
  return Math.ceil((elapsedSeconds / worked) * left);
}
