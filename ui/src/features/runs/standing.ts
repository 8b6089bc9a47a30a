/** Where a run stands and what can be done with it there, in words. Pure: time is passed in. */

import type { JobDocument, RunDocument, RunSummary, WaitsFor, WaveDocument } from "$backend/generated/commands";
import { formatDuration, plural } from "$lib/format";
import type { Status } from "$lib/status";
import type { Segment } from "$lib/types";
import { endedCount, hasEnded, isOver, segmentsOf } from "./counts";

/** What can be done with a run. */
export type RunOffer = "follow" | "promote" | "stop" | "resume" | "undo";

export interface RunStanding {
  status: Status;
  words: string;
  /** What comes next, or what to do. */
  detail: string | null;
}

/** What one should know of a run before anything else; null while it simply goes, and when it simply ended. */
export function standingOf(run: RunDocument, now: Date): RunStanding | null {
  if (run.halted !== null) return { status: "halted", words: haltedWords(run), detail: run.halted.hint };
  if (isOver(run.state) || run.gate === null) return null;
  const { wave, waits_for: waitsFor } = run.gate;
  const title = run.waves[wave]?.title ?? `wave ${wave + 1}`;
  const next = run.waves[wave + 1];
  const detail = next ? `Next: ${next.title}, ${plural(next.counts.total, "host")}.` : null;
  switch (waitsFor.kind) {
    case "person":
      return { status: "awaiting", words: `Waits for your word behind ${title}`, detail };
    case "soak":
      return { status: "waiting", words: `Soaking behind ${title} until ${untilWords(waitsFor.until, now)}`, detail };
    case "probe":
      return { status: "running", words: `Probing the hosts of ${title}`, detail };
  }
}

/** `Halted behind canary: 1 host failed; the policy of client acme allows 0`. */
function haltedWords({ halted, waves }: RunDocument): string {
  const last = waves.findLastIndex((wave) => begunCount(wave) > 0);
  const wave = waves[last];
  const message = halted?.message ?? "";
  if (!wave) return `Halted: ${message}`;
  const { total, connecting, running } = wave.counts;
  const isBehind = begunCount(wave) === total && connecting + running === 0;
  return `Halted ${isBehind ? "behind" : "in"} ${wave.title}: ${message}`;
}

function begunCount({ counts }: WaveDocument): number {
  return counts.total - counts.waiting - counts.held - counts.skipped - counts.cancelled;
}

/** `14:32 (6 min left)`, in the zone of this machine. */
function untilWords(until: string, now: Date): string {
  const clock = new Date(until).toLocaleTimeString("en-GB", { hour: "2-digit", minute: "2-digit" });
  return `${clock} (${leftWords(until, now)})`;
}

/** `6 min left`. */
function leftWords(until: string, now: Date): string {
  const left = Math.max(0, Math.ceil((new Date(until).getTime() - now.getTime()) / 1000));
  return `${left < 120 ? formatDuration(left) : `${Math.ceil(left / 60)} min`} left`;
}

/** What a gate waits for just now, short: it stands in the gate's place between two waves. */
export function gateWordsNow(waitsFor: WaitsFor, now: Date): string {
  switch (waitsFor.kind) {
    case "person":
      return "waits for you";
    case "probe":
      return "probing";
    case "soak":
      return `soaking, ${leftWords(waitsFor.until, now)}`;
  }
}

/** What can be done, by where the run stands and what followed it. */
export function offersOf(run: RunDocument, isDriven: boolean): RunOffer[] {
  if (!isOver(run.state)) {
    return [...(run.state === "awaiting" ? (["promote"] as const) : isDriven ? [] : (["follow"] as const)), "stop"];
  }
  const goesOn = run.followed_by.some((later) => !isOver(later.state));
  const isDone = (offer: "resume" | "undo"): boolean =>
    run.followed_by.some((later) => later.state === "succeeded" && followedAs(run, later) === offer);
  return [
    ...(run.counts.unknown > 0 ? (["follow"] as const) : []),
    ...(!goesOn && !isDone("undo") && undoable(run.jobs).length > 0 ? (["undo"] as const) : []),
    ...(!goesOn && !isDone("resume") && missing(run.jobs).length > 0 ? (["resume"] as const) : []),
  ];
}

/** Hosts that have not succeeded. What became of an unknown one, following the run asks the host. */
export function missing(jobs: readonly JobDocument[]): JobDocument[] {
  return jobs.filter((job) => hasEnded(job.state) && job.state !== "succeeded" && job.state !== "unknown");
}

/** Hosts on which something was done that can be taken back, at least in part. */
export function undoable(jobs: readonly JobDocument[]): JobDocument[] {
  return jobs.filter(canUndo);
}

export function canUndo(job: JobDocument): boolean {
  return hasEnded(job.state) && job.started_at !== null && job.undo !== null && job.undo.grade !== "one_way";
}

/** Why nothing of a run can be taken back although it changed something; null if something can, or nothing changed. */
export function whyOneWay(run: RunDocument): string | null {
  const changed = run.jobs.filter((job) => hasEnded(job.state) && job.started_at !== null && job.undo !== null);
  if (!isOver(run.state) || changed.length === 0 || changed.some(canUndo)) return null;
  return changed.find((job) => job.undo?.why)?.undo?.why ?? "what it did is not known well enough";
}

/** Whether a later run resumes this one or takes it back; of what follows an undo, that is not known. */
export function followedAs(run: Pick<RunSummary, "kind">, later: Pick<RunSummary, "kind">): "resume" | "undo" | null {
  if (run.kind === "undo") return null;
  return later.kind === "undo" ? "undo" : "resume";
}

/** `Resumed by`, `Taken back by`, `Followed by`. */
export function followedWords(run: Pick<RunSummary, "kind">, later: Pick<RunSummary, "kind">): string {
  const as = followedAs(run, later);
  return as === "undo" ? "Taken back by" : as === "resume" ? "Resumed by" : "Followed by";
}

/** How far a wave is. */
export function waveProgress({ counts }: WaveDocument): { status: Status; done: number; segments: Segment[] } {
  return { status: waveStatus(counts), done: endedCount(counts), segments: segmentsOf(counts) };
}

function waveStatus(counts: WaveDocument["counts"]): Status {
  if (counts.running > 0) return "running";
  if (counts.connecting > 0) return "connecting";
  if (counts.waiting === counts.total) return "waiting";
  if (counts.waiting > 0) return "running";
  if (counts.failed + counts["timed-out"] + counts.interrupted + counts.unknown > 0) return "failed";
  if (counts.succeeded === counts.total) return "succeeded";
  if (counts.cancelled === counts.total) return "cancelled";
  if (counts.held === counts.total) return "held";
  return counts.skipped === counts.total ? "skipped" : "partial";
}
