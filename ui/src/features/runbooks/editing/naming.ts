/** The name that a text gives itself: read and written without touching anything else of the text. Pure. */

import type { Shelf } from "$backend/generated/commands";

/** The field that holds the name. */
export const nameField: Record<Shelf, string> = { runbooks: "name", recipes: "product" };

/** The text with another name. */
export function renamed(text: string, shelf: Shelf, name: string): string {
  const field = nameField[shelf];
  const line = `${field} = "${name}"`;
  const root = rootOf(text);
  const pattern = new RegExp(`^([ \\t]*)${field}[ \\t]*=[ \\t]*(?:"[^"\\n]*"|'[^'\\n]*')`, "m");
  const other = pattern.test(root) ? root.replace(pattern, (_, indent: string) => indent + line) : `${line}\n${root}`;
  return other + text.slice(root.length);
}

/** `disk-usage-copy`, or with a number if that is taken. */
export function freeName(name: string, taken: readonly string[]): string {
  const first = `${name}-copy`;
  for (let number = 1; ; number += 1) {
    const next = number === 1 ? first : `${first}-${number}`;
    if (!taken.includes(next)) return next;
  }
}

/** Why this cannot be a short name, or null. */
export function nameProblem(name: string): string | null {
  if (name === "") return "Give a name.";
  return /^[a-z0-9][a-z0-9._-]{0,62}$/.test(name)
    ? null
    : "Use lower-case letters, digits, “-”, “_” and “.”, beginning with a letter or a digit: at most 63.";
}

/** What stands before the first table: only there is `name` the text's own. */
function rootOf(text: string): string {
  const table = /^[ \t]*\[/m.exec(text);
  return table ? text.slice(0, table.index) : text;
}
