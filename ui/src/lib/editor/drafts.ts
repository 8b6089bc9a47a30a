/** Texts that were typed and not saved. This machine keeps them until they are saved or discarded, so that no restart loses one. */

import { recall, remember } from "$lib/storage";

export interface KeptDraft {
  text: string;
  /** The revision that it was written from; null if there was none. */
  follows: string | null;
  /** When it was typed. */
  at: string;
}

const storageKey = "library-drafts";

/** The draft of that name. */
export function keptDraft(name: string): KeptDraft | null {
  return all()[name] ?? null;
}

/** Keeps a draft under a name; says whether it is kept, because a storage can be full or switched off. */
export function keepDraft(name: string, draft: KeptDraft): boolean {
  remember(storageKey, { ...all(), [name]: draft });
  return keptDraft(name)?.text === draft.text;
}

/** The draft of that name has served. */
export function forgetDraft(name: string): void {
  const drafts = all();
  if (!Object.hasOwn(drafts, name)) return;
  remember(storageKey, Object.fromEntries(Object.entries(drafts).filter(([other]) => other !== name)));
}

function all(): Record<string, KeptDraft> {
  return recall(storageKey, isDrafts) ?? {};
}

function isDrafts(value: unknown): value is Record<string, KeptDraft> {
  return typeof value === "object" && value !== null && Object.values(value).every(isDraft);
}

function isDraft(value: unknown): boolean {
  if (typeof value !== "object" || value === null) return false;
  const { text, follows, at } = value as Record<string, unknown>;
  return typeof text === "string" && (follows === null || typeof follows === "string") && typeof at === "string";
}
