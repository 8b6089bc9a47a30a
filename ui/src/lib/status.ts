import type { Tone } from "./types";

/** Where a job or a run is. The last three are a run's: `partial` has some jobs that succeeded and some that did not. */
export type Status =
  | "waiting"
  | "connecting"
  | "running"
  | "succeeded"
  | "failed"
  | "cancelled"
  | "timed-out"
  | "interrupted"
  | "unknown"
  | "unreachable"
  | "skipped"
  | "held"
  | "partial"
  | "awaiting"
  | "halted";

interface Look {
  /** The word that people see. */
  word: string;
  tone: Tone;
}

/** Hue and word of each status; StatusMark has the shape. */
export const statusLooks = {
  waiting: { word: "Waiting", tone: "neutral" },
  connecting: { word: "Connecting", tone: "running" },
  running: { word: "Running", tone: "running" },
  succeeded: { word: "Succeeded", tone: "succeeded" },
  failed: { word: "Failed", tone: "failed" },
  cancelled: { word: "Cancelled", tone: "neutral" },
  "timed-out": { word: "Timed out", tone: "failed" },
  interrupted: { word: "Interrupted", tone: "unreachable" },
  unknown: { word: "Unknown", tone: "unknown" },
  unreachable: { word: "Unreachable", tone: "unreachable" },
  skipped: { word: "Skipped", tone: "neutral" },
  held: { word: "Held", tone: "held" },
  partial: { word: "Partly succeeded", tone: "held" },
  awaiting: { word: "Waits for you", tone: "held" },
  halted: { word: "Halted", tone: "failed" },
} satisfies Record<Status, Look>;

/** In which order statuses are told: what needs a person first. */
export const statusOrder: readonly Status[] = [
  "halted",
  "awaiting",
  "failed",
  "timed-out",
  "interrupted",
  "unknown",
  "unreachable",
  "held",
  "partial",
  "running",
  "connecting",
  "waiting",
  "cancelled",
  "skipped",
  "succeeded",
];
