/** How each need of a host looks: its words and its tone, once for every screen. */

import type { Tone } from "$lib/types";
import type { Need } from "./generated/commands";

export interface NeedLook {
  /** In a heading or a list. */
  title: string;
  /** On a chip, where there is little room. */
  short: string;
  /** What is true of such a host, in a sentence. */
  meaning: string;
  tone: Tone;
}

export const needLooks: Record<Need, NeedLook> = {
  action: {
    title: "Needs action",
    short: "Needs action",
    meaning: "needs something other than plain updates",
    tone: "held",
  },
  unreachable: {
    title: "Unreachable",
    short: "Unreachable",
    meaning: "could not be reached the last time",
    tone: "unreachable",
  },
  stale: {
    title: "Not seen for 7 days",
    short: "Not seen 7 d",
    meaning: "not seen for 7 days, or never",
    tone: "unknown",
  },
  no_facts: {
    title: "Never asked",
    short: "Never asked",
    meaning: "never said anything about itself",
    tone: "unknown",
  },
  security_updates: {
    title: "Security updates",
    short: "Security",
    meaning: "security updates could be applied",
    tone: "failed",
  },
  updates: { title: "Updates", short: "Updates", meaning: "updates could be applied", tone: "neutral" },
  reboot: { title: "Restart needed", short: "Restart", meaning: "says that it must be restarted", tone: "held" },
  disk: {
    title: "Disk nearly full",
    short: "Disk full",
    meaning: "a file system is 90 % full or more",
    tone: "failed",
  },
  failed_units: { title: "Failed units", short: "Failed units", meaning: "systemd units have failed", tone: "failed" },
};

/** A need of its own. `action` is any of them but plain updates, so it is never listed beside them. */
export type Cause = Exclude<Need, "action">;

/** What needs a person first comes first. */
export const needOrder: readonly Cause[] = [
  "unreachable",
  "security_updates",
  "disk",
  "failed_units",
  "reboot",
  "stale",
  "no_facts",
  "updates",
];

export function isNeed(text: string): text is Need {
  return Object.hasOwn(needLooks, text);
}
