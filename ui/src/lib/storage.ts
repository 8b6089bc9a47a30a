/**
 * What the window remembers on this machine, readable by whoever has the account: how it looks (widths, panes, theme),
 * the views of the fleet that somebody named, and texts of runbooks, recipes and policies that are not saved yet. Nothing
 * that a host said and no secret is put here.
 */

const prefix = "millwright.";

/** The remembered value, or null if there is none that passes the check. */
export function recall<T>(key: string, check: (value: unknown) => value is T): T | null {
  try {
    const text = localStorage.getItem(prefix + key);
    if (text === null) return null;
    const value: unknown = JSON.parse(text);
    return check(value) ? value : null;
  } catch {
    // Storage can be switched off, or hold what an older version wrote; the defaults hold then.
    return null;
  }
}

/** Remembers a value. A full or forbidden storage costs the comfort, not the work. */
export function remember(key: string, value: unknown): void {
  try {
    localStorage.setItem(prefix + key, JSON.stringify(value));
  } catch {
    // Nothing to tell: the value holds until the window closes.
  }
}

export const isNumber = (value: unknown): value is number => typeof value === "number" && Number.isFinite(value);

export const isNumbers = (value: unknown): value is Record<string, number> =>
  typeof value === "object" && value !== null && Object.values(value).every(isNumber);
