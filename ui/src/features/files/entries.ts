/** What a folder holds, as one reads it. Pure. */

import type { FileEntry } from "$backend/generated/commands";

export const isHidden = (entry: FileEntry): boolean => entry.name.startsWith(".");

/** Folders stand before everything else; a link may lead to one, but only the host knows. */
export const groupOf = (entry: FileEntry): number => (entry.kind === "folder" ? 0 : 1);

/** Names that are no UTF-8 may look the same, so that their place tells them apart. */
export function keysOf(entries: readonly FileEntry[]): Map<FileEntry, string> {
  return new Map(entries.map((entry, index) => [entry, entry.path ?? `\0${index}`]));
}

/** The entries that are to be shown. */
export function shownEntries(entries: readonly FileEntry[], withHidden: boolean): readonly FileEntry[] {
  return withHidden ? entries : entries.filter((entry) => !isHidden(entry));
}

export const kindWords = {
  file: "File",
  folder: "Folder",
  link: "Link",
  other: "Device, socket or pipe",
} satisfies Record<FileEntry["kind"], string>;

/** Why nothing can be done with an entry here, or null. */
export function whyUntouchable(entry: FileEntry): string | null {
  return entry.path === null
    ? "Its name is no UTF-8 text, so that it cannot be named here. Rename it in a terminal first."
    : null;
}

/** Whether a file can be fetched: devices and pipes have no end. */
export const canDownload = (entry: FileEntry): boolean =>
  entry.path !== null && (entry.kind === "file" || entry.kind === "link");
