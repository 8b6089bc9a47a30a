/** What can be kept for a setting, at which level, and what takes it back. Pure. */

import type { SettingLevel, SettingOrigin, SettingView } from "$backend/generated/commands";
import { formatCount, plural } from "$lib/format";
import type { Option } from "$lib/types";

interface SettingWords {
  title: string;
  /** The value as it is said. */
  said: (value: number) => string;
}

const words: Partial<Record<string, SettingWords>> = {
  parallel: { title: "Hosts at once", said: (value) => plural(value, "host") },
  reconnect_minutes: { title: "Looking for a lost host", said: (value) => plural(value, "minute") },
};

/** A setting that this window does not know has its key as its title. */
export function wordsOf(key: string): SettingWords {
  const title = key.replaceAll("_", " ");
  return words[key] ?? { title: title.charAt(0).toUpperCase() + title.slice(1), said: formatCount };
}

export const levelWords: Record<SettingLevel, string> = {
  workspace: "This workspace",
  user: "Me, in every workspace",
};

export const originWords: Record<SettingOrigin, string> = {
  environment: "environment",
  workspace: "workspace",
  user: "user",
  default: "default",
};

/** Where the value that counts is kept, if it is kept where it can be changed here. */
export function keptAt(setting: SettingView): SettingLevel | null {
  return setting.origin === "workspace" || setting.origin === "user" ? setting.origin : null;
}

/** What is kept for the person does not count while the workspace has a value, so it is not offered then. */
export function levelOptions(setting: SettingView): Option[] {
  const isHidden = setting.origin === "workspace";
  return [
    {
      value: "user",
      label: isHidden ? `${levelWords.user}: the workspace's counts` : levelWords.user,
      disabled: isHidden,
    },
    { value: "workspace", label: levelWords.workspace },
  ];
}

/** Why a text is no value of the setting. */
export function problemOf(text: string, setting: SettingView): string | null {
  const typed = text.trim();
  const value = Number(typed);
  const fits = /^\d+$/.test(typed) && value >= setting.minimum && value <= setting.maximum;
  return fits ? null : `A whole number from ${formatCount(setting.minimum)} to ${formatCount(setting.maximum)}.`;
}

/** What a level had before something is kept there; null for nothing. The levels above it have nothing, or it would not be offered. */
export function formerAt(setting: SettingView, level: SettingLevel): number | null {
  return setting.origin === level ? setting.value : null;
}

/** Whether a level still has what was kept there; after that, taking it back would undo somebody else's choice. */
export function isStillKept(now: SettingView, level: SettingLevel, kept: number | null): boolean {
  return kept === null ? now.origin !== level : now.origin === level && now.value === kept;
}
