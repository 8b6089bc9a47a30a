/** Questions to hosts that are under way, by what they are about. They outlive the screen that asked: their outcome is told. */

import { SvelteMap } from "svelte/reactivity";
import { Wait } from "$lib/wait.svelte";

const underWay = new SvelteMap<string, Wait>();

export const waits = {
  /** The one about this, if one is under way. */
  of(about: string): Wait | null {
    return underWay.get(about) ?? null;
  },

  /** Asks, unless the same is asked already: an impatient second press asks nothing. */
  async during(about: string, ask: (wait: Wait) => Promise<unknown>): Promise<void> {
    if (underWay.has(about)) return;
    const wait = new Wait();
    underWay.set(about, wait);
    try {
      await ask(wait);
    } finally {
      underWay.delete(about);
    }
  },
};
