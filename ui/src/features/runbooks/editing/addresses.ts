/** Where the editor is, by what it should open. Pure. */

import type { Shelf } from "$backend/generated/commands";
import { addressOf } from "$shell/router.svelte";
import type { Wanted } from "./opening";

const folders: Record<Shelf, string> = { runbooks: "/runbooks", recipes: "/runbooks/recipe" };

/** The page of one that is kept. */
export function pageAddress(shelf: Shelf, name: string): string {
  return addressOf(`${folders[shelf]}/${encodeURIComponent(name)}`);
}

export function listAddress(shelf: Shelf): string {
  return addressOf("/runbooks", { kind: shelf === "recipes" ? shelf : null });
}

export function editorAddress(wanted: Wanted): string {
  const { shelf } = wanted;
  if (wanted.kind === "edit") return addressOf(`${folders[shelf]}/edit/${encodeURIComponent(wanted.name)}`);
  return addressOf(`${folders[shelf]}/new${wanted.from === null ? "" : `/${encodeURIComponent(wanted.from)}`}`);
}

/** What a path of the editor asks for. */
export function wantedAt(path: string, parameters: Record<string, string>): Wanted {
  const shelf = path.startsWith(`${folders.recipes}/`) ? "recipes" : "runbooks";
  return parameters["name"] === undefined
    ? { shelf, kind: "new", from: parameters["from"] ?? null }
    : { shelf, kind: "edit", name: parameters["name"] };
}
