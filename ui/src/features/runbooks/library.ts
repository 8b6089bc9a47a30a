/** Finding a runbook or a recipe by what somebody remembers of it. Pure. */

import type { LibraryEntry, RecipeView, RunbookView } from "$backend/generated/commands";

/** Where an entry comes from that is nobody's own. */
export const builtIn = "built in";

/** An entry of the library with what its file says, once that is read. */
export interface Shelved<View> {
  entry: LibraryEntry;
  view: View | null;
}

/** Each word must stand somewhere: in the title, the name, a symptom, a tag, the description. A title counts most. */
export function found<View extends RunbookView | RecipeView>(
  shelf: readonly Shelved<View>[],
  text: string,
): Shelved<View>[] {
  const words = text.toLowerCase().split(/\s+/).filter(Boolean);
  return shelf
    .map((shelved) => ({ shelved, weight: weightOf(shelved, words) }))
    .filter(({ weight }) => weight > 0)
    .sort((a, b) => b.weight - a.weight)
    .map(({ shelved }) => shelved);
}

function weightOf(shelved: Shelved<RunbookView | RecipeView>, words: readonly string[]): number {
  const { entry, view } = shelved;
  const title = `${entry.title} ${entry.name}`.toLowerCase();
  const others = view === null ? "" : othersOf(view).join(" ").toLowerCase();
  let weight = 1;
  for (const word of words) {
    if (title.includes(word)) weight += 10;
    else if (others.includes(word)) weight += 1;
    else return 0;
  }
  return weight;
}

function othersOf(view: RunbookView | RecipeView): string[] {
  const own = "symptoms" in view ? [...view.symptoms, ...view.tags] : [view.vendor];
  return [...own, view.description, ...view.systems];
}
