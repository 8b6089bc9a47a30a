/** What the engine's answers about a host are called. Pure. */

import type {
  CheckName,
  GapReason,
  IndexRefreshed,
  InstalledPackage,
  SudoRights,
  UpdateStanding,
} from "$backend/generated/commands";
import { formatCount, plural } from "$lib/format";
import type { Tone } from "$lib/types";

/** The parts of facts. */
const parts: Partial<Record<string, string>> = {
  os: "System",
  filesystems: "Disks",
  pending: "Updates",
  units: "Failed units",
  users: "Logged in people",
  reboot: "Restart",
  index: "Package index",
};

export function partWord(part: string): string {
  const word = parts[part] ?? part.replaceAll("_", " ");
  return word.charAt(0).toUpperCase() + word.slice(1);
}

/** Why a part of the facts is missing, and what would bring it. */
export function gapWords(reason: GapReason): string {
  switch (reason.kind) {
    case "not_installed":
      return "the tool for it is not installed on the host";
    case "needs_root":
      return "only root may see it; give the host a way to sudo";
    case "not_asked":
      return "it was not asked for; refresh the facts";
    case "failed":
      return `the command ended with ${reason.exit_code}${reason.said ? `: ${reason.said.trim()}` : ""}`;
    case "unreadable":
      return `${plural(reason.lines, "line")} could not be understood`;
    case "cut":
      return `${formatCount(reason.kept)} of ${formatCount(reason.of)} entries were kept`;
  }
}

export const checkWords: Record<CheckName, { title: string; about: string }> = {
  name: { title: "Name", about: "The address leads to an IP address" },
  tcp: { title: "Connection", about: "Something listens on the port" },
  host_key: { title: "Host key", about: "The host is the one that we trust" },
  authentication: { title: "Login", about: "The account lets us in" },
  sudo: { title: "sudo", about: "The account can become root" },
};

export const sudoRightsWords: Record<SudoRights, string> = {
  root: "The account is root",
  no_password: "Without a password",
  password_required: "With a password",
  terminal_required: "Only at a terminal",
  refused: "Refused",
  missing: "sudo is not installed",
};

export const standingWords: Record<UpdateStanding, { word: string; why: string; tone: Tone }> = {
  ready: { word: "Ready", why: "It can be applied now", tone: "succeeded" },
  held: { word: "Held", why: "An administrator holds it back (apt-mark hold)", tone: "held" },
  kept_back: { word: "Kept back", why: "It needs new packages or waits for a phased release", tone: "held" },
  blocked_by_removal: { word: "Blocked", why: "It would remove other packages", tone: "unreachable" },
};

export const packageStateWords: Record<InstalledPackage["state"], string> = {
  installed: "Installed",
  not_configured: "Not configured",
  half_installed: "Half installed",
};

/** What became of the package index when the host was last asked. */
export function indexWords(refresh: IndexRefreshed): string {
  switch (refresh.outcome) {
    case "not_asked":
      return "left as it was";
    case "refreshed":
      return "refreshed";
    case "needs_root":
      return "not refreshed: only root may";
    case "failed":
      return `not refreshed: ${refresh.message}`;
  }
}

export interface ChangedField {
  field: string;
  /** Null when there was nothing before. */
  before: string | null;
  after: string;
}

/** Fields of an audit entry. Identifiers that only a machine knows are left out. */
export function changeLines(change: unknown): ChangedField[] {
  if (typeof change !== "object" || change === null || Array.isArray(change)) return [];
  return Object.entries(change)
    .filter(([field]) => field !== "id" && !field.endsWith("_id"))
    .map(([field, pair]) => {
      const [before, after]: unknown[] = Array.isArray(pair) ? pair : [null, pair];
      return { field: field.replaceAll("_", " "), before: valueText(before), after: valueText(after) ?? "nothing" };
    });
}

function valueText(value: unknown): string | null {
  if (value === null || value === undefined || value === "") return null;
  return typeof value === "string" ? value : JSON.stringify(value);
}
