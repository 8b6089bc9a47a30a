/** The library with what each file says. Files are few and small: all of them are read, so that a search finds symptoms. */

import { backend } from "$backend/backend";
import type { Fault } from "$backend/errors";
import type { LibraryEntry, RecipeView, RunbookView } from "$backend/generated/commands";
import { query } from "$backend/query.svelte";
import type { Shelved } from "./library";

export interface Shelf<View> {
  readonly all: readonly Shelved<View>[] | undefined;
  readonly fault: Fault | null;
  readonly readAt: string | null;
  refresh: () => void;
}

const everyMilliseconds = 5000;

/** What was read last: each entry has an address of its own, and the list must not blink from one to the next. */
interface Last<View> {
  entries: LibraryEntry[] | undefined;
  views: ReadonlyMap<string, View>;
}
const lastRunbooks: Last<RunbookView> = { entries: undefined, views: new Map() };
const lastRecipes: Last<RecipeView> = { entries: undefined, views: new Map() };

export function runbookShelf(): Shelf<RunbookView> {
  const list = query("runbook_list", () => ({}), { everyMilliseconds });
  return shelf(list, (name) => backend.call("runbook_show", { name }), lastRunbooks);
}

export function recipeShelf(): Shelf<RecipeView> {
  const list = query("recipe_list", () => ({}), { everyMilliseconds });
  return shelf(list, (name) => backend.call("recipe_show", { name }), lastRecipes);
}

interface List {
  readonly answer: LibraryEntry[] | undefined;
  readonly fault: Fault | null;
  readonly answeredAt: string | null;
  refresh: () => void;
}

function shelf<View>(list: List, show: (name: string) => Promise<View>, last: Last<View>): Shelf<View> {
  let views = $state.raw(last.views);

  $effect(() => {
    if (!list.answer) return undefined;
    last.entries = list.answer;
    const usable = list.answer.filter((entry) => entry.error === null);
    let stale = false;
    void Promise.allSettled(usable.map(async ({ name }) => [name, await show(name)] as const)).then((answers) => {
      // One that cannot be read is still found by its title; its own page tells why.
      if (stale) return;
      views = new Map(answers.flatMap((answer) => (answer.status === "fulfilled" ? [answer.value] : [])));
      last.views = views;
    });
    return () => {
      stale = true;
    };
  });

  const all = $derived((list.answer ?? last.entries)?.map((entry) => ({ entry, view: views.get(entry.name) ?? null })));

  return {
    get all() {
      return all;
    },
    get fault() {
      return list.fault;
    },
    get readAt() {
      return list.answeredAt;
    },
    refresh: () => {
      list.refresh();
    },
  };
}
