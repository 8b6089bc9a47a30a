/** What is selected in a table. "All" is the query without some rows, never a list of ids. */

export type Selection =
  | { readonly kind: "some"; readonly keys: ReadonlySet<string> }
  | { readonly kind: "all"; readonly except: ReadonlySet<string> };

/** Nothing is selected. */
export function emptySelection(): Selection {
  return { kind: "some", keys: new Set() };
}

/** Everything that matches is selected, loaded or not. */
export function selectAll(): Selection {
  return { kind: "all", except: new Set() };
}

/** These rows and no others. */
export function selectSome(keys: Iterable<string>): Selection {
  return { kind: "some", keys: new Set(keys) };
}

export function isSelected(selection: Selection, key: string): boolean {
  return selection.kind === "some" ? selection.keys.has(key) : !selection.except.has(key);
}

export function isAll(selection: Selection): boolean {
  return selection.kind === "all" && selection.except.size === 0;
}

/** How many of the `total` rows that match are selected. */
export function countSelected(selection: Selection, total: number): number {
  return selection.kind === "some" ? selection.keys.size : Math.max(0, total - selection.except.size);
}

/** The selection with one row turned over. */
export function toggle(selection: Selection, key: string): Selection {
  return set(selection, [key], !isSelected(selection, key));
}

/** The selection with these rows added, as Shift does. */
export function extend(selection: Selection, keys: Iterable<string>): Selection {
  return set(selection, keys, true);
}

function set(selection: Selection, keys: Iterable<string>, selected: boolean): Selection {
  const named = new Set(selection.kind === "some" ? selection.keys : selection.except);
  for (const key of keys) {
    if (selected === (selection.kind === "some")) named.add(key);
    else named.delete(key);
  }
  return selection.kind === "some" ? { kind: "some", keys: named } : { kind: "all", except: named };
}
