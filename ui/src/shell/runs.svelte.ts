/** The runs of the tray: those that go, and those that a person has to look at. The runs feature fills it. */

import type { Status } from "$lib/status";
import type { Segment } from "$lib/types";

export interface TrayRun {
  id: string;
  title: string;
  href: string;
  /** What is done, by outcome. */
  segments: readonly Segment[];
  total: number;
  startedAt: string;
  /** It goes, waits for a person, or was halted. */
  status: Extract<Status, "running" | "awaiting" | "halted">;
}

class RunTray {
  /** Those that wait for a person first. */
  shown = $state.raw<readonly TrayRun[]>([]);
}

export const runTray = new RunTray();
