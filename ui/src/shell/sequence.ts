/** Which shortcut a row of keys means. Pure. */

export type Meaning<T> = { kind: "run"; shortcut: T } | { kind: "wait" } | { kind: "nothing" };

/** `pressed` are the chords so far: "g", then "f". The last that was registered wins, so that a screen can override. */
export function meaningOf<T extends { keys: string }>(pressed: readonly string[], shortcuts: readonly T[]): Meaning<T> {
  const typed = pressed.join(" ");
  const exact = shortcuts.findLast((shortcut) => shortcut.keys === typed);
  if (exact) return { kind: "run", shortcut: exact };
  const begun = shortcuts.some((shortcut) => shortcut.keys.startsWith(`${typed} `));
  return begun ? { kind: "wait" } : { kind: "nothing" };
}
