/** Where a text that is being written begins: a template, a copy, or what is kept. */

import { backend } from "$backend/backend";
import { BackendError, faultOf } from "$backend/errors";
import type { LibraryText, Shelf } from "$backend/generated/commands";
import { keptDraft } from "$lib/editor/drafts";
import { freeName, renamed } from "./naming";
import recipeTemplate from "./templates/recipe.toml?raw";
import runbookTemplate from "./templates/runbook.toml?raw";

/** What the address asks for: a new text, a new one like another, or one that is there. */
export type Wanted = { shelf: Shelf; kind: "new"; from: string | null } | { shelf: Shelf; kind: "edit"; name: string };

export interface Beginning {
  /** Its folder. */
  workspace: string;
  wanted: Wanted;
  base: LibraryText | null;
  text: string;
}

const templates: Record<Shelf, string> = { runbooks: runbookTemplate, recipes: recipeTemplate };

/** Drafts of another workspace are none of this one. */
export function draftNameOf(workspace: string, wanted: Wanted): string {
  const place = wanted.kind === "edit" ? `edit ${wanted.name}` : `new ${wanted.from ?? ""}`.trim();
  return `${workspace} ${wanted.shelf} ${place}`;
}

export async function begin(wanted: Wanted): Promise<Beginning> {
  const { shelf } = wanted;
  const { folder: workspace } = await backend.call("workspace_show", {});
  if (wanted.kind === "edit") {
    const base = await read(workspace, shelf, wanted.name);
    return { workspace, wanted, base, text: base === null ? "" : lines(base.text) };
  }
  if (wanted.from === null) return { workspace, wanted, base: null, text: templates[shelf] };
  const [like, there] = await Promise.all([
    backend.call("library_read", { shelf, name: wanted.from }),
    backend.call(shelf === "runbooks" ? "runbook_list" : "recipe_list", {}),
  ]);
  const name = freeName(
    wanted.from,
    there.map((entry) => entry.name),
  );
  return { workspace, wanted, base: null, text: renamed(lines(like.text), shelf, name) };
}

/** One that is gone is opened all the same while there is a draft of it. */
async function read(workspace: string, shelf: Shelf, name: string): Promise<LibraryText | null> {
  try {
    return await backend.call("library_read", { shelf, name });
  } catch (thrown) {
    const fault = faultOf(thrown);
    if (fault.code === "not_found" && keptDraft(draftNameOf(workspace, { shelf, kind: "edit", name })) !== null) {
      return null;
    }
    throw new BackendError(fault);
  }
}

/** The editor knows one kind of line end. */
export function lines(text: string): string {
  return text.replaceAll(/\r\n?/g, "\n");
}
