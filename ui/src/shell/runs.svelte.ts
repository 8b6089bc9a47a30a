/** The runs of the tray. The runs feature fills it. */

import type { Segment } from "$lib/types";

export interface TrayRun {
  id: string;
  title: string;
  href: string;
  /** What is done, by outcome. */
  segments: readonly Segment[];
  total: number;
  startedAt: string;
}

class RunTray {
  running = $state.raw<readonly TrayRun[]>([]);
}

export const runTray = new RunTray();
