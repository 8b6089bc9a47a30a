/** What the palette offers for a text: actions at once, search results as they come. */

import type { Icon } from "$lib/types";
import type { Action, Found } from "./feature";
import { rank } from "./ranking";
import { navigate } from "./router.svelte";
import { features, railScreens } from "./screens";
import { theme, type Theme } from "./theme.svelte";

export interface Entry {
  id: string;
  title: string;
  detail?: string | undefined;
  icon?: Icon | undefined;
  shortcut?: string | undefined;
  run: () => void;
}

const searchDelayMilliseconds = 80;

export class Palette {
  open = $state(false);
  text = $state("");
  #found = $state.raw<readonly Found[]>([]);
  #actions = $state.raw<readonly Action[]>([]);
  searching = $state(false);
  /** A part of the search failed: what stands is not all. */
  failure = $state.raw<unknown>(null);
  #turn = 0;
  #timer: ReturnType<typeof setTimeout> | undefined;

  constructor(private readonly more: () => readonly Action[]) {}

  show(): void {
    this.#actions = [
      ...goTo(),
      ...features.flatMap((feature) => feature.actions?.() ?? []),
      ...this.more(),
      ...themes(),
    ];
    this.text = "";
    this.#found = [];
    this.failure = null;
    this.open = true;
  }

  /** What was found first, then what can be done. */
  get entries(): readonly Entry[] {
    const actions = rank(this.text, this.#actions).slice(0, this.text ? 8 : 12);
    const found = this.#found.map((hit) => ({
      ...hit,
      run: () => {
        navigate(hit.href);
      },
    }));
    return [...found, ...actions];
  }

  get foundCount(): number {
    return this.#found.length;
  }

  /** Somebody has typed. */
  type(text: string): void {
    this.text = text;
    clearTimeout(this.#timer);
    this.#turn += 1;
    const wanted = text.trim();
    this.searching = wanted !== "";
    if (wanted === "") this.#found = [];
    else this.#timer = setTimeout(() => void this.#search(wanted), searchDelayMilliseconds);
  }

  async #search(text: string): Promise<void> {
    const turn = this.#turn;
    const answers = await Promise.allSettled(features.flatMap((feature) => feature.search?.(text) ?? []));
    if (turn !== this.#turn) return;
    const found = answers.flatMap((answer) => (answer.status === "fulfilled" ? answer.value : []));
    this.#found = [...found.filter((hit) => !hit.isAction), ...found.filter((hit) => hit.isAction)];
    this.failure = answers.find((answer) => answer.status === "rejected")?.reason ?? null;
    this.searching = false;
  }
}

function goTo(): Action[] {
  return railScreens.map((screen) => ({
    id: `go:${screen.path}`,
    title: `Go to ${screen.title}`,
    icon: screen.icon,
    ...(screen.key === undefined ? {} : { shortcut: `g ${screen.key}` }),
    run: () => {
      navigate(screen.path);
    },
  }));
}

function themes(): Action[] {
  const titles: Record<Theme, string> = { system: "Theme: as the system", light: "Theme: light", dark: "Theme: dark" };
  return (Object.keys(titles) as Theme[])
    .filter((name) => name !== theme.chosen)
    .map((name) => ({
      id: `theme:${name}`,
      title: titles[name],
      keywords: "appearance colour mode",
      run: () => {
        theme.choose(name);
      },
    }));
}
