/** How far work on many hosts is, in words; how long it still takes only once that means something. Pure: time is passed in. */

import { formatCount, formatDuration } from "./format";

/** How work moves. */
export interface Pace {
  done: number;
  total: number;
  /** Since it began. */
  seconds: number;
  /** Since something was done last, or since it began. */
  secondsStill: number;
}

/** What a wait is called, by how many are asked. */
export interface WaitWords {
  /** Before it is known how many. */
  none: string;
  one: string;
  many: string;
}

export const asking: WaitWords = { none: "Asking", one: "Asking the host", many: "Asking hosts" };
export const checking: WaitWords = { none: "Checking", one: "Checking the way", many: "Checking hosts" };
/** A plan may ask each host twice, so its answers are counted and not its hosts. */
export const planning: WaitWords = { none: "Asking the engine", one: "Asking the host", many: "Answers of hosts" };

/** The first answers come from hosts that are near: they say nothing of the others. */
const leastDone = 5;
const leastShare = 0.05;
const leastSeconds = 3;

/** How long it still takes at the pace of until now; null while nobody can know. */
export function secondsLeft({ done, total, seconds, secondsStill }: Pace): number | null {
  const left = total - done;
  if (left <= 0 || done < Math.max(leastDone, total * leastShare) || seconds < leastSeconds) return null;
  const estimate = (seconds / done) * left;
  // The last ones do not answer, and wait for their time-out: the pace of the others is not theirs.
  return secondsStill > Math.max(leastSeconds, estimate) ? null : estimate;
}

/** `40.2` → `about 45 s left`. Rounded up: who is told too little waits longer. */
export function leftInWords(seconds: number): string {
  if (seconds <= 5) return "a few seconds left";
  if (seconds <= 60) return `about ${Math.ceil(seconds / 5) * 5} s left`;
  const minutes = Math.ceil(seconds / 60);
  return minutes < 60 ? `about ${minutes} min left` : `about ${Math.ceil(minutes / 60)} h left`;
}

/** `Asking hosts: 120 of 1,842 · 0:12 · about 40 s left`. */
export function paceInWords(words: WaitWords, pace: Pace): string {
  const { done, total, seconds } = pace;
  const left = secondsLeft(pace);
  const head =
    total > 1 ? `${words.many}: ${formatCount(done)} of ${formatCount(total)}` : total === 1 ? words.one : words.none;
  return [head, formatDuration(seconds), left === null ? null : leftInWords(left)]
    .filter((part) => part !== null)
    .join(" · ");
}
