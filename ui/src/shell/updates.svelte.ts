/** What the shell shows of Millwright's own updates: a line of the rail, and what this start came after. The updates feature fills it. */

import type { Tone } from "$lib/types";

export interface UpdateLine {
  /** "Update to 0.9.1". */
  text: string;
  tone: Tone;
  href: string;
}

export interface JustUpdated {
  from: string;
  to: string;
  /** What changed with it. Text of a server. */
  notes: string;
  /** Somebody has seen it: it is not shown again. */
  seen: () => void;
}

class UpdateNotes {
  line = $state.raw<UpdateLine | null>(null);
  justUpdated = $state.raw<JustUpdated | null>(null);
}

export const updateNotes = new UpdateNotes();
