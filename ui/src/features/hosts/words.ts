/** What the engine's answers about a host are called. Pure. */

import type {
  CheckName,
  Facts,
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
  host: "Kernel and name",
  running: "Load and boot",
  filesystems: "Disks",
  pending: "Updates",
  upgrade: "Updates",
  "dist-upgrade": "Full upgrade",
  upgradable: "Origins of updates",
  offered: "Versions that can be had",
  "upgrade-size": "Size of updates",
  kernels: "Kernels",
  units: "Failed units",
  users: "Logged in people",
  reboot: "Restart",
  index: "Package index",
  refresh: "Index refreshed",
  restart: "Services to restart",
  sudo: "sudo",
};

export function partWord(part: string): string {
  const word = parts[part] ?? part.replaceAll("_", " ");
  return word === "sudo" ? word : word.charAt(0).toUpperCase() + word.slice(1);
}

interface FactSource {
  /** The program, or the file that the script reads by itself. */
  short: string;
  /** Exactly as the script runs it. */
  run: readonly string[];
}

const simulation = "apt-get -s -o Debug::NoLocking=1 -o APT::Get::Show-User-Simulation-Note=0";

/** What the script for facts (crates/packages/src/facts.sh) asks on the host, by part. A test holds the two together. */
export const factSources = {
  host: { short: "uname", run: ["uname -snrm"] },
  os: { short: "os-release", run: ["cat /etc/os-release"] },
  running: { short: "/proc/loadavg", run: ["/proc/sys/kernel/random/boot_id", "/proc/uptime", "/proc/loadavg"] },
  memory: { short: "/proc/meminfo", run: ["cat /proc/meminfo"] },
  filesystems: { short: "stat -f", run: ["/proc/self/mounts", "stat -f -c 'space %b %f %a %S %c %d %n'"] },
  sudo: { short: "sudo -n", run: ["id -u", "sudo -n true"] },
  users: { short: "who", run: ["who"] },
  kernels: { short: "/boot/vmlinuz-*", run: ["/boot/vmlinuz-*"] },
  reboot: { short: "reboot-required", run: ["/run/reboot-required"] },
  units: {
    short: "systemctl",
    run: ["systemctl list-units --state=failed --all --no-legend --plain --no-pager"],
  },
  index: { short: "stat", run: ["stat -c '%Y %n'"] },
  refresh: {
    short: "apt-get update",
    run: ["apt-get -q -o DPkg::Lock::Timeout=60 -o APT::Update::Error-Mode=any -o Acquire::Retries=1 update"],
  },
  packages: {
    short: "dpkg-query",
    run: ["dpkg-query -W -f '${db:Status-Abbrev}\\t${Package}\\t${Architecture}\\t${Version}\\t${source:Package}\\n'"],
  },
  upgrade: { short: "apt-get -s", run: [`${simulation} upgrade --with-new-pkgs`] },
  "dist-upgrade": { short: "apt-get -s", run: [`${simulation} dist-upgrade`] },
  upgradable: { short: "apt list", run: ["apt list --upgradable"] },
  offered: { short: "apt-cache", run: ["xargs -r apt-cache madison"] },
  "upgrade-size": {
    short: "apt-get",
    run: ["apt-get -q --print-uris -o Debug::NoLocking=1 upgrade --with-new-pkgs"],
  },
  restart: { short: "needrestart", run: ["needrestart -b -r l"] },
} satisfies Record<string, FactSource>;

export type FactPart = keyof typeof factSources;

/** Which of these parts answered: a caption never names a program that said nothing. */
export function answeredParts(asked: readonly FactPart[], facts: Facts): FactPart[] {
  const ofApt: readonly FactPart[] = [
    "index",
    "packages",
    "upgrade",
    "dist-upgrade",
    "upgradable",
    "offered",
    "upgrade-size",
  ];
  return asked.filter((part) => {
    if (part === "restart") return facts.services_to_restart.state === "checked";
    if (part === "refresh") return facts.package_index?.refresh.outcome === "refreshed";
    if (part === "sudo") return facts.sudo !== null && facts.sudo !== "missing";
    if (ofApt.includes(part) && facts.package_system?.system !== "apt") return false;
    // What was cut or only partly understood was answered all the same.
    const isPartial = (reason: GapReason): boolean => reason.kind === "cut" || reason.kind === "unreadable";
    return !facts.gaps.some((gap) => gap.part === part && !isPartial(gap.reason));
  });
}

/** The first two programs, and how many more. */
export function sourcesInShort(answered: readonly FactPart[]): string {
  const programs = [...new Set(answered.map((part) => factSources[part].short))];
  const more = programs.length - 2;
  return programs.slice(0, 2).join(", ") + (more > 0 ? ` +${more}` : "");
}

/** What ran for each part, a line each. */
export function sourcesInFull(answered: readonly FactPart[]): string {
  return answered.map((part) => `${partWord(part)}: ${factSources[part].run.join("; ")}`).join("\n");
}

/** What was run for a part that is missing; null where the part is none of the script's. */
export function commandOf(part: string): string | null {
  return Object.hasOwn(factSources, part) ? factSources[part as FactPart].run.join("; ") : null;
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
