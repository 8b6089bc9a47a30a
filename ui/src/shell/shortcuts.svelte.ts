/** The keys of the window: who registered which, and what is pressed. */

import { untrack } from "svelte";
import { chordOf, isTyping } from "$lib/keys";
import type { Shortcut } from "./feature";
import { meaningOf } from "./sequence";

const sequenceMilliseconds = 1200;

class Shortcuts {
  #groups = $state.raw<readonly (readonly Shortcut[])[]>([]);
  #pressed: string[] = [];
  #timer: ReturnType<typeof setTimeout> | undefined;

  get all(): readonly Shortcut[] {
    return this.#groups.flat();
  }

  /** Adds some; the answer takes them away. */
  add(shortcuts: readonly Shortcut[]): () => void {
    this.#groups = [...this.#groups, shortcuts];
    return () => {
      this.#groups = this.#groups.filter((group) => group !== shortcuts);
    };
  }

  /** Takes a key press of the window. */
  readonly press = (event: KeyboardEvent): void => {
    if (event.defaultPrevented || event.isComposing || ["Shift", "Control", "Alt", "Meta"].includes(event.key)) return;
    const chord = chordOf(event);
    const taken = isTyping(event.target) || document.querySelector("[role=dialog], [role=menu]") !== null;
    if (!chord.includes("Mod+") && taken) return;
    this.#forget();
    this.#pressed = [...this.#pressed, chord];
    let meaning = meaningOf(this.#pressed, this.all);
    if (meaning.kind === "nothing" && this.#pressed.length > 1) {
      this.#pressed = [chord];
      meaning = meaningOf(this.#pressed, this.all);
    }
    if (meaning.kind === "wait") {
      this.#timer = setTimeout(() => (this.#pressed = []), sequenceMilliseconds);
      return;
    }
    this.#pressed = [];
    if (meaning.kind === "nothing" || meaning.shortcut.byBrowser) return;
    if (meaning.shortcut.notInFields && taken) return;
    event.preventDefault();
    meaning.shortcut.run();
  };

  #forget(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
  }
}

export const shortcuts = new Shortcuts();

/** Adds shortcuts for as long as the component stands that calls it. */
export function useShortcuts(list: readonly Shortcut[]): void {
  // Adding reads what is there; what another screen adds must not add these again.
  $effect(() => untrack(() => shortcuts.add(list)));
}
