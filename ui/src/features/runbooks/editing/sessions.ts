/** The texts that are open. Who leaves the screen with unsaved text finds it as it was, with what can be undone. */

import { Editing } from "./editing.svelte";
import { begin, type Wanted } from "./opening";

const open = new Map<string, Editing>();

function keyOf(wanted: Wanted): string {
  return JSON.stringify(wanted);
}

export async function openEditing(wanted: Wanted): Promise<Editing> {
  const key = keyOf(wanted);
  const there = open.get(key);
  if (there) return there;
  const editing = new Editing(await begin(wanted));
  open.set(key, editing);
  return editing;
}

/** The screen is left. What has nothing unsaved is read anew the next time. */
export function leaveEditing(wanted: Wanted, editing: Editing): void {
  editing.keepNow();
  if (!editing.changed && open.get(keyOf(wanted)) === editing) {
    editing.end();
    open.delete(keyOf(wanted));
  }
}

/** The text was saved under a name: that is where it is from now on. */
export function moveEditing(from: Wanted, to: Wanted): void {
  const editing = open.get(keyOf(from));
  if (!editing) return;
  open.delete(keyOf(from));
  open.set(keyOf(to), editing);
  editing.moveTo(to);
}
