/** Whether changes may start, in words that carry both zones. Pure. */

import type { WindowsView } from "$backend/generated/commands";
import type { Tone } from "$lib/types";

export interface StandingWords {
  text: string;
  tone: Tone;
  isOpen: boolean;
}

/** The engine's own times stand in it: they are in both zones already. */
export function standingWords({ standing, next }: Pick<WindowsView, "standing" | "next">): StandingWords {
  const [first] = next;
  switch (standing.state) {
    case "always":
      return { text: "Changes may start at any time", tone: "neutral", isOpen: true };
    case "open":
      return { text: `Open until ${first?.until ?? standing.until}`, tone: "succeeded", isOpen: true };
    case "closed":
      if (standing.opens === null) return { text: "Closed, and no window comes", tone: "held", isOpen: false };
      return { text: `Closed, opens ${first?.from ?? standing.opens}`, tone: "held", isOpen: false };
  }
}

/** When that ends, so that it is asked again then. */
export function standingEnds({ standing }: Pick<WindowsView, "standing">): Date | null {
  const at = standing.state === "open" ? standing.until : standing.state === "closed" ? standing.opens : null;
  return at === null ? null : new Date(at);
}

export function linesOf(text: string): string[] {
  return text
    .split("\n")
    .map((line) => line.trim())
    .filter(Boolean);
}
