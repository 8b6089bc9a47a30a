/** Runbooks and recipes as choices of a list. Pure. */

import type { LibraryEntry } from "$backend/generated/commands";
import type { Option } from "$lib/types";

export function optionsOf(entries: readonly LibraryEntry[] | undefined, none: string): Option[] {
  const options = (entries ?? []).map((entry) => ({
    value: entry.name,
    label: entry.error === null ? entry.title : `${entry.name} (cannot be used)`,
    disabled: entry.error !== null,
  }));
  return [{ value: "", label: entries ? none : "Reading…" }, ...options];
}
