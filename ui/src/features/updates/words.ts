/** What updates are called: installations, news, stages, and what became of earlier ones. Pure. */

import type {
  InstallUpdate,
  PastUpdateView,
  UpdateNews,
  UpdateOwner,
  UpdatePhase,
  UpdatesView,
} from "$backend/generated/commands";
import { codeText } from "$lib/code_text";
import { formatBytes, formatPercent } from "$lib/format";
import type { Status } from "$lib/status";
import type { Choice, Tone } from "$lib/types";

export type Channel = UpdatesView["channel"];
export type UpdateWhen = InstallUpdate["when"];

export const channels: readonly Choice<Channel>[] = [
  { value: "stable", label: "Stable", hint: "Releases for everyday work." },
  { value: "beta", label: "Beta", hint: "New things earlier, before they are stable; expect a mistake now and then." },
];

const bundles: Partial<Record<string, string>> = {
  deb: "Debian package",
  rpm: "RPM package",
  appimage: "AppImage",
  nsis: "Windows installer",
  msi: "Windows installer (MSI)",
  app: "Mac application",
};
const systems: Partial<Record<string, string>> = { linux: "Linux", windows: "Windows", darwin: "macOS" };

/** `linux-x86_64-deb` → `Debian package, Linux x86_64`. One that is not known stands as it is. */
export function installationWords(target: string | null): string {
  if (target === null) return "Not from a package";
  const [system = "", machine = "", bundle = ""] = target.split("-");
  const [kind, name] = [bundles[bundle], systems[system]];
  return kind === undefined || name === undefined ? target : `${kind}, ${name} ${machine}`;
}

/** `only this` → `Only this.`: what the engine says stands alone here. */
export function asSentence(text: string): string {
  const whole = text.charAt(0).toUpperCase() + text.slice(1);
  return /[.!?…]$/.test(whole) ? whole : `${whole}.`;
}

/** What is usually typed where somebody else updates, unless the engine's advice says it itself. */
export function updateCommand(owner: UpdateOwner): string | null {
  if (owner.kind !== "package_manager" || codeText(owner.advice).some((part) => part.kind === "code")) return null;
  const usual: Partial<Record<string, string>> = {
    apt: "sudo apt update && sudo apt install --only-upgrade millwright",
    dnf: "sudo dnf upgrade millwright",
    zypper: "sudo zypper update millwright",
  };
  return usual[owner.name.toLowerCase()] ?? null;
}

/** What the newest release means, where there is nothing to install. */
export function newsWords(
  news: Exclude<UpdateNews, { kind: "offered" }>,
  { version, channel }: Pick<UpdatesView, "version" | "channel">,
): { status: Status; title: string; detail: string } {
  switch (news.kind) {
    case "unknown":
      return {
        status: "unknown",
        title: "Nothing is known of newer releases yet",
        detail: "Millwright asks by itself now and then; you can also check now.",
      };
    case "current":
      return {
        status: "succeeded",
        title: "Millwright is up to date",
        detail: `${version} is the newest ${channel} release.`,
      };
    case "not_yet":
      return {
        status: "waiting",
        title: `${news.version} is out, and not offered here yet`,
        detail: `It goes out bit by bit, so far to ${formatPercent(news.rollout_percent / 100)} of all installations. It is offered here when it is this one's turn.`,
      };
    case "withdrawn":
      return {
        status: "held",
        title: `${news.version} was taken back`,
        detail: `Its makers took it back after it was out. Stay on ${version}; the next release is offered when it is there.`,
      };
  }
}

/** `12 MiB of 40 MiB · 30 %`. */
export function fetchedWords(bytes: number, total: number): string {
  const amount = `${formatBytes(bytes)} of ${formatBytes(total)}`;
  return total > 0 ? `${amount} · ${formatPercent(Math.min(1, bytes / total))}` : amount;
}

const stages = [
  { kind: "fetching", label: "Fetch the package and prove it" },
  { kind: "waiting", label: "Wait until nothing is under way" },
  { kind: "backing_up", label: "Copy the workspace" },
  { kind: "installing", label: "Install" },
  { kind: "restarting", label: "Restart" },
] as const;

export interface Stage {
  label: string;
  status: Extract<Status, "succeeded" | "running" | "held" | "waiting">;
}

/** The way from the first byte to the restart, and where it is; none while nothing is being put in. */
export function stagesOf(phase: UpdatePhase): Stage[] {
  const here = stages.findIndex((stage) => stage.kind === phase.kind);
  if (here < 0) return [];
  const now = phase.kind === "waiting" ? "held" : "running";
  return stages.map(({ label }, index) => ({
    label,
    status: index < here ? "succeeded" : index > here ? "waiting" : now,
  }));
}

/** One sentence about what goes on; null where nothing does. */
export function phaseWords(phase: UpdatePhase): string | null {
  switch (phase.kind) {
    case "idle":
    case "failed":
      return null;
    case "fetching":
      return "The package is on its way. You can go on working.";
    case "waiting":
      return "The update is put in once this has ended. You can go on working.";
    case "backing_up":
      return "The workspace's database is being copied, and the copy checked.";
    case "installing":
      return "The system's installer is at work. It may ask for your password in a window of its own.";
    case "restarting":
      return "Installed. Millwright restarts now.";
  }
}

/** Whether putting it in can still be given up. */
export function canLeave(phase: UpdatePhase): boolean {
  return phase.kind !== "idle" && phase.kind !== "installing" && phase.kind !== "restarting";
}

/** The line of the rail; null where there is nothing to know. */
export function lineOf({ news, phase }: Pick<UpdatesView, "news" | "phase">): { text: string; tone: Tone } | null {
  const offer = news.kind === "offered" ? news.offer : null;
  const name = offer?.version ?? "the update";
  switch (phase.kind) {
    case "idle":
      // Nobody is urged towards what did not come up here before.
      return offer?.did_not_come_up_at === null ? { text: `Update to ${offer.version}`, tone: "neutral" } : null;
    case "fetching":
      return { text: `Fetching ${name}`, tone: "running" };
    case "waiting":
      return { text: "Update waits", tone: "held" };
    case "backing_up":
      return { text: "Copying the workspace", tone: "running" };
    case "installing":
      return { text: `Installing ${name}`, tone: "running" };
    case "restarting":
      return { text: "Restarting", tone: "running" };
    case "failed":
      return { text: "Update failed", tone: "failed" };
  }
}

/** What became of an earlier update. */
export function pastWords(past: PastUpdateView): { status: Status; words: string } {
  return past.fault === null
    ? { status: "succeeded", words: "Installed" }
    : { status: "failed", words: `Not updated: ${past.fault}` };
}
